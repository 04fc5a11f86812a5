package db_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// A line is a wire between the product and a PostgreSQL server that can be cut.
type line struct {
	mu  sync.Mutex
	cut func(sent []byte) cut
}

// A cut says what happens to what the product just sent.
type cut int

const (
	through cut = iota // It arrives, and so does the answer.
	lost               // It never arrives.
	unheard            // It arrives and takes effect; the answer is lost.
)

// wire returns the URL of d's server through a line.
func wire(t *testing.T, d *db.DB) (string, *line) {
	t.Helper()
	u, err := url.Parse(d.URL())
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	const name = ".s.PGSQL.5432"
	server := filepath.Join(q.Get("host"), name)
	dir := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	l := &line{cut: func([]byte) cut { return through }}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", server)
			if err != nil {
				near.Close()
				return
			}
			deaf := new(atomic.Bool)
			go l.ask(far, near, deaf)
			go answer(near, far, deaf)
		}
	}()
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	return u.String(), l
}

func (l *line) ask(server, product net.Conn, deaf *atomic.Bool) {
	buf := make([]byte, 1<<16)
	for {
		n, err := product.Read(buf)
		l.mu.Lock()
		fate := l.cut(buf[:n])
		l.mu.Unlock()
		if err != nil || fate == lost {
			server.Close()
			product.Close()
			return
		}
		deaf.Store(fate == unheard)
		server.Write(buf[:n])
	}
}

// answer carries the server's words until the product has gone deaf.
func answer(product, server net.Conn, deaf *atomic.Bool) {
	defer product.Close()
	defer server.Close()
	buf := make([]byte, 1<<16)
	for {
		n, err := server.Read(buf)
		if err != nil || deaf.Load() {
			return
		}
		product.Write(buf[:n])
	}
}

// on sets what happens to the next message that holds a text.
func (l *line) on(text string, fate cut) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = func(sent []byte) cut {
		if bytes.Contains(sent, []byte(text)) {
			l.cut = func([]byte) cut { return through }
			return fate
		}
		return through
	}
}

// TestOutages cuts the line to the server at different moments. Before the
// commit nothing was changed and the caller is told so; during it the outcome
// is unknown, whatever it was. The next caller is served.
func TestOutages(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		fate cut
		want error
		kept bool
	}{
		{"the beginning is lost", "begin", lost, db.ErrUnavailable, false},
		{"a statement is lost", "INSERT", lost, db.ErrUnavailable, false},
		{"the commit is lost", "commit", lost, db.ErrUnknown, false},
		{"the answer to the commit is lost", "commit", unheard, db.ErrUnknown, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, clock := dbtest.Open(t, db.Postgres)
			update(t, d, func(tx *db.Tx) error {
				_, err := tx.Exec(`CREATE TABLE db_rows (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)`)
				return err
			})
			url, l := wire(t, d)
			far, err := db.Open(t.Context(), url, db.Options{Clock: clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			defer far.Close()
			l.on(c.text, c.fate)
			err = far.Update(t.Context(), func(tx *db.Tx) error { return add(tx, "a", 1) })
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			update(t, far, func(tx *db.Tx) error { return add(tx, "b", 1) })
			want := []string{"b"}
			if c.kept {
				want = []string{"a", "b"}
			}
			wantIDs(t, d, want...)
		})
	}
}

// TestServerGone ends the product's connections from the server's side and
// then asks where no server is.
func TestServerGone(t *testing.T) {
	d, _ := dbtest.Open(t, db.Postgres)
	err := d.Update(t.Context(), func(tx *db.Tx) error {
		_, err := db.All[int](tx, `SELECT 1 FROM pg_terminate_backend(pg_backend_pid())`)
		return err
	})
	if !errors.Is(err, db.ErrUnavailable) {
		t.Errorf("a connection that was ended: %v", err)
	}
	if err := d.View(t.Context(), func(*db.Tx) error { return nil }); err != nil {
		t.Errorf("the next caller: %v", err)
	}
	for _, url := range []string{"postgres:///x?host=" + t.TempDir(), "postgres://127.0.0.1:1/x"} {
		if _, err := db.Open(context.Background(), url, db.Options{}); !errors.Is(err, db.ErrUnavailable) {
			t.Errorf("no server: %v", err)
		}
	}
	if _, err := db.Open(context.Background(), "postgres://[/x?password=hunter2", db.Options{}); err == nil || bytes.Contains([]byte(err.Error()), []byte("hunter2")) {
		t.Errorf("a URL that cannot be read: %v", err)
	}
}
