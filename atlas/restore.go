package atlas

import (
	"fmt"
	"math/bits"
	"sync"
)

// restore makes what a snapshot leaves out, and refuses one in which a number
// points nowhere. Checksums tell damage; this holds even if they are right.
func (v *view) restore() error {
	v.n = len(v.rows) - 1
	if v.n < 1 {
		return fmt.Errorf("%w: a segment is empty", ErrSnapshot)
	}
	if !v.columnsHold() {
		return fmt.Errorf("%w: the columns of a segment do not fit together", ErrSnapshot)
	}
	checks := []func() bool{v.postingsHold, v.treesHold, v.says.holds, v.stringsHold}
	held := make([]bool, len(checks))
	var wait sync.WaitGroup
	for i, check := range checks {
		wait.Go(func() { held[i] = check() })
	}
	wait.Wait()
	for i, ok := range held {
		if !ok {
			return fmt.Errorf("%w: part %d of a segment does not fit together", ErrSnapshot, i)
		}
	}
	if len(v.says.starts) != v.n+1 {
		return fmt.Errorf("%w: the suggestions are of other documents", ErrSnapshot)
	}
	v.lying.copy(v.segment)
	v.spread()
	v.span = v.ranges()
	v.rank()
	for b := range v.blocks() {
		v.live += bits.OnesCount64(v.alive(b))
	}
	return nil
}

// columnsHold looks at what there is once a document.
func (v *view) columnsHold() bool {
	n := v.n
	for _, l := range []int{len(v.lying.spots), len(v.hours), len(v.cards), len(v.segment.score), len(v.segment.save)} {
		if l != n {
			return false
		}
	}
	if len(v.flags) != flagRows*v.blocks() || len(v.rungs) != rungs || v.dead != nil && len(v.dead) != v.blocks() {
		return false
	}
	for k := range v.label {
		if len(v.label[k]) != n || !v.names[k].hold() || !below(v.label[k], v.names[k].len()) {
			return false
		}
	}
	if !v.plans.hold() || !v.lying.hold(n) || !below(v.hours, len(v.clocks)) || !below(v.cards, v.plans.len()) {
		return false
	}
	for i := range v.plans.len() {
		if _, ok := decode(v.plans.at(uint32(i))); !ok {
			return false
		}
	}
	return true
}

// hold reports whether every document has one spot.
func (l *lying) hold(n int) bool {
	seen := make([]bool, n)
	for i := range l.spots {
		d := l.spots[i].doc
		if int(d) >= n || seen[d] {
			return false
		}
		seen[d] = true
	}
	return true
}

// postingsHold looks at the terms, and numbers them.
func (v *view) postingsHold() bool {
	n := len(v.most)
	if len(v.listOf) != len(v.dict.terms) || !below(v.listOf, n) || len(v.starts) != n+1 || len(v.least) != n || !rises(v.starts, len(v.posts)) ||
		!v.segment.terms.hold() || v.segment.terms.len() != v.n {
		return false
	}
	for l := range n {
		last := -1
		for _, p := range v.posts[v.starts[l]:v.starts[l+1]] {
			if int(p.doc) <= last || int(p.doc) >= v.n {
				return false
			}
			last = int(p.doc)
		}
	}
	v.dict.build()
	return true
}

// treesHold looks at the trees.
func (v *view) treesHold() bool {
	v.bind()
	n := len(v.most)
	if len(v.trees) < 2 || len(v.treeOf) != n || len(v.starts) != n+1 || len(v.boxes) != len(v.firsts) || !v.holds(&v.trees[0], v.n) || !v.holds(&v.trees[1], v.n) {
		return false
	}
	for k := range v.sheaves {
		if !v.sheaves[k].hold(&v.grove) {
			return false
		}
	}
	for l, i := range v.treeOf {
		if i > 0 && (int(i) >= len(v.trees) || v.starts[l] > v.starts[l+1] || !v.holds(&v.trees[i], int(v.starts[l+1]-v.starts[l]))) {
			return false
		}
	}
	return true
}

// hold reports whether every label's tree is one over its documents.
func (h *sheaf) hold(g *grove) bool {
	if len(h.treeOf) != len(h.starts)-1 {
		return false
	}
	for l, i := range h.treeOf {
		if i > 0 && (int(i) >= len(g.trees) || !g.holds(&g.trees[i], int(h.starts[l+1]-h.starts[l]))) {
			return false
		}
	}
	return true
}

// holds reports whether a tree is one over n postings.
func (g *grove) holds(t *tree, n int) bool {
	if int64(t.at) >= int64(len(g.boxes)) {
		return false
	}
	boxes := g.boxes[t.at:]
	// run returns where the pieces that begin at i end: with one at end.
	run := func(i uint32, from, end uint32) (uint32, bool) {
		for at := from; int(i) < len(boxes) && boxes[i].from == at && at < end; {
			if i++; int(i) < len(boxes) {
				if boxes[i].from <= at {
					return 0, false
				}
				at = boxes[i].from
			}
		}
		return i, int(i) < len(boxes) && boxes[i].from == end
	}
	level := uint32(0)
	end, ok := run(0, 0, uint32(n))
	if !ok || end != t.leaves {
		return false
	}
	for range t.height {
		next := end + 1
		top, ok := run(next, level, end)
		if !ok {
			return false
		}
		level, end = next, top
	}
	return t.root == level && t.top == end
}

// stringsHold looks at ids and payloads, and finds documents by id.
func (v *view) stringsHold() bool {
	first, last := &v.rows[0], &v.rows[v.n]
	if first.id != 0 || first.pay != 0 || int(last.id) != len(v.ids) || int(last.pay) != len(v.pay) {
		return false
	}
	for d := range v.n {
		if v.rows[d+1].id < v.rows[d].id || v.rows[d+1].pay < v.rows[d].pay {
			return false
		}
	}
	v.where.room(v.n)
	for d := range uint32(v.n) {
		if _, twice := v.where.put(v.id, d, string(v.id(d))); twice {
			return false
		}
	}
	return true
}

// holds looks at the suggestions.
func (s *speech) holds() bool {
	words, size := len(s.kinds), 0
	for level := len(s.owner); level > 1; {
		level = (level + fan - 1) / fan
		size += level
	}
	return s.words.hold() && s.keys.hold() && s.words.len() == words && len(s.ranks) == words &&
		s.keys.len() == len(s.owner) && below(s.owner, words) && len(s.peaks) == size &&
		len(s.gives) == len(s.list) && below(s.list, words) && rises(s.starts, len(s.list))
}

// hold reports whether the texts lie one after the other.
func (t *texts) hold() bool {
	return len(t.ends) == 0 && len(t.bytes) == 0 || rises(t.ends, len(t.bytes))
}

// rises reports whether numbers go from 0 to end and never down.
func rises(all []uint32, end int) bool {
	if len(all) == 0 || all[0] != 0 || int(all[len(all)-1]) != end {
		return false
	}
	for i := range all[1:] {
		if all[i] > all[i+1] {
			return false
		}
	}
	return true
}

// below reports whether all numbers are below n.
func below[T uint16 | uint32](all []T, n int) bool {
	most := T(0)
	for _, i := range all {
		most = max(most, i)
	}
	return len(all) == 0 || int(most) < n
}
