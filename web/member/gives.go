package member

import (
	"net/http"
	"strings"
	"time"

	"citywalk/ledger"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web/ui"
)

// A gives is what the card gives at a shop, as its page tells it.
type gives struct {
	Terms   string // In one sentence, with the times at which they do not apply.
	Works   string // Whether the card works now, and until or from when.
	Now     bool
	Typical []string // What it is worth on a typical bill; nothing if that is unknown.
}

// gives puts what a live shop gives into words.
func (a *App) gives(r *http.Request, p ui.Page, s shop.Shop) (g gives, err error) {
	if s.State != shop.Live {
		return g, nil
	}
	now := a.Now().In(a.Zone)
	w := s.CardAt(now)
	g = gives{Terms: s.Terms.From(a.today()).Say(p.Lang), Now: w.Now, Works: a.works(p, w)}
	if s.Terms.Budget > 0 && w.Now {
		left, err := a.Redeem.BudgetLeft(r.Context(), s)
		if err != nil {
			return g, err
		}
		if g.Works = p.T("shop.works.left", "left", left); left == 0 {
			g.Now, g.Works = false, p.T("shop.works.spent")
		}
	}
	at := now
	if !w.Now && !w.Change.IsZero() {
		at = w.Change
	}
	if saving, ok := redeem.Typical(s, at); ok {
		g.Typical = typical(p, saving)
	}
	return g, nil
}

// typical says what a typical bill costs with the card and without it. What
// the shop gives anybody is not put down to the card.
func typical(p ui.Page, s redeem.Saving) []string {
	bill, due := yuan(s.Bill), yuan(s.Due)
	switch {
	case s.Gift != "":
		return []string{p.T("typical.gift", "bill", bill, "gift", s.Gift)}
	case s.Best.Kind == "card":
		all := []string{p.T("typical.card", "bill", bill, "due", due, "off", yuan(s.Card))}
		switch {
		case s.Own > 0 && s.Worth == 0:
			all = append(all, p.T("typical.same"))
		case s.Own > 0:
			all = append(all, p.T("typical.own", "own", yuan(s.Own), "worth", yuan(s.Worth)))
		}
		return all
	case s.Best.Kind == "offer" && s.Terms.Lost == redeem.ErrNotBest.Code:
		return []string{p.T("typical.offer", "bill", bill, "due", due, "own", yuan(s.Own), "card", yuan(s.Card))}
	case s.Best.Kind == "offer":
		return []string{p.T("typical.offer.only", "bill", bill, "due", due, "own", yuan(s.Own)), p.T("typical.not", "why", lost(p, s.Terms))}
	case s.Terms.Kind != "":
		return []string{p.T("typical.none", "bill", bill, "why", lost(p, s.Terms))}
	}
	return nil
}

// lost is why an option does not apply.
func lost(p ui.Page, o redeem.Option) string {
	if p.Zh() {
		return o.Zh
	}
	return o.En
}

// works says whether the card works now, and when that changes.
func (a *App) works(p ui.Page, w shop.Works) string {
	switch {
	case w.Now && w.Change.IsZero():
		return p.T("shop.works.now")
	case w.Now:
		return p.T("shop.works.until", "until", a.soon(p, w.Change))
	}
	return a.worksLater(p, w)
}

// worksLater says from when on a card works that does not work now.
func (a *App) worksLater(p ui.Page, w shop.Works) string {
	if w.Change.IsZero() {
		return p.T("shop.works.never")
	}
	return p.T("shop.works.from", "from", a.soon(p, w.Change))
}

// soon says a time ahead as short as can be: "17:00", "明天 11:00", or with
// its day. Midnight at the end of today is 24:00.
func (a *App) soon(p ui.Page, t time.Time) string {
	t = t.In(a.Zone)
	clock := t.Format("15:04")
	switch day := ledger.DayOf(t, a.Zone); day {
	case a.today():
		return clock
	case a.today().Next(1):
		if clock == "00:00" {
			return "24:00"
		}
		return p.T("soon.tomorrow", "clock", clock)
	}
	return a.day(p, t) + " " + clock
}

// honour is the shop's honour record in words; a shop that never took the card
// has none.
func (a *App) honour(r *http.Request, p ui.Page, s shop.Shop) (string, error) {
	if s.State == shop.Draft {
		return "", nil
	}
	h, err := a.Discover.Honour(r.Context(), s.ID, a.Now())
	if err != nil {
		return "", err
	}
	if !h.Enough() {
		return p.T("honour.few"), nil
	}
	return p.T("honour.kept", "members", h.Members, "kept", h.Kept, "percent", h.Percent()), nil
}

// yuan prints whole yuan without decimals, as a sentence wants them.
func yuan(a money.Amount) string { return strings.TrimSuffix(a.String(), ".00") }
