package parlance

import (
	"iter"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"citywalk/opinion"
)

// A script is what a unit is written in.
type script uint8

const (
	han   script = iota // One Chinese character or kana.
	latin               // A word of letters, perhaps with digits in it.
	digit               // A number.
)

// A unit is the least that is looked at: a character, a word or a number.
type unit struct {
	text   string
	script script
	gap    bool // Something stood between it and the unit before: a space, a mark.
	from   int  // Bytes of the text as it was typed.
	to     int
}

// foldTable is what the runes of the basic plane fold to.
var foldTable = sync.OnceValue(func() *[1 << 16]rune {
	var all [1 << 16]rune
	for r := range rune(len(all)) {
		all[r] = foldSlowly(r)
	}
	return &all
})

// foldRune folds one rune: simplified, half width, lower case, without accent;
// 0 is a rune that is no letter and no number.
func foldRune(table *[1 << 16]rune, r rune) rune {
	if uint32(r) < 1<<16 {
		return table[r]
	}
	return foldSlowly(r)
}

func foldSlowly(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		return r
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r == utf8.RuneError || r < utf8.RuneSelf || r >= 0xd800 && r < 0xe000:
		return 0
	}
	f, _ := utf8.DecodeRuneInString(opinion.Fold(string(r)))
	if f == utf8.RuneError || !unicode.IsLetter(f) && !unicode.IsNumber(f) {
		return 0
	}
	return f
}

// split folds a text and cuts it into at most max units. Apostrophes within
// words do not count; all other marks, emoji and spaces divide.
func split(text string, max int) []unit {
	table := foldTable()
	all := make([]unit, 0, min(max, len(text)/3+2))
	gap, apostrophe := false, false
	for at, r := range text {
		f := foldRune(table, r)
		if f == 0 {
			if r == '\'' || r == '’' || r == '‘' || r == '`' {
				apostrophe = true
			} else {
				gap = true
			}
			continue
		}
		s, size := scriptOf(f), utf8.RuneLen(r)
		if n := len(all); n > 0 && s != han && !gap && joins(all[n-1].script, s) {
			last := &all[n-1]
			if f == r && last.to == at && text[last.from:last.to] == last.text {
				last.text = text[last.from : at+size]
			} else {
				last.text += string(f)
			}
			last.to = at + size
			if s == latin {
				last.script = latin
			}
			apostrophe = false
			continue
		}
		if len(all) == max {
			break
		}
		folded := text[at : at+size]
		if f != r {
			folded = string(f)
		}
		all = append(all, unit{text: folded, script: s, gap: gap || apostrophe, from: at, to: at + size})
		gap, apostrophe = false, false
	}
	return all
}

// joins reports whether a letter or digit continues the word before it. A
// letter after a number begins a word of its own: 100yuan, 24h.
func joins(before, s script) bool {
	return before == latin || before == digit && s == digit
}

func scriptOf(r rune) script {
	switch {
	case r >= '0' && r <= '9':
		return digit
	case r < 0x250:
		return latin
	}
	return han
}

// join returns the units' texts in one: the key of a name.
func join(units []unit) string {
	if len(units) == 1 {
		return units[0].text
	}
	n := 0
	for _, u := range units {
		n += len(u.text)
	}
	var b strings.Builder
	b.Grow(n)
	for _, u := range units {
		b.WriteString(u.text)
	}
	return b.String()
}

// runs cuts units where the script changes between characters and the rest, or
// where something stood between two characters.
func runs(units []unit) iter.Seq[[]unit] {
	return func(yield func([]unit) bool) {
		from := 0
		for i := range units {
			if next := i + 1; next == len(units) || units[i].script != han || units[next].script != han || units[next].gap {
				if !yield(units[from:next:next]) {
					return
				}
				from = next
			}
		}
	}
}

// runes returns the characters of a run.
func runes(run []unit) []rune { return []rune(join(run)) }

// char is a unit's first character.
func (u unit) char() rune {
	r, _ := utf8.DecodeRuneInString(u.text)
	return r
}

// A line is units with the keys of all that stands next to each other in it.
type line struct {
	units  []unit
	joined string // Of all units; at says where each begins.
	at     []int
	spaced string // The same with a space between words of letters.
	from   []int
	until  []int // For each unit where the next gap between characters is, or the end.
}

func lineOf(units []unit) line {
	n := len(units)
	where := make([]int, 3*n+1)
	l := line{units: units, at: where[: n+1 : n+1], from: where[n+1 : 2*n+1 : 2*n+1], until: where[2*n+1:]}
	l.joined = join(units)
	l.spaced = l.joined
	at, spaces := 0, 0
	for i, u := range units {
		if i > 0 && spacedFrom(units[i-1], u) {
			spaces++
		}
		l.at[i], l.from[i] = at, at+spaces
		at += len(u.text)
	}
	l.at[n] = at
	if spaces > 0 {
		l.spaced = keyOf(units)
	}
	for i := n - 1; i >= 0; i-- {
		l.until[i] = i + 1
		if i+1 < n && !(units[i+1].gap && (units[i+1].script == han || units[i].script == han)) {
			l.until[i] = l.until[i+1]
		}
	}
	return l
}

// spacedFrom reports whether a space stands between two units in a key.
func spacedFrom(a, b unit) bool { return a.script != han || b.script != han }

// key is n units from i on as the words of the thesaurus are kept, and name the
// same as names are. Neither copies.
func (l *line) key(i, n int) string {
	last := i + n - 1
	return l.spaced[l.from[i] : l.from[last]+len(l.units[last].text)]
}

func (l *line) name(i, n int) string { return l.joined[l.at[i]:l.at[i+n]] }

// keyOf is units as a key of words: a space between words of letters.
func keyOf(units []unit) string {
	var b strings.Builder
	for i, u := range units {
		if i > 0 && spacedFrom(units[i-1], u) {
			b.WriteByte(' ')
		}
		b.WriteString(u.text)
	}
	return b.String()
}
