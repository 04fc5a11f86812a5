package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/payment/sandbox"
	"citywalk/simulate"
)

// SimulateCmd lives seeded days of a small city.
type SimulateCmd struct {
	Seed    int64  `default:"1" help:"The seed, or the first of several. The same seed lives the same days."`
	Seeds   int    `default:"1" help:"How many seeds."`
	Steps   int    `default:"500" help:"Steps of each seed, before the faults end and a day passes."`
	Workers int    `help:"Seeds at once; default four for each processor, since each is one goroutine at a time."`
	Stop    bool   `help:"Begin no more seeds once one has failed."`
	Trace   bool   `help:"Print every step, and not only the last before a failure."`
	JSON    bool   `name:"json" help:"One line of JSON for each seed."`
	Dir     string `placeholder:"PATH" help:"For throw-away files; default in memory where there is a place for it."`
}

func (c *SimulateCmd) Run(ctx context.Context, s *Streams) error {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	if c.Seeds < 1 || c.Steps < 1 {
		return usageError{errors.New("--seeds and --steps are at least 1")}
	}
	if c.Workers < 1 {
		c.Workers = simulate.Workers()
	}
	seeds := make([]int64, c.Seeds)
	for i := range seeds {
		seeds[i] = c.Seed + int64(i)
	}
	began, done, broken := time.Now(), 0, 0
	var written error
	o := simulate.Options{Seeds: seeds, Steps: c.Steps, Dir: c.Dir, Workers: c.Workers, Trace: c.Trace, Stop: c.Stop, Done: func(r simulate.Result) {
		done++
		if r.Failure != "" {
			broken++
		}
		if c.JSON || c.Trace || r.Failure != "" || c.Seeds == 1 {
			written = errors.Join(written, c.print(s.Out, r))
		}
		rate := float64(done) / time.Since(began).Seconds()
		left := time.Duration(float64(c.Seeds-done) / rate * float64(time.Second)).Round(time.Second)
		bar(s.Err, done, c.Seeds, fmt.Sprintf("seeds, %d failed, %.1f a second, %v left", broken, rate, left))
	}}
	_, err := borrowed(func(t *testing.T) ([]simulate.Result, error) { return simulate.Run(ctx, t, wiring(), o) })
	fmt.Fprintln(s.Err)
	if err = errors.Join(err, written); err != nil {
		return err
	}
	if !c.JSON {
		fmt.Fprintf(s.Out, "%d seeds of %d steps in %v, %d failed.\n", done, c.Steps, time.Since(began).Round(10*time.Millisecond), broken)
	}
	if broken > 0 {
		return errFound
	}
	return nil
}

// print prints what became of a seed.
func (c *SimulateCmd) print(out io.Writer, r simulate.Result) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(r)
	}
	if r.Failure == "" && !c.Trace {
		_, err := fmt.Fprintf(out, "seed %d: %d steps, trace %s: %s\n", r.Seed, r.Steps, r.Hash, reached(r.Reached))
		return err
	}
	_, err := fmt.Fprintf(out, "%s\n", failure(r, c.Steps))
	return err
}

// failure tells how a seed ended, with the way there and how to go it again.
func failure(r simulate.Result, steps int) string {
	if r.Failure == "" {
		return fmt.Sprintf("%s\nseed %d: %d steps, trace %s", strings.Join(r.Trace, "\n"), r.Seed, r.Steps, r.Hash)
	}
	return fmt.Sprintf("%s\nseed %d failed at step %d: %s\nagain: citywalk simulate --seed %d --steps %d", strings.Join(r.Trace, "\n"), r.Seed, r.Steps, r.Failure, r.Seed, steps)
}

// reached lists what was reached, and how often.
func reached(all map[string]int) string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%s %d, ", what, all[what])
	}
	return strings.TrimSuffix(b.String(), ", ")
}

// borrowed runs fn with a test, which testing/synctest asks for, outside of go
// test: the testing package runs a test that does not end before the process
// does, so that it neither prints nor exits.
func borrowed[T any](fn func(*testing.T) (T, error)) (T, error) {
	var result T
	var err error
	done := make(chan struct{})
	go testing.Main(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "simulate", F: func(t *testing.T) {
		result, err = fn(t)
		close(done)
		select {}
	}}}, nil, nil)
	<-done
	return result, err
}

// wiring hands a simulation the parts that the server runs.
func wiring() simulate.Wiring {
	var once sync.Once
	var secrets Secrets
	zone := time.FixedZone("", 0)
	cfg := Config{Programme: Programme{Name: "simulate", Zone: "Asia/Shanghai", City: simulate.City}, Payment: "sandbox", Workers: 1,
		Listen: "127.0.0.1:8080", SandboxListen: "127.0.0.1:8081"}
	if z, err := cfg.location(); err == nil {
		zone = z
	}
	return simulate.Wiring{
		Zone: zone,
		Found: func(ctx context.Context, p simulate.Place) (*simulate.Node, error) {
			cfg := cfg
			cfg.DB, cfg.Secrets = p.Path, filepath.Join(filepath.Dir(p.Path), "secrets.json")
			a, err := openAt(ctx, cfg, p.Clock)
			if err != nil {
				return nil, err
			}
			once.Do(func() { secrets = a.secrets })
			return a.node(), nil
		},
		Open: func(ctx context.Context, p simulate.Place) (*simulate.Node, error) {
			cfg := cfg
			cfg.DB = p.Path
			d, err := reach(ctx, p.Path, db.Options{Clock: p.Clock, Readers: 1})
			if err != nil {
				return nil, err
			}
			a := &parts{cfg: cfg, zone: zone, secrets: secrets, db: d, now: p.Clock, carrier: p.Transport}
			if err := a.wire(); err != nil {
				return nil, errors.Join(err, d.Close())
			}
			return a.node(), nil
		},
		Provider: func(ctx context.Context, path string, clock func() time.Time, client *http.Client) (*sandbox.Server, *db.DB, error) {
			d, err := reach(ctx, path, db.Options{Clock: clock, Readers: 1})
			if err != nil {
				return nil, nil, err
			}
			box, err := sandbox.New(ctx, sandbox.Options{DB: d, Key: secrets.Sandbox, Client: client})
			if err != nil {
				return nil, nil, errors.Join(err, d.Close())
			}
			return box, d, nil
		},
	}
}

// node is what of the parts a simulation plays with.
func (a *parts) node() *simulate.Node {
	return &simulate.Node{DB: a.db, Runner: a.runner, Account: a.account, Shop: a.shop, Payment: a.payment,
		Pass: a.pass, Redeem: a.redeem, Settle: a.settle, Community: a.community, Discover: a.discover, Prove: a.prove}
}
