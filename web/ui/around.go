package ui

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"

	"github.com/a-h/templ"
)

// A Spot is a place on an Around: metres to the east and north of the middle.
type Spot struct {
	Label       string
	East, North float64
	Marked      bool // Drawn larger and as a diamond.
}

// Around draws what lies around a place, with rings of whole hundreds of
// metres out to reach. It asks no map of anybody. label says in words what it
// shows.
func Around(label string, reach int, spots []Spot) templ.Component {
	return component(func(w io.Writer) error {
		const size, middle = 320, 160
		unit := (middle - 12) / float64(reach)
		var b strings.Builder
		fmt.Fprintf(&b, `<svg class="around" viewBox="0 0 %d %d" role="img" aria-label="%s">`, size, size, html.EscapeString(label))
		for ring := reach / 3; ring <= reach; ring += reach / 3 {
			r := float64(ring) * unit
			fmt.Fprintf(&b, `<circle class="around-ring" cx="%d" cy="%d" r="%.1f"/><text class="around-text" x="%d" y="%.1f">%d m</text>`, middle, middle, r, middle, middle-r+12, ring)
		}
		for _, s := range spots {
			if math.Hypot(s.East, s.North) > float64(reach) {
				continue
			}
			x, y := middle+s.East*unit, middle-s.North*unit
			if s.Marked {
				fmt.Fprintf(&b, `<path class="around-listed" d="M%.1f %.1fl6 6-6 6-6-6z"><title>%s</title></path>`, x, y-6, html.EscapeString(s.Label))
			} else {
				fmt.Fprintf(&b, `<circle class="around-shop" cx="%.1f" cy="%.1f" r="3.5"><title>%s</title></circle>`, x, y, html.EscapeString(s.Label))
			}
		}
		fmt.Fprintf(&b, `<path class="around-here" d="M%d %dc-8-9-12-14-12-20a12 12 0 0 1 24 0c0 6-4 11-12 20z"/><circle class="around-hole" cx="%d" cy="%d" r="4"/></svg>`, middle, middle, middle, middle-20)
		_, err := io.WriteString(w, b.String())
		return err
	})
}
