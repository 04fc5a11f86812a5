package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// BenchSearchCmd measures whether what is found is what was meant: the judged
// queries over the restaurants and sights of three real cities, asked of our
// index and of two full-text engines over the same documents.
type BenchSearchCmd struct {
	Listing `embed:""`
	Data    string `env:"CITYWALK_DATA" required:"" type:"existingdir" help:"Folder of the public data sets: chinatravel-poi, metro-wgs84-2020, districts-datav."`
	Engines string `default:"sqlite,postgres" help:"Yardsticks to ask; postgres starts a throw-away server of its own."`
	Split   string `enum:"all,tuned,held" default:"all" help:"Which queries: all, those that were looked at while tuning, or the third that was held out."`
	Lot     int    `default:"100" help:"How many places of each city are drawn by lot and looked for under their own names; 0 for none."`
	Seed    uint64 `default:"1" help:"Seed of the lot."`
	Kinds   bool   `help:"A line for each kind of query too."`
	Pool    string `placeholder:"FILE" help:"Write the first ten answers of all systems to each query, put together without saying whose they are and without grades, for judging."`
	Show    int    `placeholder:"N" help:"Print our first N answers to each query, with their grades."`
}

// judgedFiles are the queries and what was judged of them; README.md has the
// rules.
//
//go:embed judged/queries.csv judged/judgements.csv
var judgedFiles embed.FS

// A finder answers a query with the ids of documents, best first.
type finder struct {
	name string
	find func(ctx context.Context, q judgedQuery, limit int) ([]string, error)
}

const answersMost = 50

func (c *BenchSearchCmd) Run(ctx context.Context, s *Streams) error {
	dir, err := os.MkdirTemp("", "citywalk-search-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	began := time.Now()
	cities, err := importSearchCities(ctx, c.Data, filepath.Join(dir, "cities.db"))
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Err, "%d places imported, %.1f s\n", countPlaces(cities), time.Since(began).Seconds())
	queries, err := readJudged(cities)
	if err != nil {
		return err
	}
	queries = slices.DeleteFunc(queries, func(q judgedQuery) bool {
		return c.Split == "tuned" && q.Held || c.Split == "held" && !q.Held
	})
	queries = append(queries, knownQueries(cities, c.Lot, c.Seed)...)
	rows, err := c.measure(ctx, s, dir, cities, queries)
	if err != nil {
		return err
	}
	head := []string{"SYSTEM", "QUERIES", "", "NDCG@10", "RECALL@10", "RECALL@50", "NOTHING FOUND", "MEDIAN"}
	return c.print(s, rows, head, func(add func(...any)) {
		for _, r := range rows {
			add(r.System, r.Kind, r.Queries, fmt.Sprintf("%.3f", r.NDCG), fmt.Sprintf("%.3f", r.Recall10), fmt.Sprintf("%.3f", r.Recall50),
				fmt.Sprintf("%.1f %%", 100*r.Zero), r.Median.Round(time.Microsecond))
		}
	})
}

// measure asks every system every query.
func (c *BenchSearchCmd) measure(ctx context.Context, s *Streams, dir string, cities map[string]*searchCity, queries []judgedQuery) (rows []searchRow, err error) {
	ours, err := newOurFinder(cities)
	if err != nil {
		return nil, err
	}
	finders := []finder{ours}
	if strings.Contains(c.Engines, "sqlite") {
		lite, err := newSQLiteFinders(ctx, filepath.Join(dir, "fts.db"), cities)
		if err != nil {
			return nil, err
		}
		finders = append(finders, lite...)
	}
	if strings.Contains(c.Engines, "postgres") {
		server, err := newYardstick(ctx, "postgres", "", filepath.Join(dir, "postgres"))
		if err != nil {
			return nil, err
		}
		defer server.close()
		texts, err := newPostgresFinders(ctx, server.url, cities)
		if err != nil {
			return nil, err
		}
		finders = append(finders, texts...)
	}
	if c.Pool != "" {
		judged := slices.DeleteFunc(slices.Clone(queries), func(q judgedQuery) bool { return slices.Contains(knownKinds, q.Kind) })
		if err := writePool(ctx, c.Pool, finders, cities, judged); err != nil {
			return nil, err
		}
	}
	for i, f := range finders {
		show := c.Show
		if i > 0 {
			show = 0
		}
		some, err := measureSearch(ctx, s, f, cities, queries, show)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		for _, r := range some {
			if c.Kinds || slices.Contains(summed, r.Kind) || slices.Contains(knownKinds, r.Kind) {
				rows = append(rows, r)
			}
		}
	}
	return rows, nil
}
