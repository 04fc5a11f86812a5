package community

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/payment/sandbox/sandboxtest"
	"citywalk/redeem"
	"citywalk/shop"
)

var ctx = context.Background()

const here = "试镇"

// A rig is the package over a real database, with people, shops, and a till at
// which bills are paid for real, by a sandbox institution.
type rig struct {
	*Service
	t       testing.TB
	clock   *dbtest.Clock
	people  *account.Service
	shops   *shop.Service
	passes  *pass.Service
	till    *redeem.Service
	sandbox sandboxtest.Sandbox
	jobs    *jobs.Runner
	keys    int

	ann, bo, audit  account.Session // Two operators and an auditor.
	mia, noa        account.Session // Members.
	owner, stranger account.Session // The shop's merchant, and another one.
	staff           account.Session
	shop, other     shop.Shop
}

func each(t *testing.T, fn func(t *testing.T, g *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { fn(t, newRig(t, d, clock)) })
}

func newRig(t testing.TB, d *db.DB, clock *dbtest.Clock) *rig {
	t.Helper()
	secret := func(c string) []byte { return []byte(strings.Repeat(c, 32)) }
	g := &rig{t: t, clock: clock, jobs: jobs.NewRunner(d, 2), sandbox: sandboxtest.Start(t, clock.Now),
		people: &account.Service{DB: d, Keys: account.Keys{Seal: secret("a"), Index: secret("b"), Code: secret("c")}, Sender: account.LogSender{W: t.Output()}},
		shops:  &shop.Service{DB: d, Zone: dbtest.Zone}}
	var pay *payment.Service
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { pay.Callback(w, r) }))
	t.Cleanup(server.Close)
	pay = &payment.Service{DB: d, Provider: g.sandbox.Provider, Currency: "CNY", BaseURL: server.URL, Secret: secret("p"), Zone: dbtest.Zone}
	g.passes = &pass.Service{DB: d, Payment: pay, Zone: dbtest.Zone}
	g.till = &redeem.Service{DB: d, Payment: pay, Zone: dbtest.Zone, Keys: redeem.Keys{Code: secret("k"), Receipt: ed25519.NewKeyFromSeed(secret("r"))}}
	pay.On("pass", g.passes.Outcome())
	pay.On(redeem.Purpose, g.till.Outcome())
	pay.Register(g.jobs)
	g.till.Register(g.jobs)
	notes := &curate.Service{DB: d, Key: secret("n"), Zone: dbtest.Zone, Visited: redeem.LastAt}
	notes.Register(g.jobs, 0)
	g.Service = &Service{DB: d, Curate: notes, Zone: dbtest.Zone}

	g.ann = g.person("13900000001", account.Grant{Role: account.Operator})
	g.bo = g.person("13900000002", account.Grant{Role: account.Operator})
	g.audit = g.person("13900000003", account.Grant{Role: account.Auditor})
	g.mia = g.person("13900000004", account.Grant{})
	g.noa = g.person("13900000005", account.Grant{})
	g.shop, g.owner = g.opened("老张面馆", 31.2304)
	g.other, g.stranger = g.opened("梧桐咖啡", 31.2394)
	g.staff = g.person("13900000008", account.Grant{Role: account.Staff, Merchant: string(g.shop.Merchant), Shop: string(g.shop.ID)})
	return g
}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// refused checks that something was refused for the reason wanted.
func (g *rig) refused(what string, err, want error) {
	g.t.Helper()
	if !errors.Is(err, want) {
		g.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func (g *rig) key() string {
	g.keys++
	return fmt.Sprintf("test-key-%016d", g.keys)
}

func (g *rig) person(phone string, grant account.Grant) account.Session {
	g.t.Helper()
	id, err := g.people.Appoint(ctx, phone, "王小明", grant)
	g.must(err)
	s := account.Session{Person: id, App: account.MemberApp}
	if grant.Role != "" {
		s.Grants = []account.Grant{grant}
	}
	return s
}

// opened is a shop that takes the card, and its merchant.
func (g *rig) opened(name string, lat float64) (shop.Shop, account.Session) {
	g.t.Helper()
	m, err := g.shops.AddMerchant(ctx, g.ann, name+"公司")
	g.must(err)
	sh, err := g.shops.Add(ctx, g.ann, shop.Shop{City: here, District: "东区", Category: "面馆", Name: name, Dishes: []string{"葱油拌面"},
		Point: geo.Point{Lat: lat, Lng: 121.47}, Opens: -1, Closes: -1})
	g.must(err)
	g.must(g.shops.Assign(ctx, g.ann, sh.ID, m.ID))
	_, err = g.shops.SetTerms(ctx, g.ann, sh.ID, shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 10})
	g.must(err)
	g.must(g.shops.Open(ctx, g.ann, sh.ID))
	sh, err = g.shops.Get(ctx, sh.ID)
	g.must(err)
	g.keys++
	return sh, g.person(fmt.Sprintf("138%08d", g.keys), account.Grant{Role: account.Merchant, Merchant: string(m.ID)})
}

// buy gets a member a pass, paid for and with an agreement.
func (g *rig) buy(who account.Session) {
	g.t.Helper()
	_, page, err := g.passes.Buy(ctx, who, "annual", g.key())
	g.must(err)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(page, url.Values{"do": {"agree"}})
	g.must(err)
	g.must(answer.Body.Close())
	_, err = g.sandbox.Deliver(ctx)
	g.must(err)
	g.work()
}

func (g *rig) work() {
	g.t.Helper()
	_, err := g.jobs.Drain(ctx)
	g.must(err)
}

// visit is a bill that the member pays at the first shop.
func (g *rig) visit(who account.Session) redeem.Redemption {
	g.t.Helper()
	c, err := g.till.Show(ctx, who)
	g.must(err)
	r, err := g.till.Scan(ctx, g.staff, g.shop.ID, c.Digits, g.key())
	g.must(err)
	r, err = g.till.Price(ctx, g.staff, r.ID, 80*money.Yuan, g.key())
	g.must(err)
	r, err = g.till.Confirm(ctx, who, r.ID, r.Quote.Version, r.Quote.Hash, g.key())
	g.must(err)
	if r.State != redeem.Committed {
		g.t.Fatalf("the bill is %s", r.State)
	}
	return r
}

// says is a note of few words.
func says(text string) Writing {
	return Writing{Written: Written{Written: curate.Written{Text: text}}}
}

// note is one that a member wrote about the first shop.
func (g *rig) note(who account.Session) Note {
	g.t.Helper()
	n, err := g.Write(ctx, who, g.shop.ID, says("汤很鲜"), g.key())
	g.must(err)
	return n
}

// again is a note as it is now.
func (g *rig) again(who account.Session, n Note) Note {
	g.t.Helper()
	now, err := g.Get(ctx, who, n.ID)
	g.must(err)
	return now
}

// snap is a picture; each shade is another.
func snap(shade int) io.Reader {
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 * 30 {
		m.Set(i%40, i/40, color.RGBA{uint8(shade * 20), uint8(i % 200), 90, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return &b
}

// count is how many rows a table has.
func (g *rig) count(table string) int {
	g.t.Helper()
	counts := map[string]string{
		"photos": `SELECT COUNT(*) FROM community_photos`, "likes": `SELECT COUNT(*) FROM community_likes`,
		"comments": `SELECT COUNT(*) FROM community_comments`, "notes": `SELECT COUNT(*) FROM community_notes`,
		"answers": `SELECT COUNT(*) FROM community_answers`, "reports": `SELECT COUNT(*) FROM community_reports`,
		"curate": `SELECT COUNT(*) FROM curate_notes`, "counts": `SELECT COUNT(*) FROM community_counts`,
		"news": `SELECT COUNT(*) FROM outbox_items`, "asks": `SELECT COUNT(*) FROM community_asks`,
		"saved notes": `SELECT COUNT(*) FROM community_saved_notes`, "saved shops": `SELECT COUNT(*) FROM community_saved_shops`,
		"follows":                 `SELECT COUNT(*) FROM community_follows`,
		"cases that are not gone": `SELECT COUNT(*) FROM community_cases WHERE state <> 'gone'`,
	}
	var n int
	g.must(g.DB.View(ctx, func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, counts[table])
		return err
	}))
	return n
}
