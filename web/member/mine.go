package member

import (
	"net/http"

	"github.com/a-h/templ"

	"citywalk/community"
	"citywalk/web"
	"citywalk/web/ui"
)

// A mineView is the member's own notes and how they are signed.
type mineView struct {
	By     string
	Name   string
	Signed string
	Notes  []mineNote
	First  string
	After  string
}

// A mineNote is a note as its author sees it.
type mineNote struct {
	noteView
	ShopName string
	Case     *community.Case // Set when it was hidden or looked at again.
}

// mine lists the member's own notes.
func (a *App) mine(w http.ResponseWriter, r *http.Request) error {
	v, p, err := a.mineView(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, minePage(p, v, ui.Form{}))
}

func (a *App) mineView(r *http.Request) (v mineView, p ui.Page, err error) {
	ctx, who := r.Context(), web.Session(r)
	after := cut(r.URL.Query().Get("after"), 200)
	own, next, err := a.Community.Mine(ctx, who, after, notesPage)
	if err != nil {
		return v, p, err
	}
	p = a.page(r, "mine.title", "tab.me")
	p.Islands, v.By = []string{"note"}, string(who.Person)
	name, mark, err := a.Community.Signature(ctx, who)
	if err != nil {
		return v, p, err
	}
	v.Name, v.Signed = name, ui.Signed(p, name, mark)
	for _, o := range own {
		v.Notes = append(v.Notes, mineNote{a.noteView(p, o.Note), o.ShopName, o.Case})
	}
	if after != "" {
		v.First = "/me/notes"
	}
	if next != "" {
		v.After = "/me/notes?after=" + next
	}
	return v, p, nil
}

// signNotes sets the name under which the member's notes stand.
func (a *App) signNotes(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if err = a.Community.Rename(r.Context(), web.Session(r), f.Value("name", "")); err == nil {
		return web.SeeAndSay(w, r, "/me/notes", "say.signed")
	}
	return a.mineAgain(w, r, f, err)
}

// appealHidden asks for a second look at what was hidden of the member's.
func (a *App) appealHidden(w http.ResponseWriter, r *http.Request) error {
	id, err := thingID(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if err = a.Community.Appeal(r.Context(), web.Session(r), id, f.Value("words", "")); err == nil {
		return web.SeeAndSay(w, r, "/me/notes", "say.appealed")
	}
	return a.mineAgain(w, r, f, err)
}

// mineAgain shows the page once more with what was refused.
func (a *App) mineAgain(w http.ResponseWriter, r *http.Request, f ui.Form, err error) error {
	v, p, viewErr := a.mineView(r)
	if viewErr != nil {
		return viewErr
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component { return minePage(p, v, f) })
}
