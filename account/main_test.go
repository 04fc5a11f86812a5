package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/jobs"
)

// Numbers of tests. The canary must never be found where it is not sealed.
const (
	canary = "13900000001"
	alice  = "13800000002"
	bob    = "13700000003"
)

// An outbox is a sender that keeps what it was given.
type outbox struct {
	mu    sync.Mutex
	sent  []string // "phone code"
	codes map[string]string
	fail  error
}

func (o *outbox) Send(_ context.Context, phone, code string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail != nil {
		return o.fail
	}
	if o.codes == nil {
		o.codes = map[string]string{}
	}
	o.sent = append(o.sent, phone+" "+code)
	o.codes[phone] = code
	return nil
}

// A town is one service over one database, with what its jobs sent.
type town struct {
	*Service
	t     *testing.T
	clock *dbtest.Clock
	out   *outbox
	jobs  *jobs.Runner
}

func testKeys() Keys {
	return Keys{Seal: bytes.Repeat([]byte{1}, 32), Index: bytes.Repeat([]byte{2}, 32), Code: bytes.Repeat([]byte{3}, 32)}
}

func newTown(t *testing.T, d *db.DB, clock *dbtest.Clock) *town {
	out := &outbox{}
	w := &town{&Service{DB: d, Keys: testKeys(), Sender: out}, t, clock, out, jobs.NewRunner(d, 1)}
	w.Register(w.jobs)
	return w
}

// each runs fn on both engines.
func each(t *testing.T, fn func(t *testing.T, w *town)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { fn(t, newTown(t, d, clock)) })
}

// ask asks for a code and returns the challenge and what was sent.
func (w *town) ask(phone string) (challenge, code string) {
	w.t.Helper()
	asked, err := w.Challenge(w.t.Context(), phone, Client{})
	if err != nil {
		w.t.Fatalf("challenge: %v", err)
	}
	w.drain()
	p, err := ParsePhone(phone)
	if err != nil {
		w.t.Fatal(err)
	}
	return asked.Challenge, w.out.codes[p.Digits()]
}

func (w *town) drain() {
	w.t.Helper()
	if _, err := w.jobs.Drain(w.t.Context()); err != nil {
		w.t.Fatalf("drain: %v", err)
	}
}

// signIn goes the whole way and returns the token and the session.
func (w *town) signIn(phone string, app App) (string, Session) {
	w.t.Helper()
	id, code := w.ask(phone)
	token, s, err := w.SignIn(w.t.Context(), id, code, app, Client{Device: iPhone})
	if err != nil {
		w.t.Fatalf("sign in: %v", err)
	}
	return token, s
}

// as appoints the number and enters an app.
func (w *town) as(phone string, app App, g Grant) (string, Session) {
	w.t.Helper()
	id, err := w.Appoint(w.t.Context(), phone, "", g)
	if err != nil {
		w.t.Fatalf("appoint: %v", err)
	}
	token, s, err := w.Enter(w.t.Context(), id, app, Client{Device: iPhone})
	if err != nil {
		w.t.Fatalf("enter: %v", err)
	}
	return token, s
}

// number returns the only value of a query.
func (w *town) number(sql string, args ...any) int64 {
	w.t.Helper()
	n, err := view(w.t.Context(), w.DB, func(tx *db.Tx) (int64, error) { return db.One[int64](tx, sql, args...) })
	if err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// edit changes the database behind the package's back.
func (w *town) edit(sql string, args ...any) {
	w.t.Helper()
	err := w.DB.Update(w.t.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(sql, args...)
		if err == nil && n == 0 {
			err = fmt.Errorf("nothing was edited")
		}
		return err
	})
	if err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

// want fails the test unless err is the fault, or nil if want is nil.
func want(t *testing.T, err error, want *fault.Error) {
	t.Helper()
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		t.Helper()
		t.Fatalf("got %v, want %v", err, want)
	}
}

// race runs fn in n goroutines at once and returns how many succeeded; every
// other must be refused with the fault.
func race(t *testing.T, n int, refused *fault.Error, fn func(i int) error) int {
	t.Helper()
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	wins := 0
	for _, err := range errs {
		switch {
		case err == nil:
			wins++
		case !errors.Is(err, refused):
			t.Errorf("lost with %v, want %v", err, refused)
		}
	}
	return wins
}

const iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
