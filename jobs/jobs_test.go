package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"citywalk/db"
	"citywalk/db/dbtest"
)

func enqueue(t *testing.T, d *db.DB, kind, key string, at time.Time, body any) {
	t.Helper()
	err := d.Update(t.Context(), func(tx *db.Tx) error { return Enqueue(tx, kind, key, at, body) })
	if err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, d *db.DB, state string) (all []Job) {
	t.Helper()
	err := d.View(t.Context(), func(tx *db.Tx) (err error) {
		all, err = List(tx, state, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// drain runs what is due and wants it to be n jobs.
func drain(t *testing.T, r *Runner, n int) {
	t.Helper()
	if got, err := r.Drain(t.Context()); err != nil || got != n {
		t.Fatalf("drained %d, %v, want %d", got, err, n)
	}
}

// A tally counts how often each body was run.
type tally struct {
	mu   sync.Mutex
	runs map[string]int
}

func (c *tally) run(_ context.Context, j Job) error {
	c.count(j)
	return nil
}

// count returns how often the job has run now.
func (c *tally) count(j Job) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs == nil {
		c.runs = map[string]int{}
	}
	c.runs[string(j.Body)]++
	return c.runs[string(j.Body)]
}

func TestJobsRunWhenDueAndOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var c tally
		r := NewRunner(d, 1)
		r.Handle("greet", 3, time.Second, c.run)
		enqueue(t, d, "greet", "", time.Time{}, "now")
		enqueue(t, d, "greet", "k", time.Time{}, "keyed")
		enqueue(t, d, "greet", "k", time.Time{}, "keyed again")
		enqueue(t, d, "greet", "", clock.Now().Add(time.Hour), "later")
		enqueue(t, d, "other", "", time.Time{}, "nobody's")
		errUndo := errors.New("undo")
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			return errors.Join(Enqueue(tx, "greet", "", time.Time{}, "rolled back"), errUndo)
		})
		if !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
		drain(t, r, 2)
		clock.Advance(time.Hour - time.Millisecond)
		drain(t, r, 0)
		clock.Advance(time.Millisecond)
		drain(t, r, 1)
		want := map[string]int{`"now"`: 1, `"keyed"`: 1, `"later"`: 1}
		if diff := cmp.Diff(want, c.runs); diff != "" {
			t.Error(diff)
		}
		if left := list(t, d, ""); len(left) != 1 || left[0].Kind != "other" || left[0].State != Queued {
			t.Errorf("left: %v", left)
		}
		enqueue(t, d, "greet", "k", time.Time{}, "keyed, when the first is done")
		drain(t, r, 1)
	})
}

// TestFailingJob walks a job through its attempts, its death and its second
// life. A panic counts as an error.
func TestFailingJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var told []error
		works := false
		r := NewRunner(d, 1)
		r.OnError = func(j Job, err error) { told = append(told, err) }
		r.Handle("fail", 3, time.Minute, func(_ context.Context, j Job) error {
			switch {
			case works:
				return nil
			case j.Attempts == 2:
				panic("at the second attempt")
			}
			return errors.New("no luck\nsecond line")
		})
		enqueue(t, d, "fail", "k", time.Time{}, nil)
		for attempt, want := range []string{"no luck", "panic: at the second attempt"} {
			drain(t, r, 1)
			j := list(t, d, Queued)[0]
			if j.Attempts != attempt+1 || j.Error != want || !j.RunAt.After(clock.Now()) {
				t.Fatalf("after attempt %d: %+v", attempt+1, j)
			}
			drain(t, r, 0)
			clock.Set(j.RunAt)
		}
		drain(t, r, 1)
		clock.Advance(24 * time.Hour)
		drain(t, r, 0)
		dead := list(t, d, Dead)
		if len(dead) != 1 || dead[0].Attempts != 3 || dead[0].Error != "no luck" || len(told) != 3 {
			t.Fatalf("dead: %+v, told %v", dead, told)
		}
		enqueue(t, d, "fail", "k", time.Time{}, "the dead one keeps its key")
		works = true
		for _, want := range []error{nil, ErrNotDead} {
			err := d.Update(t.Context(), func(tx *db.Tx) error { return Rerun(tx, dead[0].ID) })
			if !errors.Is(err, want) {
				t.Errorf("rerun: %v, want %v", err, want)
			}
		}
		drain(t, r, 1)
		if left := list(t, d, ""); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}

// TestKilledWorker claims a job and never ends it, as a killed process does.
// Another runner takes it over when the lease is over, and what the first one
// does after that changes nothing.
func TestKilledWorker(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var late Job
		first, second := NewRunner(d, 1), NewRunner(dbtest.Again(t, d, clock), 1)
		var errs []error
		first.OnError = func(_ Job, err error) { errs = append(errs, err) }
		first.Handle("work", 3, time.Second, func(context.Context, Job) error { return errors.New("late") })
		second.Handle("work", 3, time.Second, func(ctx context.Context, j Job) error {
			first.do(ctx, late)
			if now := list(t, d, Running); len(now) != 1 || now[0].Claim != j.Claim || now[0].Attempts != 2 {
				t.Errorf("the late end of another attempt changed %+v", now)
			}
			if err := first.renew(ctx, late); !errors.Is(err, db.ErrNone) {
				t.Errorf("a lost claim was renewed: %v", err)
			}
			return second.renew(ctx, j)
		})
		enqueue(t, d, "work", "", time.Time{}, nil)
		claimed, err := first.claim(t.Context(), 5)
		if err != nil || len(claimed) != 1 {
			t.Fatal(claimed, err)
		}
		late = claimed[0]
		clock.Advance(lease - time.Millisecond)
		drain(t, second, 0)
		clock.Advance(time.Millisecond)
		drain(t, second, 1)
		if len(errs) != 2 || !errors.Is(errs[1], errLost) {
			t.Errorf("the late attempt said %v", errs)
		}
		if left := list(t, d, ""); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}

// TestPoison shows that a job which kills its process is dead after its last
// attempt like any other.
func TestPoison(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		r := NewRunner(d, 1)
		r.Handle("poison", 2, time.Second, func(context.Context, Job) error { return nil })
		enqueue(t, d, "poison", "", time.Time{}, nil)
		for range 2 {
			if claimed, err := r.claim(t.Context(), 1); err != nil || len(claimed) != 1 {
				t.Fatal(claimed, err)
			}
			clock.Advance(lease)
		}
		drain(t, r, 0)
		if dead := list(t, d, Dead); len(dead) != 1 || dead[0].Attempts != 2 || dead[0].Error == "" {
			t.Errorf("dead: %+v", dead)
		}
	})
}

// TestTwoRunners lets two nodes with four workers each do 500 jobs: each is
// done exactly once.
func TestTwoRunners(t *testing.T) {
	const jobs = 500
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var c tally
		var left sync.WaitGroup
		left.Add(jobs)
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			for i := range jobs {
				if err := Enqueue(tx, "count", "", time.Time{}, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var runners sync.WaitGroup
		for _, node := range []*db.DB{d, dbtest.Again(t, d, clock)} {
			r := NewRunner(node, 4)
			r.OnError = func(j Job, err error) { t.Error(j.Kind, err) }
			r.Handle("count", 1, time.Second, func(ctx context.Context, j Job) error {
				if c.count(j) == 1 {
					left.Done()
				}
				return nil
			})
			runners.Go(func() {
				if err := r.Run(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		left.Wait()
		stop()
		runners.Wait()
		for i := range jobs {
			if n := c.runs[fmt.Sprint(i)]; n != 1 {
				t.Errorf("job %d ran %d times", i, n)
			}
		}
		if left := list(t, d, ""); len(left) != 0 {
			t.Errorf("%d jobs left", len(left))
		}
	})
}

// TestRunStopsGracefully stops a runner in the middle of a job: Run returns
// only when the job is done, and the job knows nothing of it.
func TestRunStopsGracefully(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx, stop := context.WithCancel(t.Context())
		r := NewRunner(d, 2)
		var inside error
		r.Handle("slow", 1, time.Second, func(jobctx context.Context, j Job) error {
			stop()
			<-ctx.Done()
			inside = jobctx.Err()
			return nil
		})
		enqueue(t, d, "slow", "", time.Time{}, nil)
		if err := r.Run(ctx); err != nil || inside != nil {
			t.Error(err, inside)
		}
		if left := list(t, d, ""); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}

// TestEveryWindowOnce lets two nodes open the same windows, a node whose clock
// is behind among them.
func TestEveryWindowOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var windows []time.Time
		slow := &dbtest.Clock{}
		slow.Set(clock.Now().Add(-24 * time.Hour))
		runners := []*Runner{NewRunner(d, 1), NewRunner(dbtest.Again(t, d, clock), 1), NewRunner(dbtest.Again(t, d, slow), 1)}
		for _, r := range runners {
			r.Every("close", 24*time.Hour, -7*time.Hour, 3, func(_ context.Context, w time.Time) error {
				windows = append(windows, w.In(dbtest.Zone))
				return nil
			})
		}
		step := func(want int) {
			t.Helper()
			for _, r := range runners {
				if _, err := r.Drain(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if len(windows) != want {
				t.Fatalf("windows %v, want %d", windows, want)
			}
		}
		step(1)
		step(1)
		clock.Set(time.Date(2026, 3, 3, 0, 59, 59, 999e6, dbtest.Zone))
		step(1)
		clock.Advance(time.Millisecond)
		step(2)
		clock.Advance(72 * time.Hour)
		step(3)
		want := []time.Time{
			time.Date(2026, 3, 2, 1, 0, 0, 0, dbtest.Zone), time.Date(2026, 3, 3, 1, 0, 0, 0, dbtest.Zone),
			time.Date(2026, 3, 6, 1, 0, 0, 0, dbtest.Zone),
		}
		if diff := cmp.Diff(want, windows); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWindowHoldsItsTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periodic{
			period: time.Duration(rapid.Int64Range(1, 1e8).Draw(t, "period")) * time.Millisecond,
			offset: time.Duration(rapid.Int64Range(-1e8, 1e8).Draw(t, "offset")) * time.Millisecond,
		}
		at := time.UnixMilli(rapid.Int64Range(-1e12, 4e12).Draw(t, "at"))
		w := p.window(at)
		if at.Before(w) || !at.Before(w.Add(p.period)) || p.window(w) != w || p.window(w.Add(p.period)) != w.Add(p.period) {
			t.Fatalf("%v is in the window of %v", at, w)
		}
	})
}

func TestWaitGrowsAndIsBounded(t *testing.T) {
	r := NewRunner(nil, 1)
	rapid.Check(t, func(t *rapid.T) {
		base := time.Duration(rapid.Int64Range(1, int64(2*time.Hour)).Draw(t, "base"))
		n := rapid.IntRange(1, 200).Draw(t, "n")
		full := time.Hour
		if n < 64 && base<<(n-1)>>(n-1) == base {
			full = min(full, base<<(n-1))
		}
		if d := r.wait(base, n); d > full || d < full/2-1 {
			t.Fatalf("waits %v, want %v to %v", d, full/2, full)
		}
	})
}

// TestClaimNeedsEveryState walks every state with every change a holder of a
// claim may make: only a running job with that claim changes.
func TestClaimNeedsEveryState(t *testing.T) {
	changes := map[string]func(*db.Tx, Job) error{
		"extend": func(tx *db.Tx, j Job) error { return extend(tx, j, tx.Now()) },
		"remove": remove,
		"fail":   func(tx *db.Tx, j Job) error { return setBack(tx, j, Queued, tx.Now(), "x") },
		"die":    func(tx *db.Tx, j Job) error { return setBack(tx, j, Dead, tx.Now(), "x") },
		"revive": func(tx *db.Tx, j Job) error { return revive(tx, j.ID) },
		"take":   func(tx *db.Tx, j Job) error { return take(tx, j, "new", tx.Now()) },
		"bury":   func(tx *db.Tx, j Job) error { return bury(tx, j, "x") },
	}
	allowed := map[string]string{"extend": Running, "remove": Running, "fail": Running, "die": Running, "revive": Dead, "bury": Running}
	errUndo := errors.New("undo")
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		enqueue(t, d, "k", "", time.Time{}, nil)
		for name, change := range changes {
			for _, state := range []string{Queued, Running, Dead} {
				for _, claim := range []string{"mine", "theirs"} {
					err := d.Update(t.Context(), func(tx *db.Tx) error {
						if _, err := tx.Exec(`UPDATE jobs_jobs SET state = $1, claim = 'mine'`, state); err != nil {
							return err
						}
						j := list(t, d, "")[0]
						j.Claim = claim
						got := change(tx, j)
						ok := allowed[name] == state && (claim == "mine" || name == "revive")
						if name == "take" {
							ok = state != Dead && claim == "mine"
						}
						if ok != (got == nil) || !ok && !errors.Is(got, db.ErrNone) {
							t.Errorf("%s of a %s job with the claim %s: %v", name, state, claim, got)
						}
						return errUndo
					})
					if err != errUndo {
						t.Fatal(err)
					}
				}
			}
		}
	})
}
