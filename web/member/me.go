package member

import (
	"net/http"

	"github.com/a-h/templ"

	"citywalk/money"
	"citywalk/pass"
	"citywalk/web"
	"citywalk/web/ui"
)

// A profile is what the member finds under Me.
type profile struct {
	Name    string
	Phone   string
	Saved   money.Amount
	Passes  []passLine
	Devices []device
	OneTap  bool // Payments go without a cashier.
}

// A passLine is a pass in the list of all that the member ever had.
type passLine struct{ Title, Line, Href, State, Look string }

// A device is a session of the member.
type device struct {
	ID   string
	Name string
	Seen string
	This bool
}

// me is the member's own: name, passes, devices, agreement.
func (a *App) me(w http.ResponseWriter, r *http.Request) error {
	p := a.page(r, "me.title", "tab.me")
	me, err := a.profile(r, p)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, mePage(p, me, ui.Form{}))
}

func (a *App) profile(r *http.Request, p ui.Page) (profile, error) {
	ctx, who := r.Context(), web.Session(r)
	me := profile{Name: who.Name, Phone: who.Masked}
	passes, saved, err := a.passes(ctx, who)
	if err != nil {
		return me, err
	}
	me.Saved = saved
	for _, held := range passes {
		if held.State != pass.Void {
			me.Passes = append(me.Passes, a.passLine(p, held))
		}
	}
	sessions, err := a.Account.Sessions(ctx, who)
	if err != nil {
		return me, err
	}
	for _, s := range sessions {
		me.Devices = append(me.Devices, device{
			ID: s.ID, Name: s.Device + " · " + p.T("me.app."+string(s.App)),
			Seen: a.moment(p, s.Seen), This: s.ID == who.ID,
		})
	}
	me.OneTap, err = a.Payment.Agreement(ctx, string(who.Person))
	return me, err
}

func (a *App) passLine(p ui.Page, held pass.Pass) passLine {
	l := passLine{Title: planName(p, held.Zh, held.En), Href: passPath(held), State: p.T("pass.state." + string(held.State)), Look: ui.Plain}
	switch held.State {
	case pass.Active:
		l.Look, l.Line = ui.Good, p.T("me.pass.until", "day", a.dated(p, held.Until.Next(-1)))
	case pass.Ordered, pass.Refunding:
		l.Look = ui.Wait
	}
	return l
}

// rename sets the member's name.
func (a *App) rename(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if err = a.Account.Rename(r.Context(), web.Session(r), f.Value("name", "")); err == nil {
		return web.SeeAndSay(w, r, "/me", "say.renamed")
	}
	return a.meAgain(w, r, f, err)
}

// endSession signs another of the member's devices out.
func (a *App) endSession(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if err = a.Account.Revoke(r.Context(), web.Session(r), r.PathValue("id")); err == nil {
		return web.SeeAndSay(w, r, "/me", "say.ended")
	}
	return a.meAgain(w, r, f, err)
}

// endAgreement has every later payment go to the cashier again.
func (a *App) endAgreement(w http.ResponseWriter, r *http.Request) error {
	if err := a.Payment.Revoke(r.Context(), string(web.Session(r).Person)); err != nil {
		return err
	}
	return web.SeeAndSay(w, r, "/me", "say.onetap")
}

// meAgain shows the page once more with what was refused.
func (a *App) meAgain(w http.ResponseWriter, r *http.Request, f ui.Form, err error) error {
	p := a.page(r, "me.title", "tab.me")
	me, profileErr := a.profile(r, p)
	if profileErr != nil {
		return profileErr
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component { return mePage(p, me, f) })
}
