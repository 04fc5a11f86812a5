// Package parlance is what people say when they look for a place, in Chinese,
// English and pinyin, and how that becomes a query of the index (atlas).
//
//	a place's texts ──Terms──▶ terms with weights ─┐
//	                └─Says───▶ what is suggested   ├▶ atlas ◀── Steps: strict, then forgiving
//	what is typed ──Read──▶ words, spots, wishes ──┘
//
// Places. Chinese is cut into characters and pairs of characters, not into
// words: names are coined, and no dictionary knows them. Names and categories
// are indexed as pinyin (pairs of syllables) and by initials too, Latin words
// with their beginnings. What a place is (coffee, hot pot, museum) comes from a
// thesaurus of this package, which the same words enter that people type, so
// that 咖啡馆, 咖啡店, coffee and kafei are one. A term weighs by where it stands:
// name, category, dish, branch, address.
//
// Queries. What is typed is folded (width, case, accents, traditional
// characters), and read from left to right, the longest first: a price ("人均100
// 以内", "under 100"), a wish ("附近", "open now", "能用卡"), a spot of the city (a
// station, a district, an area, a landmark), a word of the thesaurus. What is
// left is part of a name or a dish. A spot's name that stands in the middle of
// what is not understood is part of that: 西湖醋鱼 is a dish and not a fish by the
// lake. A text that is the whole name of a place is that name first of all.
//
// A reading has Steps. The first asks for all that was said. If nothing is
// found, slips are forgiven (one letter in a word or in pinyin of four letters
// and more, a character that sounds alike, one wrong character of three, two
// that changed places), and then one thing after the other is given up; each
// step says what, so that an answer can say it honestly. A bound holds the work
// of one query, whatever is typed.
//
// Nothing here decides what is shown: no distance, no clock, no database. Where
// the asker is, what is open now and how flags are kept is the caller's, who is
// told by Wishes.
package parlance

import (
	"slices"
	"strings"

	"citywalk/atlas"
)

// A Text is what is known of one place in words. Only Name is needed.
type Text struct {
	Name     string
	Aliases  []string // Other names, in any script.
	Category string
	Dishes   []string
	City     string // People leave it out of names that begin with it.
	District string
	Areas    []string
	Address  string
	Stations []string // Of the metro within walking distance, nearest first. They are suggested and not searched: what is near to one is found by distance.
}

// Kinds of terms.
const (
	wholeKind   = 1 + iota // A name or a part of one, without spaces.
	pairKind               // Two characters.
	charKind               // One character of a name or a category.
	wordKind               // A word of letters or digits.
	prefixKind             // The beginning of a word.
	soundKind              // Two syllables.
	initialKind            // Initials of two to six characters.
	conceptKind            // A kind of place, by its id in the thesaurus.
	dishKind               // A whole dish.
)

// Weights of where a term stands.
const (
	inName     = 255
	inPart     = 225 // Of a name, but not where it begins.
	inCategory = 190
	inDish     = 170
	inBranch   = 120
	inArea     = 70
	inAddress  = 50
)

// Bounds of what is read of a place.
const (
	nameUnits    = 48
	textUnits    = 24
	addressUnits = 40
	dishUnits    = 16
	dishesMax    = 24
	aliasesMax   = 4
	areasMax     = 4
	placeTerms   = 600
)

// A bag collects terms. One may stand in it twice; in the index the heavier
// counts.
type bag struct{ all []atlas.Weighted }

func (b *bag) add(kind byte, text string, weight int) {
	if text != "" && len(b.all) < placeTerms {
		b.all = append(b.all, atlas.Weighted{Term: atlas.TermOf(kind, text), Weight: uint8(min(weight, 255))})
	}
}

// name adds all that one of so many parts of a name is found by. A part is less
// than a name: the tower comes before the restaurant in the tower.
func (b *bag) name(part []unit, weight int, city string, of int) {
	whole := weight
	if of > 1 {
		whole -= 50
	}
	b.add(wholeKind, join(part), whole)
	if bare := trimmed(part, city); len(bare) < len(part) {
		b.add(wholeKind, join(bare), whole-15)
	}
	for run := range runs(part) {
		if run[0].script == han && len(run) > 1 && len(run) < len(part) {
			b.add(wholeKind, join(run), whole-25)
		}
	}
	b.text(part, weight)
	b.chars(part, weight)
	b.sounds(part, weight)
	b.initials(part, weight)
}

// text adds pairs of characters, words and their beginnings.
func (b *bag) text(units []unit, weight int) {
	for run := range runs(units) {
		if run[0].script == han {
			for i := range len(run) - 1 {
				b.add(pairKind, run[i].text+run[i+1].text, weight)
			}
			continue
		}
		word := run[0].text
		b.add(wordKind, word, weight)
		for n := prefixLeast; n < min(len(word), prefixMost+1); n++ {
			b.add(prefixKind, word[:n], weight)
		}
	}
}

// Beginnings of words, in letters.
const (
	prefixLeast = 2
	prefixMost  = 8
)

func (b *bag) chars(units []unit, weight int) {
	for _, u := range units {
		if u.script == han {
			b.add(charKind, u.text, weight)
		}
	}
}

// sounds adds pairs of syllables, in each way that they may be read.
func (b *bag) sounds(units []unit, weight int) {
	for run := range runs(units) {
		var before []string
		for _, u := range run {
			now := readings(u.char())
			for _, x := range before {
				for _, y := range now {
					b.add(soundKind, x+" "+y, weight)
				}
			}
			before = now
		}
	}
}

// initials adds those of the first two to six characters, and threes and fours
// from any character on, which say less.
func (b *bag) initials(units []unit, weight int) {
	for run := range runs(units) {
		if run[0].script != han || len(run) < 2 {
			continue
		}
		for _, all := range initialsOf(run) {
			for n := 2; n <= min(len(all), initialsMost); n++ {
				b.add(initialKind, all[:n], weight)
			}
			for i := 1; i < len(all); i++ {
				for n := 3; n <= 4 && i+n <= len(all); n++ {
					b.add(initialKind, all[i:i+n], weight/2)
				}
			}
		}
	}
}

const initialsMost = 6

// initialsOf returns the initials of characters, in at most four ways; none if
// one is no Chinese character.
func initialsOf(run []unit) []string {
	all := make([][]byte, 1, 4)
	all[0] = make([]byte, 0, len(run))
	for _, u := range run {
		known := readings(u.char())
		if len(known) == 0 {
			return nil
		}
		ways := len(all)
		for i, y := range known {
			if i > 0 && y[0] == known[0][0] {
				continue
			}
			for j := range ways {
				if i == 0 {
					all[j] = append(all[j], y[0])
				} else if len(all) < cap(all) {
					other := slices.Clone(all[j])
					other[len(other)-1] = y[0]
					all = append(all, other)
				}
			}
		}
	}
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = string(a)
	}
	return texts
}

// divide returns the parts of a name, which dots and the like divide, and what
// stands in brackets, which is the branch.
func divide(name string) (parts [][]unit, branch []unit) {
	if !strings.ContainsAny(name, "(（[【「·•・∙|｜/／—") {
		if units := split(name, nameUnits); len(units) > 0 {
			parts = [][]unit{units}
		}
		return parts, nil
	}
	core, inside := unbracketed(name)
	for _, part := range strings.FieldsFunc(core, func(r rune) bool { return strings.ContainsRune("·•・∙|｜/／—", r) }) {
		if units := split(part, nameUnits); len(units) > 0 {
			parts = append(parts, units)
		}
	}
	return parts, split(inside, textUnits)
}

// unbracketed returns what of a name stands outside brackets and inside.
func unbracketed(name string) (outside, inside string) {
	var out, in strings.Builder
	depth := 0
	for _, r := range name {
		switch r {
		case '(', '（', '[', '【', '「':
			depth++
			in.WriteByte(' ')
		case ')', '）', ']', '】', '」':
			depth = max(depth-1, 0)
		default:
			if depth > 0 {
				in.WriteRune(r)
			} else {
				out.WriteRune(r)
			}
		}
	}
	return strings.TrimSpace(out.String()), in.String()
}
