package api

import (
	"context"

	"citywalk/discover"
	"citywalk/esteem"
	"citywalk/ledger"
	"citywalk/shop"
)

type listIn struct {
	City     string `query:"city" maxLength:"40" doc:"Default: the programme's own."`
	Kind     string `query:"kind" enum:"back,trip,small,new,tourist" default:"back" doc:"Locals came back; worth the trip; small and loved; new; tourists' first visits."`
	Span     string `query:"span" enum:"day,year" default:"day" doc:"The last 180 days or 365."`
	Category string `query:"category" maxLength:"40" doc:"Empty for all."`
	District string `query:"district" maxLength:"40" doc:"Empty for the whole city."`
	Day      string `query:"day" maxLength:"10" doc:"Of the list, such as 2026-03-02; empty for the newest."`
}
type reasonBody struct {
	What  string  `json:"what" enum:"came-back,from-far,praised,few,opened,visited"`
	Share float64 `json:"share,omitempty" doc:"0 to 1, rounded: locals who came back, or members from more than 5 km."`
	Usual float64 `json:"usual,omitempty" doc:"The same of the shop's kind."`
	Of    int     `json:"of,omitempty" doc:"Of about how many, rounded down."`
}
type placedBody struct {
	Shop    string       `json:"shop"`
	Place   int          `json:"place,omitempty" doc:"From 1; new shops have none."`
	Best    int          `json:"best,omitempty"`
	Worst   int          `json:"worst,omitempty" doc:"With best, between which places it is with nine chances in ten."`
	Score   float64      `json:"score,omitempty" doc:"0 to 1: what part of shops it is above, carefully."`
	Reasons []reasonBody `json:"reasons" doc:"The weightiest first."`
}
type listOut struct {
	Body struct {
		City    string       `json:"city"`
		Day     string       `json:"day" doc:"Of the list; empty if there are none yet."`
		Rules   string       `json:"rules" doc:"Where it is told how lists are made."`
		Entries []placedBody `json:"entries"`
	}
}

func (a *API) publicList(ctx context.Context, in *listIn) (*listOut, error) {
	l := discover.ListKey{City: in.City, Kind: esteem.Kind(in.Kind), Span: discover.Span(in.Span), Category: in.Category, District: in.District}
	if in.Day != "" {
		day, err := ledger.ParseDay(in.Day)
		if err != nil {
			return nil, discover.ErrListDay
		}
		l.Day = day
	}
	if l.City == "" {
		city, err := a.Discover.ListCity(ctx, a.Discover.City)
		if err != nil {
			return nil, err
		}
		l.City = city
	}
	c, err := a.Discover.Chart(ctx, l, a.Now())
	if err != nil {
		return nil, err
	}
	out := new(listOut)
	out.Body.City, out.Body.Day, out.Body.Rules, out.Body.Entries = c.City, string(c.Day), "/rules/lists", []placedBody{}
	for _, e := range c.Entries {
		one := placedBody{Shop: string(e.Shop), Place: e.Place, Best: e.Best, Worst: e.Worst, Score: float64(e.Score) / 1000, Reasons: []reasonBody{}}
		for _, r := range e.Reasons {
			one.Reasons = append(one.Reasons, reasonBody{string(r.What), r.Share, r.Usual, r.Of})
		}
		out.Body.Entries = append(out.Body.Entries, one)
	}
	return out, nil
}

type placeBody struct {
	Span     string `json:"span" enum:"day,year"`
	Kind     string `json:"kind" enum:"back,trip,small,tourist"`
	Category string `json:"category,omitempty" doc:"Of the list; absent for all."`
	Since    string `json:"since" doc:"Day."`
	Place    int    `json:"place" doc:"0 if it left the list then."`
}
type placesOut struct {
	Body struct {
		Places []placeBody `json:"places" doc:"The newest first."`
	}
}

func (a *API) places(ctx context.Context, in *ShopIn) (*placesOut, error) {
	if _, err := a.Shop.Get(ctx, shop.ID(in.Shop)); err != nil {
		return nil, err
	}
	all, err := a.Discover.Stands(ctx, shop.ID(in.Shop))
	out := new(placesOut)
	out.Body.Places = []placeBody{}
	for _, s := range all {
		out.Body.Places = append(out.Body.Places, placeBody{string(s.Span), string(s.Kind), s.Category, string(s.Day), s.Place})
	}
	return out, err
}
