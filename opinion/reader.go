package opinion

// reach is how many units a negation reaches beyond itself: 没有什么特别好吃,
// "didn't really like".
const reach = 5

// mirror makes of a word's key that of the word turned round by a negation.
const mirror = 0x5bd1e995

// A reader goes over the units of a text and knows at each one the runs that
// end there, the word of the lexicon that ends there, and whether that is
// negated.
type reader struct {
	scanner
	words   *lexicon
	unit    unit
	runs    int           // How many runs end here, of 1, 2, … units.
	found   [grams]uint32 // Their keys.
	told    [3]uint32     // Places of what the word does.
	telling int           // How many they are.
	word    *word         // The longest that ends here; nil if none.
	denied  bool          // Whether the word is negated,
	tightly bool          // and that by what stands right before it.
	hashes  [grams]uint64
	denials uint64 // For how many more units a negation holds: now in the lowest byte, a unit before in the next, and so on.
}

func read(text string) reader {
	return reader{scanner: scan(text), words: lexicons()}
}

// next goes on to the next unit; false at the end. A longer run is the one
// before it that ended a unit earlier, and this unit.
func (r *reader) next() bool {
	if !r.scanner.next(&r.unit) {
		return false
	}
	r.runs = min(r.runs+1, grams)
	h := &r.hashes
	h[3] = join(h[2], r.unit.hash)
	h[2] = join(h[1], r.unit.hash)
	h[1] = join(h[0], r.unit.hash)
	h[0] = r.unit.hash
	r.found = [grams]uint32{key(h[0], 1), key(h[1], 2), key(h[2], 3), key(h[3], 4)}
	r.telling = 0
	r.look()
	if r.word != nil && r.word.said != 0 {
		r.class()
	}
	return true
}

// class adds what words of one kind have in common: how much is said, whether
// it is denied, and about what. So a word that no note had is not lost. These
// places are apart from those of the runs, with which they must not collide.
func (r *reader) class() {
	w := r.word
	class := uint32(w.said + 8)
	if r.tightly {
		r.told[r.telling] = (w.key ^ mirror) >> (32 - mirrorBits)
		r.telling++
		class += 32
	} else if r.denied {
		class += 16
	}
	class = 1<<mirrorBits + class<<6
	r.told[r.telling], r.told[r.telling+1] = class, class+uint32(w.aspects)
	r.telling += 2
}

// Places of what words do: by the key of the word that is turned round, then by
// class and aspects.
const (
	mirrorBits = 16
	toldPlaces = 1<<mirrorBits + 1<<12
)

// cut makes the reader forget what stands before: no run and no negation
// reaches over it.
func (r *reader) cut() {
	r.runs = 0
	r.denials = 0
}

// slack is how many units may stand between a negation and what it turns round
// for certain: none in Chinese, where farther ones are often about another
// matter, and two in English.
func (r *reader) slack() uint8 {
	if r.unit.kind == latin {
		return 2
	}
	return 0
}

// look finds the word that ends here and keeps the books of negation.
func (r *reader) look() {
	r.word, r.denied, r.tightly = nil, false, false
	for i := r.runs - 1; i >= 0; i-- {
		if k := r.found[i]; r.words.may(k) {
			if r.word = r.words.find(k); r.word != nil {
				break
			}
		}
	}
	now := uint8(r.denials)
	if now > 0 {
		now--
	}
	r.denials <<= 8
	if w := r.word; w != nil {
		now = r.obey(w, now)
	} else if r.unit.kind == mark || r.unit.kind == line {
		now = 0
	}
	r.denials |= uint64(now)
}

// obey returns for how many more units a negation holds after a word; now is
// for how many it would hold without the word.
func (r *reader) obey(w *word, now uint8) uint8 {
	before := uint8(r.denials >> (8 * w.units))
	switch w.role {
	case negates:
		if before > 0 {
			return 0 // Twice is not at all.
		}
		return reach
	case plainly:
		return before
	case turns:
		return 0
	}
	r.denied = before > 0 && w.said != 0
	r.tightly = r.denied && before >= reach-r.slack()
	return now
}
