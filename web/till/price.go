package till

import (
	"net/http"

	"github.com/a-h/templ"

	"citywalk/fault"
	"citywalk/redeem"
	"citywalk/web"
	"citywalk/web/ui"
)

// price quotes the bill, or quotes it anew while the member looks at the old
// quote. A refused amount comes back beside its field.
func (a *App) price(w http.ResponseWriter, r *http.Request) error {
	red, s, err := a.this(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	amount, err := web.Amount(f, "bill")
	if err == nil {
		_, err = a.Redeem.Price(r.Context(), web.Session(r), red.ID, amount, key(f))
	}
	if err == nil {
		return web.See(w, r, bill(red.ID))
	}
	if why, ok := fault.From(err); !ok || why.Field != "bill" {
		return a.refuse(w, r, err, s, key(f), "bill.look", bill(red.ID))
	}
	p := a.billPage(r, s, red)
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		if red.State == redeem.Priced {
			p.Path, p.Refresh = bill(red.ID)+"/change", 0
			return a.changePage(p, red, f)
		}
		return a.stage(p, red, f)
	})
}

// change corrects the bill while the member is confirming it. When that is no
// longer so, the page leads back to the bill.
func (a *App) change(w http.ResponseWriter, r *http.Request) error {
	red, s, err := a.this(r)
	if err != nil {
		return err
	}
	if red.State != redeem.Priced {
		return web.See(w, r, bill(red.ID))
	}
	p := a.billPage(r, s, red)
	p.Path, p.Refresh = bill(red.ID)+"/change", 0
	return web.Render(w, r, http.StatusOK, a.changePage(p, red, ui.Form{}))
}
