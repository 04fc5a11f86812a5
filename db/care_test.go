package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// TestBackupIsOneMoment copies a database while callers write pairs of rows:
// the copy opens, is whole and holds no half of a pair.
func TestBackupIsOneMoment(t *testing.T) {
	d, clock := dbtest.Open(t, db.SQLite)
	update(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(`CREATE TABLE db_rows (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)`)
		return errors.Join(err, add(tx, "first", 1), add(tx, "second", 1))
	})
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				d.Update(ctx, func(tx *db.Tx) error { return errors.Join(add(tx, tx.ID("a"), 1), add(tx, tx.ID("b"), 1)) })
			}
		})
	}
	path := filepath.Join(t.TempDir(), "a copy?50%#.db")
	err := d.Backup(t.Context(), path)
	stop()
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
		t.Errorf("beside the copy stand %v", left)
	}
	if err := d.Backup(t.Context(), path); err == nil {
		t.Error("a backup was written over another")
	}
	copied, err := db.Open(t.Context(), path, db.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if n := len(ids(t, copied)); n < 2 || n%2 != 0 {
		t.Errorf("the copy holds %d rows", n)
	}
	if err := copied.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCheckSeesDamage(t *testing.T) {
	d, clock := dbtest.Open(t, db.SQLite)
	update(t, d, func(tx *db.Tx) error { // The last table of the copy, without an index that could stand in for it.
		_, err := tx.Exec(`CREATE TABLE db_long (body TEXT)`)
		for range 20 {
			_, e := tx.Exec(`INSERT INTO db_long VALUES ($1)`, strings.Repeat("x", 2000))
			err = errors.Join(err, e)
		}
		return err
	})
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := d.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file[len(file)-4096] ^= 0xff // The last page is no longer what it says it is.
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged, err := db.Open(t.Context(), path, db.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer damaged.Close()
	if err := damaged.Check(t.Context()); err == nil {
		t.Error("a damaged file passed")
	}
	if err := damaged.Backup(t.Context(), path+".2"); err == nil {
		t.Error("a damaged file was copied as a backup")
	}
	if _, err := os.Stat(path + ".2.part"); !errors.Is(err, os.ErrNotExist) {
		t.Error("a failed backup left something behind")
	}
}

func TestPostgresCare(t *testing.T) {
	d, _ := dbtest.Open(t, db.Postgres)
	if err := d.Backup(t.Context(), filepath.Join(t.TempDir(), "x")); !errors.Is(err, db.ErrEngine) {
		t.Error(err)
	}
	if err := d.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if n, err := d.SyncStandbys(t.Context()); n != 0 || err != nil {
		t.Error(n, err)
	}
}

// TestServersClock opens a database as production does: on PostgreSQL the time
// is the server's, which here is the same machine's.
func TestServersClock(t *testing.T) {
	d, err := db.Open(t.Context(), dbtest.URL(t, db.Postgres), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if skew := d.Skew(); skew.Abs().Seconds() > 5 {
		t.Errorf("this machine is %v from itself", skew)
	}
}

// TestMigrateAtOnce lets four nodes bring an empty database up to date at the
// same time: each step is made once and nobody fails.
func TestMigrateAtOnce(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"00001_a", "00002_b", "00003_c"} {
		files[name+".sql"] = &fstest.MapFile{Data: []byte(
			"-- +goose Up\nCREATE TABLE x" + name + " (id TEXT PRIMARY KEY);\n-- +goose Down\nDROP TABLE x" + name + ";\n")}
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.Bare(t, engine)
			var mu sync.Mutex
			made := map[string]int{}
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					d, err := db.Open(context.Background(), url, db.Options{})
					if err != nil {
						t.Error(err)
						return
					}
					defer d.Close()
					steps, err := d.Migrate(context.Background(), files)
					if err != nil {
						t.Error(err)
					}
					all, err := d.Migrations(context.Background(), files)
					if err != nil || len(all) != 3 || !all[0].Applied || !all[2].Applied {
						t.Error(all, err)
					}
					mu.Lock()
					defer mu.Unlock()
					for _, s := range steps {
						made[s.Name]++
					}
				})
			}
			wg.Wait()
			if made["00001_a"] != 1 || made["00002_b"] != 1 || made["00003_c"] != 1 {
				t.Errorf("made %v", made)
			}
		})
	}
}

// TestSchemaFromNothing walks the product's own migrations up on both
// engines from nothing.
func TestSchemaFromNothing(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			d, err := db.Open(t.Context(), dbtest.Bare(t, engine), db.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			steps, err := d.Migrate(t.Context(), db.Schema())
			if err != nil || len(steps) == 0 {
				t.Fatal(steps, err)
			}
			again, err := d.Migrate(t.Context(), db.Schema())
			if err != nil || len(again) != 0 {
				t.Errorf("a second time: %v, %v", again, err)
			}
		})
	}
}
