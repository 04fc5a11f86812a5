package atlas

import "math"

// A walker goes down the trees of the views, the more promising half first,
// and leaves out what cannot be among the hits: what is too far, what has no
// posting of a needed term, and what even with the best of everything in it
// would come after the hits so far.
//
// The postings of a term within a node are a span of its list, because lists
// are in the documents' order; it is narrowed with every step down.
type walker struct {
	*ask
	*view
	number uint16 // Of the view.
	sieve  sieve
	levels [][]span  // Two a level, for the two children.
	list   []uint32  // Number of each term in this view.
	most   []float64 // Largest weight of each term in this view, 0..1.
	gates  []gate
	words  []uint64 // Where in the block each term is.
	found  []uint64 // Where in the block each phrase matches.
	match  []Match  // Of the document looked at, one for each clause; Phrase -1 if it does not match.
	cand   []uint32 // Candidates of direct, and room to merge them.
	cand2  []uint32
	rare   []span // What rarest returned.
	single []span // Of one candidate.
	idsOut []byte // Ids of the hits.
	top    top
	count  *counter
}

// A span is a stretch of the postings.
type span struct{ lo, hi uint32 }

// A gate is a set of terms from..to, one of which there must be.
type gate struct{ from, to int }

// enter begins with a view.
func (w *walker) enter(v *view, number int) {
	w.view, w.number = v, uint16(number)
	w.gates, w.list = w.gates[:0], w.list[:0]
	w.sieve.set(w)
	spans := w.spans(0, len(w.asked)+len(w.sieve.terms))
	w.most = w.most[:0]
	for _, t := range w.asked {
		spans[len(w.list)] = w.take(t)
	}
	for _, t := range w.sieve.terms {
		spans[len(w.list)] = w.take(t)
	}
	w.words = resize(w.words, len(w.list))
	w.found = resize(w.found, len(w.phrases))
	w.match = resize(w.match, len(w.clauses))
	if text := w.promise(spans); text >= 0 {
		w.visit(0, 0, v.blocks(), 0, text)
	}
}

// take takes up a term of this view and returns all its postings.
func (w *walker) take(t Term) span {
	n, ok := w.dict.find(t)
	w.list = append(w.list, n)
	if !ok {
		w.most = append(w.most, 0)
		return span{}
	}
	w.most = append(w.most, float64(w.segment.most[n])/255)
	return span{w.starts[n], w.starts[n+1]}
}

// resize returns a slice of n elements, with what it held or not.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// spans returns the spans of a level.
func (w *walker) spans(level, n int) []span {
	for len(w.levels) <= level {
		w.levels = append(w.levels, nil)
	}
	w.levels[level] = resize(w.levels[level], n)
	return w.levels[level]
}

// visit goes down from node i over the blocks from..to, whose spans are those
// of the level and whose text is worth at most text.
func (w *walker) visit(i, from, to, level int, text float64) {
	if to-from == 1 {
		w.leaf(from, w.levels[level])
		return
	}
	if w.direct(w.levels[level], to-from, text) {
		return
	}
	mid := half(from, to)
	left, right := i+1, i+2*(mid-from)
	next := 2*(level/2) + 2
	lost1, lost2 := w.divide(level, next, mid)
	text1, text2 := text, text
	if lost1 {
		text1 = w.promise(w.levels[next])
	}
	if lost2 {
		text2 = w.promise(w.levels[next+1])
	}
	key1, key2 := w.bound(&w.nodes[left], text1), w.bound(&w.nodes[right], text2)
	if key1 >= key2 {
		if w.hopeful(key1) {
			w.visit(left, from, mid, next, text1)
		}
		if w.hopeful(key2) {
			w.visit(right, mid, to, next+1, text2)
		}
		return
	}
	if w.hopeful(key2) {
		w.visit(right, mid, to, next+1, text2)
	}
	if w.hopeful(key1) {
		w.visit(left, from, mid, next, text1)
	}
}

// divide parts the spans of a level where the block mid begins. It reports
// for both sides whether a term was lost.
func (w *walker) divide(level, next, mid int) (lost1, lost2 bool) {
	n := len(w.list)
	w.spans(next+1, n)
	all, one, two := w.levels[level], w.spans(next, n), w.levels[next+1]
	first := uint32(mid * block)
	for t, s := range all {
		if s.lo == s.hi {
			one[t], two[t] = s, s
			continue
		}
		at := seek(w.posts, s, first)
		one[t], two[t] = span{s.lo, at}, span{at, s.hi}
		lost1, lost2 = lost1 || at == s.lo, lost2 || at == s.hi
	}
	return lost1, lost2
}

// seek returns the first posting of a span that is not before doc. It gropes
// from the middle, where it mostly is.
func seek(posts []uint32, s span, doc uint32) uint32 {
	lo, hi := s.lo, s.hi
	for hi-lo > 4 {
		mid := lo + (hi-lo)/2
		if posts[mid] < doc {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for lo < hi && posts[lo] < doc {
		lo++
	}
	return lo
}

// promise returns the most that the text can be worth with these spans, and -1
// if nothing can match.
func (w *walker) promise(spans []span) float64 {
	for _, g := range w.gates {
		open := false
		for _, s := range spans[g.from:g.to] {
			open = open || s.lo < s.hi
		}
		if !open {
			return -1
		}
	}
	if len(w.clauses) == 0 {
		return 1
	}
	sum, matched := 0.0, 0
	for _, c := range w.clauses {
		best := -1.0
		for i := c.from; i < c.to; i++ {
			best = max(best, w.atMost(&w.phrases[i], spans))
		}
		if best >= 0 {
			matched++
			sum += c.weight * best
		}
	}
	if matched < w.need {
		return -1
	}
	return sum / w.whole * (1 + 1e-6)
}

// atMost is the most that a phrase can be worth with these spans, and -1 if it
// cannot match.
func (w *walker) atMost(p *askPhrase, spans []span) float64 {
	missing, present := 0, 0.0
	for _, r := range p.refs {
		if s := spans[r]; s.lo < s.hi {
			present += w.idf[r] * w.most[r]
		} else if missing++; missing > p.Lack {
			return -1
		}
	}
	return p.worth(present, p.idf)
}

// bound returns the key of a document in the node that had the best of
// everything, or minus infinity if there can be none.
func (w *walker) bound(n *node, text float64) float64 {
	f := &w.q.Filter
	if text < 0 || n.flags&f.All != f.All || f.Some != 0 && n.flags&f.Some == 0 {
		return math.Inf(-1)
	}
	h, near := 0.0, 0.0
	if w.q.Near != nil {
		h = w.from.nearest(n)
		if w.q.Sort == Best || w.q.Within < math.MaxFloat64 {
			if metres(h) > w.q.Within {
				return math.Inf(-1)
			}
			near = w.mix.nearness(h)
		}
	}
	switch w.q.Sort {
	case Distance:
		return -h
	case Score:
		return float64(n.score)
	case Saving:
		return float64(n.save)
	}
	return w.mix.best(text, near, float64(n.prior), w.taste) * (1 + 1e-9)
}

// hopeful reports whether a node with such a bound is worth a visit.
func (w *walker) hopeful(bound float64) bool {
	if w.count != nil {
		return bound > math.Inf(-1) && !w.count.over
	}
	return bound > math.Inf(-1) && !(w.top.full() && bound < w.top.worst().key)
}
