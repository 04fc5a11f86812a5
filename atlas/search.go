package atlas

import "sync"

// found is one of the best so far.
type found struct {
	key  float64
	doc  uint32
	view uint16
	slot uint16 // Where its matches stand.
}

// A top keeps the best, as a heap with the worst in front.
type top struct {
	views   []*view
	limit   int
	clauses int
	heap    []found
	matches []Match // A row of one a clause for each slot.
}

func (t *top) reset(views []*view, limit, clauses int) {
	t.views, t.limit, t.clauses, t.heap = views, limit, clauses, t.heap[:0]
	t.matches = resize(t.matches, limit*clauses)
}

func (t *top) full() bool    { return len(t.heap) == t.limit }
func (t *top) worst() *found { return &t.heap[0] }

// after reports whether a comes after b.
func (t *top) after(a, b *found) bool {
	if a.key != b.key {
		return a.key < b.key
	}
	return string(t.views[a.view].ids.at(a.doc)) > string(t.views[b.view].ids.at(b.doc))
}

// push keeps f, in the place of the worst if there is no other.
func (t *top) push(f found, match []Match) {
	if !t.full() {
		f.slot = uint16(len(t.heap))
		t.heap = append(t.heap, f)
		t.up(len(t.heap) - 1)
	} else {
		f.slot = t.heap[0].slot
		t.heap[0] = f
		t.down(0, len(t.heap))
	}
	copy(t.matches[int(f.slot)*t.clauses:], match)
}

func (t *top) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !t.after(&t.heap[i], &t.heap[parent]) {
			return
		}
		t.heap[i], t.heap[parent] = t.heap[parent], t.heap[i]
		i = parent
	}
}

func (t *top) down(i, n int) {
	for {
		worst := i
		for child := 2*i + 1; child <= 2*i+2 && child < n; child++ {
			if t.after(&t.heap[child], &t.heap[worst]) {
				worst = child
			}
		}
		if worst == i {
			return
		}
		t.heap[i], t.heap[worst] = t.heap[worst], t.heap[i]
		i = worst
	}
}

// sort leaves the heap in order, the best first.
func (t *top) sort() {
	for n := len(t.heap) - 1; n > 0; n-- {
		t.heap[0], t.heap[n] = t.heap[n], t.heap[0]
		t.down(0, n)
	}
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
	w.ask, w.count = prepare(&q, s), nil
	// One more than is asked for tells whether there is a next page.
	w.top.reset(s.views, q.Limit+1, len(q.Clauses))
	for i, v := range s.views {
		w.enter(v, i)
	}
	w.top.sort()
	a := w.answer()
	if q.Facets {
		a.Facets = w.facets(s)
	}
	w.ask, w.view, w.top.views = nil, nil, nil
	w.sieve = sieve{terms: w.sieve.terms, taste: w.sieve.taste}
	return a, nil
}

// answer copies what was found out of the index.
func (w *walker) answer() Answer {
	q, best := w.q, w.top.heap
	var a Answer
	if len(best) > q.Limit {
		best = best[:q.Limit]
		last := best[q.Limit-1]
		a.Next = Cursor{q.Sort, true, last.key, w.top.views[last.view].id(last.doc)}
	}
	if len(best) == 0 {
		return a
	}
	size, matches := 0, 0
	w.idsOut = w.idsOut[:0]
	for _, f := range best {
		v := w.top.views[f.view]
		size += len(v.pay.at(f.doc))
		w.idsOut = append(w.idsOut, v.ids.at(f.doc)...)
		for _, m := range w.row(f) {
			if m.Phrase >= 0 {
				matches++
			}
		}
	}
	a.Hits = make([]Hit, len(best))
	// One piece of memory for all ids, one for payloads, one for matches.
	bytes, all, names := make([]byte, 0, size), make([]Match, 0, matches), string(w.idsOut)
	for i, f := range best {
		n := len(w.top.views[f.view].ids.at(f.doc))
		a.Hits[i].ID, names = names[:n], names[n:]
		bytes, all = w.hit(&a.Hits[i], f, bytes, all)
	}
	return a
}

// row is the matches of what was found.
func (w *walker) row(f found) []Match {
	return w.top.matches[int(f.slot)*w.top.clauses:][:w.top.clauses]
}

// hit fills in one hit but for its id; bytes and all have room for what it holds.
func (w *walker) hit(h *Hit, f found, bytes []byte, all []Match) ([]byte, []Match) {
	v := w.top.views[f.view]
	h.Score = float32(f.key)
	if w.q.Near != nil {
		p := v.at[f.doc]
		h.Distance = metres(w.from.h(p.lat, p.lng))
	}
	if w.q.Sort == Distance {
		h.Score = float32(h.Distance)
	}
	if pay := v.pay.at(f.doc); len(pay) > 0 {
		from := len(bytes)
		bytes = append(bytes, pay...)
		h.Payload = bytes[from:len(bytes):len(bytes)]
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
	return bytes, all
}

// facets counts all matches.
func (w *walker) facets(s *state) *Facets {
	c := &counter{bands: w.q.Bands}
	for range 2 {
		c.begin()
		w.count = c
		for i, v := range s.views {
			c.enter(v)
			w.enter(v, i)
			c.leave(v)
		}
		if !c.over {
			break
		}
		c.step = sampleStep
	}
	w.count = nil
	return c.facets()
}
