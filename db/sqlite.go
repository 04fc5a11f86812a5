package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite"
)

// errBroke is what everybody of a batch is told when one of it, or SQLite
// itself, has ended the transaction that they share.
var errBroke = fmt.Errorf("%w: the transaction broke", ErrUnavailable)

// batchMax bounds how many callers share one commit on SQLite.
const batchMax = 64

type sqliteEngine struct {
	path    string
	file    os.FileInfo // As it was opened.
	held    atomic.Pointer[held]
	write   *sql.DB
	read    *sql.DB
	readers chan *session // Those that are idle; nil for one that is not open yet.
	queue   chan *turn
	quit    chan struct{}
	stopped chan struct{}
	once    sync.Once
}

// A turn is one caller waiting for the writer. The caller's function runs on
// the caller's own goroutine, so that a panic ends where it belongs.
type turn struct {
	begin chan conn  // The writer lends its connection.
	ended chan error // The caller gives it back; an error says that the transaction broke.
	done  chan error // What became of the commit.
	first bool       // Of its transaction, of which there is nothing yet that it could spoil.
	kept  bool       // After ended: whether what it did counts.
}

func openSQLite(ctx context.Context, path string, o Options) (*sqliteEngine, error) {
	path = strings.TrimPrefix(path, "sqlite://")
	if strings.Contains(path, "://") {
		return nil, fmt.Errorf("%q is neither a file path nor a postgres:// URL", path[:strings.Index(path, "://")+3])
	}
	if path == "" || strings.HasPrefix(path, ":") {
		return nil, fmt.Errorf("%q is not a file path", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	e := &sqliteEngine{path: path, queue: make(chan *turn), quit: make(chan struct{}), stopped: make(chan struct{})}
	var err error
	if e.write, err = sql.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return nil, err
	}
	if e.read, err = sql.Open("sqlite", sqliteDSN(path, true)); err != nil {
		return nil, err
	}
	readers := o.Readers
	if readers == 0 {
		readers = 4
	}
	e.readers = make(chan *session, readers)
	for range readers {
		e.readers <- nil
	}
	if err := firstPing(ctx, e.write); err != nil {
		return nil, errors.Join(err, e.write.Close(), e.read.Close())
	}
	if e.file, err = os.Stat(path); err != nil {
		return nil, errors.Join(err, e.write.Close(), e.read.Close())
	}
	go e.writer()
	return e, nil
}

// firstPing connects. Nodes that open a new file at once race to make it a WAL
// file, for which SQLite does not wait by itself.
func firstPing(ctx context.Context, conn *sql.DB) error {
	const tries = 100
	for i := 1; ; i++ {
		err := conn.PingContext(ctx)
		if i == tries || !errors.Is(classify(err), ErrBusy) {
			return err
		}
		select {
		case <-time.After(rand.N(50 * time.Millisecond)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func sqliteDSN(path string, readonly bool) string {
	q := url.Values{"_txlock": {"immediate"}, "_dqs": {"0"}}
	for _, p := range []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-16000)"} {
		q.Add("_pragma", p)
	}
	if readonly {
		q.Set("_txlock", "deferred")
		q.Add("_pragma", "query_only(1)")
	} else { // What undoes a turn needs no file, which would be one more that cannot be written.
		q.Add("_pragma", "temp_store(MEMORY)")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (e *sqliteEngine) kind() Engine { return SQLite }
func (e *sqliteEngine) url() string  { return e.path }

func (e *sqliteEngine) connections() int {
	return e.write.Stats().OpenConnections + e.read.Stats().OpenConnections
}

func (e *sqliteEngine) ping(ctx context.Context) error { return e.read.PingContext(ctx) }

func (e *sqliteEngine) close() (err error) {
	e.once.Do(func() {
		close(e.quit)
		<-e.stopped
		for range cap(e.readers) {
			if s := <-e.readers; s != nil {
				s.close()
			}
		}
		err = errors.Join(e.read.Close(), e.write.Close())
	})
	return err
}

// update waits for the commit even if fn refused: what fn read may have been
// written by a turn before it, and if that is not kept, neither is the refusal.
func (e *sqliteEngine) update(ctx context.Context, d *DB, fn func(*Tx) error) error {
	t := &turn{begin: make(chan conn, 1), ended: make(chan error, 1), done: make(chan error, 1)}
	select {
	case e.queue <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.quit:
		return errClosed
	}
	var c conn
	select {
	case c = <-t.begin:
	case err := <-t.done:
		return err
	}
	refused := t.run(ctx, d, c, fn)
	if err := <-t.done; err != nil {
		return err
	}
	return refused
}

// run calls fn, under a savepoint if others went before, so that its failure is
// its own. Once begun it does not listen to the caller's going away: an
// interrupted statement would undo the others' turns.
func (t *turn) run(ctx context.Context, d *DB, c conn, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		t.ended <- nil
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if !t.first {
		if _, err := c.exec(ctx, "SAVEPOINT turn", nil); err != nil {
			t.ended <- err
			return classify(err)
		}
	}
	defer func() {
		if t.first {
			t.ended <- nil
			return
		}
		var undo error
		if !t.kept {
			_, undo = c.exec(ctx, "ROLLBACK TO SAVEPOINT turn", nil)
		}
		_, release := c.exec(ctx, "RELEASE SAVEPOINT turn", nil)
		t.ended <- errors.Join(undo, release)
	}()
	err := d.begin(ctx, c, true).call(fn)
	t.kept = err == nil
	return err
}

// writer runs the turns. Those that wait while a commit is being written to
// disk share the next one.
func (e *sqliteEngine) writer() {
	defer close(e.stopped)
	var s *session
	defer func() { s.close() }()
	for {
		select {
		case t := <-e.queue:
			turns, err := []*turn{t}, error(nil)
			if s == nil {
				if err = e.inPlace(); err == nil { // To open a file that is gone would make an empty one.
					s, err = openSession(e.write)
				}
			}
			if err == nil {
				turns, err = e.batch(s, t)
			}
			if err != nil { // Whatever it left open goes with the connection.
				s.close()
				s = nil
			}
			for _, t := range turns {
				t.done <- err
			}
		case <-e.quit:
			return
		}
	}
}

// batch commits first and whoever else is waiting. Nobody is told of success
// before the commit is on disk. Some failures make SQLite give up the whole
// transaction; then nobody's turn is kept.
func (e *sqliteEngine) batch(s *session, first *turn) (turns []*turn, err error) {
	turns = []*turn{first}
	if err := s.do("BEGIN IMMEDIATE"); err != nil {
		return turns, classify(err)
	}
	if err := e.same(s); err != nil {
		return turns, err
	}
	first.first = true
	for i := 0; i < len(turns); i++ {
		if i == 1 && s.do("BEGIN") == nil { // The first ended it: a savepoint would be a transaction of its own.
			return turns, errBroke
		}
		turns[i].begin <- s
		err := <-turns[i].ended
		undo := i == 0 && !first.kept
		if err == nil && undo {
			err = s.do("ROLLBACK")
		}
		if err != nil {
			return turns, fmt.Errorf("%w: %w", errBroke, err)
		}
		if undo {
			return turns, e.inPlace() // A refusal out of another file is none.
		}
		if len(turns) == batchMax {
			continue
		}
		select {
		case t := <-e.queue:
			turns = append(turns, t)
		default:
		}
	}
	if err := s.do("COMMIT"); err != nil {
		return turns, classifyCommit(err)
	}
	return turns, e.inPlace()
}

func (e *sqliteEngine) hold(h *held) { e.held.Store(h) }

// same refuses a transaction in another life than the one that is held. It
// runs within the transaction, so that none begins before the commit.
func (e *sqliteEngine) same(s *session) error {
	h := e.held.Load()
	if h == nil {
		return nil
	}
	rows, err := s.query(context.Background(), `SELECT 1 FROM db_epoch WHERE epoch = $1 AND beat >= $2`, []any{h.epoch, h.beat})
	if err != nil {
		return classify(err)
	}
	defer rows.close()
	if !rows.next() {
		return errors.Join(ErrFenced, rows.err())
	}
	return nil
}

// inPlace is asked before a commit is acknowledged. A file that another has
// replaced takes what is written to it and loses it.
func (e *sqliteEngine) inPlace() error {
	if e.held.Load() == nil {
		return nil
	}
	now, err := os.Stat(e.path)
	if err != nil || !os.SameFile(e.file, now) {
		return ErrFenced
	}
	return nil
}

func (e *sqliteEngine) beat(ctx context.Context, d *DB) (now Epoch, err error) {
	h := e.held.Load()
	err = d.Update(ctx, func(tx *Tx) error {
		if err := tx.Change(grow, tx.Now(), h.epoch, h.beat); err != nil {
			return err
		}
		now, err = EpochOf(tx)
		return err
	})
	return now, err
}

// glance spares nothing here: the way to the database is none.
func (e *sqliteEngine) glance(ctx context.Context, d *DB, fn func(*Tx) error) error {
	return e.view(ctx, d, fn)
}

func (e *sqliteEngine) view(ctx context.Context, d *DB, fn func(*Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-e.quit:
		return errClosed
	default:
	}
	var s *session
	select {
	case s = <-e.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.quit:
		return errClosed
	}
	defer func() { e.readers <- s }()
	if s == nil {
		if s, err = openSession(e.read); err != nil {
			return classify(err)
		}
	}
	broken := s.do("BEGIN")
	defer func() {
		if broken == nil {
			broken = s.do("ROLLBACK")
		}
		if broken != nil {
			s.close()
			s = nil
		}
	}()
	if broken != nil {
		return classify(broken)
	}
	return d.begin(ctx, s, false).call(fn)
}
