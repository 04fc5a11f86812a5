package atlas

// together leads to the documents that have enough of a phrase's terms. What
// has the rarest term may lack so many of the others; what has the next one, and
// not the rarest, one less. Where many that have the one have the others too, as
// the parts of a dish's name do, the tree of the one is followed. Otherwise
// those that have enough are met first, and are few.
func (w *walker) together(p *askPhrase, l lead) {
	from := len(w.met)
	for i := range p.Lack + 1 {
		if w.companions(p, i) {
			w.leads = append(w.leads, w.foremost(p, i, l))
		} else {
			w.meet(p, i)
		}
	}
	l.posts, l.worths = w.met[from:], w.worths[from:]
	if l.n = len(l.posts); l.n > 0 {
		w.leads = append(w.leads, l)
	}
}

// companions reports whether many documents that have a phrase's term, the
// i-th rarest, have enough of those less rare.
func (w *walker) companions(p *askPhrase, i int) bool {
	const asked, enough = 32, 4
	l := &w.lists[p.rare[i]]
	if l.tree == nil || len(l.posts) <= few {
		return false
	}
	n := 0
	for k := range asked {
		if w.meets(p.rare[i+1:], l.posts[k*len(l.posts)/asked].doc, p.Lack-i) {
			n++
		}
		if n == enough || n == 0 && k == asked/4 {
			break
		}
	}
	return n == enough
}

// foremost makes l, which stands for a phrase, follow the tree of its term, the
// i-th rarest. The others may weigh what they weigh at most.
func (w *walker) foremost(p *askPhrase, i int, l lead) lead {
	own, others := 0.0, 0.0
	for _, r := range p.refs {
		if r == p.rare[i] {
			own += w.idf[r]
		} else {
			others += w.idf[r] * w.lists[r].most
		}
	}
	list := &w.lists[p.rare[i]]
	l.tree, l.posts, l.term, l.n = list.tree, list.posts, p.rare[i], len(list.posts)
	l.row, l.level = list.whole(), list.even > 0
	l.fixed, l.gain = l.fixed+l.gain*p.worth(others, p.idf), l.gain*p.worth(own, p.idf)
	return l
}

// meet finds the documents that have a phrase's term, the i-th rarest, and
// enough of those less rare. It goes through the postings in order, which costs
// far less for each than to look at the document.
func (w *walker) meet(p *askPhrase, i int) {
	w.docs = w.docs[:0]
	for _, post := range w.lists[p.rare[i]].posts {
		w.docs = append(w.docs, post.doc)
	}
	docs := w.docs
	w.lacking = resize(w.lacking, len(docs))
	clear(w.lacking)
	for _, r := range p.rare[i+1:] {
		docs = docs[:w.thin(&w.lists[r], docs, uint16(p.Lack-i))]
	}
	for _, d := range docs {
		if w.sieve.block(int(d/block))>>(d%block)&1 == 0 {
			continue
		}
		if worth := w.worthOf(p, d); worth >= 0 {
			w.met, w.worths = append(w.met, posting{doc: d}), append(w.worths, worth)
		}
	}
}

// thin moves those documents to the front that lack at most so many terms, with
// a list's, and returns how many they are. What each lacks stands in lacking.
func (w *walker) thin(l *list, docs []uint32, lack uint16) int {
	lacking := w.lacking[:len(docs)]
	n := 0
	keep := func(d uint32, misses uint16) {
		docs[n], lacking[n] = d, misses
		n++
	}
	switch {
	case l.row != nil && l.shift == 0:
		for i, d := range docs {
			misses := lacking[i] + 1 - uint16(l.row[d/block]>>(d%block)&1)
			docs[n], lacking[n] = d, misses
			// One more if lack - misses is not below 0.
			n += int(^(lack - misses)) >> 15
		}
	case l.row == nil && len(l.posts) <= 16*len(docs):
		at := 0
		for i, d := range docs {
			for at < len(l.posts) && l.posts[at].doc < d {
				at++
			}
			misses := lacking[i]
			if at == len(l.posts) || l.posts[at].doc != d {
				misses++
			}
			if misses <= lack {
				keep(d, misses)
			}
		}
	default:
		for i, d := range docs {
			misses := lacking[i]
			if !w.holds(l, d) {
				misses++
			}
			if misses <= lack {
				keep(d, misses)
			}
		}
	}
	return n
}

// meets reports whether a document lacks at most so many of some terms.
func (w *walker) meets(terms []uint16, d uint32, lack int) bool {
	for _, r := range terms {
		if !w.holds(&w.lists[r], d) {
			if lack--; lack < 0 {
				return false
			}
		}
	}
	return true
}
