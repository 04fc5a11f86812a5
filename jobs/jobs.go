// Package jobs does work later, at least once, after the transaction that
// asked for it has committed.
//
//	queued ──claim──▶ running ──done──▶ (deleted)
//	  ▲                  │ error or lease over
//	  └──── backoff ─────┤
//	                     └─ after the last attempt ──▶ dead ──Rerun──▶ queued
package jobs

import (
	"context"
	"encoding/json"
	"time"

	"citywalk/db"
)

// A Job is one piece of work.
type Job struct {
	ID       string
	Kind     string
	Key      string          // Unique among the kind's unfinished and dead jobs, or empty.
	Body     json.RawMessage `db:"body,json"`
	State    string          // "queued", "running", "dead"
	Attempts int
	RunAt    time.Time
	Error    string // What the last attempt said.
	Created  time.Time
}

// Enqueue asks for a job within tx. A job of the same kind and non-empty key
// that is still there makes it a no-op. The zero at means now. Body is stored
// as JSON.
func Enqueue(tx *db.Tx, kind, key string, at time.Time, body any) error { panic("not built") }

// A Handler does a job. It may be run again after a crash, so its effects are
// idempotent. It opens its own transactions.
type Handler func(ctx context.Context, j Job) error

// A Runner claims and runs jobs. Several runners share a database.
type Runner struct{ _ int }

// NewRunner returns a runner over d that runs up to workers jobs at once.
func NewRunner(d *db.DB, workers int) *Runner { panic("not built") }

// Handle registers the handler of a kind. attempts bounds how often a failing
// job is run before it is dead; between attempts it waits base, doubled each
// time with jitter, at most an hour.
func (r *Runner) Handle(kind string, attempts int, base time.Duration, h Handler) { panic("not built") }

// Every registers periodic work: within each window [n*period, (n+1)*period)
// shifted by offset, one node enqueues kind once, under the key of the window.
// The body is the window's start.
func (r *Runner) Every(kind string, period, offset time.Duration, attempts int, h func(ctx context.Context, window time.Time) error) {
	panic("not built")
}

// Run claims and runs jobs until ctx ends, then lets running jobs finish.
func (r *Runner) Run(ctx context.Context) error { panic("not built") }

// Drain runs what is due by the database's clock, in this goroutine, until
// nothing is, and returns how many jobs ran. Tests, the demo's history and the
// simulator use it.
func (r *Runner) Drain(ctx context.Context) (int, error) { panic("not built") }

// Wake tells the runner that something was just enqueued on this node.
func (r *Runner) Wake() { panic("not built") }

// List returns jobs by state ("" for all), newest first.
func List(tx *db.Tx, state string, limit int) ([]Job, error) { panic("not built") }

// Rerun queues a dead job again.
func Rerun(tx *db.Tx, id string) error { panic("not built") }
