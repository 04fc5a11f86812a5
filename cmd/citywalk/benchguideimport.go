package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"citywalk/curate"
	"citywalk/discover"
	"citywalk/outbox"
	"citywalk/sheet"
	"citywalk/shop"
)

// A guideImport is how a file of notes came into the index of a node that runs.
type guideImport struct {
	Notes     int           `json:"notes"`
	Shops     int           `json:"shops"`
	Took      time.Duration `json:"took_ns"` // Importing them.
	Messages  int           `json:"messages"`
	HeardP50  time.Duration `json:"heard_p50_ns"` // From a batch's commit until all of its notes are counted.
	HeardMost time.Duration `json:"heard_max_ns"`
}

// A landed batch is rows of the file that were committed.
type landed struct {
	from, to int
	at       time.Time
}

// bring imports notes about some shops of the town, in no order, and times for
// each batch how long after its commit the node knows of all of them.
func (c *BenchGuideCmd) bring(ctx context.Context, a *parts, node *discover.Service) (r guideImport, err error) {
	r.Notes, r.Shops = c.Notes, min(c.Noted, c.Shops)
	of := make([]string, r.Notes) // The shop of each row.
	dice := rand.New(rand.NewPCG(9, 9))
	some := dice.Perm(c.Shops)[:r.Shops]
	var file strings.Builder
	for i := range of {
		of[i] = benchID(some[dice.IntN(r.Shops)])
		fmt.Fprintf(&file, `{"id":%d,"shop":%q,"author":"u%d","time":%d,"stars":%d,"text":"汤头很鲜，面条劲道，第 %d 位客人说的。"}`+"\n",
			i, of[i], dice.IntN(r.Notes/5+1), 1_600_000_000+i, 1+dice.IntN(5), i)
	}
	want := map[string]int{} // Notes of each shop.
	for _, id := range of {
		if _, known := want[id]; !known {
			l, _, err := node.Listing(ctx, benchTown, id)
			if err != nil {
				return r, err
			}
			want[id] = l.Notes
		}
	}
	batches := make(chan landed, r.Notes/curate.BatchMax+1)
	done := make(chan error, 1)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	began, before := time.Now(), 0
	go func() {
		defer close(batches)
		report, err := a.curate.Import(ctx, "usr_bench", strings.NewReader(file.String()), curate.Import{Source: "press", Format: sheet.JSONL,
			Progress: func(rows int) { batches <- landed{before, rows, time.Now()}; before = rows }})
		r.Took = time.Since(began)
		if err == nil && report.Added != r.Notes {
			err = fmt.Errorf("%d notes of %d were added: %v", report.Added, r.Notes, report.Problems)
		}
		if done <- err; err != nil {
			stop(err)
		}
	}()
	var took []time.Duration
	for b := range batches {
		for _, id := range of[b.from:b.to] {
			want[id]++
		}
		if err := knows(ctx, node, of[b.from:b.to], want); err != nil {
			return r, err
		}
		took = append(took, time.Since(b.at))
	}
	if err := <-done; err != nil {
		return r, err
	}
	slices.Sort(took)
	r.HeardP50, r.HeardMost = quantile(took, 0.5), took[len(took)-1]
	r.Messages, err = messagesTold(ctx, outbox.Follow(a.db, shop.SaidTopic, began))
	return r, err
}

// messagesTold counts what a reader has to be told; one may tell of many shops.
func messagesTold(ctx context.Context, news *outbox.Reader) (int, error) {
	all := map[string]bool{}
	for more := true; more; {
		items, again, err := news.Next(ctx)
		if err != nil {
			return 0, err
		}
		for _, i := range items {
			all[i.ID] = true
		}
		more = again
	}
	return len(all), nil
}

// knows waits until the node counts as many notes of each shop as are wanted.
func knows(ctx context.Context, node *discover.Service, ids []string, want map[string]int) error {
	for _, id := range ids {
		for {
			l, _, err := node.Listing(ctx, benchTown, id)
			if err != nil {
				return err
			}
			if l.Notes >= want[id] {
				break
			}
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-time.After(2 * time.Millisecond):
			}
		}
	}
	return nil
}
