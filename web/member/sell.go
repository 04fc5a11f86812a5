package member

import (
	"errors"
	"net/http"

	"citywalk/fault"
	"citywalk/pass"
	"citywalk/shop"
	"citywalk/web"
)

// A sale is the page that sells the pass.
type sale struct {
	Plan  *pass.Plan // Nil when nothing is on sale.
	Trial *pass.Plan // Nil for who had it.
	Shops int64      // That take the card in the city.
	Why   string     // Why there is no valid pass, when there was one.
	City  string
}

// sell is the card for who has no valid pass; why is the fault that said so.
func (a *App) sell(w http.ResponseWriter, r *http.Request, why error) error {
	refused, ok := fault.From(why)
	if why != nil && !ok {
		return why
	}
	p := a.page(r, "sell.title", "tab.card")
	s := sale{City: a.City}
	if why != nil && !errors.Is(why, pass.ErrNoPass) {
		s.Why = refused.Say(p.Lang)
	}
	plans, err := a.Pass.Plans(r.Context(), false)
	if err != nil {
		return err
	}
	had, err := a.hadTrial(r)
	if err != nil {
		return err
	}
	for i, plan := range plans {
		switch {
		case plan.Trial && !had && s.Trial == nil:
			s.Trial = &plans[i]
		case !plan.Trial && s.Plan == nil:
			s.Plan = &plans[i]
		}
	}
	if s.Shops, err = a.Shop.Count(r.Context(), a.City, shop.Live); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, sellPage(p, s, web.SignedIn(r)))
}

// hadTrial reports whether the member took a trial before.
func (a *App) hadTrial(r *http.Request) (bool, error) {
	if !web.SignedIn(r) {
		return false, nil
	}
	mine, err := a.Pass.Mine(r.Context(), web.Session(r))
	for _, p := range mine {
		if p.Trial {
			return true, err
		}
	}
	return false, err
}
