package score

import "math"

// shifts is how often shops change, and by how much: the probability of each
// step of quality, in cells, from before to after.
type shifts struct {
	Chance float64             `json:"chance"`
	By     [shiftSteps]float64 `json:"by"`
}

const shiftSteps = 10

// shiftCells are the steps, and shiftsBefore what is believed of them.
var (
	shiftCells   = [shiftSteps]int{-24, -16, -12, -8, -5, 5, 8, 12, 16, 24}
	shiftsBefore = [shiftSteps]float64{0.05, 0.1, 0.12, 0.13, 0.1, 0.1, 0.13, 0.12, 0.1, 0.05}
)

const (
	chanceBefore = 0.1
	shiftsWorth  = 30 // Shops' worth of belief.
	cutsMost     = 12 // Days at which a change is looked for.
	cutLeast     = 3  // Notes on either side.
)

func newShifts() shifts { return shifts{chanceBefore, shiftsBefore} }

// learn fits the shifts to the shops' posteriors: for each step how many shops
// took it, and how many shops could have.
func (s *shifts) learn(took [shiftSteps]float64, shops float64) {
	sum := 0.0
	for k := range took {
		sum += took[k]
	}
	s.Chance = math.Min(0.5, (sum+shiftsWorth*chanceBefore)/(shops+shiftsWorth))
	for k := range took {
		s.By[k] = (took[k] + shiftsWorth*chanceBefore*shiftsBefore[k]) / (sum + shiftsWorth*chanceBefore)
	}
}

// cuts are the numbers of notes before which a change is looked for.
func cuts(notes []line) []int {
	var at []int
	last := 0
	for k := 1; k <= cutsMost; k++ {
		c := cutLeast + (len(notes)-2*cutLeast)*k/(cutsMost+1)
		for c < len(notes) && c > 0 && notes[c].day == notes[c-1].day {
			c++ // Notes of one day stay together.
		}
		if c > last && c >= cutLeast && c <= len(notes)-cutLeast {
			at = append(at, c)
			last = c
		}
	}
	return at
}

// A turn is the posterior of a shop that may have changed: of its quality
// today, of each cut and of each step.
type turn struct {
	post  [cells]float64
	cut   []float64
	steps [shiftSteps]float64
	cuts  []int
}

// turn weighs, within each level, that the quality was another before one of
// the cuts:
//
//	P(q | notes) ~ P(q) [(1-c) prod_all L + c/J sum_j after_j(q) sum_d g_d before_j(q-d)]
//
// and mixes the levels by the evidence of either.
func (j *joint) turn(m *Model, notes []line) turn {
	t := turn{cuts: cuts(notes)}
	t.cut = make([]float64, len(t.cuts))
	if len(t.cuts) == 0 {
		j.quality(&t.post)
		return t
	}
	var segments segments
	stay := 1 - m.Shift.Chance
	for h := range levels {
		if j.weight[h] < 1e-3 {
			continue
		}
		segments.fill(m, j, h, t.cuts, notes)
		for q := range cells {
			t.post[q] += stay * j.at[h][q]
		}
		for k := range t.cuts {
			segments.change(&t, &m.Shift, k)
		}
	}
	sum := 0.0
	for q := range cells {
		sum += t.post[q]
	}
	for q := range cells {
		t.post[q] /= sum
	}
	for k := range t.cut {
		t.cut[k] /= sum
	}
	for k := range t.steps {
		t.steps[k] /= sum
	}
	return t
}

// segments are products of likelihoods of a shop's notes at one level: of those
// before each cut, and of the posterior of all without them.
type segments struct {
	before [cutsMost][cells]float64
	after  [cutsMost][cells]float64
}

// fill computes the products. before is scaled to a largest value of one;
// before times after is the level's part of the posterior.
func (s *segments) fill(m *Model, j *joint, h int, at []int, notes []line) {
	var run [cells]float64
	for q := range run {
		run[q] = 1
	}
	keep, share := 1-m.share(h), m.share(h)
	next := 0
	for k, cut := range at {
		for ; next < cut; next++ {
			n := &notes[next]
			add := share * float64(n.odds) * m.bought(h, n.bin)
			scale := 1 / (keep*float64(n.peak) + add)
			for q, l := range m.like.row(n) {
				run[q] *= (keep*float64(l) + add) * scale
			}
			if next%16 == 15 {
				rescale(&run)
			}
		}
		rescale(&run)
		for q := range run {
			run[q] = max(run[q], 1e-200)
			s.before[k][q] = run[q]
			s.after[k][q] = j.at[h][q] / run[q]
		}
	}
}

// change adds what a change at one cut says.
func (s *segments) change(t *turn, shift *shifts, k int) {
	chance := shift.Chance / float64(len(t.cuts))
	for step, d := range shiftCells {
		w := chance * shift.By[step]
		sum := 0.0
		for q := max(0, d); q < min(cells, cells+d); q++ {
			v := w * s.after[k][q] * s.before[k][q-d]
			t.post[q] += v
			sum += v
		}
		t.cut[k] += sum
		t.steps[step] += sum
	}
}

// change is what a turn says of a shop's change.
func (t *turn) change(notes []line) Change {
	var c Change
	day := 0.0
	for k, p := range t.cut {
		c.Probability += p
		cut := t.cuts[k]
		day += p * (notes[cut-1].day + notes[cut].day) / 2
	}
	if c.Probability < 1e-9 {
		return Change{}
	}
	c.Day = day / c.Probability
	for k, p := range t.steps {
		c.Delta += p / c.Probability * step * float64(shiftCells[k])
	}
	return c
}
