package api

import (
	"context"
	"fmt"
	"time"

	"citywalk/discover"
	"citywalk/geo"
)

type coverageIn struct {
	Lat     float64 `query:"lat" required:"true" minimum:"-90" maximum:"90" doc:"WGS-84. Nothing is kept of it."`
	Lng     float64 `query:"lng" required:"true" minimum:"-180" maximum:"180"`
	Minutes int     `query:"minutes" default:"15" minimum:"1" maximum:"60" doc:"On foot."`
	Hour    string  `query:"hour" default:"19:00" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Of the day."`
}
type coverageOut struct {
	Body struct {
		Shops          int `json:"shops" doc:"That take the card, within the walk."`
		Categories     int `json:"categories"`
		Open           int `json:"open" doc:"Of the shops: known to be open, and the card works, at the hour on most days of a week."`
		OpenCategories int `json:"open_categories"`
	}
}

func (a *API) coverage(ctx context.Context, in *coverageIn) (*coverageOut, error) {
	n, err := a.Discover.NumberAt(ctx, geo.Point{Lat: in.Lat, Lng: in.Lng}, in.Minutes, minuteOfDay(in.Hour))
	out := new(coverageOut)
	out.Body.Shops, out.Body.Categories, out.Body.Open, out.Body.OpenCategories = n.Shops, n.Categories, n.Open, n.OpenCategories
	return out, err
}

// minuteOfDay reads "19:00", which the document's pattern has let through.
func minuteOfDay(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return -1 // Which discover refuses.
	}
	return t.Hour()*60 + t.Minute()
}

// GateConditions are what must hold for a plan to be sold in an area.
type GateConditions struct {
	City       string `json:"city" minLength:"1" maxLength:"40"`
	District   string `json:"district,omitempty" maxLength:"40" doc:"Left out: the whole city."`
	Plan       string `json:"plan,omitempty" maxLength:"32" doc:"Left out: every plan."`
	Share      int    `json:"share" minimum:"1" maximum:"100" doc:"Percent of the area's anchors that find it."`
	Shops      int    `json:"shops" minimum:"1" maximum:"500"`
	Categories int    `json:"categories" minimum:"1" maximum:"50"`
	Minutes    int    `json:"minutes" minimum:"1" maximum:"60" doc:"On foot."`
	Hour       string `json:"hour" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Of the day."`
}
type gateBody struct {
	ID string `json:"id"`
	GateConditions
	State    string     `json:"state" enum:"new,open,closed" doc:"Only an open gate lets a sale through."`
	Reached  *float64   `json:"reached,omitempty" doc:"Percent that was measured."`
	Since    time.Time  `json:"since" doc:"Of the state."`
	Measured *time.Time `json:"measured,omitempty"`
}

func showGate(g discover.Gate) gateBody {
	c := g.Conditions
	b := gateBody{ID: string(g.ID), State: string(g.State), Since: g.Since,
		GateConditions: GateConditions{c.City, c.District, g.Plan, c.Share, c.Shops, c.Categories, c.Minutes, fmt.Sprintf("%02d:%02d", c.Hour/60, c.Hour%60)}}
	if g.Reached >= 0 {
		reached := float64(g.Reached) / 100
		b.Reached = &reached
	}
	if !g.Measured.IsZero() {
		b.Measured = &g.Measured
	}
	return b
}

type gatesIn struct {
	City string `query:"city" maxLength:"40" doc:"Left out: all cities."`
}
type gatesOut struct {
	Body struct {
		Gates []gateBody `json:"gates"`
	}
}

func (a *API) gates(ctx context.Context, in *gatesIn) (*gatesOut, error) {
	all, err := a.Discover.Gates(ctx, in.City)
	out := new(gatesOut)
	out.Body.Gates = []gateBody{}
	for _, g := range all {
		out.Body.Gates = append(out.Body.Gates, showGate(g))
	}
	return out, err
}

type setGateIn struct {
	Body GateConditions
}
type gateOut struct {
	Body gateBody
}

func (a *API) setGate(ctx context.Context, in *setGateIn) (*gateOut, error) {
	b := in.Body
	g, err := a.Discover.SetGate(ctx, who(ctx), b.Plan, discover.Conditions{City: b.City, District: b.District,
		Share: b.Share, Shops: b.Shops, Categories: b.Categories, Minutes: b.Minutes, Hour: minuteOfDay(b.Hour)})
	if err != nil {
		return nil, err
	}
	return &gateOut{showGate(g)}, nil
}

// GateIn is the gate in a path.
type GateIn struct {
	Gate string `path:"gate" maxLength:"64"`
}

func (a *API) endGate(ctx context.Context, in *GateIn) (*struct{}, error) {
	return nil, a.Discover.EndGate(ctx, who(ctx), discover.GateID(in.Gate))
}
