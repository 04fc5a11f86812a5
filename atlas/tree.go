package atlas

import (
	"math"
	"math/bits"
	"slices"
	"sync"
)

// A grove is trees over postings. Each list of postings, and all documents,
// are cut into leaves, leaves into branches, and so on; every piece has a box:
// bounds on what is in it. So the best of a term are found without looking at
// the others, and those that are near without looking at other terms.
type grove struct {
	trees  []tree   // The first two are over all documents: by place, and by number.
	treeOf []uint32 // Of each list; 0 if it has so few postings that it needs none.
	boxes  []box
	firsts []uint32 // First document of each box.
	span   scale    // Of scores and savings.
}

// A tree is its boxes from at on: its leaves, then what they are gathered in,
// at last its root's pieces. After each level stands a box that only tells
// where the pieces of the last one end.
type tree struct{ at, leaves, root, top, height uint32 }

// A box is bounds on documents.
type box struct {
	minLat, maxLat, minLng, maxLng int32
	from                           uint32 // Its first piece, counted from the tree's first box; of a leaf, its first posting.
	flags                          Flags  // Those that any document has.
	prior, heavy                   uint8  // Largest, rounded up to a step of 1/255; heavy is of the term.
	score, save                    uint8  // Likewise, between the segment's least and largest.
}

// How many pieces make one. Fewer postings than bare have no tree.
const (
	leafMin  = 24
	pinsMin  = block / 2 // Where there are pins, for which more cost little.
	pieceMin = 8
	pieceMax = 16
	bare     = 128
)

// plant grows the trees of a segment.
func (s *segment) plant(cores int) {
	n := len(s.most)
	s.treeOf = make([]uint32, n)
	all, flags := make([]uint32, s.n), make([]Flags, s.n)
	for d := range uint32(s.n) {
		all[d], flags[d] = d, s.flagsOf(d)
	}
	s.span = s.ranges()
	first := planter{segment: s, scale: s.span, flags: flags}
	lying := make([]uint32, s.n)
	for i := range lying {
		lying[i] = s.lying.spots[i].doc
	}
	first.grow(lying, all, nil)
	first.grow(all, all, nil)
	s.trees, s.boxes, s.firsts = first.trees, first.boxes, first.firsts
	var wait sync.WaitGroup
	var kinds [len(s.sheaves)]planter
	for k := range kinds {
		kinds[k] = planter{segment: s, scale: s.span, flags: flags}
		wait.Go(func() { kinds[k].sheaves(&s.sheaves[k]) })
	}
	// Stretches of lists with as many postings each.
	parts := make([]planter, max(cores, 1))
	l := 0
	for i := range parts {
		from := l
		for l < n && (i == len(parts)-1 || int(s.starts[l]) < len(s.posts)*(i+1)/len(parts)) {
			l++
		}
		to := l
		parts[i] = planter{segment: s, scale: s.span, flags: flags}
		wait.Go(func() { parts[i].lists(from, to) })
	}
	wait.Wait()
	for k := range kinds {
		s.adopt(&kinds[k], s.sheaves[k].treeOf)
	}
	for i := range parts {
		s.adopt(&parts[i], s.treeOf)
	}
	s.boxes, s.firsts = append(huge(make([]box, len(s.boxes)))[:0], s.boxes...), slices.Clip(s.firsts)
}

// adopt adds the trees that a planter grew, and notes whose they are.
func (s *segment) adopt(p *planter, treeOf []uint32) {
	for i, l := range p.of {
		tree := p.trees[i]
		tree.at += uint32(len(s.boxes))
		treeOf[l] = uint32(len(s.trees))
		s.trees = append(s.trees, tree)
	}
	s.boxes, s.firsts = append(s.boxes, p.boxes...), append(s.firsts, p.firsts...)
	*p = planter{}
}

// A planter grows trees.
type planter struct {
	*segment
	scale
	flags  []Flags // Of each document.
	trees  []tree
	of     []uint32 // Their lists, or labels.
	boxes  []box
	firsts []uint32
}

// lists grows the trees of a stretch of lists.
func (p *planter) lists(from, to int) {
	var docs []uint32
	for l := from; l < to; l++ {
		lo, hi := p.starts[l], p.starts[l+1]
		if hi-lo > bare {
			p.of, docs = append(p.of, uint32(l)), docs[:0]
			for _, post := range p.posts[lo:hi] {
				docs = append(docs, post.doc)
			}
			p.grow(docs, docs, p.posts[lo:hi])
		}
	}
}

// grow grows the tree over some documents, and pins their postings, if they are
// a list's. It is cut by numbers that are near each other where the documents
// are.
func (p *planter) grow(docs, numbers []uint32, posts []posting) {
	t, least := tree{at: uint32(len(p.boxes))}, leafMin
	if posts != nil {
		least = pinsMin
	}
	for i := 0; i < len(docs); {
		end := cut(numbers, i, least)
		b := p.leaf(docs[i:end])
		b.from = uint32(i)
		if posts != nil {
			p.pin(&b, posts[i:end])
		}
		p.boxes, p.firsts = append(p.boxes, b), append(p.firsts, numbers[i])
		i = end
	}
	t.leaves = uint32(len(p.boxes)) - t.at
	p.end(uint32(len(docs)))
	level, size := uint32(0), t.leaves
	for ; size > pieceMax; t.height++ {
		next := uint32(len(p.boxes)) - t.at
		firsts := p.firsts[t.at+level:][:size]
		for i := 0; i < len(firsts); {
			end := cut(firsts, i, pieceMin)
			b := p.boxes[t.at+level+uint32(i)]
			for _, c := range p.boxes[t.at+level:][i+1 : end] {
				b.add(c)
			}
			b.from = level + uint32(i)
			p.boxes, p.firsts = append(p.boxes, b), append(p.firsts, firsts[i])
			i = end
		}
		p.end(level + size)
		level, size = next, uint32(len(p.boxes))-t.at-next-1
	}
	t.root, t.top = level, level+size
	p.trees = append(p.trees, t)
}

// end ends a level, whose last piece ends at end.
func (p *planter) end(end uint32) {
	p.boxes, p.firsts = append(p.boxes, box{from: end}), append(p.firsts, math.MaxUint32)
}

// cut returns where the piece that begins at i ends: where what follows may be
// furthest away.
func cut(docs []uint32, i, least int) int {
	if len(docs)-i <= 2*least {
		return len(docs)
	}
	end, most := 0, -1
	for k := i + least; k <= i+2*least; k++ {
		if far := bits.Len32(docs[k-1] ^ docs[k]); far >= most {
			end, most = k, far
		}
	}
	return end
}

// leaf is the box of some documents.
func (p *planter) leaf(docs []uint32) box {
	r := &p.rows[docs[0]]
	b := box{minLat: r.lat, maxLat: r.lat, minLng: r.lng, maxLng: r.lng}
	score, save := p.scale.least, p.cheapest
	for _, d := range docs {
		r := &p.rows[d]
		b.minLat, b.maxLat = min(b.minLat, r.lat), max(b.maxLat, r.lat)
		b.minLng, b.maxLng = min(b.minLng, r.lng), max(b.maxLng, r.lng)
		b.flags |= p.flags[d]
		b.prior = max(b.prior, p.priors[d])
		score, save = max(score, float64(p.segment.score[d])), max(save, float64(p.segment.save[d]))
	}
	b.score, b.save = up(score, p.scale.least, p.largest), up(save, p.cheapest, p.dearest)
	return b
}

// add takes in another box.
func (b *box) add(c box) {
	b.minLat, b.maxLat = min(b.minLat, c.minLat), max(b.maxLat, c.maxLat)
	b.minLng, b.maxLng = min(b.minLng, c.minLng), max(b.maxLng, c.maxLng)
	b.flags |= c.flags
	b.prior, b.heavy = max(b.prior, c.prior), max(b.heavy, c.heavy)
	b.score, b.save = max(b.score, c.score), max(b.save, c.save)
}

// A scale is the range of a segment's scores and savings.
type scale struct{ least, largest, cheapest, dearest float64 }

func (s *segment) ranges() scale {
	if s.n == 0 {
		return scale{}
	}
	return scale{float64(slices.Min(s.score)), float64(slices.Max(s.score)), float64(slices.Min(s.save)), float64(slices.Max(s.save))}
}

// up is x in 255 steps between two values, rounded up.
func up(x, least, largest float64) uint8 {
	if largest <= least {
		return 255
	}
	return uint8(math.Ceil((x - least) / (largest - least) * 255))
}

// most is a value that none of those with this step is above.
func most(step uint8, least, largest float64) float64 {
	return min(largest, least+(largest-least)*(float64(step)+1e-6)/255)
}
