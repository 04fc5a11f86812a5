package cover

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"citywalk/geo"
)

// small makes a small instance of a kind that the seed decides: weights of
// nothing, shops that stand in the same place, chains, costs of nothing, signed
// shops and chances all come up.
func small(seed uint64, chances bool) (*Instance, Limits) {
	r := rand.New(rand.NewPCG(seed, 7))
	needs := []Need{{"a", 600, 720, 0.5}, {"b", 600, 720, 0.5}, {"b", 1200, 1320, 0.25}}
	var points []Point
	spot := func() geo.Point {
		return geo.Point{Lat: 31.2 + 0.02*math.Round(8*r.Float64())/8, Lng: 121.4 + 0.02*math.Round(8*r.Float64())/8}
	}
	for i := range 3 + r.IntN(25) {
		points = append(points, Point{ID: fmt.Sprint("p", i), At: spot(), Weight: float64(r.IntN(5)) * r.Float64()})
	}
	var shops []Shop
	for i := range 1 + r.IntN(12) {
		s := Shop{ID: fmt.Sprint("s", i), At: spot(), Category: string(rune('a' + r.IntN(3))), Opens: -1, Closes: -1,
			Cost: int64(r.IntN(5)) * 100, Chance: Certain, Signed: r.IntN(6) == 0}
		if r.IntN(3) == 0 {
			s.Chain = fmt.Sprint("c", r.IntN(2))
		}
		if r.IntN(3) == 0 {
			s.Opens, s.Closes = 600, 900
		}
		if chances {
			s.Chance = 1 + r.IntN(Certain)
		}
		shops = append(shops, s)
	}
	in, err := Build(points, needs, shops, 600+1200*r.Float64())
	if err != nil {
		panic(err)
	}
	l := Limits{Shops: r.IntN(6), Budget: int64(r.IntN(4)) * 250, Chain: r.IntN(3)}
	if l.Shops == 0 && l.Budget == 0 {
		l.Shops = 2
	}
	if r.IntN(2) == 0 {
		l.Categories = map[string]int{"a": r.IntN(3)}
	}
	return in, l
}

// worth is the expected weight that some shops cover with the signed ones,
// straight from its definition.
func worth(in *Instance, chosen map[int]bool) float64 {
	sum := 0.0
	for e, w := range in.Weights {
		miss := 1.0
		for j, s := range in.Shops {
			for _, c := range in.Covered(j) {
				if int(c) != e {
					continue
				}
				if s.Signed {
					miss = 0
				} else if chosen[j] {
					miss *= 1 - float64(s.Chance)/Certain
				}
			}
		}
		sum += float64(w) * (1 - miss)
	}
	return sum
}

// allowed reports whether a choice keeps the limits, from their definition.
func allowed(in *Instance, l Limits, chosen map[int]bool) bool {
	count, cost := 0, int64(0)
	categories, chains := map[string]int{}, map[string]int{}
	fresh := map[string]bool{}
	for j, s := range in.Shops {
		if s.Signed || chosen[j] {
			categories[s.Category]++
			chains[s.Chain]++
		}
		if chosen[j] {
			count, cost = count+1, cost+s.Cost
			fresh["category "+s.Category], fresh["chain "+s.Chain] = true, true
		}
	}
	if l.Shops > 0 && count > l.Shops || l.Budget > 0 && cost > l.Budget {
		return false
	}
	for name, n := range categories {
		if most, capped := l.Categories[name]; capped && n > most && fresh["category "+name] {
			return false
		}
	}
	for name, n := range chains {
		if name != "" && l.Chain > 0 && n > l.Chain && fresh["chain "+name] {
			return false
		}
	}
	return true
}

// optimum is the best there is, by trying every choice.
func optimum(in *Instance, l Limits) float64 {
	var free []int
	for j, s := range in.Shops {
		if !s.Signed {
			free = append(free, j)
		}
	}
	best := 0.0
	for set := range 1 << len(free) {
		chosen := map[int]bool{}
		for i, j := range free {
			if set>>i&1 == 1 {
				chosen[j] = true
			}
		}
		if allowed(in, l, chosen) {
			best = max(best, worth(in, chosen))
		}
	}
	return best
}

func plan(t testing.TB, in *Instance, l Limits, o Options) *Plan {
	t.Helper()
	if o.Effort == 0 {
		o.Effort = 0.001
	}
	p, err := Make(context.Background(), in, l, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func chosenOf(p *Plan) map[int]bool {
	chosen := map[int]bool{}
	for _, s := range p.Chosen {
		chosen[s.Shop] = true
	}
	return chosen
}
