package member

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"citywalk/discover"
	"citywalk/fault"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// An exploration is what was asked and what was found.
type exploration struct {
	asked
	Located    bool
	Line       string // What the list is.
	Notes      []string
	Understood []chip // What the words were taken for; going there leaves it out.
	Chosen     []chip // What was chosen beside them; going there takes it away.
	Sorts      []chip
	Quick      []chip
	Groups     []chipGroup
	Shops      []ui.ShopView
	Instead    string        // What had to be given up to find anything.
	Others     []ui.ShopView // What there is then.
	First      string        // The first page, if this is not it.
	After      string        // The next page, if there is one.
}

// explore answers a search.
func (a *App) explore(w http.ResponseWriter, r *http.Request) error {
	p := a.page(r, "search.title", "tab.explore")
	p.Islands = []string{"place", "suggest"}
	x := exploration{asked: askedOf(r)}
	if words := x.Get("q"); words != "" { // Among the pages that were kept, and in the browser's own list.
		p.Title = p.T("search.title.of", "words", words)
	}
	_, x.Located = x.at()
	q, err := a.query(r, p, x.asked)
	if err != nil {
		return err
	}
	q.Counts = q.After == ""
	found, err := a.Discover.Search(r.Context(), q)
	if refused, ok := fault.From(err); ok && errors.Is(err, discover.ErrSort) {
		x.Notes, q.Sort = append(x.Notes, refused.Say(p.Lang)), discover.Best
		found, err = a.Discover.Search(r.Context(), q)
	}
	if err != nil {
		return web.Next(err, p.T("explore.all"), searchPath)
	}
	if err := a.widen(r.Context(), q, &found); err != nil {
		return err
	}
	x.Sorts = sortChips(p, x.asked, found, sortsFor(web.Session(r)))
	a.tell(p, &x, found)
	return web.Render(w, r, http.StatusOK, explorePage(p, x))
}

// widen counts for each condition that was chosen from several what there would
// be without it, so that another can be chosen beside it or in its place.
func (a *App) widen(ctx context.Context, q discover.Query, found *discover.Answer) error {
	if q.After != "" || len(found.Hits) == 0 {
		return nil
	}
	q.Limit = 1
	for _, c := range []struct {
		chosen bool
		drop   func(*discover.Query)
		keep   func(discover.Facets)
	}{
		{len(q.Categories) > 0, func(q *discover.Query) { q.Categories = nil }, func(f discover.Facets) { found.Facets.Categories = f.Categories }},
		{len(q.Districts) > 0, func(q *discover.Query) { q.Districts = nil }, func(f discover.Facets) { found.Facets.Districts = f.Districts }},
		{len(q.Areas) > 0, func(q *discover.Query) { q.Areas = nil }, func(f discover.Facets) { found.Facets.Areas = f.Areas }},
		{q.PriceMin+q.PriceMax > 0, func(q *discover.Query) { q.PriceMin, q.PriceMax = 0, 0 }, func(f discover.Facets) { found.Facets.Bands = f.Bands }},
		{q.Gives != "", func(q *discover.Query) { q.Gives = "" }, func(f discover.Facets) { found.Facets.Gives = f.Gives }},
	} {
		if !c.chosen {
			continue
		}
		wider := q
		c.drop(&wider)
		other, err := a.Discover.Search(ctx, wider)
		if err != nil {
			return err
		}
		c.keep(other.Facets)
	}
	return nil
}

// tell puts an answer into words and links.
func (a *App) tell(p ui.Page, x *exploration, found discover.Answer) {
	for _, h := range found.Hits {
		x.Shops = append(x.Shops, a.hitView(p, h))
	}
	if found.Next != "" {
		x.After = x.page(found.Next)
	}
	if x.Has("after") {
		x.First = x.with("after", "").link()
	}
	if found.Spelt != "" {
		x.Notes = append(x.Notes, p.T("search.spelt", "typed", x.Get("q"), "spelt", found.Spelt))
	}
	if found.Sort == discover.ForMe {
		x.Notes = append(x.Notes, p.T("search.for_me"))
	}
	x.Line = x.line(p, found)
	x.Understood, x.Chosen = understood(p, x.asked, found.Understood), chosen(p, x.asked)
	x.Quick = quick(p, x.asked, found)
	if len(found.Hits) > 0 && !x.Has("after") {
		x.Groups = groups(p, x.asked, found)
	}
	if i := found.Instead; i != nil {
		x.Instead = instead(p, *i)
		for _, h := range i.Hits {
			x.Others = append(x.Others, a.hitView(p, h))
		}
	}
}

// line says how much was found.
func (x exploration) line(p ui.Page, found discover.Answer) string {
	switch f := found.Facets; {
	case x.Has("after") || len(found.Hits) == 0:
		return ""
	case f.About:
		return p.T("search.about", "n", f.Total)
	default:
		return p.T("search.found", "n", f.Total)
	}
}

// none says that nothing was found: the words, if they alone were asked for.
func (x exploration) none(p ui.Page) string {
	if words := x.Get("q"); words != "" && len(x.Values) == 1 {
		return p.T("search.none.words", "words", words)
	}
	return p.T("search.none")
}

// instead says what was given up.
func instead(p ui.Page, i discover.Instead) string {
	if len(i.Gave) == 0 && slices.Equal(i.Dropped, []discover.Condition{discover.Words}) {
		return p.T("search.instead.look")
	}
	var what []string
	for _, part := range i.Gave {
		what = append(what, partName(p, part))
	}
	for _, c := range i.Dropped {
		what = append(what, p.T("instead."+string(c)))
	}
	if len(what) == 0 {
		return p.T("search.instead.part")
	}
	return p.T("search.instead", "what", strings.Join(what, p.T("ui.and")))
}

// hitView is a shop found, with why it is there.
func (a *App) hitView(p ui.Page, h discover.Hit) ui.ShopView {
	var reasons []string
	for _, w := range h.Why {
		if w.Reason != discover.IsCurated { // Its badge says so.
			reasons = append(reasons, w.Say(p.Lang))
		}
	}
	v := ui.ShopView{Seed: string(h.ID), Category: h.Category, Name: h.Name, Href: shopPath(h.ID),
		What: what(p, shop.Shop{Category: h.Category, District: h.District, Price: h.Price}), Why: sentence(reasons)}
	if h.Curated {
		v.Curated = p.T("ui.curated")
	}
	return v
}

// sentence is reasons in a line that begins as a sentence does.
func sentence(reasons []string) string {
	s := strings.Join(reasons, " · ")
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[n:]
}

// shopView is a shop as a list shows it that was not searched for.
func (a *App) shopView(p ui.Page, h shop.Hit) ui.ShopView {
	v := ui.ShopView{Seed: string(h.ID), Category: h.Category, Name: h.Name, Href: shopPath(h.ID), What: what(p, h.Shop)}
	if h.Distance >= 0 {
		v.Away = away(p, h.Distance)
	}
	if h.Curated {
		v.Curated = p.T("ui.curated")
	}
	if h.Terms.Kind != shop.None {
		v.Gives = h.Terms.Short(p.Lang)
		if w := h.CardAt(a.Now().In(a.Zone)); !w.Now && h.State == shop.Live {
			v.Works = a.worksLater(p, w)
		}
	}
	if open, known := h.OpenAt(a.Now().In(a.Zone)); known {
		v.IsOpen, v.Open = open, p.T("shop.shut")
		if open {
			v.Open = p.T("shop.open")
		}
	}
	return v
}

// what is the line below a shop's name: what it is, where, and for how much.
func what(p ui.Page, s shop.Shop) string {
	parts := []string{}
	for _, part := range []string{ui.Kind(p.Lang, s.Category), p.Called(s.District)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if s.Price > 0 {
		parts = append(parts, p.T("shop.price", "price", yuan(s.Price)))
	}
	return strings.Join(parts, " · ")
}

// away says how far it is and how long one walks.
func away(p ui.Page, metres float64) string {
	minutes := discover.WalkMinutes(metres)
	switch {
	case minutes > discover.WalkedMost:
		return p.T("shop.away.far", "km", fmt.Sprintf("%.0f", metres/1000))
	case metres < 1000:
		return p.T("shop.away.m", "m", int(math.Round(metres/10)*10), "min", minutes)
	}
	return p.T("shop.away.km", "km", fmt.Sprintf("%.1f", metres/1000), "min", minutes)
}

// suggest completes what is being typed, as a list for the page's script.
func (a *App) suggest(w http.ResponseWriter, r *http.Request) error {
	all, err := a.Discover.Suggest(r.Context(), a.City, cut(r.URL.Query().Get("q"), conditions["q"]))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, suggestions(web.Page(r), all))
}
