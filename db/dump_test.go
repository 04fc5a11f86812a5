package db_test

import (
	"database/sql"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// TestDumpHoldsOneMoment dumps while others write: what look saw is what comes
// back, in a database beside it, which then takes the place of the first.
func TestDumpHoldsOneMoment(t *testing.T) {
	url := dbtest.URL(t, db.Postgres)
	d, err := db.Open(t.Context(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := note(t, d, "first"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.dump")
	var want map[string]int64
	err = d.Dump(t.Context(), path, func(tx *db.Tx) error {
		if err := note(t, d, "meanwhile"); err != nil {
			return err
		}
		want, err = db.Rows(tx)
		return err
	})
	if err != nil || want["account_keys"] != 1 || want["db_epoch"] != 1 {
		t.Fatal(want, err)
	}
	if err := d.Dump(t.Context(), path, func(*db.Tx) error { return nil }); err == nil {
		t.Error("a dump was written over another")
	}
	const beside, kept = "citywalk_test_beside", "citywalk_test_kept"
	copied, err := db.Beside(t.Context(), url, beside)
	if err == nil {
		exec(t, url, "COMMENT ON DATABASE "+beside+" IS NULL") // Cut off before the remark.
		copied, err = db.Beside(t.Context(), url, beside)      // Over what an earlier run left.
	}
	if err == nil {
		err = db.Undump(t.Context(), copied, path)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := rows(t, copied); !maps.Equal(got, want) {
		t.Errorf("the copy holds %v, want %v", got, want)
	}
	if there, err := db.Replace(t.Context(), url, beside, kept); err != nil || !there {
		t.Fatal(there, err)
	}
	if got := rows(t, url); !maps.Equal(got, want) {
		t.Errorf("in its place is %v, want %v", got, want)
	}
	if err := db.DropBeside(t.Context(), url, kept); err == nil {
		t.Error("a database that is not ours was dropped")
	}
	if _, err := db.Replace(t.Context(), url, kept, beside); err != nil || rows(t, url)["account_keys"] != 2 {
		t.Errorf("the first is not in its place again: %v", err)
	}
}

func exec(t *testing.T, url, text string) {
	t.Helper()
	conn, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

func rows(t *testing.T, url string) (n map[string]int64) {
	t.Helper()
	d, err := db.Open(t.Context(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.View(t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.Rows(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestADumpThatFailsLeavesNothing has look refuse, and a folder that is not
// there.
func TestADumpThatFailsLeavesNothing(t *testing.T) {
	d, _ := dbtest.Open(t, db.Postgres)
	dir, refused := t.TempDir(), errors.New("no")
	if err := d.Dump(t.Context(), filepath.Join(dir, "a.dump"), func(*db.Tx) error { return refused }); !errors.Is(err, refused) {
		t.Error(err)
	}
	if err := d.Dump(t.Context(), filepath.Join(dir, "none", "a.dump"), func(*db.Tx) error { return nil }); err == nil {
		t.Error("wrote into a folder that is not there")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
