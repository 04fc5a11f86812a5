package atlas

import "math/bits"

// sweep counts what matches in the view, a block after the other.
func (w *walker) sweep(c *counter) {
	w.sieve.by(w.view, &w.columns)
	w.lead()
	for b, m := range w.led {
		if m &= w.alive(b); m == 0 {
			continue
		}
		if m = w.sifted(b, m, c.step > 1); m == 0 {
			continue
		}
		if m = w.matching(b, m); m != 0 {
			c.block(w, b, m)
		}
		if c.over {
			return
		}
	}
}

// lead leaves in led what the leads lead to.
func (w *walker) lead() {
	w.led = resize(w.led, w.blocks())
	clear(w.led)
	for i := range w.leads {
		if w.leads[i].posts == nil { // All, in whatever order.
			for b := range w.led {
				w.led[b] = ^uint64(0)
			}
		}
		for _, p := range w.leads[i].posts {
			w.led[p.doc/block] |= 1 << (p.doc % block)
		}
	}
}

// sifted returns the documents of m in a block that pass the filter, only the
// sampled ones if that is wanted.
func (w *walker) sifted(b int, m uint64, sampled bool) uint64 {
	m &= w.sieve.block(b)
	if sampled {
		m &= w.segment.bits(lots)[b]
	}
	for rest := m; rest != 0; rest &= rest - 1 {
		bit := bits.TrailingZeros64(rest)
		d := uint32(b*block + bit)
		if r := &w.rows[d]; !w.sieve.passes(w.segment, d) || w.within && metres(w.from.h(r.lat, r.lng)) > w.q.Within {
			m &^= 1 << bit
		}
	}
	return m
}

// matching returns which documents of m in a block match the words.
func (w *walker) matching(b int, m uint64) uint64 {
	if len(w.clauses) == 0 {
		return m
	}
	w.words = resize(w.words, len(w.lists))
	for t := range w.lists {
		l := &w.lists[t]
		word := uint64(0)
		for i := w.seek(l, uint32(b*block)); i < len(l.posts) && int(l.posts[i].doc/block) == b; i++ {
			word |= 1 << (l.posts[i].doc % block)
		}
		w.words[t] = word
	}
	var counts [64]uint8
	for _, c := range w.clauses {
		word := uint64(0)
		for i := c.from; i < c.to; i++ {
			word |= w.phrase(&w.phrases[i])
		}
		for rest := word & m; rest != 0; rest &= rest - 1 {
			counts[bits.TrailingZeros64(rest)]++
		}
	}
	return atLeast(&counts, w.need, m)
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
