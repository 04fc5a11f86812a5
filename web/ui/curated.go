package ui

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// A Span is what is known of a mark from 1 to 5 stars: the middle and the ends
// of its 90 % interval. The zero Span is nothing known.
type Span struct{ Mean, Lo, Hi float64 }

// Known reports whether there is anything to show.
func (s Span) Known() bool { return s.Hi >= 1 }

// Range is the interval in digits, "4.2–4.6", or one number when its ends look
// the same.
func (s Span) Range() string {
	lo, hi := tenth(s.Lo), tenth(s.Hi)
	if lo == hi {
		return lo
	}
	return lo + "–" + hi
}

// tenth prints a mark as people give it.
func tenth(v float64) string { return fmt.Sprintf("%.1f", v) }

// Say is the interval in words. The interval is about the mark that those who
// go give on average, so that is what the sentence says.
func (s Span) Say(p Page) string {
	lo, hi := tenth(s.Lo), tenth(s.Hi)
	switch {
	case !s.Known():
		return p.T("ui.interval.none")
	case lo == hi:
		return p.T("ui.interval.one", "mean", lo)
	}
	return p.T("ui.interval", "lo", lo, "hi", hi)
}

// place is where a mark stands on a scale from 1 to 5, in percent.
func place(mark float64) float64 { return (min(5, max(1, mark)) - 1) * 25 }

// Scale draws a Span on a scale from 1 to 5: the band is the interval, the dot
// its middle. It is decoration; the same stands beside it in words.
func Scale(s Span) templ.Component {
	return component(func(w io.Writer) error {
		var b strings.Builder
		b.WriteString(`<svg class="scale" width="100%" height="16" aria-hidden="true"><rect class="scale-track" x="0" y="5" width="100%" height="6" rx="3"/>`)
		for _, at := range []int{25, 50, 75} {
			fmt.Fprintf(&b, `<rect class="scale-mark" x="%d%%" y="5" width="1" height="6"/>`, at)
		}
		if s.Known() {
			from, to := place(s.Lo), place(s.Hi)
			fmt.Fprintf(&b, `<rect class="scale-band" x="%.1f%%" y="4" width="%.1f%%" height="8" rx="4"/>`, from, max(1, to-from))
			fmt.Fprintf(&b, `<circle class="scale-dot" cx="%.1f%%" cy="8" r="4"/>`, place(s.Mean))
		}
		b.WriteString(`</svg>`)
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// An AspectBar is one side of a shop with what is known of it.
type AspectBar struct {
	Name string
	Span
}

// How a quote speaks of a shop.
const (
	Praise = "praise"
	Blame  = "blame"
	Mixed  = "mixed"
)

// Tone is how a clause of this polarity, 0 discontent to 1 content, speaks.
func Tone(polarity float64) string {
	switch {
	case polarity >= 0.55:
		return Praise
	case polarity <= 0.45:
		return Blame
	}
	return Mixed
}

// A Quote is a clause of a note.
type Quote struct {
	Text    string
	Tone    string   // Praise, Blame or Mixed.
	Aspects []string // What it speaks of, in words.
	Month   string   // When it was written: Page.Month.
	Visited bool     // Its author had paid there.
}

// line is what stands below a quote.
func (q Quote) line(p Page) string {
	return strings.Join(append([]string{strings.Join(q.Aspects, p.T("ui.and"))}, q.Month), " · ")
}

// toneIcon marks how a quote speaks by a shape, not by colour alone.
func toneIcon(tone string) string {
	return map[string]string{Praise: "plus", Blame: "minus"}[tone]
}

// Month prints the month of a time, which is as precise as anything about a
// note is shown.
func (p Page) Month(t time.Time) string {
	if p.Zh() {
		return fmt.Sprintf("%d年%d月", t.Year(), t.Month())
	}
	return t.Format("Jan 2006")
}

// A DossierView is the public part of a shop's dossier.
type DossierView struct {
	Reason   string // The reviewer's.
	Notes    int    // How many the score rests on.
	Visits   int    // How often reviewers were there.
	Span     Span
	Aspects  []AspectBar // Those of which enough is known.
	Unknown  []string    // The names of the others.
	Quotes   []Quote
	Reviewed string // Days, in words.
	Expires  string
	Due      bool   // The next review is due.
	Version  string // Of the rules.
	Rules    string // Path of the rules' page.
}

const star = "M12 3.2l2.7 5.6 6.1.8-4.5 4.2 1.1 6.1-5.400-3-5.400 3 1.100-6.100L3.200 9.600l6.100-.800z"

// halfStar is the left half of star.
const halfStar = "M12 3.2v13.700l-5.400 3 1.100-6.100L3.200 9.600l6.100-.800z"

// Stars shows a number of stars from 1 to 5, halves too.
func Stars(p Page, n float64) templ.Component {
	return component(func(w io.Writer) error {
		var b strings.Builder
		fmt.Fprintf(&b, `<svg class="stars" viewBox="0 0 120 24" width="80" height="16" role="img" aria-label="%s">`, p.T("ui.stars", "n", strings.TrimSuffix(tenth(n), ".0")))
		for i := range 5 {
			fmt.Fprintf(&b, `<g transform="translate(%d 0)"><path class="star-off" d="%s"/>`, i*24, star)
			switch over := n - float64(i); {
			case over >= 0.75:
				fmt.Fprintf(&b, `<path class="star-on" d="%s"/>`, star)
			case over >= 0.25:
				fmt.Fprintf(&b, `<path class="star-on" d="%s"/>`, halfStar)
			}
			b.WriteString(`</g>`)
		}
		b.WriteString(`</svg>`)
		_, err := io.WriteString(w, b.String())
		return err
	})
}
