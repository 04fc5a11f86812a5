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
	keys    [grams]uint32 // Of the runs of 1, 2, … units that end here.
	n       int           // How many of them there are.
	word    *word         // The longest that ends here; nil if none.
	denied  bool          // Whether the word is negated.
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
	if r.n < grams {
		r.n++
	}
	for i := r.n - 1; i > 0; i-- {
		r.hashes[i] = join(r.hashes[i-1], r.unit.hash)
		r.keys[i] = key(r.hashes[i], i+1)
	}
	r.hashes[0] = r.unit.hash
	r.keys[0] = key(r.unit.hash, 1)
	r.look()
	return true
}

// look finds the word that ends here and keeps the books of negation.
func (r *reader) look() {
	r.word, r.denied = nil, false
	for i := r.n - 1; i >= 0 && r.word == nil; i-- {
		r.word = r.words.find(r.keys[i])
	}
	copy(r.denials[1:], r.denials[:grams])
	now := r.denials[1].after()
	if w := r.word; w != nil {
		before := r.denials[w.units]
		switch w.role {
		case negates:
			now = denial{!before.on, reach}
		case plainly:
			now = before.after()
		case turns:
			now = denial{}
		default:
			r.denied = before.on && w.said != 0
		}
	} else if r.unit.kind == mark || r.unit.kind == line {
		now = denial{}
	}
	r.denials[0] = now
}

// features appends the keys of everything that the model has weights for.
func features(keys []uint32, text string) []uint32 {
	for r := read(text); r.next(); {
		keys = append(keys, r.keys[:r.n]...)
		if r.denied {
			keys = append(keys, r.word.key^mirror)
		}
	}
	return keys
}
