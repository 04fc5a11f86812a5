package member

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/discover"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/web"
	"citywalk/web/ui"
)

// buy orders a pass and goes to the cashier; a trial begins at once.
func (a *App) buy(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	bought, payURL, err := a.Pass.BuyAt(r.Context(), web.Session(r), r.PathValue("plan"), placeOf(f), key(f))
	switch {
	case err != nil && bought.ID != "" && isFault(err):
		// The institution does not answer yet; the pass's page waits for it.
		return web.See(w, r, passPath(bought))
	case err != nil:
		if errors.Is(err, discover.ErrWhere) || errors.Is(err, discover.ErrClosed) || errors.Is(err, discover.ErrUnmeasured) {
			return web.Next(err, web.Page(r).T("go.card"), cardPath(placeOf(f)))
		}
		return web.Next(err, web.Page(r).T("go.card"), "/card")
	case payURL != "":
		return web.See(w, r, payURL)
	}
	return web.See(w, r, passPath(bought))
}

func passPath(p pass.Pass) string { return "/passes/" + string(p.ID) }

// A passView is a pass as its own page shows it.
type passView struct {
	Pass    pass.Pass
	Card    ui.CardView
	PayURL  string // Where to go on paying; only while it is ordered.
	From    string
	Last    string // The last day.
	Bought  string
	ToGo    money.Amount
	Refund  pass.Preview // What giving it back would pay.
	Back    bool         // Whether it may be given back.
	Until   string       // When the full refund ends.
	Refused string
}

// passPage is the member's pass, and where the cashier leads back to: who comes
// from there sees at once what came of it.
func (a *App) passPage(w http.ResponseWriter, r *http.Request) error {
	held, err := a.passOf(r)
	if err != nil {
		return err
	}
	v := passView{Pass: held}
	if held.State == pass.Ordered && held.Payment != "" {
		a.ask(r.Context(), held.Payment)
		if v.Pass, err = a.passOf(r); err != nil {
			return err
		}
	}
	if v.Pass.State == pass.Ordered {
		paying, err := a.Payment.Get(r.Context(), v.Pass.Payment)
		if err != nil {
			return err
		}
		v.PayURL = paying.PayURL
	}
	p := a.passView(r, &v)
	if err := a.preview(r, p, &v); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, passPage(p, v))
}

// passOf returns the pass of the path.
func (a *App) passOf(r *http.Request) (pass.Pass, error) {
	id, err := web.ID(r, "id", "pas")
	if err != nil {
		return pass.Pass{}, err
	}
	return a.Pass.Get(r.Context(), web.Session(r), pass.ID(id))
}

// passView is the page of a pass and completes v with what is said of it in
// the page's language.
func (a *App) passView(r *http.Request, v *passView) ui.Page {
	p := a.page(r, "pass.title", "tab.card")
	p.Path = passPath(v.Pass)
	if s := v.Pass.State; s == pass.Ordered || s == pass.Refunding {
		p.Live, p.Version, p.Refresh = p.Path+"/live", string(s), 3
	}
	v.ToGo = max(0, v.Pass.Price-v.Pass.Saved)
	if v.Pass.First != "" {
		v.Card = a.cardView(p, v.Pass)
		v.From, v.Last = a.dated(p, v.Pass.First), a.dated(p, v.Pass.Until.Next(-1))
	}
	if !v.Pass.Bought.IsZero() {
		v.Bought = a.moment(p, v.Pass.Bought)
	}
	return p
}

// preview adds what giving the pass back would pay, if it may be given back.
func (a *App) preview(r *http.Request, p ui.Page, v *passView) error {
	if v.Pass.State != pass.Active || v.Pass.Trial {
		return nil
	}
	offer, err := a.Pass.Preview(r.Context(), web.Session(r), v.Pass.ID)
	if errors.Is(err, pass.ErrNoRefund) {
		return nil
	} else if err != nil {
		return err
	}
	v.Refund, v.Back = offer, true
	v.Until = a.moment(p, offer.FullUntil)
	return nil
}

// passLive says when the pass was paid for, or paid back.
func (a *App) passLive(w http.ResponseWriter, r *http.Request) error {
	held, err := a.passOf(r)
	if err != nil {
		return err
	}
	who := web.Session(r)
	return web.Live(w, r, []string{string(held.ID)}, func(ctx context.Context) (string, error) {
		now, err := a.Pass.Get(ctx, who, held.ID)
		return string(now.State), err
	})
}

// refundPage shows what giving the pass back pays, and by which rule.
func (a *App) refundPage(w http.ResponseWriter, r *http.Request) error {
	held, err := a.passOf(r)
	if err != nil {
		return err
	}
	return a.showRefund(w, r, held, nil, ui.Form{})
}

// showRefund shows the refund as it stands now; err is what was wrong with the
// one that was agreed to.
func (a *App) showRefund(w http.ResponseWriter, r *http.Request, held pass.Pass, refused error, f ui.Form) error {
	offer, err := a.Pass.Preview(r.Context(), web.Session(r), held.ID)
	if err != nil {
		return web.Next(err, web.Page(r).T("go.card"), "/card")
	}
	v := passView{Pass: held, Refund: offer, Back: true}
	p := a.bare(r, "refund.title")
	p.Path = passPath(held) + "/refund"
	v.Until, v.Card = a.moment(p, offer.FullUntil), a.cardView(p, held)
	if refused != nil {
		return web.Again(w, r, refused, f, func(f ui.Form) templ.Component {
			v.Refused = f.Rest(p)
			return refundPage(p, v)
		})
	}
	return web.Render(w, r, http.StatusOK, refundPage(p, v))
}

// refund gives the pass back for the amount that the member saw.
func (a *App) refund(w http.ResponseWriter, r *http.Request) error {
	held, err := a.passOf(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	amount, err := web.Amount(f, "amount")
	if err == nil {
		_, err = a.Pass.Refund(r.Context(), web.Session(r), held.ID, amount, key(f))
	}
	if err != nil {
		return a.showRefund(w, r, held, err, f)
	}
	return web.See(w, r, passPath(held))
}

// passes are the member's passes, with all that they saved.
func (a *App) passes(ctx context.Context, who account.Session) (all []pass.Pass, saved money.Amount, err error) {
	all, err = a.Pass.Mine(ctx, who)
	for _, p := range all {
		saved += p.Saved
	}
	return all, saved, err
}
