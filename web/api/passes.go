package api

import (
	"context"
	"time"

	"citywalk/money"
	"citywalk/pass"
)

type planBody struct {
	Code  string       `json:"code"`
	Zh    string       `json:"zh"`
	En    string       `json:"en"`
	Price money.Amount `json:"price"`
	Days  int          `json:"days"`
	Trial bool         `json:"trial"`
}
type plansOut struct {
	Body struct {
		Plans []planBody `json:"plans"`
	}
}

func (a *API) plans(ctx context.Context, _ *struct{}) (*plansOut, error) {
	all, err := a.Pass.Plans(ctx, false)
	out := new(plansOut)
	out.Body.Plans = []planBody{}
	for _, p := range all {
		out.Body.Plans = append(out.Body.Plans, planBody{p.Code, p.Zh, p.En, p.Price, p.Days, p.Trial})
	}
	return out, err
}

type setPlanIn struct {
	Plan string `path:"plan" maxLength:"32"`
	Body struct {
		Zh    string       `json:"zh" maxLength:"40"`
		En    string       `json:"en" maxLength:"40"`
		Price money.Amount `json:"price" minimum:"0" maximum:"500000"`
		Days  int          `json:"days" minimum:"1" maximum:"1096"`
		Trial bool         `json:"trial,omitempty"`
		Sold  bool         `json:"sold" doc:"Whether it is on sale."`
	}
}

func (a *API) setPlan(ctx context.Context, in *setPlanIn) (*struct{}, error) {
	b := in.Body
	return nil, a.Pass.SetPlan(ctx, who(ctx), pass.Plan{Code: in.Plan, Zh: b.Zh, En: b.En, Price: b.Price, Days: b.Days, Trial: b.Trial, Sold: b.Sold})
}

type passBody struct {
	ID     string       `json:"id"`
	Number string       `json:"number"`
	Plan   string       `json:"plan"`
	Price  money.Amount `json:"price"`
	State  string       `json:"state"`
	First  string       `json:"first,omitempty" doc:"First day of validity."`
	Until  string       `json:"until,omitempty" doc:"First day on which it is no longer valid."`
	Uses   int          `json:"uses"`
	Saved  money.Amount `json:"saved"`
	PayURL string       `json:"pay_url,omitempty" doc:"The provider's cashier, while the pass is ordered."`
}

func showPass(p pass.Pass, payURL string) passBody {
	return passBody{string(p.ID), p.Number, p.Plan, p.Price, string(p.State), string(p.First), string(p.Until), p.Uses, p.Saved, payURL}
}

// Keyed is the header of every command that moves value.
type Keyed struct {
	Key string `header:"Idempotency-Key" required:"true" minLength:"16" maxLength:"255" pattern:"^[A-Za-z0-9_-]+$" doc:"Yours, new for each command, the same for each repetition."`
}

type buyIn struct {
	Keyed
	Body struct {
		Plan     string `json:"plan" minLength:"1" maxLength:"40"`
		District string `json:"district,omitempty" maxLength:"40" doc:"Where it will be used most. Left out: where you said that you live. Needed where it is not sold in every district."`
	}
}
type passOut struct {
	Body passBody
}

func (a *API) buy(ctx context.Context, in *buyIn) (*passOut, error) {
	p, payURL, err := a.Pass.BuyAt(ctx, who(ctx), in.Body.Plan, pass.Place{District: in.Body.District}, in.Key)
	if err != nil {
		return nil, err
	}
	return &passOut{showPass(p, payURL)}, nil
}

type passesOut struct {
	Body struct {
		Passes []passBody `json:"passes"`
	}
}

func (a *API) passes(ctx context.Context, _ *struct{}) (*passesOut, error) {
	all, err := a.Pass.Mine(ctx, who(ctx))
	out := new(passesOut)
	out.Body.Passes = []passBody{}
	for _, p := range all {
		out.Body.Passes = append(out.Body.Passes, showPass(p, ""))
	}
	return out, err
}

// PassIn is the pass in a path.
type PassIn struct {
	Pass string `path:"pass" maxLength:"64"`
}
type previewOut struct {
	Body struct {
		Amount    money.Amount `json:"amount"`
		Rule      string       `json:"rule" doc:"L1 full refund within seven days unused, L2 pro rata."`
		UsedDays  int          `json:"used_days"`
		LeftDays  int          `json:"left_days"`
		FullUntil time.Time    `json:"full_until"`
	}
}

func (a *API) previewRefund(ctx context.Context, in *PassIn) (*previewOut, error) {
	p, err := a.Pass.Preview(ctx, who(ctx), pass.ID(in.Pass))
	if err != nil {
		return nil, err
	}
	out := new(previewOut)
	out.Body.Amount, out.Body.Rule, out.Body.UsedDays, out.Body.LeftDays, out.Body.FullUntil = p.Amount, p.Rule, p.UsedDays, p.LeftDays, p.FullUntil
	return out, nil
}

type refundIn struct {
	PassIn
	Keyed
	Body struct {
		Amount money.Amount `json:"amount" minimum:"0" doc:"What the preview said; another sum is refused."`
	}
}

func (a *API) refund(ctx context.Context, in *refundIn) (*passOut, error) {
	p, err := a.Pass.Refund(ctx, who(ctx), pass.ID(in.Pass), in.Body.Amount, in.Key)
	if err != nil {
		return nil, err
	}
	return &passOut{showPass(p, "")}, nil
}
