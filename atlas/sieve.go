package atlas

import (
	"math/bits"
	"slices"
)

// A sieve is a query's filter for one view. What is asked of many documents is
// a bit each, so that little memory is gone over.
type sieve struct {
	f     *Filter
	all   [][]uint64 // Rows of the flags of which all are set.
	some  [][]uint64 // Of those of which one is set, if any is asked for.
	none  [][]uint64
	words [][]uint64 // Of the words of each clause that is asked for, a nil behind them.
	dead  []uint64
	open  *minuteOf // Nil if it need not be open.
	card  *minuteOf
	sets  [3]set // Labels that are allowed; nil for all.
	price bool
	taste []float64 // Liking of each category.
}

// A set is bits of label numbers.
type set []uint64

func (s set) has(n uint16) bool { return s[n/64]>>(n%64)&1 == 1 }

// set reads the filter against a view.
func (s *sieve) set(v *view, q *Query) {
	f := &q.Filter
	s.f, s.price, s.sets, s.taste, s.words = f, f.PriceMin > 0 || f.PriceMax > 0, [3]set{}, s.taste[:0], s.words[:0]
	for k, labels := range f.labels() {
		if len(labels) > 0 {
			s.sets[k] = v.allowed(k, labels)
		}
	}
	if len(q.Taste) > 0 {
		for i := range v.names[0].len() {
			s.taste = append(s.taste, float64(share(q.Taste[string(v.names[0].at(uint32(i)))])))
		}
	}
	s.by(v, &v.columns)
	s.dead = v.dead
}

// by takes the columns in an order of the documents.
func (s *sieve) by(v *view, c *columns) {
	f := s.f
	s.all, s.some, s.none = c.rows(s.all, f.All), c.rows(s.some, f.Some), c.rows(s.none, f.None)
	s.dead, s.open, s.card = nil, nil, nil
	if s.price {
		s.prices(v, c)
	}
	if !f.OpenAt.IsZero() {
		s.open = v.openAt(c, f.OpenAt)
	}
	if !f.CardAt.IsZero() {
		s.card = v.cardAt(c, f.CardAt)
	}
}

// prices leaves out what is dearer than the rung above the range, or not than
// that below it. What is between is looked at one by one.
func (s *sieve) prices(v *view, c *columns) {
	dear, _ := slices.BinarySearch(v.rungs, s.f.PriceMax)
	if dear = min(dear, rungs-1); s.f.PriceMax == 0 {
		dear = rungs - 1
	}
	s.all = append(s.all, c.bits(lots+1+dear))
	if cheap, _ := slices.BinarySearch(v.rungs, s.f.PriceMin); cheap > 0 {
		s.none = append(s.none, c.bits(lots+cheap))
	}
}

// drop lets go of the view and of the query.
func (s *sieve) drop() {
	clear(s.all)
	clear(s.some)
	clear(s.none)
	clear(s.words)
	*s = sieve{all: s.all, some: s.some, none: s.none, words: s.words, taste: s.taste}
}

// rows puts the rows of some flags into to.
func (c *columns) rows(to [][]uint64, flags Flags) [][]uint64 {
	to = to[:0]
	for ; flags != 0; flags &= flags - 1 {
		to = append(to, c.bits(bits.TrailingZeros32(uint32(flags))))
	}
	return to
}

// allowed returns the numbers of some labels.
func (v *view) allowed(kind int, labels []string) set {
	n := v.names[kind].len()
	s := make(set, n/64+1)
	for i := range n {
		for _, l := range labels {
			if string(v.names[kind].at(uint32(i))) == l {
				s[i/64] |= 1 << (i % 64)
			}
		}
	}
	return s
}

// only returns a row without whose bits nothing passes; nil if there is none.
func (s *sieve) only() []uint64 {
	if len(s.words) > 1 && s.words[1] == nil {
		return s.words[0]
	}
	return nil
}

// may reports whether a document with some of these flags may pass.
func (s *sieve) may(flags Flags) bool {
	return flags&s.f.All == s.f.All && (s.f.Some == 0 || flags&s.f.Some != 0)
}

// block returns which documents of a block pass, but for labels and price.
func (s *sieve) block(b int) uint64 {
	m := ^uint64(0)
	if s.dead != nil {
		m = ^s.dead[b]
	}
	for _, row := range s.all {
		m &= row[b]
	}
	for _, row := range s.none {
		m &^= row[b]
	}
	if len(s.some) > 0 {
		any := uint64(0)
		for _, row := range s.some {
			any |= row[b]
		}
		m &= any
	}
	any := uint64(0)
	for _, row := range s.words {
		if row != nil {
			any |= row[b]
			continue
		}
		m &= any
		any = 0
	}
	if s.open != nil {
		m &= s.open.mask(b)
	}
	if s.card != nil {
		m &= s.card.mask(b)
	}
	return m
}

// free reports whether everything passes, but for labels and price.
func (s *sieve) free() bool {
	return s.dead == nil && s.open == nil && s.card == nil && len(s.all)+len(s.none)+len(s.some)+len(s.words) == 0
}

// worded returns which of up to a block's number of documents are in the row
// without which nothing passes; all if there is none.
func (s *sieve) worded(posts []posting) uint64 {
	row := s.only()
	if row == nil {
		return ^uint64(0) >> (block - len(posts))
	}
	// All of them, so that one does not wait for the other's memory.
	m := uint64(0)
	for i := range posts {
		d := posts[i].doc
		m |= row[d/block] >> (d % block) & 1 << i
	}
	return m
}

// docs returns which of those documents that are in m pass, but for labels and
// price.
func (s *sieve) docs(posts []posting, m uint64) uint64 {
	if s.free() {
		return m
	}
	at, word := -1, uint64(0)
	for rest := m; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		d := posts[i].doc
		if int(d/block) != at {
			at = int(d / block)
			word = s.block(at)
		}
		m &^= (^word >> (d % block) & 1) << i
	}
	return m
}

// passes reports whether a document has a label and a price that are allowed.
func (s *sieve) passes(v *segment, d uint32) bool {
	return s.bears(v, d) && (!s.price || s.affords(v.rows[d].price))
}

// bears reports whether a document has a label of each kind that is allowed.
func (s *sieve) bears(v *segment, d uint32) bool {
	for k := range s.sets {
		if s.sets[k] != nil && !s.sets[k].has(v.label[k][d]) {
			return false
		}
	}
	return true
}

// affords reports whether a price is allowed.
func (s *sieve) affords(p int32) bool {
	return !s.price || p != 0 && p >= s.f.PriceMin && (s.f.PriceMax == 0 || p <= s.f.PriceMax)
}
