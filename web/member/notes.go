package member

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"citywalk/community"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// notesPage is how many notes a page of a shop shows at once.
const notesPage = 10

// A noteList is a page of what people wrote about a shop.
type noteList struct {
	Notes []community.Note
	By    community.Order
	Here  string // The shop's page.
	Tie   community.Tie
	First string // The first page, if this is not it.
	After string // The next page, if there is one.
}

// notes reads the page of a shop's notes that the address asks for.
func (a *App) notes(r *http.Request, id shop.ID) (l noteList, err error) {
	l = noteList{By: community.Orders[0], Here: "/shops/" + string(id)}
	if by := community.Order(r.URL.Query().Get("by")); slices.Contains(community.Orders, by) {
		l.By = by
	}
	after := cut(r.URL.Query().Get("after"), 200)
	var next string
	if l.Notes, next, err = a.Community.OfShop(r.Context(), web.Session(r), id, l.By, after, notesPage); err != nil {
		return l, err
	}
	if l.Tie, err = a.Community.Tied(r.Context(), web.Session(r), id); err != nil {
		return l, err
	}
	if next != "" {
		l.After = l.by(l.By, next)
	}
	if after != "" {
		l.First = l.by(l.By, "")
	}
	return l, nil
}

// by is where the notes stand in an order, after a place.
func (l noteList) by(o community.Order, after string) string {
	q := url.Values{}
	if o != community.Orders[0] {
		q.Set("by", string(o))
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return l.Here + "#notes"
	}
	return l.Here + "?" + q.Encode() + "#notes"
}

// A noteView is a note as a list or its own page shows it.
type noteView struct {
	community.Note
	When string
}

// noteView is a note with its day.
func (a *App) noteView(p ui.Page, n community.Note) noteView {
	return noteView{Note: n, When: a.noteDay(p, n.Written)}
}

// noteDay prints when a note was written: the day, or the month when it is long
// ago.
func (a *App) noteDay(p ui.Page, t time.Time) string {
	if a.Now().Sub(t) > 60*24*time.Hour {
		return p.Month(t.In(a.Zone))
	}
	return a.day(p, t)
}

// notePath is where a note stands.
func notePath(n community.Note) string { return "/notes/" + string(n.ID) }

// photoPath is where a picture of a note is.
func photoPath(id community.PhotoID, size community.Size) string {
	if size == community.Thumb {
		return "/notes/photos/" + string(id) + "?size=thumb"
	}
	return "/notes/photos/" + string(id)
}
