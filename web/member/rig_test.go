package member

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/payment/sandbox/sandboxtest"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/webtest"
)

const cityOfTests = "上海"

// How the way to the server is.
const (
	wireWhole = iota
	wireCut   // Nothing is answered.
	wireSlow  // Nothing is answered and nothing breaks off.
)

// A rig is the member's app over HTTP, with everything below it for real and a
// sandbox institution that is reached only over HTTP.
type rig struct {
	*App
	t        testing.TB
	clock    *dbtest.Clock
	url      string
	wire     atomic.Int32 // How the way to the server is.
	sandbox  sandboxtest.Sandbox
	jobs     *jobs.Runner
	codes    *inbox
	operator account.Session
	staff    account.Session
	shop     shop.Shop
	n, keys  int
}

// An inbox keeps the last code that was sent.
type inbox struct{ code string }

func (i *inbox) Send(_ context.Context, _, code string) error {
	i.code = code
	return nil
}

func newRig(t testing.TB, d *db.DB, clock *dbtest.Clock) *rig {
	t.Helper()
	secret := func(c string) []byte { return []byte(strings.Repeat(c, 32)) }
	g := &rig{t: t, clock: clock, sandbox: sandboxtest.Start(t, clock.Now), jobs: jobs.NewRunner(d, 2), codes: &inbox{}}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch g.wire.Load() {
		case wireCut:
			panic(http.ErrAbortHandler) // The connection ends without an answer.
		case wireSlow:
			for g.wire.Load() == wireSlow && r.Context().Err() == nil {
				time.Sleep(10 * time.Millisecond)
			}
			panic(http.ErrAbortHandler)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	g.url = server.URL

	accounts := &account.Service{DB: d, Keys: account.Keys{Seal: secret("a"), Index: secret("b"), Code: secret("c")}, Sender: g.codes}
	pay := &payment.Service{DB: d, Provider: g.sandbox.Provider, Currency: "CNY", BaseURL: g.url, Secret: secret("p"), Zone: dbtest.Zone}
	passes := &pass.Service{DB: d, Payment: pay, Zone: dbtest.Zone}
	bills := &redeem.Service{DB: d, Payment: pay, Zone: dbtest.Zone,
		Keys: redeem.Keys{Code: secret("k"), Receipt: ed25519.NewKeyFromSeed(secret("r"))}}
	pay.On("pass", passes.Outcome())
	pay.On(redeem.Purpose, bills.Outcome())
	accounts.Register(g.jobs)
	pay.Register(g.jobs)
	bills.Register(g.jobs)

	search := &discover.Service{DB: d, Zone: dbtest.Zone}
	edge := web.New(web.Options{Account: accounts, Names: search.Called, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Cashier: []string{g.sandbox.Provider.Origin()}})
	t.Cleanup(edge.Hub.Close)
	bills.Changed = func(r redeem.Redemption) {
		edge.Hub.Publish(string(r.ID), "member/"+string(r.Person), "shop/"+string(r.Shop))
	}
	notes := &curate.Service{DB: d, Key: secret("n"), Zone: dbtest.Zone, Visited: redeem.LastAt}
	g.App = New(Parts{Edge: edge, DB: d, Account: accounts, Shop: &shop.Service{DB: d, Zone: dbtest.Zone}, Payment: pay, Pass: passes, Redeem: bills,
		Curate: notes, Community: &community.Service{DB: d, Curate: notes, Zone: dbtest.Zone}, Discover: search,
		Zone: dbtest.Zone, Now: clock.Now, Programme: "城市漫步", City: cityOfTests})
	g.Mount(edge)
	edge.Handle("POST "+payment.CallbackPath, http.HandlerFunc(pay.Callback))
	handler = edge.Handler()

	g.operator, _ = g.enter("13900000000", "运营", account.Grant{Role: account.Operator}, account.ConsoleApp)
	g.shop = g.addShop("老张面馆", "面馆", 31.2304, shop.Terms{Kind: shop.Percent, Percent: 10, Floor: 50 * money.Yuan, PerDay: 10})
	g.staff, _ = g.enter("13900000001", "店员", account.Grant{Role: account.Staff, Merchant: string(g.shop.Merchant), Shop: string(g.shop.ID)}, account.TillApp)
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

func (g *rig) enter(phone, name string, grant account.Grant, app account.App) (account.Session, string) {
	g.t.Helper()
	id, err := g.Account.Appoint(g.t.Context(), phone, name, grant)
	g.must(err)
	token, session, err := g.Account.Enter(g.t.Context(), id, app, account.Client{Device: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"})
	g.must(err)
	return session, token
}

func (g *rig) addShop(name, category string, lat float64, terms shop.Terms, offers ...shop.Offer) shop.Shop {
	g.t.Helper()
	ctx := g.t.Context()
	m, err := g.Shop.AddMerchant(ctx, g.operator, name)
	g.must(err)
	sh, err := g.Shop.Add(ctx, g.operator, shop.Shop{Name: name, City: cityOfTests, District: "黄浦区", Address: "福州路 20 号", Category: category,
		Dishes: []string{"葱油拌面", "大排面"}, Point: geo.Point{Lat: lat, Lng: 121.4737}, Price: 38 * money.Yuan, Opens: 540, Closes: 1320})
	g.must(err)
	g.must(g.Shop.Assign(ctx, g.operator, sh.ID, m.ID))
	_, err = g.Shop.SetTerms(ctx, g.operator, sh.ID, terms)
	g.must(err)
	if len(offers) > 0 {
		_, err = g.Shop.SetOffers(ctx, g.operator, sh.ID, offers)
		g.must(err)
	}
	g.must(g.Shop.Open(ctx, g.operator, sh.ID))
	sh, err = g.Shop.Get(ctx, sh.ID)
	g.must(err)
	return sh
}

// A person is a member and the member's browser without script.
type person struct {
	*webtest.Client
	session account.Session
	token   string
	g       *rig
}

// stranger is somebody who signed in and has no pass.
func (g *rig) stranger() *person {
	g.t.Helper()
	g.n++
	session, token := g.enter(fmt.Sprintf("1380000%04d", g.n), "王小明", account.Grant{}, account.MemberApp)
	c := webtest.NewClient(g.t, g.url)
	c.Header = http.Header{"Cookie": {"member=" + token}}
	return &person{Client: c, session: session, token: token, g: g}
}

// member is somebody with a pass that was paid for.
func (g *rig) member() *person {
	g.t.Helper()
	p := g.stranger()
	_, page, err := g.Pass.Buy(g.t.Context(), p.session, "annual", g.key())
	g.must(err)
	g.cashier(page, "pay")
	g.deliver()
	return p
}

// get reads a page that is there.
func (p *person) get(path string) string {
	p.g.t.Helper()
	r := p.Do(p.g.t, "GET "+path)
	if r.Status != http.StatusOK {
		p.g.t.Fatalf("GET %s answers %d: %.300s", path, r.Status, r.Text)
	}
	return r.Text
}

// send posts a form under a new key.
func (p *person) send(path string, values ...string) webtest.Reply {
	p.g.t.Helper()
	v := url.Values{"idem": {p.g.key()}}
	for i := 0; i+1 < len(values); i += 2 {
		v.Set(values[i], values[i+1])
	}
	return p.Do(p.g.t, "POST "+path+" "+v.Encode())
}

// press sends the form of a page that posts to action, with the values it
// carries, as a browser does.
func (p *person) press(page, action string) webtest.Reply {
	p.g.t.Helper()
	_, rest, ok := strings.Cut(page, `action="`+action+`"`)
	if !ok {
		p.g.t.Fatalf("no form posts to %s in %.2000s", action, page)
	}
	form, _, _ := strings.Cut(rest, "</form>")
	var values []string
	for _, m := range regexp.MustCompile(`type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
		if m[1] != "idem" {
			values = append(values, m[1], m[2])
		}
	}
	return p.send(action, values...)
}

// cashier presses a button of the institution's page.
func (g *rig) cashier(page, button string) {
	g.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(page, url.Values{"do": {button}})
	g.must(err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		g.t.Fatalf("the cashier answers %d", answer.StatusCode)
	}
}

// deliver brings callbacks and jobs to their end.
func (g *rig) deliver() {
	g.t.Helper()
	_, err := g.sandbox.Deliver(g.t.Context())
	g.must(err)
	_, err = g.jobs.Drain(g.t.Context())
	g.must(err)
}

// scanned is a redemption that staff began with the member's code.
func (g *rig) scanned(p *person) redeem.Redemption {
	g.t.Helper()
	c, err := g.Redeem.Show(g.t.Context(), p.session)
	g.must(err)
	r, err := g.Redeem.Scan(g.t.Context(), g.staff, g.shop.ID, c.Digits, g.key())
	g.must(err)
	return r
}

// priced is a redemption that waits for the member's yes.
func (g *rig) priced(p *person, bill money.Amount) redeem.Redemption {
	g.t.Helper()
	r, err := g.Redeem.Price(g.t.Context(), g.staff, g.scanned(p).ID, bill, g.key())
	g.must(err)
	return r
}

// sound fails the test if the books do not hold.
func (g *rig) sound() {
	g.t.Helper()
	g.must(g.DB.View(g.t.Context(), func(tx *db.Tx) error {
		findings, err := ledger.Prove(tx)
		for _, f := range findings {
			g.t.Errorf("%s: %s %v", f.Rule, f.What, f.Amount)
		}
		return err
	}))
}
