package cover

import (
	"context"
	"math/rand/v2"
	"slices"
)

// fill adds the shop of the greatest gain, or of the greatest gain for what it
// uses of the main limit, until nothing fits or adds anything.
func (s *state) fill(priced bool) {
	for {
		j := s.pick(priced, 0, nil, 0)
		if j < 0 {
			return
		}
		s.add(j)
	}
}

// pick returns the best shop that fits and adds something, or -1. Among equals
// it is the first from start on. Shops whose stamp is the given one are passed
// over.
func (s *state) pick(priced bool, start int, stamps []int32, stamp int32) int32 {
	best, most := int32(-1), 0.0
	s.steps += int64(len(s.gain))
	for _, part := range [2][2]int{{start, len(s.gain)}, {0, start}} {
		for j := part[0]; j < part[1]; j++ {
			worth := s.gain[j]
			if worth <= rest {
				continue
			}
			if priced {
				worth *= s.inverse[j]
			}
			if worth > most && s.place[j] < 0 && (stamps == nil || stamps[j] != stamp) && s.fits(int32(j)) {
				best, most = int32(j), worth
			}
		}
	}
	return best
}

// rest is in weight units; less is rounding.
const rest = 0.5

// greedy returns the better of the two greedy choices.
func greedy(p *problem) *state {
	byGain, byPrice := newState(p), newState(p)
	byGain.fill(false)
	byPrice.fill(true)
	if byPrice.value > byGain.value {
		return byPrice
	}
	return byGain
}

// A searcher destroys and repairs a choice of its own.
type searcher struct {
	*state
	best      []int32
	bestValue float64
	stamps    []int32 // Of shops taken out in the round of that number.
	round     int32
	out, in   []int32 // Of the present round.
}

func newSearcher(p *problem) *searcher {
	return &searcher{state: newState(p), stamps: make([]int32, len(p.shop))}
}

// Of the search.
const (
	searchers   = 2
	rounds      = 24
	outLeast    = 2
	outMost     = 8
	tournament  = 4
	walks       = 12  // Tries to find a neighbour.
	slackFirst  = 0.6 // How much worse a plan may be at first, in mean values of a site.
	refreshEach = 4096
)

// search works from a choice for so many steps; what it finds depends on the
// random numbers and the steps alone, unless ctx ends.
func (s *searcher) search(ctx context.Context, from []int32, r *rand.Rand, steps int64, slack [2]float64) {
	s.set(from)
	s.best, s.bestValue = slices.Clone(from), s.value
	if len(from) == 0 {
		return
	}
	mean := s.value / float64(len(from))
	began := s.steps
	for n := 1; s.steps-began < steps; n++ {
		if n%64 == 0 && ctx.Err() != nil {
			return
		}
		if n%refreshEach == 0 {
			s.set(slices.Clone(s.chosen)) // Divisions leave a little behind.
		}
		done := float64(s.steps-began) / float64(steps)
		before := s.value
		s.destroy(r)
		s.repair(r)
		if s.value > s.bestValue+rest {
			s.best, s.bestValue = append(s.best[:0], s.chosen...), s.value
		}
		bar := s.bestValue - mean*(slack[0]+(slack[1]-slack[0])*done)
		if s.value < before && s.value < bar {
			s.undo()
		}
	}
}

// destroy takes out some sites: one of little use, and then its neighbours and
// others of little use.
func (s *searcher) destroy(r *rand.Rand) {
	s.round++
	s.out, s.in = s.out[:0], s.in[:0]
	n := min(outLeast+r.IntN(outMost-outLeast+1), len(s.chosen))
	near := r.Float64() < 0.7
	for len(s.out) < n {
		j := int32(-1)
		if near && len(s.out) > 0 {
			j = s.neighbour(r, s.out[r.IntN(len(s.out))])
		}
		if j < 0 {
			j = s.poor(r)
		}
		s.remove(j)
		s.out = append(s.out, j)
		s.stamps[j] = s.round
	}
}

// poor returns the chosen shop of the least loss for its price of a few drawn
// at random.
func (s *searcher) poor(r *rand.Rand) int32 {
	best, least := int32(-1), 0.0
	for range tournament {
		j := s.chosen[r.IntN(len(s.chosen))]
		loss := s.loss(j)
		if s.price[j] > 0 {
			loss /= s.price[j]
		}
		if best < 0 || loss < least {
			best, least = j, loss
		}
	}
	return best
}

// neighbour returns a chosen shop that covers something of what a shop covers
// that covers something of what j covers, or -1 if none is met.
func (s *searcher) neighbour(r *rand.Rand, j int32) int32 {
	for range walks {
		at := j
		for range 2 {
			elements := s.covered(int(at))
			if len(elements) == 0 {
				return -1
			}
			shops := s.by(elements[r.IntN(len(elements))])
			at = shops[r.IntN(len(shops))]
			if s.place[at] >= 0 {
				return at
			}
		}
	}
	return -1
}

// repair puts the best in, at first often not what was just taken out.
func (s *searcher) repair(r *rand.Rand) {
	priced := r.Float64() < 0.8
	barred := 0
	if r.Float64() < 0.7 {
		barred = 1 + r.IntN(len(s.out))
	}
	for {
		stamps := s.stamps
		if len(s.in) >= barred {
			stamps = nil
		}
		start := r.IntN(len(s.gain))
		j := s.pick(priced, start, stamps, s.round)
		if j < 0 && stamps != nil {
			j = s.pick(priced, start, nil, 0)
		}
		if j < 0 {
			return
		}
		s.add(j)
		s.in = append(s.in, j)
	}
}

// undo puts back what the round took out.
func (s *searcher) undo() {
	for _, j := range s.in {
		s.remove(j)
	}
	for _, j := range s.out {
		s.add(j)
	}
}
