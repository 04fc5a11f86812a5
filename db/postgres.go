package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	retriesMax  = 24
	helloLimit  = 3 * time.Second // For a server to answer what takes it no time: a connection, a beginning.
	commitLimit = 5 * time.Second // For a commit. After this its outcome is unknown to the caller.
)

type postgresEngine struct {
	conninfo string
	pool     *pgxpool.Pool
	begin    atomic.Pointer[string] // How a writing transaction begins, if a life is held.
	held     atomic.Pointer[held]
	writers  chan struct{} // Holds one for each writing transaction under way.
}

func openPostgres(ctx context.Context, url string, o Options) (*postgresEngine, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the postgres:// URL cannot be read")
	}
	cfg.MaxConns = int32(max(8, 2*runtime.GOMAXPROCS(0)))
	if o.Pool > 0 {
		cfg.MaxConns = int32(o.Pool)
	}
	p := cfg.ConnConfig.RuntimeParams
	p["timezone"] = "UTC"
	p["statement_timeout"] = "15000"
	p["lock_timeout"] = "5000"
	p["idle_in_transaction_session_timeout"] = "30000"
	cfg.ConnConfig.DialFunc = dialer.DialContext
	cfg.ConnConfig.ConnectTimeout = helloLimit
	cfg.PingTimeout = helloLimit
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	writers := o.Writers
	if writers == 0 {
		writers = max(4, runtime.GOMAXPROCS(0))
	}
	return &postgresEngine{conninfo: url, pool: pool, writers: make(chan struct{}, writers)}, nil
}

func (e *postgresEngine) kind() Engine                   { return Postgres }
func (e *postgresEngine) url() string                    { return e.conninfo }
func (e *postgresEngine) ping(ctx context.Context) error { return e.pool.Ping(ctx) }
func (e *postgresEngine) connections() int               { return int(e.pool.Stat().TotalConns()) }
func (e *postgresEngine) close() error                   { e.pool.Close(); return nil }

// time asks for the server's time.
func (e *postgresEngine) time(ctx context.Context) (time.Time, error) {
	var micros int64
	err := e.pool.QueryRow(ctx, `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)`).Scan(&micros)
	return time.UnixMicro(micros), err
}

func (e *postgresEngine) update(ctx context.Context, d *DB, fn func(*Tx) error) error {
	for attempt := 0; ; attempt++ {
		again, err := e.once(ctx, d, e.writing(), fn)
		if !again {
			return err
		}
		if attempt == retriesMax {
			return fmt.Errorf("%w: %w", ErrBusy, err)
		}
		d.retries.Add(1)
		wait := time.Duration(1+rand.IntN(2<<min(attempt, 6))) * time.Millisecond
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// writing is how a writing transaction begins.
func (e *postgresEngine) writing() pgx.TxOptions {
	o := pgx.TxOptions{IsoLevel: pgx.Serializable}
	if begin := e.begin.Load(); begin != nil {
		o.BeginQuery = *begin
	}
	return o
}

// lend lends a connection, to a bounded number of writing transactions at
// once. More would not get more done, since the processors are as busy with
// fewer; but each would be in conflict with more others, and what has to run
// again is work lost.
func (e *postgresEngine) lend(ctx context.Context, o pgx.TxOptions) (conn *pgxpool.Conn, back func(), err error) {
	turn := func() {}
	if o.AccessMode != pgx.ReadOnly {
		select {
		case e.writers <- struct{}{}:
			turn = func() { <-e.writers }
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	if conn, err = e.pool.Acquire(ctx); err != nil {
		turn()
		return nil, nil, err
	}
	return conn, func() { conn.Release(); turn() }, nil
}

// hold makes every writing transaction begin with the question whether this is
// still the life that is held. It travels with BEGIN, so that it costs no way
// to the server and back; "no" is a division by zero.
func (e *postgresEngine) hold(h *held) {
	e.held.Store(h)
	if h == nil {
		e.begin.Store(nil)
		return
	}
	begin := fmt.Sprintf(`BEGIN ISOLATION LEVEL SERIALIZABLE;
		SELECT 1 / CAST(COALESCE((SELECT epoch = %d AND beat >= %d FROM db_epoch), FALSE) AS INT)`, h.epoch, h.beat)
	e.begin.Store(&begin)
}

// fenced turns the answer to that question into its name.
func fenced(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "22012" || pg.Code == "42P01") {
		return ErrFenced
	}
	return err
}

// beat stays outside of the serializable transactions, which all read the row.
func (e *postgresEngine) beat(ctx context.Context, d *DB) (Epoch, error) {
	h := e.held.Load()
	tag, err := e.pool.Exec(ctx, grow, d.clock().UnixMilli(), h.epoch, h.beat)
	if err != nil {
		return Epoch{}, fmt.Errorf("db: beat: %w", classify(fenced(err)))
	}
	if tag.RowsAffected() != 1 {
		return Epoch{}, ErrFenced
	}
	return d.Epoch(ctx)
}

func (e *postgresEngine) view(ctx context.Context, d *DB, fn func(*Tx) error) error {
	_, err := e.once(ctx, d, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
	return err
}

// glance asks outside of a transaction. A server that does not answer even that
// is not there.
func (e *postgresEngine) glance(ctx context.Context, d *DB, fn func(*Tx) error) error {
	soon, cancel := context.WithTimeout(ctx, helloLimit)
	defer cancel()
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return classify(err)
	}
	defer conn.Release()
	err = d.begin(soon, &pgConn{on: conn}, false).call(fn)
	if err != nil && soon.Err() != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: it does not answer: %w", ErrUnavailable, err)
	}
	return err
}

// once runs one attempt, and reports whether the engine asks for another. It
// may ask in the middle of fn, and fn may make its own error of that, so the
// connection remembers.
func (e *postgresEngine) once(ctx context.Context, d *DB, o pgx.TxOptions, fn func(*Tx) error) (again bool, err error) {
	conn, back, err := e.lend(ctx, o)
	if err != nil {
		return false, classify(err)
	}
	pgtx, err := begin(ctx, conn, o)
	if err != nil {
		back()
		return retryable(err), classify(err)
	}
	c := &pgConn{on: pgtx}
	done := false
	defer func() {
		if !done {
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitLimit)
			defer cancel()
			pgtx.Rollback(end)
			back()
		}
	}()
	if err := d.begin(ctx, c, o.AccessMode != pgx.ReadOnly).call(fn); err != nil {
		return c.again || retryable(err), err
	}
	done = true
	err = commit(pgtx, back)
	return retryable(err) || c.again && errors.Is(err, pgx.ErrTxCommitRollback), classifyCommit(err)
}

// begin begins a transaction. A server that does not answer even that is not
// there.
func begin(ctx context.Context, conn *pgxpool.Conn, o pgx.TxOptions) (pgx.Tx, error) {
	soon, cancel := context.WithTimeout(ctx, helloLimit)
	defer cancel()
	pgtx, err := conn.BeginTx(soon, o)
	switch {
	case err != nil && soon.Err() != nil && ctx.Err() == nil:
		return nil, fmt.Errorf("%w: it does not answer: %w", ErrUnavailable, err)
	case err != nil && o.BeginQuery != "":
		return nil, fenced(err)
	}
	return pgtx, err
}

// errUnanswered says that the server has not said what became of a commit.
var errUnanswered = errors.New("the server has not answered a commit")

// commit does not listen to the caller's going away, and after a while leaves
// the caller without an answer. But the commit itself is never given up, and
// keeps its connection and its turn. A server that waits for its standby would
// otherwise be told to wait no longer; it would then show to everybody what no
// standby has, and whoever asked again would be told that it is done.
func commit(pgtx pgx.Tx, back func()) error {
	answer := make(chan error, 1)
	go func() {
		err := pgtx.Commit(context.Background())
		back()
		answer <- err
	}()
	patience := time.NewTimer(commitLimit)
	defer patience.Stop()
	select {
	case err := <-answer:
		return err
	case <-patience.C:
		return errUnanswered
	}
}

// A pgConn runs statements in a transaction, or each by itself.
type pgConn struct {
	on interface {
		Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	}
	again bool // Whether the engine asked to run the transaction again.
}

func (c *pgConn) exec(ctx context.Context, sql string, args []any) (int64, error) {
	tag, err := c.on.Exec(ctx, sql, args...)
	c.again = c.again || retryable(err)
	return tag.RowsAffected(), err
}

func (c *pgConn) query(ctx context.Context, sql string, args []any) (rows, error) {
	r, err := c.on.Query(ctx, sql, args...)
	if err != nil {
		c.again = c.again || retryable(err)
		return nil, err
	}
	return &pgRows{r, c}, nil
}

type pgRows struct {
	r pgx.Rows
	c *pgConn
}

func (r *pgRows) columns() []string {
	fs := r.r.FieldDescriptions()
	cols := make([]string, len(fs))
	for i, f := range fs {
		cols[i] = f.Name
	}
	return cols
}

func (r *pgRows) next() bool            { return r.r.Next() }
func (r *pgRows) scan(dest []any) error { return r.r.Scan(dest...) }
func (r *pgRows) close()                { r.r.Close() }

func (r *pgRows) err() error {
	err := r.r.Err()
	r.c.again = r.c.again || retryable(err)
	return err
}
