package api

import (
	"context"
	"time"

	"citywalk/community"
	"citywalk/curate"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/shop"
)

// marks are ratings by aspect.
type marks struct {
	Taste       float64 `json:"taste,omitempty" minimum:"1" maximum:"5"`
	Service     float64 `json:"service,omitempty" minimum:"1" maximum:"5"`
	Price       float64 `json:"price,omitempty" minimum:"1" maximum:"5"`
	Environment float64 `json:"environment,omitempty" minimum:"1" maximum:"5"`
	Waiting     float64 `json:"waiting,omitempty" minimum:"1" maximum:"5"`
	Cleanliness float64 `json:"cleanliness,omitempty" minimum:"1" maximum:"5"`
}

func (m marks) take() curate.Marks {
	return curate.Marks{m.Taste, m.Service, m.Price, m.Environment, m.Waiting, m.Cleanliness}
}

// noteIn is a note of another source.
type noteIn struct {
	ID        string     `json:"id" minLength:"1" maxLength:"200" doc:"At its source; with the source it is the note's identity."`
	Shop      string     `json:"shop,omitempty" maxLength:"64" doc:"Ours; without it the note is linked by what follows, and waits if that leaves a doubt."`
	Name      string     `json:"name,omitempty" maxLength:"200" doc:"Of the shop, as the source writes it."`
	District  string     `json:"district,omitempty" maxLength:"40"`
	Address   string     `json:"address,omitempty" maxLength:"200"`
	Category  string     `json:"category,omitempty" maxLength:"80"`
	At        *position  `json:"at,omitempty"`
	Author    string     `json:"author" minLength:"1" maxLength:"200" doc:"As the source calls him. Only a keyed hash of it is kept."`
	Text      string     `json:"text" minLength:"1" maxLength:"10000"`
	Time      time.Time  `json:"time" doc:"When it was written."`
	Stars     float64    `json:"stars,omitempty" minimum:"1" maximum:"5"`
	Marks     marks      `json:"marks,omitempty"`
	Likes     *int       `json:"likes,omitempty" minimum:"0" maximum:"1000000000"`
	Followers *int       `json:"followers,omitempty" minimum:"0" maximum:"1000000000" doc:"Of the author."`
	Joined    *time.Time `json:"joined,omitempty" doc:"When the author's account was made."`
}

// position is a place on Earth.
type position struct {
	Lat float64 `json:"lat" minimum:"-90" maximum:"90" doc:"WGS-84."`
	Lng float64 `json:"lng" minimum:"-180" maximum:"180" doc:"WGS-84."`
}

func (n noteIn) draft(city string) curate.Draft {
	d := curate.Draft{SourceID: n.ID, Shop: shop.ID(n.Shop), City: city, Name: n.Name, District: n.District, Address: n.Address,
		Category: n.Category, Author: n.Author, Written: n.Time, Stars: n.Stars, Likes: counted(n.Likes), Followers: counted(n.Followers),
		Marks: n.Marks.take(), Text: n.Text}
	if n.At != nil {
		d.Point = &geo.Point{Lat: n.At.Lat, Lng: n.At.Lng}
	}
	if n.Joined != nil {
		d.Joined = *n.Joined
	}
	return d
}

// counted is a count as curate keeps it: -1 is unknown.
func counted(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

type importNotesIn struct {
	Body struct {
		Source string   `json:"source" minLength:"1" maxLength:"100"`
		City   string   `json:"city,omitempty" maxLength:"40" doc:"Of the notes that name no shop."`
		Notes  []noteIn `json:"notes" maxItems:"500" doc:"As many as a body of 256 KiB holds, and at most 500."`
	}
}

// An outcome is what became of one of a batch.
type outcome struct {
	ID      string `json:"id" doc:"At its source."`
	Outcome string `json:"outcome" enum:"added,changed,same,refused"`
	Note    string `json:"note,omitempty" doc:"Ours."`
	State   string `json:"state,omitempty" enum:"linked,waiting,set_aside" doc:"Whether the note's shop is known."`
	Code    string `json:"code,omitempty" doc:"Why it was refused."`
	Reason  string `json:"reason,omitempty" doc:"The same in the caller's language."`
	Field   string `json:"field,omitempty"`
}
type outcomesOut struct {
	Body struct {
		Outcomes []outcome `json:"outcomes" doc:"In the order of what was sent."`
	}
}

func showOutcome(id string, r curate.Result, l fault.Lang) outcome {
	out := outcome{ID: id, Outcome: string(r.Outcome), Note: string(r.ID), State: string(r.State)}
	if f, ok := fault.From(r.Err); ok {
		out.Code, out.Reason, out.Field = f.Code, f.Say(l), f.Field
	}
	return out
}

func (a *API) importNotes(ctx context.Context, in *importNotesIn) (*outcomesOut, error) {
	drafts := make([]curate.Draft, len(in.Body.Notes))
	for i, n := range in.Body.Notes {
		drafts[i] = n.draft(in.Body.City)
	}
	results, err := a.Curate.Take(ctx, who(ctx), in.Body.Source, drafts)
	if err != nil {
		return nil, err
	}
	out := new(outcomesOut)
	out.Body.Outcomes = []outcome{}
	for i, r := range results {
		out.Body.Outcomes = append(out.Body.Outcomes, showOutcome(in.Body.Notes[i].ID, r, langOf(ctx)))
	}
	return out, nil
}

type importCommentsIn struct {
	Body struct {
		Source   string `json:"source" minLength:"1" maxLength:"100"`
		Comments []struct {
			ID     string    `json:"id" minLength:"1" maxLength:"200" doc:"At its source."`
			Note   string    `json:"note" minLength:"1" maxLength:"200" doc:"The note's id at the same source."`
			Author string    `json:"author" minLength:"1" maxLength:"200" doc:"As the source calls him. Only a keyed hash of it is kept."`
			Text   string    `json:"text" minLength:"1" maxLength:"2000"`
			Time   time.Time `json:"time"`
		} `json:"comments" maxItems:"500" doc:"As many as a body of 256 KiB holds, and at most 500."`
	}
}

func (a *API) importComments(ctx context.Context, in *importCommentsIn) (*outcomesOut, error) {
	remarks := make([]curate.Remark, len(in.Body.Comments))
	for i, c := range in.Body.Comments {
		remarks[i] = curate.Remark{SourceID: c.ID, Note: c.Note, Author: c.Author, Written: c.Time, Text: c.Text}
	}
	results, err := a.Curate.Comments(ctx, who(ctx), in.Body.Source, remarks)
	if err != nil {
		return nil, err
	}
	out := new(outcomesOut)
	out.Body.Outcomes = []outcome{}
	for i, r := range results {
		out.Body.Outcomes = append(out.Body.Outcomes, showOutcome(remarks[i].SourceID, r, langOf(ctx)))
	}
	return out, nil
}

type writeNoteIn struct {
	ShopIn
	Keyed
	Body struct {
		Text   string   `json:"text" minLength:"1" maxLength:"10000"`
		Stars  float64  `json:"stars,omitempty" minimum:"1" maximum:"5"`
		Marks  marks    `json:"marks,omitempty"`
		Dishes []string `json:"dishes,omitempty" maxItems:"12" doc:"What you had."`
		Visit  string   `json:"visit,omitempty" maxLength:"64" doc:"The redemption that the note tells of; without one, your last there if it was of late."`
	}
}
type noteOut struct {
	Body struct {
		ID      string    `json:"id"`
		Shop    string    `json:"shop"`
		Text    string    `json:"text"`
		Stars   float64   `json:"stars,omitempty"`
		Written time.Time `json:"written"`
		Visited bool      `json:"visited" doc:"You paid there lately, and the note says so."`
	}
}

func (a *API) writeNote(ctx context.Context, in *writeNoteIn) (*noteOut, error) {
	n, err := a.Community.Write(ctx, who(ctx), shop.ID(in.Shop), community.Writing{Written: community.Written{
		Written: curate.Written{Text: in.Body.Text, Stars: in.Body.Stars, Marks: in.Body.Marks.take(), Visit: in.Body.Visit}, Dishes: in.Body.Dishes}}, in.Key)
	if err != nil {
		return nil, err
	}
	out := new(noteOut)
	b := &out.Body
	b.ID, b.Shop, b.Text, b.Stars, b.Written, b.Visited = string(n.ID), string(n.Shop), n.Text, n.Stars, n.Written, n.Visited
	return out, nil
}
