package member

import (
	"net/http"
	"strings"

	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// sharePage is a shop as one shows it to others: a picture to save or send, and
// the link. Nothing on it is of whoever is signed in.
func (a *App) sharePage(w http.ResponseWriter, r *http.Request) error {
	s, v, err := a.shared(r)
	if err != nil {
		return err
	}
	p := a.page(r, "share.title", "tab.explore")
	p.Title, p.Tabs, p.Islands = p.T("share.of", "shop", s.Name), nil, []string{"share"}
	if p.Meta, err = a.shopMeta(r, s, v); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, sharePage(p, s, v))
}

// shareImage is the picture as a file of its own.
func (a *App) shareImage(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.shared(r)
	if err != nil {
		return err
	}
	w.Header().Add("Vary", "Cookie, Accept-Language")
	return web.Data(w, r, "image/svg+xml", []byte(ui.ShareImage(v)), baseKept)
}

// shared reads the shop and what everybody may know of it.
func (a *App) shared(r *http.Request) (shop.Shop, ui.ShareView, error) {
	id, err := web.ID(r, "id", "shp")
	if err != nil {
		return shop.Shop{}, ui.ShareView{}, err
	}
	s, err := a.Shop.Get(r.Context(), shop.ID(id))
	if err != nil {
		return s, ui.ShareView{}, err
	}
	return s, a.shareView(web.Page(r), s), nil
}

// shareView is what everybody may know of a shop.
func (a *App) shareView(p ui.Page, s shop.Shop) ui.ShareView {
	v := ui.ShareView{Seed: string(s.ID), Category: s.Category, Name: s.Name, Why: what(p, s), Product: p.T("ui.product"),
		Scan: p.T("share.scan"), Link: strings.TrimSuffix(a.Payment.BaseURL, "/") + "/shops/" + string(s.ID)}
	if s.State == shop.Live {
		v.Gives = s.Terms.Short(p.Lang)
	}
	if s.Curated {
		v.Curated = p.T("ui.curated")
	}
	return v
}
