package discover

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"citywalk/parlance"
)

// A Suggestion completes what somebody began to type.
type Suggestion struct {
	Kind string // shop, category, dish, district, area or station.
	Text string
}

const (
	suggested  = 8
	typedChars = 40 // Of what was typed so far.
)

// Suggest completes what was typed so far, in characters, pinyin or initials.
// The same is suggested to everybody.
func (s *Service) Suggest(ctx context.Context, city, typed string) ([]Suggestion, error) {
	t, err := s.town(ctx, city)
	if err != nil || t == nil {
		return nil, err
	}
	typed = strings.TrimSpace(typed)
	if typed == "" || utf8.RuneCountInString(typed) > typedChars {
		return nil, nil
	}
	var all []Suggestion
	for _, x := range t.index.Suggest(parlance.Typed(typed), 0, suggested) {
		all = append(all, Suggestion{saidKinds[x.Kind], x.Text})
	}
	if len(all) == 0 && utf8.RuneCountInString(typed) > 1 {
		return s.named(ctx, city, typed)
	}
	return all, nil
}

// named suggests the shops that a search for what was typed finds first, when
// nothing begins with it: it may stand inside a name, or be misspelt.
func (s *Service) named(ctx context.Context, city, typed string) (all []Suggestion, err error) {
	found, err := s.Search(ctx, Query{City: city, Text: typed, Limit: suggested})
	if err != nil {
		return nil, err
	}
	for _, h := range found.Hits {
		if x := (Suggestion{saidKinds[parlance.KindShop], h.Name}); !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all, nil
}

// saidKinds are what the kinds of suggestions are called.
var saidKinds = map[byte]string{
	parlance.KindShop: "shop", parlance.KindCategory: "category", parlance.KindDish: "dish",
	parlance.KindDistrict: "district", parlance.KindArea: "area", parlance.KindStation: "station",
}
