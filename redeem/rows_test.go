package redeem

import (
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// rowsLeft is how many rows a redemption leaves that an agreement paid at once:
// the size of the bare transaction beside which the bench puts it.
const rowsLeft = 23

// TestRowsLeft counts the rows of every table around one redemption. Jobs come
// and go and are not counted.
func TestRowsLeft(t *testing.T) {
	d, clock := dbtest.Open(t, db.SQLite)
	g := newRig(t, d, clock)
	who := g.member()
	r := g.confirm(who, g.priced(who, 12850))
	g.cashier(r.PayURL, "agree")
	g.is(r.ID, Committed)
	before := countRows(t, d)
	r = g.confirm(who, g.priced(who, 12850))
	g.is(r.ID, Committed)
	if n := countRows(t, d) - before; n != rowsLeft {
		t.Errorf("a redemption leaves %d rows, want %d, which is also the default of citywalk bench redeem", n, rowsLeft)
	}
}

func countRows(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.View(t.Context(), func(tx *db.Tx) error {
		tables, err := db.All[string](tx, `SELECT name FROM sqlite_master WHERE type = 'table'`)
		if err != nil {
			return err
		}
		for _, table := range tables {
			if strings.HasPrefix(table, "jobs_") {
				continue
			}
			rows, err := db.One[int](tx, `SELECT COUNT(*) FROM `+table)
			if err != nil {
				return err
			}
			n += rows
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
