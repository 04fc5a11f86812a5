// Package jobs does work later, at least once, after the transaction that
// asked for it has committed.
//
//	queued ──claim──▶ running ──done──▶ (deleted)
//	  ▲                  │ error or lease over
//	  ├──── backoff ─────┤
//	  │                  └─ after the last attempt ──▶ dead
//	  └───────────────────── Rerun ──────────────────────┘
//
// Runners on any number of nodes share one database and need no leader. A
// runner claims a job by a conditional update and holds it by a lease of 30 s,
// which it renews while the handler runs. The job of a killed runner is
// claimed by another when the lease is over. Each claim has its own token: an
// attempt that lost its lease can neither finish nor fail the job of its
// successor, and its context is cancelled. A handler may thus be run more than
// once and even, for a moment, twice at a time; its effects are idempotent.
//
// Attempts are bounded, those that crashed included. A job whose last attempt
// failed is dead: it stays visible, with what the attempt said, until an
// operator runs it again.
package jobs

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/fault"
)

// ErrNotDead says that there is no dead job to run again.
var ErrNotDead = fault.New(fault.NotFound, "jobs.not_dead", fault.Operator,
	"失败任务里没有这一项，可能已经重新排队，请刷新列表。", "There is no such failed job. It may be queued again already: reload the list.")

// Where a job stands.
const (
	Queued  = "queued"
	Running = "running"
	Dead    = "dead"
)

// A Job is one piece of work.
type Job struct {
	ID       string
	Kind     string
	Key      string          // Unique among the kind's unfinished and dead jobs, or empty.
	Body     json.RawMessage `db:"body,json"`
	State    string          // Queued, Running or Dead.
	Attempts int             // How often it was claimed since it was queued by somebody.
	RunAt    time.Time       // When it may be claimed; of a running job, when its lease is over.
	Error    string          // What the last failed attempt said.
	Created  time.Time
	Claim    string `json:"-"` // Token of the last claim.
}

// Enqueue asks for a job within tx. A job of the same kind and non-empty key
// that is still there makes it a no-op. The zero at means now. Body is stored
// as JSON.
func Enqueue(tx *db.Tx, kind, key string, at time.Time, body any) error {
	if at.IsZero() {
		at = tx.Now()
	}
	if err := insert(tx, kind, key, at, body); err != nil {
		return fmt.Errorf("jobs: enqueue %s: %w", kind, err)
	}
	return nil
}

// Cancel takes back a job that nobody has claimed yet; if there is none, it does
// nothing. It is for work that has become needless, which its handler would
// find out at more cost.
func Cancel(tx *db.Tx, kind, key string) error {
	if err := cancel(tx, kind, key); err != nil {
		return fmt.Errorf("jobs: cancel %s: %w", kind, err)
	}
	return nil
}

// List returns jobs by state ("" for all), newest first.
func List(tx *db.Tx, state string, limit int) ([]Job, error) {
	all, err := selectByState(tx, state, limit)
	if err != nil {
		return nil, fmt.Errorf("jobs: list: %w", err)
	}
	return all, nil
}

// Rerun queues a dead job again, with all its attempts before it.
func Rerun(tx *db.Tx, id string) error {
	err := revive(tx, id)
	if errors.Is(err, db.ErrNone) {
		return ErrNotDead
	}
	if err != nil {
		return fmt.Errorf("jobs: rerun %s: %w", id, err)
	}
	return nil
}
