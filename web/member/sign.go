package member

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"citywalk/fault"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// signed returns the shop whose sign was opened.
func (a *App) signed(r *http.Request) (shop.Shop, error) {
	s, err := a.Shop.ByNumber(r.Context(), r.PathValue("number"))
	return s, web.Next(err, web.Page(r).T("go.shops"), "/")
}

// sign is the shop's sign: the member says what the bill is.
func (a *App) sign(w http.ResponseWriter, r *http.Request) error {
	s, err := a.signed(r)
	if err != nil {
		return err
	}
	if s.State != shop.Live {
		return a.onward(r, redeem.ErrShop.With("shop", s.Name))
	}
	if _, err := a.held(r); err != nil {
		return a.onward(r, err)
	}
	return web.Render(w, r, http.StatusOK, signPage(a.signView(r, s), s, ui.Form{}))
}

func (a *App) signView(r *http.Request, s shop.Shop) ui.Page {
	p := a.bare(r, "sign.title")
	p.Title, p.Path = s.Name, "/s/"+s.Number
	return p
}

// estimate shows what the bill comes to, for the member to agree to.
func (a *App) estimate(w http.ResponseWriter, r *http.Request) error {
	s, err := a.signed(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	bill, err := web.Amount(f, "bill")
	var q redeem.Quote
	if err == nil {
		q, err = a.Redeem.Estimate(r.Context(), web.Session(r), s.ID, bill)
	}
	if err != nil {
		return a.signAgain(w, r, s, f, err)
	}
	return web.Render(w, r, http.StatusOK, estimatePage(a.signView(r, s), s, q, ""))
}

// signAgain shows the amount's form once more, unless another amount would not
// help.
func (a *App) signAgain(w http.ResponseWriter, r *http.Request, s shop.Shop, f ui.Form, err error) error {
	if refused, ok := fault.From(err); !ok || refused.Kind != fault.Invalid {
		return a.onward(r, err)
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		return signPage(a.signView(r, s), s, f)
	})
}

// request agrees to the estimate and asks staff to accept.
func (a *App) request(w http.ResponseWriter, r *http.Request) error {
	s, err := a.signed(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	bill, err := web.Amount(f, "bill")
	if err != nil {
		return a.signAgain(w, r, s, f, err)
	}
	due, err := money.Parse(f.Value("due", ""))
	if err != nil {
		return a.signAgain(w, r, s, f, web.ErrAmount.In("bill"))
	}
	red, err := a.Redeem.Request(r.Context(), web.Session(r), s.ID, bill, due, key(f))
	if errors.Is(err, redeem.ErrQuoteStale) {
		return a.estimateAgain(w, r, s, bill, f, err)
	}
	if err != nil {
		return a.signAgain(w, r, s, f, err)
	}
	return web.See(w, r, "/pay/"+string(red.ID))
}

// estimateAgain shows the price that now applies instead of the one that was
// agreed to.
func (a *App) estimateAgain(w http.ResponseWriter, r *http.Request, s shop.Shop, bill money.Amount, f ui.Form, stale error) error {
	q, err := a.Redeem.Estimate(r.Context(), web.Session(r), s.ID, bill)
	if err != nil {
		return a.signAgain(w, r, s, f, err)
	}
	return web.Again(w, r, stale, f, func(f ui.Form) templ.Component {
		p := a.signView(r, s)
		return estimatePage(p, s, q, f.Rest(p))
	})
}
