package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"

	"citywalk/score"
)

// visitNoise is the standard deviation of a reviewer's visit around the truth.
const visitNoise = 0.4

// A queueRow is what one order of visits left of the regret.
type queueRow struct {
	Order   string  `json:"order"`
	Reviews int     `json:"reviews"`
	Before  float64 `json:"regret_before"`
	After   float64 `json:"regret_after"`
	Ratio   float64 `json:"ratio"` // Of what is left, to that of the random order.
}

// A queueTown is a fitted town whose truth is known, under review.
type queueTown struct {
	model   *score.Model
	shops   []score.OneShop
	now     []score.Estimate
	truth   []float64
	traffic []float64
	bar     float64
}

// queue visits shops in two orders. A visit sees the truth with noise, and the
// shop is scored again with it, as a reviewer's check is. The decision is to
// admit a shop whose mean is above the bar. The regret is how far the truth is
// on the other side of it, times how many come, log-normal with mean one.
func (c *BenchCurateCmd) queue(ctx context.Context, s *Streams) error {
	var rows []queueRow
	for _, order := range []string{"random", "knowledge gradient"} {
		t, err := c.open(ctx, s)
		if err != nil {
			return err
		}
		row := queueRow{Order: order, Reviews: c.Reviews, Before: t.regret()}
		r := rand.New(rand.NewPCG(c.Seed, 11))
		list := r.Perm(len(t.shops))
		for k := range c.Reviews {
			at := list[k%len(list)]
			if order != "random" {
				at = t.next()
			}
			t.visit(at, r.NormFloat64())
			if (k+1)%100 == 0 {
				fmt.Fprintf(s.Err, "%s: %d visits, regret %.1f\n", order, k+1, t.regret())
			}
		}
		row.After = t.regret()
		if len(rows) > 0 {
			row.Ratio = row.After / rows[0].After
		} else {
			row.Ratio = 1
		}
		rows = append(rows, row)
	}
	return c.print(s, rows, []string{"ORDER", "VISITS", "REGRET BEFORE", "AFTER", "OF RANDOM'S"}, func(add func(...any)) {
		for _, r := range rows {
			add(r.Order, r.Reviews, fmt.Sprintf("%.1f", r.Before), fmt.Sprintf("%.1f", r.After), fmt.Sprintf("%.2f", r.Ratio))
		}
	})
}

// open fits the town, with its labels, and reads its truth.
func (c *BenchCurateCmd) open(ctx context.Context, s *Streams) (*queueTown, error) {
	f, _, err := c.files(true)
	if err != nil {
		return nil, err
	}
	m, found, err := score.Fit(ctx, &f.Town, score.Options{Seed: c.Seed, Workers: c.Workers})
	if err != nil {
		return nil, err
	}
	t := &queueTown{model: m, now: found.Shops, bar: found.Bar, shops: make([]score.OneShop, len(f.Shops)), truth: make([]float64, len(f.Shops))}
	for i, n := range f.Notes {
		in := &t.shops[n.Shop]
		in.Notes, in.Before = append(in.Notes, n), append(in.Before, found.Notes[i])
	}
	r := rand.New(rand.NewPCG(c.Seed, 12))
	for i := range t.shops {
		in := &t.shops[i]
		in.Shop, in.Last = f.Shops[i], found.Shops[i]
		own := map[int32]int32{} // Authors of this shop.
		for k := range in.Notes {
			a := in.Notes[k].Author
			if _, ok := own[a]; !ok {
				own[a] = int32(len(own))
				in.Authors, in.Standings = append(in.Authors, f.Authors[a]), append(in.Standings, found.Authors[a])
			}
			in.Notes[k].Author = own[a]
		}
		t.traffic = append(t.traffic, math.Exp(r.NormFloat64()-0.5))
	}
	type row struct {
		ID     *int64
		Q      float64
		Buyer  int
		Victim bool
	}
	return t, eachLine(filepath.Join(c.Town, "truth-shops.jsonl"), func(r row) error {
		i, err := known(f.shops, "shop", r.ID)
		if err == nil {
			t.truth[i] = r.Q
		}
		return err
	})
}

// next is the shop of the greatest priority.
func (t *queueTown) next() int {
	best, at := -1.0, 0
	for i, e := range t.now {
		if p := score.Priority(e.Mean, e.SD, t.bar, t.traffic[i], visitNoise); p > best {
			best, at = p, i
		}
	}
	return at
}

func (t *queueTown) visit(i int, luck float64) {
	in := &t.shops[i]
	seen := math.Max(1, math.Min(5, t.truth[i]+visitNoise*luck))
	in.Checks = append(in.Checks, score.Check{Value: seen, SD: visitNoise})
	t.now[i], _ = t.model.Score(*in)
}

func (t *queueTown) regret() float64 {
	sum := 0.0
	for i, e := range t.now {
		if (e.Mean > t.bar) != (t.truth[i] > t.bar) {
			sum += t.traffic[i] * math.Abs(t.truth[i]-t.bar)
		}
	}
	return sum
}
