package farm

import (
	"cmp"
	"context"
	"math"
	"slices"

	"citywalk/esteem"
	"citywalk/geo"
	"citywalk/score"
)

// A Ranking is an order of shops, the best first.
type Ranking struct {
	Name  string
	Order []int32
}

// A Worth is what a ranking is worth to those who know the truth.
type Worth struct {
	NDCG   float64 `json:"ndcg50"`
	Hits   int     `json:"best_of_50"`   // How many of the truly best 50 are in its first 50.
	Farmed int     `json:"farmed_of_50"` // Farmed shops in its first 50.
}

// Depth is how far down a ranking is judged.
const Depth = 50

// Judge compares a ranking with the truth. The gain of a shop is how far its
// quality is above the average, in standard deviations, and nothing below; the
// discount is 1/log2(place+1).
func (c *City) Judge(order []int32) (w Worth) {
	ideal := byValue(c.Truth)
	best := ideal[Depth-1]
	gain := func(s int32) float64 { return math.Max(0, c.Truth[s]) }
	most := 0.0
	for i := range Depth {
		most += gain(ideal[i]) / math.Log2(float64(i)+2)
		if i >= len(order) {
			continue
		}
		s := order[i]
		w.NDCG += gain(s) / math.Log2(float64(i)+2)
		if c.Truth[s] >= c.Truth[best] {
			w.Hits++
		}
		if c.Farmed[s] {
			w.Farmed++
		}
	}
	w.NDCG /= most
	return w
}

// byValue are the shops with the greatest values first.
func byValue(value []float64) []int32 {
	order := make([]int32, len(value))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(value[b], value[a]) })
	return order
}

// Fit lets package score read the notes, and puts what it says of them into the
// input of the lists. It returns what it says of the shops.
func (c *City) Fit(ctx context.Context) ([]score.Estimate, error) {
	_, found, err := score.Fit(ctx, &c.Town, score.Options{})
	if err != nil {
		return nil, err
	}
	for s, e := range found.Shops {
		sh := &c.Input.Shops[s]
		sh.Notes, sh.NotesVar = esteem.Alone(e.Mean, e.SD, e.Prior, e.PriorSD)
	}
	c.Input.Words = c.Input.Words[:0]
	for i, n := range c.Town.Notes {
		c.Input.Words = append(c.Input.Words, esteem.Word{Member: n.Author, Shop: n.Shop, Rating: n.Rating, Weight: found.Notes[i].Weight})
	}
	return found.Shops, nil
}

// Yardsticks are plainer lists of the same city: visits, the share of members
// who came again, kilometres travelled, and notes alone. Shops that too few
// members visited are on none of them.
func (c *City) Yardsticks(found []score.Estimate) []Ranking {
	n := len(c.Input.Shops)
	visits, km, members, again := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	type pair struct{ member, shop int32 }
	seen := map[pair]int{}
	for _, v := range c.Input.Visits {
		visits[v.Shop]++
		km[v.Shop] += math.Min(60, geo.Distance(c.At[v.Member], c.Input.Shops[v.Shop].At)/1000)
		p := pair{v.Member, v.Shop}
		switch seen[p]++; seen[p] {
		case 1:
			members[v.Shop]++
		case 2:
			again[v.Shop]++
		}
	}
	rate, wrote := make([]float64, n), make([]float64, n)
	for s := range rate {
		if members[s] < esteem.Crowd {
			visits[s], km[s], rate[s], wrote[s] = -1, -1, -1, -1
			continue
		}
		rate[s], wrote[s] = again[s]/members[s], found[s].Rank
	}
	return []Ranking{
		{"visits", byValue(visits)}, {"revisit rate", byValue(rate)},
		{"km travelled", byValue(km)}, {"notes alone", byValue(wrote)},
	}
}

// Lists are the rankings of package esteem: its regard, and each list of all
// categories and districts.
func (c *City) Lists() ([]Ranking, *esteem.Result) {
	r := esteem.Build(c.Input)
	value := make([]float64, len(r.Shops))
	for s, st := range r.Shops {
		value[s] = math.Inf(-1)
		if st.Ranked {
			value[s] = st.Score
		}
	}
	out := []Ranking{{"regard", byValue(value)}}
	for _, l := range r.Lists {
		if l.Category >= 0 || l.District >= 0 || l.Kind == esteem.New {
			continue
		}
		var order []int32
		for _, e := range l.Entries {
			order = append(order, e.Shop)
		}
		out = append(out, Ranking{"list " + string(l.Kind), order})
	}
	return out, &r
}
