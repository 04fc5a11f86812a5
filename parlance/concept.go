package parlance

import (
	"slices"
	"strings"
	"sync"

	"citywalk/atlas"
)

// A use says where a word of a concept counts.
type use uint8

const (
	both use = iota
	said     // Only in what somebody types.
	read     // Only on signs and menus.
)

// A concept is a kind of place or of dish.
type concept struct {
	id     string
	zh, en string // What it is called, for a person.
	wider  []int  // Indexes of the concepts that it is one of, directly or not.
	eat    bool   // It is of places to eat.
	see    bool   // It is of places to see.
	term   atlas.Term
}

// A sense is what a word means.
type sense struct {
	concept int
	use     use
}

// The thesaurus is all concepts and their words.
type thesaurus struct {
	concepts []concept
	index    map[string]int
	words    map[string][]sense // By folded text: characters, or English words with a space between.
	most     map[string]int     // By its first unit: units of the longest word or English name that begins so.
	spelled  []spelled          // By letters, sorted: what is typed for Chinese words in pinyin or initials.
	known    map[string]string  // English names to Chinese ones.
}

// spelled is a Chinese word of a concept as letters.
type spelled struct {
	letters string
	concept int
	initial bool
}

var words = sync.OnceValue(newThesaurus)

func newThesaurus() *thesaurus {
	t := &thesaurus{index: map[string]int{}, words: map[string][]sense{}, most: map[string]int{}, known: map[string]string{}}
	lines := strings.Split(strings.TrimSpace(eating)+"\n"+strings.TrimSpace(going), "\n")
	fields := make([][]string, len(lines))
	for i, line := range lines {
		fields[i] = strings.Split(line, "|")
		t.index[fields[i][0]] = i
		t.concepts = append(t.concepts, concept{id: fields[i][0]})
	}
	for i, f := range fields {
		c := &t.concepts[i]
		for _, w := range strings.Fields(f[3]) {
			c.wider = append(c.wider, t.index[w])
		}
		for _, w := range strings.Fields(f[1]) {
			t.add(i, w, &c.zh)
		}
		for _, w := range strings.Split(f[2], ",") {
			t.add(i, w, &c.en)
		}
	}
	for i := range t.concepts {
		c := &t.concepts[i]
		c.wider = t.closure(i)
		is := func(wide int) bool { return i == wide || slices.Contains(c.wider, wide) }
		c.eat, c.see = is(t.index["food"]), is(t.index["sight"])
		c.term = atlas.TermOf(conceptKind, c.id)
	}
	for _, pair := range strings.FieldsFunc(known, func(r rune) bool { return r == '|' || r == '\n' }) {
		if en, zh, ok := strings.Cut(pair, "="); ok {
			t.known[en] = zh
			t.begin(split(en, 16))
		}
	}
	slices.SortFunc(t.spelled, func(a, b spelled) int { return strings.Compare(a.letters, b.letters) })
	return t
}

// add enters a word of a concept; the first that may be typed is its name.
func (t *thesaurus) add(i int, w string, name *string) {
	s := sense{concept: i}
	switch {
	case strings.HasPrefix(w, "?"):
		s.use, w = said, w[1:]
	case strings.HasPrefix(w, "!"):
		s.use, w = read, w[1:]
	}
	if w == "" {
		return
	}
	if *name == "" && s.use == both {
		*name = w
	}
	units := split(w, 16)
	key := keyOf(units)
	if slices.Contains(t.words[key], s) {
		return
	}
	t.words[key] = append(t.words[key], s)
	t.begin(units)
	if s.use == read || len(units) < 2 || units[0].script != han {
		return
	}
	whole, first := letters(units)
	t.spelled = append(t.spelled, spelled{whole, i, false}, spelled{first, i, true})
}

// begin notes how long words are that begin with a unit.
func (t *thesaurus) begin(units []unit) {
	first := units[0].text
	t.most[first] = max(t.most[first], len(units))
}

// closure returns all concepts that one is one of.
func (t *thesaurus) closure(i int) []int {
	var all []int
	for _, w := range t.concepts[i].wider {
		for _, x := range append([]int{w}, t.closure(w)...) {
			if !slices.Contains(all, x) {
				all = append(all, x)
			}
		}
	}
	return all
}

// meant returns the longest word of a concept that begins at unit i, and how
// many units it is. Words that are only read do not count.
func (t *thesaurus) meant(l *line, i int) (concepts []int, n int) {
	for n = min(t.most[l.units[i].text], l.until[i]-i); n > 0; n-- {
		for _, s := range t.words[l.key(i, n)] {
			if s.use != read {
				concepts = append(concepts, s.concept)
			}
		}
		if len(concepts) > 0 {
			return concepts, n
		}
	}
	return nil, 0
}

// verb reports whether a word is only said: it names what somebody does there.
func (t *thesaurus) verb(key string) bool {
	return !slices.ContainsFunc(t.words[key], func(s sense) bool { return s.use == both })
}

// spells returns the concepts with a Chinese word that is spelled so, or, from
// three letters on, begins so.
func (t *thesaurus) spells(letters string) []int {
	var all []int
	i, _ := slices.BinarySearchFunc(t.spelled, letters, func(s spelled, l string) int { return strings.Compare(s.letters, l) })
	for ; i < len(t.spelled) && strings.HasPrefix(t.spelled[i].letters, letters); i++ {
		s := t.spelled[i]
		if (s.letters == letters || !s.initial && len(letters) >= 3) && !slices.Contains(all, s.concept) {
			all = append(all, s.concept)
		}
	}
	return all
}

// Weights of what tells that a place is of a kind.
const (
	byLabel  = 235 // Its category says so.
	byLabels = 170 // Its category says so, and something else too.
	byName   = 215
	byDish   = 110
	twice    = 20 // More, if category and name say so.
)

// kinds returns how much a place is of each concept, after its category's and
// those of its names and dishes, which stand in k. The list is the Book's.
func (k *Book) kinds(t *thesaurus, category []int) []uint8 {
	k.weights, k.labels = blank(k.weights, len(t.concepts)), blank(k.labels, len(t.concepts))
	k.known = k.known[:0] // In the order in which they were found.
	for _, c := range category {
		if !k.labels[c] {
			k.labels[c] = true
			k.known = append(k.known, c)
		}
	}
	label := byLabel
	if t.divided(k.known) {
		label = byLabels
	}
	for _, c := range k.known {
		k.weights[c] = uint8(label)
	}
	eats, sees := t.sides(k.known)
	raise := func(concepts []int, weight int) {
		for _, c := range concepts {
			if e, s := t.concepts[c].eat, t.concepts[c].see; eats && !sees && s && !e || sees && !eats && e && !s {
				continue // A park in a street of Sichuan's name serves nothing from there.
			}
			if k.weights[c] == 0 {
				k.known = append(k.known, c)
			}
			if k.labels[c] && weight == byName {
				k.weights[c] = uint8(max(label, byName) + twice)
			} else {
				k.weights[c] = max(k.weights[c], uint8(weight))
			}
		}
	}
	raise(k.named, byName)
	raise(k.served, byDish)
	k.widen(t)
	return k.weights
}

// widen adds what those concepts are that the place is itself.
func (k *Book) widen(t *thesaurus) {
	k.own = append(k.own[:0], k.weights...)
	for _, c := range k.known {
		for _, wide := range t.concepts[c].wider {
			if k.own[c] > byDish {
				k.weights[wide] = max(k.weights[wide], k.own[c]-20)
			}
		}
	}
}

// blank returns n zeros, in the same memory if there is enough.
func blank[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// sides reports whether some concepts are of places to eat and of places to see.
func (t *thesaurus) sides(set []int) (eats, sees bool) {
	for _, c := range set {
		eats, sees = eats || t.concepts[c].eat, sees || t.concepts[c].see
	}
	return eats, sees
}

// divided reports whether concepts are not all one or wider than one.
func (t *thesaurus) divided(set []int) bool {
	narrow := 0
	for _, c := range set {
		if !slices.ContainsFunc(set, func(other int) bool { return slices.Contains(t.concepts[other].wider, c) }) {
			narrow++
		}
	}
	return narrow > 1
}

// meanings appends the concepts of the words in a text. A word of a single
// character counts only at the end, as in the name of a temple.
func (t *thesaurus) meanings(units []unit, all []int) []int {
	l := lineOf(units)
	for i, u := range units {
		for n := min(t.most[u.text], l.until[i]-i); n > 0; n-- {
			if n == 1 && u.script == han && i < len(units)-1 {
				continue
			}
			for _, s := range t.words[l.key(i, n)] {
				if s.use != said {
					all = append(all, s.concept)
				}
			}
		}
	}
	return all
}
