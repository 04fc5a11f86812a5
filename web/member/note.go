package member

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"citywalk/community"
	"citywalk/curate"
	"citywalk/opinion"
	"citywalk/photo"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// notePhotoFile is what one picture's file may have. Package photo refuses at 8
// MB, and one byte more has to reach it to be refused by name.
const notePhotoFile = 8*photo.MB + 1

// noteSent is what a form with all its pictures may have.
const noteSent = 9*notePhotoFile + 256<<10

// markField names the form's field of an aspect: "mark0"; dishField that of a
// dish of the shop.
func markField(a opinion.Aspect) string { return "mark" + strconv.Itoa(int(a)) }
func dishField(i int) string            { return "dish" + strconv.Itoa(i) }

// dishesAsked is how many of a shop's dishes are offered for a tap.
const dishesAsked = 10

// shopOf returns the shop of the path.
func (a *App) shopOf(r *http.Request) (shop.Shop, error) {
	id, err := web.ID(r, "id", "shp")
	if err != nil {
		return shop.Shop{}, err
	}
	return a.Shop.Get(r.Context(), shop.ID(id))
}

// A noteForm is what the page of the form is made of.
type noteForm struct {
	Shop   shop.Shop
	Draft  string   // Where the browser keeps what is not sent.
	Dishes []string // Of the shop, to be tapped.
	Visit  string   // The redemption that is told of, or "".
	When   string   // Its day.
	Form   ui.Form
}

// askNote is where a member writes about a shop, perhaps about one visit.
func (a *App) askNote(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	f := ui.Form{}
	return web.Render(w, r, http.StatusOK, a.notePage(a.notePageOf(r), a.noteFormOf(r, s, r.URL.Query().Get("visit"), f)))
}

// notePageOf is the page of the form.
func (a *App) notePageOf(r *http.Request) ui.Page {
	p := a.page(r, "note.title", "")
	p.Tabs, p.Islands = nil, []string{"draft"} // What is pressed stands where the tabs are.
	return p
}

func (a *App) noteFormOf(r *http.Request, s shop.Shop, visit string, f ui.Form) noteForm {
	n := noteForm{Shop: s, Draft: draftOf(r, s), Dishes: s.Dishes[:min(len(s.Dishes), dishesAsked)], Form: f}
	if red, err := a.Redeem.ForMember(r.Context(), web.Session(r), redeem.ID(cut(visit, 40))); err == nil && red.Shop == s.ID && red.State == redeem.Committed {
		n.Visit, n.When = string(red.ID), a.day(web.Page(r), red.Committed)
	}
	return n
}

// draftOf names the place in which the browser keeps what is not sent yet: of
// this member and this shop, so that who shares a phone does not read it.
func draftOf(r *http.Request, s shop.Shop) string {
	return string(web.Session(r).Person) + "/" + string(s.ID)
}

// writeNote keeps the note and leads to its page.
func (a *App) writeNote(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	web.Large(w, r, noteSent)
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(5 * time.Minute))
	f, err := web.Form(r)
	if err != nil {
		return web.Next(err, web.Page(r).T("note.title"), "/shops/"+string(s.ID)+"/note")
	}
	files, closeAll, err := web.Files(r, "camera", "photo")
	defer closeAll()
	if err != nil {
		return err
	}
	var made community.Note
	written, err := readNote(f)
	if err == nil {
		made, err = a.Community.Write(r.Context(), web.Session(r), s.ID, community.Writing{Written: written, Files: files}, key(f))
	}
	switch {
	case err == nil:
		return web.SeeAndSay(w, r, notePath(made), "say.noted")
	case errors.Is(err, curate.ErrSelf):
		return web.Next(err, web.Page(r).T("note.back"), "/shops/"+string(s.ID))
	case errors.Is(err, community.ErrTold), errors.Is(err, community.ErrVisit):
		return web.Next(err, web.Page(r).T("mine.title"), "/me/notes")
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		return a.notePage(a.notePageOf(r), a.noteFormOf(r, s, f.Value("visit", ""), f))
	})
}

// readNote reads the form: stars are whole numbers from 1 to 5, or none.
func readNote(f ui.Form) (n community.Written, err error) {
	n.Text, n.Visit = f.Value("text", ""), f.Value("visit", "")
	if n.Stars, err = stars(f, "stars"); err != nil {
		return n, err
	}
	for side := range opinion.Aspects {
		if n.Marks[side], err = stars(f, markField(side)); err != nil {
			return n, err
		}
	}
	for i := range dishesAsked {
		if d := f.Value(dishField(i), ""); d != "" {
			n.Dishes = append(n.Dishes, d)
		}
	}
	return n, nil
}

func stars(f ui.Form, name string) (float64, error) {
	switch s := f.Value(name, ""); s {
	case "":
		return 0, nil
	case "1", "2", "3", "4", "5":
		return float64(s[0] - '0'), nil
	}
	return 0, curate.ErrStars.In(name)
}
