package discover

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/payment/sandbox/sandboxtest"
	"citywalk/shop"
)

// A gateRig is coverage with passes that are sold for real, at a sandbox
// institution.
type gateRig struct {
	*Service
	t        testing.TB
	clock    *dbtest.Clock
	sandbox  sandboxtest.Sandbox
	jobs     *jobs.Runner
	shops    *shop.Service
	passes   *pass.Service
	operator account.Session
	n        int
}

// middle is the place that the tests go from; shops stand north of it.
var middle = geo.Point{Lat: 31.2304, Lng: 121.4737}

func eachGate(t *testing.T, fn func(t *testing.T, g *gateRig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		g := &gateRig{t: t, clock: clock, sandbox: sandboxtest.Start(t, clock.Now), jobs: jobs.NewRunner(d, 2),
			operator: account.Session{Person: "per_operator", Grants: []account.Grant{{Role: account.Operator}}}}
		mux := http.NewServeMux()
		ours := httptest.NewServer(mux)
		t.Cleanup(ours.Close)
		pay := &payment.Service{DB: d, Provider: g.sandbox.Provider, Currency: "CNY", BaseURL: ours.URL, Secret: []byte(strings.Repeat("p", 32)), Zone: dbtest.Zone}
		mux.HandleFunc(payment.CallbackPath, pay.Callback)
		g.Service = &Service{DB: d, Zone: dbtest.Zone, City: "上海"}
		g.shops = &shop.Service{DB: d, Zone: dbtest.Zone}
		g.passes = &pass.Service{DB: d, Payment: pay, Zone: dbtest.Zone, Gate: g.Admit}
		pay.On("pass", g.passes.Outcome())
		pay.Register(g.jobs)
		g.jobs.Handle(gateJob, 1, 0, g.gateHandler)
		g.jobs.Handle(extendJob, 1, 0, g.extendHandler)
		fn(t, g)
		g.must(d.View(t.Context(), func(tx *db.Tx) error {
			found, err := ledger.Prove(tx, g.passes.Control(), pay.Control())
			for _, f := range found {
				t.Errorf("%s: %s (%v)", f.Rule, f.What, f.Amount)
			}
			return err
		}))
	})
}

func (g *gateRig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *gateRig) refused(what string, err, want error) {
	g.t.Helper()
	if !errors.Is(err, want) {
		g.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func (g *gateRig) key() string {
	g.n++
	return fmt.Sprintf("test-key-%016d", g.n)
}

// drain brings jobs to their end.
func (g *gateRig) drain() {
	g.t.Helper()
	_, err := g.sandbox.Deliver(g.t.Context())
	g.must(err)
	_, err = g.jobs.Drain(g.t.Context())
	g.must(err)
}

// open makes a live shop so many metres north of a place.
func (g *gateRig) open(at geo.Point, north float64, district, category string, terms shop.Terms) shop.Shop {
	g.t.Helper()
	ctx := g.t.Context()
	g.n++
	m, err := g.shops.AddMerchant(ctx, g.operator, fmt.Sprint("商家", g.n))
	g.must(err)
	sh, err := g.shops.Add(ctx, g.operator, shop.Shop{City: "上海", District: district, Name: fmt.Sprint("店", g.n), Category: category,
		Point: geo.Point{Lat: at.Lat + north/111_195, Lng: at.Lng}, Opens: 10 * 60, Closes: 22 * 60})
	g.must(err)
	g.must(g.shops.Assign(ctx, g.operator, sh.ID, m.ID))
	_, err = g.shops.SetTerms(ctx, g.operator, sh.ID, terms)
	g.must(err)
	g.must(g.shops.Open(ctx, g.operator, sh.ID))
	return sh
}

// tenth is terms without anything special.
var tenth = shop.Terms{Kind: shop.Percent, Percent: 10}

// street opens five shops of three categories around a place.
func (g *gateRig) street(at geo.Point, district string) (all []shop.Shop) {
	g.t.Helper()
	for i, category := range []string{"面馆", "面馆", "咖啡", "咖啡", "书店"} {
		all = append(all, g.open(at, float64(100*i), district, category, tenth))
	}
	return all
}

// station puts a metro station there.
func (g *gateRig) station(at geo.Point) {
	g.t.Helper()
	g.n++
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) error {
		_, _, err := PutPlaces(tx, "per_operator", []Place{{City: "上海", Kind: Metro, Name: fmt.Sprint("站", g.n), Point: at, Source: "test", SourceID: fmt.Sprint(g.n)}})
		return err
	}))
}

// gate sets a gate and has it measured.
func (g *gateRig) gate(plan, district string, share int) Gate {
	g.t.Helper()
	set, err := g.SetGate(g.t.Context(), g.operator, plan, Conditions{City: "上海", District: district, Share: share, Shops: 5, Categories: 3, Minutes: 15, Hour: 19 * 60})
	g.must(err)
	g.drain()
	now, err := g.Gate(g.t.Context(), set.ID)
	g.must(err)
	return now
}

func gateMember(name string) account.Session {
	return account.Session{Person: account.ID("per_" + name)}
}

// bought is a pass that was paid for.
func (g *gateRig) bought(who account.Session, at pass.Place) pass.Pass {
	g.t.Helper()
	p, page, err := g.passes.BuyAt(g.t.Context(), who, "annual", at, g.key())
	g.must(err)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(page, url.Values{"do": {"pay"}})
	g.must(err)
	answer.Body.Close()
	g.drain()
	p, err = g.passes.Get(g.t.Context(), who, p.ID)
	g.must(err)
	if p.State != pass.Active {
		g.t.Fatalf("the pass is %s", p.State)
	}
	return p
}

// alarms are those that stand.
func (g *gateRig) alarms() []Alarm {
	g.t.Helper()
	all, err := g.Alarms(g.t.Context(), g.operator, 0)
	g.must(err)
	return all
}

// pause takes shops off the card.
func (g *gateRig) pause(all ...shop.Shop) {
	g.t.Helper()
	for _, s := range all {
		g.must(g.shops.Pause(g.t.Context(), g.operator, s.ID, "装修"))
	}
}
