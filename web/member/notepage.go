package member

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// commentsPage is how many comments are shown at once.
const commentsPage = 20

// A notePageView is a note's own page.
type notePageView struct {
	noteView
	Of       shop.Shop
	Card     ui.ShopView
	Comments []community.Comment
	After    string // The next comments.
	First    string // The first ones, if these are later.
	Sent     string // The draft that the browser may forget: its note was taken.
	SignedIn bool
}

func noteID(r *http.Request) (curate.NoteID, error) {
	id, err := web.ID(r, "id", "nte")
	return curate.NoteID(id), err
}

// notePublic is a note's own page, for whoever was sent its address.
func (a *App) notePublic(w http.ResponseWriter, r *http.Request) error {
	v, p, err := a.notePageView(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.noteAlone(p, v, ui.Form{}))
}

func (a *App) notePageView(r *http.Request) (v notePageView, p ui.Page, err error) {
	id, err := noteID(r)
	if err != nil {
		return v, p, err
	}
	ctx, who := r.Context(), web.Session(r)
	n, err := a.Community.Get(ctx, who, id)
	if err != nil {
		return v, p, web.Next(err, web.Page(r).T("feed.title"), "/notes")
	}
	if v.Of, err = a.Shop.Get(ctx, n.Shop); err != nil {
		return v, p, err
	}
	p = a.page(r, "notes.one", "tab.explore")
	p.Title, p.Tabs, p.Path = p.T("notes.of", "shop", v.Of.Name), nil, notePath(n)
	if p.Meta, err = a.noteMeta(r, p, n.ID, v.Of); err != nil {
		return v, p, err
	}
	v.noteView, v.Card, v.SignedIn = a.noteView(p, n), a.shopView(p, shop.Hit{Shop: v.Of, Distance: -1}), web.SignedIn(r)
	after := cut(r.URL.Query().Get("after"), 200)
	var next string
	if v.Comments, next, err = a.Community.Comments(ctx, who, id, after, commentsPage); err != nil {
		return v, p, err
	}
	if after != "" {
		v.First = notePath(n) + "#comments"
	}
	if next != "" {
		v.After = notePath(n) + "?after=" + next + "#comments"
	}
	if _, published := r.URL.Query()["published"]; published && n.Mine {
		p.Say = p.T("say.noted")
	}
	if p.Say == p.T("say.noted") {
		v.Sent, p.Islands = draftOf(r, v.Of), []string{"draft"}
	}
	return v, p, nil
}

// notePhoto is a picture of a note. Its content never changes, but it may be
// hidden or deleted, so a cache asks again after a while.
func (a *App) notePhoto(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "picture", "pic")
	if err != nil {
		return err
	}
	size := community.Whole
	if r.URL.Query().Get("size") == string(community.Thumb) {
		size = community.Thumb
	}
	have := strings.Trim(strings.TrimPrefix(r.Header.Get("If-None-Match"), "W/"), `"`)
	got, err := a.Community.Photo(r.Context(), web.Session(r), community.PhotoID(id), size, have)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "private, max-age=600")
	h.Set("ETag", `"`+got.Hash+`"`)
	if got.JPEG == nil {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "image/jpeg")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(got.JPEG))
	return nil
}

// back leads to the page from which a button was pressed, at the note.
func back(w http.ResponseWriter, r *http.Request, at string) error {
	path, _, _ := strings.Cut(web.Page(r).Path, "#")
	return web.See(w, r, path+"#"+at)
}

// likeNote likes a note or takes it back.
func (a *App) likeNote(w http.ResponseWriter, r *http.Request) error {
	id, err := noteID(r)
	if err != nil {
		return err
	}
	return toggle(w, r, id, string(id), a.Community.Like, a.Community.Unlike)
}

// saveNote saves a note or takes it out again.
func (a *App) saveNote(w http.ResponseWriter, r *http.Request) error {
	id, err := noteID(r)
	if err != nil {
		return err
	}
	return toggle(w, r, id, string(id), a.Community.SaveNote, a.Community.UnsaveNote)
}

// toggle does one thing to what has an id or the other, as the form says, and
// leads back to a place on the page.
func toggle[ID any](w http.ResponseWriter, r *http.Request, id ID, place string, on, off func(context.Context, account.Session, ID) error) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	do := on
	if f.Value("do", "on") == "off" {
		do = off
	}
	if err := do(r.Context(), web.Session(r), id); err != nil {
		return err
	}
	return back(w, r, place)
}

// addComment writes below a note.
func (a *App) addComment(w http.ResponseWriter, r *http.Request) error {
	id, err := noteID(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	made, err := a.Community.Comment(r.Context(), web.Session(r), id, f.Value("text", ""), key(f))
	if err == nil {
		return web.See(w, r, "/notes/"+string(id)+"#"+string(made))
	}
	v, p, viewErr := a.notePageView(r)
	if viewErr != nil {
		return viewErr
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component { return a.noteAlone(p, v, f) })
}

// dropComment deletes one's own comment.
func (a *App) dropComment(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "comment", "com")
	if err != nil {
		return err
	}
	at, err := a.Community.Uncomment(r.Context(), web.Session(r), community.CommentID(id))
	if err != nil {
		return err
	}
	return web.SeeAndSay(w, r, "/notes/"+string(at)+"#comments", "say.uncommented")
}

// dropNote deletes one's own note.
func (a *App) dropNote(w http.ResponseWriter, r *http.Request) error {
	id, err := noteID(r)
	if err != nil {
		return err
	}
	if err := a.Community.Delete(r.Context(), web.Session(r), id); err != nil {
		return err
	}
	return web.SeeAndSay(w, r, "/me/notes", "say.unnoted")
}
