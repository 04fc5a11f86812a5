package db_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// kinds is a row of every kind of field.
type kinds struct {
	ID       string
	Number   int64
	Small    int16
	Counter  uint32
	Flag     bool
	Share    float64
	At       time.Time
	Took     time.Duration
	Raw      []byte
	Embedded        // Its fields are columns too.
	Terms    []Term `db:"terms,json"`
	Renamed  string `db:"other_name"`
}

type Embedded struct{ ShopID string }

type Term struct{ A, B string }

const createKinds = `CREATE TABLE db_kinds (id TEXT, number BIGINT, small BIGINT, counter BIGINT, flag BIGINT,
	share DOUBLE PRECISION, at BIGINT, took BIGINT, raw BYTEA, shop_id TEXT, terms TEXT, other_name TEXT)`

// TestRoundTrip writes rows of any content and reads them back.
func TestRoundTrip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error { _, err := tx.Exec(createKinds); return err })
		text := rapid.StringOfN(rapid.Rune().Filter(func(r rune) bool { return r != 0 }), 0, 20, -1)
		rapid.Check(t, func(t *rapid.T) {
			k := kinds{
				ID: text.Draw(t, "id"), Number: rapid.Int64().Draw(t, "number"), Small: rapid.Int16().Draw(t, "small"),
				Counter: rapid.Uint32().Draw(t, "counter"), Flag: rapid.Bool().Draw(t, "flag"),
				Share: rapid.Float64Range(-1e300, 1e300).Draw(t, "share"),
				At:    time.UnixMilli(rapid.Int64Range(1, 4e12).Draw(t, "at")).UTC(),
				Took:  time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "took")) * time.Millisecond,
				Raw:   rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "raw"), Embedded: Embedded{text.Draw(t, "shop")},
				Terms: []Term{{text.Draw(t, "a"), text.Draw(t, "b")}}, Renamed: text.Draw(t, "renamed"),
			}
			var got kinds
			err := d.Update(context.Background(), func(tx *db.Tx) (err error) {
				if _, err := tx.Exec(`DELETE FROM db_kinds`); err != nil {
					return err
				}
				_, err = tx.Exec(`INSERT INTO db_kinds VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
					k.ID, k.Number, k.Small, k.Counter, k.Flag, k.Share, k.At, k.Took, k.Raw, k.ShopID, db.JSON(k.Terms), k.Renamed)
				if err != nil {
					return err
				}
				got, err = db.One[kinds](tx, `SELECT * FROM db_kinds`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(k, got); diff != "" {
				t.Fatal(diff)
			}
		})
	})
}

func TestNullIsZero(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error {
			if _, err := tx.Exec(createKinds); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO db_kinds (id, number, terms) VALUES ('full', 7, '[{"A":"x"}]'), ('null', NULL, NULL)`)
			return err
		})
		err := d.View(t.Context(), func(tx *db.Tx) error {
			all, err := db.All[kinds](tx, `SELECT * FROM db_kinds ORDER BY id`)
			if err != nil {
				return err
			}
			want := []kinds{{ID: "full", Number: 7, Terms: []Term{{A: "x"}}}, {ID: "null"}}
			if diff := cmp.Diff(want, all); diff != "" {
				t.Error(diff)
			}
			at, err := db.One[time.Time](tx, `SELECT at FROM db_kinds WHERE id = 'null'`)
			if !at.IsZero() {
				t.Errorf("a NULL is %v", at)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestMisfits shows that what does not fit is an error of the same kind on both
// engines, never a quiet loss.
func TestMisfits(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		update(t, d, func(tx *db.Tx) error { return add(tx, "a", math.MaxInt64) })
		for _, bad := range []string{"a\x00b", "\xff"} {
			err := d.Update(t.Context(), func(tx *db.Tx) error { return add(tx, bad, 1) })
			if !errors.Is(err, db.ErrText) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		reads := map[string]func(tx *db.Tx) error{
			"a number too large":        func(tx *db.Tx) error { _, err := db.All[int32](tx, `SELECT n FROM db_rows`); return err },
			"a duration too long":       func(tx *db.Tx) error { _, err := db.All[time.Duration](tx, `SELECT n FROM db_rows`); return err },
			"a column without a field":  func(tx *db.Tx) error { _, err := db.All[Embedded](tx, `SELECT n FROM db_rows`); return err },
			"two columns for one value": func(tx *db.Tx) error { _, err := db.All[int](tx, `SELECT n, id FROM db_rows`); return err },
			"a channel":                 func(tx *db.Tx) error { _, err := db.All[chan int](tx, `SELECT n FROM db_rows`); return err },
			"a nil argument":            func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM db_rows WHERE id = $1`, nil); return err },
			"a number above 63 bits":    func(tx *db.Tx) error { return add2(tx, uint64(math.MaxUint64)) },
		}
		for name, read := range reads {
			if err := d.Update(t.Context(), read); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

func add2(tx *db.Tx, n uint64) error {
	_, err := tx.Exec(`INSERT INTO db_rows (id, n) VALUES ('b', $1)`, n)
	return err
}
