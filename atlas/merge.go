package atlas

import (
	"slices"
)

// Segments follow one another like the digits of a number: a new one is merged
// with those before it that are not step times as large, so there are few.
// Where more than a share of the largest is new or dead, everything becomes
// one segment, beside the readers and the writers.
const (
	step     = 8
	tailMin  = 8192 // Documents; fewer are not worth a merge of everything.
	tailPart = 16   // Of the largest segment.
)

// settle merges the smallest views while they are of one size, but for a large
// one and for those that are being merged already.
func (x *Index) settle(views []*view) ([]*view, error) {
	var held, free []*view
	for _, v := range views {
		switch {
		case v.live == 0:
		case slices.Contains(x.held, v.segment):
			held = append(held, v)
		default:
			free = append(free, v)
		}
	}
	slices.SortStableFunc(free, larger)
	for n := len(free); n > 1; n = len(free) {
		a, b := free[n-2], free[n-1]
		if a.live > step*b.live || a.n > tailMin && n == 2 && len(held) == 0 {
			break
		}
		one, err := merge(free[n-2:], x.cores)
		if err != nil {
			return nil, err
		}
		free = append(free[:n-2], newView(one))
	}
	return append(held, free...), nil
}

// worth reports whether everything should become one segment.
func (s *state) worth() bool {
	if len(s.views) == 0 {
		return false
	}
	base := s.views[0]
	return s.live-base.live+base.n-base.live > max(tailMin, base.n/tailPart)
}

// mergeBeside begins to make one segment of everything, if that is worth it
// and nobody does already. The caller holds the lock.
func (x *Index) mergeBeside() {
	s := x.now.Load()
	if x.merging != nil || !s.worth() {
		return
	}
	done := make(chan struct{})
	x.merging = done
	for _, v := range s.views {
		x.held = append(x.held, v.segment)
	}
	go func() {
		one, err := merge(s.views, 1)
		x.mu.Lock()
		defer x.mu.Unlock()
		x.replace(s, one, err)
		x.merging, x.held = nil, nil
		close(done)
	}()
}

// replace puts one segment in the place of those of an older state. What was
// deleted since then is deleted from it as well.
func (x *Index) replace(old *state, one *segment, err error) {
	if err != nil {
		x.failed = err
		return
	}
	now := x.now.Load()
	var rest []*view
	var gone []string
	for _, v := range now.views {
		if !slices.ContainsFunc(old.views, func(o *view) bool { return o.segment == v.segment }) {
			rest = append(rest, v)
		}
	}
	for _, o := range old.views {
		i := slices.IndexFunc(now.views, func(v *view) bool { return v.segment == o.segment })
		o.docs(func(d uint32) bool {
			if i < 0 || now.views[i].gone(d) {
				gone = append(gone, string(o.id(d)))
			}
			return true
		})
	}
	merged, _ := newView(one).without(gone)
	x.now.Store(newState(append(rest, merged), now.sum, now.mark))
}

// catchUp waits while changes come faster than they are merged. The caller
// holds the lock, and holds it again afterwards.
func (x *Index) catchUp() {
	for x.merging != nil {
		s, fresh := x.now.Load(), 0
		for _, v := range s.views {
			if !slices.Contains(x.held, v.segment) {
				fresh += v.live
			}
		}
		if fresh <= 4*max(tailMin, s.views[0].n/tailPart) {
			return
		}
		x.wait()
	}
}

// wait waits for the merge to end. The caller holds the lock, and holds it
// again afterwards.
func (x *Index) wait() {
	if done := x.merging; done != nil {
		x.mu.Unlock()
		<-done
		x.mu.Lock()
	}
}

// Compact makes one segment of everything and returns when that is done. It is
// never needed, but leaves the index as small and quick as it can be.
func (x *Index) Compact() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	for x.merging != nil {
		x.wait()
	}
	s := x.now.Load()
	if x.failed != nil || len(s.views) == 0 || len(s.views) == 1 && s.views[0].live == s.views[0].n {
		return x.failed
	}
	one, err := merge(s.views, x.cores)
	if err == nil {
		x.now.Store(newState([]*view{newView(one)}, s.sum, s.mark))
	}
	return err
}

// merge makes one segment of views.
func merge(views []*view, cores int) (*segment, error) {
	d := newDraft()
	for _, v := range views {
		v.says.pour(&d.said)
		v.pour(d)
	}
	return d.freeze(cores)
}

// pour adds the view's documents to a draft.
func (v *view) pour(to *draft) {
	starts, terms, weights := v.transpose()
	v.docs(func(d uint32) bool {
		doc := v.bare(d)
		for i := starts[d]; i < starts[d+1]; i++ {
			if weights[i] > 0 {
				doc.Terms = append(doc.Terms, Weighted{Term(v.dict.terms[terms[i]]), weights[i]})
			}
		}
		to.add(&doc)
		return true
	})
}

// transpose turns the postings back into the terms of each document.
func (s *segment) transpose() (starts, terms []uint32, weights []uint8) {
	starts = make([]uint32, s.n+1)
	for t := range s.listOf {
		for from, to := s.extent(uint32(t)); from < to; from++ {
			starts[s.posts[from].doc+1]++
		}
	}
	for d := range s.n {
		starts[d+1] += starts[d]
	}
	terms, weights = make([]uint32, starts[s.n]), make([]uint8, starts[s.n])
	next := slices.Clone(starts)
	for t := range s.listOf {
		for i, to := s.extent(uint32(t)); i < to; i++ {
			p := s.posts[i]
			at := next[p.doc]
			next[p.doc]++
			terms[at], weights[at] = uint32(t), p.heavy
		}
	}
	return starts, terms, weights
}

// pour adds the words with their keys to a draft.
func (s *speech) pour(to *saidDraft) {
	starts := make([]uint32, len(s.kinds)+1)
	for _, w := range s.owner {
		starts[w+1]++
	}
	for w := range s.kinds {
		starts[w+1] += starts[w]
	}
	next, keys := slices.Clone(starts), make([]string, len(s.owner))
	for k, w := range s.owner {
		keys[next[w]] = string(s.keys.at(uint32(k)))
		next[w]++
	}
	for w := range s.kinds {
		to.word(s.kinds[w], string(s.words.at(uint32(w))), keys[starts[w]:starts[w+1]])
	}
}
