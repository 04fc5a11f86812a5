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
	plainly             // Looks like a negation and is none.
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
}

// A lexicon finds words by the key of their units.
type lexicon struct {
	seen  [1 << 16 / 64]uint64 // Which low halves of keys occur: most look-ups end here.
	slots []word               // Open addressing.
}

// lexicons is the one of the two lists.
var lexicons = sync.OnceValue(func() *lexicon {
	l := &lexicon{slots: make([]word, 1<<14)}
	var lines [][]string
	for _, list := range []string{chinese, english} {
		for line := range strings.Lines(list) {
			if fields := strings.Fields(line); len(fields) > 2 {
				lines = append(lines, fields)
				l.line(fields)
			}
		}
	}
	for n := 1; n <= grams; n++ {
		for _, fields := range lines {
			for _, phrase := range fields[2:] {
				l.share(strings.ReplaceAll(phrase, "_", " "), n)
			}
		}
	}
	return l
})

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
		for _, inner := range r.keys[:min(r.n, n-1)] {
			if w := l.find(inner); w != nil {
				own -= w.own
			}
		}
		if r.denied {
			own += mirrored * float32(r.word.said)
		}
	}
	whole.own = own
}

// mirrored is how far a negation pushes a word, in what the word says: beyond
// nothing, but not to its opposite. 不难吃 praises less than 难吃 damns.
const mirrored = 1.75

// line adds the words of one line of a list. The lists are constants, so that
// a mistake in one is found by the first test.
func (l *lexicon) line(fields []string) {
	w := word{}
	for _, letter := range fields[0] {
		if a := strings.IndexRune("TSPEWC", letter); a >= 0 {
			w.aspects = w.aspects.With(Aspect(a))
		}
	}
	switch fields[1] {
	case "no":
		w.role = negates
	case "plain":
		w.role = plainly
	case "but":
		w.role = turns
	default:
		said, err := strconv.Atoi(fields[1])
		if err != nil {
			panic(fmt.Sprintf("opinion: lexicon line %v: %v", fields[:2], err))
		}
		w.said = int8(said)
	}
	for _, phrase := range fields[2:] {
		var n int
		w.key, n = keyOf(strings.ReplaceAll(phrase, "_", " "))
		if n > grams {
			continue // Longer than any run that is hashed.
		}
		w.units = uint8(n)
		l.add(w)
	}
}

// add puts w where find looks for it. A word that is there already keeps its
// role and gains what the other line says.
func (l *lexicon) add(w word) {
	for i := w.key >> 8; ; i++ {
		at := &l.slots[i%uint32(len(l.slots))]
		switch {
		case at.units == 0:
			*at = w
			l.seen[w.key&0xffff>>6] |= 1 << (w.key & 63)
			return
		case at.key == w.key:
			at.aspects |= w.aspects
			if at.said == 0 {
				at.said = w.said
			}
			return
		}
	}
}

// find returns the word of that key, or nil.
func (l *lexicon) find(key uint32) *word {
	if l.seen[key&0xffff>>6]&(1<<(key&63)) == 0 {
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
