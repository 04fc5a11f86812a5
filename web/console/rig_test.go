package console

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

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
	"citywalk/settle"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/webtest"
)

// A rig is the console over HTTP, with everything below it for real and two
// merchants: ours, with a shop that was used, and a stranger's.
type rig struct {
	*App
	t       testing.TB
	clock   *dbtest.Clock
	url     string
	sandbox sandboxtest.Sandbox

	operator, auditor, merchant *person
	ours, theirs                shop.Shop
	staff                       account.Session
	member                      account.Session
	keys                        int
}

// A person is somebody's browser without script, and the session in it.
type person struct {
	*webtest.Client
	account.Session
	token string
	g     *rig
}

func newRig(t testing.TB) *rig {
	t.Helper()
	d, clock := dbtest.Open(t, db.SQLite)
	secret := func(c string) []byte { return []byte(strings.Repeat(c, 32)) }
	g := &rig{t: t, clock: clock, sandbox: sandboxtest.Start(t, clock.Now)}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	g.url = server.URL

	accounts := &account.Service{DB: d, Keys: account.Keys{Seal: secret("a"), Index: secret("b"), Code: secret("c")}, Sender: account.LogSender{W: io.Discard}}
	pay := &payment.Service{DB: d, Provider: g.sandbox.Provider, Currency: "CNY", BaseURL: g.url, Secret: secret("p"), Zone: dbtest.Zone}
	passes := &pass.Service{DB: d, Payment: pay, Zone: dbtest.Zone}
	bills := &redeem.Service{DB: d, Payment: pay, Zone: dbtest.Zone,
		Keys: redeem.Keys{Code: secret("k"), Receipt: ed25519.NewKeyFromSeed(secret("r"))}}
	statements := &settle.Service{DB: d, Zone: dbtest.Zone}
	pay.On("pass", passes.Outcome())
	pay.On(redeem.Purpose, bills.Outcome())
	runner := jobs.NewRunner(d, 2)
	accounts.Register(runner)
	pay.Register(runner)
	bills.Register(runner)
	statements.Register(runner)

	search := &discover.Service{DB: d, Zone: dbtest.Zone}
	edge := web.New(web.Options{Account: accounts, Names: search.Called, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	t.Cleanup(edge.Hub.Close)
	notes := &curate.Service{DB: d, Key: secret("n"), Zone: dbtest.Zone, Visited: redeem.LastAt}
	g.App = New(Parts{Edge: edge, DB: d, Account: accounts, Shop: &shop.Service{DB: d, Zone: dbtest.Zone}, Pass: passes, Redeem: bills,
		Curate: notes, Community: &community.Service{DB: d, Curate: notes, Zone: dbtest.Zone}, Discover: search,
		Settle: statements, Runner: runner, Zone: dbtest.Zone, Now: clock.Now, Programme: "城市漫步", City: "上海", BaseURL: g.url,
		Prove: func(ctx context.Context) (found []ledger.Finding, err error) {
			err = d.View(ctx, func(tx *db.Tx) error {
				found, err = ledger.Prove(tx, append(statements.Controls(), passes.Control())...)
				return err
			})
			return found, err
		}})
	g.Mount(edge)
	edge.Handle("POST "+payment.CallbackPath, http.HandlerFunc(pay.Callback))
	handler = edge.Handler()
	g.people()
	return g
}

// people opens two shops and lets one of them be used.
func (g *rig) people() {
	g.t.Helper()
	g.operator = g.enter("13900000000", "林运营", account.Grant{Role: account.Operator}, account.ConsoleApp)
	g.auditor = g.enter("13900000009", "审计", account.Grant{Role: account.Auditor}, account.ConsoleApp)
	g.ours, g.theirs = g.addShop("老张面馆"), g.addShop("隔壁火锅")
	g.merchant = g.enter("13900000002", "张老板", account.Grant{Role: account.Merchant, Merchant: string(g.ours.Merchant)}, account.ConsoleApp)
	g.staff = g.enter("13900000001", "小李", account.Grant{Role: account.Staff, Merchant: string(g.ours.Merchant), Shop: string(g.ours.ID)}, account.TillApp).Session
	g.member = g.enter("13800000001", "王小明", account.Grant{}, account.MemberApp).Session
	_, _, err := g.Pass.Buy(g.t.Context(), g.member, "trial", g.key())
	g.must(err)
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

func (g *rig) enter(phone, name string, grant account.Grant, app account.App) *person {
	g.t.Helper()
	id, err := g.Account.Appoint(g.t.Context(), phone, name, grant)
	g.must(err)
	token, session, err := g.Account.Enter(g.t.Context(), id, app, account.Client{})
	g.must(err)
	c := webtest.NewClient(g.t, g.url)
	c.Header = http.Header{"Cookie": {string(app) + "=" + token}, "Sec-Fetch-Site": {"same-origin"}}
	return &person{c, session, token, g}
}

// addShop opens a shop of a merchant of its own.
func (g *rig) addShop(name string) shop.Shop {
	g.t.Helper()
	ctx, who := g.t.Context(), g.operator.Session
	m, err := g.Shop.AddMerchant(ctx, who, name+"商贸")
	g.must(err)
	s := g.draft(name)
	g.must(g.Shop.Assign(ctx, who, s.ID, m.ID))
	_, err = g.Shop.SetTerms(ctx, who, s.ID, shop.Terms{Kind: shop.Percent, Percent: 10, Floor: 50 * money.Yuan, PerDay: 5})
	g.must(err)
	g.must(g.Shop.Open(ctx, who, s.ID))
	s, err = g.Shop.Get(ctx, s.ID)
	g.must(err)
	return s
}

// draft adds a shop that nobody signed yet.
func (g *rig) draft(name string) shop.Shop {
	g.t.Helper()
	s, err := g.Shop.Add(g.t.Context(), g.operator.Session, shop.Shop{Name: name, City: "上海", District: "黄浦区", Address: "福州路 20 号", Category: "面馆",
		Dishes: []string{"葱油拌面"}, Point: geo.Point{Lat: 31.23, Lng: 121.47}, Price: 38 * money.Yuan, Opens: 600, Closes: 1320})
	g.must(err)
	return s
}

// paid takes a bill at our shop all the way.
func (g *rig) paid(bill money.Amount) redeem.Redemption {
	g.t.Helper()
	ctx := g.t.Context()
	code, err := g.Redeem.Show(ctx, g.member)
	g.must(err)
	r, err := g.Redeem.Scan(ctx, g.staff, g.ours.ID, code.Digits, g.key())
	g.must(err)
	r, err = g.Redeem.Price(ctx, g.staff, r.ID, bill, g.key())
	g.must(err)
	r, err = g.Redeem.Confirm(ctx, g.member, r.ID, r.Quote.Version, r.Quote.Hash, g.key())
	g.must(err)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(r.PayURL, url.Values{"do": {"pay"}})
	g.must(err)
	answer.Body.Close()
	_, err = g.sandbox.Deliver(ctx)
	g.must(err)
	g.drain()
	r, err = g.Redeem.ForShop(ctx, g.staff, r.ID)
	g.must(err)
	if r.State != redeem.Committed {
		g.t.Fatalf("the bill is %s", r.State)
	}
	return r
}

// drain does the jobs that are due.
func (g *rig) drain() {
	g.t.Helper()
	_, err := g.Runner.Drain(g.t.Context())
	g.must(err)
}

// get reads a page that is there.
func (p *person) get(path string) string {
	p.g.t.Helper()
	r := p.Do(p.g.t, "GET "+path)
	if r.Status != http.StatusOK {
		p.g.t.Fatalf("GET %s answers %d: %.400s", path, r.Status, r.Text)
	}
	return r.Text
}

// send posts a form under a new key.
func (p *person) send(path string, values ...string) webtest.Reply {
	p.g.t.Helper()
	v := url.Values{"idem": {p.g.key()}}
	for i := 0; i+1 < len(values); i += 2 {
		v.Add(values[i], values[i+1])
	}
	return p.Do(p.g.t, "POST "+path+" "+v.Encode())
}

// done posts a form that leads on to a page.
func (p *person) done(to, path string, values ...string) {
	p.g.t.Helper()
	r := p.send(path, values...)
	if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, to) {
		p.g.t.Fatalf("POST %s answers %d and leads to %q: %.1500s", path, r.Status, r.Location, r.Text)
	}
}

// refused posts a form that is shown again with a sentence.
func (p *person) refused(status int, sentence, path string, values ...string) string {
	p.g.t.Helper()
	r := p.send(path, values...)
	if r.Status != status || !strings.Contains(r.Text, sentence) {
		p.g.t.Fatalf("POST %s answers %d without %q: %.1500s", path, r.Status, sentence, r.Text)
	}
	return r.Text
}

// shows fails the test unless the text holds every part.
func shows(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("does not show %q in %.3000s", part, text)
		}
	}
}
