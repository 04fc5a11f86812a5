package pass

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/payment"
	"citywalk/payment/sandbox/sandboxtest"
)

// A rig is the package with a real sandbox institution, reached over HTTP.
type rig struct {
	*Service
	t       testing.TB
	clock   *dbtest.Clock
	sandbox sandboxtest.Sandbox
	jobs    *jobs.Runner
	keys    int
}

func each(t *testing.T, fn func(t *testing.T, g *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		g := &rig{t: t, clock: clock, sandbox: sandboxtest.Start(t, clock.Now), jobs: jobs.NewRunner(d, 2)}
		mux := http.NewServeMux()
		ours := httptest.NewServer(mux)
		t.Cleanup(ours.Close)
		pay := &payment.Service{DB: d, Provider: g.sandbox.Provider, Currency: "CNY", BaseURL: ours.URL,
			Secret: []byte(strings.Repeat("p", 32)), Zone: dbtest.Zone}
		mux.HandleFunc(payment.CallbackPath, pay.Callback)
		g.Service = &Service{DB: d, Payment: pay, Zone: dbtest.Zone}
		pay.On(purpose, g.Outcome())
		pay.Register(g.jobs)
		fn(t, g)
		g.prove()
	})
}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *rig) key() string {
	g.keys++
	return fmt.Sprintf("test-key-%016d", g.keys)
}

// member is somebody who signed in.
func member(name string) account.Session { return account.Session{Person: account.ID("per_" + name)} }

func (g *rig) order(who account.Session, plan string) (Pass, string) {
	g.t.Helper()
	p, page, err := g.Buy(g.t.Context(), who, plan, g.key())
	g.must(err)
	return p, page
}

// bought is a pass that was paid for at the cashier.
func (g *rig) bought(who account.Session, plan string) Pass {
	g.t.Helper()
	p, page := g.order(who, plan)
	g.cashier(page, "pay")
	return g.is(who, p.ID, Active)
}

// cashier presses a button of the institution's page and lets its callback
// come.
func (g *rig) cashier(page, button string) {
	g.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(page, url.Values{"do": {button}})
	g.must(err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		g.t.Fatalf("the cashier answers %d", answer.StatusCode)
	}
	g.deliver()
}

// deliver brings what is due to its end: callbacks and jobs.
func (g *rig) deliver() {
	g.t.Helper()
	_, err := g.sandbox.Deliver(g.t.Context())
	g.must(err)
	_, err = g.jobs.Drain(g.t.Context())
	g.must(err)
}

// wait lets time pass in steps, as jobs see it.
func (g *rig) wait(d, step time.Duration) {
	g.t.Helper()
	for ; d > 0; d -= step {
		g.clock.Advance(min(d, step))
		g.deliver()
	}
}

func (g *rig) is(who account.Session, id ID, want State) Pass {
	g.t.Helper()
	p, err := g.Get(g.t.Context(), who, id)
	g.must(err)
	if p.State != want {
		g.t.Fatalf("the pass is %s, want %s", p.State, want)
	}
	return p
}

func (g *rig) refused(what string, err, want error) {
	g.t.Helper()
	if !errors.Is(err, want) {
		g.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// prove checks the books with the sub-ledgers of passes and payments.
func (g *rig) prove() {
	g.t.Helper()
	g.must(g.DB.View(context.Background(), func(tx *db.Tx) error {
		found, err := ledger.Prove(tx, g.Control())
		for _, f := range found {
			g.t.Errorf("%s: %s (%v)", f.Rule, f.What, f.Amount)
		}
		return err
	}))
}

// count counts rows.
func (g *rig) count(sql string) (n int) {
	g.t.Helper()
	g.must(g.DB.View(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, sql)
		return err
	}))
	return n
}
