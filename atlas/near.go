package atlas

import (
	"math"
	"math/bits"
)

// A fence is how far from the origin a document of a leaf may be, by a measure
// that is quicker than the distance and never more.
type fence struct {
	y, x float64 // The origin, in steps of a position.
	cos  float64 // Of what is further from the equator, times the origin's.
	far  float64 // Square of the distance, in steps; infinite as long as nothing is known.
}

// fence returns the fence in a leaf's box.
func (w *walker) fence(b *box) fence {
	f := fence{far: math.Inf(1)}
	if b == nil {
		return f
	}
	if g, ok := w.from.grid(b); ok {
		f.y, f.x, f.cos = w.from.lat/unit, w.from.lng/unit, g.cos
		w.tighten(&f)
	}
	return f
}

// tighten brings the fence to the worst of the hits.
func (w *walker) tighten(f *fence) {
	if f.cos > 0 && w.top.full() {
		f.far = -w.top.worst().key/(quarter*unit*unit)*(1+1e-6) + 1e-3
	}
}

// beyond reports whether a document is too far away.
func (f *fence) beyond(s *spot) bool {
	y, x := float64(s.lat)-f.y, float64(s.lng)-f.x
	return y*y+f.cos*x*x > f.far
}

// lie looks at the documents from..to of all in the order of their places.
func (w *walker) lie(l *lead, from, to int, b *box) {
	f := w.fence(b)
	for from < to {
		b := from / block
		end := min((b+1)*block, to)
		m := w.sieve.block(b) >> (from % block) & (1<<(end-from) - 1)
		for ; m != 0; m &= m - 1 {
			i := from + bits.TrailingZeros64(m)
			if s := &l.lying.spots[i]; !f.beyond(s) && w.sieve.affords(s.price) {
				w.near(s, s.doc, &f)
			}
		}
		from = end
	}
}

// pull looks at the documents from..to of a label in the order of their places.
func (w *walker) pull(l *lead, from, to int, b *box) {
	f := w.fence(b)
	at, word := uint32(math.MaxUint32), uint64(0)
	for i := from; i < to; i++ {
		s := &l.bound[i]
		if f.beyond(s) || !w.sieve.affords(s.price) {
			continue
		}
		if s.doc/block != at {
			at = s.doc / block
			word = w.sieve.block(int(at))
		}
		if word>>(s.doc%block)&1 == 1 {
			w.near(s, w.segment.lying.spots[s.doc].doc, &f)
		}
	}
}

// near keeps a document that passed the sieve, if it is among the nearest.
func (w *walker) near(s *spot, d uint32, f *fence) {
	h := w.from.h(s.lat, s.lng)
	if -h < w.worst() || w.gone(d) || !w.sieve.bears(w.segment, d) || w.within && metres(h) > w.q.Within {
		return
	}
	w.keep(-h, d)
	w.tighten(f)
}
