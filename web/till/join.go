package till

import (
	"net/http"
	"net/url"
	"slices"

	"citywalk/account"
	"citywalk/shop"
	"citywalk/web"
)

// An invited is what an invitation's link offers and to whom.
type invited struct {
	Place  string // The shop, or that it is a merchant's account.
	Action string // Where it is accepted.
	SignIn string // Where who is signed out goes first; empty for others.
}

// invitation shows what an invitation's link offers.
func (a *App) invitation(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	in, err := a.Account.Invited(r.Context(), token)
	if err != nil {
		return err
	}
	p := web.Page(r)
	p.Title, p.Bare = p.T("join.title"), true
	it := invited{Place: p.T("join.merchant"), Action: "/till/join/" + url.PathEscape(token)}
	if in.Grant.Role == account.Staff {
		s, err := a.Shop.Get(r.Context(), shop.ID(in.Grant.Shop))
		if err != nil {
			return err
		}
		it.Place = s.Name
	}
	if !web.SignedIn(r) {
		it.SignIn = "/till/signin?back=" + url.QueryEscape(it.Action)
	}
	return web.Render(w, r, http.StatusOK, joinPage(p, it))
}

// join accepts the invitation and opens the shop's till.
func (a *App) join(w http.ResponseWriter, r *http.Request) error {
	g, err := a.Account.Accept(r.Context(), web.Session(r), r.PathValue("token"))
	if err != nil {
		return err
	}
	if g.Shop == "" {
		return web.See(w, r, "/till/")
	}
	return web.SeeAndSay(w, r, at(shop.ID(g.Shop)), "say.joined")
}

// shops leads to the till of the only shop, or lets staff choose.
func (a *App) shops(w http.ResponseWriter, r *http.Request) error {
	all, err := a.mine(r)
	if err != nil {
		return err
	}
	if len(all) == 1 {
		return web.See(w, r, at(all[0].ID))
	}
	p := web.Page(r)
	p.Title, p.Bare = p.T("shops.title"), true
	return web.Render(w, r, http.StatusOK, shopsPage(p, all))
}

// mine lists the shops for which the session may act, each once.
func (a *App) mine(r *http.Request) ([]shop.Shop, error) {
	var all []shop.Shop
	add := func(s shop.Shop) {
		known := slices.ContainsFunc(all, func(o shop.Shop) bool { return o.ID == s.ID })
		if !known && web.Session(r).AtShop(string(s.Merchant), string(s.ID)) {
			all = append(all, s)
		}
	}
	for _, g := range web.Session(r).Grants {
		switch g.Role {
		case account.Staff:
			s, err := a.Shop.Get(r.Context(), shop.ID(g.Shop))
			if err != nil {
				return nil, err
			}
			add(s)
		case account.Merchant:
			hits, err := a.Shop.Search(r.Context(), shop.Query{Merchant: shop.MerchantID(g.Merchant), Limit: 100})
			if err != nil {
				return nil, err
			}
			for _, h := range hits {
				add(h.Shop)
			}
		}
	}
	return all, nil
}
