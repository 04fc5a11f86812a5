package member

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/pass"
	"citywalk/redeem"
	"citywalk/web"
	"citywalk/web/ui"
)

// page is web.Page with a title and a tab.
func (a *App) page(r *http.Request, title, tab string) ui.Page {
	p := web.Page(r)
	p.Title, p.Tab, p.Worker = p.T(title), tab, "/worker.js"
	return p
}

// bare is a page without bars: one thing to do and nothing else.
func (a *App) bare(r *http.Request, title string) ui.Page {
	p := a.page(r, title, "")
	p.Bare = true
	return p
}

// key is the hidden key of the form that was sent.
func key(f ui.Form) string { return f.Value("idem", "") }

// held returns the member's pass that is valid today, or the fault that says
// why there is none.
func (a *App) held(r *http.Request) (held pass.Pass, err error) {
	err = a.DB.View(r.Context(), func(tx *db.Tx) error {
		held, err = pass.Valid(tx, web.Session(r).Person, a.today())
		return err
	})
	return held, err
}

func (a *App) today() ledger.Day { return ledger.DayOf(a.Now(), a.Zone) }

// onward gives a refusal the button that leads to where it can be mended: the
// bill that is open, the card that is missing, another shop.
func (a *App) onward(r *http.Request, err error) error {
	p := web.Page(r)
	switch {
	case errors.Is(err, redeem.ErrOpen):
		open, openErr := a.Redeem.Current(r.Context(), web.Session(r))
		if openErr == nil {
			return web.Next(err, p.T("go.bill"), "/pay/"+string(open.ID))
		}
	case errors.Is(err, pass.ErrNoPass), errors.Is(err, pass.ErrUnpaid), errors.Is(err, pass.ErrLapsed),
		errors.Is(err, pass.ErrRefunding), errors.Is(err, redeem.ErrPass):
		return web.Next(err, p.T("go.card"), "/card")
	case errors.Is(err, redeem.ErrUses), errors.Is(err, redeem.ErrShop), errors.Is(err, redeem.ErrSelf):
		return web.Next(err, p.T("go.shops"), "/")
	}
	return err
}

// isFault reports whether err is a refusal rather than a breakage.
func isFault(err error) bool {
	_, ok := fault.From(err)
	return ok
}

var weekdays = []rune("日一二三四五六")

// day prints a day as people read it: "11月22日 周日".
func (a *App) day(p ui.Page, t time.Time) string {
	t = t.In(a.Zone)
	if !p.Zh() {
		return t.Format("Mon 2 Jan")
	}
	return fmt.Sprintf("%d月%d日 周%c", t.Month(), t.Day(), weekdays[t.Weekday()])
}

// moment prints a time as people read it: "11月22日 周日 18:05".
func (a *App) moment(p ui.Page, t time.Time) string {
	return a.day(p, t) + " " + t.In(a.Zone).Format("15:04")
}

// dated prints a day with its year, for what lies long ago or far ahead.
func (a *App) dated(p ui.Page, d ledger.Day) string {
	t := d.Start(a.Zone)
	if !p.Zh() {
		return t.Format("2 Jan 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// seconds is how long it is until t, rounded up, never less than nothing.
func (a *App) seconds(t time.Time) int {
	return max(0, int((t.Sub(a.Now())+time.Second-1)/time.Second))
}

// planName is a pass's plan in the page's language.
func planName(p ui.Page, zh, en string) string {
	if p.Zh() {
		return zh
	}
	return en
}
