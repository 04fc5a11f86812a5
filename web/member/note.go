package member

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"citywalk/community"
	"citywalk/curate"
	"citywalk/fault"
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

// errNoteBy refuses what another member wrote on the same phone.
var errNoteBy = fault.New(fault.Conflict, "member.note_by", fault.Member,
	"这条笔记是另一位会员在这台手机上写的，要由本人登录后发布。", "Another member wrote this note on this phone. It is published when they sign in.")

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
	By     string   // Who writes; what waits on a shared phone is sent for nobody else.
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
	p.Tabs, p.Islands = nil, []string{"draft", "note"} // What is pressed stands where the tabs are.
	return p
}

func (a *App) noteFormOf(r *http.Request, s shop.Shop, visit string, f ui.Form) noteForm {
	n := noteForm{Shop: s, By: string(web.Session(r).Person), Draft: draftOf(r, s), Dishes: s.Dishes[:min(len(s.Dishes), dishesAsked)], Form: f}
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
	if by := f.Value("by", ""); by != "" && by != string(web.Session(r).Person) {
		return errNoteBy
	}
	var made community.Note
	written, err := readNote(f)
	if err == nil {
		made, err = a.Community.Write(r.Context(), web.Session(r), s.ID, community.Writing{Written: written, Files: files}, key(f))
	}
	scripted := strings.Contains(r.Header.Get("Accept"), "application/json")
	switch {
	case err == nil && scripted:
		return noted(w, r, notePath(made))
	case scripted:
		return err
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

// noted tells script where the note stands; the page that it opens says that it
// was published.
func noted(w http.ResponseWriter, r *http.Request, path string) error {
	b, err := json.Marshal(map[string]string{"note": path + "?published"})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(b)
	return err
}

// spoken are the words that script says about a note.
var spoken = []string{"photo.n", "photo.drop", "photo.max", "photo.bad", "kept", "sending", "empty", "full", "waits", "refused", "drop"}

// noteWords are those words as script reads them.
func noteWords(p ui.Page) string {
	all := map[string]string{}
	for _, key := range spoken {
		all[key] = p.T("note.script." + key)
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic("member: words of a note: " + err.Error())
	}
	return string(b)
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
