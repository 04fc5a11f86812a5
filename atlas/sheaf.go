package atlas

import (
	"slices"
	"sync"
)

// A sheaf is the documents of each label of a kind, in the order of their
// places. What is nearest of a category goes by that category's own tree, which
// knows nothing of tiers.
type sheaf struct {
	starts []uint32 // Where each label's documents begin, and the end of the last.
	spots  []spot   // Their doc is where they stand in the order of all places.
	treeOf []uint32 // Of each label; 0 if it has so few documents that it needs none.
}

// bind makes the sheaves.
func (s *segment) bind() {
	var wait sync.WaitGroup
	for k := range s.sheaves {
		wait.Go(func() { s.sheaves[k].bind(s.lying.spots, s.label[k], s.names[k].len()) })
	}
	wait.Wait()
}

func (h *sheaf) bind(spots []spot, label []uint16, labels int) {
	h.starts = make([]uint32, labels+1)
	for _, l := range label {
		h.starts[l+1]++
	}
	for l := range labels {
		h.starts[l+1] += h.starts[l]
	}
	next := slices.Clone(h.starts)
	h.spots = huge(make([]spot, len(spots)))
	for i, at := range spots {
		l := label[at.doc]
		at.doc = uint32(i)
		h.spots[next[l]] = at
		next[l]++
	}
}

// sheaves grows the trees of a kind's labels.
func (p *planter) sheaves(h *sheaf) {
	h.treeOf = make([]uint32, len(h.starts)-1)
	var docs, places []uint32
	for l := range h.treeOf {
		docs, places = docs[:0], places[:0]
		for _, at := range h.spots[h.starts[l]:h.starts[l+1]] {
			docs, places = append(docs, p.lying.spots[at.doc].doc), append(places, at.doc)
		}
		if len(docs) > bare {
			p.of = append(p.of, uint32(l))
			p.grow(docs, places, nil)
		}
	}
}
