package ui

import (
	"context"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Sparkline is a small line of numbers in time, the last one marked. label
// says in words what it shows.
func Sparkline(label string, values []int64) templ.Component {
	return component(func(w io.Writer) error {
		if len(values) == 0 {
			return nil
		}
		const width, height = 120, 32
		top, step := int64(1), 0
		for _, v := range values {
			top = max(top, v)
		}
		if len(values) > 1 {
			step = (width - 8) * 100 / (len(values) - 1)
		}
		var points []string
		x, y := 0, 0
		for i, v := range values {
			x, y = 4+i*step/100, height-4-int(max(v, 0)*(height-8)/top)
			points = append(points, fmt.Sprintf("%d,%d", x, y))
		}
		_, err := fmt.Fprintf(w, `<svg class="spark" preserveAspectRatio="xMinYMid meet" viewBox="0 0 %d %d" role="img" aria-label="%s"><polyline class="spark-line" fill="none" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" points="%s"/><circle class="spark-dot" cx="%d" cy="%d" r="3"/></svg>`,
			width, height, html.EscapeString(label), strings.Join(points, " "), x, y)
		return err
	})
}

// A Bar is one bar of Bars.
type Bar struct {
	Label string // What it is, read out and shown when pointed at.
	Value int64
	Now   bool // The one that the page is about.
}

// Bars is a row of upright bars, one per day or shop.
func Bars(label string, bars []Bar) templ.Component {
	return component(func(w io.Writer) error {
		if len(bars) == 0 {
			return nil
		}
		const height = 64
		top := int64(1)
		for _, b := range bars {
			top = max(top, b.Value)
		}
		fmt.Fprintf(w, `<svg class="bars" preserveAspectRatio="xMinYMax meet" viewBox="0 0 %d %d" role="img" aria-label="%s">`, len(bars)*12-3, height, html.EscapeString(label))
		for i, b := range bars {
			h := max(int(max(b.Value, 0)*(height-2)/top), 1)
			class := "bar"
			if b.Now {
				class = "bar now"
			}
			fmt.Fprintf(w, `<rect class="%s" x="%d" y="%d" width="9" height="%d" rx="2"><title>%s</title></rect>`, class, i*12, height-h, h, html.EscapeString(b.Label))
		}
		_, err := io.WriteString(w, "</svg>")
		return err
	})
}

// component is a templ component that writes by itself.
func component(fn func(io.Writer) error) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { return fn(w) })
}
