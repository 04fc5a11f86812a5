package redeem

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/payment/sandbox"
	"citywalk/shop"
)

// A rig is a till with everything below it for real: accounts, a live shop,
// passes, and a sandbox institution that is reached only over HTTP.
type rig struct {
	*Service
	t        testing.TB
	clock    *dbtest.Clock
	accounts *account.Service
	shops    *shop.Service
	passes   *pass.Service
	pay      *payment.Service
	sandbox  *sandbox.Server
	jobs     *jobs.Runner
	operator account.Session
	staff    account.Session
	shop     shop.Shop
	told     chan Redemption
	behind   atomic.Int64 // Nanoseconds by which the institution's clock is behind ours.
	n        int          // Members made.
	keys     int          // Idempotency keys used.
}

var tenPercent = shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 10}

// each runs fn with a new rig on each engine.
func each(t *testing.T, fn func(t *testing.T, g *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { fn(t, newRig(t, d, clock)) })
}

func newRig(t testing.TB, d *db.DB, clock *dbtest.Clock) *rig {
	t.Helper()
	secret := func(c string) []byte { return []byte(strings.Repeat(c, 32)) }
	g := &rig{t: t, clock: clock, told: make(chan Redemption, 10_000)}

	mux := http.NewServeMux()
	ours := httptest.NewServer(mux)
	t.Cleanup(ours.Close)
	box, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "sandbox.db"), db.Options{Clock: func() time.Time {
		return clock.Now().Add(-time.Duration(g.behind.Load()))
	}})
	g.must(err)
	t.Cleanup(func() { box.Close() })
	g.sandbox, err = sandbox.New(t.Context(), sandbox.Options{DB: box, Key: secret("s")})
	g.must(err)
	theirs := httptest.NewServer(g.sandbox)
	t.Cleanup(theirs.Close)
	provider, err := payment.NewSandbox(payment.SandboxOptions{Endpoint: theirs.URL, Key: secret("s"), Clock: clock.Now})
	g.must(err)

	g.accounts = &account.Service{DB: d, Keys: account.Keys{Seal: secret("a"), Index: secret("b"), Code: secret("c")}}
	g.shops = &shop.Service{DB: d, Zone: dbtest.Zone}
	g.pay = &payment.Service{DB: d, Provider: provider, Currency: "CNY", BaseURL: ours.URL, Secret: secret("p"), Zone: dbtest.Zone}
	mux.HandleFunc(payment.CallbackPath, g.pay.Callback)
	g.passes = &pass.Service{DB: d, Payment: g.pay, Zone: dbtest.Zone}
	g.Service = &Service{DB: d, Payment: g.pay, Keys: Keys{Code: secret("k"), Receipt: receiptKey('r')}, Zone: dbtest.Zone,
		Changed: func(r Redemption) { g.told <- r }}
	g.passes.InUse = InUse
	g.pay.On("pass", g.passes.Outcome())
	g.pay.On(Purpose, g.Outcome())
	g.jobs = jobs.NewRunner(d, 4)
	g.pay.Register(g.jobs)
	g.Register(g.jobs)

	g.operator = g.enter("13900000000", "运营", account.Grant{Role: account.Operator}, account.ConsoleApp)
	g.shop = g.addShop("老张面馆", tenPercent)
	g.staff = g.staffOf(g.shop, "13900000001")
	return g
}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// key returns an idempotency key that nobody has used.
func (g *rig) key() string {
	g.keys++
	return fmt.Sprintf("test-key-%016d", g.keys)
}

func (g *rig) enter(phone, name string, grant account.Grant, app account.App) account.Session {
	g.t.Helper()
	id, err := g.accounts.Appoint(g.t.Context(), phone, name, grant)
	g.must(err)
	_, session, err := g.accounts.Enter(g.t.Context(), id, app, account.Client{})
	g.must(err)
	return session
}

func (g *rig) addShop(name string, terms shop.Terms) shop.Shop {
	g.t.Helper()
	ctx := g.t.Context()
	m, err := g.shops.AddMerchant(ctx, g.operator, name)
	g.must(err)
	sh, err := g.shops.Add(ctx, g.operator, shop.Shop{Name: name, City: "上海", Point: geo.Point{Lat: 31.23, Lng: 121.47}, Opens: -1, Closes: -1})
	g.must(err)
	g.must(g.shops.Assign(ctx, g.operator, sh.ID, m.ID))
	_, err = g.shops.SetTerms(ctx, g.operator, sh.ID, terms)
	g.must(err)
	g.must(g.shops.Open(ctx, g.operator, sh.ID))
	sh, err = g.shops.Get(ctx, sh.ID)
	g.must(err)
	return sh
}

func (g *rig) staffOf(sh shop.Shop, phone string) account.Session {
	g.t.Helper()
	return g.enter(phone, "店员", account.Grant{Role: account.Staff, Merchant: string(sh.Merchant), Shop: string(sh.ID)}, account.TillApp)
}

// stranger is somebody who signed in and has no pass.
func (g *rig) stranger() account.Session {
	g.t.Helper()
	g.n++
	return g.enter(fmt.Sprintf("1380000%04d", g.n), "王小明", account.Grant{}, account.MemberApp)
}

// member is somebody with a valid pass.
func (g *rig) member() account.Session {
	g.t.Helper()
	who := g.stranger()
	_, _, err := g.passes.Buy(g.t.Context(), who, "trial", g.key())
	g.must(err)
	return who
}

func (g *rig) show(who account.Session) string {
	g.t.Helper()
	c, err := g.Show(g.t.Context(), who)
	g.must(err)
	return c.Digits
}

func (g *rig) scan(who account.Session) Redemption {
	g.t.Helper()
	r, err := g.Scan(g.t.Context(), g.staff, g.shop.ID, g.show(who), g.key())
	g.must(err)
	return r
}

func (g *rig) priced(who account.Session, bill money.Amount) Redemption {
	g.t.Helper()
	r, err := g.Price(g.t.Context(), g.staff, g.scan(who).ID, bill, g.key())
	g.must(err)
	return r
}

func (g *rig) confirm(who account.Session, r Redemption) Redemption {
	g.t.Helper()
	r, err := g.Confirm(g.t.Context(), who, r.ID, r.Quote.Version, r.Quote.Hash, g.key())
	g.must(err)
	return r
}

// committed takes a bill all the way.
func (g *rig) committed(who account.Session, bill money.Amount) Redemption {
	g.t.Helper()
	r := g.confirm(who, g.priced(who, bill))
	if r.State == Paying {
		g.cashier(r.PayURL, "pay")
	}
	return g.is(r.ID, Committed)
}

// agreed makes the member one whom the institution charges without a cashier.
func (g *rig) agreed(who account.Session) {
	g.t.Helper()
	r := g.confirm(who, g.priced(who, 1000))
	g.cashier(r.PayURL, "agree")
	g.is(r.ID, Committed)
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

// pass moves the clock on in steps, as jobs see it.
func (g *rig) wait(d time.Duration) {
	g.t.Helper()
	const step = 5 * time.Second
	for ; d > 0; d -= step {
		g.clock.Advance(min(d, step))
		g.deliver()
	}
}

// get returns a redemption as the database has it.
func (g *rig) get(id ID) Redemption {
	g.t.Helper()
	var r row
	g.must(g.DB.View(g.t.Context(), func(tx *db.Tx) (err error) {
		r, err = find(tx, id)
		return err
	}))
	return r.Redemption
}

func (g *rig) is(id ID, want State) Redemption {
	g.t.Helper()
	r := g.get(id)
	if r.State != want {
		g.t.Fatalf("the redemption is %s because of %q, want %s", r.State, r.Why, want)
	}
	return r
}

// refused fails unless err is the fault.
func (g *rig) refused(what string, err error, want *fault.Error) {
	g.t.Helper()
	if !errors.Is(err, want) {
		g.t.Errorf("%s: %v, want %s", what, err, want.Code)
	}
}

func (g *rig) balance(a ledger.Account) money.Amount {
	g.t.Helper()
	var b money.Amount
	g.must(g.DB.View(g.t.Context(), func(tx *db.Tx) (err error) {
		b, err = ledger.Balance(tx, a, "")
		return err
	}))
	return b
}

// sound fails the test if books, uses or budgets do not hold.
func (g *rig) sound() {
	g.t.Helper()
	g.must(g.DB.View(g.t.Context(), func(tx *db.Tx) error {
		findings, err := ledger.Prove(tx)
		if err != nil {
			return err
		}
		mine, err := Prove(tx)
		if err != nil {
			return err
		}
		for _, f := range append(findings, mine...) {
			g.t.Errorf("%s: %s %v", f.Rule, f.What, f.Amount)
		}
		return nil
	}))
}

// race runs fn n times at once and returns how often each answer came: "" for
// success, a fault's code, or another error's text. Every other caller is at
// another node.
func (g *rig) race(n int, fn func(s *Service, i int) error) map[string]int {
	g.t.Helper()
	other := *g.Service
	other.DB = dbtest.Again(g.t, g.DB, g.clock)
	nodes := []*Service{g.Service, &other}
	var mu sync.Mutex
	var done sync.WaitGroup
	start, answers := make(chan struct{}), map[string]int{}
	for i := range n {
		done.Go(func() {
			<-start
			err := fn(nodes[i%2], i)
			answer := ""
			if f, ok := fault.From(err); ok {
				answer = f.Code
			} else if err != nil {
				answer = err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			answers[answer]++
		})
	}
	close(start)
	done.Wait()
	return answers
}

// answers fails the test unless the race's answers are the wanted ones.
func (g *rig) answers(got, want map[string]int) {
	g.t.Helper()
	if !maps.Equal(got, want) {
		g.t.Errorf("answers %v, want %v", got, want)
	}
}

// states lists the states of a redemption's history.
func (g *rig) history(id ID) []State {
	g.t.Helper()
	all, err := g.History(g.t.Context(), g.operator, id)
	g.must(err)
	var states []State
	for _, s := range all {
		states = append(states, s.State)
	}
	return states
}

func (g *rig) went(id ID, want ...State) {
	g.t.Helper()
	if got := g.history(id); !slices.Equal(got, want) {
		g.t.Errorf("went %v, want %v", got, want)
	}
}
