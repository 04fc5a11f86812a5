package parlance

import (
	"strings"
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

// rune1 folds one rune: simplified, half width, lower case, without accent.
func rune1(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		return r
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r == utf8.RuneError || r < utf8.RuneSelf:
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
	var all []unit
	gap, apostrophe := false, false
	for at, r := range text {
		size := utf8.RuneLen(r)
		if size < 0 {
			size = 1
		}
		f := rune1(r)
		if f == 0 {
			if r == '\'' || r == '’' || r == '‘' || r == '`' {
				apostrophe = true
			} else {
				gap = true
			}
			continue
		}
		s := scriptOf(f)
		if n := len(all); n > 0 && s != han && !gap && joins(all[n-1].script, s) {
			last := &all[n-1]
			last.text += string(f)
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
		all = append(all, unit{text: string(f), script: s, gap: gap || apostrophe, from: at, to: at + size})
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
	var b strings.Builder
	for _, u := range units {
		b.WriteString(u.text)
	}
	return b.String()
}

// runs cuts units where the script changes between characters and the rest, or
// where something stood between two characters.
func runs(units []unit) [][]unit {
	var all [][]unit
	for i, u := range units {
		if i > 0 && u.script == han && !u.gap && units[i-1].script == han {
			all[len(all)-1] = append(all[len(all)-1], u)
			continue
		}
		all = append(all, units[i:i+1:i+1])
	}
	return all
}

// runes returns the characters of a run.
func runes(run []unit) []rune { return []rune(join(run)) }
