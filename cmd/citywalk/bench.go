package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// BenchCmd measures. Every figure stands beside a yardstick that was measured
// in the same run on the same machine, because machines differ and are shared.
type BenchCmd struct {
	Redeem   BenchRedeemCmd   `cmd:"" help:"Redemptions a second through HTTP, on SQLite and PostgreSQL."`
	Load     BenchLoadCmd     `cmd:"" help:"What happens when three times as much comes as the machine can do."`
	Curate   BenchCurateCmd   `cmd:"" help:"Scoring a city from its notes: speed, yardsticks, and the order of reviews."`
	Lists    BenchListsCmd    `cmd:"" help:"What the public lists are worth on made cities, with farms and without."`
	Text     BenchTextCmd     `cmd:"" help:"How fast texts are read: polarity, clauses, dishes, likeness."`
	Discover BenchDiscoverCmd `cmd:"" help:"How fast places are found in a made city, with yardsticks: Redis, PostgreSQL, looking at all."`
	Guide    BenchGuideCmd    `cmd:"" help:"A city in memory: its start, how it follows changes, what it answers over HTTP."`
	Search   BenchSearchCmd   `cmd:"" help:"Whether what is found is what was meant: judged queries over three real cities."`

	Coverage BenchCoverageCmd `cmd:"" help:"How good coverage plans are, on real cities and made ones, by what is proved of them."`
}

// BenchRedeemCmd measures whole redemptions: code, scan, price, confirm, paid.
type BenchRedeemCmd struct {
	Listing     `embed:""`
	Ground      `embed:""`
	Callers     []int `default:"1,8,64" help:"How many tills and members are at it at once."`
	Redemptions int   `default:"900" help:"Redemptions of the largest level; smaller levels do fewer."`
	Seconds     int   `default:"4" help:"Seconds of each yardstick."`
	Rows        int   `default:"23" help:"Rows of the bare transaction that SQLite is measured by; a redemption leaves as many."`
}

// Ground is where is measured.
type Ground struct {
	DB      string `name:"db" placeholder:"PATH|URL" help:"Empty database to measure on, and to leave as it is then; without it throw-away ones of both engines."`
	Engines string `default:"sqlite,postgres" help:"Engines to measure; postgres starts a throw-away server of its own."`
}

// A Level is what one number of callers gave.
type Level struct {
	Engine      string        `json:"engine"`
	Callers     int           `json:"callers"`
	Redemptions int           `json:"redemptions"`
	PerSecond   float64       `json:"per_second"`
	P50         time.Duration `json:"p50_ns"`
	P99         time.Duration `json:"p99_ns"`
	ConfirmP50  time.Duration `json:"confirm_p50_ns"`
	ConfirmP99  time.Duration `json:"confirm_p99_ns"`
	Retries     float64       `json:"retries"`      // How often the database asked to run a transaction again, for each redemption.
	Processor   time.Duration `json:"processor_ns"` // For each redemption, in this process: product, clients and sandbox.
	Yardstick   string        `json:"yardstick"`
	Bare        float64       `json:"yardstick_per_second"`
	Ratio       float64       `json:"ratio"`
}

func (c *BenchRedeemCmd) Run(ctx context.Context, s *Streams) error {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	var levels []Level
	err := c.each(func(engine, dir string) error {
		some, err := c.engine(ctx, s, engine, dir)
		levels = append(levels, some...)
		return err
	})
	if err != nil {
		return err
	}
	head := []string{"ENGINE", "CALLERS", "REDEMPTIONS", "A SECOND", "P50", "P99", "CONFIRM P50", "P99", "RETRIES", "PROCESSOR", "YARDSTICK", "A SECOND", "RATIO"}
	return c.print(s, levels, head, func(add func(...any)) {
		for _, l := range levels {
			add(l.Engine, l.Callers, l.Redemptions, fmt.Sprintf("%.0f", l.PerSecond), ms(l.P50), ms(l.P99), ms(l.ConfirmP50), ms(l.ConfirmP99),
				fmt.Sprintf("%.2f", l.Retries), ms(l.Processor), l.Yardstick, fmt.Sprintf("%.0f", l.Bare), fmt.Sprintf("%.2f", l.Ratio))
		}
	})
}

// each measures on every engine, each in a folder of its own that goes again.
func (g Ground) each(measure func(engine, dir string) error) error {
	engines, beside, err := g.where()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(beside, "citywalk-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, engine := range engines {
		if err := measure(engine, filepath.Join(dir, engine)); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	return nil
}

// where says which engines are measured, and below which folder ("" for the
// system's) the measuring keeps its files: those of SQLite belong on the disk
// of the database.
func (g Ground) where() (engines []string, beside string, err error) {
	if strings.Contains(g.DB, "://") {
		return []string{"postgres"}, "", nil
	}
	if g.DB != "" {
		if _, err := os.Stat(g.DB); !errors.Is(err, fs.ErrNotExist) {
			return nil, "", fmt.Errorf("--db %s: it is there already; name a file that is not", g.DB)
		}
		beside = filepath.Dir(g.DB)
		return []string{"sqlite"}, beside, os.MkdirAll(beside, 0o700)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		if slices.Contains(strings.Split(g.Engines, ","), engine) {
			engines = append(engines, engine)
		}
	}
	return engines, "", nil
}

// engine measures every level on one engine.
func (c *BenchRedeemCmd) engine(ctx context.Context, s *Streams, engine, dir string) ([]Level, error) {
	y, err := newYardstick(ctx, engine, c.DB, dir)
	if err != nil {
		return nil, err
	}
	defer y.close()
	b, err := newTrack(ctx, y.url, dir)
	if err != nil {
		return nil, err
	}
	defer b.close()
	var levels []Level
	for _, callers := range c.Callers {
		fmt.Fprintf(s.Err, "%s, %d callers\n", engine, callers)
		l, err := b.run(ctx, callers, c.count(callers))
		if err != nil {
			return nil, err
		}
		l.Engine = engine
		if l.Yardstick, l.Bare, err = y.measure(ctx, callers, c.Rows, time.Duration(c.Seconds)*time.Second); err != nil {
			return nil, err
		}
		l.Ratio = l.PerSecond / l.Bare
		levels = append(levels, l)
	}
	return levels, nil
}

// count is how many redemptions a level does: fewer callers need longer for
// each, so they do fewer.
func (c *BenchRedeemCmd) count(callers int) int {
	most := slices.Max(c.Callers)
	return max(callers*4, c.Redemptions*min(most, callers*4+most/8)/most)
}

// quantile returns the q-th part of the sorted durations.
func quantile[T cmp.Ordered](sorted []T, q float64) T {
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
