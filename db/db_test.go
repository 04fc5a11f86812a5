package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"citywalk/db"
	"citywalk/db/dbtest"
)

var errNo = errors.New("no")

// each runs fn on both engines over an empty table db_rows (id, n).
func each(t *testing.T, fn func(t *testing.T, d *db.DB, clock *dbtest.Clock)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(`CREATE TABLE db_rows (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL CHECK (n >= 0))`)
			return err
		})
		fn(t, d, clock)
	})
}

func update(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func add(tx *db.Tx, id string, n int) error {
	_, err := tx.Exec(`INSERT INTO db_rows (id, n) VALUES ($1, $2)`, id, n)
	return err
}

// ids returns what is in the table, in order.
func ids(t testing.TB, d *db.DB) (all []string) {
	t.Helper()
	err := d.View(context.Background(), func(tx *db.Tx) (err error) {
		all, err = db.All[string](tx, `SELECT id FROM db_rows ORDER BY id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wantIDs(t testing.TB, d *db.DB, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, ids(t, d)); diff != "" {
		t.Error(diff)
	}
}

func TestUpdateKeepsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			return errors.Join(add(tx, "a", 1), add(tx, "b", 1), errNo)
		})
		if !errors.Is(err, errNo) {
			t.Error(err)
		}
		wantIDs(t, d)
		update(t, d, func(tx *db.Tx) error { return errors.Join(add(tx, "a", 1), add(tx, "b", 1)) })
		wantIDs(t, d, "a", "b")
	})
}

// TestCallersDoNotSpoilEachOther lets callers succeed, refuse, break a rule of
// the schema, panic and give up, all at once, so that on SQLite they share
// commits: what is kept is exactly what succeeded.
func TestCallersDoNotSpoilEachOther(t *testing.T) {
	const rounds = 20
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ends := []func(tx *db.Tx) error{
			func(tx *db.Tx) error { return nil },
			func(tx *db.Tx) error { return errNo },
			func(tx *db.Tx) error { return add(tx, "broken", -1) },
			func(tx *db.Tx) error { panic("no") },
			func(tx *db.Tx) error { runtime.Goexit(); return nil },
		}
		var wg sync.WaitGroup
		var want []string
		start := make(chan struct{})
		for i := range rounds {
			want = append(want, fmt.Sprintf("%02d-0", i))
			for j, end := range ends {
				wg.Go(func() {
					finished := false
					defer func() {
						if p := recover(); (j == 3) != (p == "no") || finished == (j > 2) {
							t.Errorf("caller %d: panic %v, finished %v", j, p, finished)
						}
					}()
					<-start
					err := d.Update(context.Background(), func(tx *db.Tx) error {
						return errors.Join(add(tx, fmt.Sprintf("%02d-%d", i, j), j), end(tx))
					})
					finished = true
					if (err == nil) != (j == 0) || errors.Is(err, errNo) != (j == 1) {
						t.Errorf("caller %d: %v", j, err)
					}
				})
			}
		}
		close(start)
		wg.Wait()
		wantIDs(t, d, want...)
	})
}

// TestBrokenTransaction lets one caller end the transaction that others share:
// nobody is told of a success that was not kept, and the next caller is served.
func TestBrokenTransaction(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	update(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(`CREATE TABLE db_rows (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)`)
		return err
	})
	var mu sync.Mutex
	kept := map[string]bool{}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			id := fmt.Sprint(i)
			err := d.Update(context.Background(), func(tx *db.Tx) error {
				if i%8 == 3 {
					_, err := tx.Exec(`ROLLBACK`)
					return err
				}
				return add(tx, id, 1)
			})
			mu.Lock()
			defer mu.Unlock()
			kept[id] = err == nil
			if err != nil && !errors.Is(err, db.ErrUnavailable) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	there := map[string]bool{}
	for _, id := range ids(t, d) {
		there[id] = true
	}
	for id, ok := range kept {
		if ok != there[id] {
			t.Errorf("caller %s was told %v, kept is %v", id, ok, there[id])
		}
	}
	update(t, d, func(tx *db.Tx) error { return add(tx, "next", 1) })
}

// TestFirstOfABatchBreaksIt ends the transaction in its first turn, which has
// no savepoint whose loss would tell of it: alone, and with one that waits.
func TestFirstOfABatchBreaksIt(t *testing.T) {
	for _, others := range []int{0, 1, 3} {
		d, _ := dbtest.Open(t, db.SQLite)
		update(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(`CREATE TABLE db_rows (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)`)
			return err
		})
		errs := make(chan error, others+1)
		errs <- d.Update(t.Context(), func(tx *db.Tx) error {
			for i := range others {
				go func() {
					errs <- d.Update(context.Background(), func(tx *db.Tx) error { return add(tx, fmt.Sprint(i), 1) })
				}()
			}
			time.Sleep(50 * time.Millisecond) // They wait for the writer.
			_, err := tx.Exec(`ROLLBACK`)
			return err
		})
		kept := 0
		for i := range others + 1 {
			err := <-errs
			if err == nil {
				kept++
			} else if !errors.Is(err, db.ErrUnavailable) {
				t.Errorf("%d others, answer %d: %v", others, i, err)
			}
		}
		if got := len(ids(t, d)); got != kept {
			t.Errorf("%d others: %d were told that theirs is kept, %d are there", others, kept, got)
		}
		update(t, d, func(tx *db.Tx) error { return add(tx, "next", 1) })
	}
}

// TestDiskFull fills the file up to a limit: what does not fit is unavailable,
// and what was there before stays.
func TestDiskFull(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	update(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(`CREATE TABLE db_rows (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)`)
		return errors.Join(err, add(tx, "before", 1))
	})
	limit := func(pages int64) {
		update(t, d, func(tx *db.Tx) error {
			if pages == 0 {
				pages = 1 << 30
				_, err := db.All[int64](tx, `PRAGMA max_page_count = 1073741823`)
				return err
			}
			_, err := db.All[int64](tx, `PRAGMA max_page_count = 1`)
			return err
		})
	}
	limit(1)
	err := d.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO db_rows (id, n) SELECT hex(randomblob(2000)), 1 FROM (VALUES (1), (2), (3), (4), (5), (6))`)
		return err
	})
	if !errors.Is(err, db.ErrUnavailable) {
		t.Errorf("a full disk: %v", err)
	}
	limit(0)
	update(t, d, func(tx *db.Tx) error { return add(tx, "next", 1) })
	wantIDs(t, d, "before", "next")
}

func TestNestingIsRefused(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		never := func(*db.Tx) error { t.Error("a nested function ran"); return nil }
		outer := func(tx *db.Tx) error {
			if err := d.Update(tx.Context(), never); !errors.Is(err, db.ErrNested) {
				t.Errorf("Update inside: %v", err)
			}
			if err := d.View(tx.Context(), never); !errors.Is(err, db.ErrNested) {
				t.Errorf("View inside: %v", err)
			}
			if err := d.Glance(tx.Context(), never); !errors.Is(err, db.ErrNested) {
				t.Errorf("Glance inside: %v", err)
			}
			return nil
		}
		update(t, d, outer)
		if err := d.Glance(t.Context(), outer); err != nil {
			t.Error(err)
		}
		if err := d.View(t.Context(), outer); err != nil {
			t.Error(err)
		}
	})
}

func TestTryUndoesOnlyItsOwn(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error {
			if err := add(tx, "a", 1); err != nil {
				return err
			}
			err := tx.Try(func() error {
				if err := add(tx, "b", 1); err != nil {
					return err
				}
				inner := tx.Try(func() error { return errors.Join(add(tx, "c", 1), add(tx, "a", 1)) })
				if !errors.Is(inner, db.ErrUnique) {
					t.Errorf("inner: %v, want ErrUnique", inner)
				}
				return add(tx, "d", 1)
			})
			if err != nil {
				return err
			}
			if err := tx.Try(func() error { return errors.Join(add(tx, "e", 1), errNo) }); !errors.Is(err, errNo) {
				t.Errorf("refused: %v", err)
			}
			if err := tx.Try(func() error { add(tx, "f", -1); return nil }); err == nil {
				t.Error("a failed statement was passed over in Try")
			}
			return add(tx, "g", 1)
		})
		wantIDs(t, d, "a", "b", "d", "g")
	})
}

// TestFailedStatementIsNotPassedOver shows one meaning of a failed statement
// outside Try on both engines: later ones are refused and nothing is kept.
func TestFailedStatementIsNotPassedOver(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			if err := add(tx, "a", 1); err != nil {
				return err
			}
			if err := add(tx, "a", 1); !errors.Is(err, db.ErrUnique) {
				t.Errorf("%v, want ErrUnique", err)
			}
			if _, err := db.All[string](tx, `SELECT id FROM db_rows`); err == nil {
				t.Error("a statement ran after one that failed")
			}
			if err := add(tx, "b", 1); err == nil {
				t.Error("a statement ran after one that failed")
			}
			return nil
		})
		if !errors.Is(err, db.ErrUnique) {
			t.Errorf("%v, want ErrUnique", err)
		}
		wantIDs(t, d)
	})
}

func TestChangeWantsOneRow(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error { return errors.Join(add(tx, "a", 1), add(tx, "b", 1)) })
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			if err := tx.Change(`UPDATE db_rows SET n = 2 WHERE id = $1`, "a"); err != nil {
				t.Error(err)
			}
			if err := tx.Change(`UPDATE db_rows SET n = 2 WHERE id = $1`, "x"); !errors.Is(err, db.ErrNone) {
				t.Errorf("no row: %v", err)
			}
			if err := tx.Change(`UPDATE db_rows SET n = 2`); err == nil || errors.Is(err, db.ErrNone) {
				t.Errorf("two rows: %v", err)
			}
			if _, err := db.One[int](tx, `SELECT n FROM db_rows WHERE id = 'x'`); !errors.Is(err, db.ErrNone) {
				t.Errorf("One of none: %v", err)
			}
			if _, err := db.One[int](tx, `SELECT n FROM db_rows`); err == nil {
				t.Error("One of two")
			}
			return errNo
		})
		if err != errNo {
			t.Error(err)
		}
	})
}

// TestLimitHoldsUnderContention lets callers count and then insert, which only
// a serializable engine makes safe: ten is ten. At READ COMMITTED the same
// code lets through as many as run at once.
func TestLimitHoldsUnderContention(t *testing.T) {
	const callers, limit = 24, 10
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		other := dbtest.Again(t, d, clock)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range callers {
			node := []*db.DB{d, other}[i%2]
			wg.Go(func() {
				<-start
				err := node.Update(context.Background(), func(tx *db.Tx) error {
					n, err := db.One[int](tx, `SELECT COUNT(*) FROM db_rows`)
					// A refusal of the caller's own making hides the engine's
					// wish to try again; it must not win.
					if err != nil || n >= limit || add(tx, fmt.Sprint(i), n) != nil {
						return errNo
					}
					return nil
				})
				if err != nil && !errors.Is(err, errNo) {
					t.Error(err)
				}
			})
		}
		close(start)
		wg.Wait()
		if n := len(ids(t, d)); n != limit {
			t.Errorf("%d rows, want %d", n, limit)
		}
	})
}

func TestViewSeesOneMoment(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		err := d.View(t.Context(), func(tx *db.Tx) error {
			for i := range 3 {
				n, err := db.One[int](tx, `SELECT COUNT(*) FROM db_rows`)
				if err != nil || n != 0 {
					t.Errorf("%d rows, %v", n, err)
				}
				update(t, d, func(tx *db.Tx) error { return add(tx, fmt.Sprint(i), 1) })
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		wantIDs(t, d, "0", "1", "2")
		err = d.View(t.Context(), func(tx *db.Tx) error { return add(tx, "no", 1) })
		if err == nil {
			t.Error("a View wrote")
		}
		wantIDs(t, d, "0", "1", "2")
	})
}

// TestGoneCallersChangeNothing cancels callers that wait for their turn.
// TestGlanceIsOneStatement: a second one would see another moment than the
// first, and writing is for Update.
func TestGlanceIsOneStatement(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error { return add(tx, "a", 1) })
		count := func(tx *db.Tx) (int, error) { return db.One[int](tx, `SELECT COUNT(*) FROM db_rows`) }
		err := d.Glance(t.Context(), func(tx *db.Tx) error {
			if n, err := count(tx); n != 1 || err != nil {
				t.Errorf("the first: %d, %v", n, err)
			}
			if n, err := count(tx); n != 0 || err == nil {
				t.Errorf("the second: %d, %v", n, err)
			}
			return errNo
		})
		if !errors.Is(err, errNo) {
			t.Errorf("it returned %v", err)
		}
		if err := d.Glance(t.Context(), func(tx *db.Tx) error { return add(tx, "b", 1) }); err == nil {
			t.Error("it wrote")
		}
		err = d.Glance(t.Context(), func(tx *db.Tx) error {
			_, _ = db.One[int](tx, `SELECT nothing FROM db_rows`)
			return nil
		})
		if err == nil {
			t.Error("a statement that failed was passed over")
		}
		wantIDs(t, d, "a")
	})
}

func TestGoneCallersChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx, cancel := context.WithCancel(t.Context())
		waiting, gone := make(chan struct{}), make(chan error)
		update(t, d, func(tx *db.Tx) error {
			if d.Engine() == db.Postgres {
				cancel() // Nobody waits there; a caller that is gone is refused at once.
			}
			go func() {
				close(waiting)
				gone <- d.Update(ctx, func(tx *db.Tx) error { return add(tx, "gone", 1) })
			}()
			<-waiting
			cancel()
			if err := <-gone; !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want context.Canceled", err)
			}
			return nil
		})
		if err := d.View(ctx, func(*db.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want context.Canceled", err)
		}
		wantIDs(t, d)
	})
}

func TestClosedIsUnavailable(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				err := d.Update(context.Background(), func(tx *db.Tx) error { return add(tx, fmt.Sprint(i), 1) })
				if err != nil && !errors.Is(err, db.ErrUnavailable) {
					t.Error(err)
				}
			})
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		none := func(*db.Tx) error { t.Error("ran on a closed database"); return nil }
		for name, err := range map[string]error{
			"Update": d.Update(t.Context(), none), "View": d.View(t.Context(), none), "Ping": d.Ping(t.Context()),
		} {
			if !errors.Is(err, db.ErrUnavailable) {
				t.Errorf("%s: %v, want ErrUnavailable", name, err)
			}
		}
	})
}

func TestEachStopsWithItsFunction(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error {
			for i := range 10 {
				if err := add(tx, fmt.Sprint(i), i); err != nil {
					return err
				}
			}
			seen := 0
			err := db.Each(tx, func(n int) error {
				if seen++; seen == 3 {
					return errNo
				}
				return nil
			}, `SELECT n FROM db_rows ORDER BY n`)
			if err != errNo || seen != 3 {
				t.Errorf("saw %d rows, %v", seen, err)
			}
			return add(tx, "after", 1)
		})
	})
}

func TestTimeStandsStillInATransaction(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		clock.Advance(1234567 * time.Nanosecond)
		var last string
		update(t, d, func(tx *db.Tx) error {
			first := tx.Now()
			clock.Advance(time.Second)
			want := dbtest.Day.Add(time.Millisecond).UTC()
			if !first.Equal(want) || first != tx.Now() || first.Location() != time.UTC {
				t.Errorf("%v, %v, want %v", first, tx.Now(), want)
			}
			last = tx.ID("tst")
			return nil
		})
		update(t, d, func(tx *db.Tx) error {
			if id := tx.ID("tst"); id <= last || len(id) != 30 {
				t.Errorf("%s comes after %s", id, last)
			}
			return nil
		})
		if d.Skew() != 0 {
			t.Errorf("a given clock has a skew of %v", d.Skew())
		}
	})
}
