package opinion

// reach is how many units a negation reaches beyond itself: 没有什么特别好吃,
// "didn't really like".
const reach = 5

// mirror makes of a word's key that of the word turned round by a negation.
const mirror = 0x5bd1e995

// A denial is whether what follows is negated, and for how many more units.
type denial struct {
	on   bool
	left uint8
}

// after returns the denial one unit later.
func (d denial) after() denial {
	if d.left <= 1 {
		return denial{}
	}
	return denial{d.on, d.left - 1}
}

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
	denials [grams + 1]denial // Now, and after each of the units before.
}

func read(text string) reader {
	return reader{scanner: scan(text), words: lexicons()}
}

// next goes on to the next unit; false at the end.
func (r *reader) next() bool {
	if !r.scanner.next(&r.unit) {
		return false
	}
	if r.runs < grams {
		r.runs++
	}
	for i := r.runs - 1; i > 0; i-- {
		r.hashes[i] = join(r.hashes[i-1], r.unit.hash)
		r.found[i] = key(r.hashes[i], i+1)
	}
	r.hashes[0] = r.unit.hash
	r.found[0] = key(r.unit.hash, 1)
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
	r.denials = [grams + 1]denial{}
}

// slack is how many units may stand between a negation and what it turns round
// for certain: none in Chinese, where farther ones are often about another
// matter, and "very", "that" or "really" in English.
func (r *reader) slack() uint8 {
	if r.unit.kind == latin {
		return 2
	}
	return 0
}

// look finds the word that ends here and keeps the books of negation.
func (r *reader) look() {
	r.word, r.denied, r.tightly = nil, false, false
	for i := r.runs - 1; i >= 0 && r.word == nil; i-- {
		r.word = r.words.find(r.found[i])
	}
	copy(r.denials[1:], r.denials[:grams])
	now := r.denials[1].after()
	if w := r.word; w != nil {
		before := r.denials[w.units]
		switch w.role {
		case negates:
			now = denial{!before.on, reach}
		case plainly:
			now = before
		case turns:
			now = denial{}
		default:
			r.denied = before.on && w.said != 0
			r.tightly = r.denied && before.left >= reach-r.slack()
		}
	} else if r.unit.kind == mark || r.unit.kind == line {
		now = denial{}
	}
	r.denials[0] = now
}
