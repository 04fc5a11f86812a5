package parlance

import (
	"slices"
)

// Kinds of suggestions.
const (
	KindShop = 1 + iota
	KindCategory
	KindDish
	KindDistrict
	KindArea
	KindStation
)

// What one place adds to a suggestion. A name is worth more than a dish, and
// what many places share adds up: that is why a category comes before the shops
// that begin like it.
const (
	shopSaid     = 60
	categorySaid = 20
	placeSaid    = 12
	dishSaid     = 10
)

// Bounds of suggestions.
const (
	saysMost     = 40
	saidBytes    = 120 // Of a text or a key.
	keysMost     = 8
	stationsSaid = 2
)

// Typed is what somebody is typing, as the keys of suggestions are.
func Typed(text string) string {
	if len(text) > queryBytes {
		text = text[:queryBytes]
	}
	return join(split(text, queryUnits))
}

// keysOf returns what may be typed for a text: the text and each part of it,
// folded, in pinyin and as initials. They depend on the text alone.
func keysOf(text string, also ...string) []string {
	keys := make([]string, 0, 4)
	add := func(k string) {
		if k == "" || len(k) > saidBytes || len(keys) == keysMost {
			return
		}
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	parts, _ := divide(text)
	if len(parts) > 1 {
		parts = append([][]unit{slices.Concat(parts...)}, parts...)
	}
	for _, units := range parts {
		if len(units) == 0 {
			continue
		}
		whole, first := letters(units)
		add(join(units))
		add(whole)
		if allHan(units) && len(units) > 1 {
			add(first)
		}
	}
	for _, a := range also {
		add(Typed(a))
	}
	return keys
}

// englishOf returns what a category is called in English, as far as the
// thesaurus knows its words.
func englishOf(category string) []string {
	t := words()
	var all []string
	for _, c := range t.meanings(split(category, textUnits), nil) {
		if len(all) < 2 {
			all = append(all, t.concepts[c].en)
		}
	}
	return all
}
