package opinion

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// A role is what a word does to others.
type role uint8

const (
	tells   role = iota // Says something by itself: an aspect, a polarity or both.
	negates             // Turns what follows.
	plainly             // Looks like a negation and is none, or lets one through: very.
	turns               // What follows is another matter.
)

// A word is an entry of the lexicon.
type word struct {
	key     uint32
	units   uint8
	role    role
	aspects Set
	said    int8    // What it says, -3..3.
	own     float32 // That, less what the shorter words inside say already.
	hint    float32 // What it says by being used at all, without saying anything.
}

// A lexicon finds words by the key of their units.
type lexicon struct {
	seen  [seenPlaces / 64]uint64 // Which low bits of keys occur: most look-ups end here.
	slots []word                  // Open addressing.
}

// lexicons is the one of the two lists.
var lexicons = sync.OnceValue(func() *lexicon {
	l := &lexicon{slots: make([]word, 1<<14)}
	eachPhrase(func(head []string, phrase string) { l.phrase(head, phrase) })
	for n := 1; n <= grams; n++ {
		eachPhrase(func(_ []string, phrase string) { l.share(phrase, n) })
	}
	return l
})

// hinted is how much a word hints that is more often used in praise (or in
// complaints) than elsewhere: who complains tells what they did when.
const hinted = 0.2

// eachPhrase calls take with each phrase of the two lists and with the two
// fields that stand before it.
func eachPhrase(take func(head []string, phrase string)) {
	for _, list := range []string{chinese, english} {
		for line := range strings.Lines(list) {
			fields := strings.Fields(line)
			for _, phrase := range fields[min(2, len(fields)):] {
				take(fields[:2], strings.ReplaceAll(phrase, "_", " "))
			}
		}
	}
}

// share says what a phrase of n units has to say by itself, so that together
// with the shorter words inside it says what the list says. Shorter phrases
// must have been shared before.
func (l *lexicon) share(phrase string, n int) {
	k, units := keyOf(phrase)
	if units != n {
		return
	}
	whole := l.find(k)
	own := float32(whole.said)
	for r := (reader{scanner: scan(phrase), words: l}); r.next(); {
		for _, inner := range r.found[:min(r.runs, n-1)] {
			if w := l.find(inner); w != nil {
				own -= w.own
			}
		}
		if r.tightly {
			own += mirrored * float32(r.word.said)
		}
	}
	whole.own = own
}

// mirrored is how far a negation pushes a word, in what the word says: beyond
// nothing, but not to its opposite. 不难吃 praises less than 难吃 damns.
const mirrored = 1.75

// phrase adds a phrase of a list. The lists are constants, so that a mistake in
// one is found by the first test.
func (l *lexicon) phrase(head []string, phrase string) {
	k, n := keyOf(phrase)
	if n > grams {
		return // Longer than any run that is hashed.
	}
	w := word{key: k, units: uint8(n)}
	for _, letter := range head[0] {
		if a := strings.IndexRune("TSPEWC", letter); a >= 0 {
			w.aspects = w.aspects.With(Aspect(a))
		}
	}
	switch head[1] {
	case "no":
		w.role = negates
	case "plain":
		w.role = plainly
	case "but":
		w.role = turns
	case "good":
		w.hint = hinted
	case "bad":
		w.hint = -hinted
	default:
		said, err := strconv.Atoi(head[1])
		if err != nil {
			panic(fmt.Sprintf("opinion: lexicon line %v: %v", head, err))
		}
		w.said = int8(said)
	}
	l.add(w)
}

// add puts w where find looks for it. A word that is there already keeps its
// role and gains what the other line says.
func (l *lexicon) add(w word) {
	for i := w.key >> 8; ; i++ {
		at := &l.slots[i%uint32(len(l.slots))]
		switch {
		case at.units == 0:
			*at = w
			l.seen[w.key%seenPlaces>>6] |= 1 << (w.key & 63)
			return
		case at.key == w.key:
			at.aspects |= w.aspects
			at.hint += w.hint
			if at.said == 0 {
				at.said = w.said
			}
			return
		}
	}
}

// seenPlaces is of how many keys is known apart that no word has them.
const seenPlaces = 1 << 17

// may says whether a word may have that key; most keys end here.
func (l *lexicon) may(key uint32) bool { return l.seen[key%seenPlaces>>6]&(1<<(key&63)) != 0 }

// find returns the word of that key, or nil.
func (l *lexicon) find(key uint32) *word {
	if !l.may(key) {
		return nil
	}
	for i := key >> 8; ; i++ {
		at := &l.slots[i%uint32(len(l.slots))]
		if at.units == 0 {
			return nil
		}
		if at.key == key {
			return at
		}
	}
}
