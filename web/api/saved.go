package api

import (
	"context"
	"time"

	"citywalk/community"
	"citywalk/redeem"
	"citywalk/shop"
)

// visitAsk is the question for a note about a visit.
type visitAsk struct {
	Redemption string    `json:"redemption"`
	Shop       string    `json:"shop" doc:"About which a note is written."`
	Name       string    `json:"name" doc:"Of the shop."`
	Category   string    `json:"category,omitempty"`
	Visited    time.Time `json:"visited"`
}
type visitAskOut struct {
	Body struct {
		Ask *visitAsk `json:"ask,omitempty" doc:"Absent if nothing is asked now."`
	}
}

// currentAsk says what the member is asked now: of his visits of the last days
// one, until he wrote or put it away, and no second one on the same day.
func (a *API) currentAsk(ctx context.Context, _ *struct{}) (*visitAskOut, error) {
	got, ok, err := a.Community.Ask(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	out := new(visitAskOut)
	if ok {
		out.Body.Ask = &visitAsk{string(got.Redemption), string(got.Shop), got.Name, got.Category, got.At}
	}
	return out, nil
}

func (a *API) dismissAsk(ctx context.Context, in *RedemptionIn) (*doneOut, error) {
	return nil, a.Community.Dismiss(ctx, who(ctx), redeem.ID(in.Redemption))
}

// keptBody is a shop that the member keeps.
type keptBody struct {
	Shop  shopBody  `json:"shop"`
	Since time.Time `json:"since"`
}
type keptOut struct {
	Body struct {
		Shops []keptBody `json:"shops" doc:"The latest first."`
		Next  string     `json:"next,omitempty"`
	}
}

func (a *API) savedShops(ctx context.Context, in *NotePageIn) (*keptOut, error) {
	all, next, err := a.Community.SavedShops(ctx, who(ctx), in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return a.showKept(ctx, all, next)
}

func (a *API) following(ctx context.Context, in *NotePageIn) (*keptOut, error) {
	all, next, err := a.Community.Followed(ctx, who(ctx), in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return a.showKept(ctx, all, next)
}

func (a *API) showKept(ctx context.Context, all []community.KeptShop, next string) (*keptOut, error) {
	out := new(keptOut)
	out.Body.Shops, out.Body.Next = []keptBody{}, next
	for _, k := range all {
		s, err := a.Shop.Get(ctx, shop.ID(k.Shop))
		if err != nil {
			return nil, err
		}
		out.Body.Shops = append(out.Body.Shops, keptBody{a.showShop(s, langOf(ctx), a.Now()), k.At})
	}
	return out, nil
}

func (a *API) savedNotes(ctx context.Context, in *NotePageIn) (*notesOut, error) {
	all, next, err := a.Community.SavedNotes(ctx, who(ctx), in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return showNotes(all, next), nil
}
