package atlas

// meet leads to the documents that have enough of a phrase's terms. They are
// found by going through the postings of the rarest in order, which costs far
// less for each than to look at the document. What has the rarest term may lack
// so many of the others; what has the next one, and not the rarest, one less.
func (w *walker) meet(p *askPhrase, l *lead) {
	from := len(w.met)
	for i := range p.Lack + 1 {
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
	l.posts, l.worths = w.met[from:], w.worths[from:]
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
