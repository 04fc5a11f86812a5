package payment_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/payment/sandbox"
	"citywalk/payment/sandbox/sandboxtest"
)

// A bench is a payment service with a sandbox across real HTTP, a purpose that
// sells for one merchant, and time that moves when told.
type bench struct {
	t      *testing.T
	db     *db.DB
	clock  *dbtest.Clock
	s      *payment.Service
	box    sandboxtest.Sandbox
	runner *jobs.Runner
	url    string
	lag    atomic.Int64 // How far the sandbox's clock is behind.

	mu   sync.Mutex
	gone map[string]bool   // Refs that are no longer there to be paid for.
	last map[string]string // By ref: what the purpose was last told.
}

const merchant = "mer_test"

func each(t *testing.T, fn func(b *bench)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { fn(newBench(t, d, clock)) })
}

func newBench(t *testing.T, d *db.DB, clock *dbtest.Clock) *bench {
	b := &bench{t: t, db: d, clock: clock, gone: map[string]bool{}, last: map[string]string{}}
	b.box = sandboxtest.Start(t, func() time.Time { return clock.Now().Add(-time.Duration(b.lag.Load())) })
	mux := http.NewServeMux()
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	b.url = web.URL
	b.s = b.service(d)
	mux.HandleFunc(payment.CallbackPath, b.s.Callback)
	b.runner = jobs.NewRunner(d, 1)
	b.runner.OnError = func(j jobs.Job, err error) { t.Errorf("job %s: %v", j.Kind, err) }
	b.s.Register(b.runner)
	t.Cleanup(b.prove)
	return b
}

// service returns another node's service over d.
func (b *bench) service(d *db.DB) *payment.Service {
	s := &payment.Service{
		DB: d, Provider: b.box.Provider, Currency: "CNY", BaseURL: b.url,
		Secret: []byte("a secret for tests only"), Zone: dbtest.Zone,
	}
	s.On("till", payment.Outcome{
		Paid: func(tx *db.Tx, p payment.Payment) (bool, error) {
			b.told(p.Ref, string(p.State))
			if p.State == payment.Late || b.isGone(p.Ref) {
				return false, nil
			}
			// The key is new each time, so that the ledger does not hide a payment
			// taken twice.
			return true, ledger.Post(tx, ledger.Entry{
				Key: tx.ID("till"), Day: ledger.DayOf(tx.Now(), dbtest.Zone),
				Postings: append(payment.Received(p), ledger.Posting{Account: ledger.MerchantPending, Party: merchant, Amount: -p.Amount}),
			})
		},
		Closing:  func(_ *db.Tx, p payment.Payment) error { b.told(p.Ref, "closing"); return nil },
		Closed:   func(_ *db.Tx, p payment.Payment) error { b.told(p.Ref, "closed"); return nil },
		Refunded: func(_ *db.Tx, p payment.Payment, r payment.Refund) error { b.told(p.Ref, "refunded"); return nil },
		Stuck:    func(_ *db.Tx, p payment.Payment, r payment.Refund) error { b.told(p.Ref, "stuck"); return nil },
	})
	return s
}

func (b *bench) told(ref, what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last[ref] = what
}

func (b *bench) lastTold(ref string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last[ref]
}

func (b *bench) isGone(ref string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gone[ref]
}

// prove shows that the books hold and agree with the refunds under way.
func (b *bench) prove() {
	err := b.db.View(context.Background(), func(tx *db.Tx) error {
		found, err := ledger.Prove(tx, b.s.Control())
		for _, f := range found {
			b.t.Errorf("the books do not prove: %s: %s (%v)", f.Rule, f.What, f.Amount)
		}
		return err
	})
	if err != nil {
		b.t.Error(err)
	}
}

// start starts a payment of ref with a minute to be paid.
func (b *bench) start(ref string, amount money.Amount, direct bool) payment.Payment {
	b.t.Helper()
	var p payment.Payment
	err := b.db.Update(b.t.Context(), func(tx *db.Tx) (err error) {
		p, err = b.s.Start(tx, payment.Order{
			Purpose: "till", Ref: ref, Payer: "per_1", Amount: amount, Subject: "午餐",
			Return: "/back", Lifetime: time.Minute, Direct: direct,
		})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// open opens p, with whatever the provider does about it.
func (b *bench) open(p payment.Payment) payment.Payment {
	b.t.Helper()
	p, err := b.s.Open(b.t.Context(), p.No)
	if err != nil && !errors.Is(err, payment.ErrProvider) && !errors.Is(err, payment.ErrMismatch) {
		b.t.Fatal(err)
	}
	return p
}

func (b *bench) get(no string) payment.Payment {
	b.t.Helper()
	p, err := b.s.Get(b.t.Context(), no)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *bench) wantState(no string, want payment.State) {
	b.t.Helper()
	if p := b.get(no); p.State != want {
		b.t.Errorf("payment is %s, want %s", p.State, want)
	}
}

// press presses a button of the cashier, as the payer's browser would, and
// returns where he is sent.
func (b *bench) press(p payment.Payment, do string) string {
	b.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(p.PayURL, url.Values{"do": {do}})
	if err != nil {
		b.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.Header.Get("Location")
}

// agree has the payer allow one-tap payments, and returns the number of the
// payment with which he did.
func (b *bench) agree() string {
	b.t.Helper()
	p := b.open(b.start("agree", 100, false))
	b.press(p, "agree")
	if p, err := b.s.Sync(b.t.Context(), p.No); err != nil || p.State != payment.Paid {
		b.t.Fatalf("agreeing left the payment %s: %v", p.State, err)
	}
	return p.No
}

func (b *bench) faults(faults ...sandbox.Fault) {
	b.t.Helper()
	if err := b.box.SetFaults(b.t.Context(), 7, faults...); err != nil {
		b.t.Fatal(err)
	}
}

// work does what is due now on both sides until nothing is.
func (b *bench) work() {
	b.t.Helper()
	for {
		sent, err := b.box.Deliver(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		ran, err := b.runner.Drain(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		if sent+ran == 0 {
			return
		}
	}
}

// pass lets time pass in small steps, working at each.
func (b *bench) pass(d time.Duration) {
	b.t.Helper()
	for step := min(d, 5*time.Second); d > 0; d -= step {
		b.clock.Advance(min(step, d))
		b.work()
	}
}

func (b *bench) balance(a ledger.Account) (sum money.Amount) {
	b.t.Helper()
	err := b.db.View(b.t.Context(), func(tx *db.Tx) (err error) {
		sum, err = ledger.Balance(tx, a, "")
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return sum
}

// refund undoes amount of a sale, as a purpose would.
func (b *bench) refund(s *payment.Service, no, key string, amount money.Amount) (r payment.Refund, err error) {
	err = s.DB.Update(b.t.Context(), func(tx *db.Tx) error {
		if r, err = s.Return(tx, no, key, amount, "test"); err != nil {
			return err
		}
		return ledger.Post(tx, ledger.Entry{
			Key: "till/undo/" + no + "/" + key, Day: ledger.DayOf(tx.Now(), dbtest.Zone),
			Postings: []ledger.Posting{
				{Account: ledger.MerchantPending, Party: merchant, Amount: amount},
				{Account: ledger.Refunds, Party: payment.RefundParty(no, key), Amount: -amount},
			},
		})
	})
	return r, err
}

// notify posts a callback as the sandbox would, with what a forger may change,
// and returns the status of the answer.
func (b *bench) notify(body string, at time.Time, change func(*http.Request)) int {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.url+payment.CallbackPath, bytes.NewReader([]byte(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	ms := strconv.FormatInt(at.UnixMilli(), 10)
	req.Header.Set(payment.SandboxTime, ms)
	req.Header.Set(payment.SandboxSignature, payment.SandboxSign(sandboxtest.Key, ms, "NOTICE", payment.CallbackPath, []byte(body)))
	if change != nil {
		change(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func newBody(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }

// behind puts the sandbox's clock behind ours.
func (b *bench) behind(d time.Duration) { b.lag.Store(int64(d)) }

// queued counts the jobs of this package that are left.
func (b *bench) queued() (n int) {
	b.t.Helper()
	err := b.db.View(b.t.Context(), func(tx *db.Tx) error {
		all, err := jobs.List(tx, "", 10000)
		for _, j := range all {
			if j.Kind == "payment.watch" || j.Kind == "payment.refund" || j.Kind == "payment.notice" {
				n++
			}
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// wantTruth compares with what really happened at the sandbox.
func (b *bench) wantTruth(no string, status sandbox.Status, refunded money.Amount) {
	b.t.Helper()
	truth, err := b.box.Truth(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range truth.Charges {
		if c.No == no {
			if c.Status != status || c.Refunded != refunded {
				b.t.Errorf("at the sandbox it is %s with %v refunded, want %s with %v", c.Status, c.Refunded, status, refunded)
			}
			return
		}
	}
	b.t.Errorf("the sandbox does not know %s", no)
}
