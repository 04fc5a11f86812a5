package api

import (
	"bytes"
	"cmp"
	"context"
	"time"

	"citywalk/community"
	"citywalk/curate"
	"citywalk/geo"
	"citywalk/shop"
)

// NoteIn names a note.
type NoteIn struct {
	Note string `path:"note" maxLength:"64"`
}

// A NotePageIn is a place in a list of notes.
type NotePageIn struct {
	After string `query:"after" maxLength:"200" doc:"next of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

// photoBody is where a picture is.
type photoBody struct {
	Path   string `json:"path" doc:"JPEG, from the site's root; with ?size=thumb it is small."`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// noteBody is what everybody may read of a note, and what it is to the caller.
type noteBody struct {
	ID       string      `json:"id"`
	Shop     string      `json:"shop"`
	Author   string      `json:"author,omitempty" doc:"The name that its author chose for notes; absent for others."`
	Member   bool        `json:"member" doc:"Written here by a member; others come from elsewhere."`
	Text     string      `json:"text"`
	Stars    float64     `json:"stars,omitempty"`
	Marks    marks       `json:"marks,omitempty"`
	Dishes   []string    `json:"dishes"`
	Photos   []photoBody `json:"photos"`
	Written  time.Time   `json:"written"`
	Visited  bool        `json:"visited" doc:"Its author had paid there."`
	Likes    int         `json:"likes"`
	Comments int         `json:"comments"`
	Liked    bool        `json:"liked" doc:"By you."`
	Saved    bool        `json:"saved" doc:"By you."`
	Mine     bool        `json:"mine"`
	Hidden   bool        `json:"hidden" doc:"Only its author and operators can read it."`
	Answer   string      `json:"answer,omitempty" doc:"Of the shop's merchant."`
}

func showNote(n community.Note) noteBody {
	b := noteBody{ID: string(n.ID), Shop: string(n.Shop), Author: n.Name, Member: n.Member, Text: n.Text, Stars: n.Stars, Marks: showMarks(n.Marks),
		Dishes: append([]string{}, n.Dishes...), Photos: []photoBody{}, Written: n.Written, Visited: n.Visited, Likes: n.Likes, Comments: n.Comments,
		Liked: n.Liked, Saved: n.Saved, Mine: n.Mine, Hidden: n.Hidden}
	for _, p := range n.Photos {
		b.Photos = append(b.Photos, photoBody{"/notes/photos/" + string(p.ID), p.Width, p.Height})
	}
	if n.Answer != nil {
		b.Answer = n.Answer.Text
	}
	return b
}

func showMarks(m curate.Marks) marks { return marks{m[0], m[1], m[2], m[3], m[4], m[5]} }

type wholeNoteOut struct{ Body noteBody }
type doneOut struct{}

type notesOut struct {
	Body struct {
		Notes []noteBody `json:"notes"`
		Next  string     `json:"next,omitempty"`
	}
}

func showNotes(all []community.Note, next string) *notesOut {
	out := new(notesOut)
	out.Body.Notes, out.Body.Next = []noteBody{}, next
	for _, n := range all {
		out.Body.Notes = append(out.Body.Notes, showNote(n))
	}
	return out
}

func (a *API) note(ctx context.Context, in *NoteIn) (*wholeNoteOut, error) {
	n, err := a.Community.Get(ctx, who(ctx), curate.NoteID(in.Note))
	if err != nil {
		return nil, err
	}
	return &wholeNoteOut{showNote(n)}, nil
}

type shopNotesIn struct {
	ShopIn
	NotePageIn
	By string `query:"by" enum:"recent,liked,verified" default:"recent"`
}

func (a *API) shopNotes(ctx context.Context, in *shopNotesIn) (*notesOut, error) {
	if _, err := a.Shop.Get(ctx, shop.ID(in.Shop)); err != nil {
		return nil, err
	}
	all, next, err := a.Community.OfShop(ctx, who(ctx), shop.ID(in.Shop), community.Order(in.By), in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return showNotes(all, next), nil
}

func (a *API) ownNotes(ctx context.Context, in *NotePageIn) (*notesOut, error) {
	own, next, err := a.Community.Mine(ctx, who(ctx), in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	all := make([]community.Note, len(own))
	for i, o := range own {
		all[i] = o.Note
	}
	return showNotes(all, next), nil
}

type feedIn struct {
	By    string  `query:"by" enum:"near,new,following" default:"near" doc:"near is by place and time, the same for everybody; new is by time alone; following is of the shops you follow."`
	City  string  `query:"city" maxLength:"40" doc:"Without it, the programme's own."`
	Lat   float64 `query:"lat" minimum:"-90" maximum:"90" doc:"Yours, if you like, with lng; it is used for this answer and not kept."`
	Lng   float64 `query:"lng" minimum:"-180" maximum:"180"`
	After string  `query:"after" maxLength:"200"`
}
type feedItemBody struct {
	Note   *noteBody `json:"note,omitempty"`
	Terms  string    `json:"terms,omitempty" doc:"What a followed shop gives now."`
	Shop   string    `json:"shop"`
	At     time.Time `json:"at"`
	Metres *float64  `json:"metres,omitempty"`
}
type feedOut struct {
	Body struct {
		Items []feedItemBody `json:"items"`
		Next  string         `json:"next,omitempty"`
		Ended bool           `json:"ended" doc:"There is more, and the feed ends here all the same."`
	}
}

func (a *API) feed(ctx context.Context, in *feedIn) (*feedOut, error) {
	q := community.FeedQuery{By: community.By(in.By), City: cmp.Or(in.City, a.Discover.City), After: in.After}
	if in.Lat != 0 || in.Lng != 0 {
		q.At = &geo.Point{Lat: in.Lat, Lng: in.Lng}
	}
	got, err := a.Community.Feed(ctx, who(ctx), q)
	if err != nil {
		return nil, err
	}
	out := new(feedOut)
	out.Body.Items, out.Body.Next, out.Body.Ended = []feedItemBody{}, got.Next, got.Ended
	for _, i := range got.Items {
		b := feedItemBody{Shop: string(i.Shop), At: i.At}
		if i.Note != nil {
			n := showNote(*i.Note)
			b.Note = &n
		} else {
			b.Terms = i.Terms.Say(langOf(ctx))
		}
		if i.Metres >= 0 {
			b.Metres = &i.Metres
		}
		out.Body.Items = append(out.Body.Items, b)
	}
	return out, nil
}

// pictureBody is the largest body that brings a picture.
const pictureBody = 12 << 20

type addPhotoIn struct {
	NoteIn
	Keyed
	Body struct {
		Picture []byte `json:"picture" doc:"JPEG or PNG of at most 8 MB, in base64. It is made anew from its pixels."`
	}
}
type photoOut struct {
	Body struct {
		Path string `json:"path"`
	}
}

func (a *API) addPhoto(ctx context.Context, in *addPhotoIn) (*photoOut, error) {
	if len(in.Key) > 64 {
		return nil, community.ErrPhotoKey
	}
	id, err := a.Community.AddPhoto(ctx, who(ctx), curate.NoteID(in.Note), in.Key, bytes.NewReader(in.Body.Picture))
	if err != nil {
		return nil, err
	}
	out := new(photoOut)
	out.Body.Path = "/notes/photos/" + string(id)
	return out, nil
}

func (a *API) deleteNote(ctx context.Context, in *NoteIn) (*doneOut, error) {
	return nil, a.Community.Delete(ctx, who(ctx), curate.NoteID(in.Note))
}

func (a *API) like(ctx context.Context, in *NoteIn) (*doneOut, error) {
	return nil, a.Community.Like(ctx, who(ctx), curate.NoteID(in.Note))
}

func (a *API) unlike(ctx context.Context, in *NoteIn) (*doneOut, error) {
	return nil, a.Community.Unlike(ctx, who(ctx), curate.NoteID(in.Note))
}

func (a *API) saveNote(ctx context.Context, in *NoteIn) (*doneOut, error) {
	return nil, a.Community.SaveNote(ctx, who(ctx), curate.NoteID(in.Note))
}

func (a *API) unsaveNote(ctx context.Context, in *NoteIn) (*doneOut, error) {
	return nil, a.Community.UnsaveNote(ctx, who(ctx), curate.NoteID(in.Note))
}

func (a *API) saveShop(ctx context.Context, in *ShopIn) (*doneOut, error) {
	return nil, a.Community.SaveShop(ctx, who(ctx), shop.ID(in.Shop))
}

func (a *API) unsaveShop(ctx context.Context, in *ShopIn) (*doneOut, error) {
	return nil, a.Community.UnsaveShop(ctx, who(ctx), shop.ID(in.Shop))
}

func (a *API) follow(ctx context.Context, in *ShopIn) (*doneOut, error) {
	return nil, a.Community.Follow(ctx, who(ctx), shop.ID(in.Shop))
}

func (a *API) unfollow(ctx context.Context, in *ShopIn) (*doneOut, error) {
	return nil, a.Community.Unfollow(ctx, who(ctx), shop.ID(in.Shop))
}

type textIn struct {
	NoteIn
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"1000"`
	}
}

func (a *API) answerNote(ctx context.Context, in *textIn) (*doneOut, error) {
	_, err := a.Community.Answer(ctx, who(ctx), curate.NoteID(in.Note), in.Body.Text)
	return nil, err
}

func (a *API) unanswerNote(ctx context.Context, in *NoteIn) (*doneOut, error) {
	return nil, a.Community.Unanswer(ctx, who(ctx), curate.NoteID(in.Note))
}
