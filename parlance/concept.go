package parlance

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
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
	longest  int                // Units of the longest word.
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
	t := &thesaurus{index: map[string]int{}, words: map[string][]sense{}, known: map[string]string{}}
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
		t.concepts[i].wider = t.closure(i)
	}
	for _, pair := range strings.FieldsFunc(known, func(r rune) bool { return r == '|' || r == '\n' }) {
		if en, zh, ok := strings.Cut(pair, "="); ok {
			t.known[en] = zh
			t.longest = max(t.longest, len(strings.Fields(en)))
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
	t.longest = max(t.longest, len(units))
	if s.use == read || len(units) < 2 || units[0].script != han {
		return
	}
	syllables := reading(runes(units))
	t.spelled = append(t.spelled, spelled{strings.Join(syllables, ""), i, false}, spelled{initials(syllables), i, true})
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

// keyOf is units as a key of words: a space between words of letters.
func keyOf(units []unit) string {
	var b strings.Builder
	for i, u := range units {
		if i > 0 && (u.script != han || units[i-1].script != han) {
			b.WriteByte(' ')
		}
		b.WriteString(u.text)
	}
	return b.String()
}

// initials returns the first letters of syllables.
func initials(syllables []string) string {
	var b strings.Builder
	for _, s := range syllables {
		r, _ := utf8.DecodeRuneInString(s)
		b.WriteRune(r)
	}
	return b.String()
}

// meant returns the longest word of a concept with which units begin, and how
// many units it is. Words that are only read do not count.
func (t *thesaurus) meant(units []unit) (concepts []int, n int) {
	for n = min(t.longest, len(units)); n > 0; n-- {
		if !unbroken(units[:n]) {
			continue
		}
		for _, s := range t.words[keyOf(units[:n])] {
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

// unbroken reports whether nothing stands between characters; English words
// have a space between them.
func unbroken(units []unit) bool {
	for i, u := range units[1:] {
		if u.gap && (u.script == han || units[i].script == han) {
			return false
		}
	}
	return true
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

// kinds returns the concepts that a place is of, with weights.
func (t *thesaurus) kinds(p *Text) map[int]int {
	found := map[int]int{}
	labels := map[int]bool{}
	t.each(split(p.Category, textUnits), func(c int) { labels[c] = true })
	label := byLabel
	if t.divided(labels) {
		label = byLabels
	}
	for c := range labels {
		found[c] = label
	}
	raise := func(weight int) func(int) {
		return func(c int) {
			if labels[c] && weight == byName {
				found[c] = max(label, byName) + twice
			} else {
				found[c] = max(found[c], weight)
			}
		}
	}
	core, _ := divide(p.Name)
	for _, part := range core {
		t.each(part, raise(byName))
	}
	for _, a := range p.Aliases {
		t.each(split(a, nameUnits), raise(byName))
	}
	for _, d := range p.Dishes[:min(len(p.Dishes), dishesMax)] {
		t.each(split(d, dishUnits), raise(byDish))
	}
	for c, w := range found {
		for _, wide := range t.concepts[c].wider {
			if w > byDish {
				found[wide] = max(found[wide], w-20)
			}
		}
	}
	return found
}

// divided reports whether concepts are not all one or wider than one.
func (t *thesaurus) divided(set map[int]bool) bool {
	narrow := 0
	for c := range set {
		wide := false
		for other := range set {
			wide = wide || slices.Contains(t.concepts[other].wider, c)
		}
		if !wide {
			narrow++
		}
	}
	return narrow > 1
}

// each calls fn with the concepts of the words in a text. A word of a single
// character counts only at the end, as in the name of a temple.
func (t *thesaurus) each(units []unit, fn func(concept int)) {
	for i := range units {
		for n := 1; n <= min(t.longest, len(units)-i); n++ {
			if !unbroken(units[i : i+n]) {
				break
			}
			if n == 1 && units[i].script == han && i < len(units)-1 {
				continue
			}
			for _, s := range t.words[keyOf(units[i:i+n])] {
				if s.use != said {
					fn(s.concept)
				}
			}
		}
	}
}
