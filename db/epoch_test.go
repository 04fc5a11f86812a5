package db_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// note writes one row.
func note(t *testing.T, d *db.DB, name string) error {
	t.Helper()
	return d.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO account_keys (name, mark) VALUES ($1, 'x')`, name)
		return err
	})
}

func hold(t *testing.T, d *db.DB) db.Epoch {
	t.Helper()
	e, err := d.Hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestAnotherLifeRefusesEarlierWriters has a node go on after a restore began
// another life: it writes nothing more, and gives no sign of life.
func TestAnotherLifeRefusesEarlierWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		first := hold(t, d)
		other := dbtest.Again(t, d, clock)
		if e := hold(t, other); e.Name != first.Name || e.Name == "" || e.Epoch != first.Epoch {
			t.Errorf("two nodes hold %+v and %+v", first, e)
		}
		if err := note(t, d, "before"); err != nil {
			t.Fatal(err)
		}
		raise(t, other, 7)
		if err := note(t, d, "after"); !errors.Is(err, db.ErrFenced) || !errors.Is(err, db.ErrUnavailable) {
			t.Errorf("a node of the life before wrote: %v", err)
		}
		if _, err := d.Beat(t.Context()); !errors.Is(err, db.ErrFenced) {
			t.Errorf("a node of the life before beat: %v", err)
		}
		if e := hold(t, d); e.Epoch != 8 || e.Closed != "test" || !e.Since.Equal(clock.Now().Truncate(time.Millisecond)) || !first.Before(e) {
			t.Errorf("the new life is %+v", e)
		}
		if err := note(t, d, "again"); err != nil {
			t.Errorf("in the new life: %v", err)
		}
	})
}

// raise begins a new life, and a second one after it whose loss began later.
func raise(t *testing.T, d *db.DB, over int64) {
	t.Helper()
	for i := range 2 {
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			return db.Raise(tx, over-1, "test", tx.Now().Add(time.Duration(i)*time.Hour))
		})
		if err != nil {
			t.Fatal(err)
		}
		hold(t, d)
	}
}

// TestReopenOnlyTheLifeThatWasSettled closes a database again while somebody
// is about to reopen it.
func TestReopenOnlyTheLifeThatWasSettled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		raise(t, d, 2)
		for epoch, want := range map[int64]error{2: db.ErrFenced, 3: nil} {
			err := d.Update(t.Context(), func(tx *db.Tx) error { return db.Reopen(tx, epoch) })
			if !errors.Is(err, want) {
				t.Errorf("reopen life %d: %v, want %v", epoch, err, want)
			}
		}
		if e, err := d.Epoch(t.Context()); err != nil || e.Closed != "" || !e.Since.IsZero() {
			t.Errorf("reopened: %+v, %v", e, err)
		}
	})
}

// TestABeatThatWentBackIsAnotherLife puts an older state in the place of the
// database by hand, which does not raise the epoch.
func TestABeatThatWentBackIsAnotherLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		older := hold(t, d)
		for range 3 {
			if _, err := d.Beat(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		now, err := d.Epoch(t.Context())
		if err != nil || now.Beat != older.Beat+3 || !now.Beaten.Equal(clock.Now()) || !older.Before(now) || now.Before(older) {
			t.Fatalf("%+v, then %+v (%v)", older, now, err)
		}
		other := dbtest.Again(t, d, clock)
		err = other.Update(t.Context(), func(tx *db.Tx) error {
			return tx.Change(`UPDATE db_epoch SET beat = $1`, older.Beat)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := note(t, d, "after"); !errors.Is(err, db.ErrFenced) {
			t.Errorf("wrote to an older state: %v", err)
		}
	})
}

// TestAReplacedFileAcknowledgesNothing renames the file of a SQLite database
// under a writer, and puts a copy in its place.
func TestAReplacedFileAcknowledgesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.db")
	d, err := db.Open(t.Context(), path, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Migrate(t.Context(), db.Schema()); err != nil {
		t.Fatal(err)
	}
	hold(t, d)
	if err := errors.Join(note(t, d, "before"), d.Backup(t.Context(), path+".copy")); err != nil {
		t.Fatal(err)
	}
	for i, moves := range [][2]string{{path, path + ".old"}, {path + ".copy", path}} {
		if err := os.Rename(moves[0], moves[1]); err != nil {
			t.Fatal(err)
		}
		if err := note(t, d, fmt.Sprint("after", i)); !errors.Is(err, db.ErrFenced) {
			t.Errorf("after %v: %v", moves, err)
		}
		if err := d.Update(t.Context(), func(*db.Tx) error { return errNo }); !errors.Is(err, db.ErrFenced) {
			t.Errorf("refused from a file that is not the database: %v", err)
		}
	}
}
