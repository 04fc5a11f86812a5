// Package simulate lives seeded days of a small city under faults: the real
// services over a real SQLite file, with the real sandbox provider, in a bubble
// of testing/synctest, and checks after each step all that must always hold.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"citywalk/account"
	"citywalk/community"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/payment/sandbox"
	"citywalk/redeem"
	"citywalk/settle"
	"citywalk/shop"
)

// A Node is the services of one server, tied together as the binary ties them.
type Node struct {
	DB        *db.DB
	Runner    *jobs.Runner
	Account   *account.Service
	Shop      *shop.Service
	Payment   *payment.Service
	Pass      *pass.Service
	Redeem    *redeem.Service
	Settle    *settle.Service
	Community *community.Service
	Discover  *discover.Service
	Prove     func(context.Context) ([]ledger.Finding, error)
}

// A Place is where a node runs: over which file, by which clock, and what
// carries its messages to the provider.
type Place struct {
	Path      string
	Clock     func() time.Time
	Transport http.RoundTripper
}

// Wiring makes what is simulated. The binary gives its own, so that what is
// simulated is what is run.
type Wiring struct {
	// Found makes a new database with the schema and the marks that an
	// installation has, and a node over it.
	Found func(ctx context.Context, p Place) (*Node, error)
	// Open opens a node over a database that was founded, or a copy of it.
	Open func(ctx context.Context, p Place) (*Node, error)
	// Provider opens the payment provider; client carries its callbacks.
	Provider func(ctx context.Context, path string, clock func() time.Time, client *http.Client) (*sandbox.Server, *db.DB, error)
	// Zone is the programme's.
	Zone *time.Location
}

// A Result is what became of one seed.
type Result struct {
	Seed    int64
	Steps   int            // How many were made.
	Hash    string         // Of the trace: the same seed gives the same.
	Failure string         // What did not hold; "" if all did.
	Trace   []string       // The last lines before that, or all if Options.Trace.
	Reached map[string]int // How often what was reached.
}

// Options of Run.
type Options struct {
	Seeds   []int64
	Steps   int
	Dir     string       // For throw-away files; "" is Dir().
	Workers int          // Seeds at once.
	Trace   bool         // Keep whole traces.
	Stop    bool         // Begin no more seeds once one has failed.
	Done    func(Result) // Told of each seed, one at a time; may be nil.
}

// Dir is where simulations keep their files: in memory if there is a place for
// it, since they are about what is decided, and not about what a disk keeps.
func Dir() string {
	const memory = "/dev/shm"
	if probe, err := os.MkdirTemp(memory, "citywalk-simulate-"); err == nil {
		os.Remove(probe)
		return memory
	}
	return os.TempDir()
}

// Workers is how many seeds are best lived at once. Of a seed one goroutine runs
// at a time, and hands over thousands of times a second to one that has slept;
// so several for each processor keep it busy.
func Workers() int { return 4 * runtime.GOMAXPROCS(0) }

// Run lives the seeds and returns their results in the order of the seeds. An
// error says that a simulation could not be set up.
func Run(ctx context.Context, t *testing.T, w Wiring, o Options) ([]Result, error) {
	if o.Dir == "" {
		o.Dir = Dir()
	}
	dir, err := os.MkdirTemp(o.Dir, "citywalk-simulate-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // Worlds are small and short.
	c, err := found(ctx, w, dir)
	if err != nil {
		return nil, fmt.Errorf("simulate: found the city: %w", err)
	}
	results, failed := make([]Result, len(o.Seeds)), make([]error, len(o.Seeds))
	next := make(chan int)
	var told sync.Mutex
	var broken atomic.Bool
	var workers sync.WaitGroup
	for n := range max(o.Workers, 1) {
		workers.Go(func() {
			for i := range next {
				if o.Stop && broken.Load() {
					continue
				}
				results[i], failed[i] = c.live(ctx, t, filepath.Join(dir, fmt.Sprint(n)), o.Seeds[i], o)
				if results[i].Failure != "" {
					broken.Store(true)
				}
				if o.Done != nil && failed[i] == nil {
					told.Lock()
					o.Done(results[i])
					told.Unlock()
				}
			}
		})
	}
	for i := range o.Seeds {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	return results, errors.Join(append(failed, ctx.Err())...)
}

// live lives one seed in a bubble of its own. A panic or a deadlock of the
// product's is a failure of the seed.
func (c *city) live(ctx context.Context, t *testing.T, dir string, seed int64, o Options) (r Result, err error) {
	if err := c.copyTo(dir); err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	var w *world
	defer func() {
		if p := recover(); p != nil {
			r = Result{Seed: seed, Failure: fmt.Sprintf("panic: %v\n%s", p, debug.Stack())}
			if w != nil {
				r = w.result(r.Failure)
			}
		}
	}()
	synctest.Test(t, func(*testing.T) {
		w, err = c.wake(context.WithoutCancel(ctx), dir, seed, o)
		if err != nil {
			return
		}
		defer w.close()
		w.live(o.Steps)
	})
	if err != nil {
		return r, fmt.Errorf("simulate: wake seed %d: %w", seed, err)
	}
	return w.result(w.failure), nil
}
