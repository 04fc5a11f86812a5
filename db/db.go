// Package db gives one meaning of a transaction on SQLite and PostgreSQL.
//
// Update is the only way to write. It is serializable on both engines and may
// run its function more than once, so the function's only effects are those it
// makes through the Tx. View reads one consistent snapshot. A function that
// takes a context first opens a transaction; one that takes a Tx first joins
// its caller's. Inside a transaction no pool is in reach and nesting is
// refused. Tx.Now is the only clock that a rule sees.
//
// A statement that fails cannot be passed over: the transaction can only be
// undone, unless the statement ran under Try. A transaction that was not
// plainly refused or kept has an unknown outcome (ErrUnknown), which the
// caller's natural key resolves. Glance is a View of one statement.
//
// One SQL text serves both engines (and whatever speaks PostgreSQL's
// protocol): $1 placeholders, times and money as BIGINT, ids as TEXT, booleans
// as checked integers, JSON as TEXT, no NULLs where a zero will do. The zero
// time is 0 in the database and a NULL is read as a zero value.
//
// On SQLite there is one writer: concurrent callers' functions run one after
// the other, each under its savepoint, and share a commit and so an fsync. On
// PostgreSQL each Update is a transaction of its own at SERIALIZABLE, a few at
// once, retried with jitter when the engine asks for it.
package db

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"citywalk/failpoint"
)

var (
	// ErrNone says that a row that had to be there is not.
	ErrNone = errors.New("db: no such row")
	// ErrUnique says that a unique key is taken.
	ErrUnique = errors.New("db: unique key is taken")
	// ErrBusy says that the engine asked to try again more often than we do.
	ErrBusy = errors.New("db: too much contention")
	// ErrUnavailable says that the engine cannot be reached or cannot write;
	// nothing was changed.
	ErrUnavailable = errors.New("db: unavailable")
	// ErrUnknown says that the connection broke during commit: the changes may
	// or may not be there. Callers ask again under the same natural key.
	ErrUnknown = errors.New("db: outcome of commit unknown")
	// ErrText says that a text holds a zero byte or is not UTF-8.
	ErrText = errors.New("db: not a text")
	// ErrNested says that a transaction was opened inside another.
	ErrNested = errors.New("db: transaction inside a transaction")
)

// An Engine is a kind of database.
type Engine string

const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options of Open. The zero value serves.
type Options struct {
	Clock   func() time.Time // What Tx.Now tells; nil means the machine's clock, or on PostgreSQL the server's.
	Readers int              // Read connections on SQLite; 0 means 4.
	Pool    int              // Connections on PostgreSQL; 0 means 8, or two for each processor if they are more.
	Writers int              // Of these, how many write at once; 0 means 4, or one for each processor if they are more.
}

// A DB is an open database. It is safe for concurrent use.
type DB struct {
	engine  engine
	clock   func() time.Time
	server  *serverClock // On PostgreSQL, unless a clock was given.
	retries atomic.Int64
}

// engine is what an engine must do; sqlite.go and postgres.go do it.
type engine interface {
	kind() Engine
	update(ctx context.Context, d *DB, fn func(*Tx) error) error
	view(ctx context.Context, d *DB, fn func(*Tx) error) error
	glance(ctx context.Context, d *DB, fn func(*Tx) error) error
	ping(ctx context.Context) error
	hold(h *held)
	beat(ctx context.Context, d *DB) (Epoch, error)
	close() error
	url() string
	connections() int
}

// Open opens the database at url: the path of a SQLite file, which is created
// if it is not there, or a postgres:// URL. It does not migrate.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	d := &DB{clock: time.Now}
	var err error
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		d.engine, err = openPostgres(ctx, url, o)
	} else {
		d.engine, err = openSQLite(ctx, url, o)
	}
	if err != nil {
		return nil, fmt.Errorf("db: open: %w", classify(err))
	}
	if o.Clock != nil {
		d.clock = o.Clock
		return d, nil
	}
	if pg, ok := d.engine.(*postgresEngine); ok {
		d.server = &serverClock{ask: pg.time}
		d.clock = d.server.now
		if err := d.server.read(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("db: open: read the server's clock: %w", classify(err)), d.Close())
		}
	}
	return d, nil
}

// Engine tells which engine it is.
func (d *DB) Engine() Engine { return d.engine.kind() }

// URL returns what Open was given.
func (d *DB) URL() string { return d.engine.url() }

// Retries returns how often a transaction was run again, for metrics.
func (d *DB) Retries() int64 { return d.retries.Load() }

// Connections returns how many are open, for metrics.
func (d *DB) Connections() int { return d.engine.connections() }

// Skew returns how far the server's clock is ahead of this machine's. Rules
// follow the server's, so that nodes agree.
func (d *DB) Skew() time.Duration {
	if d.server == nil {
		return 0
	}
	return time.Until(d.server.now())
}

// Ping reports whether the engine answers.
func (d *DB) Ping(ctx context.Context) error { return classify(d.engine.ping(ctx)) }

// Close closes the database after running transactions ended.
func (d *DB) Close() error { return d.engine.close() }

// Update runs fn in a serializable read-write transaction and commits if it
// returns nil. fn may run more than once; an error it returns is returned
// unchanged and nothing is written.
func (d *DB) Update(ctx context.Context, fn func(tx *Tx) error) error {
	if ctx.Value(inside{}) != nil {
		return ErrNested
	}
	d.refresh(ctx)
	if err := d.engine.update(ctx, d, breakable(fn)); err != nil {
		return err
	}
	if err := failpoint.At(failpoint.AfterCommitBeforeReply); err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return nil
}

// breakable is fn between the two failpoints of a transaction.
func breakable(fn func(*Tx) error) func(*Tx) error {
	return func(tx *Tx) error {
		if err := failpoint.At(failpoint.AfterBegin); err != nil {
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		if err := fn(tx); err != nil {
			return err
		}
		if err := failpoint.At(failpoint.BeforeCommit); err != nil {
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		return nil
	}
}

// View runs fn in a read-only transaction over one snapshot.
func (d *DB) View(ctx context.Context, fn func(tx *Tx) error) error {
	if ctx.Value(inside{}) != nil {
		return ErrNested
	}
	d.refresh(ctx)
	return d.engine.view(ctx, d, fn)
}

// Glance is View for fn that runs one statement, which takes no time. One
// statement sees one snapshot by itself, so that PostgreSQL is spared a
// transaction's beginning and end, and a way there and back for each. A second
// statement is refused.
func (d *DB) Glance(ctx context.Context, fn func(tx *Tx) error) error {
	if ctx.Value(inside{}) != nil {
		return ErrNested
	}
	d.refresh(ctx)
	return d.engine.glance(ctx, d, func(tx *Tx) error {
		tx.brief = true
		return fn(tx)
	})
}

// inside marks a transaction's context, so that nesting is seen.
type inside struct{}

// A Tx is one running transaction. It must not outlive the function that was
// handed it, nor be used by two goroutines.
type Tx struct {
	ctx    context.Context
	conn   conn
	now    time.Time
	depth  int
	write  bool
	brief  bool  // Has one statement.
	asked  bool  // Has had it.
	failed error // Of a statement outside Try; only a rollback helps.
}

// conn runs statements; each engine has its own.
type conn interface {
	exec(ctx context.Context, sql string, args []any) (int64, error)
	query(ctx context.Context, sql string, args []any) (rows, error)
}

type rows interface {
	columns() []string
	next() bool
	scan(dest []any) error
	close()
	err() error
}

func (d *DB) begin(ctx context.Context, c conn, write bool) *Tx {
	return &Tx{
		ctx:   context.WithValue(ctx, inside{}, true),
		conn:  c,
		now:   d.clock().UTC().Truncate(time.Millisecond),
		write: write,
	}
}

// Now is the time of the transaction: UTC, whole milliseconds, the same at
// every call.
func (tx *Tx) Now() time.Time { return tx.now }

// Context is the caller's context; opening a transaction with it is refused.
func (tx *Tx) Context() context.Context { return tx.ctx }

// ID returns a new time-ordered id: the prefix, "_" and 26 characters of
// base32hex over a version 7 UUID of the transaction's time.
func (tx *Tx) ID(prefix string) string { return prefix + "_" + NewID(tx.now) }

var ids = base32.HexEncoding.WithPadding(base32.NoPadding)

// NewID returns 26 lower-case characters of base32hex over a version 7 UUID of
// the given time. They sort by time.
func NewID(at time.Time) string {
	var b [16]byte
	rand.Read(b[:])
	ms := uint64(at.UnixMilli())
	binary.BigEndian.PutUint16(b[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(ms))
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return strings.ToLower(ids.EncodeToString(b[:]))
}

// call runs fn. A statement that failed cannot be passed over, on either
// engine: PostgreSQL aborts the transaction, and SQLite would go on with half
// of what was meant.
func (tx *Tx) call(fn func(*Tx) error) error {
	err := fn(tx)
	if err == nil && tx.failed != nil {
		return fmt.Errorf("db: a statement failed and its error was passed over: %w", tx.failed)
	}
	return err
}

// usable refuses statements after one that failed, and the second of a Glance.
func (tx *Tx) usable() error {
	if tx.failed != nil {
		return fmt.Errorf("db: an earlier statement failed: %w", tx.failed)
	}
	if tx.brief && tx.asked {
		return errors.New("db: a Glance has one statement")
	}
	tx.asked = true
	return nil
}

// failure notes and classifies what a statement answered.
func (tx *Tx) failure(err error) error {
	err = classify(err)
	if err != nil && tx.failed == nil {
		tx.failed = err
	}
	return err
}

// Exec runs a statement and returns how many rows it changed. After a
// statement that failed, the transaction can only be undone; use Try, or ON
// CONFLICT DO NOTHING, where failing is expected.
func (tx *Tx) Exec(sql string, args ...any) (int64, error) {
	if !tx.write {
		return 0, errors.New("db: a View does not write")
	}
	if err := tx.usable(); err != nil {
		return 0, err
	}
	a, err := encode(args)
	if err != nil {
		return 0, err
	}
	n, err := tx.conn.exec(tx.ctx, sql, a)
	return n, tx.failure(err)
}

// Change runs a statement that must change exactly one row; ErrNone says that
// it changed none.
func (tx *Tx) Change(sql string, args ...any) error {
	n, err := tx.Exec(sql, args...)
	switch {
	case err != nil:
		return err
	case n == 0:
		return ErrNone
	case n > 1:
		return fmt.Errorf("db: %d rows changed, want one", n)
	}
	return nil
}

// Try runs fn under a savepoint: if it returns an error, what it wrote is
// undone and the transaction goes on.
func (tx *Tx) Try(fn func() error) error {
	if err := tx.usable(); err != nil {
		return err
	}
	tx.depth++
	defer func() { tx.depth-- }()
	name := fmt.Sprintf("try%d", tx.depth)
	if _, err := tx.conn.exec(tx.ctx, "SAVEPOINT "+name, nil); err != nil {
		return tx.failure(err)
	}
	err := tx.call(func(*Tx) error { return fn() })
	if err == nil {
		_, err = tx.conn.exec(tx.ctx, "RELEASE SAVEPOINT "+name, nil)
		return tx.failure(err)
	}
	for _, s := range []string{"ROLLBACK TO SAVEPOINT ", "RELEASE SAVEPOINT "} {
		if _, e := tx.conn.exec(tx.ctx, s+name, nil); e != nil {
			tx.failed = classify(e)
			return errors.Join(err, tx.failed)
		}
	}
	tx.failed = nil
	return err
}

// All returns the rows of a query. T is a struct whose exported fields match
// the columns by name (a field PaidAt is column paid_at; a tag `db:"x"` names
// another, `db:"x,json"` decodes JSON text), or a single value.
func All[T any](tx *Tx, sql string, args ...any) ([]T, error) {
	var all []T
	err := Each(tx, func(t T) error {
		all = append(all, t)
		return nil
	}, sql, args...)
	return all, err
}

// One returns the only row of a query, or ErrNone.
func One[T any](tx *Tx, sql string, args ...any) (T, error) {
	all, err := All[T](tx, sql, args...)
	var zero T
	switch {
	case err != nil:
		return zero, err
	case len(all) == 0:
		return zero, ErrNone
	case len(all) > 1:
		return zero, fmt.Errorf("db: %d rows, want one", len(all))
	}
	return all[0], nil
}

// Each calls fn with each row of a query, in bounded memory. fn must not use
// the transaction.
func Each[T any](tx *Tx, fn func(T) error, sql string, args ...any) error {
	if err := tx.usable(); err != nil {
		return err
	}
	a, err := encode(args)
	if err != nil {
		return err
	}
	rs, err := tx.conn.query(tx.ctx, sql, a)
	if err != nil {
		return tx.failure(err)
	}
	defer rs.close()
	var t T
	scan, err := scanner(&t, rs.columns())
	if err != nil {
		// A statement that the engine refused has no columns; why it was
		// refused, such as a conflict to retry, matters more.
		rs.close()
		if refused := rs.err(); refused != nil {
			return tx.failure(refused)
		}
		return err
	}
	for rs.next() {
		var zero T
		t = zero
		if err := scan(rs); err != nil {
			return classify(err)
		}
		if err := fn(t); err != nil {
			return err
		}
	}
	return tx.failure(rs.err())
}
