package atlas

// A common list is one of which a block has a document on average. It is kept
// as a bit for each document too, which takes no more than twice the memory: to
// ask whether a document is in it, there is nothing to seek. Of a list that is
// less common than that it is kept for every eight documents whether one of
// them is in it, which spares most of the seeking.
type common struct {
	rowOf []uint32 // Of each list, one more than where its row begins in ones; 0 if it has none.
	ones  []uint64
}

// coarse is how many times rarer a list may be to have a row for eights.
const coarse = 8

// spread makes the rows.
func (s *segment) spread() {
	words := 0
	s.rowOf = make([]uint32, len(s.most))
	for l := range s.most {
		if shift, ok := s.shift(l); ok {
			s.rowOf[l] = uint32(words + 1)
			words += s.blocks()>>shift + 1
		}
	}
	s.ones = huge(make([]uint64, words))
	for l := range s.most {
		row, shift := s.row(uint32(l))
		if row == nil {
			continue
		}
		for _, p := range s.posts[s.starts[l]:s.starts[l+1]] {
			d := p.doc >> shift
			row[d/block] |= 1 << (d % block)
		}
	}
}

// shift returns for how many documents, as a power of two, a bit of a list's
// row stands, and whether it has one.
func (s *segment) shift(l int) (uint8, bool) {
	switch n := int(s.starts[l+1] - s.starts[l]); {
	case n*block > s.n:
		return 0, true
	case n*block*coarse > s.n:
		return 3, true
	}
	return 0, false
}

// row returns the bits of a list, nil if it has none, and their shift.
func (s *segment) row(l uint32) ([]uint64, uint8) {
	if s.rowOf[l] == 0 {
		return nil, 0
	}
	shift, _ := s.shift(int(l))
	return s.ones[s.rowOf[l]-1:][:s.blocks()>>shift+1], shift
}
