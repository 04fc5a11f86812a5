package parlance

import (
	"cmp"
	"slices"
	"strings"

	"citywalk/atlas"
)

// What a match by one of these is worth.
const (
	wholeWorth   = 1.0
	kindWorth    = 1.0
	widerWorth   = 0.3
	textWorth    = 0.9
	dishWorth    = 0.95
	wordWorth    = 0.95
	beginWorth   = 0.8
	soundWorth   = 0.6
	initialWorth = 0.5
	slipWorth    = 0.6
	rareWorth    = 0.35
)

// Bounds of what one clause and one query may hold; atlas has them too.
const (
	clausePhrases = 14
	queryPhrases  = 60
	queryTerms    = 240
	soundsMost    = 6 // Ways to end a half-typed syllable.
)

// An assembler makes clauses.
type assembler struct {
	df      func(atlas.Term) int
	clauses []atlas.Clause
	phrases int
	terms   int
}

// add adds a clause of the phrases that can match. A clause without any cannot
// be met, and says so with a term that no place has.
func (a *assembler) add(any []atlas.Phrase) {
	var kept []atlas.Phrase
	for _, p := range any {
		if len(kept) == clausePhrases || a.phrases == queryPhrases || a.terms+len(p.Terms) > queryTerms {
			break
		}
		if missing := a.missing(p.Terms); missing > p.Lack {
			continue
		}
		kept = append(kept, p)
		a.phrases++
		a.terms += len(p.Terms)
	}
	if len(kept) == 0 && len(a.clauses) < clausesMost {
		kept = []atlas.Phrase{phrase(1, 0, never)}
		a.phrases++
		a.terms++
	}
	if len(a.clauses) < clausesMost && len(kept) > 0 {
		a.clauses = append(a.clauses, atlas.Clause{Any: kept})
	}
}

const clausesMost = 12

// never is a term that no place has.
var never = atlas.TermOf(wholeKind, "\x00")

func (a *assembler) missing(terms []atlas.Term) int {
	n := 0
	for _, t := range terms {
		if a.df(t) == 0 {
			n++
		}
	}
	return n
}

// possible reports whether one of the phrases can match.
func (a *assembler) possible(any []atlas.Phrase) bool {
	return slices.ContainsFunc(any, func(p atlas.Phrase) bool { return a.missing(p.Terms) <= p.Lack })
}

func phrase(weight float32, lack int, terms ...atlas.Term) atlas.Phrase {
	return atlas.Phrase{Terms: terms, Weight: weight, Lack: min(lack, len(terms)-1)}
}

// kinds are the phrases of a word of the thesaurus: what it means, what that is
// one of, and the word itself.
func (a *assembler) kinds(concepts []int, units []unit) []atlas.Phrase {
	t := words()
	var any, wider []atlas.Phrase
	for _, c := range concepts {
		weight := float32(kindWorth)
		for _, other := range concepts {
			if slices.Contains(t.concepts[other].wider, c) {
				weight = widerWorth
			}
		}
		any = append(any, phrase(weight, 0, atlas.TermOf(conceptKind, t.concepts[c].id)))
		if w := t.concepts[c].wider; len(w) > 1 {
			// Of those, the next and not the widest: food is no answer.
			wider = append(wider, phrase(widerWorth, 0, atlas.TermOf(conceptKind, t.concepts[w[0]].id)))
		}
	}
	if len(units) > 1 {
		any = append(any, a.text(units, textWorth, 0)...)
	} else if w := units[0].text; units[0].script == latin {
		any = append(any, a.text(units, textWorth, 0)...)
		any = append(any, a.begins(w)...)
	}
	return append(any, wider...)
}

// text is a phrase of all pairs of characters and words; lack of them may be
// missing.
func (a *assembler) text(units []unit, weight float32, lack int) []atlas.Phrase {
	var terms []atlas.Term
	for run := range runs(units) {
		switch {
		case run[0].script != han:
			terms = append(terms, atlas.TermOf(wordKind, run[0].text))
		case len(run) == 1:
			terms = append(terms, atlas.TermOf(charKind, run[0].text))
		default:
			for i := range len(run) - 1 {
				terms = append(terms, atlas.TermOf(pairKind, run[i].text+run[i+1].text))
			}
		}
	}
	if len(terms) == 0 {
		return nil
	}
	return []atlas.Phrase{phrase(weight, lack, terms...)}
}

// named are the phrases of a piece of a name or of a dish.
func (a *assembler) named(units []unit) []atlas.Phrase {
	key := join(units)
	any := []atlas.Phrase{phrase(wholeWorth, 0, atlas.TermOf(wholeKind, key)), phrase(dishWorth, 0, atlas.TermOf(dishKind, key))}
	n := len(units)
	any = append(any, a.text(units, textWorth, (n-1)/3*boolInt(n > 3))...)
	if n >= 3 && allHan(units) {
		any = append(any, a.sound(reading(runes(units)), soundWorth, 0)...)
		if a.df(any[0].Terms[0]) > 0 {
			any = append(any, a.rare(units)...)
		}
	}
	return any
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rare are phrases of single pairs that few places have: they stand for the
// name, as in the park of the temple's hill. Without a place of the name itself
// they are but a guess.
func (a *assembler) rare(units []unit) (any []atlas.Phrase) {
	for i := range len(units) - 1 {
		t := atlas.TermOf(pairKind, units[i].text+units[i+1].text)
		if n := a.df(t); n > 0 && n <= rareMost && len(any) < raresMost {
			any = append(any, phrase(rareWorth, 0, t))
		}
	}
	return any
}

// How many places may have a pair that stands for a name, and how many such
// pairs are taken.
const (
	rareMost  = 8
	raresMost = 3
)

// sound is a phrase of pairs of syllables.
func (a *assembler) sound(syllables []string, weight float32, lack int) []atlas.Phrase {
	if len(syllables) < 2 {
		return nil
	}
	var terms []atlas.Term
	for i := range len(syllables) - 1 {
		terms = append(terms, atlas.TermOf(soundKind, syllables[i]+" "+syllables[i+1]))
	}
	return []atlas.Phrase{phrase(weight, lack, terms...)}
}

// latin are the phrases of a word of letters: a word, the beginning of one,
// pinyin, or initials.
func (a *assembler) latin(word string) []atlas.Phrase {
	any := []atlas.Phrase{
		phrase(wholeWorth, 0, atlas.TermOf(wholeKind, word)),
		phrase(wordWorth, 0, atlas.TermOf(wordKind, word)),
	}
	any = append(any, a.begins(word)...)
	any = append(any, initialled(word)...)
	for _, c := range words().spells(word) {
		any = append(any, phrase(kindWorth, 0, atlas.TermOf(conceptKind, words().concepts[c].id)))
	}
	return append(any, a.spelled(word, soundWorth+0.2)...)
}

// initialled is a phrase of initials: of more than are indexed as one, the
// first and every four of the rest.
func initialled(word string) []atlas.Phrase {
	n := len(word)
	if n < 2 || n > initialsTyped {
		return nil
	}
	terms := []atlas.Term{atlas.TermOf(initialKind, word[:min(n, initialsMost)])}
	for i := 1; n > initialsMost && i+4 <= n; i++ {
		terms = append(terms, atlas.TermOf(initialKind, word[i:i+4]))
	}
	return []atlas.Phrase{phrase(initialWorth, 0, terms...)}
}

// initialsTyped is how many letters may be initials.
const initialsTyped = 12

// begins is a phrase of words that begin so.
func (a *assembler) begins(word string) []atlas.Phrase {
	if n := len(word); n < prefixLeast || n > prefixMost {
		return nil
	}
	return []atlas.Phrase{phrase(beginWorth, 0, atlas.TermOf(prefixKind, word))}
}

// spelled are the phrases of letters as pinyin, the last syllable perhaps half
// typed.
func (a *assembler) spelled(letters string, weight float32) []atlas.Phrase {
	var any []atlas.Phrase
	for _, s := range spell(letters, spellingsMost) {
		if s.rest == "" {
			any = append(any, a.sound(s.whole, weight, 0)...)
			continue
		}
		last := s.whole[len(s.whole)-1]
		type ending struct {
			syllable string
			df       int
		}
		var ends []ending
		for _, y := range syllables().prefix[s.rest] {
			if n := a.df(atlas.TermOf(soundKind, last+" "+y)); n > 0 {
				ends = append(ends, ending{y, n})
			}
		}
		slices.SortFunc(ends, func(x, y ending) int { return cmp.Or(cmp.Compare(y.df, x.df), strings.Compare(x.syllable, y.syllable)) })
		for _, e := range ends[:min(len(ends), soundsMost)] {
			any = append(any, a.sound(append(slices.Clone(s.whole), e.syllable), weight-0.1, 0)...)
		}
	}
	return any
}
