package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"citywalk/atlas"
	"citywalk/geo"
)

// BenchDiscoverCmd measures the index of a made city on one core, beside what
// else could find places.
type BenchDiscoverCmd struct {
	Listing `embed:""`
	Places  int           `default:"1000000" help:"Places of the city that is made."`
	Seed    uint64        `default:"1" help:"Seed of the city and of what is asked."`
	Time    time.Duration `default:"3s" help:"How long each is measured."`
	Without []string      `enum:"redis,postgres,flat" default:"" placeholder:"NAME" help:"Yardsticks to leave out: redis, postgres, flat."`
}

// A findRate is what one way of finding gave, or what one piece of work took.
type findRate struct {
	What      string        `json:"what"`
	PerSecond float64       `json:"per_second,omitempty"`
	Processor float64       `json:"per_processor_second,omitempty"` // By the time that this process had; others may have had the machine.
	P50       time.Duration `json:"p50_ns,omitempty"`
	P99       time.Duration `json:"p99_ns,omitempty"`
	Hits      float64       `json:"hits,omitempty"`  // Of one answer.
	Ratio     float64       `json:"ratio,omitempty"` // How often as fast as this the index finds the nearest.
	Seconds   float64       `json:"seconds,omitempty"`
	CPU       float64       `json:"processor_seconds,omitempty"`
	Bytes     float64       `json:"bytes_per_place,omitempty"`
	Note      string        `json:"note,omitempty"`
}

func (c *BenchDiscoverCmd) Run(ctx context.Context, s *Streams) error {
	if c.Places < 1000 {
		return usageError{errors.New("--places: at least 1000, or there is nothing to find")}
	}
	dir, err := os.MkdirTemp("", "citywalk-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	city := atlas.NewMade(c.Places, c.Seed)
	fmt.Fprintf(s.Err, "building the index of %d places\n", c.Places)
	x, points, built, err := c.build(city)
	if err != nil {
		return err
	}
	rates := []findRate{built}
	for _, part := range []func() ([]findRate, error){
		func() ([]findRate, error) { return c.snapshot(x, filepath.Join(dir, "city.atlas")) },
		func() ([]findRate, error) { return c.index(city, x) },
	} {
		some, err := part()
		if err != nil {
			return err
		}
		rates = append(rates, some...)
	}
	nearest := rates[3].PerSecond
	for _, y := range c.yardsticks(dir, points) {
		fmt.Fprintln(s.Err, y.name)
		r, err := c.yardstick(ctx, y, city, x)
		if err != nil {
			return err
		}
		if r.PerSecond > 0 {
			r.Ratio = nearest / r.PerSecond
		}
		rates = append(rates, r)
	}
	return c.show(s, rates)
}

func (c *BenchDiscoverCmd) show(s *Streams, rates []findRate) error {
	head := []string{"ONE CORE", "A SECOND", "OF PROCESSOR", "P50", "P99", "HITS", "NEAREST IS FASTER BY", "SECONDS", "PROCESSOR", "BYTES A PLACE", "NOTE"}
	some := func(format string, x float64) string {
		if x == 0 {
			return ""
		}
		return fmt.Sprintf(format, x)
	}
	return c.print(s, rates, head, func(add func(...any)) {
		for _, r := range rates {
			add(r.What, some("%.0f", r.PerSecond), some("%.0f", r.Processor), some("%.1f us", float64(r.P50.Nanoseconds())/1e3), some("%.1f us", float64(r.P99.Nanoseconds())/1e3),
				some("%.1f", r.Hits), some("%.0f", r.Ratio), some("%.2f", r.Seconds), some("%.2f", r.CPU), some("%.0f", r.Bytes), r.Note)
		}
	})
}

// build makes the index, and keeps where the places are for the yardsticks.
func (c *BenchDiscoverCmd) build(city *atlas.Made) (*atlas.Index, []geo.Point, findRate, error) {
	points := make([]geo.Point, 0, c.Places)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began, cpu := time.Now(), processor()
	x, err := atlas.Build(func(yield func(atlas.Doc) bool) {
		for d := range city.Docs() {
			points = append(points, d.Point)
			if !yield(d) {
				return
			}
		}
	}, nil, runtime.GOMAXPROCS(0))
	if err != nil {
		return nil, nil, findRate{}, err
	}
	r := findRate{What: "build, making the places included", Seconds: time.Since(began).Seconds(), CPU: (processor() - cpu).Seconds()}
	runtime.GC()
	runtime.ReadMemStats(&after)
	r.Bytes = float64(after.HeapAlloc-before.HeapAlloc) / float64(c.Places)
	return x, points, r, nil
}

// snapshot measures what a restart needs.
func (c *BenchDiscoverCmd) snapshot(x *atlas.Index, path string) ([]findRate, error) {
	began, cpu := time.Now(), processor()
	if err := x.Save(path); err != nil {
		return nil, err
	}
	w := findRate{What: "write the snapshot, to disk", Seconds: time.Since(began).Seconds(), CPU: (processor() - cpu).Seconds()}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	w.Bytes = float64(info.Size()) / float64(c.Places)
	began, cpu = time.Now(), processor()
	y, err := atlas.Open(path, runtime.GOMAXPROCS(0))
	if err != nil {
		return nil, err
	}
	r := findRate{What: "read the snapshot", Seconds: time.Since(began).Seconds(), CPU: (processor() - cpu).Seconds()}
	if y.Digest() != x.Digest() {
		return nil, errors.New("the snapshot is not what was written")
	}
	return []findRate{w, r}, nil
}

// index measures the three kinds of queries, one after the other on one
// goroutine.
func (c *BenchDiscoverCmd) index(city *atlas.Made, x *atlas.Index) ([]findRate, error) {
	var rates []findRate
	for _, kind := range []struct {
		what string
		make func(*rand.Rand) atlas.Query
	}{
		{"index: nearest 20", city.Nearest},
		{"index: nearest 20, with filters", city.Filtered},
		{"index: words near somewhere, with filters", city.Text},
	} {
		r := rand.New(rand.NewPCG(c.Seed, 7))
		queries := make([]atlas.Query, 8192)
		for i := range queries {
			queries[i] = kind.make(r)
		}
		rate, err := c.measure(kind.what, func(i int) (int, error) {
			a, err := x.Search(queries[i%len(queries)])
			return len(a.Hits), err
		})
		if err != nil {
			return nil, err
		}
		rates = append(rates, rate)
	}
	return rates, nil
}

// measure asks again and again until the time is over.
func (c *BenchDiscoverCmd) measure(what string, ask func(i int) (hits int, err error)) (findRate, error) {
	r := findRate{What: what}
	var took []time.Duration
	runtime.GC()
	began, cpu := time.Now(), processor()
	for last := began; last.Sub(began) < c.Time || len(took) < 3; {
		n, err := ask(len(took))
		if err != nil {
			return r, fmt.Errorf("%s: %w", what, err)
		}
		now := time.Now()
		took = append(took, now.Sub(last))
		r.Hits += float64(n)
		last = now
	}
	n := float64(len(took))
	r.PerSecond, r.Processor, r.Hits = n/time.Since(began).Seconds(), n/(processor()-cpu).Seconds(), r.Hits/n
	slices.Sort(took)
	r.P50, r.P99 = quantile(took, 0.5), quantile(took, 0.99)
	return r, nil
}

// A nearFinder finds the 20 places nearest to a point in another way.
type nearFinder struct {
	name string
	// open makes it ready; a reason says why it cannot be measured here.
	open func(ctx context.Context) (find func(geo.Point) ([]int, error), end func(), reason string, err error)
}

// yardsticks are those that were not left out.
func (c *BenchDiscoverCmd) yardsticks(dir string, points []geo.Point) []nearFinder {
	all := []nearFinder{
		{"flat", func(context.Context) (func(geo.Point) ([]int, error), func(), string, error) {
			return func(p geo.Point) ([]int, error) { return flatNearest(points, p), nil }, func() {}, "", nil
		}},
		{"redis", func(ctx context.Context) (func(geo.Point) ([]int, error), func(), string, error) {
			return redisNearest(ctx, dir, points)
		}},
		{"postgres", func(ctx context.Context) (func(geo.Point) ([]int, error), func(), string, error) {
			return postgresNearest(ctx, filepath.Join(dir, "postgres"), points)
		}},
	}
	return slices.DeleteFunc(all, func(f nearFinder) bool { return slices.Contains(c.Without, f.name) })
}

// yardstick measures another way, and sees that both find the same.
func (c *BenchDiscoverCmd) yardstick(ctx context.Context, f nearFinder, city *atlas.Made, x *atlas.Index) (findRate, error) {
	what := map[string]string{"flat": "look at every place", "redis": "Redis GEOSEARCH", "postgres": "PostgreSQL, S2 cells"}[f.name]
	find, end, reason, err := f.open(ctx)
	if err != nil || reason != "" {
		return findRate{What: what, Note: reason}, err
	}
	defer end()
	r := rand.New(rand.NewPCG(c.Seed, 7))
	same, asked := 0, 0
	rate, err := c.measure(what, func(int) (int, error) {
		q := city.Nearest(r)
		found, err := find(*q.Near)
		if err == nil && asked < 20 {
			a, err := x.Search(q)
			if err != nil {
				return 0, err
			}
			asked++
			if agrees(a, found) {
				same++
			}
		}
		return len(found), err
	})
	rate.Note = fmt.Sprintf("%d of %d answers are the index's", same, asked)
	return rate, err
}

// agrees reports whether an answer is of the places found, but for two at the
// end, whose distances may differ by a rounding.
func agrees(a atlas.Answer, found []int) bool {
	missing := 0
	for _, h := range a.Hits {
		if !slices.ContainsFunc(found, func(i int) bool { return h.ID == fmt.Sprintf("shp_%020d", i) }) {
			missing++
		}
	}
	return missing <= 2 && len(a.Hits) == len(found)
}

// flatNearest looks at every place.
func flatNearest(points []geo.Point, p geo.Point) []int {
	type far struct {
		metres float64
		i      int
	}
	var best []far
	for i, at := range points {
		d := geo.Distance(p, at)
		if len(best) == 20 && d >= best[19].metres {
			continue
		}
		k, _ := slices.BinarySearchFunc(best, d, func(f far, d float64) int { return cmp.Compare(f.metres, d) })
		best = slices.Insert(best, k, far{d, i})
		best = best[:min(len(best), 20)]
	}
	found := make([]int, len(best))
	for k, f := range best {
		found[k] = f.i
	}
	return found
}
