package member

import (
	"net/http"
	"time"

	"citywalk/curate"
	"citywalk/ledger"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// whyHere is the public part of a shop's dossier, or nil for a shop that is not on
// the list.
func (a *App) whyHere(r *http.Request, p ui.Page, id shop.ID) (*ui.DossierView, error) {
	d, on, err := a.Curate.WhyHere(r.Context(), id)
	if err != nil || !on {
		return nil, err
	}
	v := web.Dossier(p, d, a.Zone, func(t time.Time) string { return a.dated(p, ledger.DayOf(t, a.Zone)) })
	return &v, nil
}

// notesPage is how many notes a page of a shop shows at once.
const notesPage = 10

// A noteList is a page of what people wrote about a shop.
type noteList struct {
	Notes []curate.PublicNote
	First string // The first page, if this is not it.
	After string // The next page, if there is one.
}

// notes reads the page of a shop's notes that the address asks for.
func (a *App) notes(r *http.Request, id shop.ID) (l noteList, err error) {
	after := cut(r.URL.Query().Get("after"), 200)
	if l.Notes, err = a.Curate.Notes(r.Context(), id, after, notesPage+1); err != nil {
		return l, err
	}
	here := "/shops/" + string(id)
	if len(l.Notes) > notesPage {
		l.Notes = l.Notes[:notesPage]
		l.After = here + "?after=" + l.Notes[notesPage-1].Cursor + "#notes"
	}
	if after != "" {
		l.First = here + "#notes"
	}
	return l, nil
}

// rules is the public page of the rules of curation.
func (a *App) rules(w http.ResponseWriter, r *http.Request) error {
	p := a.page(r, "rules.title", "tab.explore")
	return web.Render(w, r, http.StatusOK, a.rulesPage(p, a.Curate.Published()))
}
