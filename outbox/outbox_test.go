package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// What changes many things tells of each once, in few messages of bounded size,
// and a reader hears of each as if it had been told of alone.
func TestManyKeysInFewMessages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		const things = 3*keysMax + 1
		keys := []string{"twice", "twice"}
		for i := range things - 1 {
			keys = append(keys, fmt.Sprintf("key %d", i))
		}
		r := Follow(d, "shop", clock.Now())
		if err := d.Update(t.Context(), func(tx *db.Tx) error { return PutAll(tx, "shop", keys) }); err != nil {
			t.Fatal(err)
		}
		items, more, err := r.Next(t.Context())
		if err != nil || more || len(items) != things {
			t.Fatalf("%d news of %d things, more %v, %v", len(items), things, more, err)
		}
		heard, messages := map[string]bool{}, map[string]int{}
		for _, i := range items {
			heard[i.Key] = true
			messages[i.ID]++
		}
		if len(heard) != things || !heard["twice"] || !heard["key 7"] {
			t.Errorf("heard of %d things of %d", len(heard), things)
		}
		if len(messages) != 4 {
			t.Errorf("%d messages, want 4 of at most %d keys", len(messages), keysMax)
		}
		if items, _, err := r.Next(t.Context()); err != nil || len(items) != 0 {
			t.Errorf("heard %d again, %v", len(items), err)
		}
		for _, bad := range []string{"", "two\nlines"} {
			err := d.Update(t.Context(), func(tx *db.Tx) error { return Put(tx, "shop", bad) })
			if !errors.Is(err, errKey) {
				t.Errorf("the key %q: %v", bad, err)
			}
		}
	})
}

// A reader takes no more at once than it holds, however much a message tells.
func TestFullMessagesComeInPieces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		const n = 2*batchMax + keysMax/2
		keys := make([]string, n)
		for i := range keys {
			keys[i] = fmt.Sprint(i)
		}
		r := Follow(d, "shop", clock.Now())
		if err := d.Update(t.Context(), func(tx *db.Tx) error { return PutAll(tx, "shop", keys) }); err != nil {
			t.Fatal(err)
		}
		var sizes []int
		seen := map[string]bool{}
		for more := true; more; {
			var items []Item
			var err error
			if items, more, err = r.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, i := range items {
				if seen[i.Key] {
					t.Fatalf("%s twice", i.Key)
				}
				seen[i.Key] = true
			}
			sizes = append(sizes, len(items))
		}
		if len(seen) != n || len(sizes) < 2 || slices.Max(sizes) >= batchMax+keysMax {
			t.Errorf("%d of %d in pieces of %v", len(seen), n, sizes)
		}
	})
}
