package atlas

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// A Suggestion completes what is being typed.
type Suggestion struct {
	Kind   byte
	Text   string
	Weight int64 // Of all its places together.
}

// suggestMax is how many suggestions are given at most.
const suggestMax = 50

// A speech is what is suggested because of a segment's documents. A word is a
// text of a kind. Its rank is its weight, and a hash where weights are equal.
type speech struct {
	kinds []uint8 // Of each word; words are sorted by text, then kind.
	words texts
	ranks []uint64
	keys  texts    // Sorted.
	owner []uint32 // The word of each key.
	peaks []uint64 // Largest rank of every 16 keys, of every 256, and so on.

	starts []uint32 // Where each document's words begin.
	list   []uint32
	gives  []uint16 // What the document adds to the word's weight.
}

// rankOf orders suggestions.
func rankOf(kind byte, text []byte, weight int64) uint64 {
	return uint64(weight)<<16 | uint64(TermOf(kind, string(text)))&0xffff
}

// find returns the number of a word.
func (s *speech) find(kind byte, text []byte) (uint32, bool) {
	lo, hi := 0, len(s.kinds)
	for lo < hi {
		mid := (lo + hi) / 2
		if c := cmp.Or(bytes.Compare(s.words.at(uint32(mid)), text), cmp.Compare(s.kinds[mid], kind)); c < 0 {
			lo = mid + 1
		} else if c > 0 {
			hi = mid
		} else {
			return uint32(mid), true
		}
	}
	return 0, false
}

// of returns what a document says, without the keys.
func (s *speech) of(d uint32) []Said {
	var all []Said
	for i := s.starts[d]; i < s.starts[d+1]; i++ {
		w := s.list[i]
		all = append(all, Said{Kind: s.kinds[w], Text: string(s.words.at(w)), Weight: s.gives[i]})
	}
	return all
}

// A saidDraft is words in the order in which they came.
type saidDraft struct {
	dict   dict
	kinds  []uint8
	words  arena[byte]
	keys   arena[byte]
	owner  []uint32
	starts []uint32
	list   []uint32
	gives  []uint16
}

func (b *saidDraft) begin() { b.starts = []uint32{0} }

// add takes what the document that is being added says.
func (b *saidDraft) add(s Said) {
	b.list = append(b.list, b.word(s.Kind, s.Text, s.Keys))
	b.gives = append(b.gives, s.Weight)
}

// end ends the document.
func (b *saidDraft) end() { b.starts = append(b.starts, uint32(len(b.list))) }

// word returns a word's number; a new one gets its keys.
func (b *saidDraft) word(kind byte, text string, keys []string) uint32 {
	w := b.dict.number(TermOf(kind, text))
	if int(w) < len(b.kinds) {
		return w
	}
	b.kinds = append(b.kinds, kind)
	b.words.add([]byte(text))
	for i, k := range keys {
		if !slices.Contains(keys[:i], k) {
			b.keys.add([]byte(k))
			b.owner = append(b.owner, w)
		}
	}
	return w
}

// speech puts the words in order, without those that no document says now.
func (b *saidDraft) speech(marks []mark) speech {
	var s speech
	weights := make([]int64, len(b.kinds))
	s.starts = make([]uint32, 1, len(marks)+1)
	for _, m := range marks {
		for i := b.starts[m.doc]; i < b.starts[m.doc+1]; i++ {
			s.list, s.gives = append(s.list, b.list[i]), append(s.gives, b.gives[i])
			weights[b.list[i]] += int64(b.gives[i])
		}
		s.starts = append(s.starts, uint32(len(s.list)))
	}
	numbers := make([]uint32, len(b.kinds))
	for _, w := range sorted(&b.words, func(w uint32) bool { return weights[w] > 0 }, func(v, w uint32) int { return cmp.Compare(b.kinds[v], b.kinds[w]) }) {
		numbers[w] = uint32(len(s.kinds))
		s.kinds = append(s.kinds, b.kinds[w])
		s.words.add(b.words.at(w))
		s.ranks = append(s.ranks, rankOf(b.kinds[w], b.words.at(w), weights[w]))
	}
	for i, w := range s.list {
		s.list[i] = numbers[w]
	}
	for _, k := range sorted(&b.keys, func(k uint32) bool { return weights[b.owner[k]] > 0 }, func(k, l uint32) int { return cmp.Compare(k, l) }) {
		s.keys.add(b.keys.at(k))
		s.owner = append(s.owner, numbers[b.owner[k]])
	}
	s.peaks = peaks(&s)
	return s
}

// sorted returns the numbers of the texts that are kept, in the texts' order.
// Most are told apart by their first eight bytes, which are compared as one
// number.
func sorted(a *arena[byte], keep func(uint32) bool, tie func(v, w uint32) int) []uint32 {
	type head struct {
		first uint64
		n     uint32
	}
	var heads []head
	for i := range uint32(len(a.refs)) {
		if keep(i) {
			var first [8]byte
			copy(first[:], a.at(i))
			heads = append(heads, head{binary.BigEndian.Uint64(first[:]), i})
		}
	}
	slices.SortFunc(heads, func(v, w head) int {
		if v.first != w.first {
			return cmp.Compare(v.first, w.first)
		}
		return cmp.Or(bytes.Compare(a.at(v.n), a.at(w.n)), tie(v.n, w.n))
	})
	numbers := make([]uint32, len(heads))
	for i, h := range heads {
		numbers[i] = h.n
	}
	return numbers
}

// fan is how many keys, or peaks, one peak stands for.
const fan = 16

// peaks makes the peaks over the keys, level by level.
func peaks(s *speech) []uint64 {
	var all []uint64
	below := len(s.owner)
	rank := func(i int) uint64 { return s.ranks[s.owner[i]] }
	for below > 1 {
		from := len(all)
		for i := 0; i < below; i += fan {
			most := uint64(0)
			for j := i; j < min(i+fan, below); j++ {
				most = max(most, rank(j))
			}
			all = append(all, most)
		}
		below = len(all) - from
		level := all[from:]
		rank = func(i int) uint64 { return level[i] }
	}
	return all
}
