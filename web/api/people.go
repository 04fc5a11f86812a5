package api

import (
	"context"
	"time"

	"citywalk/account"
	"citywalk/shop"
	"citywalk/web"
)

// grant is a role as the API shows it.
type grant struct {
	Role     string `json:"role"`
	Merchant string `json:"merchant,omitempty"`
	Shop     string `json:"shop,omitempty"`
}

// session is a session as the API shows it.
type session struct {
	ID      string    `json:"id"`
	App     string    `json:"app"`
	Person  string    `json:"person"`
	Phone   string    `json:"phone" doc:"Masked."`
	Device  string    `json:"device"`
	Grants  []grant   `json:"grants"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
}

func showSession(s account.Session) session {
	out := session{ID: s.ID, App: string(s.App), Person: string(s.Person), Phone: s.Masked, Device: s.Device,
		Grants: []grant{}, Created: s.Created, Expires: s.Expires}
	for _, g := range s.Grants {
		out.Grants = append(out.Grants, grant{string(g.Role), g.Merchant, g.Shop})
	}
	return out
}

type challengeIn struct {
	Body struct {
		Phone  string `json:"phone" maxLength:"40"`
		Device string `json:"device,omitempty" maxLength:"160" doc:"What an earlier answer called this device, so that it is not taken for others at its address."`
	}
}
type challengeOut struct {
	Body struct {
		Challenge string  `json:"challenge"`
		Device    string  `json:"device" doc:"Keep it on the device and send it along with the next challenge."`
		Notice    *notice `json:"notice,omitempty" doc:"Why the code may not come."`
	}
}

// notice is something to tell the person, though nothing was refused.
type notice struct {
	Code       string `json:"code" doc:"Stable code to act on."`
	Title      string `json:"title" doc:"A sentence in the caller's language."`
	RetryAfter int    `json:"retry_after" doc:"Seconds after which trying again makes sense."`
}

func (a *API) challenge(ctx context.Context, in *challengeIn) (*challengeOut, error) {
	c := from(ctx)
	c.client.Tag = in.Body.Device
	asked, err := a.Account.Challenge(ctx, in.Body.Phone, c.client)
	if err != nil {
		return nil, err
	}
	out := new(challengeOut)
	out.Body.Challenge, out.Body.Device = asked.Challenge, in.Body.Device
	if !a.Account.OwnTag(in.Body.Device) {
		out.Body.Device = a.Account.NewTag()
	}
	if f := asked.Notice; f != nil {
		out.Body.Notice = &notice{f.Code, f.Say(c.lang), web.RetryAfter(f)}
	}
	return out, nil
}

type signInIn struct {
	Body struct {
		Challenge string `json:"challenge" maxLength:"64"`
		Code      string `json:"code" maxLength:"16"`
	}
}
type signInOut struct {
	Body struct {
		Token   string  `json:"token" doc:"Shown once; send it as Authorization: Bearer."`
		Session session `json:"session"`
	}
}

func (a *API) signIn(ctx context.Context, in *signInIn) (*signInOut, error) {
	token, s, err := a.Account.SignIn(ctx, in.Body.Challenge, in.Body.Code, account.APIApp, from(ctx).client)
	if err != nil {
		return nil, err
	}
	out := new(signInOut)
	out.Body.Token, out.Body.Session = token, showSession(s)
	return out, nil
}

type sessionsOut struct {
	Body struct {
		Sessions []session `json:"sessions"`
	}
}

func (a *API) sessions(ctx context.Context, _ *struct{}) (*sessionsOut, error) {
	all, err := a.Account.Sessions(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	out := new(sessionsOut)
	out.Body.Sessions = []session{}
	for _, s := range all {
		out.Body.Sessions = append(out.Body.Sessions, showSession(s))
	}
	return out, nil
}

type idIn struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) revoke(ctx context.Context, in *idIn) (*struct{}, error) {
	return nil, a.Account.Revoke(ctx, who(ctx), in.ID)
}

type inviteIn struct {
	Body struct {
		Role     string `json:"role" enum:"staff,merchant,operator,auditor"`
		Shop     string `json:"shop,omitempty" maxLength:"64" doc:"Of staff."`
		Merchant string `json:"merchant,omitempty" maxLength:"64" doc:"Of merchants."`
	}
}
type inviteOut struct {
	Body struct {
		Token   string    `json:"token" doc:"Shown once."`
		Expires time.Time `json:"expires"`
	}
}

func (a *API) invite(ctx context.Context, in *inviteIn) (*inviteOut, error) {
	g := account.Grant{Role: account.Role(in.Body.Role), Merchant: in.Body.Merchant, Shop: in.Body.Shop}
	if g.Role == account.Staff {
		sh, err := a.own(ctx, g.Shop)
		if err != nil {
			return nil, err
		}
		g.Merchant = string(sh.Merchant)
	}
	i, err := a.Account.Invite(ctx, who(ctx), g)
	if err != nil {
		return nil, err
	}
	out := new(inviteOut)
	out.Body.Token, out.Body.Expires = i.Token, i.Expires
	return out, nil
}

type acceptIn struct {
	Body struct {
		Token string `json:"token" maxLength:"128"`
	}
}
type acceptOut struct {
	Body grant
}

func (a *API) acceptInvitation(ctx context.Context, in *acceptIn) (*acceptOut, error) {
	g, err := a.Account.Accept(ctx, who(ctx), in.Body.Token)
	if err != nil {
		return nil, err
	}
	return &acceptOut{grant{string(g.Role), g.Merchant, g.Shop}}, nil
}

// own returns a shop to those who may read what is its merchant's; to others
// it is not there. What they may change, account says.
func (a *API) own(ctx context.Context, id string) (shop.Shop, error) {
	sh, err := a.Shop.Get(ctx, shop.ID(id))
	if err == nil && !who(ctx).Reads(string(sh.Merchant)) {
		err = shop.ErrUnknown
	}
	return sh, err
}

type personBody struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone" doc:"Masked."`
}
type teamOut struct {
	Body struct {
		People []personBody `json:"people"`
	}
}

func (a *API) team(ctx context.Context, in *ShopIn) (*teamOut, error) {
	sh, err := a.own(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	people, err := a.Account.Team(ctx, who(ctx), string(sh.Merchant), string(sh.ID))
	if err != nil {
		return nil, err
	}
	out := new(teamOut)
	out.Body.People = []personBody{}
	for _, p := range people {
		out.Body.People = append(out.Body.People, personBody{string(p.ID), p.Name, p.Masked})
	}
	return out, nil
}

type dismissIn struct {
	ShopIn
	Person string `path:"person" maxLength:"64"`
}

func (a *API) dismiss(ctx context.Context, in *dismissIn) (*struct{}, error) {
	sh, err := a.own(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	g := account.Grant{Role: account.Staff, Merchant: string(sh.Merchant), Shop: string(sh.ID)}
	return nil, a.Account.Dismiss(ctx, who(ctx), account.ID(in.Person), g)
}
