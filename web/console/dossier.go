package console

import (
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/ledger"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// dossierPath is the page of a shop's dossier as its merchant reads it.
func dossierPath(id shop.ID) string { return shopPath(id) + "/dossier" }

// An ownFile is a shop's dossier as its merchant reads it.
type ownFile struct {
	shop.Shop
	curate.MerchantFile
	View    ui.DossierView
	Owner   bool // Whether this session is the merchant's, who may appeal.
	AtMost  int  // Characters of an appeal.
	Version string
	Form    ui.Form
}

// appealable reports whether there is something to appeal against for this
// session.
func (f ownFile) appealable() bool { return f.Owner && f.Decided && !f.Appealed }

// dossier is where a shop stands and why, for its merchant. Those who run the
// programme read it as the merchant does.
func (a *App) dossier(w http.ResponseWriter, r *http.Request) error {
	p, f, err := a.ownFile(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.dossierPage(p, f))
}

// ownFile reads the dossier of the path's shop.
func (a *App) ownFile(r *http.Request) (p ui.Page, f ownFile, err error) {
	who := web.Session(r)
	p = a.page(r, "dossier.title", "tab.shops")
	if f.Shop, err = a.shopOf(r); err != nil {
		return p, f, err
	}
	if f.MerchantFile, err = a.Community.OwnFile(r.Context(), who, f.ID); err != nil {
		return p, f, err
	}
	rules := a.Curate.Published()
	f.AtMost, f.Version = rules.Appeal, rules.Version
	f.Owner = owns(who, f.Shop)
	f.View = web.Dossier(p, f.Public, a.Zone, func(t time.Time) string { return a.date(p, ledger.DayOf(t, a.Zone)) })
	return p, f, nil
}

// owns reports whether the session is the shop's merchant's.
func owns(who account.Session, s shop.Shop) bool {
	return s.Merchant != "" && slices.Contains(who.Grants, account.Grant{Role: account.Merchant, Merchant: string(s.Merchant)})
}

// appeal says the merchant's word against the decision that stands.
func (a *App) appeal(w http.ResponseWriter, r *http.Request) error {
	p, own, err := a.ownFile(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if _, err = a.Curate.Appeal(r.Context(), web.Session(r), own.ID, f.Value("text", "")); err == nil {
		return web.SeeAndSay(w, r, dossierPath(own.ID), "say.appealed")
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		own.Form = f
		return a.dossierPage(p, own)
	})
}

// appealLook is how the badge of an appeal is meant.
func appealLook(s curate.AppealState) string {
	switch s {
	case curate.Overturned:
		return ui.Good
	case curate.AppealOpen:
		return ui.Wait
	}
	return ui.Plain
}
