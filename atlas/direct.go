package atlas

// few is how many candidates are looked at one by one rather than by going
// down to their blocks.
const few = 48

// dense is how many candidates a block has where to look at its documents
// together is the quicker way.
const dense = 4

// direct looks at a node's candidates one by one if they are few: the postings
// of which every match must have one. It reports whether it did.
func (w *walker) direct(spans []span, blocks int, text float64) bool {
	if len(w.list) == 0 {
		return false
	}
	gate, cost := w.driver(spans)
	if cost > few || cost > dense*uint32(blocks) {
		return false
	}
	w.cand = w.cand[:0]
	if gate >= 0 {
		g := w.gates[gate]
		for _, s := range spans[g.from:g.to] {
			w.join(s)
		}
	} else {
		for _, c := range w.driving(spans) {
			for i := c.from; i < c.to; i++ {
				for _, s := range w.rarest(&w.phrases[i], spans) {
					w.join(s)
				}
			}
		}
	}
	for _, d := range w.cand {
		w.one(d, spans, text)
	}
	return true
}

// driver returns the gate whose postings are fewest, or -1 for the clauses, and
// how many they are.
func (w *walker) driver(spans []span) (gate int, cost uint32) {
	gate, cost = -1, ^uint32(0)
	if len(w.clauses) > 0 {
		cost = 0
		for _, c := range w.driving(spans) {
			cost += w.costOf(c, spans)
		}
	}
	for i, g := range w.gates {
		n := uint32(0)
		for _, s := range spans[g.from:g.to] {
			n += s.hi - s.lo
		}
		if n < cost {
			gate, cost = i, n
		}
	}
	return gate, cost
}

// driving returns clauses of which every match must have one: the rarest if
// all are needed, otherwise all.
func (w *walker) driving(spans []span) []askClause {
	if w.need < len(w.clauses) {
		return w.clauses
	}
	rare, least := 0, ^uint32(0)
	for i, c := range w.clauses {
		if n := w.costOf(c, spans); n < least {
			rare, least = i, n
		}
	}
	return w.clauses[rare : rare+1]
}

// costOf is how many postings stand for a clause.
func (w *walker) costOf(c askClause, spans []span) uint32 {
	n := uint32(0)
	for i := c.from; i < c.to; i++ {
		for _, s := range w.rarest(&w.phrases[i], spans) {
			n += s.hi - s.lo
		}
	}
	return n
}

// rarest returns the spans of which every match of a phrase must have one: of
// the rarest term, and of one more for each that may be missing.
func (w *walker) rarest(p *askPhrase, spans []span) []span {
	w.rare = w.rare[:0]
	if p.Lack == 0 {
		best := spans[p.refs[0]]
		for _, r := range p.refs[1:] {
			if s := spans[r]; s.hi-s.lo < best.hi-best.lo {
				best = s
			}
		}
		w.rare = append(w.rare, best)
		return w.rare
	}
	for _, r := range p.refs {
		w.rare = append(w.rare, spans[r])
	}
	for i := range p.Lack + 1 {
		for j := i + 1; j < len(w.rare); j++ {
			if a, b := w.rare[i], w.rare[j]; b.hi-b.lo < a.hi-a.lo {
				w.rare[i], w.rare[j] = b, a
			}
		}
	}
	return w.rare[:p.Lack+1]
}

// join merges a span's postings into the candidates.
func (w *walker) join(s span) {
	list := w.posts[s.lo:s.hi]
	if len(list) == 0 {
		return
	}
	if len(w.cand) == 0 {
		w.cand = append(w.cand, list...)
		return
	}
	to := w.cand2[:0]
	from := w.cand
	for len(from) > 0 && len(list) > 0 {
		switch {
		case from[0] < list[0]:
			to, from = append(to, from[0]), from[1:]
		case from[0] > list[0]:
			to, list = append(to, list[0]), list[1:]
		default:
			to, from, list = append(to, from[0]), from[1:], list[1:]
		}
	}
	to = append(append(to, from...), list...)
	w.cand, w.cand2 = to, w.cand
}

// one looks at one document, whose text is worth at most text.
func (w *walker) one(d uint32, spans []span, text float64) {
	if w.count == nil && w.top.full() && w.keyOf(d, text) < w.top.worst().key {
		return
	}
	bit := d % block
	b := int(d / block)
	m := w.sieve.times(b, w.sieve.flags(w.segment, b, w.alive(b)&(1<<bit)))
	if m == 0 || !w.sieve.labels(w.segment, d) {
		return
	}
	w.single = resize(w.single, len(spans))
	for t, s := range spans {
		w.single[t] = span{}
		if s.lo < s.hi {
			if at := seek(w.posts, s, d); at < s.hi && w.posts[at] == d {
				w.single[t] = span{at, at + 1}
			}
		}
	}
	if m = w.matching(w.single, m); m == 0 {
		return
	}
	if w.count != nil {
		w.count.block(w, b, m)
		return
	}
	w.offer(d, int(bit), w.single)
}

// keyOf is the key of a document whose text is worth at most text.
func (w *walker) keyOf(d uint32, text float64) float64 {
	h := 0.0
	switch w.q.Sort {
	case Score:
		return float64(w.score[d])
	case Saving:
		return float64(w.save[d])
	}
	near := 0.0
	if w.q.Near != nil {
		p := w.at[d]
		h = w.from.h(p.lat, p.lng)
		near = w.mix.nearness(h)
	}
	if w.q.Sort == Distance {
		return -h
	}
	return w.mix.best(text, near, float64(w.prior[d]), w.taste) * (1 + 1e-9)
}
