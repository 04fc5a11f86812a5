package member

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"citywalk/fault"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// asking is how long a page waits for the payment institution's word. Later
// the page follows the state by itself.
const asking = 2 * time.Second

// A bill is a redemption as the member sees it.
type bill struct {
	redeem.Redemption
	Place   shop.Shop
	Saved   money.Amount // With this pass so far; only when it is paid.
	Left    int          // Seconds of the present state.
	Span    int
	When    string
	Refused string // What was wrong with what the member just did.
}

// bill returns the redemption of the path. If it is being paid, the payment
// institution is asked first, so that who comes back from the cashier sees at
// once what happened there.
func (a *App) bill(r *http.Request) (bill, error) {
	id, err := web.ID(r, "id", "red")
	if err != nil {
		return bill{}, err
	}
	ctx, who := r.Context(), web.Session(r)
	red, err := a.Redeem.ForMember(ctx, who, redeem.ID(id))
	if err != nil {
		return bill{}, err
	}
	if red.Payment != "" && (red.State == redeem.Paying || red.State == redeem.Reversing) {
		a.ask(ctx, red.Payment)
		if red, err = a.Redeem.ForMember(ctx, who, red.ID); err != nil {
			return bill{}, err
		}
	}
	b := bill{Redemption: red}
	if b.Place, err = a.Shop.Get(ctx, red.Shop); err != nil {
		return bill{}, err
	}
	if red.State == redeem.Committed {
		card, err := a.Pass.Get(ctx, who, red.Pass)
		if err != nil {
			return bill{}, err
		}
		b.Saved = card.Saved
	}
	if !red.Expires.IsZero() {
		b.Left, b.Span = a.seconds(red.Expires), int(span(red.State)/time.Second)
	}
	return b, nil
}

// span is how long a state lasts at most.
func span(s redeem.State) time.Duration {
	if s == redeem.Paying {
		return redeem.PayLife
	}
	return redeem.QuoteLife
}

// ask has the payment institution asked how a payment stands. That it does not
// answer is no reason not to show the page.
func (a *App) ask(ctx context.Context, no string) {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	_, _ = a.Payment.Sync(ctx, no)
}

// version is what the live stream says of a redemption. A cashier may open
// after the state changed.
func version(r redeem.Redemption) string {
	v := fmt.Sprintf("%s/%d", r.State, r.Version)
	if r.PayURL != "" {
		v += "/cashier"
	}
	return v
}

// billPage is the page of a bill: live for as long as it may change.
func (a *App) billPage(r *http.Request, b bill) ui.Page {
	p := a.bare(r, "pay.title")
	p.Path = "/pay/" + string(b.ID)
	if !ended(b.State) {
		p.Live, p.Version = p.Path+"/live", version(b.Redemption)
	}
	if b.State.Open() {
		p.Refresh = 3
	}
	p.Islands = []string{"pay"}
	return p
}

// ended reports whether nothing that the page shows will change. A paid bill
// may still be undone.
func ended(s redeem.State) bool {
	return s == redeem.Voided || s == redeem.Refunded || s == redeem.LateRefunded
}

// pay shows the bill in whatever state it is.
func (a *App) pay(w http.ResponseWriter, r *http.Request) error {
	b, err := a.bill(r)
	if err != nil {
		return err
	}
	p := a.billPage(r, b)
	return web.Render(w, r, http.StatusOK, a.payPage(p, b))
}

// payPage completes b with what is said in the page's language.
func (a *App) payPage(p ui.Page, b bill) templ.Component {
	if !b.Committed.IsZero() {
		b.When = a.moment(p, b.Committed)
	}
	return payPage(p, b)
}

// payLive says when the bill changed.
func (a *App) payLive(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "id", "red")
	if err != nil {
		return err
	}
	who := web.Session(r)
	return web.Live(w, r, []string{id}, func(ctx context.Context) (string, error) {
		red, err := a.Redeem.ForMember(ctx, who, redeem.ID(id))
		return version(red), err
	})
}

// confirm agrees to the quote that the form names, and goes to the cashier if
// the payment needs one.
func (a *App) confirm(w http.ResponseWriter, r *http.Request) error {
	return a.act(w, r, func(f ui.Form, id redeem.ID) (redeem.Redemption, error) {
		version, err := web.Number(f, "version", 1, 1_000_000)
		if err != nil {
			return redeem.Redemption{}, err
		}
		return a.Redeem.Confirm(r.Context(), web.Session(r), id, version, f.Value("hash", ""), key(f))
	})
}

// dispute tells staff that the amount is wrong.
func (a *App) dispute(w http.ResponseWriter, r *http.Request) error {
	return a.act(w, r, func(f ui.Form, id redeem.ID) (redeem.Redemption, error) {
		return a.Redeem.Dispute(r.Context(), web.Session(r), id, key(f))
	})
}

// cancel gives the bill up.
func (a *App) cancel(w http.ResponseWriter, r *http.Request) error {
	return a.act(w, r, func(f ui.Form, id redeem.ID) (redeem.Redemption, error) {
		return a.Redeem.Decline(r.Context(), web.Session(r), id, key(f))
	})
}

// act does one thing to the bill of the path. What is refused shows the bill as
// it stands now, with the sentence above it.
func (a *App) act(w http.ResponseWriter, r *http.Request, do func(ui.Form, redeem.ID) (redeem.Redemption, error)) error {
	id, err := web.ID(r, "id", "red")
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	red, err := do(f, redeem.ID(id))
	switch {
	case err != nil && isFault(err):
		b, billErr := a.bill(r)
		if billErr != nil {
			return billErr
		}
		return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
			p := a.billPage(r, b)
			b.Refused = f.Rest(p)
			return a.payPage(p, b)
		})
	case err != nil:
		return err
	case red.State == redeem.Paying && red.PayURL != "":
		return web.See(w, r, red.PayURL)
	}
	return web.See(w, r, "/pay/"+id)
}

// whyVoid is the sentence of why a bill was given up, and whose move it is.
func whyVoid(p ui.Page, b bill) (string, fault.Move) {
	for _, f := range fault.All() {
		if f.Code == b.Why {
			return f.Say(p.Lang), f.Move
		}
	}
	return p.T("pay.void"), fault.Member
}

// over is where one begins again after a bill was given up, and the word for
// it.
func over(p ui.Page, b bill) (label, href string) {
	if b.Door == redeem.BySign {
		return p.T("pay.again.sign"), "/s/" + b.Place.Number
	}
	return p.T("pay.again.code"), "/card"
}
