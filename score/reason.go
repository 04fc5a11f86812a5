package score

import (
	"cmp"
	"math"
	"slices"
)

const (
	alone        = 0.5 // The most that one family of evidence takes of a note's weight.
	newcomer     = 0.7 // The most that is taken of a new author's without other evidence.
	speaks       = 0.4 // Log-odds with which a family counts as evidence.
	newcomerMost = 2   // Notes of an author who is new.
	softness     = 0.05
)

// evidence is what each family says against a note, as log-odds against the
// city's usual note.
type evidence [families]float64

func (m *Model) evidence(n *line) evidence {
	var e evidence
	w := &m.Weights
	for k := range campaign {
		e[signals[k].family] += w.Of[k] * float64(n.x[k])
	}
	e[Timing] -= float64(n.timing)
	e[Campaign] += w.Of[campaign] * (float64(n.campaign) - m.common)
	e[Rating] += w.Of[rating] * float64(n.rating)
	switch n.label {
	case Honest:
		e = evidence{}
	case Bought:
		e[Reviewer] = oddsMost
	}
	return e
}

// restrain holds a probability to what the evidence may take. That its author
// wrote little else is no evidence, single is what that said; nor is what the
// shop's other notes say if their ratings alone say so. Above the limit order is
// kept, within a little.
func (e *evidence) restrain(p float64, n *line, single float64) float64 {
	all, besides := 0, 0
	for f := range families {
		v := e[f]
		switch {
		case f == Account:
			v -= single * float64(n.x[empty])
		case f == Campaign && !n.backed:
			continue
		}
		if v >= speaks {
			all++
			if f != Account {
				besides++
			}
		}
	}
	limit := 1.0
	if float64(n.x[empty])*newcomerMost >= 1 && besides < 2 {
		limit = newcomer
	}
	if all < 2 {
		limit = alone
	}
	if low := limit - softness; limit < 1 && p > low {
		return low + softness*(p-low)/(1-low)
	}
	return p
}

// reasons are the families that speak against a note, the strongest first.
func (e *evidence) reasons() []Reason {
	sum := 0.0
	for _, v := range e {
		sum += math.Max(0, v)
	}
	var all []Reason
	for f, v := range e {
		if v > 0.05*sum && v > 0 {
			all = append(all, Reason{Family(f), v / sum})
		}
	}
	slices.SortStableFunc(all, func(a, b Reason) int { return cmp.Compare(b.Share, a.Share) })
	return all
}

// reasonsFrom is the probability from which a note's reasons are told.
const reasonsFrom = 0.1

// findings says what is thought of each note of a shop, and what the discount of
// all consists of.
func (m *Model) findings(notes []line, tell func(i int, f Finding)) (taken evidence) {
	for i := range notes {
		n := &notes[i]
		f := Finding{PFake: float64(n.p), Weight: 1 - float64(n.p)}
		e := m.evidence(n)
		reasons := e.reasons()
		for _, r := range reasons {
			taken[r.Family] += f.PFake * r.Share
		}
		if f.PFake >= reasonsFrom {
			f.Reasons = reasons[:min(3, len(reasons))]
		}
		tell(i, f)
	}
	return taken
}
