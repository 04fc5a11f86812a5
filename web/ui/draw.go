package ui

import (
	"fmt"
	"hash/fnv"
	"html"
	"math/rand/v2"
	"strings"
)

// A drawing is an SVG being written. Its chance comes from a seed alone, so
// the same seed always draws the same picture.
type drawing struct {
	b    strings.Builder
	rand *rand.Rand
}

func draw(seed string) *drawing {
	h := fnv.New64a()
	h.Write([]byte(seed))
	return &drawing{rand: rand.New(rand.NewPCG(h.Sum64(), 0x6369747977616c6b))}
}

// between returns a whole number from lo to hi, both included.
func (d *drawing) between(lo, hi int) int { return lo + d.rand.IntN(hi-lo+1) }

// pick returns one of the colours.
func (d *drawing) pick(colours ...string) string { return colours[d.rand.IntN(len(colours))] }

// chance reports true in so many of a hundred cases.
func (d *drawing) chance(percent int) bool { return d.rand.IntN(100) < percent }

func (d *drawing) rect(x, y, w, h int, fill string) {
	fmt.Fprintf(&d.b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, x, y, w, h, fill)
}

func (d *drawing) round(x, y, w, h, r int, fill string) {
	fmt.Fprintf(&d.b, `<rect x="%d" y="%d" width="%d" height="%d" rx="%d" fill="%s"/>`, x, y, w, h, r, fill)
}

func (d *drawing) circle(x, y, r int, fill string) {
	fmt.Fprintf(&d.b, `<circle cx="%d" cy="%d" r="%d" fill="%s"/>`, x, y, r, fill)
}

// shape fills a path.
func (d *drawing) shape(fill, format string, args ...any) {
	fmt.Fprintf(&d.b, `<path fill="%s" d="%s"/>`, fill, fmt.Sprintf(format, args...))
}

// line strokes a path.
func (d *drawing) line(colour string, width int, format string, args ...any) {
	fmt.Fprintf(&d.b, `<path fill="none" stroke="%s" stroke-width="%d" stroke-linecap="round" stroke-linejoin="round" d="%s"/>`, colour, width, fmt.Sprintf(format, args...))
}

// text writes s; class says how large and where it is anchored.
func (d *drawing) text(x, y int, class, fill, s string) {
	fmt.Fprintf(&d.b, `<text x="%d" y="%d" class="%s" fill="%s">%s</text>`, x, y, class, fill, html.EscapeString(s))
}

// svg returns the picture in its frame. label names it to those who do not
// see it; a picture without a label is decoration.
func (d *drawing) svg(class string, w, h int, label string) string {
	meaning := `aria-hidden="true"`
	if label != "" {
		meaning = `role="img" aria-label="` + html.EscapeString(label) + `"`
	}
	return fmt.Sprintf(`<svg class="%s" viewBox="0 0 %d %d" %s>%s</svg>`, class, w, h, meaning, d.b.String())
}
