package db_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"citywalk/db"
)

// TestAlone takes a file in use, and one whose server was killed: a copy of
// the file and its journal as they stood.
func TestAlone(t *testing.T) {
	dir := t.TempDir()
	path, killed := filepath.Join(dir, "c.db"), filepath.Join(dir, "killed.db")
	d, err := db.Open(t.Context(), path, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(t.Context(), db.Schema()); err != nil {
		t.Fatal(err)
	}
	err = d.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO account_keys (name, mark) VALUES ('a', 'b')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Alone(t.Context(), path); !errors.Is(err, db.ErrOpen) {
		t.Errorf("in use: %v", err)
	}
	for _, end := range []string{"", "-wal"} {
		duplicate(t, killed+end, path+end)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, killed} {
		if err := db.Alone(t.Context(), p); err != nil {
			t.Errorf("%s: %v", p, err)
		}
		if _, err := os.Stat(p + "-wal"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s has a journal still (%v)", p, err)
		}
		if n := marks(t, p); n != 1 {
			t.Errorf("%s holds %d rows, want 1", p, n)
		}
	}
}

func duplicate(t *testing.T, to, from string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}

func marks(t *testing.T, path string) (n int) {
	t.Helper()
	d, err := db.Open(t.Context(), path, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.View(t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, `SELECT COUNT(*) FROM account_keys`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
