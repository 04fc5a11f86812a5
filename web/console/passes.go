package console

import (
	"net/http"
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/pass"
	"citywalk/web"
	"citywalk/web/ui"
)

// passStates are those of a pass, in the order of its life.
var passStates = []pass.State{pass.Active, pass.Ordered, pass.Refunding, pass.Lapsed, pass.Refunded, pass.Void}

// A deck is a page of passes.
type deck struct {
	State   pass.State
	All     []pass.Pass
	Holders map[account.ID]string
	First   string
	Next    string
}

func (a *App) passes(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	d := deck{State: pass.State(q.Get("state")), Holders: map[account.ID]string{}}
	if d.State != "" && !slices.Contains(passStates, d.State) {
		return web.ErrNowhere
	}
	after := q.Get("after")
	var err error
	if d.All, err = a.Pass.All(r.Context(), d.State, after, rowsMax); err != nil {
		return err
	}
	if after != "" {
		d.First = at("/console/passes", "state", string(d.State))
	}
	if n := len(d.All); n == rowsMax {
		d.Next = at("/console/passes", "state", string(d.State), "after", string(d.All[n-1].ID))
	}
	err = a.DB.View(r.Context(), func(tx *db.Tx) error {
		for _, x := range d.All {
			if d.Holders[x.Person], err = called(tx, x.Person); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.passesPage(a.page(r, "passes.title", "tab.members"), d))
}

func passChoices(p ui.Page) []ui.Choice {
	all := []ui.Choice{{Label: p.T("filter.all")}}
	for _, s := range passStates {
		all = append(all, ui.Choice{Value: string(s), Label: p.T("pass." + string(s))})
	}
	return all
}

// passColumns is how many columns a table of passes has.
func passColumns(holders map[account.ID]string) int {
	if holders == nil {
		return 7
	}
	return 8
}
