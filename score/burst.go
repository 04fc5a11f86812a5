package score

import (
	"math"
	"slices"
)

// Half widths of the windows in which notes are counted, in days.
const (
	burstDays = 5.5
	waveDays  = 30.5
)

// activity is how many of the city's notes were written until each of equally
// spaced days, as a share of all. It takes the city's own growth and holidays
// out of what looks like a burst.
type activity struct {
	First float64   `json:"first"`
	Last  float64   `json:"last"`
	Until []float64 `json:"until"`
}

func newActivity(lines []line) activity {
	const knots = 128
	a := activity{First: math.Inf(1), Last: math.Inf(-1)}
	for i := range lines {
		a.First, a.Last = math.Min(a.First, lines[i].day), math.Max(a.Last, lines[i].day)
	}
	if len(lines) == 0 || a.First == a.Last {
		return activity{}
	}
	count := make([]float64, knots)
	for i := range lines {
		count[int((lines[i].day-a.First)/(a.Last-a.First)*(knots-1))]++
	}
	a.Until = make([]float64, knots+1)
	for k := range count {
		a.Until[k+1] = a.Until[k] + count[k]/float64(len(lines))
	}
	return a
}

// until is the share of notes written before a day; after the last day it grows
// as it did on average.
func (a *activity) until(day float64) float64 {
	if len(a.Until) == 0 || day <= a.First {
		return 0
	}
	cells := float64(len(a.Until) - 1)
	at := (day - a.First) / (a.Last - a.First) * (cells - 1)
	if at >= cells {
		return 1 + (at-cells)/cells
	}
	k := int(at)
	return a.Until[k] + (at-float64(k))*(a.Until[k+1]-a.Until[k])
}

// observeTiming computes burst and wave of each note.
func (m *Model) observeTiming(notes []line) {
	if len(notes) == 0 {
		return
	}
	var at [polarities][]float64
	all := make([]float64, len(notes))
	for i := range notes {
		n := &notes[i]
		all[i] = n.day
		at[n.polarity] = append(at[n.polarity], n.day)
	}
	first, last := notes[0].day, math.Max(m.Activity.Last, notes[len(notes)-1].day)
	for i := range notes {
		n := &notes[i]
		_, s := m.surprise(all, n.day, window{burstDays, first, last})
		n.x[burst] = float32(math.Min(surpriseMost, s/2))
		_, s = m.surprise(at[n.polarity], n.day, window{waveDays, first, last})
		n.x[wave] = float32(math.Min(surpriseMost, s/2))
	}
}

// A window is so many days before and after, in a shop's life.
type window struct{ half, first, last float64 }

// surprise counts the days that lie in the window around a day, and returns
// -log10 of the probability that at least as many do besides the one it is
// around, if notes came at the rate of the shop's other days.
func (m *Model) surprise(days []float64, day float64, w window) (int, float64) {
	from, _ := slices.BinarySearch(days, day-w.half)
	to, _ := slices.BinarySearch(days, math.Nextafter(day+w.half, math.Inf(1)))
	k := to - from
	if k < 2 {
		return k, 0
	}
	start, end := math.Max(w.first-1, day-w.half), math.Min(w.last+1, day+w.half)
	inside := m.Activity.until(end) - m.Activity.until(start)
	outside := m.Activity.until(w.last+1) - m.Activity.until(w.first-1) - inside
	if outside <= 0 {
		return k, 0
	}
	expected := (float64(len(days)-k) + 1) * inside / outside
	return k, surpriseOf(k-1, expected)
}

// surpriseOf is -log10 P(X >= k) of a Poisson variable.
func surpriseOf(k int, mean float64) float64 {
	if float64(k) <= mean || k <= 0 {
		return 0
	}
	if mean <= 0 {
		mean = 1e-9
	}
	lg, _ := math.Lgamma(float64(k) + 1)
	log := float64(k)*math.Log(mean) - mean - lg
	sum, term := 1.0, 1.0
	for j := 1; j < 60 && term > 1e-6*sum; j++ {
		term *= mean / float64(k+j)
		sum += term
	}
	return math.Max(0, -(log+math.Log(sum))/math.Ln10)
}

// shownBurst is the least surprise that a timeline shows, as a power of ten.
const shownBurst = 4

// bursts are the times of a shop that stand out, joined where they overlap.
func (m *Model) bursts(notes []line) []Burst {
	var all []Burst
	if len(notes) == 0 {
		return all
	}
	days := make([]float64, len(notes))
	for i := range notes {
		days[i] = notes[i].day
	}
	w := window{burstDays, days[0], math.Max(m.Activity.Last, days[len(days)-1])}
	for _, d := range days {
		_, s := m.surprise(days, d, w)
		if s < shownBurst {
			continue
		}
		if k := len(all) - 1; k >= 0 && d-burstDays <= all[k].End {
			all[k].End, all[k].Surprise = d+burstDays, math.Max(all[k].Surprise, s)
			continue
		}
		all = append(all, Burst{Start: d - burstDays, End: d + burstDays, Surprise: s})
	}
	for k := range all {
		b := &all[k]
		from, _ := slices.BinarySearch(days, b.Start)
		to, _ := slices.BinarySearch(days, math.Nextafter(b.End, math.Inf(1)))
		b.Start, b.End, b.Notes = days[from], days[to-1], to-from
	}
	return all
}
