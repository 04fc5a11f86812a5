package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/shop"
)

// BenchGuideCmd measures a node that keeps a large city in memory: its start
// from the database and from a snapshot, how soon it hears of a change, and
// what it answers over HTTP beside a handler that does nothing.
type BenchGuideCmd struct {
	Listing `embed:""`
	Shops   int    `default:"1000000" help:"Shops of the city."`
	Engine  string `default:"sqlite" enum:"sqlite,postgres" help:"Where the shops stand; postgres starts a throw-away server of its own."`
	Changes int    `default:"40" help:"Changes whose way into the index is timed."`
	Notes   int    `default:"50000" help:"Notes of a file that is imported while the node runs."`
	Noted   int    `default:"5000" help:"Shops that they are about."`
	Looks   int    `default:"15" help:"How often each page of a phone is asked for."`
	Seconds int    `default:"5" help:"Seconds of each measurement over HTTP."`
	Callers int    `default:"16" help:"Connections that ask at once."`
}

// A guideLook is what one look costs that many members take.
type guideLook struct {
	Name string        `json:"name"`
	P50  time.Duration `json:"p50_ns"`
	Most time.Duration `json:"max_ns"`
	// Of the largest answer on its way, packed.
	Bytes int64 `json:"bytes"`
}

// A guideReport is what was measured.
type guideReport struct {
	Shops     int           `json:"shops"`
	Engine    string        `json:"engine"`
	Start     time.Duration `json:"start_ns"`      // From the database.
	StartWork time.Duration `json:"start_work_ns"` // Of the processor, in that time.
	Memory    float64       `json:"bytes_per_shop"`
	Peak      uint64        `json:"peak_bytes"` // Of the process, at the end of the start.
	Snapshot  time.Duration `json:"snapshot_ns"`
	OnDisk    int64         `json:"snapshot_bytes"`
	Restart   time.Duration `json:"restart_ns"` // From the snapshot, until it answers.
	Again     time.Duration `json:"restart_work_ns"`
	HeardP50  time.Duration `json:"heard_p50_ns"`
	HeardMost time.Duration `json:"heard_max_ns"`
	Import    guideImport   `json:"import"`
	Looks     []guideLook   `json:"looks"`
	HTTP      []httpLevel   `json:"http"`
	Alike     bool          `json:"alike"` // A node from the snapshot has the digest of one from the database.
}

func (c *BenchGuideCmd) Run(ctx context.Context, s *Streams) error {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	dir, err := os.MkdirTemp("", "citywalk-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	y, err := newYardstick(ctx, c.Engine, "", filepath.Join(dir, c.Engine))
	if err != nil {
		return err
	}
	defer y.close()
	cfg, err := loadConfig(y.url, dir)
	if err != nil {
		return err
	}
	a, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.close()
	fmt.Fprintf(s.Err, "writing %d shops\n", c.Shops)
	if err := fillTown(ctx, cfg.DB, a.db.Engine(), c.Shops, a.now()); err != nil {
		return err
	}
	r, err := c.measure(ctx, s, a, dir)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s, r)
	}
	fmt.Fprintf(s.Out, "%d shops in %s: read in %.1f s with %.1f s of processor, %.0f bytes a shop; process %d MB\nsnapshot %d MB written in %.2f s, read in %.2f s with %.2f s of processor, alike %v\na change is found after %s, at most %s\n",
		r.Shops, r.Engine, r.Start.Seconds(), r.StartWork.Seconds(), r.Memory, r.Peak>>20, r.OnDisk>>20, r.Snapshot.Seconds(), r.Restart.Seconds(), r.Again.Seconds(), r.Alike, ms(r.HeardP50), ms(r.HeardMost))
	fmt.Fprintf(s.Out, "%d notes on %d shops imported in %.1f s with %d messages; a batch is found after %s, at most %s\n",
		r.Import.Notes, r.Import.Shops, r.Import.Took.Seconds(), r.Import.Messages, ms(r.Import.HeardP50), ms(r.Import.HeardMost))
	for _, l := range r.Looks {
		fmt.Fprintf(s.Out, "%-44s %s, at most %s and %d KB\n", l.Name, ms(l.P50), ms(l.Most), (l.Bytes+1023)>>10)
	}
	for _, l := range r.HTTP {
		fmt.Fprintf(s.Out, "%-44s %7.0f a second, p99 %s, %3d µs of processor and %5d bytes each, %.2f of a handler that does nothing\n", l.Name, l.PerSecond, ms(l.P99), l.Processor.Microseconds(), l.Bytes, l.Ratio)
	}
	return nil
}

func (c *BenchGuideCmd) measure(ctx context.Context, s *Streams, a *parts, dir string) (r guideReport, err error) {
	r.Shops, r.Engine = c.Shops, c.Engine
	// What is open does not hang on when it is measured: the nodes live at noon.
	here := time.Now().In(a.zone)
	ahead := time.Date(here.Year(), here.Month(), here.Day(), 12, 30, 0, 0, a.zone).Sub(here)
	node := func() *discover.Service {
		return &discover.Service{DB: a.db, Zone: a.zone, Folder: filepath.Join(dir, "index"), Program: "bench",
			Now: func() time.Time { return time.Now().Add(ahead) }, OnError: func(err error) { fmt.Fprintln(s.Err, err) }}
	}
	fmt.Fprintln(s.Err, "reading them")
	before := heap()
	first := node()
	began, work := time.Now(), processor()
	if err := first.KeepUp(ctx); err != nil {
		return r, err
	}
	r.Start, r.StartWork, r.Peak = time.Since(began), processor()-work, peak()
	r.Memory = float64(heap()-before) / float64(c.Shops)
	began = time.Now()
	if err := first.Keep(ctx); err != nil {
		return r, err
	}
	r.Snapshot = time.Since(began)
	if r.OnDisk, err = folderSize(filepath.Join(dir, "index")); err != nil {
		return r, err
	}
	second := node()
	began, work = time.Now(), processor()
	if err := second.KeepUp(ctx); err != nil {
		return r, err
	}
	r.Restart, r.Again = time.Since(began), processor()-work
	one, err := first.Digests(ctx)
	if err != nil {
		return r, err
	}
	two, err := second.Digests(ctx)
	if err != nil {
		return r, err
	}
	r.Alike = one[benchTown] == two[benchTown]
	first = nil
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- second.Run(ctx) }()
	defer func() { stop(); <-done }()
	fmt.Fprintln(s.Err, "changing some")
	if err := c.hear(ctx, a, second, &r); err != nil {
		return r, err
	}
	fmt.Fprintln(s.Err, "importing notes")
	if r.Import, err = c.bring(ctx, a, second); err != nil {
		return r, err
	}
	if r.Looks, err = c.look(ctx, a, second); err != nil {
		return r, err
	}
	fmt.Fprintln(s.Err, "asking over HTTP")
	r.HTTP, err = c.overHTTP(ctx, a, second)
	return r, err
}

// look takes the looks of a member's phone: the first page, the map's page and
// its data at three widths, each a few times and somewhere else each time.
func (c *BenchGuideCmd) look(ctx context.Context, a *parts, node *discover.Service) (all []guideLook, err error) {
	a.cfg.City = benchTown
	served, err := a.serveNode(node)
	if err != nil {
		return nil, err
	}
	defer served.Close()
	dice := rand.New(rand.NewPCG(6, 6))
	box := func(degrees float64) func() string {
		return func() string {
			p := benchPoint(dice)
			return fmt.Sprintf("/map/shops.geojson?lang=zh&box=%.5f,%.5f,%.5f,%.5f", p.Lng-degrees/2, p.Lat-degrees/2, p.Lng+degrees/2, p.Lat+degrees/2)
		}
	}
	page := func(path string) func() string { return func() string { return path } }
	for _, x := range []struct {
		name string
		path func() string
	}{
		{"first page", page("/")}, {"map, its page", page("/map")},
		{"map, a hundred kilometres", box(1)}, {"map, ten kilometres", box(0.1)}, {"map, one kilometre", box(0.01)},
	} {
		l := guideLook{Name: x.name}
		var took []time.Duration
		for range c.Looks {
			began := time.Now()
			n, err := fetch(ctx, "http://"+served.Addr()+x.path())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", x.name, err)
			}
			took, l.Bytes = append(took, time.Since(began)), max(l.Bytes, n)
		}
		slices.Sort(took)
		l.P50, l.Most = quantile(took, 0.5), took[len(took)-1]
		all = append(all, l)
	}
	return all, nil
}

// fetch returns how many bytes an answer is on its way, packed as phones ask for
// it.
func fetch(ctx context.Context, url string) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, errors.New(answer.Status)
	}
	return io.Copy(io.Discard, answer.Body)
}

// hear times the way of changes into the index of a node that runs.
func (c *BenchGuideCmd) hear(ctx context.Context, a *parts, node *discover.Service, r *guideReport) error {
	dice := rand.New(rand.NewPCG(5, 5))
	var took []time.Duration
	for range c.Changes {
		id := shop.ID(benchID(dice.IntN(c.Shops)))
		if err := a.db.Update(ctx, func(tx *db.Tx) error { return shop.Enlist(tx, id) }); err != nil {
			return err
		}
		began := time.Now()
		for {
			l, _, err := node.Listing(ctx, benchTown, string(id))
			if err != nil {
				return err
			}
			if l.Curated {
				break
			}
			time.Sleep(2 * time.Millisecond)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	r.HeardP50, r.HeardMost = quantile(took, 0.5), took[len(took)-1]
	return nil
}

// heap is how much memory is in use when everything unused is gone.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// peak is the most memory that the process had, as the system counts it; 0 if
// it does not say.
func peak() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseUint(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}

func folderSize(dir string) (size int64, err error) {
	files, err := os.ReadDir(dir)
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, err
}
