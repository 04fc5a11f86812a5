package member

import (
	"net/http"
	"time"

	"citywalk/ledger"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// whyHere is the public part of a shop's dossier, or nil for a shop that is not on
// the list.
func (a *App) whyHere(r *http.Request, p ui.Page, id shop.ID) (*ui.DossierView, error) {
	d, on, err := a.Community.WhyHere(r.Context(), id)
	if err != nil || !on {
		return nil, err
	}
	v := web.Dossier(p, d, a.Zone, func(t time.Time) string { return a.dated(p, ledger.DayOf(t, a.Zone)) })
	return &v, nil
}

// rules is the public page of the rules of curation.
func (a *App) rules(w http.ResponseWriter, r *http.Request) error {
	p := a.page(r, "rules.title", "tab.explore")
	return web.Render(w, r, http.StatusOK, a.rulesPage(p, a.Curate.Published()))
}
