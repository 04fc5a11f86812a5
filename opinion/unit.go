package opinion

import (
	"math/bits"
	"unicode/utf8"
)

// grams is the length of the longest run of units that is hashed.
const grams = 4

// A unit is what a text is made of for the model: one character, word, number,
// emoji or mark.
type unit struct {
	hash     uint64
	from, to int
	rune     rune // The folded character; for a word or number its first.
	kind     kind
	gap      bool // Whether a space stands before it.
}

// A scanner cuts a text into units, in one pass and without memory.
type scanner struct {
	text   string
	at     int
	table  *[1 << 16]folded
	last   rune // The mark before, to make a row of marks short.
	repeat int
}

func scan(text string) scanner { return scanner{text: text, table: folds()} }

// next returns the next unit; false at the end.
func (s *scanner) next(u *unit) bool {
	gap := false
	for s.at < len(s.text) {
		from := s.at
		f := s.take()
		switch f.kind() {
		case skipped:
			continue
		case space:
			gap = true
			continue
		case latin, digit:
			s.run(u, f)
			s.last = 0
		case mark, line:
			if s.repeated(f.rune()) {
				continue
			}
			*u = unit{hash: mix(uint64(f.rune())), rune: f.rune(), kind: f.kind()}
		default:
			*u = unit{hash: mix(uint64(f.rune())), rune: f.rune(), kind: glyph}
			s.last = 0
		}
		u.from, u.to, u.gap = from, s.at, gap
		return true
	}
	return false
}

// take consumes one rune.
func (s *scanner) take() folded {
	if c := s.text[s.at]; c < utf8.RuneSelf {
		s.at++
		if c == '\\' && s.at < len(s.text) && s.text[s.at] == 'n' {
			s.at++ // An export that wrote its line breaks as \n.
			return of(line, '\n')
		}
		return s.table[c]
	}
	if t := s.text[s.at:]; len(t) >= 3 && t[0]&0xf0 == 0xe0 && t[1]&0xc0 == 0x80 && t[2]&0xc0 == 0x80 {
		// What most of a Chinese text is, decoded here because it is quicker.
		if r := uint16(t[0])<<12 | uint16(t[1]&0x3f)<<6 | uint16(t[2]&0x3f); r >= 0x800 {
			s.at += 3
			return s.table[r]
		}
	}
	r, size := utf8.DecodeRuneInString(s.text[s.at:])
	s.at += size
	return fold(s.table, r)
}

// repeated says whether r is more than the second of equal marks in a row.
func (s *scanner) repeated(r rune) bool {
	if r != s.last {
		s.last, s.repeat = r, 0
	}
	s.repeat++
	return s.repeat > 2
}

// run reads the rest of a word or of a number. Numbers are told apart by their
// length alone: how much is said, not the sum.
func (s *scanner) run(u *unit, first folded) {
	*u = unit{rune: first.rune(), kind: first.kind()}
	word := u.kind == latin
	h := uint64(u.kind)
	for f := first; ; {
		if word {
			h = (h ^ uint64(f.rune())) * fnvPrime
		} else {
			h++
		}
		if s.at >= len(s.text) {
			break
		}
		was := s.at
		if f = s.take(); f.kind() == u.kind {
			continue
		}
		if word && f.rune() == '\'' && s.at < len(s.text) {
			if g := s.take(); g.kind() == latin {
				h, f = (h^'\'')*fnvPrime, g
				continue
			}
		}
		s.at = was
		break
	}
	u.hash = mix(h)
}

const (
	fnvPrime = 0x100000001b3
	spread   = 0x9e3779b97f4a7c15
	steps    = 0xd6e8feb86659fd93
)

// mix spreads x over all bits (the finaliser of splitmix64).
func mix(x uint64) uint64 {
	x += spread
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// key brings the hash of a run of n units to the 32 bits by which weights,
// words and dishes are found.
func key(h uint64, n int) uint32 {
	return uint32((h + uint64(n)*spread) * steps >> 32)
}

// join returns the hash of a run one unit longer: units of hashes a, b, c give
// (a*steps+b)*steps+c.
func join(h, next uint64) uint64 { return bits.RotateLeft64(h, 23)*steps + next }

// keyOf returns the key of a phrase, and of how many units it is.
func keyOf(phrase string) (k uint32, n int) {
	var u unit
	var h uint64
	for s := scan(phrase); s.next(&u); n++ {
		h = join(h, u.hash)
	}
	return key(h, n), n
}
