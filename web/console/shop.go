package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A desk is one shop with all that is done about it.
type desk struct {
	shop.Shop
	Merchant  shop.Merchant // Zero when it has none.
	Merchants []ui.Choice   // To choose from, for operators.
	Team      []account.Person
	Runs      bool         // Whether this session runs the programme.
	Writes    bool         // Whether this session may change the shop.
	Curation  *curate.File // For those who see everything.
	Form      ui.Form
}

// resumes reports whether this session may end the pause.
func (d desk) resumes() bool { return d.Writes && (!d.Held || d.Runs) }

func (a *App) shop(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	p, d, err := a.desk(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.shopPage(p, d))
}

func (a *App) desk(r *http.Request, s shop.Shop) (p ui.Page, d desk, err error) {
	ctx, who := r.Context(), web.Session(r)
	p = a.page(r, "tab.shops", "tab.shops")
	p.Title = s.Name
	d = desk{Shop: s, Runs: runs(who), Writes: who.Of(string(s.Merchant)) && account.Allowed(who, account.ActMerchantWrite)}
	if d.Runs && (s.State == shop.Draft || s.State == shop.Paused) {
		if d.Merchants, err = a.allMerchants(ctx); err != nil {
			return p, d, err
		}
	}
	if readsAll(who) {
		f, err := a.Curate.File(ctx, who, s.ID)
		if err != nil {
			return p, d, err
		}
		d.Curation = &f
	}
	if s.Merchant == "" {
		return p, d, nil
	}
	called, err := a.names(ctx, s.Merchant)
	if err != nil {
		return p, d, err
	}
	d.Merchant = shop.Merchant{ID: s.Merchant, Name: called[s.Merchant]}
	d.Team, err = a.Account.Team(ctx, who, string(s.Merchant), string(s.ID))
	return p, d, err
}

// merchantsMax is how many merchants are offered to choose from.
const merchantsMax = 2_000

// allMerchants are the merchants to choose from, by name.
func (a *App) allMerchants(ctx context.Context) ([]ui.Choice, error) {
	all := []ui.Choice{}
	for after := ""; len(all) < merchantsMax; {
		some, err := a.Shop.Merchants(ctx, after, 100)
		if err != nil {
			return nil, err
		}
		for _, m := range some {
			all = append(all, ui.Choice{Value: string(m.ID), Label: m.Name})
			after = m.Name
		}
		if len(some) < 100 {
			break
		}
	}
	return all, nil
}

// assign gives the shop to a merchant, who is made if only a name is given.
func (a *App) assign(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	m := shop.MerchantID(f.Value("merchant", ""))
	if f.Value("name", "") != "" || m == "" {
		var made shop.Merchant
		made, err = a.Shop.AddMerchant(r.Context(), web.Session(r), f.Value("name", ""))
		m = made.ID
	}
	if err == nil {
		err = a.Shop.Assign(r.Context(), web.Session(r), s.ID, m)
	}
	if err == nil {
		return web.SeeAndSay(w, r, shopPath(s.ID), "say.assigned")
	}
	p, d, deskErr := a.desk(r, s)
	if deskErr != nil {
		return deskErr
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		d.Form = f
		return a.shopPage(p, d)
	})
}

// change runs one of the commands that take nothing but the shop.
func (a *App) change(w http.ResponseWriter, r *http.Request, say string, command func(context.Context, account.Session, shop.ID) error) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	if err := command(r.Context(), web.Session(r), s.ID); err != nil {
		return a.onward(r, s, err)
	}
	return web.SeeAndSay(w, r, shopPath(s.ID), say)
}

// onward leads from a refusal to where it can be mended.
func (a *App) onward(r *http.Request, s shop.Shop, err error) error {
	p := web.Page(r)
	if errors.Is(err, shop.ErrNoTerms) {
		return web.Next(err, p.T("shop.terms.set"), shopPath(s.ID)+"/terms")
	}
	return web.Next(err, p.T("shop.back"), shopPath(s.ID))
}

func (a *App) open(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "say.opened", a.Shop.Open)
}

func (a *App) resume(w http.ResponseWriter, r *http.Request) error {
	return a.change(w, r, "say.resumed", a.Shop.Resume)
}

// An ending is a change of state that needs a reason: a pause or leaving.
type ending struct {
	act  string // "pause", "leave": the path and the words.
	do   func(context.Context, account.Session, shop.ID, string) error
	from []shop.State
	look string
	say  string
}

func (a *App) endings(act string) ending {
	if act == "pause" {
		return ending{act: act, do: a.Shop.Pause, from: []shop.State{shop.Live}, look: ui.Primary, say: "say.paused"}
	}
	return ending{act: act, do: a.Shop.Leave, from: []shop.State{shop.Live, shop.Paused}, look: ui.Danger, say: "say.left"}
}

func (a *App) pausing(w http.ResponseWriter, r *http.Request) error {
	return a.ask(w, r, a.endings("pause"))
}
func (a *App) leaving(w http.ResponseWriter, r *http.Request) error {
	return a.ask(w, r, a.endings("leave"))
}
func (a *App) pause(w http.ResponseWriter, r *http.Request) error {
	return a.end(w, r, a.endings("pause"))
}
func (a *App) leave(w http.ResponseWriter, r *http.Request) error {
	return a.end(w, r, a.endings("leave"))
}

// ask says in plain words what the ending does, and asks for its reason.
func (a *App) ask(w http.ResponseWriter, r *http.Request, e ending) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	if !slices.Contains(e.from, s.State) {
		return a.onward(r, s, shop.ErrState.With("zh", s.State.Say("zh"), "en", s.State.Say("en")))
	}
	today, err := a.soFar(r, s)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, endPage(a.page(r, e.act+".title", "tab.shops"), s, e, today, ui.Form{}))
}

// A day is what a shop did so far today.
type day struct {
	Paid, Open int
	Sum        money.Amount
}

// soFar counts what an ending meets: what was paid today, and what is under
// way and will be finished.
func (a *App) soFar(r *http.Request, s shop.Shop) (d day, err error) {
	all, err := a.Redeem.Today(r.Context(), web.Session(r), s.ID, a.today())
	for _, one := range all {
		switch {
		case one.State == redeem.Committed:
			d.Paid++
			d.Sum += one.Due
		case one.State.Open():
			d.Open++
		}
	}
	return d, err
}

func (a *App) end(w http.ResponseWriter, r *http.Request, e ending) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	err = e.do(r.Context(), web.Session(r), s.ID, f.Value("reason", ""))
	if err == nil {
		return web.SeeAndSay(w, r, shopPath(s.ID), e.say)
	}
	today, dayErr := a.soFar(r, s)
	if dayErr != nil {
		return dayErr
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		return endPage(a.page(r, e.act+".title", "tab.shops"), s, e, today, f)
	})
}

// minutes prints a minute of the day: "10:30", past midnight too.
func minutes(m int) string {
	h := m / 60 % 24
	return string([]byte{byte('0' + h/10), byte('0' + h%10), ':', byte('0' + m%60/10), byte('0' + m%10)})
}

// opening prints a shop's hours, "" if they are not known.
func opening(s shop.Shop) string {
	if s.Opens < 0 || s.Closes < 0 {
		return ""
	}
	return minutes(s.Opens) + "–" + minutes(s.Closes)
}

func place(at geo.Point) string { return fmt.Sprintf("%.5f, %.5f", at.Lat, at.Lng) }
