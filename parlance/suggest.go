package parlance

import (
	"slices"
	"strings"
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

// English is what a category is called in English, for a person: "Hot pot". It
// is empty unless every word of the category is one of the thesaurus, so that
// nothing of it is passed over.
func English(category string) string {
	t, units := words(), split(category, textUnits)
	l := lineOf(units)
	var names []string
	for i := 0; i < len(units); {
		kinds, n := t.meant(&l, i)
		if n == 0 || t.verb(l.key(i, n)) {
			return ""
		}
		kind := kinds[0]
		for _, k := range kinds[1:] { // The narrowest says most.
			if slices.Contains(t.concepts[k].wider, kind) {
				kind = k
			}
		}
		name := t.concepts[kind].en
		if strings.HasPrefix(l.key(i, n), "中东") { // For a search it is one with what it is next to.
			name = "middle eastern"
		}
		if name == "" {
			return ""
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		i += n
	}
	name := strings.Join(names, ", ")
	if name == "" {
		return ""
	}
	return proper.Replace(strings.ToUpper(name[:1]) + name[1:])
}

// proper writes as people do what the thesaurus keeps folded.
var proper = strings.NewReplacer("Bbq", "BBQ", "bbq", "BBQ", " asian", " Asian", " american", " American", " chinese", " Chinese", " eastern", " Eastern", "Cafe", "Café", "cafe", "café")
