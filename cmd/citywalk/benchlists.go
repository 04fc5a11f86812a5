package main

import (
	"context"
	"fmt"
	"time"

	"citywalk/esteem/farm"
)

// BenchListsCmd says what the public lists are worth on made cities whose truth
// is known, with farms and without, beside plainer lists.
type BenchListsCmd struct {
	Listing   `embed:""`
	Seeds     []uint64 `default:"1,2,3,4,5,6,7,8" help:"Seeds of the cities."`
	Farms     []int    `default:"0,30" help:"How many shops farm the lists."`
	Elsewhere int      `default:"8" help:"How often a puppet pays at other shops, at most, to look like a member."`
	Careful   float64  `default:"0.25" help:"Share of the farms whose puppets are seen far away and have old accounts."`
}

// A listRow is what one list of one city is worth.
type listRow struct {
	Seed  uint64 `json:"seed"`
	Farms int    `json:"farms"`
	List  string `json:"list"`
	farm.Worth
	Visits  int     `json:"visits"`
	Seconds float64 `json:"seconds"` // Of all lists of the city, without the notes' score.
}

func (c *BenchListsCmd) Run(ctx context.Context, s *Streams) error {
	var rows []listRow
	for _, seed := range c.Seeds {
		for _, farms := range c.Farms {
			fmt.Fprintf(s.Err, "seed %d, %d farms\n", seed, farms)
			p := farm.NewPlan(seed)
			p.Farms, p.Elsewhere, p.Careful = farms, c.Elsewhere, c.Careful
			city := p.Make()
			found, err := city.Fit(ctx)
			if err != nil {
				return err
			}
			began := time.Now()
			lists, _ := city.Lists()
			took := time.Since(began).Seconds()
			for _, l := range append(city.Yardsticks(found), lists...) {
				rows = append(rows, listRow{Seed: seed, Farms: farms, List: l.Name, Worth: city.Judge(l.Order), Visits: len(city.Input.Visits), Seconds: took})
			}
		}
	}
	return c.print(s, rows, []string{"SEED", "FARMS", "LIST", "NDCG@50", "OF THE BEST 50", "FARMED OF 50"}, func(add func(...any)) {
		for _, r := range rows {
			add(r.Seed, r.Farms, r.List, fmt.Sprintf("%.3f", r.NDCG), r.Hits, r.Farmed)
		}
	})
}
