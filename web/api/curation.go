package api

import (
	"context"
	"time"

	"citywalk/curate"
	"citywalk/score"
	"citywalk/shop"
)

type candidatesIn struct {
	City  string `query:"city" maxLength:"40" doc:"Whose queue it is."`
	Limit int    `query:"limit" minimum:"1" maximum:"600" default:"50"`
}
type candidateBody struct {
	Shop  string  `json:"shop"`
	Place int     `json:"place" doc:"From 1."`
	Why   string  `json:"why" enum:"fallen,expired,appealed,worth"`
	Worth float64 `json:"worth" doc:"How much a review is expected to better the list."`
}
type candidatesOut struct {
	Body struct {
		Candidates []candidateBody `json:"candidates"`
	}
}

func (a *API) candidates(ctx context.Context, in *candidatesIn) (*candidatesOut, error) {
	all, err := a.Curate.Candidates(ctx, who(ctx), in.City, in.Limit)
	out := new(candidatesOut)
	out.Body.Candidates = []candidateBody{}
	for _, c := range all {
		out.Body.Candidates = append(out.Body.Candidates, candidateBody{string(c.Shop), c.Place, string(c.Why), c.Worth})
	}
	return out, err
}

// decisionBody is a decision as those who review see it.
type decisionBody struct {
	ID       string     `json:"id"`
	Shop     string     `json:"shop"`
	Verdict  string     `json:"verdict" enum:"included,watched,excluded"`
	Step     string     `json:"step" enum:"proposed,standing,past,rejected"`
	Reason   string     `json:"reason" doc:"Public."`
	Remark   string     `json:"remark,omitempty" doc:"For colleagues."`
	Tie      string     `json:"tie,omitempty" doc:"What ties the reviewer to the shop, in his words."`
	Reviewer string     `json:"reviewer"`
	Second   string     `json:"second,omitempty" doc:"Who confirmed or rejected it."`
	Appeal   string     `json:"appeal,omitempty" doc:"The appeal that it answers."`
	Rules    string     `json:"rules" doc:"Version of the rules."`
	At       time.Time  `json:"at"`
	Settled  *time.Time `json:"settled,omitempty"`
	Expires  time.Time  `json:"expires"`
}
type decisionOut struct {
	Body decisionBody
}

func showDecision(d curate.Decision) decisionBody {
	return decisionBody{string(d.ID), string(d.Shop), string(d.Verdict), string(d.Step), d.Reason, d.Remark, d.Tie, string(d.Reviewer),
		string(d.Second), string(d.Appeal), d.Rules, d.At, timeOrNone(d.Settled), d.Expires}
}

func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// appealBody is an appeal as its merchant and those who review see it.
type appealBody struct {
	ID       string     `json:"id"`
	Shop     string     `json:"shop"`
	Decision string     `json:"decision"`
	Text     string     `json:"text"`
	State    string     `json:"state" enum:"open,upheld,overturned"`
	Answer   string     `json:"answer,omitempty"`
	At       time.Time  `json:"at"`
	Answered *time.Time `json:"answered,omitempty"`
}
type appealOut struct {
	Body appealBody
}

func showAppeal(a curate.Appeal) appealBody {
	return appealBody{string(a.ID), string(a.Shop), string(a.Decision), a.Text, string(a.State), a.Answer, a.At, timeOrNone(a.Answered)}
}

type dossierOut struct {
	Body struct {
		Shop      string         `json:"shop"`
		Verdict   string         `json:"verdict,omitempty" enum:"included,watched,excluded" doc:"Absent if nobody decided yet."`
		Decision  string         `json:"decision,omitempty" doc:"The one that stands; name it as seen in the next."`
		Expires   *time.Time     `json:"expires,omitempty"`
		Alarm     string         `json:"alarm,omitempty" enum:"expired,fallen"`
		Decisions []decisionBody `json:"decisions"`
		Appeals   []appealBody   `json:"appeals"`
	}
}

func (a *API) dossier(ctx context.Context, in *ShopIn) (*dossierOut, error) {
	f, err := a.Curate.File(ctx, who(ctx), shop.ID(in.Shop))
	if err != nil {
		return nil, err
	}
	out := new(dossierOut)
	b := &out.Body
	b.Shop, b.Verdict, b.Decision, b.Alarm, b.Expires = in.Shop, string(f.Verdict), string(f.Decision), string(f.Alarm), timeOrNone(f.Expires)
	b.Decisions, b.Appeals = []decisionBody{}, []appealBody{}
	for _, d := range f.Decisions {
		b.Decisions = append(b.Decisions, showDecision(d))
	}
	for _, ap := range f.Appeals {
		b.Appeals = append(b.Appeals, showAppeal(ap))
	}
	return out, nil
}

// ruling is what a reviewer decides.
type ruling struct {
	Verdict string `json:"verdict" enum:"included,watched,excluded"`
	Reason  string `json:"reason" minLength:"1" maxLength:"500" doc:"Public: the merchant and members read it."`
	Remark  string `json:"remark,omitempty" maxLength:"1000" doc:"For colleagues."`
	Tie     tie    `json:"tie"`
	Days    int    `json:"days,omitempty" minimum:"1" maximum:"730" doc:"How long it holds; absent is what the rules say."`
}

// tie is what a reviewer says of his own interest; he must say something.
type tie struct {
	None  bool   `json:"none,omitempty" doc:"Nothing ties you to the shop."`
	Words string `json:"words,omitempty" maxLength:"200" doc:"What does. A second person then has to confirm."`
}

func (r ruling) take() curate.Ruling {
	return curate.Ruling{Verdict: curate.Verdict(r.Verdict), Reason: r.Reason, Remark: r.Remark, Tie: curate.Tie{None: r.Tie.None, Words: r.Tie.Words}, Days: r.Days}
}

type decideIn struct {
	ShopIn
	Keyed
	Body struct {
		Ruling ruling `json:"ruling"`
		Seen   string `json:"seen,omitempty" maxLength:"64" doc:"The standing decision that you saw; absent for none. If another stands by now, yours is refused."`
	}
}

func (a *API) decide(ctx context.Context, in *decideIn) (*decisionOut, error) {
	r := in.Body.Ruling.take()
	r.Seen = curate.DecisionID(in.Body.Seen)
	return decided(a.Curate.Decide(ctx, who(ctx), shop.ID(in.Shop), r, in.Key))
}

func decided(d curate.Decision, err error) (*decisionOut, error) {
	if err != nil {
		return nil, err
	}
	return &decisionOut{showDecision(d)}, nil
}

type decisionIn struct {
	Decision string `path:"decision" maxLength:"64"`
}

func (a *API) confirmDecision(ctx context.Context, in *decisionIn) (*decisionOut, error) {
	return decided(a.Curate.Confirm(ctx, who(ctx), curate.DecisionID(in.Decision)))
}

func (a *API) rejectDecision(ctx context.Context, in *decisionIn) (*decisionOut, error) {
	return decided(a.Curate.Reject(ctx, who(ctx), curate.DecisionID(in.Decision)))
}

type appealIn struct {
	ShopIn
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"1000"`
	}
}

func (a *API) appeal(ctx context.Context, in *appealIn) (*appealOut, error) {
	ap, err := a.Curate.Appeal(ctx, who(ctx), shop.ID(in.Shop), in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &appealOut{showAppeal(ap)}, nil
}

type judgeIn struct {
	Appeal string `path:"appeal" maxLength:"64"`
	Body   struct {
		Answer string  `json:"answer" minLength:"1" maxLength:"1000" doc:"The merchant reads it."`
		Ruling *ruling `json:"ruling,omitempty" doc:"The decision that takes the old one's place; absent, the old one was right."`
	}
}

func (a *API) judge(ctx context.Context, in *judgeIn) (*appealOut, error) {
	j := curate.Judgement{Answer: in.Body.Answer}
	if in.Body.Ruling != nil {
		r := in.Body.Ruling.take()
		j.Ruling = &r
	}
	ap, err := a.Curate.Judge(ctx, who(ctx), curate.AppealID(in.Appeal), j)
	if err != nil {
		return nil, err
	}
	return &appealOut{showAppeal(ap)}, nil
}

type labelIn struct {
	Note string `path:"note" maxLength:"64"`
	Body struct {
		Bought bool `json:"bought" doc:"Whether it looks bought, or honest. The next fit learns from it; nobody else is shown it."`
	}
}

func (a *API) label(ctx context.Context, in *labelIn) (*struct{}, error) {
	said := score.Honest
	if in.Body.Bought {
		said = score.Bought
	}
	return nil, a.Curate.Label(ctx, who(ctx), curate.NoteID(in.Note), said)
}
