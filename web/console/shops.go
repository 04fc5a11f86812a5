package console

import (
	"net/http"
	"slices"
	"strings"

	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

func shopPath(id shop.ID) string { return "/console/shops/" + string(id) }

// A roll is the list of shops with its filter.
type roll struct {
	shop.Query
	Hits    []shop.Hit
	Names   map[shop.MerchantID]string
	Counts  map[shop.State]int64 // Of all, for those who see all.
	Choices []ui.Choice
	Import  bool // Whether this session may import.
}

func (l roll) path(base string, pairs ...string) string {
	return at(base, append([]string{"q", l.Name, "state", string(l.State), "merchant", string(l.Merchant), "after", l.After}, pairs...)...)
}

func (l roll) next() string {
	if len(l.Hits) < l.Limit {
		return ""
	}
	return l.path("/console/shops", "after", l.Hits[len(l.Hits)-1].Cursor)
}

func (l roll) first() string {
	if l.After == "" {
		return ""
	}
	return l.path("/console/shops", "after", "")
}

// enlist reads the filter from the address.
func enlist(r *http.Request) (l roll, err error) {
	q := r.URL.Query()
	l.Name, l.State, l.After, l.Limit = strings.TrimSpace(q.Get("q")), shop.State(q.Get("state")), q.Get("after"), rowsMax
	if l.State != "" && !slices.Contains(shop.States(), l.State) {
		return l, web.ErrNowhere
	}
	l.Merchant, err = scope(r)
	return l, err
}

func (a *App) shops(w http.ResponseWriter, r *http.Request) error {
	l, err := enlist(r)
	if err != nil {
		return err
	}
	who := web.Session(r)
	if l.Hits, err = a.Shop.Search(r.Context(), l.Query); err != nil {
		return err
	}
	var ids []shop.MerchantID
	for _, h := range l.Hits {
		ids = append(ids, h.Merchant)
	}
	if l.Names, err = a.names(r.Context(), append(ids, l.Merchant)...); err != nil {
		return err
	}
	if l.Choices, err = a.choices(r.Context(), who); err != nil {
		return err
	}
	l.Import = runs(who)
	if l.Merchant == "" {
		l.Counts = map[shop.State]int64{}
		for _, s := range shop.States() {
			if l.Counts[s], err = a.Shop.Count(r.Context(), "", s); err != nil {
				return err
			}
		}
	}
	return web.Render(w, r, http.StatusOK, a.shopsPage(a.page(r, "tab.shops", "tab.shops"), l))
}

func (a *App) shopsFile(w http.ResponseWriter, r *http.Request) error {
	l, err := enlist(r)
	if err != nil {
		return err
	}
	p := web.Page(r)
	header := labels(columns(p, "number", "shop", "city", "district", "address", "category", "state", "terms", "id"))
	return web.CSV(w, r, "shops.csv", header, func(row func(...string) error) error {
		l.Limit = 100
		for sent := 0; sent < csvMax; sent += l.Limit {
			hits, err := a.Shop.Search(r.Context(), l.Query)
			if err != nil {
				return err
			}
			for _, h := range hits {
				if err := row(h.Number, h.Name, h.City, h.District, h.Address, h.Category, p.T("shop."+string(h.State)), given(p, h.Terms), string(h.ID)); err != nil {
					return err
				}
			}
			if len(hits) < l.Limit {
				return nil
			}
			l.After = hits[len(hits)-1].Cursor
		}
		return nil
	})
}

// given is what a shop gives, for a list.
func given(p ui.Page, t shop.Terms) string {
	if t.Kind == shop.None {
		return ""
	}
	return t.Short(p.Lang)
}

// shopLook is how a shop's state is meant.
func shopLook(s shop.State) string {
	switch s {
	case shop.Live:
		return ui.Good
	case shop.Paused:
		return ui.Wait
	}
	return ui.Plain
}

func shopStates(p ui.Page) []ui.Choice {
	all := []ui.Choice{{Label: p.T("filter.all")}}
	for _, s := range shop.States() {
		all = append(all, ui.Choice{Value: string(s), Label: p.T("shop." + string(s))})
	}
	return all
}

// joined puts texts that are there behind one another.
func joined(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), " · ")
}
