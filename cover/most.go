package cover

import (
	"cmp"
	"slices"
)

// MostFirst is the yardstick: what is covered, in weight units, if the shops
// are signed that cover most, each looked at alone, as far as the limits go.
func MostFirst(in *Instance, l Limits) int64 {
	p := newProblem(in, l)
	s := newState(p)
	order := make([]int32, len(s.gain))
	for j := range order {
		order[j] = int32(j)
	}
	alone := slices.Clone(s.gain)
	slices.SortFunc(order, func(x, y int32) int { return cmp.Or(cmp.Compare(alone[y], alone[x]), cmp.Compare(x, y)) })
	for _, j := range order {
		if s.fits(j) {
			s.add(j)
		}
	}
	return p.floor(s)
}
