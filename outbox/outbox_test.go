package outbox

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
)

func put(t *testing.T, d *db.DB, key string) {
	t.Helper()
	if err := d.Update(t.Context(), func(tx *db.Tx) error { return Put(tx, "shop", key) }); err != nil {
		t.Fatal(err)
	}
}

func keys(t *testing.T, r *Reader) string {
	t.Helper()
	items, _, err := r.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, i := range items {
		all += i.Key
	}
	return all
}

// News come once, in order, only of the topic, and only if their transaction
// committed.
func TestNewsComeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		put(t, d, "a")
		clock.Advance(time.Minute)
		r := Follow(d, "shop", clock.Now())
		if got := keys(t, r); got != "" {
			t.Errorf("news from before the beginning: %q", got)
		}
		clock.Advance(time.Second)
		put(t, d, "b")
		clock.Advance(time.Second)
		put(t, d, "c")
		gone := errors.New("no")
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			return errors.Join(Put(tx, "shop", "never"), gone)
		})
		if !errors.Is(err, gone) {
			t.Fatal(err)
		}
		if err := d.Update(t.Context(), func(tx *db.Tx) error { return Put(tx, "place", "x") }); err != nil {
			t.Fatal(err)
		}
		if got := keys(t, r); got != "bc" {
			t.Errorf("news %q, want bc", got)
		}
		if got := keys(t, r); got != "" {
			t.Errorf("news again: %q", got)
		}
	})
}

// A transaction that began earlier and commits later is not missed.
func TestALateCommitIsSeen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		r := Follow(d, "shop", clock.Now())
		began := clock.Now()
		clock.Advance(2 * time.Second)
		put(t, d, "new")
		if got := keys(t, r); got != "new" {
			t.Fatalf("news %q", got)
		}
		// What a transaction writes that began two seconds earlier.
		clock.Set(began)
		put(t, d, "late")
		clock.Set(began.Add(3 * time.Second))
		if got := keys(t, r); got != "late" {
			t.Errorf("news %q, want late", got)
		}
	})
}

func TestWhoWasAwayTooLongIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		r := Follow(d, "shop", clock.Now())
		put(t, d, "old")
		clock.Advance(Keep + time.Minute)
		if n, err := Forget(context.Background(), d); err != nil || n != 1 {
			t.Fatalf("forgot %d, %v", n, err)
		}
		if _, _, err := r.Next(t.Context()); !errors.Is(err, ErrGap) {
			t.Fatalf("err = %v, want ErrGap", err)
		}
		r.Skip(clock.Now())
		clock.Advance(time.Second)
		put(t, d, "fresh")
		if got := keys(t, r); got != "fresh" {
			t.Errorf("news %q", got)
		}
	})
}

// More than a batch comes in pieces, and nothing is left out.
func TestManyNewsComeInPieces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		r := Follow(d, "shop", clock.Now())
		const n = batchMax + 500
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			for i := range n {
				if err := Put(tx, "shop", fmt.Sprint(i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for {
			items, more, err := r.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range items {
				if seen[i.Key] {
					t.Fatalf("%s twice", i.Key)
				}
				seen[i.Key] = true
			}
			if !more {
				break
			}
		}
		if len(seen) != n {
			t.Errorf("%d of %d", len(seen), n)
		}
	})
}
