package discover

import (
	"context"
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
	return all, nil
}

// saidKinds are what the kinds of suggestions are called.
var saidKinds = map[byte]string{
	parlance.KindShop: "shop", parlance.KindCategory: "category", parlance.KindDish: "dish",
	parlance.KindDistrict: "district", parlance.KindArea: "area", parlance.KindStation: "station",
}
