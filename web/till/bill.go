package till

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/web"
	"citywalk/web/ui"
)

// this returns the redemption of the path, if it is of the session's shop.
func (a *App) this(r *http.Request) (redeem.Redemption, error) {
	id, err := web.ID(r, "bill", "red")
	if err != nil {
		return redeem.Redemption{}, err
	}
	return a.Redeem.ForShop(r.Context(), web.Session(r), redeem.ID(id))
}

// bill shows a redemption in whatever state it is.
func (a *App) bill(w http.ResponseWriter, r *http.Request) error {
	red, err := a.this(r)
	if err != nil {
		return err
	}
	return a.showBill(w, r, red, http.StatusOK, ui.Form{})
}

func (a *App) showBill(w http.ResponseWriter, r *http.Request, red redeem.Redemption, status int, f ui.Form) error {
	p, err := a.billPage(r, red)
	if err != nil {
		return err
	}
	return web.Render(w, r, status, a.stage(p, red, f))
}

// billPage is the page of a redemption: live for as long as it may change.
func (a *App) billPage(r *http.Request, red redeem.Redemption) (ui.Page, error) {
	s, err := a.Shop.Get(r.Context(), red.Shop)
	if err != nil {
		return ui.Page{}, err
	}
	p := a.page(r, s, "bill.title", "tab.scan")
	p.Islands = []string{"till"}
	p.Live, p.Version, p.Refresh = bill(red.ID)+"/live", version(red), 3
	return p, nil
}

// billLive says when the redemption changed.
func (a *App) billLive(w http.ResponseWriter, r *http.Request) error {
	red, err := a.this(r)
	if err != nil {
		return err
	}
	who := web.Session(r)
	return web.Live(w, r, []string{string(red.ID)}, func(ctx context.Context) (string, error) {
		now, err := a.Redeem.ForShop(ctx, who, red.ID)
		return version(now), err
	})
}

// version is what the stream says of a redemption.
func version(r redeem.Redemption) string { return fmt.Sprintf("%s/%d", r.State, r.Version) }

// price quotes the bill; a refused amount comes back with its sentence.
func (a *App) price(w http.ResponseWriter, r *http.Request) error {
	red, err := a.this(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	amount, err := web.Amount(f, "bill")
	if err == nil {
		_, err = a.Redeem.Price(r.Context(), web.Session(r), red.ID, amount, key(f))
	}
	if err == nil {
		return web.See(w, r, bill(red.ID))
	}
	p, pageErr := a.billPage(r, red)
	if pageErr != nil {
		return pageErr
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component { return a.stage(p, red, f) })
}

// do runs one of the commands that take nothing but the redemption.
func (a *App) do(w http.ResponseWriter, r *http.Request, command func(ctx context.Context, id redeem.ID, key string) (redeem.Redemption, error)) error {
	red, err := a.this(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if _, err := command(r.Context(), red.ID, key(f)); err != nil {
		return web.Next(err, web.Page(r).T("bill.look"), bill(red.ID))
	}
	return web.See(w, r, bill(red.ID))
}

func (a *App) accept(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, func(ctx context.Context, id redeem.ID, key string) (redeem.Redemption, error) {
		return a.Redeem.Accept(ctx, web.Session(r), id, key)
	})
}

func (a *App) decline(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, func(ctx context.Context, id redeem.ID, key string) (redeem.Redemption, error) {
		return a.Redeem.Decline(ctx, web.Session(r), id, key)
	})
}

func (a *App) undo(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, func(ctx context.Context, id redeem.ID, key string) (redeem.Redemption, error) {
		return a.Redeem.Undo(ctx, web.Session(r), id, key)
	})
}

// day is the business day that runs.
func (a *App) day() ledger.Day { return ledger.DayOf(a.Now(), a.Zone) }

// clock is when a redemption happened, in the programme's zone.
func (a *App) clock(r redeem.Redemption) string {
	t := r.Committed
	if t.IsZero() {
		t = r.Created
	}
	return t.In(a.Zone).Format("15:04")
}

// left is how many seconds remain until t.
func (a *App) left(t time.Time) int { return max(0, int(t.Sub(a.Now())/time.Second)) }

func count(n int) string { return strconv.Itoa(n) }

// paid adds up what members paid.
func paid(all []redeem.Redemption) (sum money.Amount) {
	for _, r := range all {
		sum += r.Due
	}
	return sum
}

// stateWord is what became of a redemption, in a word.
func stateWord(p ui.Page, r redeem.Redemption) string { return p.T("state." + string(r.State)) }

// spoken is an amount as it is said aloud: "115 元 6 角 5 分".
func spoken(p ui.Page, a money.Amount) string {
	if !p.Zh() {
		return p.T("paid.speak", "sum", a.Decimal()+" yuan")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d 元", a/100)
	if jiao := a / 10 % 10; jiao > 0 {
		fmt.Fprintf(&b, " %d 角", jiao)
	}
	if fen := a % 10; fen > 0 {
		fmt.Fprintf(&b, " %d 分", fen)
	}
	return p.T("paid.speak", "sum", b.String())
}

// reason finds the sentence for why a redemption was voided.
func reason(p ui.Page, code string) string {
	for _, f := range fault.All() {
		if f.Code == code {
			return f.Say(p.Lang)
		}
	}
	return p.T("bill.voided")
}
