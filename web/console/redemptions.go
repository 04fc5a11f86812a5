package console

import (
	"context"
	"net/http"
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// states are those of a redemption, in the order of its life.
var states = []redeem.State{
	redeem.Presented, redeem.Priced, redeem.Requested, redeem.Paying, redeem.Reversing, redeem.Committed,
	redeem.Voided, redeem.LatePaid, redeem.LateRefunded, redeem.Refunding, redeem.Refunded, redeem.Stuck,
}

// A sieve is the filter of the list of redemptions as its address has it.
type sieve struct {
	redeem.Filter
	ShopName string
	Who      account.Person
	Choices  []ui.Choice
}

// path is the address of the list with one of the filters changed.
func (s sieve) path(base string, pairs ...string) string {
	all := []string{
		"shop", string(s.Shop), "merchant", string(s.Merchant), "person", string(s.Person),
		"state", string(s.State), "day", string(s.Day), "after", string(s.After),
	}
	return at(base, append(all, pairs...)...)
}

// without is the address of the list with one filter off.
func (s sieve) without(name string) string {
	s.After = ""
	switch name {
	case "shop":
		s.Shop = ""
	case "merchant":
		s.Merchant = ""
	case "person":
		s.Person = ""
	}
	return s.path("/console/redemptions")
}

// sift reads the filter from the address.
func (a *App) sift(r *http.Request) (s sieve, err error) {
	q := r.URL.Query()
	if s.Merchant, err = scope(r); err != nil {
		return s, err
	}
	if s.Day, err = dayAsked(r); err != nil {
		return s, err
	}
	s.State = redeem.State(q.Get("state"))
	if s.State != "" && !slices.Contains(states, s.State) {
		return s, web.ErrNowhere
	}
	s.After, s.Limit = redeem.ID(q.Get("after")), rowsMax
	if id := shop.ID(q.Get("shop")); id != "" {
		found, err := a.Shop.Get(r.Context(), id)
		if err == nil && !web.Session(r).Reads(string(found.Merchant)) {
			err = shop.ErrUnknown
		}
		if err != nil {
			return s, err
		}
		s.Shop, s.ShopName = id, found.Name
		if s.Merchant != "" {
			s.Merchant = found.Merchant // Of several of one's own, the shop's.
		}
	}
	if id := account.ID(q.Get("person")); id != "" {
		if !readsAll(web.Session(r)) {
			return s, account.ErrPerson
		}
		s.Person = id
		err = a.DB.View(r.Context(), func(tx *db.Tx) error {
			s.Who, err = account.Find(tx, id)
			return err
		})
	}
	return s, err
}

// first leads to the first page from a later one.
func (s sieve) first() string {
	if s.After == "" {
		return ""
	}
	return s.without("")
}

// next leads to the page after the rows shown, if they fill theirs.
func (s sieve) next(all []redeem.Redemption) string {
	if len(all) < s.Limit {
		return ""
	}
	s.After = all[len(all)-1].ID
	return s.path("/console/redemptions")
}

func (a *App) redemptions(w http.ResponseWriter, r *http.Request) error {
	s, err := a.sift(r)
	if err != nil {
		return err
	}
	all, err := a.Redeem.List(r.Context(), web.Session(r), s.Filter)
	if err != nil {
		return err
	}
	if s.Choices, err = a.choices(r.Context(), web.Session(r)); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.redemptionsPage(a.page(r, "tab.redemptions", "tab.redemptions"), s, all))
}

func (a *App) redemptionsFile(w http.ResponseWriter, r *http.Request) error {
	s, err := a.sift(r)
	if err != nil {
		return err
	}
	p := web.Page(r)
	header := labels(columns(p, "id", "time", "day", "shop", "member", "state", "bill", "off", "paid", "fee", "receipt"))
	return web.CSV(w, r, "redemptions.csv", header, func(row func(...string) error) error {
		s.Limit = 200
		for sent := 0; sent < csvMax; sent += s.Limit {
			all, err := a.Redeem.List(r.Context(), web.Session(r), s.Filter)
			if err != nil {
				return err
			}
			for _, one := range all {
				if err := row(string(one.ID), a.happened(one).In(a.Zone).Format("2006-01-02 15:04:05"), string(one.Day), one.ShopName, one.PersonName,
					p.T("state."+string(one.State)), one.Quote.Bill.Decimal(), one.Quote.Off.Decimal(), one.Due.Decimal(), one.Fee.Decimal(), one.Receipt); err != nil {
					return err
				}
			}
			if len(all) < s.Limit {
				return nil
			}
			s.After = all[len(all)-1].ID
		}
		return nil
	})
}

// A step is one change of a redemption and who made it.
type step struct {
	redeem.Step
	By string
}

// A file is all there is about one redemption.
type file struct {
	redeem.Redemption
	Steps   []step
	Receipt string // The signed text, empty if it was not paid.
	Entries []ledger.Written
	Undo    bool // Whether this session may still undo it.
	All     bool // Whether this session sees members and books.
}

func (a *App) redemption(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "redemption", "red")
	if err != nil {
		return err
	}
	f, err := a.file(r, redeem.ID(id))
	if err != nil {
		return err
	}
	p := a.page(r, "redemption.title", "tab.redemptions")
	p.Live, p.Version = "/console/redemptions/"+id+"/live", versions([]redeem.Redemption{f.Redemption})
	return web.Render(w, r, http.StatusOK, a.redemptionPage(p, f))
}

// redemptionLive says when the redemption changed.
func (a *App) redemptionLive(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "redemption", "red")
	if err != nil {
		return err
	}
	who := web.Session(r)
	return web.Live(w, r, []string{id}, func(ctx context.Context) (string, error) {
		now, err := a.Redeem.ForShop(ctx, who, redeem.ID(id))
		return versions([]redeem.Redemption{now}), err
	})
}

func (a *App) file(r *http.Request, id redeem.ID) (f file, err error) {
	ctx, who := r.Context(), web.Session(r)
	if f.Redemption, err = a.Redeem.ForShop(ctx, who, id); err != nil {
		return f, err
	}
	if !who.Reads(string(f.Merchant)) {
		return f, redeem.ErrUnknown
	}
	steps, err := a.Redeem.History(ctx, who, id)
	if err != nil {
		return f, err
	}
	if !f.Committed.IsZero() {
		receipt, err := a.Redeem.Receipt(ctx, who, id)
		if err != nil {
			return f, err
		}
		f.Receipt = receipt.Text
	}
	f.All = readsAll(who)
	f.Undo = f.State == redeem.Committed && a.Now().Before(f.UndoUntil) && who.Of(string(f.Merchant))
	err = a.DB.View(ctx, func(tx *db.Tx) error {
		for _, s := range steps {
			by, err := called(tx, s.Actor)
			if err != nil {
				return err
			}
			if s.Actor == f.Person {
				by = f.PersonName
			}
			f.Steps = append(f.Steps, step{s, by})
		}
		if !f.All {
			return nil
		}
		f.Entries, err = under(tx, "redeem/"+string(id), "redeem/"+string(id)+"/undo")
		return err
	})
	return f, err
}

func (a *App) undo(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "redemption", "red")
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	back := "/console/redemptions/" + id
	if _, err := a.Redeem.Undo(r.Context(), web.Session(r), redeem.ID(id), key(f)); err != nil {
		return web.Next(err, web.Page(r).T("redemption.back"), back)
	}
	return web.SeeAndSay(w, r, back, "say.undone")
}

// stateLook is how a redemption's state is meant.
func stateLook(s redeem.State) string {
	switch s {
	case redeem.Committed:
		return ui.Good
	case redeem.Stuck, redeem.LatePaid:
		return ui.Bad
	case redeem.Voided, redeem.Refunded, redeem.LateRefunded:
		return ui.Plain
	}
	return ui.Wait
}

// because finds the sentence for why a redemption was voided.
func because(p ui.Page, code string) string {
	for _, f := range fault.All() {
		if f.Code == code {
			return f.Say(p.Lang)
		}
	}
	return code
}

func stateChoices(p ui.Page) []ui.Choice {
	all := []ui.Choice{{Label: p.T("filter.all")}}
	for _, s := range states {
		all = append(all, ui.Choice{Value: string(s), Label: p.T("state." + string(s))})
	}
	return all
}

func optionTitle(p ui.Page, o redeem.Option) string {
	if p.Zh() {
		return o.Title
	}
	return o.TitleEn
}

func optionReason(p ui.Page, o redeem.Option) string {
	if p.Zh() {
		return o.Zh
	}
	return o.En
}
