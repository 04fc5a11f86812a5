package score

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A small town in which nobody buys and one shop is much better than the
// others: its notes agree with each other because it is good. Nothing but that
// speaks against them, and accounts with one note are what small towns have.
func TestALovedShopOfASmallTownIsBelieved(t *testing.T) {
	for seed := range uint64(12) {
		for _, shops := range []int{12, 40} {
			t.Run(fmt.Sprintf("seed %d, %d shops", seed, shops), func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 5))
				town := &Town{}
				for range 5_000 {
					town.Authors = append(town.Authors, Author{Followers: float64(r.IntN(500)), Created: 7_500})
				}
				sum := 0.0
				for s := range shops {
					town.Shops = append(town.Shops, Shop{Category: 0, Chain: -1})
					n, quality := 25, 3.2
					if s == 0 {
						n, quality = 40, 4.7
					}
					for range n {
						x := math.Min(5, math.Max(1, math.Round(quality+0.6*r.NormFloat64())))
						if s == 0 {
							sum += x / 40
						}
						town.Notes = append(town.Notes, Note{Author: int32(r.IntN(5_000)), Shop: int32(s), Day: 9_000 + 700*r.Float64(),
							Rating: x, Starred: true, Likes: float64(r.IntN(20)), Hash: r.Uint64()})
					}
				}
				_, got, err := Fit(context.Background(), town, Options{Seed: 1})
				if err != nil {
					t.Fatal(err)
				}
				bought, honest := 0.0, 0.0
				for i, f := range got.Notes {
					if town.Notes[i].Shop == 0 {
						bought += f.PFake / 40
					} else {
						honest += f.PFake / float64(25*(shops-1))
					}
				}
				e := got.Shops[0]
				if bought > 0.15 || honest > 0.08 || math.Abs(e.Mean-sum) > 0.35 || e.Effective < 30 {
					t.Errorf("notes of the loved shop look bought by %.2f (others %.2f): mean %.2f of %.2f, %.0f of 40 count, %v",
						bought, honest, e.Mean, sum, e.Effective, e.Reasons)
				}
			})
		}
	}
}
