package api

import (
	"context"
	"mime"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"citywalk/cover"
	"citywalk/discover"
	"citywalk/money"
)

// GroupMost bounds a group of categories.
type GroupMost struct {
	Group string `json:"group" minLength:"1" maxLength:"40"`
	Most  int    `json:"most" minimum:"0" maximum:"1000"`
}

// CoverAsked is what a plan of which shops to sign is asked to be.
type CoverAsked struct {
	City      string        `json:"city" minLength:"1" maxLength:"40"`
	Shops     int           `json:"shops,omitempty" minimum:"0" maximum:"1000" doc:"To sign at most; left out, the budget bounds them."`
	Budget    money.Amount  `json:"budget,omitempty" minimum:"0" maximum:"10000000000" doc:"What the visits of the sales team may cost; left out, the number of shops bounds them."`
	Minutes   int           `json:"minutes,omitempty" default:"10" minimum:"1" maximum:"60" doc:"On foot."`
	Chance    int           `json:"chance,omitempty" default:"100" minimum:"1" maximum:"100" doc:"Percent, that a shop that is visited signs."`
	Visit     *money.Amount `json:"visit,omitempty" minimum:"0" maximum:"1000000" doc:"What one visit of the sales team costs. Left out: 10000."`
	Uncurated bool          `json:"uncurated,omitempty" doc:"Whether shops that nobody reviewed may be chosen."`
	Groups    []GroupMost   `json:"groups,omitempty" maxItems:"20" doc:"At most so many of a group of categories."`
	Chain     int           `json:"chain,omitempty" minimum:"0" maximum:"1000" doc:"At most so many of a chain; left out, any number."`
	Effort    int           `json:"effort,omitempty" default:"1" minimum:"1" maximum:"10" doc:"How long to search, times the usual."`
}

func (b CoverAsked) request() discover.CoverRequest {
	r := discover.CoverRequest{City: b.City, Shops: b.Shops, Budget: b.Budget, Minutes: b.Minutes, Chance: b.Chance, Visit: discover.CoverUsual.Visit,
		Uncurated: b.Uncurated, Chain: b.Chain, Effort: b.Effort, Groups: map[string]int{}}
	if b.Visit != nil {
		r.Visit = *b.Visit
	}
	for _, g := range b.Groups {
		r.Groups[g.Group] = g.Most
	}
	return r
}

func showAsked(r discover.CoverRequest) CoverAsked {
	b := CoverAsked{City: r.City, Shops: r.Shops, Budget: r.Budget, Minutes: r.Minutes, Chance: r.Chance, Visit: &r.Visit, Uncurated: r.Uncurated, Chain: r.Chain, Effort: r.Effort}
	for _, group := range discover.CoverGroups() {
		if n, ok := r.Groups[group]; ok {
			b.Groups = append(b.Groups, GroupMost{group, n})
		}
	}
	return b
}

// coverPlanBody is how far a plan is. Weights are millionths of a visit, as in
// the certificate.
type coverPlanBody struct {
	ID      string           `json:"id"`
	Asked   CoverAsked       `json:"asked"`
	By      string           `json:"by" doc:"Who asked for it."`
	At      time.Time        `json:"at"`
	State   string           `json:"state" enum:"queued,running,done,cancelled,failed" doc:"One that was cancelled late enough has a result as well: the best until then."`
	Phase   string           `json:"phase,omitempty" doc:"What is being done."`
	Done    float64          `json:"done" minimum:"0" maximum:"1" doc:"Of the work."`
	Value   int64            `json:"value" doc:"Demand covered by the best plan so far, with the signed shops."`
	Bound   int64            `json:"bound,omitempty" doc:"What no plan exceeds, as far as it is proved; absent if nothing is yet."`
	Demand  int64            `json:"demand" doc:"All of it, in millionths of a visit."`
	Stopped *time.Time       `json:"stopped,omitempty" doc:"When somebody asked it to stop."`
	Ended   *time.Time       `json:"ended,omitempty"`
	Result  *coverResultBody `json:"result,omitempty" doc:"What came of it; not in lists."`
	Failure string           `json:"failure,omitempty" doc:"Why it failed, and what to do."`
	Files   []string         `json:"files,omitempty" doc:"Which of certificate, csv and geojson there are."`
}

// coverResultBody is what came of a plan.
type coverResultBody struct {
	Given      int64        `json:"given" doc:"Covered by the signed shops alone."`
	Value      int64        `json:"value" doc:"Covered with the chosen ones as well."`
	Bound      int64        `json:"bound" doc:"What no plan exceeds. The certificate proves it."`
	Ceiling    int64        `json:"ceiling" doc:"Covered if every candidate signed."`
	Gap        *float64     `json:"gap,omitempty" doc:"By how much more a plan could add at most, as a part of what this one adds; absent if this one adds nothing."`
	Cost       money.Amount `json:"cost"`
	Candidates int          `json:"candidates"`
	Next       []coverShop  `json:"next" doc:"Shops to sign, in the order of signing."`
	Gaps       []coverGap   `json:"gaps" doc:"Places that still miss something, the largest first."`
	GapsMore   int          `json:"gaps_more" doc:"How many more of them there are."`
}
type coverShop struct {
	Shop    string       `json:"shop"`
	Name    string       `json:"name"`
	Address string       `json:"address,omitempty"`
	Group   string       `json:"group"`
	Chain   string       `json:"chain,omitempty"`
	Lat     float64      `json:"lat"`
	Lng     float64      `json:"lng"`
	Chance  float64      `json:"chance" doc:"That it signs, of 1."`
	Cost    money.Amount `json:"cost"`
	Gain    int64        `json:"gain" doc:"What it adds to those before it."`
	Total   int64        `json:"total" doc:"Covered with it."`
}
type coverGap struct {
	Name      string  `json:"name,omitempty"`
	Lat       float64 `json:"lat"`
	Lng       float64 `json:"lng"`
	Demand    int64   `json:"demand"`
	Missing   int64   `json:"missing"`
	Reachable int64   `json:"reachable" doc:"Of what is missing, what a shop that is left out would cover."`
}

func (a *API) showCover(ctx context.Context, p discover.CoverPlan, gaps int) coverPlanBody {
	b := coverPlanBody{ID: string(p.ID), Asked: showAsked(p.Ask), By: string(p.Actor), At: p.At, State: string(p.State), Phase: p.Phase, Done: float64(p.Done) / 1000,
		Value: p.Value, Bound: p.Bound, Demand: p.Total, Files: p.Files}
	if !p.Stop.IsZero() {
		b.Stopped = &p.Stop
	}
	if !p.Ended.IsZero() {
		b.Ended = &p.Ended
	}
	if p.Failure != nil {
		b.Failure = p.Failure.Say(langOf(ctx))
	}
	if p.Result != nil {
		b.Result = showCoverResult(p.Result, gaps)
	}
	return b
}

func showCoverResult(r *discover.CoverResult, gaps int) *coverResultBody {
	b := &coverResultBody{Given: r.Given, Value: r.Value, Bound: r.Bound, Ceiling: r.Ceiling, Gap: r.Gap, Cost: r.Cost, Candidates: r.Candidates,
		Next: []coverShop{}, Gaps: []coverGap{}, GapsMore: r.GapsMore + max(0, len(r.Gaps)-gaps)}
	for _, s := range r.Shops {
		b.Next = append(b.Next, coverShop{s.ID, s.Name, s.Address, s.Group, s.Chain, s.At.Lat, s.At.Lng, float64(s.Chance) / cover.Certain, s.Cost, s.Gain, s.Total})
	}
	for _, g := range r.Gaps[:min(gaps, len(r.Gaps))] {
		b.Gaps = append(b.Gaps, coverGap{g.Name, g.At.Lat, g.At.Lng, g.Weight, g.Missing, g.Reachable})
	}
	return b
}

type startCoverIn struct {
	Keyed
	Body CoverAsked
}
type coverPlanOut struct {
	Body coverPlanBody
}

func (a *API) startCover(ctx context.Context, in *startCoverIn) (*coverPlanOut, error) {
	p, err := a.Discover.StartCover(ctx, who(ctx), in.Body.request(), in.Key)
	if err != nil {
		return nil, err
	}
	return &coverPlanOut{a.showCover(ctx, p, 0)}, nil
}

type coverPlansIn struct {
	City  string `query:"city" required:"true" minLength:"1" maxLength:"40"`
	Limit int    `query:"limit" minimum:"1" maximum:"30" default:"10" doc:"No more than 30 of a city are kept."`
}
type coverPlansOut struct {
	Body struct {
		Plans []coverPlanBody `json:"plans" doc:"The latest first, without their results."`
	}
}

func (a *API) coverPlans(ctx context.Context, in *coverPlansIn) (*coverPlansOut, error) {
	all, err := a.Discover.CoverPlans(ctx, who(ctx), in.City, in.Limit)
	if err != nil {
		return nil, err
	}
	out := new(coverPlansOut)
	out.Body.Plans = []coverPlanBody{}
	for _, p := range all {
		out.Body.Plans = append(out.Body.Plans, a.showCover(ctx, p, 0))
	}
	return out, nil
}

// CoverIn is the plan in a path.
type CoverIn struct {
	Cover string `path:"cover" maxLength:"64"`
}
type oneCoverIn struct {
	CoverIn
	Gaps int `query:"gaps" minimum:"0" maximum:"2000" default:"20" doc:"How many of the gaps to name."`
}

func (a *API) coverPlan(ctx context.Context, in *oneCoverIn) (*coverPlanOut, error) {
	p, err := a.Discover.CoverPlan(ctx, who(ctx), discover.CoverPlanID(in.Cover))
	if err != nil {
		return nil, err
	}
	return &coverPlanOut{a.showCover(ctx, p, in.Gaps)}, nil
}

func (a *API) stopCover(ctx context.Context, in *CoverIn) (*doneOut, error) {
	return nil, a.Discover.CancelCover(ctx, who(ctx), discover.CoverPlanID(in.Cover))
}

// coverFile hands out a file of a plan, as citywalk coverage plan writes it.
func (a *API) coverFile(kind, mimeType, name string) func(context.Context, *CoverIn) (*fileOut, error) {
	return func(ctx context.Context, in *CoverIn) (*fileOut, error) {
		body, err := a.Discover.CoverFile(ctx, who(ctx), discover.CoverPlanID(in.Cover), kind)
		if err != nil {
			return nil, err
		}
		return &fileOut{mimeType, mime.FormatMediaType("attachment", map[string]string{"filename": in.Cover + "-" + name}), body}, nil
	}
}

// asFile documents an answer that is a file: text, or one JSON object.
func asFile(mimeType, says string) func(*huma.Operation) {
	schema := &huma.Schema{Type: huma.TypeString}
	if strings.HasSuffix(mimeType, "+json") {
		schema = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
	}
	return func(o *huma.Operation) {
		o.Responses = map[string]*huma.Response{"200": {Description: says, Content: map[string]*huma.MediaType{mimeType: {Schema: schema}}}}
	}
}
