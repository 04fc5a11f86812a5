package till

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
	"testing"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
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

// A rig is the till over HTTP, with everything below it for real and a sandbox
// institution that is reached only over HTTP.
type rig struct {
	*App
	t        testing.TB
	db       *db.DB
	clock    *dbtest.Clock
	url      string
	pass     *pass.Service
	sandbox  sandboxtest.Sandbox
	jobs     *jobs.Runner
	sent     map[string]string // The last one-time code by phone number.
	operator account.Session
	shop     shop.Shop
	n, keys  int
}

// Send keeps a one-time code instead of sending it.
func (g *rig) Send(_ context.Context, phone, code string) error {
	g.sent[phone] = code
	return nil
}

func newRig(t testing.TB, d *db.DB, clock *dbtest.Clock) *rig {
	t.Helper()
	secret := func(c string) []byte { return []byte(strings.Repeat(c, 32)) }
	g := &rig{t: t, db: d, clock: clock, sandbox: sandboxtest.Start(t, clock.Now), jobs: jobs.NewRunner(d, 2), sent: map[string]string{}}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	g.url = server.URL

	accounts := &account.Service{DB: d, Keys: account.Keys{Seal: secret("a"), Index: secret("b"), Code: secret("c")}, Sender: g}
	pay := &payment.Service{DB: d, Provider: g.sandbox.Provider, Currency: "CNY", BaseURL: g.url, Secret: secret("p"), Zone: dbtest.Zone}
	g.pass = &pass.Service{DB: d, Payment: pay, Zone: dbtest.Zone}
	bills := &redeem.Service{DB: d, Payment: pay, Zone: dbtest.Zone,
		Keys: redeem.Keys{Code: secret("k"), Receipt: ed25519.NewKeyFromSeed(secret("r"))}}
	pay.On("pass", g.pass.Outcome())
	pay.On(redeem.Purpose, bills.Outcome())
	accounts.Register(g.jobs)
	pay.Register(g.jobs)
	bills.Register(g.jobs)

	edge := web.New(web.Options{Account: accounts, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	t.Cleanup(edge.Hub.Close)
	bills.Changed = func(r redeem.Redemption) {
		edge.Hub.Publish(string(r.ID), "member/"+string(r.Person), "shop/"+string(r.Shop))
	}
	g.App = New(Parts{Edge: edge, Account: accounts, Shop: &shop.Service{DB: d, Zone: dbtest.Zone}, Redeem: bills,
		Zone: dbtest.Zone, Now: clock.Now, Programme: "城市漫步", BaseURL: g.url})
	g.Mount(edge)
	edge.Handle("POST "+payment.CallbackPath, http.HandlerFunc(pay.Callback))
	handler = edge.Handler()

	g.operator, _ = g.enter("13900000000", "运营", account.Grant{Role: account.Operator}, account.ConsoleApp)
	g.shop = g.addShop("", "老张面馆", shop.Terms{Kind: shop.Percent, Percent: 10, Floor: 50 * money.Yuan, PerDay: 10})
	return g
}

func each(t *testing.T, fn func(t *testing.T, g *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { fn(t, newRig(t, d, clock)) })
}

func sqlite(t *testing.T) *rig {
	t.Helper()
	d, clock := dbtest.Open(t, db.SQLite)
	return newRig(t, d, clock)
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
	token, session, err := g.Account.Enter(g.t.Context(), id, app, account.Client{})
	g.must(err)
	return session, token
}

// addShop opens a shop, of a new merchant if none is named.
func (g *rig) addShop(m shop.MerchantID, name string, terms shop.Terms) shop.Shop {
	g.t.Helper()
	ctx := g.t.Context()
	if m == "" {
		merchant, err := g.Shop.AddMerchant(ctx, g.operator, name)
		g.must(err)
		m = merchant.ID
	}
	sh, err := g.Shop.Add(ctx, g.operator, shop.Shop{Name: name, City: "上海", District: "黄浦区", Address: "福州路 20 号", Category: "面馆",
		Point: geo.Point{Lat: 31.2304, Lng: 121.4737}, Price: 38 * money.Yuan, Opens: 540, Closes: 1320})
	g.must(err)
	g.must(g.Shop.Assign(ctx, g.operator, sh.ID, m))
	_, err = g.Shop.SetTerms(ctx, g.operator, sh.ID, terms)
	g.must(err)
	g.must(g.Shop.Open(ctx, g.operator, sh.ID))
	sh, err = g.Shop.Get(ctx, sh.ID)
	g.must(err)
	return sh
}

// A clerk is somebody at a till and their browser without script.
type clerk struct {
	*webtest.Client
	session account.Session
	token   string
	g       *rig
}

// clerk signs somebody in at the till.
func (g *rig) clerk(name string, grant account.Grant) *clerk {
	g.t.Helper()
	g.n++
	session, token := g.enter(fmt.Sprintf("1390001%04d", g.n), name, grant, account.TillApp)
	c := webtest.NewClient(g.t, g.url)
	c.Header.Set("Cookie", "till="+token)
	return &clerk{Client: c, session: session, token: token, g: g}
}

// staff is a clerk of the shop.
func (g *rig) staff(sh shop.Shop) *clerk {
	g.t.Helper()
	return g.clerk("小陈", account.Grant{Role: account.Staff, Merchant: string(sh.Merchant), Shop: string(sh.ID)})
}

// get reads a page that is there.
func (c *clerk) get(path string) string {
	c.g.t.Helper()
	r := c.Do(c.g.t, "GET "+path)
	if r.Status != http.StatusOK {
		c.g.t.Fatalf("GET %s answers %d: %.300s", path, r.Status, r.Text)
	}
	return r.Text
}

// send posts a form under a new key.
func (c *clerk) send(path string, values ...string) webtest.Reply {
	c.g.t.Helper()
	v := url.Values{"idem": {c.g.key()}}
	for i := 0; i+1 < len(values); i += 2 {
		v.Set(values[i], values[i+1])
	}
	return c.Do(c.g.t, "POST "+path+" "+v.Encode())
}

// press sends the form of a page that posts to action, as a browser does.
func (c *clerk) press(page, action string, values ...string) webtest.Reply {
	c.g.t.Helper()
	_, rest, ok := strings.Cut(page, `action="`+action+`"`)
	if !ok {
		c.g.t.Fatalf("no form posts to %s in %.2000s", action, page)
	}
	form, _, _ := strings.Cut(rest, "</form>")
	for _, m := range regexp.MustCompile(`type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
		values = append(values, m[1], m[2])
	}
	return c.send(action, values...)
}

// member is somebody with a pass that was paid for.
func (g *rig) member(name string) account.Session {
	g.t.Helper()
	g.n++
	who, _ := g.enter(fmt.Sprintf("1380000%04d", g.n), name, account.Grant{}, account.MemberApp)
	_, page, err := g.pass.Buy(g.t.Context(), who, "annual", g.key())
	g.must(err)
	g.cashier(page)
	g.deliver()
	return who
}

// code is what the member's phone shows.
func (g *rig) code(who account.Session) string {
	g.t.Helper()
	c, err := g.Redeem.Show(g.t.Context(), who)
	g.must(err)
	return c.Digits
}

// bill is the redemption as it stands.
func (g *rig) look(c *clerk, id redeem.ID) redeem.Redemption {
	g.t.Helper()
	r, err := g.Redeem.ForShop(g.t.Context(), c.session, id)
	g.must(err)
	return r
}

// scanned is where the till is led after a scan.
func (g *rig) scanned(c *clerk, who account.Session) redeem.Redemption {
	g.t.Helper()
	r := c.send(at(g.shop.ID)+"/scan", "code", g.code(who))
	id, ok := strings.CutPrefix(r.Location, "/till/bills/")
	if !ok {
		g.t.Fatalf("a scan answers %d: %.600s", r.Status, r.Text)
	}
	return g.look(c, redeem.ID(id))
}

// priced is a redemption that waits for the member's yes.
func (g *rig) priced(c *clerk, who account.Session, amount string) redeem.Redemption {
	g.t.Helper()
	r := g.scanned(c, who)
	if got := c.send(bill(r.ID)+"/price", "bill", amount); got.Location != bill(r.ID) {
		g.t.Fatalf("a price answers %d: %.600s", got.Status, got.Text)
	}
	return g.look(c, r.ID)
}

// confirm is the member's yes to the quote as the member saw it.
func (g *rig) confirm(who account.Session, r redeem.Redemption) (redeem.Redemption, error) {
	return g.Redeem.Confirm(g.t.Context(), who, r.ID, r.Quote.Version, r.Quote.Hash, g.key())
}

// asked is a request from the sign.
func (g *rig) asked(who account.Session, amount money.Amount) redeem.Redemption {
	g.t.Helper()
	q, err := g.Redeem.Estimate(g.t.Context(), who, g.shop.ID, amount)
	g.must(err)
	r, err := g.Redeem.Request(g.t.Context(), who, g.shop.ID, amount, q.Due, g.key())
	g.must(err)
	return r
}

// settle has the member pay at the cashier, and brings the word of it home.
func (g *rig) settle(who account.Session, id redeem.ID) {
	g.t.Helper()
	r, err := g.Redeem.ForMember(g.t.Context(), who, id)
	g.must(err)
	g.cashier(r.PayURL)
	g.deliver()
}

// paid takes a bill all the way.
func (g *rig) paid(c *clerk, who account.Session, amount string) redeem.Redemption {
	g.t.Helper()
	r := g.priced(c, who, amount)
	_, err := g.confirm(who, r)
	g.must(err)
	g.settle(who, r.ID)
	return g.look(c, r.ID)
}

// cashier presses the button of the institution's page.
func (g *rig) cashier(page string) {
	g.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(page, url.Values{"do": {"pay"}})
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

// sound fails the test if the books do not hold.
func (g *rig) sound() {
	g.t.Helper()
	g.must(g.db.View(g.t.Context(), func(tx *db.Tx) error {
		findings, err := ledger.Prove(tx)
		for _, f := range findings {
			g.t.Errorf("%s: %s %v", f.Rule, f.What, f.Amount)
		}
		return err
	}))
}

// seen fails the test unless the text holds every part.
func seen(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not show %q in %.3000s", what, part, text)
		}
	}
}

// unseen fails the test if the text holds any part.
func unseen(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%s shows %q", what, part)
		}
	}
}
