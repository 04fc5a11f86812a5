package atlas

import (
	"bytes"
	"math"
	"math/bits"
)

// leaf looks at the documents of one block, a bit each.
func (w *walker) leaf(b int, spans []span) {
	m := w.sieve.times(b, w.sieve.flags(w.segment, b, w.alive(b)))
	if m != 0 && len(w.list) > 0 {
		m = w.matching(spans, m)
	}
	if m == 0 {
		return
	}
	if w.count != nil {
		w.count.block(w, b, m)
		return
	}
	for ; m != 0; m &= m - 1 {
		bit := bits.TrailingZeros64(m)
		w.offer(uint32(b*block+bit), bit, spans)
	}
}

// matching returns which documents of m have what is needed.
func (w *walker) matching(spans []span, m uint64) uint64 {
	for t, s := range spans {
		word := uint64(0)
		for _, d := range w.posts[s.lo:s.hi] {
			word |= 1 << (d % block)
		}
		w.words[t] = word
	}
	for _, g := range w.gates {
		word := uint64(0)
		for _, t := range w.words[g.from:g.to] {
			word |= t
		}
		m &= word
	}
	if len(w.clauses) == 0 || m == 0 {
		return m
	}
	var counts [64]uint8
	every, some := ^uint64(0), uint64(0)
	for _, c := range w.clauses {
		word := uint64(0)
		for i := c.from; i < c.to; i++ {
			w.found[i] = w.phrase(&w.phrases[i])
			word |= w.found[i]
		}
		every &= word
		some |= word
		if w.need < len(w.clauses) {
			for rest := word & m; rest != 0; rest &= rest - 1 {
				counts[bits.TrailingZeros64(rest)]++
			}
		}
	}
	if w.need == len(w.clauses) {
		return m & every
	}
	return m & some & atLeast(&counts, w.need, m&some)
}

// phrase returns where in the block a phrase matches.
func (w *walker) phrase(p *askPhrase) uint64 {
	if p.Lack == 0 {
		word := ^uint64(0)
		for _, r := range p.refs {
			word &= w.words[r]
		}
		return word
	}
	var counts [64]uint8
	some := uint64(0)
	for _, r := range p.refs {
		some |= w.words[r]
		for rest := w.words[r]; rest != 0; rest &= rest - 1 {
			counts[bits.TrailingZeros64(rest)]++
		}
	}
	return atLeast(&counts, len(p.refs)-p.Lack, some)
}

// atLeast returns the bits of m that were counted n times.
func atLeast(counts *[64]uint8, n int, m uint64) uint64 {
	word := uint64(0)
	for ; m != 0; m &= m - 1 {
		if bit := bits.TrailingZeros64(m); int(counts[bit]) >= n {
			word |= 1 << bit
		}
	}
	return word
}

// offer ranks a document that matches, and keeps it if it is among the best.
func (w *walker) offer(d uint32, bit int, spans []span) {
	if !w.sieve.labels(w.segment, d) {
		return
	}
	h := 0.0
	if w.q.Near != nil {
		p := w.at[d]
		h = w.from.h(p.lat, p.lng)
		if w.q.Within < math.MaxFloat64 && metres(h) > w.q.Within {
			return
		}
	}
	var key float64
	weighed := false
	switch w.q.Sort {
	case Distance:
		key = -h
	case Score:
		key = float64(w.score[d])
	case Saving:
		key = float64(w.save[d])
	default:
		near, taste := 0.0, 0.0
		if w.q.Near != nil {
			near = w.mix.nearness(h)
		}
		if len(w.q.Taste) > 0 {
			taste = w.sieve.taste[w.label[0][d]]
		}
		text := 1.0
		if len(w.clauses) > 0 {
			text, weighed = w.weigh(bit, spans), true
		}
		key = w.mix.best(text, near, float64(w.prior[d]), taste)
	}
	if a := &w.q.After; a.on && (key > a.key || key == a.key && string(w.ids.at(d)) <= a.id) {
		return
	}
	if w.top.full() && !w.before(key, d, w.top.worst()) {
		return
	}
	if !weighed && len(w.clauses) > 0 {
		w.weigh(bit, spans)
	}
	w.top.push(found{key: key, doc: d, view: w.number}, w.match)
}

// before reports whether a document of this view comes before what was found.
func (w *walker) before(key float64, d uint32, f *found) bool {
	if key != f.key {
		return key > f.key
	}
	return bytes.Compare(w.ids.at(d), w.top.views[f.view].ids.at(f.doc)) < 0
}

// weigh returns what the text is worth for one document of the block, and
// leaves in match what it was.
func (w *walker) weigh(bit int, spans []span) float64 {
	sum := 0.0
	for c, k := range w.clauses {
		best := Match{Clause: c, Phrase: -1}
		for i := k.from; i < k.to; i++ {
			if w.found[i]>>bit&1 == 0 {
				continue
			}
			p, present := &w.phrases[i], 0.0
			for _, r := range p.refs {
				if word := w.words[r]; word>>bit&1 == 1 {
					at := spans[r].lo + uint32(bits.OnesCount64(word&(1<<bit-1)))
					present += w.idf[r] * float64(w.heavy[at]) / 255
				}
			}
			if worth := float32(p.worth(present, p.idf)); best.Phrase < 0 || worth > best.Worth {
				best.Phrase, best.Worth = p.number, worth
			}
		}
		w.match[c] = best
		if best.Phrase >= 0 {
			sum += k.weight * float64(best.Worth)
		}
	}
	return sum / w.whole
}
