package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Dump writes a copy of a PostgreSQL database, as of one moment, to a new file
// while others go on reading and writing, with the pg_dump of the server's own
// version. look sees exactly what the copy holds. The copy is on disk, whole
// and legible before it bears its name. SQLite has Backup: ErrEngine.
func (d *DB) Dump(ctx context.Context, path string, look func(*Tx) error) error {
	pg, ok := d.engine.(*postgresEngine)
	if !ok {
		return ErrEngine
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("db: dump: %s is there already", path)
	}
	part := path + ".part"
	err := pg.dump(ctx, d, part, look)
	if err == nil {
		err = errors.Join(syncFile(part), os.Rename(part, path), syncFolder(filepath.Dir(path)))
	}
	if err != nil {
		os.Remove(part)
		return fmt.Errorf("db: dump: %w", classify(err))
	}
	return nil
}

// dump exports a snapshot and gives it to pg_dump and to look. It has a
// connection of its own, which may wait as long as the copy takes.
func (e *postgresEngine) dump(ctx context.Context, d *DB, path string, look func(*Tx) error) error {
	cfg := e.pool.Config().ConnConfig
	for _, limit := range []string{"statement_timeout", "idle_in_transaction_session_timeout"} {
		cfg.RuntimeParams[limit] = "0"
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	pgtx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer pgtx.Rollback(context.WithoutCancel(ctx))
	var snapshot string
	var version int
	if err := pgtx.QueryRow(ctx, `SELECT pg_export_snapshot(), CAST(current_setting('server_version_num') AS INT) / 10000`).Scan(&snapshot, &version); err != nil {
		return err
	}
	dump, err := pgTool(ctx, version, "pg_dump", e.conninfo, "--format=custom", "--compress=1", "--no-password",
		"--snapshot="+snapshot, "--file="+path)
	if err != nil {
		return err
	}
	written := make(chan error, 1)
	go func() { written <- runTool(dump) }()
	err = d.begin(ctx, &pgConn{on: pgtx}, false).call(look)
	if err = errors.Join(err, <-written); err != nil {
		return err
	}
	list, err := pgTool(ctx, version, "pg_restore", "", "--list", path)
	if err != nil {
		return err
	}
	out, err := list.Output()
	if err != nil || !strings.Contains(string(out), "TABLE DATA public db_epoch") {
		return fmt.Errorf("what pg_dump wrote cannot be read: %w", errors.Join(err, errors.New("it does not hold our tables")))
	}
	return nil
}

// Undump reads a dump into the empty database at url.
func Undump(ctx context.Context, url, path string) error {
	version, err := serverVersion(ctx, url)
	if err != nil {
		return fmt.Errorf("db: undump: %w", classify(err))
	}
	cmd, err := pgTool(ctx, version, "pg_restore", url, "--exit-on-error", "--no-owner", "--no-privileges", "--no-password", path)
	if err == nil {
		err = runTool(cmd)
	}
	if err != nil {
		return fmt.Errorf("db: undump: %w", err)
	}
	return nil
}

func serverVersion(ctx context.Context, url string) (version int, err error) {
	conn, err := pgx.Connect(ctx, plainURL(url).String())
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = conn.QueryRow(ctx, `SELECT CAST(current_setting('server_version_num') AS INT) / 10000`).Scan(&version)
	return version, err
}

// pgTool returns a call of a PostgreSQL program of the server's major version.
// One of another version may refuse, or write what the server cannot read
// back. The password is not among the arguments, which anybody can list.
func pgTool(ctx context.Context, version int, name, database string, args ...string) (*exec.Cmd, error) {
	path := fmt.Sprintf("/usr/lib/postgresql/%d/bin/%s", version, name)
	if _, err := os.Stat(path); err != nil {
		if path, err = exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("%s is not installed; run: apt-get install postgresql-client-%d", name, version)
		}
		said, err := exec.CommandContext(ctx, path, "--version").Output()
		if err != nil || !strings.Contains(string(said), fmt.Sprintf(") %d", version)) {
			return nil, fmt.Errorf("%s is not of the server's version %d but says %q; install postgresql-client-%d", path, version, strings.TrimSpace(string(said)), version)
		}
	}
	env := append(os.Environ(), "LC_ALL=C")
	if database != "" {
		u := plainURL(database)
		if password, ok := u.User.Password(); ok {
			env, u.User = append(env, "PGPASSWORD="+password), url.User(u.User.Username())
		}
		args = append(args, "--dbname="+u.String())
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = env
	return cmd, nil
}

// runTool runs a program; what it said is the error's text.
func runTool(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, strings.Join(strings.Fields(string(out)), " "))
	}
	return nil
}

// plainURL is a postgres:// URL as every client reads it: without the settings
// of our pool.
func plainURL(from string) *url.URL {
	u, err := url.Parse(from)
	if err != nil {
		return &url.URL{Path: from}
	}
	q := u.Query()
	for name := range q {
		if strings.HasPrefix(name, "pool_") {
			q.Del(name)
		}
	}
	u.RawQuery = q.Encode()
	return u
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
