package member

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"citywalk/curate"
	"citywalk/opinion"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// markField names the form's field of an aspect: "mark0".
func markField(a opinion.Aspect) string { return "mark" + strconv.Itoa(int(a)) }

// shopOf returns the shop of the path.
func (a *App) shopOf(r *http.Request) (shop.Shop, error) {
	id, err := web.ID(r, "id", "shp")
	if err != nil {
		return shop.Shop{}, err
	}
	return a.Shop.Get(r.Context(), shop.ID(id))
}

// noteForm is where a member writes about a shop.
func (a *App) noteForm(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.notePage(a.notePageOf(r, s), s, draftOf(r, s), ui.Form{}))
}

// notePageOf is the page of the form.
func (a *App) notePageOf(r *http.Request, s shop.Shop) ui.Page {
	p := a.page(r, "note.title", "")
	p.Tabs, p.Islands = nil, []string{"draft"} // What is pressed stands where the tabs are.
	return p
}

// draftOf names the place in which the browser keeps what is not sent yet: of
// this member and this shop, so that who shares a phone does not read it.
func draftOf(r *http.Request, s shop.Shop) string {
	return string(web.Session(r).Person) + "/" + string(s.ID)
}

// writeNote keeps the note and leads back to the shop.
func (a *App) writeNote(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	written, err := readNote(f)
	if err == nil {
		_, err = a.Curate.Write(r.Context(), web.Session(r), s.ID, written, key(f))
	}
	switch {
	case err == nil:
		return web.SeeAndSay(w, r, "/shops/"+string(s.ID), "say.noted")
	case errors.Is(err, curate.ErrSelf):
		return web.Next(err, web.Page(r).T("note.back"), "/shops/"+string(s.ID))
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		return a.notePage(a.notePageOf(r, s), s, draftOf(r, s), f)
	})
}

// readNote reads the form: stars are whole numbers from 1 to 5, or none.
func readNote(f ui.Form) (n curate.Written, err error) {
	n.Text = f.Value("text", "")
	if n.Stars, err = stars(f, "stars"); err != nil {
		return n, err
	}
	for side := range opinion.Aspects {
		if n.Marks[side], err = stars(f, markField(side)); err != nil {
			return n, err
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
