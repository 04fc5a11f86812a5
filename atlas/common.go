package atlas

// A common list is one of which a block has a document on average. It is kept
// as a bit for each document too, which takes no more than twice the memory: to
// ask whether a document is in it, there is nothing to seek.
type common struct {
	rowOf []uint32 // Of each list, one more than its row; 0 for others.
	ones  []uint64 // Rows of one word a block.
}

// spread makes the bits of the common lists.
func (s *segment) spread() {
	rows := 0
	s.rowOf = make([]uint32, len(s.most))
	for l := range s.most {
		if int(s.starts[l+1]-s.starts[l])*block > s.n {
			rows++
			s.rowOf[l] = uint32(rows)
		}
	}
	s.ones = huge(make([]uint64, rows*s.blocks()))
	for l := range s.most {
		row := s.rowOfList(uint32(l))
		if row == nil {
			continue
		}
		for _, d := range s.posts[s.starts[l]:s.starts[l+1]] {
			row[d/block] |= 1 << (d % block)
		}
	}
}

// rowOfList returns the bits of a list, nil if it is not common.
func (s *segment) rowOfList(l uint32) []uint64 {
	i := int(s.rowOf[l])
	if i == 0 {
		return nil
	}
	return s.ones[(i-1)*s.blocks():][:s.blocks()]
}
