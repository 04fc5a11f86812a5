package member

import (
	"net/http"

	"citywalk/community"
	"citywalk/redeem"
	"citywalk/web"
	"citywalk/web/ui"
)

// An askView is the question for a note about a visit, or none.
type askView struct {
	Name  string // Of the shop; empty if nothing is asked.
	When  string
	Write string // Where the note is written.
	Later string // Where the question is put away.
}

// askNow is the one question that the member is asked now.
func (a *App) askNow(r *http.Request, p ui.Page) (askView, error) {
	if !web.SignedIn(r) {
		return askView{}, nil
	}
	got, ok, err := a.Community.Ask(r.Context(), web.Session(r))
	return a.askView(p, got, ok), err
}

func (a *App) askView(p ui.Page, got community.Ask, ok bool) askView {
	if !ok {
		return askView{}
	}
	return askView{Name: got.Name, When: a.day(p, got.At), Later: "/asks/" + string(got.Redemption) + "/dismiss",
		Write: "/shops/" + string(got.Shop) + "/note?visit=" + string(got.Redemption)}
}

// dismissAsk puts the question about a visit away for good.
func (a *App) dismissAsk(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "id", "red")
	if err != nil {
		return err
	}
	if err := a.Community.Dismiss(r.Context(), web.Session(r), redeem.ID(id)); err != nil {
		return err
	}
	return web.See(w, r, web.Page(r).Path)
}
