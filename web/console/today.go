package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/pass"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// sparkDays is how many days the small pictures on Today show.
const sparkDays = 14

// latestMax is how many redemptions Today shows.
const latestMax = 8

// An alarm is something that needs a person.
type alarm struct {
	Look, Sentence string
	Label, Href    string
}

// A glance is Today: what needs a person first, then the numbers.
type glance struct {
	Day      ledger.Day
	Merchant shop.MerchantID
	Name     string // Of the merchant, when it is one's day.
	Alarms   []alarm
	Days     []redeem.DaySum // The last sparkDays, today last.
	Live     int64
	Passes   int
	Latest   []redeem.Redemption
	Choices  []ui.Choice
	Placings []curate.Placing // Where a merchant's shops stand on the curated list.
}

func (g glance) now() redeem.DaySum  { return g.Days[len(g.Days)-1] }
func (g glance) then() redeem.DaySum { return g.Days[len(g.Days)-8] }

// series is one number of every day.
func (g glance) series(of func(redeem.DaySum) int64) []int64 {
	var all []int64
	for _, d := range g.Days {
		all = append(all, of(d))
	}
	return all
}

// home is Today, and for those who may do nothing here it says so.
func (a *App) home(w http.ResponseWriter, r *http.Request) error {
	who := web.Session(r)
	if !account.Allowed(who, account.ActMerchantRead) {
		p := a.page(r, "none.title", "")
		p.Bare = true
		return web.Render(w, r, http.StatusForbidden, strangerPage(p))
	}
	m, err := scope(r)
	if err != nil {
		return err
	}
	p := a.page(r, "today.title", "tab.today")
	g, err := a.glance(r.Context(), p, who, m)
	if err != nil {
		return err
	}
	p.Live, p.Version = at("/console/live", "merchant", string(m)), versions(g.Latest)
	return web.Render(w, r, http.StatusOK, a.todayPage(p, g))
}

// homeLive says when a redemption came or changed.
func (a *App) homeLive(w http.ResponseWriter, r *http.Request) error {
	m, err := scope(r)
	if err != nil {
		return err
	}
	who := web.Session(r)
	return web.Live(w, r, nil, func(ctx context.Context) (string, error) {
		all, err := a.Redeem.List(ctx, who, redeem.Filter{Merchant: m, Limit: latestMax})
		return versions(all), err
	})
}

// versions is what changes when one of the redemptions does.
func versions(all []redeem.Redemption) string {
	var b strings.Builder
	for _, r := range all {
		fmt.Fprintf(&b, "%s/%d ", r.ID[max(0, len(r.ID)-8):], r.Version)
	}
	return "v " + b.String()
}

func (a *App) glance(ctx context.Context, p ui.Page, who account.Session, m shop.MerchantID) (g glance, err error) {
	g = glance{Day: a.today(), Merchant: m}
	from := g.Day.Next(1 - sparkDays)
	sums, err := a.Redeem.Days(ctx, who, m, from)
	if err != nil {
		return g, err
	}
	g.Days = filled(sums, from, sparkDays)
	if g.Latest, err = a.Redeem.List(ctx, who, redeem.Filter{Merchant: m, Limit: latestMax}); err != nil {
		return g, err
	}
	if g.Choices, err = a.choices(ctx, who); err != nil {
		return g, err
	}
	if m != "" {
		return g, a.glanceOf(ctx, p, who, &g)
	}
	if g.Live, err = a.Shop.Count(ctx, "", shop.Live); err != nil {
		return g, err
	}
	if g.Passes, err = a.Pass.Count(ctx, pass.Active); err != nil {
		return g, err
	}
	g.Alarms, err = a.alarms(ctx, p, who)
	return g, err
}

// filled puts a row for every day, also for those on which nothing happened.
func filled(sums []redeem.DaySum, from ledger.Day, n int) []redeem.DaySum {
	by := map[ledger.Day]redeem.DaySum{}
	for _, s := range sums {
		by[s.Day] = s
	}
	all := make([]redeem.DaySum, n)
	for i := range all {
		d := from.Next(i)
		all[i] = by[d]
		all[i].Day = d
	}
	return all
}

// glanceOf adds what a merchant sees of its own shops.
func (a *App) glanceOf(ctx context.Context, p ui.Page, who account.Session, g *glance) error {
	called, err := a.names(ctx, g.Merchant)
	if err != nil {
		return err
	}
	g.Name = called[g.Merchant]
	if g.Placings, err = a.Curate.Placings(ctx, who, g.Merchant, latestMax); err != nil {
		return err
	}
	hits, err := a.Shop.Search(ctx, shop.Query{Merchant: g.Merchant, Limit: 100})
	for _, h := range hits {
		switch {
		case h.State == shop.Live:
			g.Live++
		case h.State == shop.Paused:
			g.Alarms = append(g.Alarms, alarm{ui.Wait, p.T("alarm.paused.one", "shop", h.Name), p.T("alarm.look"), shopPath(h.ID)})
		case h.State == shop.Draft && h.Terms.Kind == shop.None && who.Of(string(g.Merchant)):
			g.Alarms = append(g.Alarms, alarm{ui.Wait, p.T("alarm.terms", "shop", h.Name), p.T("alarm.terms.set"), shopPath(h.ID) + "/terms"})
		}
	}
	return err
}

// alarms is what needs an operator, the worst first, and last whether the
// books prove if they do.
func (a *App) alarms(ctx context.Context, p ui.Page, who account.Session) (all []alarm, err error) {
	if all, err = a.fallen(ctx, p, who); err != nil {
		return nil, err
	}
	promises, err := a.promises(ctx, p, who)
	if err != nil {
		return nil, err
	}
	all = append(all, promises...)
	stuck, err := a.Redeem.List(ctx, who, redeem.Filter{State: redeem.Stuck, Limit: rowsMax})
	if err != nil {
		return nil, err
	}
	if n := len(stuck); n > 0 {
		all = append(all, alarm{ui.Bad, p.T("alarm.stuck", "n", atLeast(n, rowsMax)), p.T("alarm.look"), "/console/redemptions?state=stuck"})
	}
	var dead []jobs.Job
	err = a.DB.View(ctx, func(tx *db.Tx) error {
		dead, err = jobs.List(tx, jobs.Dead, rowsMax)
		return err
	})
	if err != nil {
		return nil, err
	}
	if n := len(dead); n > 0 {
		all = append(all, alarm{ui.Bad, p.T("alarm.jobs", "n", atLeast(n, rowsMax)), p.T("alarm.look"), "/console/jobs?state=dead"})
	}
	held, err := a.held(ctx, p)
	if err != nil {
		return nil, err
	}
	todo, err := a.todo(ctx, p, who)
	if err != nil {
		return nil, err
	}
	all = append(append(all, held...), todo...)
	paused, err := a.Shop.Count(ctx, "", shop.Paused)
	if err != nil {
		return nil, err
	}
	found, at, err := a.lastProof.of(ctx, a.Now(), a.Prove)
	switch {
	case err != nil:
		all = append(all, alarm{ui.Wait, p.T("alarm.unproved"), p.T("alarm.look"), "/console/proof"})
	case len(found) > 0:
		all = append([]alarm{{ui.Bad, p.T("alarm.books", "n", len(found)), p.T("alarm.look"), "/console/proof"}}, all...)
	}
	if paused > 0 {
		all = append(all, alarm{ui.Wait, p.T("alarm.paused", "n", paused), p.T("alarm.look"), "/console/shops?state=paused"})
	}
	if err == nil && len(found) == 0 {
		all = append(all, alarm{ui.Good, p.T("alarm.proved", "time", at.In(a.Zone).Format("15:04")), p.T("alarm.look"), "/console/proof"})
	}
	return all, nil
}

// held is why one-time codes are held back, if they are.
func (a *App) held(ctx context.Context, p ui.Page) (all []alarm, err error) {
	var on []account.Brake
	err = a.DB.View(ctx, func(tx *db.Tx) (err error) {
		on, err = account.Brakes(tx)
		return err
	})
	for _, b := range on {
		look := ui.Wait
		if b.Name == account.BrakeBudget {
			look = ui.Bad
		}
		said := p.T("alarm.codes."+b.Name, "sent", count(b.Sent), "met", count(b.Met), "time", b.Until.In(a.Zone).Format("01-02 15:04"))
		all = append(all, alarm{look, said, p.T("alarm.look"), at("/console/audit", "object", b.Name)})
	}
	return all, err
}

// atLeast is a count that was not counted beyond a bound.
func atLeast(n, bound int) string {
	if n >= bound {
		return count(n) + "+"
	}
	return count(n)
}

// proofLife is how long Today repeats a proof: proving reads the whole books.
const proofLife = 10 * time.Minute

// A lastProof is what proving the books found the last time.
type lastProof struct {
	mu    sync.Mutex
	at    time.Time
	found []ledger.Finding
}

// of returns the last proof, or proves if that is long ago.
func (l *lastProof) of(ctx context.Context, now time.Time, prove func(context.Context) ([]ledger.Finding, error)) ([]ledger.Finding, time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.at.IsZero() && now.Sub(l.at).Abs() < proofLife {
		return l.found, l.at, nil
	}
	found, err := prove(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	l.found, l.at = found, now
	return found, now, nil
}

// keep remembers a proof that was just made.
func (l *lastProof) keep(found []ledger.Finding, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.found, l.at = found, at
}
