package esteem

import (
	"cmp"
	"math"
	"slices"
)

// explain says of every ranked shop why it is regarded as it is: what speaks for
// it, the weightiest first.
func (r *Result) explain() {
	for s := range r.Shops {
		if r.Shops[s].Ranked {
			r.Shops[s].Reasons = r.speaking(s)
		}
	}
}

// speaking are the signals that are above the usual by more than chance, by how
// much they move the regard.
func (r *Result) speaking(s int) []Reason {
	type said struct {
		reason Reason
		weight float64
	}
	sh := &r.Shops[s]
	var all []said
	for k, sg := range sh.Signals {
		if sg.Var <= 0 || sg.Value <= 0.5*math.Sqrt(sg.Var) {
			continue
		}
		if reason, ok := r.reason(k, s); ok {
			all = append(all, said{reason, r.Loadings[k] * sg.Value / (sg.Var + r.rest[k])})
		}
	}
	slices.SortStableFunc(all, func(a, b said) int { return cmp.Compare(b.weight, a.weight) })
	var out []Reason
	for _, a := range all {
		out = append(out, a.reason)
	}
	return out
}

// reason puts a signal into figures that may be published, if enough members
// are behind it.
func (r *Result) reason(k, s int) (Reason, bool) {
	sh := &r.Shops[s]
	switch {
	case k == notes:
		return Reason{What: Praised}, true
	case k == back && sh.Back.Count >= Crowd:
		return Reason{What: CameBack, Share: sh.Back.Rounded(), Usual: roundTo(sh.usualBack, 0.05), Of: About(sh.Back.Count)}, true
	case k == trip && sh.Far.Count >= Crowd:
		return Reason{What: FromFar, Share: sh.Far.Rounded(), Usual: roundTo(sh.usualFar, 0.05), Of: About(sh.Far.Count)}, true
	}
	return Reason{}, false
}

// reasons of a place: what the list is about first.
func (r *Result) reasons(kind Kind, s int) []Reason {
	sh := &r.Shops[s]
	var out []Reason
	switch kind {
	case New:
		return []Reason{{What: Opened}}
	case Small:
		out = append(out, Reason{What: Few, Of: About(sh.Members)})
	case Tourist:
		out = append(out, Reason{What: Visited, Of: About(sh.Tourists)})
	case Back, Trip:
		k := back
		if kind == Trip {
			k = trip
		}
		if reason, ok := r.reason(k, s); ok {
			out = append(out, reason)
		}
	}
	for _, reason := range sh.Reasons {
		if len(out) == 0 || reason.What != out[0].What {
			out = append(out, reason)
		}
	}
	return out
}

// Rounded is the share as it is published: in steps in which one member more or
// less is not seen.
func (s Share) Rounded() float64 {
	if s.Of <= 0 {
		return 0
	}
	if s.Count < 200 {
		return roundTo(s.Part/s.Of, 0.05)
	}
	return roundTo(s.Part/s.Of, 0.01)
}

func roundTo(v, step float64) float64 {
	return math.Round(v/step) / math.Round(1/step)
}

// About rounds a count of members down, for the public: to 5 below 100, to 10
// below 1,000 and to 100 from there.
func About(n int) int {
	switch {
	case n < 100:
		return n - n%5
	case n < 1000:
		return n - n%10
	}
	return n - n%100
}
