package member

import (
	"errors"
	"net/http"
	"net/url"

	"citywalk/discover"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/pass"
	"citywalk/web"
	"citywalk/web/ui"
)

// A sale is the page that sells the pass.
type sale struct {
	Plan  *pass.Plan // Nil when nothing is on sale.
	Trial *pass.Plan // Nil for who had it.
	Shops int64      // That take the card in the city.
	Why   string     // Why there is no valid pass, when there was one.
	City  string

	Look   discover.Outlook // Of the plan, or of the trial if there is no other.
	Closed string           // Why that is not sold here now.
	Opened []pass.Place     // Where the reader waited for, and where it is sold now.
}

// placeOf is the place that a form or an address names.
func placeOf(f ui.Form) pass.Place { return pass.Place{District: f.Value("district", "")} }

// cardPath leads to the page that sells for a place, also from a trial.
func cardPath(at pass.Place) string {
	q := url.Values{"sell": {"1"}}
	if at.District != "" {
		q.Set("district", at.District)
	}
	return "/card?" + q.Encode()
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
	if s.Shops, err = a.Discover.Takers(r.Context(), a.City); err != nil {
		return err
	}
	if err := a.look(r, p, &s); err != nil {
		return err
	}
	p.Islands = []string{"place"}
	return web.Render(w, r, http.StatusOK, sellPage(p, s, web.SignedIn(r)))
}

// look adds what the pass is good for where its buyer will use it, and whether
// it is sold there. A plan that is not takes the trial's button along only if
// that is sold.
func (a *App) look(r *http.Request, p ui.Page, s *sale) error {
	f := ui.Form{Values: r.URL.Query()}
	main, at := s.Plan, placeOf(f)
	if main == nil {
		main = s.Trial
	}
	if main == nil {
		return nil
	}
	var shown *geo.Point
	if here, ok := position(r.URL.Query()); ok {
		shown = &here
	}
	var err error
	if s.Look, err = a.Discover.Outlook(r.Context(), web.Session(r), main.Code, at, shown); err != nil {
		return err
	}
	if refused, ok := fault.From(s.Look.Refused); ok {
		s.Closed = refused.Say(p.Lang)
	}
	if s.Trial != nil && s.Trial != main {
		trial, err := a.Discover.Outlook(r.Context(), web.Session(r), s.Trial.Code, at, nil)
		if err != nil {
			return err
		}
		if trial.Refused != nil {
			s.Trial = nil
		}
	}
	if web.SignedIn(r) {
		s.Opened, err = a.Discover.Opened(r.Context(), web.Session(r), main.Code)
	}
	return err
}

// buyable reports whether the page's main plan is sold at its place.
func (s sale) buyable() bool { return s.Closed == "" }

// nearby says what the card is good for around the reader, or of the district
// that he buys for; "" if neither is known.
func (s sale) nearby(p ui.Page) string {
	o := s.Look
	around := "sell.here."
	switch {
	case o.Home:
		around = "sell.home."
	case !o.Near && s.buyable() && o.Gate != nil && o.Gate.Reached >= 0:
		return p.T("sell.area", "area", areaName(p, o.Place), "share", o.Gate.Reached/100, "minutes", o.Minutes, "n", o.Gate.Shops)
	case !o.Near:
		return ""
	}
	if o.Here.Shops == 0 {
		return p.T(around+"none", "minutes", o.Minutes)
	}
	return p.T(around+"some", "minutes", o.Minutes, "n", o.Here.Shops, "kinds", o.Here.Categories, "open", o.Here.Open, "hour", clock(o.Hour))
}

func areaName(p ui.Page, at pass.Place) string {
	if at.District != "" {
		return p.Called(at.District)
	}
	return at.City
}

// districtChoices are the districts to buy for.
func (s sale) districtChoices(p ui.Page) []ui.Choice {
	all := []ui.Choice{{Label: p.T("sell.district.none")}}
	if s.Look.Place.District != "" {
		all = nil
	}
	for _, d := range s.Look.Districts {
		all = append(all, ui.Choice{Value: d, Label: p.Called(d)})
	}
	return all
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
