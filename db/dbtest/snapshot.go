package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"citywalk/db"
)

// A Snapshot is what every table held at one moment. A test asks it what a
// request has changed, and has it put back. It looks from a connection of its
// own, so it sees only what was committed. Fuzz targets may use it too.
//
//	before := dbtest.Snap(t, d)
//	... // a request that must be refused
//	if changed := before.Changed(); len(changed) > 0 {
//		t.Errorf("it left traces in %v", changed)
//		before.Restore()
//	}
type Snapshot struct {
	t      testing.TB
	conn   *sql.Conn
	engine db.Engine
	tables []string
	held   map[string]string // The print of each table's rows when it was taken.
	now    map[string]string // The same, when they were last read.
	at     int64             // The engine's count of commits when they were last read.
}

// Snap takes a snapshot of d. Nothing else may write while it is taken or
// restored; it is let go of when the test ends.
func Snap(t testing.TB, d *db.DB) *Snapshot {
	t.Helper()
	driver, dsn := "pgx", d.URL()
	if d.Engine() == db.SQLite {
		driver, dsn = "sqlite", "file:"+d.URL()+"?_pragma=busy_timeout(5000)"
	}
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatalf("take a snapshot: %v", err)
	}
	s := &Snapshot{t: t, engine: d.Engine()}
	if s.conn, err = pool.Conn(context.Background()); err != nil {
		t.Fatalf("take a snapshot: %v", err)
	}
	t.Cleanup(func() {
		if s.engine == db.Postgres {
			s.exec("DROP SCHEMA kept CASCADE")
		}
		s.conn.Close()
		pool.Close()
	})
	s.tables = s.texts(map[db.Engine]string{
		db.SQLite:   "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%'",
		db.Postgres: "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%'",
	}[s.engine])
	s.exec(map[db.Engine]string{db.SQLite: "ATTACH DATABASE ':memory:' AS kept", db.Postgres: "CREATE SCHEMA kept"}[s.engine])
	s.at = s.commits()
	for _, table := range s.tables {
		s.exec("CREATE TABLE kept." + table + " AS SELECT * FROM " + table)
	}
	s.held = s.prints()
	s.now = s.held
	return s
}

// Changed names the tables that hold other rows than when the snapshot was
// taken.
func (s *Snapshot) Changed() []string {
	if at := s.commits(); at != s.at {
		s.now, s.at = s.prints(), at
	}
	var changed []string
	for _, table := range s.tables {
		if s.now[table] != s.held[table] {
			changed = append(changed, table)
		}
	}
	slices.Sort(changed)
	return changed
}

// Restore puts back what was changed.
func (s *Snapshot) Restore() {
	changed := s.Changed()
	if len(changed) == 0 {
		return
	}
	s.exec("BEGIN")
	if s.engine == db.Postgres {
		s.exec("SET LOCAL session_replication_role = replica") // No foreign keys meanwhile, as SQLite has none here.
	}
	for _, table := range changed {
		s.exec("DELETE FROM " + table)
		s.exec("INSERT INTO " + table + " SELECT * FROM kept." + table)
	}
	s.exec("COMMIT")
	s.now = s.held
	s.at = s.commits()
}

// commits counts what was committed, by whatever measure the engine has: it is
// the same as long as nothing was.
func (s *Snapshot) commits() (n int64) {
	query := map[db.Engine]string{
		db.SQLite:   "PRAGMA data_version",
		db.Postgres: "SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)",
	}[s.engine]
	if err := s.conn.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		s.t.Fatalf("count commits: %v", err)
	}
	return n
}

// prints hashes each table's rows, in whatever order they come.
func (s *Snapshot) prints() map[string]string {
	prints := map[string]string{}
	for _, table := range s.tables {
		rows := s.rows(table)
		slices.Sort(rows)
		sum := sha256.Sum256([]byte(strings.Join(rows, "\n")))
		prints[table] = hex.EncodeToString(sum[:])
	}
	return prints
}

// rows returns each row of a table as one text.
func (s *Snapshot) rows(table string) (all []string) {
	rows, err := s.conn.QueryContext(context.Background(), "SELECT * FROM "+table)
	if err != nil {
		s.t.Fatalf("read %s: %v", table, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		s.t.Fatalf("read %s: %v", table, err)
	}
	cells, places := make([]any, len(names)), make([]any, len(names))
	for i := range cells {
		places[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			s.t.Fatalf("read %s: %v", table, err)
		}
		all = append(all, fmt.Sprintf("%q", cells))
	}
	if err := rows.Err(); err != nil {
		s.t.Fatalf("read %s: %v", table, err)
	}
	return all
}

func (s *Snapshot) exec(text string) {
	if _, err := s.conn.ExecContext(context.Background(), text); err != nil {
		s.t.Fatalf("%s: %v", text, err)
	}
}

func (s *Snapshot) texts(query string) (all []string) {
	rows, err := s.conn.QueryContext(context.Background(), query)
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			s.t.Fatalf("%s: %v", query, err)
		}
		all = append(all, text)
	}
	return all
}
