package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/shop"
)

// BenchGuideCmd measures a node that keeps a large city in memory: its start
// from the database and from a snapshot, how soon it hears of a change, and
// what it answers over HTTP beside a handler that does nothing.
type BenchGuideCmd struct {
	Listing `embed:""`
	Shops   int `default:"1000000" help:"Shops of the city."`
	Changes int `default:"40" help:"Changes whose way into the index is timed."`
	Seconds int `default:"5" help:"Seconds of each measurement over HTTP."`
	Callers int `default:"16" help:"Connections that ask at once."`
}

// A guideReport is what was measured.
type guideReport struct {
	Shops     int           `json:"shops"`
	Start     time.Duration `json:"start_ns"` // From the database.
	Memory    float64       `json:"bytes_per_shop"`
	Peak      uint64        `json:"peak_bytes"` // Of the process, at the end of the start.
	Snapshot  time.Duration `json:"snapshot_ns"`
	OnDisk    int64         `json:"snapshot_bytes"`
	Restart   time.Duration `json:"restart_ns"` // From the snapshot.
	HeardP50  time.Duration `json:"heard_p50_ns"`
	HeardMost time.Duration `json:"heard_max_ns"`
	HTTP      []httpLevel   `json:"http"`
	Alike     bool          `json:"alike"` // A node from the snapshot has the digest of one from the database.
}

const benchTown = "量城"

func (c *BenchGuideCmd) Run(ctx context.Context, s *Streams) error {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	dir, err := os.MkdirTemp("", "citywalk-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cfg, err := loadConfig(filepath.Join(dir, "bench.db"), dir)
	if err != nil {
		return err
	}
	a, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.close()
	fmt.Fprintf(s.Err, "writing %d shops\n", c.Shops)
	if err := fillTown(ctx, cfg.DB, c.Shops); err != nil {
		return err
	}
	r, err := c.measure(ctx, s, a, dir)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s, r)
	}
	fmt.Fprintf(s.Out, "%d shops: read in %.1f s, %.0f bytes a shop; process %d MB\nsnapshot %d MB written in %.2f s, read in %.2f s, alike %v\na change is found after %s, at most %s\n",
		r.Shops, r.Start.Seconds(), r.Memory, r.Peak>>20, r.OnDisk>>20, r.Snapshot.Seconds(), r.Restart.Seconds(), r.Alike, ms(r.HeardP50), ms(r.HeardMost))
	for _, l := range r.HTTP {
		fmt.Fprintf(s.Out, "%-44s %7.0f a second, p99 %s, %.2f of a handler that does nothing\n", l.Name, l.PerSecond, ms(l.P99), l.Ratio)
	}
	return nil
}

func (c *BenchGuideCmd) measure(ctx context.Context, s *Streams, a *parts, dir string) (r guideReport, err error) {
	r.Shops = c.Shops
	node := func() *discover.Service {
		return &discover.Service{DB: a.db, Zone: a.zone, Folder: filepath.Join(dir, "index"), Program: "bench", Now: time.Now}
	}
	fmt.Fprintln(s.Err, "reading them")
	before := heap()
	first := node()
	began := time.Now()
	if err := first.KeepUp(ctx); err != nil {
		return r, err
	}
	r.Start, r.Peak = time.Since(began), peak()
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
	began = time.Now()
	if err := second.KeepUp(ctx); err != nil {
		return r, err
	}
	r.Restart = time.Since(began)
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
	fmt.Fprintln(s.Err, "asking over HTTP")
	r.HTTP, err = c.overHTTP(ctx, a, second)
	return r, err
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

func benchID(n int) string { return fmt.Sprintf("shp_%08d", n) }

// fillTown writes shops past the product: the numbers of signs would end at
// ninety thousand.
func fillTown(ctx context.Context, path string, n int) error {
	conn, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)")
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	put, err := tx.PrepareContext(ctx, `INSERT INTO shop_shops (id, merchant, number, city, district, address, name, category, dishes, folded, words,
		lat, lng, cell, price, opens, closes, state, terms, terms_version, source, source_id, at, updated)
		VALUES ($1, 'mer_bench', $2, $3, $4, $5, $6, $7, $8, $6, $6, $9, $10, $11, $12, $13, $14, 'live', $15, 1, 'bench', $1, 1, 1)`)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO shop_merchants (id, name, at) VALUES ('mer_bench', 'bench', 1)`); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range n {
		x := benchShop(r, i)
		if _, err := put.ExecContext(ctx, x...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

var (
	benchWords = []rune("巷口半亩青石渡阿婆南风拾光小满白鹭榴旧灯三更橘子云边海盐木槿老樟树鹤西窗梧桐里潮汐月台豆蔻鹿山听雨蓝门对岸麦田铁皮有间不远慢春水五分钟隔壁好天气午后萤火")
	benchTerms = []string{`{"version":1,"kind":"percent","percent":10,"per_day":1}`, `{"version":1,"kind":"percent","percent":15,"floor":5000,"per_day":1,"hours":[{"days":[1,2,3,4,5],"from":660,"until":1320}]}`,
		`{"version":1,"kind":"fixed","off":800,"floor":5000,"per_day":1}`, `{"version":1,"kind":"gift","gift":"小食一份","per_day":1}`}
)

// benchShop is one shop of a city with fifty centres.
func benchShop(r *rand.Rand, i int) []any {
	t := demoTrades[min(r.IntN(len(demoTrades)), r.IntN(len(demoTrades)))]
	name := make([]rune, 2+r.IntN(4))
	for k := range name {
		name[k] = benchWords[r.IntN(len(benchWords))]
	}
	centre := rand.New(rand.NewPCG(9, uint64(r.IntN(50))))
	at := geo.Point{Lat: 31.23 + centre.NormFloat64()*0.08 + r.NormFloat64()*0.01, Lng: 121.47 + centre.NormFloat64()*0.1 + r.NormFloat64()*0.012}
	dishes := pick(r, t.dishes, 3)
	return []any{benchID(i), fmt.Sprintf("%06s", strings.ToUpper(strconv.FormatInt(int64(i), 36))), benchTown, demoDistricts[r.IntN(len(demoDistricts))].name,
		fmt.Sprintf("%c%c路 %d 号", name[0], name[1], 1+r.IntN(900)), string(name) + t.names[r.IntN(len(t.names))], t.category,
		`["` + strings.Join(dishes, `","`) + `"]`, at.Lat, at.Lng, at.Cell(), (t.low + r.IntN(t.high-t.low)) * 100, t.opens, t.closes, benchTerms[r.IntN(len(benchTerms))]}
}
