package api

import (
	"context"
	"errors"
	"time"

	"citywalk/ledger"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
)

type codeOut struct {
	Body struct {
		Code  string    `json:"code" doc:"18 digits, good for one use."`
		Until time.Time `json:"until"`
		Renew time.Time `json:"renew" doc:"When to ask for the next."`
	}
}

func (a *API) showCode(ctx context.Context, _ *struct{}) (*codeOut, error) {
	c, err := a.Redeem.Show(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	out := new(codeOut)
	out.Body.Code, out.Body.Until, out.Body.Renew = c.Digits, c.Until, c.Renew
	return out, nil
}

type optionBody struct {
	Kind   string       `json:"kind" enum:"plain,card,offer"`
	Title  string       `json:"title"`
	Off    money.Amount `json:"off"`
	Wins   bool         `json:"wins"`
	Reason string       `json:"reason,omitempty" doc:"Why it does not win."`
	Code   string       `json:"code,omitempty"`
}
type quoteBody struct {
	Version int          `json:"version"`
	Hash    string       `json:"hash" doc:"Name it when confirming."`
	Bill    money.Amount `json:"bill"`
	Off     money.Amount `json:"off"`
	Due     money.Amount `json:"due"`
	Gift    string       `json:"gift,omitempty"`
	Options []optionBody `json:"options"`
	Until   time.Time    `json:"until"`
}
type redemptionBody struct {
	ID        string       `json:"id"`
	Door      string       `json:"door" enum:"code,sign"`
	State     string       `json:"state"`
	Version   int          `json:"version"`
	Shop      string       `json:"shop"`
	ShopName  string       `json:"shop_name"`
	Member    string       `json:"member" doc:"Masked."`
	Match     string       `json:"match,omitempty" doc:"Two digits that both phones show."`
	Quote     *quoteBody   `json:"quote,omitempty"`
	PayURL    string       `json:"pay_url,omitempty"`
	Due       money.Amount `json:"due"`
	Day       string       `json:"day,omitempty"`
	Receipt   string       `json:"receipt,omitempty"`
	Why       string       `json:"why,omitempty" doc:"Code of why it was voided."`
	Created   time.Time    `json:"created"`
	Expires   *time.Time   `json:"expires,omitempty"`
	Committed *time.Time   `json:"committed,omitempty"`
	UndoUntil *time.Time   `json:"undo_until,omitempty"`
}
type redemptionOut struct {
	Body redemptionBody
}

func (a *API) showRedemption(ctx context.Context, r redeem.Redemption) redemptionBody {
	out := redemptionBody{ID: string(r.ID), Door: string(r.Door), State: string(r.State), Version: r.Version,
		Shop: string(r.Shop), ShopName: r.ShopName, Member: r.PersonName, Match: r.Match, Due: r.Due, Day: string(r.Day),
		Receipt: r.Receipt, Why: r.Why, Created: r.Created, Expires: when(r.Expires), Committed: when(r.Committed), UndoUntil: when(r.UndoUntil)}
	if r.Person == who(ctx).Person {
		out.PayURL = r.PayURL
	}
	if r.Quote.Version > 0 {
		q := showQuote(ctx, r.Quote)
		out.Quote = &q
	}
	return out
}

func showQuote(ctx context.Context, q redeem.Quote) quoteBody {
	out := quoteBody{q.Version, q.Hash, q.Bill, q.Off, q.Due, q.Gift, []optionBody{}, q.Until}
	for _, o := range q.Options {
		b := optionBody{o.Kind, o.Title, o.Off, o.Wins, o.Zh, o.Lost}
		if langOf(ctx) != "zh-CN" {
			b.Title, b.Reason = o.TitleEn, o.En
		}
		out.Options = append(out.Options, b)
	}
	return out
}

// when leaves zero times out.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// answer turns a redemption or an error into an answer.
func (a *API) answer(ctx context.Context) func(redeem.Redemption, error) (*redemptionOut, error) {
	return func(r redeem.Redemption, err error) (*redemptionOut, error) {
		if err != nil {
			return nil, err
		}
		return &redemptionOut{a.showRedemption(ctx, r)}, nil
	}
}

type scanIn struct {
	ShopIn
	Keyed
	Body struct {
		Code string `json:"code" maxLength:"64"`
	}
}

func (a *API) scan(ctx context.Context, in *scanIn) (*redemptionOut, error) {
	return a.answer(ctx)(a.Redeem.Scan(ctx, who(ctx), shop.ID(in.Shop), in.Body.Code, in.Key))
}

type billBody struct {
	Bill money.Amount `json:"bill" minimum:"1" maximum:"5000000" doc:"Fen."`
}
type estimateIn struct {
	ShopIn
	Body billBody
}
type quoteOut struct {
	Body quoteBody
}

func (a *API) estimate(ctx context.Context, in *estimateIn) (*quoteOut, error) {
	q, err := a.Redeem.Estimate(ctx, who(ctx), shop.ID(in.Shop), in.Body.Bill)
	if err != nil {
		return nil, err
	}
	return &quoteOut{showQuote(ctx, q)}, nil
}

type requestIn struct {
	ShopIn
	Keyed
	Body struct {
		Bill money.Amount `json:"bill" minimum:"1" maximum:"5000000"`
		Due  money.Amount `json:"due" minimum:"0" doc:"What the estimate said; another sum is refused."`
	}
}

func (a *API) request(ctx context.Context, in *requestIn) (*redemptionOut, error) {
	return a.answer(ctx)(a.Redeem.Request(ctx, who(ctx), shop.ID(in.Shop), in.Body.Bill, in.Body.Due, in.Key))
}

// RedemptionIn is the redemption in a path.
type RedemptionIn struct {
	Redemption string `path:"redemption" maxLength:"64"`
}

func (in RedemptionIn) id() redeem.ID { return redeem.ID(in.Redemption) }

type priceIn struct {
	RedemptionIn
	Keyed
	Body billBody
}

func (a *API) price(ctx context.Context, in *priceIn) (*redemptionOut, error) {
	return a.answer(ctx)(a.Redeem.Price(ctx, who(ctx), in.id(), in.Body.Bill, in.Key))
}

type confirmIn struct {
	RedemptionIn
	Keyed
	Body struct {
		Version int    `json:"version" minimum:"1"`
		Hash    string `json:"hash" maxLength:"128"`
	}
}

func (a *API) confirm(ctx context.Context, in *confirmIn) (*redemptionOut, error) {
	return a.answer(ctx)(a.Redeem.Confirm(ctx, who(ctx), in.id(), in.Body.Version, in.Body.Hash, in.Key))
}

type commandIn struct {
	RedemptionIn
	Keyed
}

func (a *API) acceptRequest(ctx context.Context, in *commandIn) (*redemptionOut, error) {
	return a.answer(ctx)(a.Redeem.Accept(ctx, who(ctx), in.id(), in.Key))
}

func (a *API) decline(ctx context.Context, in *commandIn) (*redemptionOut, error) {
	return a.answer(ctx)(a.Redeem.Decline(ctx, who(ctx), in.id(), in.Key))
}

func (a *API) dispute(ctx context.Context, in *commandIn) (*redemptionOut, error) {
	return a.answer(ctx)(a.Redeem.Dispute(ctx, who(ctx), in.id(), in.Key))
}

func (a *API) undo(ctx context.Context, in *commandIn) (*redemptionOut, error) {
	return a.answer(ctx)(a.Redeem.Undo(ctx, who(ctx), in.id(), in.Key))
}

func (a *API) current(ctx context.Context, _ *struct{}) (*redemptionOut, error) {
	return a.answer(ctx)(a.Redeem.Current(ctx, who(ctx)))
}

// redemption shows a redemption to its member, else to its shop.
func (a *API) redemption(ctx context.Context, in *RedemptionIn) (*redemptionOut, error) {
	r, err := a.Redeem.ForMember(ctx, who(ctx), in.id())
	if errors.Is(err, redeem.ErrUnknown) {
		r, err = a.Redeem.ForShop(ctx, who(ctx), in.id())
	}
	return a.answer(ctx)(r, err)
}

type redemptionsOut struct {
	Body struct {
		Redemptions []redemptionBody `json:"redemptions"`
	}
}

func (a *API) list(ctx context.Context, all []redeem.Redemption, err error) (*redemptionsOut, error) {
	if err != nil {
		return nil, err
	}
	out := new(redemptionsOut)
	out.Body.Redemptions = []redemptionBody{}
	for _, r := range all {
		out.Body.Redemptions = append(out.Body.Redemptions, a.showRedemption(ctx, r))
	}
	return out, nil
}

func (a *API) redemptions(ctx context.Context, in *PageIn) (*redemptionsOut, error) {
	all, err := a.Redeem.Mine(ctx, who(ctx), redeem.ID(in.After), in.Limit)
	return a.list(ctx, all, err)
}

type merchantRedemptionsIn struct {
	Merchant string `path:"merchant" maxLength:"64"`
	Day      string `query:"day" format:"date" doc:"Business day; all if absent."`
	State    string `query:"state" maxLength:"20"`
	PageIn
}

func (a *API) merchantRedemptions(ctx context.Context, in *merchantRedemptionsIn) (*redemptionsOut, error) {
	day, err := dayOrNone(in.Day, "day")
	if err != nil {
		return nil, err
	}
	all, err := a.Redeem.List(ctx, who(ctx), redeem.Filter{Merchant: shop.MerchantID(in.Merchant), Day: day,
		State: redeem.State(in.State), After: redeem.ID(in.After), Limit: in.Limit})
	return a.list(ctx, all, err)
}

type dayIn struct {
	ShopIn
	Day string `query:"day" format:"date" doc:"Business day; default today."`
}

func (a *API) shopRedemptions(ctx context.Context, in *dayIn) (*redemptionsOut, error) {
	day, err := a.day(in.Day)
	if err != nil {
		return nil, err
	}
	all, err := a.Redeem.Today(ctx, who(ctx), shop.ID(in.Shop), day)
	return a.list(ctx, all, err)
}

// day reads a business day; empty is today.
func (a *API) day(s string) (ledger.Day, error) {
	if s == "" {
		return ledger.DayOf(a.Now(), a.Shop.Zone), nil
	}
	return dayOrNone(s, "day")
}

// dayOrNone reads the business day of a field that may be empty.
func dayOrNone(s, field string) (ledger.Day, error) {
	if s == "" {
		return "", nil
	}
	d, err := ledger.ParseDay(s)
	if err != nil {
		return "", errRequest.In(field)
	}
	return d, nil
}

type receiptOut struct {
	Body struct {
		Text string `json:"text" doc:"Signed; check it with: citywalk receipt verify."`
	}
}

func (a *API) receipt(ctx context.Context, in *RedemptionIn) (*receiptOut, error) {
	r, err := a.Redeem.Receipt(ctx, who(ctx), in.id())
	if err != nil {
		return nil, err
	}
	out := new(receiptOut)
	out.Body.Text = r.Text
	return out, nil
}
