package member

import (
	"context"
	"errors"
	"net/http"
	"time"

	"citywalk/money"
	"citywalk/pass"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// card is the middle of the app: the code for who has a valid pass, and the
// pass for who has none. When staff scanned the code it leads to the bill.
func (a *App) card(w http.ResponseWriter, r *http.Request) error {
	if !web.SignedIn(r) {
		return a.sell(w, r, nil)
	}
	open, err := a.Redeem.Current(r.Context(), web.Session(r))
	switch {
	case err == nil && open.State != redeem.Reversing:
		return web.See(w, r, "/pay/"+string(open.ID))
	case err != nil && !errors.Is(err, redeem.ErrNothing):
		return err
	}
	held, err := a.held(r)
	if err != nil {
		return a.sell(w, r, err)
	}
	if held.Trial && r.URL.Query().Has("sell") {
		return a.sell(w, r, nil)
	}
	return a.showCard(w, r, cardView{Pass: held, Reversing: open.ID != ""})
}

// A cardView is a pass as its holder sees it every day.
type cardView struct {
	Pass    pass.Pass
	Card    ui.CardView
	Code    ui.CodeView // Without digits until it was asked for.
	ToGo    money.Amount
	Shops   []ui.ShopView
	Located bool
	Ask     askView
	Upgrade *pass.Plan // What a trial may become.
	// A bill was not paid and is being cancelled, which takes some minutes.
	Reversing bool
	Extended  string // That the pass goes on for longer, and why, when that is news.
	Fallen    string // That what it was sold on does not hold.
}

func (a *App) showCard(w http.ResponseWriter, r *http.Request, v cardView) (err error) {
	p := a.page(r, "card.title", "tab.card")
	p.Islands = []string{"code", "place"}
	p.Path = "/card"
	p.Live, p.Version = "/card/live", none
	v.Card, v.ToGo, v.Code.Renew = a.cardView(p, v.Pass), max(0, v.Pass.Price-v.Pass.Saved), "/card/code"
	if v.Shops, v.Located, err = a.nearest(r, p, 3); err != nil {
		return err
	}
	if err := a.promised(r, p, &v); err != nil {
		return err
	}
	if v.Ask, err = a.askNow(r, p); err != nil {
		return err
	}
	if v.Pass.Trial {
		if v.Upgrade, err = a.annual(r); err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, cardPage(p, v))
}

// newsDays is how long the card says that it was extended.
const newsDays = 30

// promised adds what became of what the pass was sold on.
func (a *App) promised(r *http.Request, p ui.Page, v *cardView) error {
	if v.Pass.Extra > 0 {
		all, err := a.Pass.Extensions(r.Context(), web.Session(r), v.Pass.ID)
		if err != nil {
			return err
		}
		if len(all) > 0 && a.Now().Sub(all[0].At) < newsDays*24*time.Hour {
			v.Extended = p.T("card.extended", "days", all[0].Days, "last", a.dated(p, v.Pass.Until.Next(-1)))
		}
	}
	fallen, err := a.Discover.Fallen(r.Context(), v.Pass)
	if err != nil || fallen == nil {
		return err
	}
	c := fallen.Conditions
	v.Fallen = p.T("card.fallen", "area", areaName(p, pass.Place{City: c.City, District: c.District}), "minutes", c.Minutes, "n", c.Shops, "share", c.Share)
	return nil
}

func (a *App) cardView(p ui.Page, held pass.Pass) ui.CardView {
	return ui.CardView{
		Seed: string(held.ID), Plan: planName(p, held.Zh, held.En),
		Last: held.Number[max(0, len(held.Number)-4):], Days: held.Until.Sub(a.today()),
	}
}

// nearest are a few shops that take the card and are open, near the position
// if it is known.
func (a *App) nearest(r *http.Request, p ui.Page, n int) ([]ui.ShopView, bool, error) {
	q := shop.Query{City: a.City, State: shop.Live, OpenNow: true, Limit: n}
	at, located := position(r.URL.Query())
	if located {
		q.Near = &at
	}
	hits, err := a.Shop.Search(r.Context(), q)
	if err == nil && len(hits) == 0 {
		q.OpenNow = false
		hits, err = a.Shop.Search(r.Context(), q)
	}
	var views []ui.ShopView
	for _, h := range hits {
		views = append(views, a.shopView(p, h))
	}
	return views, located, err
}

// annual is the dearest plan on sale, or nil.
func (a *App) annual(r *http.Request) (*pass.Plan, error) {
	plans, err := a.Pass.Plans(r.Context(), false)
	if err != nil || len(plans) == 0 || plans[0].Trial {
		return nil, err
	}
	return &plans[0], nil
}

// code makes the code that the till reads. Script puts the answer into the
// card; without script it is the card.
func (a *App) code(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Redeem.Show(r.Context(), web.Session(r))
	if err != nil {
		return a.onward(r, err)
	}
	view := ui.CodeView{Code: c.Digits, Shown: a.seconds(c.Renew), Renew: "/card/code"}
	if p := web.Page(r); p.Fragment {
		return web.Render(w, r, http.StatusOK, ui.CodeCard(p, view))
	}
	held, err := a.held(r)
	if err != nil {
		return a.onward(r, err)
	}
	return a.showCard(w, r, cardView{Pass: held, Code: view})
}

// none is the version of a card on which nothing is open.
const none = "none"

// cardLive says when staff scanned the code.
func (a *App) cardLive(w http.ResponseWriter, r *http.Request) error {
	who := web.Session(r)
	return web.Live(w, r, []string{"member/" + string(who.Person)}, func(ctx context.Context) (string, error) {
		open, err := a.Redeem.Current(ctx, who)
		if errors.Is(err, redeem.ErrNothing) || err == nil && open.State == redeem.Reversing {
			return none, nil
		}
		return string(open.ID), err
	})
}
