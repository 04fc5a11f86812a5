package gazetteer

import (
	"math/bits"
	"unicode/utf8"
)

// A table finds the forms in a text without trying each. It keeps a hash of
// every form's text in open addressing, and for every pair of characters that
// forms begin with the lengths of these, so that at most a few hashes are
// looked up at each place of a text. A hash is 64 bits long: of a billion
// places in texts one is mistaken with a million forms with a chance of about
// one in twenty thousand, and then a person sees it.
type table struct {
	slots  []slot
	begins []begin
}

type slot struct {
	hash uint64
	form int32 // One more than its number; 0 is empty.
}

type begin struct {
	pair    uint64
	lengths uint64 // Bit n is set if a form of n runes begins with the pair.
}

// formMax is the longest form that is looked for in texts, in runes.
const formMax = 40

func newTable(texts []string) table {
	pairs := map[uint64]uint64{}
	kept := 0
	for _, s := range texts {
		if n := utf8.RuneCountInString(s); n >= 2 && n <= formMax {
			kept++
			pairs[pairOf([]rune(s))] |= 1 << n
		}
	}
	t := table{slots: make([]slot, kept*3/2+1), begins: make([]begin, len(pairs)*3/2+1)}
	for i, s := range texts {
		if n := utf8.RuneCountInString(s); n >= 2 && n <= formMax {
			t.put(hashOf([]rune(s)), int32(i)+1)
		}
	}
	for p, lengths := range pairs {
		i := place(mix(p), len(t.begins))
		for t.begins[i].lengths != 0 {
			i = (i + 1) % len(t.begins)
		}
		t.begins[i] = begin{p, lengths}
	}
	return t
}

func (t *table) put(hash uint64, form int32) {
	i := place(hash, len(t.slots))
	for t.slots[i].form != 0 {
		i = (i + 1) % len(t.slots)
	}
	t.slots[i] = slot{hash, form}
}

// find returns the number of the form with a hash, or -1.
func (t *table) find(hash uint64) int32 {
	for i := place(hash, len(t.slots)); t.slots[i].form != 0; i = (i + 1) % len(t.slots) {
		if t.slots[i].hash == hash {
			return t.slots[i].form - 1
		}
	}
	return -1
}

// lengths returns the lengths of the forms that begin with a pair.
func (t *table) lengths(pair uint64) uint64 {
	for i := place(mix(pair), len(t.begins)); t.begins[i].lengths != 0; i = (i + 1) % len(t.begins) {
		if t.begins[i].pair == pair {
			return t.begins[i].lengths
		}
	}
	return 0
}

// place spreads a hash over n places.
func place(hash uint64, n int) int {
	high, _ := bits.Mul64(hash, uint64(n))
	return int(high)
}

func pairOf(r []rune) uint64 { return uint64(r[0])<<21 | uint64(r[1]) }

// step takes one more rune into a hash, and mix makes all its bits count (the
// finalizer of MurmurHash3).
func step(h uint64, r rune) uint64 { return (h ^ uint64(r)) * 0x9E3779B97F4A7C15 }

func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xFF51AFD7ED558CCD
	h = (h ^ h>>33) * 0xC4CEB9FE1A85EC53
	return h ^ h>>33
}

const seed = 0x243F6A8885A308D3

func hashOf(runes []rune) uint64 {
	h := uint64(seed)
	for _, r := range runes {
		h = bits.RotateLeft64(step(h, r), 23)
	}
	return mix(h)
}

// A mention is a form in a text, from begin up to end.
type mention struct {
	begin, end int
	form       int32
}

// mentionsMax bounds what is made of one text.
const mentionsMax = 64

// scan returns the forms in a text from left to right, of those that overlap
// the first, and of those that begin together the longest. A form of Latin
// letters is found only as whole words.
func (t *table) scan(f folded) []mention {
	var found []mention
	for i := 0; i+2 <= len(f.runes) && len(found) < mentionsMax; {
		m := mention{begin: i, end: i, form: -1}
		if lengths := t.lengths(pairOf(f.runes[i:])); lengths != 0 && wordEdge(f, i) {
			t.longest(f, lengths, &m)
		}
		if m.form < 0 {
			i++
			continue
		}
		found = append(found, m)
		i = m.end
	}
	return found
}

// longest sets m to the longest form that begins where m does.
func (t *table) longest(f folded, lengths uint64, m *mention) {
	h := uint64(seed)
	for n := 1; m.begin+n <= len(f.runes) && lengths>>n != 0; n++ {
		h = bits.RotateLeft64(step(h, f.runes[m.begin+n-1]), 23)
		if lengths&(1<<n) == 0 || !wordEdge(f, m.begin+n) {
			continue
		}
		if form := t.find(mix(h)); form >= 0 {
			m.end, m.form = m.begin+n, form
		}
	}
}

// wordEdge reports whether no word of Latin letters runs over place i.
func wordEdge(f folded, i int) bool {
	return i == 0 || i >= len(f.runes) || f.gap[i] != 0 || !latin(f.runes[i]) || !latin(f.runes[i-1])
}
