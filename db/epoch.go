package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A database has one life after the other. A restore puts an older state of it
// in its place and begins a new life, under the next epoch; what was written
// between the copy and the restore is lost, and whoever still believes in the
// earlier life must not write.
//
//	open ──beat, beat, ...──▶ open
//	  │
//	  └──Raise (restored, or found to be older than was seen)──▶ closed ──Reopen──▶ open
//
// A handle that called Hold is bound to the life it found: each Update looks,
// in its own transaction, whether the epoch is still the same and the beat has
// not gone back, and is refused with ErrFenced if not. On SQLite the file must
// besides still be the one at its path when a commit is acknowledged.
//
// While it is served a database's beat grows every few seconds. Epoch and beat
// as they were last seen, kept outside of the database, tell an older copy
// that somebody put in its place by hand (Before).

// ErrFenced says that the database is in another life than the one that this
// handle holds: an older state was restored. Nothing was changed.
var ErrFenced = fmt.Errorf("%w: an older state of the database was put in its place", ErrUnavailable)

// An Epoch is the row in which a database says which of its lives this is.
type Epoch struct {
	Name     string
	Epoch    int64
	Beat     int64
	Beaten   time.Time // When the beat last grew; about the moment of a copy.
	Closed   string    // Why nobody may be served; "" if everybody may.
	ClosedAt time.Time
	Since    time.Time // When closed: what came after this moment may be lost.
}

// Before reports whether e is an older state of the database than other.
func (e Epoch) Before(other Epoch) bool {
	return e.Epoch < other.Epoch || e.Epoch == other.Epoch && e.Beat < other.Beat
}

// held is the life that a handle is bound to.
type held struct{ epoch, beat int64 }

// EpochOf reads the row.
func EpochOf(tx *Tx) (Epoch, error) {
	e, err := One[Epoch](tx, `SELECT name, epoch, beat, beaten, closed, closed_at, since FROM db_epoch`)
	if err != nil {
		return e, fmt.Errorf("db: read the epoch: %w", err)
	}
	return e, nil
}

// Epoch reads the row in a View.
func (d *DB) Epoch(ctx context.Context) (e Epoch, err error) {
	err = d.View(ctx, func(tx *Tx) error {
		e, err = EpochOf(tx)
		return err
	})
	return e, err
}

// Hold binds the handle to the database's present life and returns it. The
// first to hold a database gives it its name.
func (d *DB) Hold(ctx context.Context) (e Epoch, err error) {
	d.engine.hold(nil)
	e, err = d.Epoch(ctx)
	if err == nil && e.Name == "" {
		err = d.Update(ctx, func(tx *Tx) error {
			if _, err := tx.Exec(`UPDATE db_epoch SET name = $1 WHERE name = ''`, tx.ID("db")); err != nil {
				return err
			}
			e, err = EpochOf(tx)
			return err
		})
	}
	if err == nil {
		d.engine.hold(&held{e.Epoch, e.Beat})
	}
	return e, err
}

// Beat is a sign of life of the handle's: it lets the database's beat grow.
// ErrFenced says that another life has begun.
func (d *DB) Beat(ctx context.Context) (Epoch, error) {
	e, err := d.engine.beat(ctx, d)
	if err == nil {
		d.engine.hold(&held{e.Epoch, e.Beat})
	}
	return e, err
}

const grow = `UPDATE db_epoch SET beat = beat + 1, beaten = $1 WHERE epoch = $2 AND beat >= $3`

// Raise begins a new life, closed for the reason given: its epoch is above the
// database's own and above over. What came after since may be lost. Handles
// that held the life before are refused from then on.
func Raise(tx *Tx, over int64, why string, since time.Time) error {
	e, err := EpochOf(tx)
	if err != nil {
		return err
	}
	if e.Closed != "" && e.Since.Before(since) {
		since = e.Since // Nobody has looked after the earlier loss yet.
	}
	return tx.Change(`UPDATE db_epoch SET epoch = $1, closed = $2, closed_at = $3, since = $4`,
		max(e.Epoch, over)+1, why, tx.Now(), since)
}

// Reopen lets everybody be served again in the life that was closed.
// ErrFenced says that another has begun meanwhile.
func Reopen(tx *Tx, epoch int64) error {
	err := tx.Change(`UPDATE db_epoch SET closed = '', closed_at = 0, since = 0 WHERE epoch = $1`, epoch)
	if errors.Is(err, ErrNone) {
		return ErrFenced
	}
	return err
}
