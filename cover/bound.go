package cover

import (
	"cmp"
	"context"
	"math"
	"math/big"
	"slices"
)

// Milli is how many parts a weight unit has in the prices of limits.
const Milli = 1000

// A bounder looks for prices that give a low bound. Of the limits the main one
// is priced exactly for the prices of the others, as the worth of the last
// thing in a fractional knapsack.
type bounder struct {
	*problem
	price    []float64 // Of the elements, per chance; weight units.
	caps     []float64 // Prices of the limits.
	best     float64
	bestOf   [2][]float64
	step     []float64 // Subgradient of price.
	stepCaps []float64
	worth    []float64 // Of shops, at these prices.
	part     []float64 // How much of each shop the knapsack takes.
	order    []int32
	scale    float64 // Square of how much larger the prices of limits are than those of elements.
	steps    int64
}

func newBounder(p *problem, from *state) *bounder {
	b := &bounder{problem: p, price: make([]float64, len(p.weights)), caps: make([]float64, len(p.limits)), best: math.Inf(1),
		step: make([]float64, len(p.weights)), stepCaps: make([]float64, len(p.limits)),
		worth: make([]float64, len(p.shop)), part: make([]float64, len(p.shop)), order: make([]int32, len(p.shop))}
	b.scale = max(1, float64(len(p.covers))/float64(max(1, len(p.shop))))
	for e, w := range p.weights {
		// What one more shop would add there, or the half of it.
		b.price[e] = max(from.open[e], w/2*p.heads[headsKept*e])
		b.price[e] = min(b.price[e], w)
	}
	b.bestOf = [2][]float64{slices.Clone(b.price), slices.Clone(b.caps)}
	return b
}

// most returns the maximum over k of w (1 - prod (1 - P_i)) - u sum P_i for the
// k greatest chances P_i at an element, and the sum of chances that gives it.
func (p *problem) most(e int, u float64) (value, sum float64) {
	left := p.weights[e]
	heads := p.heads[headsKept*e : headsKept*(e+1)]
	if heads[0] == 1 {
		return left - u, 1
	}
	for k := 0; int32(k) < p.reach[e] && left > u; k++ {
		chance := heads[min(k, headsKept-1)]
		value += chance * (left - u)
		sum += chance
		left *= 1 - chance
	}
	return value, sum
}

// evaluate returns the bound at the present prices and leaves its subgradient.
func (b *bounder) evaluate() float64 {
	sum := 0.0
	for e, u := range b.price {
		v, chances := b.most(e, u)
		sum += v
		b.step[e] = -chances
	}
	for l, c := range b.caps {
		if l != b.main {
			sum += c * float64(b.limits[l].cap)
			b.stepCaps[l] = float64(b.limits[l].cap)
		}
	}
	for j := range b.worth {
		w := 0.0
		for _, e := range b.covered(j) {
			w += b.price[e]
		}
		w *= b.chances[j]
		for _, u := range b.uses[j] {
			if int(u.limit) != b.main {
				w -= b.caps[u.limit] * float64(u.amount)
			}
		}
		b.worth[j] = w
	}
	sum += b.pack()
	for j, x := range b.part {
		if x == 0 {
			continue
		}
		for _, e := range b.covered(j) {
			b.step[e] += x * b.chances[j]
		}
		for _, u := range b.uses[j] {
			b.stepCaps[u.limit] -= x * float64(u.amount)
		}
	}
	b.steps += int64(3*len(b.covers) + 20*len(b.worth))
	return sum
}

// pack fills the fractional knapsack of the main limit and prices it.
func (b *bounder) pack() float64 {
	order := b.order[:0]
	value := 0.0
	for j, w := range b.worth {
		b.part[j] = 0
		if w <= 0 {
			continue
		}
		if b.problem.price[j] == 0 {
			b.part[j] = 1
			value += w
			continue
		}
		order = append(order, int32(j))
	}
	if b.main < 0 {
		return value
	}
	dear := func(j int32) float64 { return b.worth[j] / b.problem.price[j] }
	slices.SortFunc(order, func(x, y int32) int { return cmp.Or(cmp.Compare(dear(y), dear(x)), cmp.Compare(x, y)) })
	left := float64(b.limits[b.main].cap)
	b.caps[b.main] = 0
	for _, j := range order {
		price := b.problem.price[j]
		b.part[j] = min(1, left/price)
		value += b.part[j] * b.worth[j]
		if left -= price; left <= 0 {
			b.caps[b.main] = dear(j)
			break
		}
	}
	return value
}

// Of the subgradient.
const (
	stalls     = 25
	thetaFirst = 1.0
	thetaLeast = 0.002
)

// descend lowers the bound for so many evaluations, stepping as far as would
// reach the target if the bound were linear (Polyak).
func (b *bounder) descend(ctx context.Context, target float64, evaluations int) {
	theta, stalled := thetaFirst, 0
	for n := range evaluations {
		if n%8 == 0 && ctx.Err() != nil {
			return
		}
		value := b.evaluate()
		if value < b.best {
			if value < b.best*(1-1e-6) {
				stalled = 0
			}
			b.best = value
			copy(b.bestOf[0], b.price)
			copy(b.bestOf[1], b.caps)
		}
		if stalled++; stalled > stalls {
			stalled = 0
			if theta /= 2; theta < thetaLeast {
				return
			}
			copy(b.price, b.bestOf[0])
			copy(b.caps, b.bestOf[1])
			continue
		}
		if value-target < 1 {
			return
		}
		b.move(theta * (value - target))
	}
}

// move steps against the subgradient, of what is not held back by the prices'
// own bounds.
func (b *bounder) move(far float64) {
	norm := 0.0
	for e, g := range b.step {
		if g > 0 && b.price[e] <= 0 || g < 0 && b.price[e] >= b.weights[e] {
			b.step[e] = 0
			continue
		}
		norm += g * g
	}
	for l, g := range b.stepCaps {
		if l == b.main || g > 0 && b.caps[l] <= 0 {
			b.stepCaps[l] = 0
			continue
		}
		norm += b.scale * g * g
	}
	if norm == 0 {
		return
	}
	t := far / norm
	for e, g := range b.step {
		if g != 0 {
			b.price[e] = min(max(b.price[e]-t*g, 0), b.weights[e])
		}
	}
	for l, g := range b.stepCaps {
		if g != 0 {
			b.caps[l] = max(b.caps[l]-t*b.scale*g, 0)
		}
	}
}

// keen returns the shops that are worth the most for what they use of the main
// limit at the best prices, so many and those of a choice, by number. What a
// better plan needs is nearly always among them.
func (b *bounder) keen(most int, choice []int32) []int32 {
	b.again()
	b.evaluate()
	all := make([]int32, len(b.worth))
	for j := range all {
		all[j] = int32(j)
	}
	if len(all) <= most {
		return all
	}
	slices.SortFunc(all, func(x, y int32) int {
		return cmp.Or(cmp.Compare(b.worth[y]*b.inverse[y], b.worth[x]*b.inverse[x]), cmp.Compare(x, y))
	})
	all = append(all[:most:most], choice...)
	slices.Sort(all)
	return slices.Compact(all)
}

// again begins anew from the best prices.
func (b *bounder) again() {
	copy(b.price, b.bestOf[0])
	copy(b.caps, b.bestOf[1])
}

// Prices are the whole numbers that prove a bound.
type Prices struct {
	Elements []int64 // Of the instance's elements, weight units.
	Limits   []int64 // Thousandths of weight units for each unit of the limit.
}

// prove rounds the best prices to whole numbers, which are prices like any
// others, and returns the bound that they prove, given weight included.
func (b *bounder) prove(in *Instance) (Prices, int64) {
	p := Prices{make([]int64, len(in.Weights)), make([]int64, len(b.limits))}
	whole := make([]int64, len(b.weights))
	for e, u := range b.bestOf[0] {
		whole[e] = int64(math.Round(u))
		p.Elements[b.element[e]] = whole[e]
	}
	for l, c := range b.bestOf[1] {
		p.Limits[l] = int64(math.Round(c * Milli))
	}
	sum := new(big.Int)
	plus := func(a, times int64) {
		sum.Add(sum, new(big.Int).Mul(big.NewInt(a), big.NewInt(times)))
	}
	plus(b.given, Milli)
	for e, u := range whole {
		if b.heads[headsKept*e] == 1 {
			plus(int64(b.weights[e])-u, Milli)
			continue
		}
		v, _ := b.most(e, float64(u))
		plus(int64(math.Ceil((v+b.weights[e]*float64(b.reach[e])*grain+1)*Milli)), 1)
	}
	for l := range b.limits {
		plus(p.Limits[l], b.limits[l].cap)
	}
	for j := range b.worth {
		worth := new(big.Int)
		for _, e := range b.covered(j) {
			worth.Add(worth, big.NewInt(whole[e]))
		}
		worth.Mul(worth, big.NewInt(int64(in.Shops[b.shop[j]].Chance)))
		for _, u := range b.uses[j] {
			worth.Sub(worth, new(big.Int).Mul(big.NewInt(p.Limits[u.limit]), big.NewInt(u.amount)))
		}
		if worth.Sign() > 0 {
			sum.Add(sum, worth)
		}
	}
	// What no plan exceeds, a plan of whole worth does not exceed rounded down.
	if !b.certain() {
		sum.Add(sum, big.NewInt(Milli-1))
	}
	return p, sum.Div(sum, big.NewInt(Milli)).Int64()
}

// What whoever recomputes may round: a probability by a grain for each factor,
// and so the covered part of an element, which is a thousandth at least, by
// less than the doubt.
const (
	grain = 4e-12
	doubt = 1e-8
)
