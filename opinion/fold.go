package opinion

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A kind says how a rune takes part in a text.
type kind uint8

const (
	skipped kind = iota // Joiners, variation selectors, skin tones, broken bytes.
	space
	line  // A line break.
	mark  // Punctuation and other signs.
	digit // One of a number.
	latin // One letter of a word.
	glyph // A unit of its own: a Chinese character, a kana, an emoji.
)

// A folded is what comparison sees of a rune. Lower case, half width,
// simplified; kind and rune in one word, so that one look-up gives both.
type folded uint32

func (f folded) kind() kind { return kind(f >> 24) }
func (f folded) rune() rune { return rune(f & 0xffffff) }

// folds holds what the runes of the basic plane fold to.
var folds = sync.OnceValue(func() *[1 << 16]folded {
	var all [1 << 16]folded
	for r := range rune(len(all)) {
		all[r] = foldSlowly(r)
	}
	for from, pairs := rune(0), traditional; pairs != ""; {
		r, size := utf8.DecodeRuneInString(pairs)
		pairs = pairs[size:]
		switch {
		case r == ' ' || r == '\n':
		case from == 0:
			from = r
		default:
			all[from], from = all[r], 0
		}
	}
	return &all
})

// fold returns what r folds to.
func fold(table *[1 << 16]folded, r rune) folded {
	if uint32(r) < 1<<16 {
		return table[r]
	}
	return foldSlowly(r)
}

func foldSlowly(r rune) folded {
	r = narrow(r)
	switch {
	case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
		return of(line, '\n')
	case unicode.IsSpace(r) || r < ' ':
		return of(space, ' ')
	case r >= '0' && r <= '9':
		return of(digit, r)
	case r >= 'a' && r <= 'z':
		return of(latin, r)
	case r == utf8.RuneError || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Co, r),
		r >= 0xfe00 && r <= 0xfe0f, r >= 0x1f3fb && r <= 0x1f3ff, r >= 0xd800 && r < 0xe000:
		return of(skipped, 0)
	case unicode.IsLetter(r) || unicode.IsNumber(r) || r >= 0x2600 && r <= 0x27bf || r >= 0x2b00 && r <= 0x2bff || r >= 0x1f000:
		return of(glyph, r)
	}
	return of(mark, r)
}

func of(k kind, r rune) folded { return folded(k)<<24 | folded(r) }

// narrow brings width, case, accents and the many forms of one mark together.
func narrow(r rune) rune {
	switch {
	case r >= 0xff01 && r <= 0xff5e:
		r -= 0xff01 - '!'
	case r == 0x3000:
		return ' '
	}
	if r < utf8.RuneSelf {
		return unicode.ToLower(r)
	}
	if plain, ok := marks[r]; ok {
		return plain
	}
	if r >= 0xc0 && r <= 0x17f {
		if i := strings.IndexRune(accented, r); i >= 0 {
			return rune(plain[utf8.RuneCountInString(accented[:i])])
		}
	}
	return unicode.ToLower(r)
}

var marks = map[rune]rune{
	'。': '.', '．': '.', '｡': '.', '…': '.', '·': '.', '•': '.', '、': ',', '，': ',', '‘': '\'', '’': '\'', '`': '\'', '´': '\'',
	'“': '"', '”': '"', '「': '"', '」': '"', '『': '"', '』': '"', '《': '"', '》': '"', '【': '[', '】': ']', '〔': '[', '〕': ']',
	'～': '~', '〜': '~', '∼': '~', '–': '-', '—': '-', '─': '-', '−': '-', '￥': '¥',
}

const (
	accented = "ÀÁÂÃÄÅàáâãäåÇçÈÉÊËèéêëÌÍÎÏìíîïÑñÒÓÔÕÖØòóôõöøÙÚÛÜùúûüÝýÿŠšŽž"
	plain    = "aaaaaaaaaaaacceeeeeeeeiiiiiiiinnoooooooooooouuuuuuuuyyysszz"
)

// Fold returns the text as comparison sees it: simplified characters, half
// width, lower case, one space for any run of spaces between words and none
// elsewhere, line breaks as \n, and nothing that is not seen.
func Fold(text string) string {
	table := folds()
	var b strings.Builder
	b.Grow(len(text))
	last, gap := skipped, false
	for _, r := range text {
		f := fold(table, r)
		switch k := f.kind(); k {
		case skipped:
		case space:
			gap = true
		case line:
			if last != line && last != skipped {
				b.WriteByte('\n')
				last = line
			}
			gap = false
		default:
			if gap && (k == latin || k == digit) && (last == latin || last == digit) {
				b.WriteByte(' ')
			}
			b.WriteRune(f.rune())
			last, gap = k, false
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
