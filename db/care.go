package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// ErrEngine says that the engine does not do this itself.
var ErrEngine = errors.New("db: not with this engine")

// Backup writes a copy of a SQLite database, as of one moment, to a new file
// while others go on reading and writing. The copy is checked and on disk
// before it bears its name. PostgreSQL has its own tools: ErrEngine.
func (d *DB) Backup(ctx context.Context, path string) error {
	if d.Engine() != SQLite {
		return ErrEngine
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("db: backup: %s is there already", path)
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("db: backup: %w", err)
	}
	err := copySQLite(ctx, d.URL(), part)
	if err == nil {
		err = errors.Join(os.Rename(part, path), syncFolder(filepath.Dir(path)))
	}
	if err != nil {
		os.Remove(part)
		return fmt.Errorf("db: backup: %w", classify(err))
	}
	return nil
}

// syncFolder makes a new name in the folder last.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func copySQLite(ctx context.Context, from, to string) error {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	conn, err := sql.Open("sqlite", sqliteDSN(from, false))
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `VACUUM INTO $1`, to); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	// Nobody else has the copy open, so it is read without a journal beside it.
	dsn := "file:" + (&url.URL{Path: to}).EscapedPath() + "?mode=ro&immutable=1"
	return checkSQLite(ctx, dsn)
}

// Check reads the whole of a SQLite database for damage. On PostgreSQL it asks
// for a sign of life; the server checks its own pages.
func (d *DB) Check(ctx context.Context) error {
	if d.Engine() != SQLite {
		return d.Ping(ctx)
	}
	if err := checkSQLite(ctx, sqliteDSN(d.URL(), true)); err != nil {
		return fmt.Errorf("db: check: %w", err)
	}
	return nil
}

func checkSQLite(ctx context.Context, dsn string) error {
	conn, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	defer conn.Close()
	found, err := texts(ctx, conn, `PRAGMA integrity_check(10)`)
	if err != nil {
		return classify(err)
	}
	orphans, err := texts(ctx, conn, `SELECT 'a row of ' || "table" || ' refers to a missing row of ' || parent FROM pragma_foreign_key_check LIMIT 10`)
	if err != nil {
		return classify(err)
	}
	if found = append(found, orphans...); len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("the file is damaged: %s", strings.Join(found, "; "))
	}
	return nil
}

// texts returns the only column of a query.
func texts(ctx context.Context, conn *sql.DB, query string) (all []string, err error) {
	rows, err := conn.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// SyncStandbys returns how many standbys of a PostgreSQL server hold a commit
// before it is acknowledged. SQLite has none. To a role that may not read the
// server's statistics it looks as if there were none.
func (d *DB) SyncStandbys(ctx context.Context) (n int, err error) {
	pg, ok := d.engine.(*postgresEngine)
	if !ok {
		return 0, nil
	}
	err = pg.pool.QueryRow(ctx, `SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("db: standbys: %w", classify(err))
	}
	return n, nil
}
