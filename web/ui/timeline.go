package ui

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// A Week is one step of a Timeline.
type Week struct {
	Label  string  // Said when pointed at.
	Tick   string  // Written below it, if anything: the first week of a quarter.
	Notes  int     // How many came.
	Weight float64 // What they count for.
	Rating float64 // Their mean, 1 to 5; 0 is none.
	Burst  bool    // More came than usual, and they look bought.
}

// The field of a Timeline in units of its drawing: bars below, ratings above.
const (
	weekLeft, weekRight   = 30, 24
	weekTop, weekBottom   = 16, 150
	weekWidth, weekHeight = 560, 176
)

// Timeline draws notes by week: pale bars of how many came, full ones of what
// they count for, bursts behind them with the word burst, and the mean rating
// as a line on a scale of 1 to 5 of its own. label says in words what it shows.
func Timeline(label, burst string, weeks []Week) templ.Component {
	return component(func(w io.Writer) error {
		if len(weeks) == 0 {
			return nil
		}
		t := timeline{weeks: weeks, top: 1, step: float64(weekWidth-weekLeft-weekRight) / float64(len(weeks))}
		for _, one := range weeks {
			t.top = max(t.top, one.Notes)
		}
		fmt.Fprintf(&t.b, `<svg class="timeline" viewBox="0 0 %d %d" role="img" aria-label="%s">`, weekWidth, weekHeight, html.EscapeString(label))
		t.grid()
		t.bursts(burst)
		t.bars()
		t.ratings()
		t.b.WriteString("</svg>")
		_, err := io.WriteString(w, t.b.String())
		return err
	})
}

type timeline struct {
	b     strings.Builder
	weeks []Week
	top   int
	step  float64
}

func (t *timeline) x(i int) float64 { return weekLeft + float64(i)*t.step }

func (t *timeline) y(share float64) float64 {
	return weekBottom - share*float64(weekBottom-weekTop)
}

// grid draws the base, the highest count at the left, the scale of the ratings
// at the right, and the ticks.
func (t *timeline) grid() {
	fmt.Fprintf(&t.b, `<line class="timeline-grid" x1="%d" x2="%d" y1="%d" y2="%d"/>`, weekLeft, weekWidth-weekRight, weekBottom, weekBottom)
	fmt.Fprintf(&t.b, `<line class="timeline-grid faint" x1="%d" x2="%d" y1="%d" y2="%d"/>`, weekLeft, weekWidth-weekRight, weekTop, weekTop)
	fmt.Fprintf(&t.b, `<text class="timeline-text end" x="%d" y="%d">%d</text><text class="timeline-text end" x="%d" y="%d">0</text>`, weekLeft-6, weekTop+4, t.top, weekLeft-6, weekBottom+4)
	fmt.Fprintf(&t.b, `<text class="timeline-text" x="%d" y="%d">5</text><text class="timeline-text" x="%d" y="%d">1</text>`, weekWidth-weekRight+6, weekTop+4, weekWidth-weekRight+6, weekBottom+4)
	for i, one := range t.weeks {
		if one.Tick != "" {
			fmt.Fprintf(&t.b, `<text class="timeline-text" x="%.1f" y="%d">%s</text>`, t.x(i), weekHeight-8, html.EscapeString(one.Tick))
		}
	}
}

// bursts shades each run of weeks in which more came than usual.
func (t *timeline) bursts(word string) {
	for i := 0; i < len(t.weeks); i++ {
		if !t.weeks[i].Burst {
			continue
		}
		from := i
		for i+1 < len(t.weeks) && t.weeks[i+1].Burst {
			i++
		}
		width := max(float64(i-from+1)*t.step, 4)
		fmt.Fprintf(&t.b, `<rect class="timeline-burst" x="%.1f" y="%d" width="%.1f" height="%d"/>`, t.x(from), weekTop-4, width, weekBottom-weekTop+4)
		x, class := t.x(from), "timeline-text strong"
		if x > weekWidth*3/4 {
			x, class = t.x(from)+width, "timeline-text strong end"
		}
		fmt.Fprintf(&t.b, `<text class="%s" x="%.1f" y="%d">%s</text>`, class, x, weekTop-6, html.EscapeString(word))
	}
}

func (t *timeline) bars() {
	wide := max(t.step*0.8, 1)
	for i, one := range t.weeks {
		if one.Notes == 0 {
			continue
		}
		all, counted := t.y(float64(one.Notes)/float64(t.top)), t.y(min(one.Weight, float64(one.Notes))/float64(t.top))
		fmt.Fprintf(&t.b, `<g><title>%s</title><rect class="timeline-all" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/><rect class="timeline-counted" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/></g>`,
			html.EscapeString(one.Label), t.x(i), all, wide, weekBottom-all, t.x(i), counted, wide, weekBottom-counted)
	}
}

// ratings draws the mean rating over a few weeks at a time, so that one note
// is no peak.
func (t *timeline) ratings() {
	const around = 4
	var points []string
	for i, one := range t.weeks {
		if one.Notes == 0 {
			continue
		}
		sum, n := 0.0, 0
		for j := max(0, i-around); j <= min(len(t.weeks)-1, i+around); j++ {
			sum += t.weeks[j].Rating * float64(t.weeks[j].Notes)
			n += t.weeks[j].Notes
		}
		points = append(points, fmt.Sprintf("%.1f,%.1f", t.x(i)+t.step/2, t.y((sum/float64(n)-1)/4)))
	}
	fmt.Fprintf(&t.b, `<polyline class="timeline-rating" points="%s"/>`, strings.Join(points, " "))
}
