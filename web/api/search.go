package api

import (
	"context"
	"strings"

	"citywalk/atlas"
	"citywalk/discover"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/parlance"
	"citywalk/shop"
)

// searchIn is a question. Conditions may also stand in the words.
type searchIn struct {
	City       string  `query:"city" maxLength:"40" doc:"The programme's own if absent."`
	Q          string  `query:"q" maxLength:"80" doc:"Words in Chinese or English, pinyin or initials: a name, a dish, a kind of shop, a place, an hour, a price."`
	Lat        float64 `query:"lat" minimum:"-90" maximum:"90" doc:"WGS-84; with lng, where distances are from. It is not kept."`
	Lng        float64 `query:"lng" minimum:"-180" maximum:"180"`
	Within     int     `query:"within" minimum:"0" maximum:"50000" doc:"Metres; 0 is any distance."`
	Category   string  `query:"category" maxLength:"400" doc:"One of these, separated by commas; so districts and areas."`
	District   string  `query:"district" maxLength:"400"`
	Area       string  `query:"area" maxLength:"400"`
	Station    string  `query:"station" maxLength:"40" doc:"Near this metro station."`
	PriceMin   int64   `query:"price_min" minimum:"0" maximum:"100000000" doc:"Fen per head."`
	PriceMax   int64   `query:"price_max" minimum:"0" maximum:"100000000"`
	Open       bool    `query:"open" doc:"Known to be open now."`
	Card       bool    `query:"card" doc:"The card works now."`
	Curated    bool    `query:"curated"`
	Proved     bool    `query:"proved" doc:"With notes after paid visits."`
	Gives      string  `query:"gives" enum:"percent,fixed,gift"`
	Everywhere bool    `query:"everywhere" doc:"Also shops that do not take the card."`
	Counts     bool    `query:"counts" doc:"Count all that is found as well."`
	Sort       string  `query:"sort" enum:"best,distance,ranking,saving" default:"best" doc:"No order is personal."`
	After      string  `query:"after" maxLength:"400"`
	Limit      int     `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type searchOut struct {
	Body searchBody
}

type searchBody struct {
	Hits       []hitBody    `json:"hits"`
	Total      int          `json:"total,omitempty" doc:"If counts were asked for, as the facets."`
	About      bool         `json:"about,omitempty" doc:"The counts are estimates."`
	Facets     *facetsBody  `json:"facets,omitempty"`
	Understood []partBody   `json:"understood,omitempty" doc:"What the words were taken for."`
	Spelt      string       `json:"spelt,omitempty" doc:"What was looked for in place of what was typed, which nothing has."`
	Next       string       `json:"next,omitempty" doc:"For after."`
	Instead    *insteadBody `json:"instead,omitempty" doc:"If nothing was found: the nearest thing there is."`
}

type hitBody struct {
	ID       string       `json:"id"`
	Number   string       `json:"number"`
	Name     string       `json:"name"`
	Category string       `json:"category,omitempty"`
	District string       `json:"district,omitempty"`
	Address  string       `json:"address,omitempty"`
	Lat      float64      `json:"lat"`
	Lng      float64      `json:"lng"`
	Price    money.Amount `json:"price,omitempty"`
	Card     bool         `json:"card" doc:"It takes the card."`
	Curated  bool         `json:"curated,omitempty"`
	Gives    string       `json:"gives,omitempty" doc:"What the card does there, in short."`
	Distance *int         `json:"distance,omitempty" doc:"Metres as the crow flies."`
	Why      []whyBody    `json:"why"`
}

type whyBody struct {
	Reason string `json:"reason" doc:"near, station, back, list, new, dish, proved, curated, card, card_later, no_card, shut"`
	Says   string `json:"says"`
	N      int    `json:"n,omitempty"`
}

type partBody struct {
	Kind string `json:"kind" doc:"words, kind, at, in, price or wish."`
	Says string `json:"says"`
	From int    `json:"from" doc:"The bytes of q that it is, up to to."`
	To   int    `json:"to"`
}

type countBody struct {
	Label string `json:"label"`
	N     int    `json:"n"`
}

type facetsBody struct {
	Categories []countBody `json:"categories"`
	Districts  []countBody `json:"districts"`
	Areas      []countBody `json:"areas"`
	Card       int         `json:"card"`
	Curated    int         `json:"curated"`
	Proved     int         `json:"proved"`
}

type insteadBody struct {
	Gave    []partBody `json:"gave,omitempty" doc:"What of the words was given up."`
	Dropped []string   `json:"dropped" doc:"Which conditions were given up: card, open, gives, listed, price, near, no_card, words."`
	Hits    []hitBody  `json:"hits"`
}

func (in *searchIn) query() discover.Query {
	q := discover.Query{City: in.City, Text: in.Q, Within: float64(in.Within), Categories: several(in.Category), Districts: several(in.District), Areas: several(in.Area),
		Station: in.Station, PriceMin: money.Amount(in.PriceMin), PriceMax: money.Amount(in.PriceMax), Open: in.Open, Card: in.Card,
		Curated: in.Curated, Proved: in.Proved, Gives: in.Gives, Everywhere: in.Everywhere, Counts: in.Counts,
		Sort: discover.Sort(in.Sort), After: in.After, Limit: in.Limit}
	if in.Lat != 0 || in.Lng != 0 {
		q.Near = &geo.Point{Lat: in.Lat, Lng: in.Lng}
	}
	return q
}

// severalMax is how many labels one parameter may name.
const severalMax = 16

// several takes labels apart that commas separate.
func several(s string) (labels []string) {
	for label := range strings.SplitSeq(s, ",") {
		if label = strings.TrimSpace(label); label != "" && len(labels) < severalMax {
			labels = append(labels, label)
		}
	}
	return labels
}

func (a *API) search(ctx context.Context, in *searchIn) (*searchOut, error) {
	q := in.query()
	q.Lang = langOf(ctx)
	found, err := a.Discover.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	return &searchOut{showSearch(&found, q.Lang)}, nil
}

func showSearch(found *discover.Answer, lang fault.Lang) searchBody {
	return searchBody{Hits: showHits(lang, found.Hits), Next: found.Next, Total: found.Facets.Total, About: found.Facets.About,
		Facets: showFacets(found.Facets), Understood: showParts(lang, found.Understood), Spelt: found.Spelt,
		Instead: showInstead(lang, found.Instead)}
}

func showFacets(f discover.Facets) *facetsBody {
	if f.Total == 0 {
		return nil
	}
	return &facetsBody{Categories: showCounts(f.Categories), Districts: showCounts(f.Districts), Areas: showCounts(f.Areas),
		Card: f.Card, Curated: f.Curated, Proved: f.Proved}
}

func showInstead(lang fault.Lang, in *discover.Instead) *insteadBody {
	if in == nil {
		return nil
	}
	out := &insteadBody{Hits: showHits(lang, in.Hits), Gave: showParts(lang, in.Gave), Dropped: []string{}}
	for _, c := range in.Dropped {
		out.Dropped = append(out.Dropped, string(c))
	}
	return out
}

// partKinds are what parts of a question are called.
var partKinds = map[parlance.PartKind]string{
	parlance.Words: "words", parlance.Kind: "kind", parlance.At: "at", parlance.In: "in", parlance.Price: "price", parlance.Wish: "wish",
}

func showParts(lang fault.Lang, parts []parlance.Part) (all []partBody) {
	for _, p := range parts {
		says := p.Zh
		if lang == fault.En {
			says = p.En
		}
		all = append(all, partBody{partKinds[p.Kind], says, p.From, p.To})
	}
	return all
}

func showCounts(counts []atlas.Count) []countBody {
	all := make([]countBody, len(counts))
	for i, c := range counts {
		all[i] = countBody(c)
	}
	return all
}

func showHits(lang fault.Lang, hits []discover.Hit) []hitBody {
	all := make([]hitBody, len(hits))
	for i, h := range hits {
		b := hitBody{ID: string(h.ID), Number: h.Number, Name: h.Name, Category: h.Category, District: h.District, Address: h.Address,
			Lat: h.Point.Lat, Lng: h.Point.Lng, Price: h.Price, Card: h.State == shop.Live, Curated: h.Curated, Gives: h.Gives}
		if h.Distance >= 0 {
			m := int(h.Distance)
			b.Distance = &m
		}
		for _, w := range h.Why {
			b.Why = append(b.Why, whyBody{string(w.Reason), w.Say(lang), w.N})
		}
		all[i] = b
	}
	return all
}

type suggestIn struct {
	City string `query:"city" maxLength:"40" doc:"The programme's own if absent."`
	Q    string `query:"q" maxLength:"40" doc:"What was typed so far."`
}

type suggestOut struct {
	Body struct {
		Suggestions []suggestionBody `json:"suggestions"`
	}
}

type suggestionBody struct {
	Kind string `json:"kind" doc:"shop, category, dish, district, area or station."`
	Text string `json:"text"`
}

func (a *API) suggest(ctx context.Context, in *suggestIn) (*suggestOut, error) {
	found, err := a.Discover.Suggest(ctx, in.City, in.Q)
	if err != nil {
		return nil, err
	}
	out := new(suggestOut)
	out.Body.Suggestions = []suggestionBody{}
	for _, s := range found {
		out.Body.Suggestions = append(out.Body.Suggestions, suggestionBody{s.Kind, s.Text})
	}
	return out, nil
}
