package atlas

import "slices"

// weigh finds out what a phrase can be worth in the view, and which of its
// terms are rare.
func (w *walker) weigh(p *askPhrase) {
	copy(p.rare, p.refs)
	slices.SortFunc(p.rare, func(a, b uint16) int { return len(w.lists[a].posts) - len(w.lists[b].posts) })
	missing, present := 0, 0.0
	for _, r := range p.refs {
		if l := &w.lists[r]; len(l.posts) == 0 {
			missing++
		} else {
			present += w.idf[r] * l.most
		}
	}
	p.most = -1
	if missing <= p.Lack {
		p.most = p.worth(present, p.idf) * (1 + 1e-6)
	}
}

// spare leaves out phrases of one term that the same documents have in the same
// way as another's that is worth as much.
func (w *walker) spare(c *askClause) {
	for k := c.from; k < c.to; k++ {
		p := &w.phrases[k]
		for i := c.from; i < k && p.most >= 0; i++ {
			o := &w.phrases[i]
			if o.most < 0 || len(p.refs) > 1 || len(o.refs) > 1 || p.idf != o.idf || w.lists[p.refs[0]].number != w.lists[o.refs[0]].number {
				continue
			}
			if p.Weight > o.Weight {
				o.most = -1
			} else {
				p.most = -1
			}
		}
	}
}

// worthOf is what a phrase is worth in a document, -1 if it does not match.
func (w *walker) worthOf(p *askPhrase, d uint32) float32 {
	missing := 0
	for _, r := range p.rare {
		if !w.has(r, d) {
			if missing++; missing > p.Lack {
				return -1
			}
		}
	}
	present := 0.0
	for _, r := range p.refs {
		if weight := w.lists[r].weight; weight > 0 {
			present += w.idf[r] * float64(weight) / 255
		}
	}
	return float32(p.worth(present, p.idf))
}

// best returns the best phrase of a clause in a document. Of one phrase it is
// known what it is worth, or none is -1.
func (w *walker) best(clause int, d uint32, known int, worth float32) Match {
	c := &w.clauses[clause]
	best := Match{Clause: clause, Phrase: -1, Worth: -1}
	for k := c.from; k < c.to; k++ {
		p := &w.phrases[k]
		x := worth
		if k != known {
			if p.most < 0 || p.most < float64(best.Worth) || p.most < float64(worth) {
				continue
			}
			x = w.worthOf(p, d)
		}
		if x > best.Worth {
			best.Phrase, best.Worth = p.number, x
		}
	}
	return best
}

// matches reports whether a clause matches in a document.
func (w *walker) matches(clause int, d uint32) bool {
	c := &w.clauses[clause]
	for k := c.from; k < c.to; k++ {
		if p := &w.phrases[k]; p.most >= 0 && w.meets(p.rare, d, p.Lack) {
			return true
		}
	}
	return false
}

// others reports whether enough of the clauses match that a lead does not stand
// for.
func (w *walker) others(l *lead, d uint32) bool {
	missing := 0
	for _, k := range w.order {
		if k == l.clause || w.clauses[k].sifted {
			continue
		}
		if !w.matches(k, d) {
			if missing++; missing > w.slack {
				return false
			}
		}
	}
	return true
}

// text returns what the text is worth in a document that a lead led to, and
// leaves in match what it was. It gives up where it can only be less than
// least, and where another lead shows it to be worth more.
func (w *walker) text(l *lead, d uint32, at int, least float64) (float64, bool) {
	sum := w.promised
	known := float32(-1)
	// Sums in another order differ in their last bits, and what is left of a sum
	// by more than its share of them.
	least = least*w.whole*(1-1e-6) - w.whole*1e-9
	if l.clause >= 0 {
		c := &w.clauses[l.clause]
		if l.worths != nil {
			known = l.worths[at]
		} else {
			term := &w.lists[l.term]
			term.doc, term.weight = d+1, l.posts[at].heavy
			if known = w.worthOf(&w.phrases[l.phrase], d); known < 0 {
				return 0, false
			}
		}
		if sum += c.weight * (float64(known) - c.most); sum < least {
			return 0, false
		}
	}
	missing := 0
	for _, k := range w.order {
		if k == l.clause {
			continue
		}
		c, m := &w.clauses[k], Match{Clause: k, Phrase: -1}
		if c.most >= 0 {
			if m = w.best(k, d, -1, -1); m.Phrase >= 0 {
				sum += c.weight * (float64(m.Worth) - c.most)
			} else {
				sum -= c.weight * c.most
			}
		}
		w.match[k] = m
		if m.Phrase < 0 {
			missing++
		}
		if missing > w.slack || sum < least {
			return 0, false
		}
	}
	if l.clause >= 0 {
		w.match[l.clause] = w.best(l.clause, d, l.phrase, known)
	}
	total := 0.0
	for k := range w.clauses {
		if m := w.match[k]; m.Phrase >= 0 {
			total += w.clauses[k].weight * float64(m.Worth)
		}
	}
	return total / w.whole, true
}
