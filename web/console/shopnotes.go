package console

import (
	"net/http"

	"github.com/a-h/templ"

	"citywalk/community"
	"citywalk/curate"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A noteBook is what people wrote about one of the merchant's shops.
type noteBook struct {
	shop.Shop
	Notes []community.Note
	Owner bool // Whether this session may answer in the merchant's name.
	First string
	Next  string
	On    curate.NoteID // The note whose answer was refused.
	Form  ui.Form
}

func shopNotesPath(id shop.ID) string { return shopPath(id) + "/notes" }

// shopNotes is what people wrote about a shop, for its merchant to answer.
func (a *App) shopNotes(w http.ResponseWriter, r *http.Request) error {
	b, err := a.noteBook(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.shopNotesPage(a.page(r, "shopnotes.title", "tab.shops"), b))
}

func (a *App) noteBook(r *http.Request) (b noteBook, err error) {
	if b.Shop, err = a.shopOf(r); err != nil {
		return b, err
	}
	b.Owner = owns(web.Session(r), b.Shop)
	after := r.URL.Query().Get("after")
	var next string
	if b.Notes, next, err = a.Community.OfShop(r.Context(), web.Session(r), b.ID, community.Recent, after, reportsMax); err != nil {
		return b, err
	}
	if after != "" {
		b.First = shopNotesPath(b.ID)
	}
	if next != "" {
		b.Next = at(shopNotesPath(b.ID), "after", next)
	}
	return b, nil
}

// answerNote writes, rewrites or takes back the merchant's answer to a note.
func (a *App) answerNote(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	id, err := web.ID(r, "note", "nte")
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	ctx, who, note := r.Context(), web.Session(r), curate.NoteID(id)
	if f.Value("act", "") == "drop" {
		err = a.Community.Unanswer(ctx, who, note)
	} else {
		_, err = a.Community.Answer(ctx, who, note, f.Value("text", ""))
	}
	if err == nil {
		return web.SeeAndSay(w, r, shopNotesPath(s.ID), "say.answered")
	}
	b, bookErr := a.noteBook(r)
	if bookErr != nil {
		return bookErr
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		b.On, b.Form = note, f
		return a.shopNotesPage(a.page(r, "shopnotes.title", "tab.shops"), b)
	})
}
