package atlas

import "slices"

// Apply changes the index. Searches that began before see nothing of the
// batch, those that begin after it returned see all of it. The error is ErrDoc
// or ErrFull, and nothing was changed.
func (x *Index) Apply(b Batch) error {
	for i := range b.Put {
		if err := b.Put[i].check(); err != nil {
			return err
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.catchUp()
	if x.failed != nil {
		return x.failed
	}
	s := x.now.Load()
	d, sum := newDraft(), s.sum
	gone := slices.Clone(b.Delete)
	sums := make([]Sum, len(b.Put))
	for i := range b.Put {
		doc := b.Put[i].tidy()
		sums[i] = doc.sum()
		sum = sum.plus(sums[i])
		if old, ok := d.add(&doc); ok {
			sum = sum.minus(sums[old])
		}
		gone = append(gone, doc.ID)
	}
	views := make([]*view, 0, len(s.views)+1)
	for _, v := range s.views {
		v, less := v.without(gone)
		sum = sum.minus(less)
		views = append(views, v)
	}
	fresh, err := d.freeze(1)
	if err != nil {
		return err
	}
	if views, err = x.settle(append(views, newView(fresh))); err != nil {
		return err
	}
	mark := s.mark
	if b.Mark != nil {
		mark = slices.Clone(b.Mark)
	}
	x.now.Store(newState(views, sum, mark))
	x.mergeBeside()
	return nil
}

// without returns the view without some documents, and what they summed to.
func (v *view) without(ids []string) (*view, Sum) {
	var sum Sum
	next := *v
	terms, said := map[uint32]int64{}, map[uint32]int64{}
	for _, id := range ids {
		d, ok := next.find(id)
		if !ok {
			continue
		}
		if next.live == v.live {
			next.dead = slices.Clone(v.dead)
			if next.dead == nil {
				next.dead = make([]uint64, v.blocks())
			}
		}
		next.dead[d/block] |= 1 << (d % block)
		next.live--
		doc := v.doc(d)
		sum = sum.plus(doc.sum())
		v.termsOf(d, func(t, _ uint32) { terms[t]++ })
		for i := v.says.starts[d]; i < v.says.starts[d+1]; i++ {
			said[v.says.list[i]] += int64(v.says.gives[i])
		}
	}
	if next.live == v.live {
		return v, sum
	}
	next.terms, next.said = v.terms.plus(terms), v.said.plus(said)
	return &next, sum
}
