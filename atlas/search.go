package atlas

import (
	"bytes"
	"math"
	"sync"
)

// found is one of the best so far.
type found struct {
	key  float64
	doc  uint32
	view uint16
	slot uint16 // Where its matches stand.
}

// A top keeps the best, in order.
type top struct {
	views   []*view
	limit   int
	clauses int
	best    []found
	matches []Match // A row of one a clause for each slot.
}

func (t *top) reset(views []*view, limit, clauses int) {
	t.views, t.limit, t.clauses, t.best = views, limit, clauses, t.best[:0]
	t.matches = resize(t.matches, limit*clauses)
}

func (t *top) full() bool    { return len(t.best) == t.limit }
func (t *top) worst() *found { return &t.best[len(t.best)-1] }

// before reports whether a comes before b.
func (t *top) before(a, b *found) bool {
	if a.key != b.key {
		return a.key > b.key
	}
	return bytes.Compare(t.views[a.view].id(a.doc), t.views[b.view].id(b.doc)) < 0
}

// has reports whether a document is kept already.
func (t *top) has(view uint16, doc uint32) bool {
	for i := range t.best {
		if t.best[i].doc == doc && t.best[i].view == view {
			return true
		}
	}
	return false
}

// push keeps f, if need be in the place of the worst.
func (t *top) push(f found, match []Match) {
	f.slot = uint16(len(t.best))
	if t.full() {
		f.slot = t.worst().slot
		t.best = t.best[:len(t.best)-1]
	}
	t.best = append(t.best, f)
	i := len(t.best) - 1
	for ; i > 0; i-- {
		if b := &t.best[i-1]; b.key > f.key || b.key == f.key && t.before(b, &f) {
			break
		}
		t.best[i] = t.best[i-1]
	}
	t.best[i] = f
	copy(t.matches[int(f.slot)*t.clauses:], match)
}

var walkers = sync.Pool{New: func() any { return new(walker) }}

// Search answers a query. It may run beside anything. The error is ErrQuery,
// for a query that cannot be meant.
func (x *Index) Search(q Query) (Answer, error) {
	q, err := q.tidy()
	if err != nil {
		return Answer{}, err
	}
	s := x.now.Load()
	w := walkers.Get().(*walker)
	defer walkers.Put(w)
	w.prepare(&q, s)
	w.within = q.Near != nil && q.Within < math.MaxFloat64
	// One more than is asked for tells whether there is a next page.
	w.top.reset(s.views, q.Limit+1, len(q.Clauses))
	for i, v := range s.views {
		if w.enter(v, i) {
			w.walk()
		}
	}
	a := w.answer()
	if q.Facets {
		a.Facets = w.facets(s)
	}
	w.release()
	return a, nil
}

// release lets go of the index and the query, so that a pooled walker keeps
// nothing alive.
func (w *walker) release() {
	w.q, w.view, w.top.views = nil, nil, nil
	w.sieve.drop()
	clear(w.phrases)
	clear(w.lists)
	clear(w.leads)
}

// answer makes an answer of what was found. Ids and payloads are not copied.
func (w *walker) answer() Answer {
	q, best := w.q, w.top.best
	var a Answer
	if len(best) > q.Limit {
		best = best[:q.Limit]
		last := best[q.Limit-1]
		a.Next = Cursor{q.Sort, true, last.key, text(w.top.views[last.view].id(last.doc))}
	}
	if len(best) == 0 {
		return a
	}
	a.Hits = make([]Hit, len(best))
	var all []Match // One piece of memory for all hits.
	if len(w.clauses) > 0 {
		all = make([]Match, 0, len(best)*len(w.clauses))
	}
	for i, f := range best {
		all = w.hit(&a.Hits[i], f, all)
	}
	return a
}

// row is the matches of what was found.
func (w *walker) row(f found) []Match {
	return w.top.matches[int(f.slot)*w.top.clauses:][:w.top.clauses]
}

// hit fills in one hit; all has room for its matches.
func (w *walker) hit(h *Hit, f found, all []Match) []Match {
	v := w.top.views[f.view]
	h.ID, h.Payload, h.Score = text(v.id(f.doc)), text(v.payload(f.doc)), float32(f.key)
	switch {
	case w.q.Sort == Distance:
		h.Distance = metres(-f.key)
		h.Score = float32(h.Distance)
	case w.q.Near != nil:
		r := &v.rows[f.doc]
		h.Distance = metres(w.from.h(r.lat, r.lng))
	}
	from := len(all)
	for _, m := range w.row(f) {
		if m.Phrase >= 0 {
			all = append(all, m)
		}
	}
	if len(all) > from {
		h.Matched = all[from:len(all):len(all)]
	}
	return all
}

// facets counts all matches.
func (w *walker) facets(s *state) *Facets {
	c := &counter{bands: w.q.Bands}
	for range 2 {
		c.begin()
		for i, v := range s.views {
			c.enter(v)
			if w.enter(v, i) {
				w.sweep(c)
			}
			c.leave(v)
		}
		if !c.over {
			break
		}
		c.step = sampleStep
	}
	return c.facets()
}
