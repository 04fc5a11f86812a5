package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"citywalk/db"
)

const (
	waitMax   = time.Hour
	errorMax  = 1000             // Bytes of an error that are kept.
	finishMax = 15 * time.Second // How long writing an attempt's end may take.
)

// errLost cancels the context of an attempt that lost its claim.
var errLost = errors.New("jobs: the lease is over")

// do runs one attempt of a claimed job and writes down how it ended.
func (r *Runner) do(ctx context.Context, j Job) {
	h := r.handlers[j.Kind]
	failed := r.attempt(ctx, h, j)
	if failed != nil {
		r.report(j, failed)
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishMax)
	defer cancel()
	err := r.db.Update(end, func(tx *db.Tx) error {
		switch {
		case failed == nil:
			return remove(tx, j)
		case j.Attempts >= h.attempts:
			return setBack(tx, j, Dead, tx.Now(), brief(failed))
		}
		return setBack(tx, j, Queued, tx.Now().Add(r.wait(h.base, j.Attempts)), brief(failed))
	})
	if errors.Is(err, db.ErrNone) {
		err = errLost
	}
	if err != nil {
		r.report(j, fmt.Errorf("jobs: finish %s: %w", j.Kind, err))
	}
}

// attempt calls the handler while the heart beats. A panic is an error.
func (r *Runner) attempt(ctx context.Context, h handler, j Job) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		r.heart(ctx, cancel, j)
	}()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		cancel(nil)
		<-stopped
	}()
	return h.run(ctx, j)
}

// heart renews the lease until ctx ends. It ends the attempt when the claim is
// lost, or must be feared lost because the database did not answer twice.
func (r *Runner) heart(ctx context.Context, cancel context.CancelCauseFunc, j Job) {
	t := time.NewTicker(beat)
	defer t.Stop()
	for missed := 0; ; {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		err := r.renew(ctx, j)
		switch {
		case err == nil:
			missed = 0
		case errors.Is(err, db.ErrNone) || missed > 0:
			cancel(errLost)
		default:
			missed++
		}
	}
}

func (r *Runner) renew(ctx context.Context, j Job) error {
	return r.db.Update(ctx, func(tx *db.Tx) error { return extend(tx, j, tx.Now().Add(lease)) })
}

// wait returns how long a job waits after its n-th failed attempt: between
// half of base doubled n-1 times and all of it.
func (r *Runner) wait(base time.Duration, n int) time.Duration {
	d := base
	for i := 1; i < n && d < waitMax; i++ {
		d *= 2
	}
	d = min(d, waitMax)
	return d - r.Jitter(d/2+1)
}

// brief returns the first line of an error, shortened.
func brief(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	if len(s) > errorMax {
		s = strings.ToValidUTF8(s[:errorMax], "")
	}
	return s
}
