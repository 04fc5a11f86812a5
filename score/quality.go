package score

import "math"

// qualities is how good shops are before their notes are read: normal around
// their category's mean, or around what their chain's other shops are.
type qualities struct {
	Mean       float64           `json:"mean"`       // Of all categories.
	Categories map[int32]float64 `json:"categories"` // Means.
	SD         float64           `json:"sd"`         // Of shops in a category.
	InChain    float64           `json:"in_chain"`   // Of shops in a chain.
	OfChains   float64           `json:"of_chains"`  // Of chains in a category.
	Chains     map[int32]chain   `json:"chains"`
}

// A chain's shops: how many, and the sum of how much better they are than
// their categories.
type chain struct {
	Shops int     `json:"shops"`
	Sum   float64 `json:"sum"`
}

func newQualities() qualities {
	return qualities{Mean: 3.7, SD: 0.5, InChain: 0.3, OfChains: 0.3}
}

// category is the mean of a category.
func (p *qualities) category(c int32) float64 {
	if m, ok := p.Categories[c]; ok {
		return m
	}
	return p.Mean
}

// of is what is believed of a shop before its notes are read. own is its last
// mean, so that its chain is judged by the others; NaN for a new shop.
func (p *qualities) of(s Shop, own float64) moments {
	mean := p.category(s.Category)
	if s.Chain < 0 {
		return moments{mean, p.SD}
	}
	c := p.Chains[s.Chain]
	if !math.IsNaN(own) && c.Shops > 0 {
		c.Shops, c.Sum = c.Shops-1, c.Sum-(own-mean)
	}
	within, among := p.InChain*p.InChain, p.OfChains*p.OfChains
	precision := float64(c.Shops)/within + 1/among
	return moments{mean + c.Sum/within/precision, math.Sqrt(within + 1/precision)}
}

// learn fits the means and spreads to shops' qualities: one step of variational
// EM with normal posteriors. after holds each shop's posterior mean and
// standard deviation; shops without notes have zeros and teach nothing.
func (p *qualities) learn(shops []Shop, after []moments) {
	const before = 10 // Shops' worth of belief in the spreads.
	sum, count := map[int32]float64{}, map[int32]float64{}
	total, all := p.Mean*2, 2.0
	for s, shop := range shops {
		if after[s].SD == 0 {
			continue
		}
		v := after[s].Mean - p.chainEffect(shop.Chain)
		sum[shop.Category] += v
		count[shop.Category]++
		total, all = total+v, all+1
	}
	p.Mean = total / all
	among := p.amongCategories(sum, count)
	p.Categories = make(map[int32]float64, len(sum))
	for c := range sum {
		k := p.SD * p.SD / among
		p.Categories[c] = (sum[c] + k*p.Mean) / (count[c] + k)
	}
	p.Chains = map[int32]chain{}
	single, alone := p.SD*p.SD*before, float64(before)
	for s, shop := range shops {
		if after[s].SD == 0 {
			continue
		}
		d := after[s].Mean - p.Categories[shop.Category]
		if shop.Chain >= 0 {
			c := p.Chains[shop.Chain]
			p.Chains[shop.Chain] = chain{c.Shops + 1, c.Sum + d}
			continue
		}
		single, alone = single+d*d+after[s].SD*after[s].SD, alone+1
	}
	p.SD = math.Sqrt(single / alone)
	p.learnChains(shops, after)
}

// amongCategories is the variance of categories' means, from those whose mean is
// well known.
func (p *qualities) amongCategories(sum, count map[int32]float64) float64 {
	square, n := 0.01*4, 4.0
	for _, c := range sorted(sum) {
		d := sum[c]/count[c] - p.Mean
		if noise := p.SD * p.SD / count[c]; noise < 0.02 {
			square, n = square+math.Max(0, d*d-noise), n+1
		}
	}
	return square / n
}

func (p *qualities) chainEffect(c int32) float64 {
	k := p.Chains[c]
	if c < 0 || k.Shops == 0 {
		return 0
	}
	return k.Sum / (float64(k.Shops) + p.InChain*p.InChain/(p.OfChains*p.OfChains))
}

func (p *qualities) learnChains(shops []Shop, after []moments) {
	const before = 5
	within, among := p.InChain*p.InChain, p.OfChains*p.OfChains
	sumB, nB := among*before, float64(before)
	for _, id := range sorted(p.Chains) {
		e := p.chainEffect(id)
		sumB += e*e + 1/(float64(p.Chains[id].Shops)/within+1/among)
		nB++
	}
	sumW, nW := within*before, float64(before)
	for s, shop := range shops {
		if shop.Chain < 0 || after[s].SD == 0 {
			continue
		}
		d := after[s].Mean - p.Categories[shop.Category] - p.chainEffect(shop.Chain)
		e := 1 / (float64(p.Chains[shop.Chain].Shops)/within + 1/among)
		sumW += d*d + after[s].SD*after[s].SD + e
		nW++
	}
	p.InChain, p.OfChains = math.Sqrt(sumW/nW), math.Sqrt(sumB/nB)
}

// priorLeast is the least spread that is believed.
const priorLeast = 0.15

// Some shops are far better or worse than the spread of the others tells.
const (
	farShare = 0.04
	farTimes = 3
)

// row is a prior on the grid: normal, but for a few shops that are far off.
func (m moments) row(out *[cells]float64) {
	sum := 0.0
	sd := math.Max(m.SD, priorLeast)
	for q := range out {
		z := (quality(q) - m.Mean) / sd
		out[q] = (1-farShare)*math.Exp(-z*z/2) + farShare/farTimes*math.Exp(-z*z/2/(farTimes*farTimes))
		sum += out[q]
	}
	for q := range out {
		out[q] /= sum
	}
}
