package api

import (
	"context"
	"time"

	"citywalk/curate"
	"citywalk/fault"
	"citywalk/opinion"
	"citywalk/shop"
)

// errUnlisted says that a shop has no public dossier.
var errUnlisted = fault.New(fault.NotFound, "api.unlisted", fault.Us,
	"这家店不在精选名单上。", "This shop is not on the curated list.")

// markBody is a mark from 1 to 5 with its 90 % interval.
type markBody struct {
	Mean float64 `json:"mean" doc:"1 to 5."`
	Lo   float64 `json:"lo"`
	Hi   float64 `json:"hi" doc:"With lo, the 90 % interval."`
}
type aspectBody struct {
	Aspect string  `json:"aspect" enum:"taste,service,price,environment,waiting,cleanliness"`
	Mean   float64 `json:"mean" doc:"1 to 5."`
	Lo     float64 `json:"lo"`
	Hi     float64 `json:"hi" doc:"With lo, the 90 % interval."`
}
type clauseBody struct {
	Text     string   `json:"text"`
	Aspects  []string `json:"aspects"`
	Polarity float64  `json:"polarity" minimum:"0" maximum:"1" doc:"0 discontent to 1 content."`
	Month    string   `json:"month" doc:"When it was written: 2026-08."`
	Visited  bool     `json:"visited" doc:"Its author had paid there."`
}
type whyOut struct {
	Body struct {
		Shop     string       `json:"shop"`
		Reason   string       `json:"reason" doc:"The reviewer's."`
		Rules    string       `json:"rules" doc:"Version of the public rules, /rules/curation."`
		Reviewed time.Time    `json:"reviewed"`
		Expires  time.Time    `json:"expires"`
		Due      bool         `json:"due" doc:"Its next review is due; until then it stays on the list."`
		Notes    int          `json:"notes" doc:"How many the score rests on."`
		Visits   int          `json:"visits" doc:"How often reviewers were there."`
		Score    *markBody    `json:"score,omitempty" doc:"Absent while there are too few notes."`
		Aspects  []aspectBody `json:"aspects" doc:"Those that enough notes speak of."`
		Quotes   []clauseBody `json:"quotes" doc:"Clauses of notes, good and bad; the strongest complaint is among them."`
	}
}

// aspectKeys are the aspects as the API names them.
var aspectKeys = [opinion.Aspects]string{"taste", "service", "price", "environment", "waiting", "cleanliness"}

func (a *API) why(ctx context.Context, in *ShopIn) (*whyOut, error) {
	if _, err := a.Shop.Get(ctx, shop.ID(in.Shop)); err != nil {
		return nil, err
	}
	d, on, err := a.Community.WhyHere(ctx, shop.ID(in.Shop))
	if err != nil {
		return nil, err
	}
	if !on {
		return nil, errUnlisted
	}
	return a.showWhy(d), nil
}

func (a *API) showWhy(d curate.Public) *whyOut {
	out := new(whyOut)
	b := &out.Body
	b.Shop, b.Reason, b.Rules, b.Reviewed, b.Expires, b.Due = string(d.Shop), d.Reason, d.Rules, d.Reviewed, d.Expires, d.Expired
	b.Notes, b.Visits, b.Aspects, b.Quotes = d.Notes, d.Visits, []aspectBody{}, []clauseBody{}
	if d.Notes > 0 {
		b.Score = &markBody{d.Mean, d.Lo, d.Hi}
	}
	for i, s := range d.Aspects {
		if s.OK {
			b.Aspects = append(b.Aspects, aspectBody{aspectKeys[i], s.Mean, s.Lo, s.Hi})
		}
	}
	for _, q := range d.Quotes {
		one := clauseBody{Text: q.Text, Aspects: []string{}, Polarity: q.Polarity, Month: q.Written.In(a.Shop.Zone).Format("2006-01"), Visited: q.Visited}
		for _, s := range q.Aspects {
			one.Aspects = append(one.Aspects, aspectKeys[s])
		}
		b.Quotes = append(b.Quotes, one)
	}
	return out
}
