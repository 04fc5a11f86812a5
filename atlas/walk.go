package atlas

import (
	"math"
	"math/bits"
	"slices"
)

// A walker looks for the best documents of a view. It follows the leads down
// their trees, always that box next which could hold the best, until no box
// could hold a better one than the hits so far.
type walker struct {
	ask
	*view
	number   uint16 // Of the view.
	sieve    sieve
	lists    []list
	leads    []lead
	promised float64        // Sum of what all clauses can be worth.
	through  bool           // Whether all that the leads lead to is gone through in order.
	again    bool           // Whether the leads may lead to a document twice.
	within   bool           // Whether there is a distance that is too far.
	stops    []stop         // A heap, the best bound in front.
	match    []Match        // Of the document looked at, one for each clause; Phrase -1 if it does not match.
	away     [block]float64 // Of documents that are looked at together.
	met      []posting      // What phrases of several terms lead to.
	docs     []uint32       // What may have enough of a phrase.
	worths   []float32      // What each is worth.
	lacking  []uint16       // How many terms each of the documents lacks that are met.
	led      []uint64       // Documents that the leads lead to, a bit each.
	words    []uint64       // Where in a block each term is.
	top      top
}

// A stop is a box that may be gone into.
type stop struct {
	bound float64 // No document in it has a larger key.
	box   uint32  // Counted from the tree's first.
	lead  uint32
}

// resize returns a slice of n elements, with what it held or not.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// few is how many postings are looked at one after the other, which is quicker
// by each than to choose.
const few = 512

// walk follows the leads.
func (w *walker) walk() {
	w.stops = w.stops[:0]
	total := 0
	for i := range w.leads {
		total += w.leads[i].n
	}
	w.through = w.through || total <= few
	for i := range w.leads {
		if l := &w.leads[i]; l.tree == nil || w.through {
			w.pass(l)
		}
	}
	if w.through {
		return
	}
	for i := range w.leads {
		if l := &w.leads[i]; l.tree != nil {
			w.open(l, uint32(i), l.root, l.top)
		}
	}
	for len(w.stops) > 0 {
		s := w.pop()
		if s.bound < w.worst() {
			return
		}
		l := &w.leads[s.lead]
		from, to := w.boxes[l.at+s.box].from, w.boxes[l.at+s.box+1].from
		switch {
		case l.combed:
		case l.row != nil && l.followed > patience+len(l.row)/4 && !w.top.full():
			l.combed, w.again = true, true
			if w.comb(l); !slices.ContainsFunc(w.leads, lead.open) {
				return
			}
		case s.box < l.leaves:
			l.followed += int(to - from)
			w.follow(l, int(from), int(to), &w.boxes[l.at+s.box])
		default:
			w.open(l, s.lead, from, to)
		}
	}
}

// patience is how many postings of a common lead are followed box by box, and
// one more for every four blocks, because that is what the other way costs. If
// there are no hits enough by then, hardly anything passes the sieve, and perhaps
// nothing does: few are open in the middle of the night.
const patience = 512

// pass looks at all that a lead leads to, in order, but for leaves that cannot
// hold a better one.
func (w *walker) pass(l *lead) {
	if l.tree == nil {
		w.follow(l, 0, l.n, nil)
		return
	}
	if w.sieve.only() != nil && l.row != nil && l.level && l.n > len(l.row)/8 {
		w.comb(l)
		return
	}
	boxes := w.boxes[l.at:]
	for i := range boxes[:l.leaves] {
		b := &boxes[i]
		if bound := w.bound(b, l); bound >= w.worst() && bound > math.Inf(-1) {
			w.follow(l, int(b.from), int(boxes[i+1].from), b)
		}
	}
}

// comb looks at all that a common lead leads to, in order. Where little of it
// passes the sieve that is quicker by the rows than by the postings.
func (w *walker) comb(l *lead) {
	row := l.row
	if only := w.sieve.only(); only != nil {
		row = only[:len(l.row)]
	}
	for b, m := range l.row {
		if m &= row[b]; m == 0 {
			continue
		}
		rows := w.rows[b*block:]
		for m &= w.sieve.block(b); m != 0; m &= m - 1 {
			i := bits.TrailingZeros64(m)
			h := 0.0
			if w.q.Near != nil {
				h = w.from.h(rows[i].lat, rows[i].lng)
			}
			d, at := uint32(b*block+i), 0
			if !l.level {
				at = w.seek(&w.lists[l.term], d)
			}
			w.look(l, d, h, at)
		}
	}
}

// worst is the key that a document needs at least to be among the hits.
func (w *walker) worst() float64 {
	if w.top.full() {
		return w.top.worst().key
	}
	return math.Inf(-1)
}

// open takes up the boxes from..to of a lead's tree.
func (w *walker) open(l *lead, number, from, to uint32) {
	for i, boxes := from, w.boxes[l.at:]; i < to; i++ {
		if bound := w.bound(&boxes[i], l); bound >= w.worst() && bound > math.Inf(-1) {
			w.push(stop{bound, i, number})
		}
	}
}

// bound returns a key that no document of the box is above, or minus infinity
// if there can be none.
func (w *walker) bound(b *box, l *lead) float64 {
	if !w.sieve.may(b.flags) {
		return math.Inf(-1)
	}
	h, near := 0.0, 0.0
	if w.q.Near != nil {
		h = w.from.nearest(b)
		if w.within && metres(h) > w.q.Within {
			return math.Inf(-1)
		}
	}
	switch w.q.Sort {
	case Distance:
		return -h
	case Score:
		return most(b.score, w.span.least, w.span.largest)
	case Saving:
		return most(b.save, w.span.cheapest, w.span.dearest)
	}
	if w.q.Near != nil {
		near = w.mix.nearest(h)
	}
	return l.text(b.heavy) * w.mix.rest(near, float64(b.prior)*(1.0/255), w.taste) * w.mix.above
}

// follow looks at the documents of a lead's postings from..to, which are those
// of a leaf unless b is nil.
func (w *walker) follow(l *lead, from, to int, b *box) {
	switch {
	case l.lying != nil:
		w.lie(l, from, to, b)
		return
	case l.bound != nil:
		w.pull(l, from, to, b)
		return
	case l.posts == nil:
		w.stretch(l, from, to)
		return
	}
	for ; from < to; from += block {
		posts := l.posts[from:min(from+block, to)]
		m := w.sieve.worded(posts)
		if b != nil && m != 0 {
			m = w.pinned(l, b, from, m)
		}
		w.lookAt(l, from, w.sieve.docs(posts, m))
	}
}

// lookAt looks at those documents of the postings from there on that are in m.
func (w *walker) lookAt(l *lead, from int, m uint64) {
	if m == 0 {
		return
	}
	posts := l.posts[from:]
	if w.through && len(w.clauses) > 1 {
		for rest := m; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros64(rest); !w.others(l, posts[i].doc) {
				m &^= 1 << i
			}
		}
	}
	if w.q.Near != nil {
		for rest := m; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros64(rest)
			r := &w.rows[posts[i].doc]
			w.away[i] = w.from.h(r.lat, r.lng)
		}
	}
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros64(m)
		w.look(l, posts[i].doc, w.away[i], from+i)
	}
}

// stretch looks at the documents from..to.
func (w *walker) stretch(l *lead, from, to int) {
	for from < to {
		b := from / block
		end := min((b+1)*block, to)
		m := w.sieve.block(b) >> (from % block) & (1<<(end-from) - 1)
		if m != 0 && w.q.Near != nil {
			for i := range w.rows[from:end] {
				r := &w.rows[from+i]
				w.away[i] = w.from.h(r.lat, r.lng)
			}
		}
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros64(m)
			w.look(l, uint32(from+i), w.away[i], 0)
		}
		from = end
	}
}

// look ranks a document that passed the first sieve and is so far away, and
// keeps it if it is among the best; at is the lead's posting.
func (w *walker) look(l *lead, d uint32, h float64, at int) {
	var key, rest float64
	worst := w.worst()
	switch w.q.Sort {
	case Distance:
		key = -h
	case Score:
		key = float64(w.segment.score[d])
	case Saving:
		key = float64(w.segment.save[d])
	default:
		rest = w.rest(d, h)
		key = w.mix.best(l.textOf(at), rest) * (1 + 1e-9)
	}
	if key < worst || !w.sieve.passes(w.segment, d) || w.within && metres(h) > w.q.Within {
		return
	}
	if len(w.clauses) > 0 {
		least := math.Inf(-1)
		if w.q.Sort == Best {
			least = worst * w.mix.whole / rest
		}
		text, ok := w.text(l, d, at, least)
		if !ok {
			return
		}
		if w.q.Sort == Best {
			key = w.mix.best(text, rest)
		}
	} else if w.q.Sort == Best {
		key = w.mix.best(1, rest)
	}
	w.keep(key, d)
}

// rest is what Best adds to the text of a document so far away.
func (w *walker) rest(d uint32, h float64) float64 {
	near, taste := 0.0, 0.0
	if w.q.Near != nil {
		near = w.mix.nearness(h)
	}
	if len(w.q.Taste) > 0 {
		taste = w.sieve.taste[w.label[0][d]]
	}
	return w.mix.rest(near, float64(w.rows[d].prior), taste)
}

// keep keeps a document that matches, if it is among the best and not there
// already, by another lead.
func (w *walker) keep(key float64, d uint32) {
	if a := &w.q.After; a.on && (key > a.key || key == a.key && string(w.id(d)) <= a.id) {
		return
	}
	f := found{key: key, doc: d, view: w.number}
	if w.top.full() && !w.top.before(&f, w.top.worst()) {
		return
	}
	if w.again && w.top.has(w.number, d) {
		return
	}
	w.top.push(f, w.match)
}

// push adds a stop.
func (w *walker) push(s stop) {
	w.stops = append(w.stops, s)
	h := w.stops
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].bound >= s.bound {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = s
}

// pop takes the best stop.
func (w *walker) pop() stop {
	h := w.stops
	best, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	w.stops = h
	if len(h) == 0 {
		return best
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].bound > h[child].bound {
			child++
		}
		if last.bound >= h[child].bound {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = last
	return best
}
