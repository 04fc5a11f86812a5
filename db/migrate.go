package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed schema/*.sql
var schema embed.FS

// A node waits five minutes for another that migrates.
const (
	lockPoll  = 250 * time.Millisecond
	lockTries = 1200
)

// Schema is the product's migrations, one text for both engines.
func Schema() fs.FS {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err)
	}
	return sub
}

// A Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string
	Applied bool
}

// Migrate brings the schema in files up to date and returns the steps it made.
// Several nodes may call it at once: one does the work, the others wait. A
// schema that is up to date is only looked at, so that a node starts even
// while nothing can be written.
func (d *DB) Migrate(ctx context.Context, files fs.FS) ([]Migration, error) {
	locked, err := d.locked()
	if err != nil {
		return nil, err
	}
	p, done, err := d.provider(files, locked...)
	if err != nil {
		return nil, err
	}
	defer done()
	if pending, err := p.HasPending(ctx); err == nil && !pending {
		return nil, nil
	}
	var steps []Migration
	for {
		before := version(ctx, p)
		results, err := p.Up(ctx)
		var partial *goose.PartialError
		if errors.As(err, &partial) {
			results = partial.Applied
		}
		for _, r := range results {
			steps = append(steps, Migration{r.Source.Version, name(r.Source.Path), true})
		}
		if err == nil {
			return steps, d.store(ctx, files, results)
		}
		// On SQLite, which has no lock for this, a step fails because another
		// node made it first. Then the schema went forward meanwhile.
		if version(ctx, p) <= before {
			return steps, fmt.Errorf("db: migrate: %w", err)
		}
	}
}

// storage finds the lines of a migration that say how PostgreSQL is to store a
// table. They mean nothing to the rules, and to SQLite they are comments.
var storage = regexp.MustCompile(`(?m)^-- \+postgres (ALTER TABLE \w+ SET \(.*\);)$`)

// store makes the storage settings of the steps. If it fails, the schema is
// complete all the same; only slower.
func (d *DB) store(ctx context.Context, files fs.FS, steps []*goose.MigrationResult) error {
	pg, ok := d.engine.(*postgresEngine)
	if !ok {
		return nil
	}
	for _, step := range steps {
		text, err := fs.ReadFile(files, step.Source.Path)
		if err != nil {
			return fmt.Errorf("db: migrate: %w", err)
		}
		for _, line := range storage.FindAllSubmatch(text, -1) {
			if _, err := pg.pool.Exec(ctx, string(line[1])); err != nil {
				return fmt.Errorf("db: migrate: %s: %w", line[1], classify(err))
			}
		}
	}
	return nil
}

// version is the schema's, or -1 if it cannot be told.
func version(ctx context.Context, p *goose.Provider) int64 {
	v, err := p.GetDBVersion(ctx)
	if err != nil {
		return -1
	}
	return v
}

// Migrations lists the steps of the schema in files and which are applied. It
// takes no lock, which would be something to write.
func (d *DB) Migrations(ctx context.Context, files fs.FS) ([]Migration, error) {
	p, done, err := d.provider(files)
	if err != nil {
		return nil, err
	}
	defer done()
	all, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("db: migrations: %w", err)
	}
	steps := make([]Migration, len(all))
	for i, s := range all {
		steps[i] = Migration{s.Source.Version, name(s.Source.Path), s.State == goose.StateApplied}
	}
	return steps, nil
}

func name(path string) string {
	return strings.TrimSuffix(path[strings.LastIndex(path, "/")+1:], ".sql")
}

// locked has nodes wait for each other, for which SQLite has no lock.
func (d *DB) locked() ([]goose.ProviderOption, error) {
	if d.Engine() == SQLite {
		return nil, nil
	}
	locker, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(lockPoll, lockTries))
	if err != nil {
		return nil, fmt.Errorf("db: migrate: %w", err)
	}
	return []goose.ProviderOption{goose.WithLocker(locker)}, nil
}

// provider opens a connection of its own: a migration is neither an Update nor
// a View.
func (d *DB) provider(files fs.FS, opts ...goose.ProviderOption) (*goose.Provider, func() error, error) {
	dialect, driver, dsn := goose.DialectSQLite3, "sqlite", sqliteDSN(d.URL(), false)
	if d.Engine() == Postgres {
		dialect, driver, dsn = goose.DialectPostgres, "pgx", d.URL()
	}
	conn, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, nil, fmt.Errorf("db: migrate: %w", err)
	}
	p, err := goose.NewProvider(dialect, conn, files, opts...)
	if err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("db: migrate: %w", err)
	}
	return p, conn.Close, nil
}
