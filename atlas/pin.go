package atlas

import (
	"math"
	"math/bits"
)

// A pin is roughly where a posting's document is in the box of its leaf, and
// its prior. So most of a leaf can be ruled out without going to the rows, of
// which each is somewhere else in memory.
type pin struct {
	prior uint8 // Rounded up to a step of 1/255.
	y, x  uint8 // In which of the rows, from the south, and columns, from the west, that part the box.
}

// parts is how many rows and columns part a box.
const parts = 256

// pin pins the documents of a leaf.
func (p *planter) pin(b *box, posts []posting) {
	height, width := int64(b.maxLat)-int64(b.minLat)+1, int64(b.maxLng)-int64(b.minLng)+1
	for i := range posts {
		b.heavy = max(b.heavy, posts[i].heavy)
		d := posts[i].doc
		r := &p.rows[d]
		posts[i].pin = pin{p.priors[d], uint8((int64(r.lat) - int64(b.minLat)) * parts / height), uint8((int64(r.lng) - int64(b.minLng)) * parts / width)}
	}
}

// A grid is a leaf's box as it lies from an origin, in radians: the middle of
// its first cell, from one cell to the next, and half a cell's height and width.
// Those are a step larger all around, for the rounding of the origin.
type grid struct{ south, west, height, width, high, wide, cos float64 }

// grid returns the grid of a box, if it is near enough for the series.
func (o *origin) grid(b *box) (grid, bool) {
	minLat, maxLat, minLng, maxLng := int64(b.minLat)-o.south, int64(b.maxLat)-o.south, int64(b.minLng)-o.west, int64(b.maxLng)-o.west
	const most = 28_000_000 // 0.05 radians, less a little.
	if max(maxLat, -minLat) > most || max(maxLng, -minLng) > most {
		return grid{}, false
	}
	g := grid{height: float64(maxLat-minLat+1) * (unit / parts), width: float64(maxLng-minLng+1) * (unit / parts)}
	g.south, g.west = float64(minLat)*unit+g.height/2, float64(minLng)*unit+g.width/2
	g.high, g.wide = g.height/2+unit, g.width/2+unit
	// A cosine changes by no more than its angle.
	g.cos = o.cos * max(o.cos-float64(max(maxLat, -minLat)+1)*unit, 0) * (1 - 1e-9)
	return g, true
}

// h returns a haversine that no point of a pin's cell is below.
func (g *grid) h(p pin) float64 {
	// From the middle of the cell: a branch would be guessed wrong too often.
	y := max(math.Abs(g.south+float64(p.y)*g.height)-g.high, 0)
	x := max(math.Abs(g.west+float64(p.x)*g.width)-g.wide, 0)
	return quarter * (y*y + g.cos*x*x)
}

// pinned returns which postings of m, of those of a leaf from there on, may be
// among the hits by their pins.
func (w *walker) pinned(l *lead, b *box, from int, m uint64) uint64 {
	worst := w.worst()
	if w.q.Near == nil || !w.top.full() || w.q.Sort != Distance && (w.q.Sort != Best || worst <= 0) {
		return m
	}
	g, ok := w.from.grid(b)
	if !ok {
		return m
	}
	posts := l.posts[from:]
	if w.q.Sort == Distance {
		for rest := m; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros64(rest); -g.h(posts[i].pin) < worst {
				m &^= 1 << i
			}
		}
		return m
	}
	// What the nearness must be at least: 1/(1 + metres/reach) >= lack, where
	// metres are no less than 2*radius*√h.
	far := w.mix.reach / (2 * radius)
	heavy, need := uint8(0), w.lack(l, 0)
	other, others := heavy, need // The weight before; most lists have two.
	for rest := m; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		p := posts[i]
		if p.heavy != heavy {
			heavy, need, other, others = other, others, heavy, need
			if p.heavy != heavy {
				heavy = p.heavy
				need = w.lack(l, heavy)
			}
		}
		lack := need - weightPrior/255*float64(p.prior)
		// If nothing is lacked, everything is kept; if too much, what lies here is.
		least := far * max(1-lack, 0)
		lack = max(lack, 0)
		out := uint64(0)
		if g.h(p.pin)*lack*lack > least*least {
			out = 1
		}
		m &^= out << i
	}
	return m
}

// lack is what nearness and half the prior must be together in a document whose
// term weighs so many steps of 255, for it to be among the hits.
func (w *walker) lack(l *lead, heavy uint8) float64 {
	return w.worst()*w.mix.whole/l.text(heavy)*(1-1e-9) - w.mix.rest(0, 0, w.taste) - 1e-9
}
