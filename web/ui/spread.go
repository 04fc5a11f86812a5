package ui

import (
	"fmt"
	"html"
	"io"

	"github.com/a-h/templ"
)

// A Spread is a score on the scale of 1 to 5 with how sure it is. Bar is
// what the score is held against; 0 draws none.
type Spread struct {
	Lo, Mean, Hi, Bar float64
}

// x is where a score stands on a drawing of the width given.
func (Spread) x(v float64, width float64) float64 {
	return 4 + (width-8)*(min(5, max(1, v))-1)/4
}

// SpreadBar draws a spread as a band with its mean as a dot, and the bar
// as an upright line. label says in words what it shows.
func SpreadBar(label string, i Spread) templ.Component {
	return component(func(w io.Writer) error {
		const width, height = 132, 20
		fmt.Fprintf(w, `<svg class="spread" viewBox="0 0 %d %d" role="img" aria-label="%s"><line class="spread-track" x1="4" x2="%d" y1="10" y2="10"/>`,
			width, height, html.EscapeString(label), width-4)
		from, to := i.x(i.Lo, width), i.x(i.Hi, width)
		fmt.Fprintf(w, `<rect class="spread-band" x="%.1f" y="6" width="%.1f" height="8" rx="4"/>`, from, max(to-from, 2))
		if i.Bar > 0 {
			fmt.Fprintf(w, `<line class="spread-bar" x1="%.1f" x2="%.1f" y1="1" y2="19"/>`, i.x(i.Bar, width), i.x(i.Bar, width))
		}
		_, err := fmt.Fprintf(w, `<circle class="spread-mean" cx="%.1f" cy="10" r="4"/></svg>`, i.x(i.Mean, width))
		return err
	})
}

// ScaleBar is a SpreadBar as wide as its place, with the scale written below.
func ScaleBar(label string, i Spread) templ.Component {
	return component(func(w io.Writer) error {
		const width = 320
		fmt.Fprintf(w, `<svg class="spread wide" viewBox="0 0 %d 44" role="img" aria-label="%s"><line class="spread-track" x1="4" x2="%d" y1="14" y2="14"/>`,
			width, html.EscapeString(label), width-4)
		for v := 1; v <= 5; v++ {
			x := i.x(float64(v), width)
			fmt.Fprintf(w, `<line class="spread-track" x1="%.1f" x2="%.1f" y1="10" y2="18"/><text class="spread-text" x="%.1f" y="36">%d</text>`, x, x, x, v)
		}
		from, to := i.x(i.Lo, width), i.x(i.Hi, width)
		fmt.Fprintf(w, `<rect class="spread-band" x="%.1f" y="8" width="%.1f" height="12" rx="6"/>`, from, max(to-from, 2))
		if i.Bar > 0 {
			fmt.Fprintf(w, `<line class="spread-bar" x1="%.1f" x2="%.1f" y1="1" y2="27"/>`, i.x(i.Bar, width), i.x(i.Bar, width))
		}
		_, err := fmt.Fprintf(w, `<circle class="spread-mean" cx="%.1f" cy="14" r="6"/></svg>`, i.x(i.Mean, width))
		return err
	})
}
