package esteem

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A bid is a shop that is on lists of a kind.
type bid struct {
	shop     int32
	mean, sd float64
	draws    []float32
}

func (b *bid) cautious() float64 { return b.mean - Caution*b.sd }

// Places are drawn so often to say between which a shop is.
const drawings = 200

// list makes all lists.
func (r *Result) list(in Input) {
	for _, kind := range Kinds {
		bids := r.bids(in, kind)
		slices.SortFunc(bids, func(a, b bid) int {
			return cmp.Or(cmp.Compare(b.cautious(), a.cautious()), cmp.Compare(a.shop, b.shop))
		})
		if kind != New {
			draw(bids)
		}
		for _, of := range subsets(in.Shops, bids) {
			l := List{Kind: kind, Category: of.category, District: of.district}
			l.Entries = r.entries(kind, of.bids)
			r.Lists = append(r.Lists, l)
		}
	}
}

// bids are the shops that may stand on lists of a kind, and how they stand.
func (r *Result) bids(in Input, kind Kind) (out []bid) {
	small := r.small(in)
	for s := range r.Shops {
		sh, b := &r.Shops[s], bid{shop: int32(s)}
		is := false
		switch kind {
		case Back:
			b.mean, b.sd = sh.own[back].mean, sh.own[back].sd
			is = sh.Ranked && sh.Back.Count >= Crowd && b.mean > 0 && sh.Signals[back].Value > 0
		case Trip:
			b.mean, b.sd = sh.own[trip].mean, sh.own[trip].sd
			is = sh.Ranked && sh.Far.Count >= Crowd && b.mean > 0 && sh.Signals[trip].Value > 0
		case Small:
			b.mean, b.sd = sh.Regard, sh.SD
			is = sh.Ranked && small[s] && b.mean > sureOf*b.sd && sh.deeds > deedsLeast
		case New:
			b.mean = float64(in.Shops[s].Since) // The newest first.
			is = !in.Shops[s].Closed && sh.Members < Crowd && in.Shops[s].Since > in.Day-NewDays && in.Shops[s].Since < in.Day
		case Tourist:
			b.mean, b.sd = sh.foreign.mean, sh.foreign.sd
			is = sh.Ranked && sh.Tourists >= Crowd && b.mean > 0
		}
		if is {
			out = append(out, b)
		}
	}
	return out
}

// deedsLeast is the regard that a small and loved shop has without its notes:
// small shops are those for which notes are cheapest to buy.
const deedsLeast = 0.3

// sureOf makes "above the usual" sure: a probability of four fifths.
const sureOf = 0.8416

// small says which ranked shops have fewer members in the window than half of
// the ranked shops of their category.
func (r *Result) small(in Input) []bool {
	by := map[int32][]int{}
	for s := range r.Shops {
		if r.Shops[s].Ranked {
			by[in.Shops[s].Category] = append(by[in.Shops[s].Category], r.Shops[s].Members)
		}
	}
	middle := map[int32]int{}
	for c, all := range by {
		slices.Sort(all)
		middle[c] = all[len(all)/2]
	}
	out := make([]bool, len(r.Shops))
	for s := range out {
		out[s] = r.Shops[s].Members < middle[in.Shops[s].Category]
	}
	return out
}

// draw draws how good shops may be. The seed is fixed: lists of one day are the
// same wherever they are made.
func draw(bids []bid) {
	rnd := rand.New(rand.NewPCG(2, uint64(len(bids))))
	for i := range bids {
		bids[i].draws = make([]float32, drawings)
		for k := range bids[i].draws {
			bids[i].draws[k] = float32(bids[i].mean + bids[i].sd*rnd.NormFloat64())
		}
	}
}

// A subset is the bids of one category and district.
type subset struct {
	category, district int32
	bids               []bid
}

// subsets are all categories and districts, each and all, in order.
func subsets(shops []Shop, bids []bid) []subset {
	type key struct{ category, district int32 }
	at := map[key]int{}
	var out []subset
	put := func(k key, b bid) {
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, subset{category: k.category, district: k.district})
		}
		out[i].bids = append(out[i].bids, b)
	}
	for _, b := range bids {
		c, d := shops[b.shop].Category, shops[b.shop].District
		put(key{-1, -1}, b)
		if c >= 0 {
			put(key{c, -1}, b)
		}
		if d >= 0 {
			put(key{-1, d}, b)
		}
		if c >= 0 && d >= 0 {
			put(key{c, d}, b)
		}
	}
	slices.SortFunc(out, func(a, b subset) int {
		return cmp.Or(cmp.Compare(a.category, b.category), cmp.Compare(a.district, b.district))
	})
	return out
}

// entries are the first places of some bids.
func (r *Result) entries(kind Kind, bids []bid) []Entry {
	best, worst := between(bids[:min(len(bids), 3*Published)])
	out := make([]Entry, min(len(bids), Published))
	for i := range out {
		b := &bids[i]
		e := Entry{Shop: b.shop, Reasons: r.reasons(kind, int(b.shop))}
		if kind != New {
			e.Place, e.Score = i+1, normal(b.cautious())
			e.Best, e.Worst = min(best[i], i+1), max(worst[i], i+1)
		}
		out[i] = e
	}
	return out
}

// between is the 90 % interval of each bid's place among them.
func between(bids []bid) (best, worst []int) {
	best, worst = make([]int, len(bids)), make([]int, len(bids))
	if len(bids) == 0 || bids[0].draws == nil {
		return best, worst
	}
	places := make([]uint16, len(bids)*drawings)
	order := make([]int, len(bids))
	for k := range drawings {
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int {
			return cmp.Or(cmp.Compare(bids[b].draws[k], bids[a].draws[k]), cmp.Compare(a, b))
		})
		for place, i := range order {
			places[i*drawings+k] = uint16(place + 1)
		}
	}
	for i := range bids {
		own := places[i*drawings : (i+1)*drawings]
		slices.Sort(own)
		best[i], worst[i] = int(own[drawings/20]), int(own[drawings-1-drawings/20])
	}
	return best, worst
}

// tourists makes the signal of tourists' first visits: how many went there over
// what shops nearby have, with the regard of locals behind it.
func (r *Result) tourists(in Input, t *town) {
	const reach, drawn, weak, byRegard, spread = 1000, 5, 5, 0.5, 0.5
	n := neighbours(in.Shops, t.flat, reach)
	all, count := 0.0, 1e-9
	for s := range t.shops {
		if r.Shops[s].Ranked {
			all, count = all+t.shops[s].tourists, count+1
		}
	}
	for s := range t.shops {
		sum, of := drawn*all/count, float64(drawn)
		n.each(s, func(o int, _ float64) {
			if r.Shops[o].Ranked {
				sum, of = sum+t.shops[o].tourists, of+1
			}
		})
		z := math.Log((t.shops[s].tourists + weak) / (sum/of + weak))
		known, before := t.shops[s].tourists+weak, 1/(spread*spread)
		sh := &r.Shops[s]
		sh.foreign = own{(z*known + byRegard*sh.Regard*before) / (known + before), 1 / math.Sqrt(known+before)}
	}
}
