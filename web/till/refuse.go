package till

import (
	"net/http"

	"github.com/a-h/templ"

	"citywalk/fault"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// refuse fills the screen with a refusal: what happened, whose move, and one
// button that leads to where it goes on. once names the event, so that its
// sound comes once.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, err error, s shop.Shop, once, label, to string) error {
	return web.Refuse(w, r, web.Next(err, web.Page(r).T(label), to), func(why *fault.Error) templ.Component {
		p := a.page(r, s, "refused.title", "tab.scan")
		return refusedPage(p, why, once, p.T(label), to)
	})
}

// whose says whose move it is; at the till staff is you.
func whose(p ui.Page, m fault.Move) string {
	if m == fault.Staff {
		return p.T("ui.you")
	}
	return p.T("ui.move." + string(m))
}

// reason is the fault for which a redemption was voided.
func reason(code string) *fault.Error {
	for _, f := range fault.All() {
		if f.Code == code {
			return f
		}
	}
	return nil
}
