package atlas

import "slices"

// A list is the postings of a term that is asked for, in one view.
type list struct {
	number uint32
	*tree  // Nil if they are few.
	posts  []posting
	row    []uint64 // Its bits; nil if it is not common.
	shift  uint8    // For how many documents one stands, as a power of two.
	most   float64  // Largest weight, 0..1.
	even   uint8    // The weight in all documents; 0 if it differs.
	at     int      // Where seek was last.
	doc    uint32   // Of which document the weight is, one more.
	weight uint8    // 0 if the document has not the term.
}

// list returns the postings of a term, whose number is one less.
func (v *view) list(number uint32) list {
	if number == 0 {
		return list{}
	}
	n := v.listOf[number-1]
	lo, hi := v.starts[n], v.starts[n+1]
	l := list{number: n, posts: v.posts[lo:hi], most: float64(v.segment.most[n]) / 255}
	if v.segment.most[n] == v.least[n] {
		l.even = v.least[n]
	}
	l.row, l.shift = v.row(n)
	if i := v.treeOf[n]; i > 0 {
		l.tree = &v.trees[i]
	}
	return l
}

// whole is the row of a list that has a bit for each document.
func (l *list) whole() []uint64 {
	if l.shift > 0 {
		return nil
	}
	return l.row
}

// lacks reports whether the bits say that a document has not the term.
func (l *list) lacks(d uint32) bool {
	d >>= l.shift
	return l.row != nil && l.row[d/block]>>(d%block)&1 == 0
}

// holds reports whether a document is in a list.
func (w *walker) holds(l *list, d uint32) bool {
	if l.row != nil && (l.shift == 0 || l.lacks(d)) {
		return !l.lacks(d)
	}
	i := w.seek(l, d)
	return i < len(l.posts) && l.posts[i].doc == d
}

// has reports whether a document has a term, and notes the weight.
func (w *walker) has(r uint16, d uint32) bool {
	l := &w.lists[r]
	if l.doc == d+1 {
		return l.weight > 0
	}
	l.doc, l.weight = d+1, 0
	if l.lacks(d) {
		return false
	}
	if l.even > 0 && l.row != nil && l.shift == 0 {
		l.weight = l.even
		return true
	}
	if i := w.seek(l, d); i < len(l.posts) && l.posts[i].doc == d {
		l.weight = l.posts[i].heavy
	}
	return l.weight > 0
}

// seek returns the first posting that is not before a document. It gropes from
// where it was last, and otherwise goes by the first documents of the leaves.
func (w *walker) seek(l *list, d uint32) int {
	i := l.at
	if i > 0 && l.posts[i-1].doc >= d {
		i = 0
	}
	for end := min(i+32, len(l.posts)-8); i < end && l.posts[i+7].doc < d; i += 8 {
	}
	for end := min(i+8, len(l.posts)); i < end && l.posts[i].doc < d; i++ {
	}
	lo, hi := i, len(l.posts)
	if lo < hi && l.posts[lo].doc >= d {
		l.at = lo
		return lo
	}
	if t := l.tree; t != nil {
		leaf, _ := slices.BinarySearch(w.firsts[t.at:t.at+t.leaves], d)
		// The leaf begins with d, or is the one behind that in which d would be.
		if hi = min(hi, int(w.boxes[t.at+uint32(leaf)].from)); leaf > 0 {
			lo = max(lo, int(w.boxes[t.at+uint32(leaf)-1].from))
		}
	}
	for lo < hi {
		if mid := (lo + hi) / 2; l.posts[mid].doc < d {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	l.at = lo
	return lo
}
