package member

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"citywalk/geo"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// pageOfShops is how many shops a list shows at once.
const pageOfShops = 20

// searchPath is the page of what was searched for.
const searchPath = "/search"

// near is how far a list of what is near looks, in metres.
const near = 5000

// An exploration is what the member asked for and what was found.
type exploration struct {
	Query   string
	Open    bool
	Curated bool
	Lat     string
	Lng     string
	Located bool
	Count   int64 // Shops of the city that take the card.
	Shops   []ui.ShopView
	After   string // The next page, if there is one.
	First   string // The first page, if this is not it.
}

// explore lists shops: near the member if the position is known, else by name.
func (a *App) explore(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	x := exploration{Query: cut(strings.TrimSpace(v.Get("q")), 40), Open: v.Get("open") != "", Curated: v.Get("curated") != ""}
	q := shop.Query{City: a.City, Name: x.Query, State: shop.Live, OpenNow: x.Open, Curated: x.Curated, After: cut(v.Get("after"), 200), Limit: pageOfShops}
	if at, ok := position(v); ok {
		q.Near, q.Within = &at, near
		x.Lat, x.Lng, x.Located = v.Get("lat"), v.Get("lng"), true
	}
	hits, err := a.Shop.Search(r.Context(), q)
	if err != nil {
		return err
	}
	if x.Count, err = a.Shop.Count(r.Context(), a.City, shop.Live); err != nil {
		return err
	}
	p := a.page(r, "explore.title", "tab.explore")
	p.Islands = []string{"place"}
	for _, h := range hits {
		x.Shops = append(x.Shops, a.shopView(p, h))
	}
	if len(hits) == pageOfShops {
		x.After = x.link(hits[len(hits)-1].Cursor)
	}
	if q.After != "" {
		x.First = x.link("")
	}
	return web.Render(w, r, http.StatusOK, explorePage(p, a.City, x))
}

// line says what the list is, in one line.
func (x exploration) line(p ui.Page, city string) string {
	switch {
	case x.Located:
		return p.T("explore.line.near")
	case x.Query != "":
		return p.T("explore.line.query", "query", x.Query)
	case city == "":
		return p.T("explore.line.all", "n", x.Count)
	}
	return p.T("explore.line", "city", city, "n", x.Count)
}

// everywhere is the same question without a position.
func (x exploration) everywhere() string {
	x.Lat, x.Lng = "", ""
	return x.link("")
}

// link is the same question from another place of the list.
func (x exploration) link(after string) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": x.Query, "lat": x.Lat, "lng": x.Lng, "after": after} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if x.Open {
		v.Set("open", "1")
	}
	if x.Curated {
		v.Set("curated", "1")
	}
	if len(v) == 0 {
		return searchPath
	}
	return searchPath + "?" + v.Encode()
}

// position reads a position that the member let us know for this one question.
func position(v url.Values) (geo.Point, bool) {
	lat, err1 := strconv.ParseFloat(v.Get("lat"), 64)
	lng, err2 := strconv.ParseFloat(v.Get("lng"), 64)
	at := geo.Point{Lat: lat, Lng: lng}
	return at, err1 == nil && err2 == nil && at.Valid()
}

// shopView is a shop as a list shows it.
func (a *App) shopView(p ui.Page, h shop.Hit) ui.ShopView {
	v := ui.ShopView{Seed: string(h.ID), Category: h.Category, Name: h.Name, Href: "/shops/" + string(h.ID), Why: why(p, h.Shop)}
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

// why is the line below a shop's name: what it is, where, and for how much.
func why(p ui.Page, s shop.Shop) string {
	parts := []string{}
	for _, part := range []string{s.Category, s.District} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if s.Price > 0 {
		parts = append(parts, p.T("shop.price", "price", strings.TrimSuffix(s.Price.String(), ".00")))
	}
	return strings.Join(parts, " · ")
}

// walk is for how many minutes one walks, at 80 metres a minute, along streets
// that are a quarter longer than the crow flies.
func walk(metres float64) int { return int(math.Ceil(metres * 1.25 / 80)) }

// away says how far it is and how long one walks.
func away(p ui.Page, metres float64) string {
	minutes := walk(metres)
	if metres < 1000 {
		return p.T("shop.away.m", "m", int(math.Round(metres/10)*10), "min", minutes)
	}
	return p.T("shop.away.km", "km", fmt.Sprintf("%.1f", metres/1000), "min", minutes)
}

// cut shortens what somebody typed to n runes.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
