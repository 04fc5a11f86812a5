package till

import (
	"net/http"

	"citywalk/account"
	"citywalk/shop"
	"citywalk/web"
)

// invitation shows what an invitation's link offers.
func (a *App) invitation(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	in, err := a.Account.Invited(r.Context(), token)
	if err != nil {
		return err
	}
	p := web.Page(r)
	p.Title, p.Bare = p.T("join.title"), true
	if in.Grant.Role != account.Staff {
		return web.Render(w, r, http.StatusOK, joinPage(p, p.T("join.merchant"), token, web.SignedIn(r)))
	}
	s, err := a.Shop.Get(r.Context(), shop.ID(in.Grant.Shop))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, joinPage(p, s.Name, token, web.SignedIn(r)))
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
	var all []shop.Shop
	for _, g := range web.Session(r).Grants {
		switch g.Role {
		case account.Staff:
			s, err := a.Shop.Get(r.Context(), shop.ID(g.Shop))
			if err != nil {
				return err
			}
			all = append(all, s)
		case account.Merchant:
			hits, err := a.Shop.Search(r.Context(), shop.Query{Merchant: shop.MerchantID(g.Merchant), Limit: 100})
			if err != nil {
				return err
			}
			for _, h := range hits {
				all = append(all, h.Shop)
			}
		}
	}
	if len(all) == 1 {
		return web.See(w, r, at(all[0].ID))
	}
	p := web.Page(r)
	p.Title, p.Bare = p.T("shops.title"), true
	return web.Render(w, r, http.StatusOK, shopsPage(p, all))
}
