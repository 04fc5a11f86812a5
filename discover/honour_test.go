package discover

import (
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/redeem"
	"citywalk/shop"
)

// A tillRig is shops with real tills. Their terms take the whole bill off, so
// that nobody has to be paid.
type tillRig struct {
	*Service
	t        testing.TB
	clock    *dbtest.Clock
	accounts *account.Service
	shops    *shop.Service
	passes   *pass.Service
	till     *redeem.Service
	operator account.Session
	shop     shop.Shop
	staff    account.Session
	people   int
	keys     int
}

func eachTill(t *testing.T, fn func(t *testing.T, g *tillRig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		secret := func(c string) []byte { return []byte(strings.Repeat(c, 32)) }
		pay := &payment.Service{DB: d, Currency: "CNY", Secret: secret("p"), Zone: dbtest.Zone}
		g := &tillRig{t: t, clock: clock, Service: &Service{DB: d, Zone: dbtest.Zone},
			accounts: &account.Service{DB: d, Keys: account.Keys{Seal: secret("a"), Index: secret("b"), Code: secret("c")}},
			shops:    &shop.Service{DB: d, Zone: dbtest.Zone}, passes: &pass.Service{DB: d, Payment: pay, Zone: dbtest.Zone},
			till: &redeem.Service{DB: d, Payment: pay, Zone: dbtest.Zone, Keys: redeem.Keys{Code: secret("k"), Receipt: ed25519.NewKeyFromSeed(secret("r"))}}}
		g.operator = g.person(account.Grant{Role: account.Operator}, account.ConsoleApp)
		g.shop = g.open("甲馆", shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 10})
		g.staff = g.person(account.Grant{Role: account.Staff, Merchant: string(g.shop.Merchant), Shop: string(g.shop.ID)}, account.TillApp)
		fn(t, g)
	})
}

func (g *tillRig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *tillRig) key() string {
	g.keys++
	return fmt.Sprintf("test-key-%016d", g.keys)
}

func (g *tillRig) person(grant account.Grant, app account.App) account.Session {
	g.t.Helper()
	g.people++
	id, err := g.accounts.Appoint(g.t.Context(), fmt.Sprintf("138%08d", g.people), "", grant)
	g.must(err)
	_, s, err := g.accounts.Enter(g.t.Context(), id, app, account.Client{})
	g.must(err)
	return s
}

func (g *tillRig) member() account.Session {
	g.t.Helper()
	who := g.person(account.Grant{}, account.MemberApp)
	_, _, err := g.passes.Buy(g.t.Context(), who, "trial", g.key())
	g.must(err)
	return who
}

func (g *tillRig) open(name string, terms shop.Terms) shop.Shop {
	g.t.Helper()
	ctx := g.t.Context()
	m, err := g.shops.AddMerchant(ctx, g.operator, name)
	g.must(err)
	sh, err := g.shops.Add(ctx, g.operator, shop.Shop{Name: name, City: "试镇", Category: "面馆", Point: geo.Point{Lat: 31.23, Lng: 121.47}, Opens: -1, Closes: -1})
	g.must(err)
	g.must(g.shops.Assign(ctx, g.operator, sh.ID, m.ID))
	_, err = g.shops.SetTerms(ctx, g.operator, sh.ID, terms)
	g.must(err)
	g.must(g.shops.Open(ctx, g.operator, sh.ID))
	sh, err = g.shops.Get(ctx, sh.ID)
	g.must(err)
	return sh
}

// scanned is a bill that staff began.
func (g *tillRig) scanned(who account.Session) redeem.Redemption {
	g.t.Helper()
	c, err := g.till.Show(g.t.Context(), who)
	g.must(err)
	r, err := g.till.Scan(g.t.Context(), g.staff, g.shop.ID, c.Digits, g.key())
	g.must(err)
	return r
}

// sent is a bill that the member sent from the sign.
func (g *tillRig) sent(who account.Session) redeem.Redemption {
	g.t.Helper()
	q, err := g.till.Estimate(g.t.Context(), who, g.shop.ID, 100*money.Yuan)
	g.must(err)
	r, err := g.till.Request(g.t.Context(), who, g.shop.ID, 100*money.Yuan, q.Due, g.key())
	g.must(err)
	return r
}

// used is a visit that came to a use.
func (g *tillRig) used(who account.Session) redeem.Redemption {
	g.t.Helper()
	ctx := g.t.Context()
	r, err := g.till.Price(ctx, g.staff, g.scanned(who).ID, 100*money.Yuan, g.key())
	g.must(err)
	r, err = g.till.Confirm(ctx, who, r.ID, r.Quote.Version, r.Quote.Hash, g.key())
	g.must(err)
	if r.State != redeem.Committed {
		g.t.Fatalf("the bill is %s", r.State)
	}
	return r
}

func (g *tillRig) declined(by account.Session, r redeem.Redemption) {
	g.t.Helper()
	_, err := g.till.Decline(g.t.Context(), by, r.ID, g.key())
	g.must(err)
}

// record returns the honour record as it stands now.
func (g *tillRig) record() Honour {
	g.t.Helper()
	g.clock.Advance(honourLife)
	h, err := g.Honour(g.t.Context(), g.shop.ID, g.clock.Now())
	g.must(err)
	return h
}

// becomes fails unless what is done changes the record by so many.
func (g *tillRig) becomes(what string, members, kept int, do func()) {
	g.t.Helper()
	before := g.record()
	do()
	if after := g.record(); after.Members-before.Members != members || after.Kept-before.Kept != kept {
		g.t.Errorf("%s: from %+v to %+v, want %+d members and %+d kept", what, before, after, members, kept)
	}
}

func TestHonourCountsWhatTheShopDid(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		ctx := t.Context()
		g.must2(g.shops.SetTerms(ctx, g.operator, g.shop.ID, shop.Terms{Kind: shop.Fixed, Off: 200 * money.Yuan, PerDay: 10}))
		regular := g.member()
		g.becomes("a use", 1, 1, func() { g.used(regular) })
		g.becomes("another of the same member", 0, 0, func() { g.used(regular) })
		g.becomes("a scan that staff cancels", 1, 0, func() { g.declined(g.staff, g.scanned(g.member())) })
		g.becomes("a request that staff turns down", 1, 0, func() { g.declined(g.staff, g.sent(g.member())) })
		g.becomes("a request that nobody answers", 1, 0, func() {
			g.sent(g.member())
			g.clock.Advance(redeem.OpenLife)
			g.must(g.till.Expire(ctx))
		})
		g.becomes("a request that the member takes back", 0, 0, func() {
			who := g.member()
			g.declined(who, g.sent(who))
		})
		g.becomes("a scan that nobody prices", 0, 0, func() {
			g.scanned(g.member())
			g.clock.Advance(redeem.OpenLife)
			g.must(g.till.Expire(ctx))
		})
		g.becomes("a use that staff undoes", 0, 0, func() {
			_, err := g.till.Undo(ctx, g.staff, g.used(g.member()).ID, g.key())
			g.must(err)
		})
		g.becomes("turned down and then used on the same day", 1, 1, func() {
			who := g.member()
			g.declined(g.staff, g.scanned(who))
			g.used(who)
		})
		g.becomes("the regular turned down the next day", 0, -1, func() {
			g.clock.Advance(24 * time.Hour)
			g.declined(g.staff, g.sent(regular))
		})
		g.becomes("and served the day after", 0, 1, func() {
			g.clock.Advance(24 * time.Hour)
			g.used(regular)
		})
		if h := g.record(); h.Enough() || h.Members != 5 || h.Percent() != 40 {
			t.Errorf("%+v, %d %%, enough %v", h, h.Percent(), h.Enough())
		}
		g.clock.Advance(HonourDays * 24 * time.Hour)
		if h := g.record(); h != (Honour{}) {
			t.Errorf("half a year later there is %+v", h)
		}
	})
}

func (g *tillRig) must2(_ any, err error) {
	g.t.Helper()
	g.must(err)
}

func TestHonourNeedsManyMembers(t *testing.T) {
	for _, c := range []struct {
		h       Honour
		enough  bool
		percent int
	}{{Honour{}, false, 0}, {Honour{9, 9}, false, 100}, {Honour{10, 9}, true, 90}, {Honour{1000, 999}, true, 99}} {
		if c.h.Enough() != c.enough || c.h.Percent() != c.percent {
			t.Errorf("%+v: enough %v, %d %%", c.h, c.h.Enough(), c.h.Percent())
		}
	}
}
