package api

import (
	"context"
	"time"

	"citywalk/account"
	"citywalk/fault"
)

// errPhone keeps phone numbers out of addresses, which logs and proxies keep.
var errPhone = fault.New(fault.Invalid, "api.phone", fault.Operator, "手机号不能写在地址里，请按姓名查找。", "A phone number must not stand in an address. Look for a name.")

type renameIn struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"40"`
	}
}

func (a *API) rename(ctx context.Context, in *renameIn) (*struct{}, error) {
	return nil, a.Account.Rename(ctx, who(ctx), in.Body.Name)
}

type agreementOut struct {
	Body struct {
		Agreed bool `json:"agreed" doc:"Whether payments are charged without a cashier."`
	}
}

func (a *API) agreement(ctx context.Context, _ *struct{}) (*agreementOut, error) {
	agreed, err := a.Payment.Agreement(ctx, string(who(ctx).Person))
	if err != nil {
		return nil, err
	}
	out := new(agreementOut)
	out.Body.Agreed = agreed
	return out, nil
}

func (a *API) endAgreement(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, a.Payment.Revoke(ctx, string(who(ctx).Person))
}

type peopleIn struct {
	Q string `query:"q" maxLength:"40" doc:"Part of a name."`
	PageIn
}
type memberBody struct {
	ID      string    `json:"id" doc:"The next page begins after the last one."`
	Name    string    `json:"name,omitempty"`
	Phone   string    `json:"phone" doc:"Masked."`
	Grants  []grant   `json:"grants"`
	Created time.Time `json:"created"`
}
type peopleOut struct {
	Body struct {
		People []memberBody `json:"people"`
	}
}

// people lists people, newest first. A query with as many digits as a phone
// number may have is refused.
func (a *API) people(ctx context.Context, in *peopleIn) (*peopleOut, error) {
	if _, err := account.ParsePhone(in.Q); err == nil || digits(in.Q) >= 7 {
		return nil, errPhone.In("q")
	}
	all, err := a.Account.People(ctx, who(ctx), in.Q, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := new(peopleOut)
	out.Body.People = []memberBody{}
	for _, p := range all {
		b := memberBody{string(p.ID), p.Name, p.Masked, []grant{}, p.Created}
		for _, g := range p.Grants {
			b.Grants = append(b.Grants, grant{string(g.Role), g.Merchant, g.Shop})
		}
		out.Body.People = append(out.Body.People, b)
	}
	return out, nil
}

func digits(s string) (n int) {
	for _, c := range s {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}
