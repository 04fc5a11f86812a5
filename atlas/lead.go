package atlas

import (
	"math"
)

// A lead is postings that are followed to documents. All leads of a view
// together lead to everything that can match.
type lead struct {
	*tree
	lying  *lying    // Set if it leads to all documents by their places.
	bound  []spot    // Set if it leads to those of a label by their places.
	posts  []posting // Nil if it leads to all documents.
	worths []float32 // What the phrase is worth in each, if it stands for several.
	n      int
	clause int // What it stands for, and the phrase among all; -1 if it stands for no words.
	phrase int
	term   uint16   // Whose postings these are, if it stands for words.
	row    []uint64 // Their bits, if they are common.
	level  bool     // Whether all weigh the same.
	// How many postings were followed, and whether all were looked at since.
	followed int
	combed   bool
	// The text of what it leads to is worth at most fixed + gain*weight, if the
	// term's weight, 0..1, is no more than that.
	fixed, gain float64
}

// open reports whether the tree of a lead is still followed.
func (l lead) open() bool { return l.tree != nil && !l.combed }

// text is the most that the text can be worth where the weight is at most so
// many steps of 255.
func (l *lead) text(heavy uint8) float64 { return l.fixed + l.gain*float64(heavy)/255 }

// textOf is the most that the text can be worth in the document of a posting.
func (l *lead) textOf(at int) float64 {
	switch {
	case l.worths != nil:
		return l.fixed + l.gain*float64(l.worths[at])
	case l.posts != nil:
		return l.text(l.posts[at].heavy)
	}
	return l.fixed
}

// enter begins with a view. It reports whether anything in it can match.
func (w *walker) enter(v *view, number int) bool {
	w.view, w.number = v, uint16(number)
	w.sieve.set(v, w.q)
	views := len(w.top.views)
	w.lists = resize(w.lists, len(w.asked))
	for r := range w.lists {
		w.lists[r] = v.list(w.numbers[r*views+number])
	}
	w.match = resize(w.match, len(w.clauses))
	w.promised = 0
	can := 0
	for i := range w.clauses {
		c := &w.clauses[i]
		c.most, c.cost, c.sifted = -1, 0, false
		for k := c.from; k < c.to; k++ {
			w.weigh(&w.phrases[k])
		}
		w.spare(c)
		for k := c.from; k < c.to; k++ {
			p := &w.phrases[k]
			c.most = max(c.most, p.most)
			if p.most >= 0 {
				for _, r := range p.rare[:p.Lack+1] {
					c.cost += len(w.lists[r].posts)
				}
			}
		}
		if c.most >= 0 {
			can++
		}
		w.promised += c.weight * max(c.most, 0)
	}
	if can < w.need {
		return false
	}
	w.sort()
	w.choose()
	w.again = len(w.leads) > 1 || len(w.met) > 0
	w.demand()
	return true
}

// demand leaves to the sieve the clauses without which nothing matches, and
// whose terms are all common.
func (w *walker) demand() {
	if w.slack > 0 {
		return
	}
	for i := range w.clauses {
		if len(w.leads) > 0 && w.leads[0].clause == i {
			continue
		}
		from := len(w.sieve.words)
		for k := w.clauses[i].from; k < w.clauses[i].to; k++ {
			p := &w.phrases[k]
			if p.most < 0 {
				continue
			}
			l := &w.lists[p.refs[0]]
			if l.row == nil || l.shift > 0 || len(p.refs) > 1 {
				w.sieve.words = w.sieve.words[:from]
				break
			}
			w.sieve.words = append(w.sieve.words, l.row)
		}
		if w.clauses[i].sifted = len(w.sieve.words) > from; w.clauses[i].sifted {
			w.sieve.words = append(w.sieve.words, nil)
		}
	}
}

// choose chooses the leads: those of the fewest postings.
func (w *walker) choose() {
	w.through = false
	w.leads, w.met, w.worths = w.leads[:0], w.met[:0], w.worths[:0]
	cost, by := w.n/2, -1
	if w.q.Sort == Distance {
		cost = w.n
	}
	for k, labels := range w.q.Filter.labels() {
		if n := w.labelled(k, labels); len(labels) > 0 && n < cost {
			cost, by = n, k
		}
	}
	if len(w.clauses) > 0 {
		n := 0
		// Whatever matches has one of any so many clauses.
		for _, c := range w.order[:w.slack+1] {
			n += w.clauses[c].cost
		}
		if n <= cost || by < 0 {
			w.around(n)
			for _, c := range w.order[:w.slack+1] {
				w.leadBy(c)
			}
			return
		}
	}
	fixed := 1.0
	if len(w.clauses) > 0 {
		fixed = w.promised / w.whole * (1 + 1e-6)
	}
	if by < 0 {
		l := lead{tree: &w.trees[1], n: w.n, clause: -1, phrase: -1, fixed: fixed}
		if w.q.Sort == Distance {
			l.tree, l.lying = &w.trees[0], &w.segment.lying
			w.sieve.by(w.view, &l.lying.columns)
		}
		w.leads = append(w.leads, l)
		return
	}
	allowed := w.sieve.sets[by]
	w.sieve.sets[by] = nil // The leads see to it.
	if w.q.Sort == Distance && len(w.clauses) == 0 {
		w.sieve.by(w.view, &w.segment.lying.columns)
		w.bundle(by, allowed, fixed)
		return
	}
	for _, name := range w.q.Filter.labels()[by] {
		if t, ok := w.dict.find(labelTerm(by, name)); ok {
			l := w.list(t + 1)
			w.leads = append(w.leads, lead{tree: l.tree, posts: l.posts, n: len(l.posts), row: l.whole(), level: true, clause: -1, phrase: -1, fixed: fixed})
		}
	}
}

// bundle leads to the documents of a kind's allowed labels by their places.
func (w *walker) bundle(kind int, allowed set, fixed float64) {
	h := &w.sheaves[kind]
	for n := range h.treeOf {
		if !allowed.has(uint16(n)) || h.starts[n] == h.starts[n+1] {
			continue
		}
		l := lead{bound: h.spots[h.starts[n]:h.starts[n+1]], clause: -1, phrase: -1, fixed: fixed}
		if l.n = len(l.bound); h.treeOf[n] > 0 {
			l.tree = &w.trees[h.treeOf[n]]
		}
		if t, ok := w.dict.find(labelTerm(kind, string(w.names[kind].at(uint32(n))))); ok {
			l.posts = w.list(t + 1).posts
		}
		w.leads = append(w.leads, l)
	}
}

// around decides how to look for several words, of which many documents have
// the rarest. If few can be expected to match in the whole city, all postings
// of the rarest are gone through in order. Otherwise what is near will do, and
// if most documents around the origin have the rarest, that clause comes first
// which the fewest of them have: an area is rare, but not where it is.
func (w *walker) around(rarest int) {
	if w.slack > 0 || len(w.clauses) < 2 || rarest <= few || w.q.Near == nil || w.q.Sort != Best && w.q.Sort != Distance {
		return
	}
	spots := w.neighbours()
	best, least, most := 0, 0, 0
	expected := 1.0
	for i, c := range w.order {
		expected *= min(1, float64(w.clauses[c].cost)/float64(w.n))
		n := 0
		for i := range spots {
			if w.matches(c, spots[i].doc) {
				n++
			}
		}
		if i == 0 {
			least, most = n, n
		} else if n < least {
			best, least = i, n
		}
	}
	passed := 1
	for i := range spots {
		d := spots[i].doc
		if w.sieve.block(int(d/block))>>(d%block)&1 == 1 && w.sieve.passes(w.segment, d) {
			passed++
		}
	}
	expected *= float64(w.n) * float64(passed) / float64(len(spots)+1)
	w.through = expected < 8*float64(w.top.limit)
	if !w.through && 2*most > len(spots) && 2*least < most {
		w.order[0], w.order[best] = w.order[best], w.order[0]
	}
}

// neighbours returns documents that are near the origin.
func (w *walker) neighbours() []spot {
	t := &w.trees[0]
	from, to := t.root, t.top
	for {
		best, least := from, math.Inf(1)
		for i := from; i < to; i++ {
			if h := w.from.nearest(&w.boxes[t.at+i]); h < least {
				best, least = i, h
			}
		}
		from, to = w.boxes[t.at+best].from, w.boxes[t.at+best+1].from
		if best < t.leaves {
			break
		}
	}
	return w.segment.lying.spots[from:to]
}

// labelled is how many documents have one of some labels.
func (w *walker) labelled(kind int, labels []string) int {
	n := 0
	for _, l := range labels {
		if t, ok := w.dict.find(labelTerm(kind, l)); ok {
			from, to := w.segment.extent(t)
			n += int(to - from)
		}
	}
	return n
}

// leadBy takes the phrases of a clause for leads: the postings of a single
// term, and where several are needed, what has them.
func (w *walker) leadBy(clause int) {
	c := &w.clauses[clause]
	others := 0.0
	for i := range w.clauses {
		if i != clause {
			others += w.clauses[i].weight * max(w.clauses[i].most, 0)
		}
	}
	for k := c.from; k < c.to; k++ {
		p := &w.phrases[k]
		if p.most < 0 {
			continue
		}
		l := lead{clause: clause, phrase: k, fixed: others / w.whole * (1 + 1e-6), gain: c.weight / w.whole * (1 + 1e-6)}
		if len(p.refs) > 1 {
			w.together(p, l)
			continue
		}
		l = w.foremost(p, 0, l)
		if l.n > 0 {
			w.leads = append(w.leads, l)
		}
	}
}
