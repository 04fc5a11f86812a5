package cover

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// Options say how a plan is looked for.
type Options struct {
	Seed     uint64
	Effort   float64 // Multiplies how much is searched; 0 counts as 1.
	Days     [][]int32
	Progress func(Progress) // Called now and then, by one goroutine at a time; may be nil.
}

// Progress is how far a plan is.
type Progress struct {
	Phase string  // "greedy", "bound" or "search".
	Done  float64 // Of everything, 0..1.
	Value int64   // Weight covered by the best plan so far, weight units.
	Bound int64   // What no plan exceeds; 0 as long as none is known.
}

// A Plan is a choice of shops with what is proved of it. Weights are in weight
// units (Unit of them are a visit).
type Plan struct {
	Chosen  []Step
	Given   int64  // Covered by the signed shops.
	Value   int64  // Covered by the signed shops and the chosen ones, in expectation.
	Greedy  int64  // As Value, of the better greedy plan.
	Bound   int64  // No plan within the limits exceeds this.
	Total   int64  // All demand.
	Ceiling int64  // Covered if every shop signed.
	Cost    int64  // Fen.
	Limits  []Used // What bound the plan.
	Prices  Prices // What proves the bound.
	Usable  Days
	Cut     bool // The search was ended before it was through.

	problem *problem // What the limits made of the instance.
}

// A Step is one shop to sign, in the order of signing: each adds the most of
// those that are left.
type Step struct {
	Shop  int   // Number in the instance.
	Gain  int64 // What it adds to those before it.
	Total int64 // Covered with it.
}

// Used is what a plan uses of a limit.
type Used struct {
	Name      string
	Cap, Used int64
}

// Days are sampled days of members, each usable if all its stops are covered.
type Days struct{ Sampled, Now, Planned, Ceiling int }

// Gap is how far the plan may be below the best one, relative to what it adds
// to the signed shops: (Bound - Value) / (Value - Given). It is +Inf if the
// plan adds nothing and something could be added as far as is proved.
func (p *Plan) Gap() float64 { return gap(p.Bound, p.Value, p.Given) }

func gap(bound, value, given int64) float64 {
	if bound <= value {
		return 0
	}
	return float64(bound-value) / float64(value-given)
}

// Share is a weight as a part of all demand.
func (p *Plan) Share(weight int64) float64 {
	if p.Total == 0 {
		return 0
	}
	return float64(weight) / float64(p.Total)
}

// Effort one, in array cells: some seconds.
const (
	searchSteps     = 480_000_000
	evaluationsMost = 1500
	evaluationSteps = 1_200_000_000
	keenLeast       = 600
	keenTimes       = 3  // The pool of the search, in sizes of the greedy plan.
	roundsStale     = 8  // Without a better plan the search ends.
	evaluationsCut  = 60 // Of a plan that was cut off, so that it has a bound too.
)

// Make plans. If ctx ends, it returns the best plan so far, with a bound that
// is proved and weaker than it could be, and no error.
func Make(ctx context.Context, in *Instance, l Limits, o Options) (*Plan, error) {
	if l.Shops <= 0 && l.Budget <= 0 {
		return nil, ErrLimit
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	m := &maker{in: in, options: o, problem: newProblem(in, l)}
	if !(m.options.Effort > 0) { // A comparison with a NaN is false.
		m.options.Effort = 1
	}
	return m.make(ctx), nil
}

// A maker makes one plan.
type maker struct {
	*problem
	in      *Instance
	options Options
	best    []int32
	value   float64
	bounder *bounder
}

func (m *maker) tell(phase string, done float64) {
	if m.options.Progress == nil {
		return
	}
	p := Progress{Phase: phase, Done: done, Value: m.given + int64(m.value)}
	if m.bounder != nil && !math.IsInf(m.bounder.best, 1) {
		p.Bound = m.given + int64(math.Ceil(m.bounder.best))
	}
	m.options.Progress(p)
}

func (m *maker) make(ctx context.Context) *Plan {
	m.tell("greedy", 0)
	first := greedy(m.problem)
	m.best, m.value = slices.Clone(first.chosen), first.value
	m.bounder = newBounder(m.problem, first)
	m.tell("bound", 0.05)
	evaluations := m.evaluations()
	m.bounder.descend(ctx, m.value, evaluations)
	m.search(ctx)
	if m.open() && ctx.Err() == nil {
		m.tell("bound", 0.9)
		m.bounder.again()
		m.bounder.descend(ctx, m.value, evaluations)
	}
	if ctx.Err() != nil {
		m.bounder.again()
		m.bounder.descend(context.WithoutCancel(ctx), m.value, min(evaluations, evaluationsCut))
	}
	p := m.plan(first)
	p.Cut = ctx.Err() != nil
	m.tell("bound", 1)
	return p
}

// open reports whether the best plan is not proved to be the best there is.
func (m *maker) open() bool { return m.bounder.best-m.value >= 1 }

func (m *maker) evaluations() int {
	each := float64(3*len(m.covers) + 20*len(m.shop) + 1)
	return int(max(evaluationsCut, min(evaluationsMost*max(1, m.options.Effort), m.options.Effort*evaluationSteps/each/2)))
}

// search runs the searchers beside each other, round by round; after each the
// best plan of all goes on in every one. They see the shops that are worth the
// most at the prices of the bound and no others.
func (m *maker) search(ctx context.Context) {
	if len(m.best) == 0 || len(m.best) == len(m.shop) {
		return
	}
	pool := m.bounder.keen(max(keenLeast, keenTimes*len(m.best)), m.best)
	within := m.only(pool)
	best := make([]int32, len(m.best))
	for i, j := range m.best {
		at, _ := slices.BinarySearch(pool, j)
		best[i] = int32(at)
	}
	all := make([]*searcher, searchers)
	for i := range all {
		all[i] = newSearcher(within)
	}
	steps := int64(m.options.Effort * searchSteps / rounds)
	cool := func(n int) float64 { return slackFirst * (1 - float64(n)/rounds) }
	stale := 0
	for round := range rounds {
		if stale++; !m.open() || stale > roundsStale || ctx.Err() != nil {
			return
		}
		var wait sync.WaitGroup
		for i, s := range all {
			r := rand.New(rand.NewPCG(m.options.Seed, uint64(round*searchers+i)))
			wait.Go(func() { s.search(ctx, best, r, steps, [2]float64{cool(round), cool(round + 1)}) })
		}
		wait.Wait()
		for _, s := range all {
			if s.bestValue > m.value {
				m.value, best, stale = s.bestValue, slices.Clone(s.best), 0
			}
		}
		m.best = m.best[:0]
		for _, j := range best {
			m.best = append(m.best, pool[j])
		}
		m.tell("search", 0.2+0.7*float64(round+1)/rounds)
	}
}

// plan brings the best choice into the order of signing and says all of it.
func (m *maker) plan(begun *state) *Plan {
	p := &Plan{problem: m.problem, Given: m.given, Total: m.in.Total(), Greedy: m.floor(begun)}
	slices.Sort(m.best)
	s := newState(m.problem)
	left := slices.Clone(m.best)
	total := m.given
	for len(left) > 0 {
		at := 0
		for i, j := range left {
			if s.gain[j] > s.gain[left[at]] {
				at = i
			}
		}
		j := left[at]
		left = slices.Delete(left, at, at+1)
		s.add(j)
		now := m.floor(s)
		p.Chosen = append(p.Chosen, Step{Shop: int(m.shop[j]), Gain: now - total, Total: now})
		p.Cost += m.in.Shops[m.shop[j]].Cost
		total = now
	}
	p.Value = total
	p.Prices, p.Bound = m.bounder.prove(m.in)
	for i, l := range m.limits {
		p.Limits = append(p.Limits, Used{l.name, l.cap, s.used[i]})
	}
	p.Ceiling = m.given
	for _, w := range m.weights {
		p.Ceiling += int64(w)
	}
	p.Usable = m.in.usable(p, m.options.Days)
	return p
}

// floor returns what the choice of a state covers, given weight included, in
// whole units: exactly if every shop is certain, and else rounded down element
// by element and by a little more, as whoever recomputes it may.
func (p *problem) floor(s *state) int64 {
	if p.certain() {
		return p.given + int64(s.value)
	}
	sum := p.given
	for e, w := range p.weights {
		sum += int64((w - s.open[e]) * (1 - doubt))
	}
	return sum
}

// certain reports whether every shop is sure to sign.
func (p *problem) certain() bool {
	return !slices.ContainsFunc(p.chances, func(c float64) bool { return c < 1 })
}

// usable counts the days whose every stop is covered: by the signed shops, by
// the chosen ones as well if all of them sign, by all shops.
func (in *Instance) usable(p *Plan, days [][]int32) Days {
	now, planned, all := make([]bool, len(in.Weights)), make([]bool, len(in.Weights)), make([]bool, len(in.Weights))
	chosen := map[int]bool{}
	for _, s := range p.Chosen {
		chosen[s.Shop] = true
	}
	for j, s := range in.Shops {
		for _, e := range in.Covered(j) {
			all[e] = true
			now[e] = now[e] || s.Signed
			planned[e] = planned[e] || s.Signed || chosen[j]
		}
	}
	d := Days{Sampled: len(days)}
	for _, stops := range days {
		every := func(covered []bool) int {
			for _, e := range stops {
				if !covered[e] {
					return 0
				}
			}
			return 1
		}
		d.Now += every(now)
		d.Planned += every(planned)
		d.Ceiling += every(all)
	}
	return d
}
