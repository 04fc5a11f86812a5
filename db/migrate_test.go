package db_test

import (
	"testing"
	"testing/fstest"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// TestStorage shows that a migration's storage lines are done on PostgreSQL and
// are comments to SQLite.
func TestStorage(t *testing.T) {
	files := fstest.MapFS{"00001_room.sql": &fstest.MapFile{Data: []byte(
		"-- +goose Up\nCREATE TABLE db_room (id TEXT PRIMARY KEY);\n-- +postgres ALTER TABLE db_room SET (fillfactor = 40);\n-- +goose Down\nDROP TABLE db_room;\n")}}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			d, err := db.Open(t.Context(), dbtest.Bare(t, engine), db.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if _, err := d.Migrate(t.Context(), files); err != nil {
				t.Fatal(err)
			}
			if engine == db.SQLite {
				return
			}
			err = d.View(t.Context(), func(tx *db.Tx) error {
				set, err := db.One[string](tx, `SELECT reloptions[1] FROM pg_class WHERE relname = 'db_room'`)
				if set != "fillfactor=40" {
					t.Errorf("the table is stored with %q", set)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
