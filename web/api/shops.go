package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"citywalk/fault"
	"citywalk/geo"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// hours is a weekly window.
type hours struct {
	Days  []int `json:"days,omitempty" maxItems:"7" doc:"0 Sunday to 6 Saturday; none is every day."`
	From  int   `json:"from" minimum:"0" maximum:"1440" doc:"Minute of day, inclusive."`
	Until int   `json:"until" minimum:"1" maximum:"2880" doc:"Minute of day, exclusive; beyond 1440 runs past midnight."`
}

// terms are a shop's terms as the API takes and shows them.
type terms struct {
	Kind     string       `json:"kind" enum:"percent,fixed,gift"`
	Percent  int          `json:"percent,omitempty" minimum:"0" maximum:"90"`
	Off      money.Amount `json:"off,omitempty" minimum:"0"`
	Gift     string       `json:"gift,omitempty" maxLength:"200"`
	Floor    money.Amount `json:"floor,omitempty" minimum:"0"`
	Cap      money.Amount `json:"cap,omitempty" minimum:"0"`
	PerDay   int          `json:"per_day,omitempty" minimum:"0" maximum:"10"`
	Hours    []hours      `json:"hours,omitempty" maxItems:"50"`
	Blackout []date       `json:"blackout,omitempty" maxItems:"400"`
	Excluded string       `json:"excluded,omitempty" maxLength:"400"`
	Budget   money.Amount `json:"budget,omitempty" minimum:"0" doc:"At most this is given a business day."`
}

// A date is a business day in a list.
type date string

// Schema says so in the document.
func (date) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date"}
}

// offer is a shop's own offer.
type offer struct {
	Title   string       `json:"title" minLength:"1" maxLength:"80"`
	Kind    string       `json:"kind" enum:"percent,fixed"`
	Percent int          `json:"percent,omitempty" minimum:"0" maximum:"90"`
	Off     money.Amount `json:"off,omitempty" minimum:"0"`
	Floor   money.Amount `json:"floor,omitempty" minimum:"0"`
	Cap     money.Amount `json:"cap,omitempty" minimum:"0"`
	Hours   []hours      `json:"hours,omitempty" maxItems:"50"`
	From    string       `json:"from,omitempty" format:"date"`
	Until   string       `json:"until,omitempty" format:"date"`
}

// shopBody is a shop as the API shows it.
type shopBody struct {
	ID       string       `json:"id"`
	Number   string       `json:"number"`
	City     string       `json:"city"`
	District string       `json:"district,omitempty"`
	Address  string       `json:"address,omitempty"`
	Name     string       `json:"name"`
	Category string       `json:"category,omitempty"`
	Dishes   []string     `json:"dishes,omitempty"`
	Lat      float64      `json:"lat"`
	Lng      float64      `json:"lng"`
	Price    money.Amount `json:"price,omitempty" doc:"Per head; absent if unknown."`
	Opens    *int         `json:"opens,omitempty" doc:"Minute of day; absent if unknown."`
	Closes   *int         `json:"closes,omitempty" doc:"Minute of day; beyond 1440 runs past midnight."`
	Open     *bool        `json:"open,omitempty" doc:"Absent if its hours are unknown."`
	State    string       `json:"state"`
	Curated  bool         `json:"curated" doc:"On the curated list; its dossier says why."`
	Terms    *terms       `json:"terms,omitempty"`
	Says     string       `json:"says,omitempty" doc:"The terms in one sentence."`
	Offers   []offer      `json:"offers,omitempty"`
	Distance *int         `json:"distance,omitempty" doc:"Metres."`
	Cursor   string       `json:"cursor,omitempty"`
}

func (a *API) showShop(s shop.Shop, l fault.Lang, now time.Time) shopBody {
	out := shopBody{ID: string(s.ID), Number: s.Number, City: s.City, District: s.District, Address: s.Address,
		Name: s.Name, Category: s.Category, Opens: showMinute(s.Opens), Closes: showMinute(s.Closes),
		Dishes: s.Dishes, Lat: s.Point.Lat, Lng: s.Point.Lng, Price: s.Price, State: string(s.State), Curated: s.Curated}
	if open, known := s.OpenAt(now.In(a.Shop.Zone)); known {
		out.Open = &open
	}
	if s.Terms.Kind != shop.None {
		out.Terms, out.Says = showTerms(s.Terms), s.Terms.Say(l)
	}
	for _, o := range s.Offers {
		out.Offers = append(out.Offers, offer{o.Title, string(o.Kind), o.Percent, o.Off, o.Floor, o.Cap, showHours(o.Hours), string(o.From), string(o.Until)})
	}
	return out
}

func showTerms(t shop.Terms) *terms {
	out := &terms{Kind: string(t.Kind), Percent: t.Percent, Off: t.Off, Gift: t.Gift, Floor: t.Floor, Cap: t.Cap,
		PerDay: t.PerDay, Hours: showHours(t.Hours), Excluded: t.Excluded, Budget: t.Budget}
	for _, d := range t.Blackout {
		out.Blackout = append(out.Blackout, date(d))
	}
	return out
}

func showHours(hs []shop.Hours) []hours {
	var out []hours
	for _, h := range hs {
		w := hours{From: h.From, Until: h.Until}
		for _, d := range h.Days {
			w.Days = append(w.Days, int(d))
		}
		out = append(out, w)
	}
	return out
}

func takeHours(hs []hours) []shop.Hours {
	var out []shop.Hours
	for _, h := range hs {
		w := shop.Hours{From: h.From, Until: h.Until}
		for _, d := range h.Days {
			w.Days = append(w.Days, time.Weekday(d))
		}
		out = append(out, w)
	}
	return out
}

type shopsIn struct {
	City    string  `query:"city" maxLength:"40"`
	Q       string  `query:"q" maxLength:"80" doc:"Part of a name, category or dish."`
	Lat     float64 `query:"lat" minimum:"-90" maximum:"90"`
	Lng     float64 `query:"lng" minimum:"-180" maximum:"180"`
	Within  int     `query:"within" minimum:"0" maximum:"50000" doc:"Metres."`
	Open    bool    `query:"open" doc:"Only shops open now."`
	Curated bool    `query:"curated" doc:"Only shops on the curated list."`
	State   string  `query:"state" enum:"live,draft,paused" default:"live"`
	After   string  `query:"after" maxLength:"200"`
	Limit   int     `query:"limit" minimum:"1" maximum:"100" default:"20"`
}
type shopsOut struct {
	Body struct {
		Shops []shopBody `json:"shops"`
	}
}

func (a *API) shops(ctx context.Context, in *shopsIn) (*shopsOut, error) {
	q := shop.Query{City: in.City, Name: in.Q, Within: float64(in.Within), State: shop.State(in.State), OpenNow: in.Open, Curated: in.Curated, After: in.After, Limit: in.Limit}
	if in.Lat != 0 || in.Lng != 0 {
		q.Near = &geo.Point{Lat: in.Lat, Lng: in.Lng}
	}
	hits, err := a.Shop.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	out := new(shopsOut)
	out.Body.Shops = []shopBody{}
	for _, h := range hits {
		b := a.showShop(h.Shop, langOf(ctx), a.Now())
		b.Cursor = h.Cursor
		if h.Distance >= 0 {
			m := int(h.Distance)
			b.Distance = &m
		}
		out.Body.Shops = append(out.Body.Shops, b)
	}
	return out, nil
}

// ShopIn is the shop in a path. It and its like are exported because huma
// looks only into exported embedded fields.
type ShopIn struct {
	Shop string `path:"shop" maxLength:"64"`
}
type shopOut struct {
	Body shopBody
}

func (a *API) oneShop(ctx context.Context, in *ShopIn) (*shopOut, error) {
	return a.shopOut(ctx)(a.Shop.Get(ctx, shop.ID(in.Shop)))
}

// shopOut turns a shop or an error into an answer.
func (a *API) shopOut(ctx context.Context) func(shop.Shop, error) (*shopOut, error) {
	return func(s shop.Shop, err error) (*shopOut, error) {
		if err != nil {
			return nil, err
		}
		return &shopOut{a.showShop(s, langOf(ctx), a.Now())}, nil
	}
}

type numberIn struct {
	Number string `path:"number" maxLength:"12"`
}

func (a *API) sign(ctx context.Context, in *numberIn) (*shopOut, error) {
	return a.shopOut(ctx)(a.Shop.ByNumber(ctx, in.Number))
}

type importIn struct {
	Body struct {
		City   string            `json:"city" minLength:"1" maxLength:"40"`
		Source string            `json:"source" minLength:"1" maxLength:"80"`
		CRS    string            `json:"crs" enum:"gcj02,bd09,wgs84"`
		Map    map[string]string `json:"map"`
		DryRun bool              `json:"dry_run,omitempty"`
		CSV    string            `json:"csv" doc:"The file's text; send large files in parts with the same source."`
	}
}
type importOut struct {
	Body struct {
		Rows     int      `json:"rows"`
		Added    int      `json:"added"`
		Changed  int      `json:"changed"`
		Same     int      `json:"same"`
		Problems []badRow `json:"problems"`
	}
}
type badRow struct {
	Line   int    `json:"line"`
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

func (a *API) importShops(ctx context.Context, in *importIn) (*importOut, error) {
	r, err := a.Shop.Import(ctx, who(ctx).Person, strings.NewReader(in.Body.CSV), shop.Import{
		City: in.Body.City, Source: in.Body.Source, System: geo.System(in.Body.CRS), Format: "csv", Map: in.Body.Map, DryRun: in.Body.DryRun})
	if err != nil {
		return nil, err
	}
	out := new(importOut)
	out.Body.Rows, out.Body.Added, out.Body.Changed, out.Body.Same = r.Rows, r.Added, r.Changed, r.Same
	out.Body.Problems = []badRow{}
	for _, p := range r.Problems {
		reason := p.Reason
		if langOf(ctx) == fault.Zh {
			reason = p.Zh
		}
		out.Body.Problems = append(out.Body.Problems, badRow{p.Line, p.Field, reason})
	}
	return out, nil
}

type merchantBody struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}
type addMerchantIn struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"80"`
	}
}
type merchantOut struct {
	Body merchantBody
}

func (a *API) addMerchant(ctx context.Context, in *addMerchantIn) (*merchantOut, error) {
	m, err := a.Shop.AddMerchant(ctx, who(ctx), in.Body.Name)
	return &merchantOut{merchantBody{string(m.ID), m.Name}}, err
}

// PageIn asks for a page of a list.
type PageIn struct {
	After string `query:"after" maxLength:"200"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}
type merchantsOut struct {
	Body struct {
		Merchants []merchantBody `json:"merchants"`
	}
}

func (a *API) merchants(ctx context.Context, in *PageIn) (*merchantsOut, error) {
	all, err := a.Shop.Merchants(ctx, in.After, in.Limit)
	out := new(merchantsOut)
	out.Body.Merchants = []merchantBody{}
	for _, m := range all {
		out.Body.Merchants = append(out.Body.Merchants, merchantBody{string(m.ID), m.Name})
	}
	return out, err
}

type assignIn struct {
	ShopIn
	Body struct {
		Merchant string `json:"merchant" minLength:"1" maxLength:"64"`
	}
}

func (a *API) assign(ctx context.Context, in *assignIn) (*shopOut, error) {
	if err := a.Shop.Assign(ctx, who(ctx), shop.ID(in.Shop), shop.MerchantID(in.Body.Merchant)); err != nil {
		return nil, err
	}
	return a.oneShop(ctx, &in.ShopIn)
}

type setTermsIn struct {
	ShopIn
	Body terms
}

func (a *API) setTerms(ctx context.Context, in *setTermsIn) (*shopOut, error) {
	b := in.Body
	t := shop.Terms{Kind: shop.Kind(b.Kind), Percent: b.Percent, Off: b.Off, Gift: b.Gift, Floor: b.Floor, Cap: b.Cap,
		PerDay: b.PerDay, Hours: takeHours(b.Hours), Excluded: b.Excluded, Budget: b.Budget}
	for _, d := range b.Blackout {
		day, err := ledger.ParseDay(string(d))
		if err != nil {
			return nil, errRequest.In("blackout")
		}
		t.Blackout = append(t.Blackout, day)
	}
	return a.shopOut(ctx)(a.Shop.SetTerms(ctx, who(ctx), shop.ID(in.Shop), t))
}

type setOffersIn struct {
	ShopIn
	Body struct {
		Offers []offer `json:"offers" maxItems:"20"`
	}
}

func (a *API) setOffers(ctx context.Context, in *setOffersIn) (*shopOut, error) {
	var all []shop.Offer
	for _, o := range in.Body.Offers {
		from, err := dayOrNone(o.From, "from")
		if err != nil {
			return nil, err
		}
		until, err := dayOrNone(o.Until, "until")
		if err != nil {
			return nil, err
		}
		all = append(all, shop.Offer{Title: o.Title, Kind: shop.Kind(o.Kind), Percent: o.Percent, Off: o.Off, Floor: o.Floor, Cap: o.Cap,
			Hours: takeHours(o.Hours), From: from, Until: until})
	}
	return a.shopOut(ctx)(a.Shop.SetOffers(ctx, who(ctx), shop.ID(in.Shop), all))
}

type setStateIn struct {
	ShopIn
	Body struct {
		State  string `json:"state" enum:"live,paused,left"`
		Reason string `json:"reason,omitempty" maxLength:"200"`
	}
}

func (a *API) setState(ctx context.Context, in *setStateIn) (*shopOut, error) {
	id, by := shop.ID(in.Shop), who(ctx)
	before, err := a.Shop.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	switch in.Body.State {
	case "live":
		if before.State == shop.Paused {
			err = a.Shop.Resume(ctx, by, id)
		} else {
			err = a.Shop.Open(ctx, by, id)
		}
	case "paused":
		err = a.Shop.Pause(ctx, by, id, in.Body.Reason)
	case "left":
		err = a.Shop.Leave(ctx, by, id, in.Body.Reason)
	default:
		err = fmt.Errorf("api: state %q", in.Body.State)
	}
	if err != nil {
		return nil, err
	}
	return a.oneShop(ctx, &in.ShopIn)
}
