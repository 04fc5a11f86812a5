package parlance

import (
	"slices"
	"strings"

	"citywalk/atlas"
)

// A Book writes down what places are found by and what is suggested because of
// them. It remembers what it wrote of words that many places share, such as
// dishes and categories; what it writes does not depend on that. The zero Book
// is empty. A Book is for one goroutine.
type Book struct {
	categories map[string]*entry
	dishes     map[string]*entry
	areas      map[string]*entry
	keys       map[string][]string // What may be typed for a text that is no name.

	// What kinds works with.
	weights []uint8
	own     []uint8
	labels  []bool
	known   []int
	named   []int
	served  []int
}

// An entry is what is remembered of a text.
type entry struct {
	terms    []atlas.Weighted
	concepts []int    // Of the words in it.
	keys     []string // Of a category.
}

// bookMost is how many texts of a sort are remembered at once.
const bookMost = 20_000

// recall returns what is remembered of a text, or makes it.
func recall[V any](kept *map[string]V, text string, of func(string) V) V {
	if v, ok := (*kept)[text]; ok {
		return v
	}
	if *kept == nil || len(*kept) >= bookMost {
		*kept = map[string]V{}
	}
	text = strings.Clone(text) // And not all that it was cut from.
	v := of(text)
	(*kept)[text] = v
	return v
}

// Terms returns what a place is found by. It depends on the place's texts
// alone, and is the same on every node.
func Terms(p Text) []atlas.Weighted { return new(Book).Terms(p) }

// Terms is as the function is.
func (k *Book) Terms(p Text) []atlas.Weighted {
	b := bag{make([]atlas.Weighted, 0, 160)}
	name, branch := divide(p.Name)
	for i, part := range name {
		weight := inName
		if i > 0 {
			weight = inPart
		}
		b.name(part, weight, p.City, len(name))
	}
	if len(name) > 1 {
		b.add(wholeKind, join(slices.Concat(name...)), inName)
	}
	for _, a := range p.Aliases[:min(len(p.Aliases), aliasesMax)] {
		if alias := split(a, nameUnits); len(alias) > 0 {
			name = append(name, alias)
			b.name(alias, inName, p.City, 1)
		}
	}
	category := recall(&k.categories, p.Category, categoryEntry)
	dishes := p.Dishes[:min(len(p.Dishes), dishesMax)]
	b.kinds(k, name, category, dishes)
	b.text(branch, inBranch)
	b.write(category.terms)
	for _, d := range dishes {
		b.write(recall(&k.dishes, d, dishEntry).terms)
	}
	for _, a := range p.Areas[:min(len(p.Areas), areasMax)] {
		b.write(recall(&k.areas, a, areaEntry).terms)
	}
	b.text(split(p.Address, addressUnits), inAddress)
	return b.all
}

// kinds adds what kind of place it is.
func (b *bag) kinds(k *Book, names [][]unit, category *entry, dishes []string) {
	t := words()
	k.named, k.served = k.named[:0], k.served[:0]
	for _, part := range names {
		k.named = t.meanings(part, k.named)
	}
	for _, d := range dishes {
		k.served = append(k.served, recall(&k.dishes, d, dishEntry).concepts...)
	}
	for c, weight := range k.kinds(t, category.concepts) {
		if weight > 0 && len(b.all) < placeTerms {
			b.all = append(b.all, atlas.Weighted{Term: t.concepts[c].term, Weight: weight})
		}
	}
}

// write adds terms that were written before.
func (b *bag) write(terms []atlas.Weighted) {
	b.all = append(b.all, terms[:min(len(terms), placeTerms-len(b.all))]...)
}

func categoryEntry(text string) *entry {
	b, units := bag{}, split(text, textUnits)
	b.text(units, inCategory)
	b.chars(units, inCategory)
	return &entry{terms: b.all, concepts: words().meanings(units, nil), keys: keysOf(text, englishOf(text)...)}
}

func dishEntry(text string) *entry {
	b, units := bag{}, split(text, dishUnits)
	b.add(dishKind, join(units), inName)
	b.text(units, inDish)
	b.sounds(units, inDish)
	return &entry{terms: b.all, concepts: words().meanings(units, nil)}
}

func areaEntry(text string) *entry {
	b := bag{}
	b.text(split(text, textUnits), inArea)
	return &entry{terms: b.all}
}

// keysOfText is what may be typed for a text alone.
func keysOfText(text string) []string { return keysOf(text) }

// Says returns what is suggested because of a place: its name without the
// branch, so that the branches of a brand are one, and what it is, serves and
// is near to.
func Says(p Text) []atlas.Said { return new(Book).Says(p) }

// Says is as the function is.
func (k *Book) Says(p Text) []atlas.Said {
	all := make([]atlas.Said, 0, 8)
	say := func(kind byte, text string, weight uint16, keys []string) {
		if len(keys) > 0 && len(all) < saysMost {
			all = append(all, atlas.Said{Kind: kind, Text: text, Keys: keys, Weight: weight})
		}
	}
	share := func(kind byte, texts []string, weight uint16) {
		for _, text := range texts {
			if text, ok := sayable(text); ok {
				say(kind, text, weight, recall(&k.keys, text, keysOfText))
			}
		}
	}
	name, _ := unbracketed(p.Name)
	for i, text := range append([]string{name}, p.Aliases...) {
		if text, ok := sayable(text); ok && i <= aliasesMax {
			say(KindShop, text, shopSaid, keysOf(text))
		}
	}
	if text, ok := sayable(p.Category); ok {
		say(KindCategory, text, categorySaid, recall(&k.categories, text, categoryEntry).keys)
	}
	share(KindDistrict, []string{p.District}, placeSaid)
	share(KindArea, p.Areas[:min(len(p.Areas), areasMax)], placeSaid)
	share(KindStation, p.Stations[:min(len(p.Stations), stationsSaid)], placeSaid)
	share(KindDish, p.Dishes[:min(len(p.Dishes), dishesMax)], dishSaid)
	return all
}

// sayable returns a text without space around it; ok is false if it is nothing
// to suggest.
func sayable(text string) (bare string, ok bool) {
	bare = strings.TrimSpace(text)
	return bare, bare != "" && len(bare) <= saidBytes
}
