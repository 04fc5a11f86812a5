package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"

	_ "modernc.org/sqlite"
)

// batchMax bounds how many callers share one commit on SQLite.
const batchMax = 64

type sqliteEngine struct {
	path    string
	write   *sql.DB
	read    *sql.DB
	queue   chan *turn
	quit    chan struct{}
	stopped chan struct{}
	once    sync.Once
}

// A turn is one caller's function waiting for the writer.
type turn struct {
	ctx   context.Context
	d     *DB
	fn    func(*Tx) error
	err   error
	panic any
	done  chan struct{}
}

func openSQLite(ctx context.Context, path string, o Options) (*sqliteEngine, error) {
	path = strings.TrimPrefix(path, "sqlite://")
	if strings.Contains(path, "://") {
		return nil, fmt.Errorf("%q is neither a file path nor a postgres:// URL", path[:strings.Index(path, "://")+3])
	}
	if path == "" {
		return nil, errors.New("the path is empty")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	e := &sqliteEngine{path: path, queue: make(chan *turn), quit: make(chan struct{}), stopped: make(chan struct{})}
	var err error
	if e.write, err = sql.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return nil, err
	}
	e.write.SetMaxOpenConns(1)
	e.write.SetConnMaxIdleTime(0)
	if e.read, err = sql.Open("sqlite", sqliteDSN(path, true)); err != nil {
		return nil, err
	}
	readers := o.Readers
	if readers == 0 {
		readers = 4
	}
	e.read.SetMaxOpenConns(readers)
	e.read.SetMaxIdleConns(readers)
	if err := e.write.PingContext(ctx); err != nil {
		return nil, errors.Join(err, e.write.Close(), e.read.Close())
	}
	go e.writer()
	return e, nil
}

func sqliteDSN(path string, readonly bool) string {
	q := url.Values{"_txlock": {"immediate"}, "_dqs": {"0"}}
	for _, p := range []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-16000)"} {
		q.Add("_pragma", p)
	}
	if readonly {
		q.Set("_txlock", "deferred")
		q.Add("_pragma", "query_only(1)")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (e *sqliteEngine) kind() Engine { return SQLite }
func (e *sqliteEngine) url() string  { return e.path }

func (e *sqliteEngine) ping(ctx context.Context) error { return e.read.PingContext(ctx) }

func (e *sqliteEngine) close() error {
	e.once.Do(func() { close(e.quit) })
	<-e.stopped
	return errors.Join(e.read.Close(), e.write.Close())
}

func (e *sqliteEngine) update(ctx context.Context, d *DB, fn func(*Tx) error) error {
	t := &turn{ctx: ctx, d: d, fn: fn, done: make(chan struct{})}
	select {
	case e.queue <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.quit:
		return ErrUnavailable
	}
	<-t.done
	if t.panic != nil {
		panic(t.panic)
	}
	return t.err
}

// writer runs the turns. Those that wait while a commit is being written to
// disk share the next one.
func (e *sqliteEngine) writer() {
	defer close(e.stopped)
	for {
		select {
		case t := <-e.queue:
			e.batch(t)
		case <-e.quit:
			return
		}
	}
}

// batch commits first and whoever else is waiting. Nobody is told of success
// before the commit is on disk.
func (e *sqliteEngine) batch(first *turn) {
	turns := []*turn{first}
	defer func() {
		for _, t := range turns {
			close(t.done)
		}
	}()
	ctx := context.Background()
	sqltx, err := e.write.BeginTx(ctx, nil)
	if err != nil {
		first.err = classify(err)
		return
	}
	c := sqlConn{sqltx}
	e.turn(c, first)
	for len(turns) < batchMax {
		var t *turn
		select {
		case t = <-e.queue:
		default:
		}
		if t == nil {
			break
		}
		turns = append(turns, t)
		e.turn(c, t)
	}
	if err := sqltx.Commit(); err != nil {
		sqltx.Rollback()
		for _, t := range turns {
			if t.err == nil && t.panic == nil {
				t.err = classify(err)
			}
		}
	}
}

// turn runs one function under a savepoint, so that its failure is its own.
func (e *sqliteEngine) turn(c conn, t *turn) {
	if t.err = t.ctx.Err(); t.err != nil {
		return
	}
	ctx := context.WithoutCancel(t.ctx)
	if _, err := c.exec(ctx, "SAVEPOINT turn", nil); err != nil {
		t.err = classify(err)
		return
	}
	func() {
		defer func() {
			if p := recover(); p != nil {
				t.panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
				t.err = errors.New("db: panic")
			}
		}()
		tx := t.d.begin(ctx, c, true)
		t.err = t.fn(tx)
	}()
	if t.err != nil {
		if _, err := c.exec(ctx, "ROLLBACK TO SAVEPOINT turn", nil); err != nil {
			t.err = errors.Join(t.err, classify(err))
		}
	}
	if _, err := c.exec(ctx, "RELEASE SAVEPOINT turn", nil); err != nil && t.err == nil {
		t.err = classify(err)
	}
}

func (e *sqliteEngine) view(ctx context.Context, d *DB, fn func(*Tx) error) error {
	sqltx, err := e.read.BeginTx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	defer sqltx.Rollback()
	return fn(d.begin(ctx, sqlConn{sqltx}, false))
}

type sqlConn struct{ tx *sql.Tx }

func (c sqlConn) exec(ctx context.Context, sql string, args []any) (int64, error) {
	r, err := c.tx.ExecContext(ctx, sql, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (c sqlConn) query(ctx context.Context, sql string, args []any) (rows, error) {
	r, err := c.tx.QueryContext(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	cols, err := r.Columns()
	return sqlRows{r, cols}, err
}

type sqlRows struct {
	r    *sql.Rows
	cols []string
}

func (r sqlRows) columns() []string     { return r.cols }
func (r sqlRows) next() bool            { return r.r.Next() }
func (r sqlRows) scan(dest []any) error { return r.r.Scan(dest...) }
func (r sqlRows) close()                { r.r.Close() }
func (r sqlRows) err() error            { return r.r.Err() }
