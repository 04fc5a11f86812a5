package esteem

import (
	"math"
	"slices"
)

// Alone takes a prior off a posterior, both normal: what the notes alone say,
// with its variance. Without anything of their own the variance is 0.
func Alone(mean, sd, prior, priorSD float64) (value, variance float64) {
	own := 1/(sd*sd) - 1/(priorSD*priorSD)
	if !(own > 1e-6) {
		return 0, 0
	}
	return (mean/(sd*sd) - prior/(priorSD*priorSD)) / own, 1 / own
}

// backs makes the signal of locals who came back: the logit of their share,
// drawn to what is expected by as many locals as the spread between shops says,
// above that expectation. It returns how many locals those are.
func (r *Result) backs(in Input, t *town) (shrink float64) {
	all := Share{}
	for s := range t.shops {
		b := t.shops[s].back
		all.Part, all.Of = all.Part+b.Part, all.Of+b.Of
	}
	city := (all.Part + 1) / (all.Of + 2)
	shrink = shrinkage(t.shops, city)
	usual := expectBack(in, t, shrink, city)
	for s := range t.shops {
		b := t.shops[s].back
		if b.Of <= 0 {
			continue
		}
		p := (b.Part + shrink*usual[s]) / (b.Of + shrink)
		// Drawing is for the share. What it says is brought back to its size, since
		// the fusion draws by its own variance.
		sized := (b.Of + shrink) / b.Of
		r.Shops[s].Signals[back] = Signal{sized * (logit(p) - logit(usual[s])), 1 / (b.effective() * p * (1 - p))}
		r.Shops[s].usualBack = usual[s]
	}
	return shrink
}

// shrinkage is the a of a beta-binomial, by moments over shops with a crowd.
func shrinkage(shops []tally, city float64) float64 {
	var spread, noise, weight float64
	for s := range shops {
		b := shops[s].back
		if b.Count < Crowd || b.Of <= 1 {
			continue
		}
		p := b.Part / b.Of
		spread += b.Of * (p - city) * (p - city)
		noise += city * (1 - city) // Of times the variance of p.
		weight += b.Of
	}
	between := (spread - noise) / math.Max(1, weight)
	most := city * (1 - city)
	return math.Max(2, math.Min(200, most/math.Max(1e-6, between)-1))
}

// expectBack is which share should have come back: that of the category, moved
// by how many came at working noons, by how long ago first visits were, and by
// how many other shops are near to go to instead, as the city as a whole shows
// it.
func expectBack(in Input, t *town, shrink, city float64) []float64 {
	z, weight := make([]float64, len(t.shops)), make([]float64, len(t.shops))
	noon, ago, others := make([]float64, len(t.shops)), make([]float64, len(t.shops)), make([]float64, len(t.shops))
	for s := range t.shops {
		b := t.shops[s].back
		z[s] = logit((b.Part + shrink*city) / (b.Of + shrink))
		weight[s] = b.Of / (b.Of + shrink)
		noon[s] = t.shops[s].noon / math.Max(1e-9, t.shops[s].weight)
		ago[s] = t.shops[s].ago / math.Max(1e-9, b.Of) / float64(in.Days)
		others[s] = math.Log1p(float64(t.choices[s]))
	}
	usual := expect(in.Shops, z, weight, noon, ago, others)
	for s := range usual {
		usual[s] = expit(usual[s])
	}
	return usual
}

// trips makes the signal of members from far: the logarithm of how many there
// were over how many the gravity model expects.
func (r *Result) trips(in Input, g *gravity) {
	z, weight, apart := make([]float64, len(g.far)), make([]float64, len(g.far)), make([]float64, len(g.far))
	for s, f := range g.far {
		if f.Of > 0 {
			z[s] = math.Log((f.Part + 1) / (g.expected[s] + 1))
			weight[s] = g.expected[s] / (g.expected[s] + 1)
			apart[s] = math.Log((g.expected[s] + 1) / (f.Of + 1))
		}
	}
	usual := expect(in.Shops, z, weight, apart)
	for s, f := range g.far {
		if f.Of > 0 {
			sized := (g.expected[s] + 1) / math.Max(0.1, g.expected[s])
			r.Shops[s].Signals[trip] = Signal{sized * (z[s] - usual[s]), sized / (f.Part + 1)}
			r.Shops[s].usualFar = math.Min(1, math.Exp(usual[s])*g.expected[s]/f.Of)
		}
	}
}

// notes makes the signal of what people wrote: the score of the notes, moved by
// as much as their mean moves when each counts for its writer's voice. What
// little such a move is known by is added to the variance.
func (r *Result) notes(in Input, t *town) {
	z, v, weight := make([]float64, len(in.Shops)), make([]float64, len(in.Shops)), make([]float64, len(in.Shops))
	for s := range in.Shops {
		sh := &in.Shops[s]
		if sh.NotesVar <= 0 {
			continue
		}
		move, fewer := t.shops[s].doubt()
		z[s], v[s] = sh.Notes+move, sh.NotesVar*fewer+move*move/4
		weight[s] = 0.2 / (0.2 + v[s])
	}
	usual := expect(in.Shops, z, weight)
	for s := range in.Shops {
		if v[s] > 0 {
			r.Shops[s].Signals[notes] = Signal{z[s] - usual[s], v[s]}
		}
	}
}

// doubt is by how much the mean of the notes moves when they count for their
// writers' voices, and how many times fewer notes that is.
func (t *tally) doubt() (move, fewer float64) {
	if t.plain.weight <= 0 || t.trusted.weight <= 0 {
		return 0, 1
	}
	const prior = 1 // Notes like the plain mean, so that hardly anything moves by one note.
	plain := t.plain.sum / t.plain.weight
	trusted := (t.trusted.sum + prior*plain) / (t.trusted.weight + prior)
	return trusted - plain, math.Max(1, t.plain.weight/(t.trusted.weight*t.trusted.weight/t.trusted.squares))
}

// categoryMeans are weighted means by category, drawn to the city's; one for
// each shop.
func categoryMeans(shops []Shop, v, weight []float64) []float64 {
	const drawn = 5 // Shops that the city counts for.
	sum, of := map[int32]float64{}, map[int32]float64{}
	all, whole := 0.0, 1e-9
	for s := range shops {
		c := shops[s].Category
		sum[c], of[c] = sum[c]+weight[s]*v[s], of[c]+weight[s]
		all, whole = all+weight[s]*v[s], whole+weight[s]
	}
	out := make([]float64, len(shops))
	for s := range shops {
		c := shops[s].Category
		out[s] = (sum[c] + drawn*all/whole) / (of[c] + drawn)
	}
	return out
}

// expect is what z is by category and by other things that are known of shops,
// by weighted least squares.
func expect(shops []Shop, z, weight []float64, by ...[]float64) []float64 {
	const ridge = 1
	usual := categoryMeans(shops, z, weight)
	centred := make([][]float64, len(by))
	for k, x := range by {
		centred[k] = slices.Clone(x)
		for s, middle := range categoryMeans(shops, x, weight) {
			centred[k][s] -= middle
		}
	}
	a := make([][]float64, len(by)) // The normal equations, with their right side.
	for j := range a {
		a[j] = make([]float64, len(by)+1)
		a[j][j] = ridge
		for s, w := range weight {
			for k := range by {
				a[j][k] += w * centred[j][s] * centred[k][s]
			}
			a[j][len(by)] += w * centred[j][s] * (z[s] - usual[s])
		}
	}
	for k, slope := range solve(a) {
		for s := range usual {
			usual[s] += slope * centred[k][s]
		}
	}
	return usual
}

// solve solves positive definite equations, each with its right side at the end.
func solve(a [][]float64) []float64 {
	n := len(a)
	for i := range a {
		for j := range a {
			if j == i {
				continue
			}
			f := a[j][i] / a[i][i]
			for k := i; k <= n; k++ {
				a[j][k] -= f * a[i][k]
			}
		}
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = a[i][n] / a[i][i]
	}
	return out
}

// bound is how far from the usual a signal may be, in robust standard
// deviations over the ranked shops.
const bound = 3

// temper bounds every signal, so that none can be made large at will.
func (r *Result) temper() {
	for k := range signals {
		var all []float64
		for s := range r.Shops {
			if sg := r.Shops[s].Signals[k]; r.Shops[s].Ranked && sg.Var > 0 {
				all = append(all, math.Abs(sg.Value))
			}
		}
		if len(all) == 0 {
			continue
		}
		slices.Sort(all)
		most := bound * 1.4826 * math.Max(1e-6, all[len(all)/2])
		for s := range r.Shops {
			sg := &r.Shops[s].Signals[k]
			sg.Value = math.Max(-most, math.Min(most, sg.Value))
		}
	}
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }
func expit(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
