package parlance

import (
	"slices"

	"citywalk/atlas"
)

// Bounds of forgiving.
const (
	slipLeast  = 4  // Letters that a word must have.
	slipMost   = 20 // Letters of a word that are looked at.
	slipsMost  = 6  // Corrections of one word.
	longSounds = 5  // Syllables of a text of which two pairs may be wrong.
)

// slips returns the clauses of all words with what they may have been meant to
// be, and one of the spellings assumed; nil if there are no words.
func (r *Reading) slips() (clauses []atlas.Clause, spelt string) {
	a := assembler{df: r.city.DF}
	for i := 0; i < len(r.Parts); i++ {
		p := r.Parts[i]
		if p.Kind != Words {
			continue
		}
		if r.latin(i) {
			n := r.group(i)
			any, meant := r.misspelt(&a, r.Parts[i:i+n])
			if meant != "" && spelt == "" {
				spelt = meant
			}
			a.add(any)
			i += n - 1
			continue
		}
		least := 3
		if len(r.Parts) == 1 {
			least = 2
		}
		a.add(append(a.named(p.units), a.wrong(p.units, least)...))
	}
	return a.clauses, spelt
}

// wrong are the phrases of Chinese with a wrong character, one left out, or two
// that changed places; the same characters in another order only for least
// characters and more.
func (a *assembler) wrong(units []unit, least int) []atlas.Phrase {
	if len(units) < 2 || !allHan(units) {
		return nil
	}
	var any []atlas.Phrase
	syllables := reading(runes(units))
	var chars []atlas.Term
	for _, u := range units {
		chars = append(chars, atlas.TermOf(charKind, u.text))
	}
	any = append(any, a.sound(syllables, slipWorth, 0)...)
	if len(units) >= least {
		any = append(any, phrase(slipWorth+0.1, 0, chars...))
	}
	if len(units) >= 3 {
		any = append(any, a.rare(units)...)
		any = append(any, a.sound(syllables, slipWorth-0.1, (len(syllables)-1)/2)...)
		any = append(any, phrase(slipWorth-0.15, max(1, len(units)/4), chars...))
		any = append(any, a.text(units, slipWorth, (len(units)-1)/2)...)
	}
	return any
}

// misspelt are the phrases of words of letters with one letter wrong.
func (r *Reading) misspelt(a *assembler, parts []Part) (any []atlas.Phrase, spelt string) {
	word := typed(parts)
	if len(parts) == 1 {
		any = a.latin(word)
	}
	if len(word) < slipLeast {
		return any, ""
	}
	if len(word) > slipMost {
		return append(any, a.missounded(word)...), ""
	}
	found := 0
	take := func(meant string, phrases ...atlas.Phrase) {
		if found < slipsMost && a.possible(phrases) {
			any = append(any, phrases...)
			found++
			if spelt == "" {
				spelt = meant
			}
		}
	}
	t, all := words(), near(word)
	for _, meant := range all {
		take(meant, phrase(slipWorth+0.1, 0, atlas.TermOf(wordKind, meant)))
		if zh, ok := t.known[meant]; ok {
			take(zh, a.named(split(zh, nameUnits))...)
		}
		for _, s := range t.words[meant] {
			if s.use != read {
				take(meant, phrase(slipWorth+0.2, 0, atlas.TermOf(conceptKind, t.concepts[s.concept].id)))
			}
		}
	}
	if found > 0 {
		all = nil // A word is likelier than a text in pinyin.
	}
	for _, meant := range all {
		if found == slipsMost {
			break
		}
		for _, s := range spell(meant, 1) {
			if s.rest == "" && len(s.whole) >= 2 {
				take(meant, a.sound(s.whole, slipWorth, 0)...)
			}
		}
	}
	return append(any, a.missounded(word)...), spelt
}

// missounded are the phrases of a long text in pinyin with a wrong syllable, as
// it stands or without one of its letters.
func (a *assembler) missounded(word string) (any []atlas.Phrase) {
	for i := range len(word) + 1 {
		meant := word
		if i > 0 {
			meant = word[:i-1] + word[i:]
		}
		for _, s := range spell(meant, 1) {
			if s.rest == "" && len(s.whole) >= longSounds && len(any) < slipsMost {
				if p := a.sound(s.whole, slipWorth-0.1, 2); a.missing(p[0].Terms) <= p[0].Lack {
					any = append(any, p...)
				}
			}
		}
		if i == 0 && len(any) > 0 {
			break
		}
	}
	return any
}

// near returns all that is one letter away from a word: one left out, two that
// changed places, one wrong, one too many.
func near(word string) []string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	var all []string
	for i := range len(word) {
		if i+1 < len(word) && word[i] != word[i+1] {
			all = append(all, word[:i]+string(word[i+1])+string(word[i])+word[i+2:])
		}
	}
	for i := range len(word) + 1 {
		for _, l := range []byte(letters) {
			all = append(all, word[:i]+string(l)+word[i:])
		}
	}
	for i := range len(word) {
		all = append(all, word[:i]+word[i+1:])
		for _, l := range []byte(letters) {
			if l != word[i] {
				all = append(all, word[:i]+string(l)+word[i+1:])
			}
		}
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == word })
}
