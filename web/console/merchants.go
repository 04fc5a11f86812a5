package console

import (
	"net/http"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

func merchantPath(id shop.MerchantID) string { return "/console/merchants/" + string(id) }

func (a *App) merchants(w http.ResponseWriter, r *http.Request) error {
	page, err := a.merchantList(r, r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, page(ui.Form{}))
}

// merchantList is the page of merchants after a name, for any state of its form.
func (a *App) merchantList(r *http.Request, after string) (func(ui.Form) templ.Component, error) {
	all, err := a.Shop.Merchants(r.Context(), after, rowsMax)
	if err != nil {
		return nil, err
	}
	first, next := "", ""
	if after != "" {
		first = "/console/merchants"
	}
	if len(all) == rowsMax {
		next = at("/console/merchants", "after", all[len(all)-1].Name)
	}
	p := a.page(r, "tab.merchants", "tab.merchants")
	return func(f ui.Form) templ.Component {
		return a.merchantsPage(p, all, runs(web.Session(r)), f, first, next)
	}, nil
}

func (a *App) addMerchant(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	m, err := a.Shop.AddMerchant(r.Context(), web.Session(r), f.Value("name", ""))
	if err == nil {
		return web.SeeAndSay(w, r, merchantPath(m.ID), "say.merchant")
	}
	page, listErr := a.merchantList(r, "")
	if listErr != nil {
		return listErr
	}
	return web.Again(w, r, err, f, page)
}

// A house is one merchant with its shops and the people who act for it.
type house struct {
	shop.Merchant
	Shops  []shop.Hit
	Owners []account.Person
	Runs   bool
}

func (a *App) merchant(w http.ResponseWriter, r *http.Request) error {
	m, err := a.merchantOf(r)
	if err != nil {
		return err
	}
	h := house{Merchant: m, Runs: runs(web.Session(r))}
	if h.Shops, err = a.Shop.Search(r.Context(), shop.Query{Merchant: m.ID, Limit: 100}); err != nil {
		return err
	}
	team, err := a.Account.Team(r.Context(), web.Session(r), string(m.ID), "")
	if err != nil {
		return err
	}
	for _, one := range team {
		if one.Has(account.Grant{Role: account.Merchant, Merchant: string(m.ID)}) {
			h.Owners = append(h.Owners, one)
		}
	}
	p := a.page(r, "tab.merchants", "tab.merchants")
	p.Title = m.Name
	return web.Render(w, r, http.StatusOK, a.merchantPage(p, h))
}
