package console

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

func (a *App) offers(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.offersPage(a.page(r, "offers.title", "tab.shops"), s, draft{Windows: 1}))
}

// addOffer declares one more offer, or shows how it would read.
func (a *App) addOffer(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	p := a.page(r, "offers.title", "tab.shops")
	d := draft{Form: f, Windows: 1}
	o, wrong := readOffer(f)
	d.Wrong = wrong
	if len(wrong) == 0 && f.Value("act", "") == "preview" {
		d.Say = o.Tidy().Say(p.Lang)
		return web.Render(w, r, http.StatusOK, a.offersPage(p, s, d))
	}
	if len(wrong) > 0 {
		err = wrong[0]
	} else {
		_, err = a.Shop.SetOffers(r.Context(), web.Session(r), s.ID, append(slices.Clone(s.Offers), o))
	}
	if err == nil {
		return web.SeeAndSay(w, r, shopPath(s.ID)+"/offers", "say.offer")
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		d.Form = f
		return a.offersPage(p, s, d)
	})
}

// endOffer withdraws an offer. One that is gone already is as it was wanted.
func (a *App) endOffer(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(s.Offers), func(o shop.Offer) bool { return o.ID == r.PathValue("offer") })
	if _, err := a.Shop.SetOffers(r.Context(), web.Session(r), s.ID, left); err != nil {
		return a.onward(r, s, err)
	}
	return web.SeeAndSay(w, r, shopPath(s.ID)+"/offers", "say.offer.ended")
}

// readOffer reads the form of an offer. Its last day is one on which it still
// applies.
func readOffer(form ui.Form) (shop.Offer, []*fault.Error) {
	f := &reader{Form: form}
	o := shop.Offer{
		Title: f.text("title"), Kind: shop.Kind(f.text("kind")), Floor: f.sum("floor"), Cap: f.sum("cap"), Hours: f.windows(1),
		From: ledger.Day(f.text("from")),
	}
	if last := f.text("until"); last != "" {
		d, err := ledger.ParseDay(last)
		if err != nil {
			f.bad(shop.ErrDay, "until")
		} else {
			o.Until = d.Next(1)
		}
	}
	switch o.Kind {
	case shop.Percent:
		o.Percent = f.number("percent")
	case shop.Fixed:
		o.Off = f.sum("off")
	}
	return o, f.with(o.Faults())
}
