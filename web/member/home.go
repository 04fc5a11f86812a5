package member

import (
	"errors"
	"net/http"
	"strings"

	"citywalk/discover"
	"citywalk/fault"
	"citywalk/pass"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// What the first page shows of each part.
const (
	homeShops = 6
	homeNews  = 3
)

// A homeRow is one thing with where it leads.
type homeRow struct{ Title, Line, Href string }

// A home is the first page: search, the card's state, what is new, what is
// open.
type home struct {
	Count   int64 // Shops that take the card.
	Card    homeRow
	Ask     askView
	By      string // Who is signed in, or "".
	Joined  []homeRow
	Changed []homeRow
	Away    []homeRow
	More    string    // How many shops that joined are not shown.
	Ranks   []homeRow // The first of today's list.
	Shops   []ui.ShopView
	Open    bool // Whether the card works there now.
}

// home is where the app opens.
func (a *App) home(w http.ResponseWriter, r *http.Request) (err error) {
	p := a.page(r, "explore.title", "tab.explore")
	p.Islands = []string{"place", "suggest", "note"}
	h := home{By: string(web.Session(r).Person)}
	if h.Count, err = a.Discover.Takers(r.Context(), a.City); err != nil {
		return err
	}
	if h.Card, err = a.cardLine(r, p); err != nil {
		return err
	}
	if h.Ask, err = a.askNow(r, p); err != nil {
		return err
	}
	week, err := a.Discover.Week(r.Context(), a.City, a.Now())
	if err != nil {
		return err
	}
	a.tellWeek(p, week, &h)
	if h.Ranks, err = a.homeRanks(r, p); err != nil {
		return err
	}
	if err := a.openNow(r, p, &h); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, homePage(p, a.City, h))
}

// homePicks are the questions that are asked most.
func homePicks(p ui.Page, all int64) []chip {
	return []chip{
		{Label: p.T("search.card"), Href: asked{}.with("card", "1").link()},
		{Label: p.T("search.curated"), Href: asked{}.with("curated", "1").link()},
		{Label: p.T("explore.all.count", "n", all), Href: searchPath},
	}
}

// openNow fills in a few shops: those at which the card works now, if there
// are any. While the index is being read the database answers instead.
func (a *App) openNow(r *http.Request, p ui.Page, h *home) error {
	q := discover.Query{City: a.City, Card: true, Limit: homeShops, Lang: p.Lang}
	found, err := a.Discover.Search(r.Context(), q)
	if h.Open = len(found.Hits) > 0; err == nil && !h.Open {
		q.Card = false
		found, err = a.Discover.Search(r.Context(), q)
	}
	if errors.Is(err, discover.ErrLoading) {
		hits, err := a.Shop.Search(r.Context(), shop.Query{City: a.City, State: shop.Live, Limit: homeShops})
		for _, hit := range hits {
			h.Shops = append(h.Shops, a.shopView(p, hit))
		}
		return err
	}
	for _, hit := range found.Hits {
		h.Shops = append(h.Shops, a.hitView(p, hit))
	}
	return err
}

// cardLine is the state of the reader's card in one line, or what a card is.
func (a *App) cardLine(r *http.Request, p ui.Page) (homeRow, error) {
	l := homeRow{Title: p.T("home.card.none"), Line: p.T("sell.none.line"), Href: "/card"}
	if web.SignedIn(r) {
		held, err := a.held(r)
		refused, ok := fault.From(err)
		switch {
		case err == nil:
			return homeRow{p.T("home.card", "plan", planName(p, held.Zh, held.En), "days", held.Until.Sub(a.today())),
				p.T("home.card.saved", "saved", held.Saved), "/card"}, nil
		case !ok:
			return l, err
		case refused.Code != pass.ErrNoPass.Code:
			l.Title = refused.Say(p.Lang)
		}
	}
	plans, err := a.Pass.Plans(r.Context(), false)
	if err == nil && len(plans) > 0 {
		best := plans[0]
		l.Line = p.T("home.card.offer", "price", strings.TrimSuffix(best.Price.String(), ".00"), "days", best.Days)
		if best.Trial {
			l.Line = p.T("sell.trial", "days", best.Days)
		}
	}
	return l, err
}

// tellWeek puts the week into words.
func (a *App) tellWeek(p ui.Page, w discover.Week, h *home) {
	for _, n := range w.Joined.Shops[:min(homeNews, len(w.Joined.Shops))] {
		h.Joined = append(h.Joined, homeRow{n.Name, p.T("week.joined", "day", a.day(p, n.At), "terms", n.Terms.Short(p.Lang)), shopPath(n.ID)})
	}
	if more := w.Joined.All - len(h.Joined); more > 0 {
		h.More = p.T("week.joined.more", "n", more)
	}
	for _, n := range w.Changed.Shops[:min(homeNews, len(w.Changed.Shops))] {
		now, before := n.Terms.Short(p.Lang), n.Before.Short(p.Lang)
		what := p.T("week.changed", "now", now, "before", before)
		if now == before {
			what = p.T("week.changed.else", "terms", n.Terms.From(a.today()).Say(p.Lang))
		}
		h.Changed = append(h.Changed, homeRow{n.Name, what, shopPath(n.ID)})
	}
	for _, d := range w.Away {
		names := make([]string, 0, homeNews)
		for _, n := range d.Shops[:min(homeNews, len(d.Shops))] {
			names = append(names, n.Name)
		}
		l := homeRow{Title: a.day(p, d.Day.Start(a.Zone)), Line: p.T("week.away", "shops", strings.Join(names, p.T("ui.and")))}
		if d.All == 1 {
			l.Href = shopPath(d.Shops[0].ID)
		} else if d.All > len(names) {
			l.Line = p.T("week.away.more", "shops", strings.Join(names, p.T("ui.and")), "n", d.All)
		}
		h.Away = append(h.Away, l)
	}
}

// shopPath is a shop's page.
func shopPath(id shop.ID) string { return "/shops/" + string(id) }
