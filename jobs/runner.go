package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"citywalk/db"
)

const (
	lease = 30 * time.Second // How long a claim holds without a sign of life.
	beat  = lease / 3        // How often a running attempt gives one.
	poll  = time.Second      // How often an idle runner looks for work of other nodes.
	grace = 20 * time.Second // How long running attempts may go on after Run is asked to stop.
)

// A Handler does a job. It may be run again after a crash, so its effects are
// idempotent. It opens its own transactions.
type Handler func(ctx context.Context, j Job) error

// A Runner claims and runs jobs. Several runners share a database.
type Runner struct {
	// OnError, if set, is told of every failed attempt and, with a zero Job,
	// of every failure to reach the database. It is called from several
	// goroutines. Set it before Run.
	OnError func(j Job, err error)
	// Jitter returns a random part of n, 0 included, by which the wait after
	// a failed attempt is shortened. The simulator sets its own before Run.
	Jitter func(n time.Duration) time.Duration

	db       *db.DB
	workers  int
	handlers map[string]handler
	kinds    string // Of handlers, ",a,b,".
	periodic []periodic
	wake     chan struct{}

	mu      sync.Mutex
	windows map[string]time.Time // Last window that we know to be open, by kind.
}

type handler struct {
	attempts int
	base     time.Duration
	run      Handler
}

type periodic struct {
	kind           string
	period, offset time.Duration
}

// NewRunner returns a runner over d that runs up to workers jobs at once.
func NewRunner(d *db.DB, workers int) *Runner {
	return &Runner{
		Jitter: rand.N[time.Duration],
		db:     d, workers: max(workers, 1), handlers: map[string]handler{}, kinds: ",",
		wake: make(chan struct{}, 1), windows: map[string]time.Time{},
	}
}

// Handle registers the handler of a kind. attempts bounds how often a failing
// job is run before it is dead; between attempts it waits base, doubled each
// time with jitter, at most an hour. All kinds are registered before Run.
func (r *Runner) Handle(kind string, attempts int, base time.Duration, h Handler) {
	if kind == "" || strings.ContainsAny(kind, ",%") || r.handlers[kind].run != nil {
		panic("jobs: kind is not one, or is handled already: " + kind)
	}
	r.handlers[kind] = handler{max(attempts, 1), base, h}
	r.kinds += kind + ","
}

// Every registers periodic work: within each window [n*period, (n+1)*period)
// shifted by offset, one node enqueues kind once, under the key of the window.
// The body is the window's start. A window that passed while no runner ran is
// left out, so that h does all that is due by the window it is given.
func (r *Runner) Every(kind string, period, offset time.Duration, attempts int, h func(ctx context.Context, window time.Time) error) {
	r.periodic = append(r.periodic, periodic{kind, period, offset})
	r.Handle(kind, attempts, time.Minute, func(ctx context.Context, j Job) error {
		var window time.Time
		if err := json.Unmarshal(j.Body, &window); err != nil {
			return fmt.Errorf("jobs: window of %s: %w", kind, err)
		}
		return h(ctx, window)
	})
}

// Run claims and runs jobs until ctx ends, then lets running jobs finish. Jobs
// that take longer than 20 s to do so have their context cancelled.
func (r *Runner) Run(ctx context.Context) error {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()

	slots := make(chan struct{}, r.workers)
	for ctx.Err() == nil {
		slots <- struct{}{} // Wait until at least one worker is free.
		free := r.workers - len(slots) + 1
		jobs, err := r.claim(ctx, free)
		<-slots
		if err != nil && ctx.Err() == nil {
			r.report(Job{}, err)
		}
		for _, j := range jobs {
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				r.do(running, j)
			})
		}
		if len(jobs) < free {
			r.rest(ctx)
		}
	}
	return nil
}

// rest waits until there may be work.
func (r *Runner) rest(ctx context.Context) {
	t := time.NewTimer(poll/2 + rand.N(poll))
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.wake:
	case <-ctx.Done():
	}
}

// Drain runs what is due by the database's clock, in this goroutine, until
// nothing is, and returns how many jobs ran. Tests, the demo's history and the
// simulator use it.
func (r *Runner) Drain(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		jobs, err := r.claim(ctx, 1)
		if err != nil || len(jobs) == 0 {
			return n, err
		}
		r.do(ctx, jobs[0])
	}
}

// Wake tells the runner that something was just enqueued on this node.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *Runner) report(j Job, err error) {
	if r.OnError != nil {
		r.OnError(j, err)
	}
}

// claim opens the windows that have come and makes up to n due jobs ours.
//
// It reads in a View and writes under conditions, so that on PostgreSQL
// runners collide only over the same rows; picking at random from twice as
// many as it needs makes that rare.
func (r *Runner) claim(ctx context.Context, n int) ([]Job, error) {
	var now time.Time
	var due []Job
	err := r.db.View(ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		due, err = selectDue(tx, r.kinds, 2*n-1)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: look for work: %w", err)
	}
	opened, err := r.openWindows(ctx, now)
	switch {
	case err != nil:
		return nil, err
	case opened:
		return r.claim(ctx, n)
	case len(due) == 0:
		return nil, nil
	}
	rand.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	due = due[:min(n, len(due))]
	var mine []Job
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		mine = nil
		for _, j := range due {
			claimed, err := r.claimOne(tx, &j)
			if err != nil {
				return err
			}
			if claimed {
				mine = append(mine, j)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: claim: %w", err)
	}
	return mine, nil
}

// claimOne makes j ours, or dead if it crashed as often as it may fail.
func (r *Runner) claimOne(tx *db.Tx, j *Job) (bool, error) {
	h, ok := r.handlers[j.Kind]
	if !ok {
		return false, nil
	}
	var err error
	claim := tx.ID("clm")
	if j.Attempts >= h.attempts {
		err = bury(tx, *j, "the last attempt ended without a word: its process was killed or lost the database")
	} else {
		err = take(tx, *j, claim, tx.Now().Add(lease))
	}
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	if err != nil || j.Attempts >= h.attempts {
		return false, err
	}
	j.State, j.Claim, j.Attempts = Running, claim, j.Attempts+1
	return true, nil
}

// openWindows enqueues the periodic jobs whose window has come and reports
// whether there were any that this runner did not know of.
func (r *Runner) openWindows(ctx context.Context, now time.Time) (opened bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.periodic {
		start := p.window(now)
		if !r.windows[p.kind].Before(start) {
			continue
		}
		err := r.db.Update(ctx, func(tx *db.Tx) error {
			first, err := openWindow(tx, p.kind, start)
			if err != nil || !first {
				return err
			}
			return Enqueue(tx, p.kind, start.Format(time.RFC3339), time.Time{}, start)
		})
		if err != nil {
			return false, fmt.Errorf("jobs: open a window of %s: %w", p.kind, err)
		}
		r.windows[p.kind] = start
		opened = true
	}
	return opened, nil
}

// window returns the start of the window that t is in.
func (p periodic) window(t time.Time) time.Time {
	since := t.UnixMilli() - p.offset.Milliseconds()
	period := p.period.Milliseconds()
	n := since / period
	if since%period < 0 {
		n--
	}
	return time.UnixMilli(n*period + p.offset.Milliseconds()).UTC()
}
