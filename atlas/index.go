package atlas

import (
	"cmp"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
)

// An Index is the places of one city. It may be used by many at once.
type Index struct {
	cores int
	now   atomic.Pointer[state]

	mu      sync.Mutex    // Held by whoever changes it.
	merging chan struct{} // Closed when the merge of everything that is under way has ended.
	held    []*segment    // What it merges.
	failed  error         // Why it could not.
}

// A state is all that a search sees. It never changes.
type state struct {
	views []*view // The largest and oldest first.
	live  int
	sum   Sum
	mark  []byte
}

// A view is a segment without the documents that were deleted since.
type view struct {
	*segment
	dead  []uint64 // Bits of the deleted ones; nil if there are none.
	live  int
	terms tally // How many dead documents each term has.
	said  tally // What dead documents gave to each word.
}

func newView(s *segment) *view { return &view{segment: s, live: s.n} }

// alive returns the documents of a block that are there.
func (v *view) alive(b int) uint64 {
	m := ^uint64(0)
	if rest := v.n - b*block; rest < block {
		m = 1<<rest - 1
	}
	if v.dead != nil {
		m &^= v.dead[b]
	}
	return m
}

// gone reports whether a document was deleted.
func (v *view) gone(d uint32) bool { return v.dead != nil && v.dead[d/block]>>(d%block)&1 == 1 }

// find returns the document with an id, if it is there.
func (v *view) find(id string) (uint32, bool) {
	d, ok := v.where.find(v.id, id)
	return d, ok && !v.gone(d)
}

// df returns how many of the view's documents have a term.
func (v *view) df(t uint32) int {
	from, to := v.extent(t)
	return int(to-from) - int(v.terms.of(t))
}

// docs calls with each document that is there until it returns false.
func (v *view) docs(do func(d uint32) bool) bool {
	for d := range uint32(v.n) {
		if !v.gone(d) && !do(d) {
			return false
		}
	}
	return true
}

// New returns an empty index that works on so many cores.
func New(cores int) *Index {
	x := &Index{cores: max(cores, 1)}
	x.now.Store(&state{})
	return x
}

// Len returns how many documents there are.
func (x *Index) Len() int { return x.now.Load().live }

// Mark returns the mark of the last batch that had one. It is not to be
// changed.
func (x *Index) Mark() []byte { return x.now.Load().mark }

// DF returns how many documents have a term.
func (x *Index) DF(t Term) int {
	n := 0
	for _, v := range x.now.Load().views {
		if i, ok := v.dict.find(t); ok {
			n += v.df(i)
		}
	}
	return n
}

// Get returns a copy of a document's payload.
func (x *Index) Get(id string) (payload []byte, ok bool) {
	for _, v := range x.now.Load().views {
		if d, ok := v.find(id); ok {
			return slices.Clone(v.payload(d)), true
		}
	}
	return nil, false
}

// Doc returns a document as the index keeps it; its suggestions come without
// their keys.
func (x *Index) Doc(id string) (Doc, bool) {
	for _, v := range x.now.Load().views {
		if d, ok := v.find(id); ok {
			return v.doc(d), true
		}
	}
	return Doc{}, false
}

// All returns the ids and payloads of all documents that there are now. A
// payload is not to be changed, and to be copied if it is kept.
func (x *Index) All() iter.Seq2[string, []byte] {
	s := x.now.Load()
	return func(yield func(string, []byte) bool) {
		for _, v := range s.views {
			if !v.docs(func(d uint32) bool { return yield(string(v.id(d)), v.payload(d)) }) {
				return
			}
		}
	}
}

// Labels returns the categories, districts and areas that there are, with how
// many documents each has, the most first. It looks at no document.
func (x *Index) Labels() (categories, districts, areas []Count) {
	var of [3]map[string]int
	s := x.now.Load()
	for k := range of {
		of[k] = map[string]int{}
		for _, v := range s.views {
			for i := range v.names[k].len() {
				label := string(v.names[k].at(uint32(i)))
				if t, ok := v.dict.find(labelTerm(k, label)); ok {
					of[k][label] += v.df(t)
				}
			}
		}
	}
	return counts(of[0]), counts(of[1]), counts(of[2])
}

// A tally is a map of numbers that is changed by making another: what is new
// stands in a small map that is copied, the rest in a large one that is not.
type tally struct{ old, fresh map[uint32]int64 }

func (t tally) of(i uint32) int64 { return t.old[i] + t.fresh[i] }

// plus returns the tally with more added.
func (t tally) plus(more map[uint32]int64) tally {
	if len(more) == 0 {
		return t
	}
	if len(t.fresh)+len(more) < 1024+len(t.old)/8 {
		return tally{t.old, add(t.fresh, more)}
	}
	return tally{add(add(t.old, t.fresh), more), nil}
}

// add returns the sum of two maps.
func add(a, b map[uint32]int64) map[uint32]int64 {
	sum := make(map[uint32]int64, len(a)+len(b))
	for i, n := range a {
		sum[i] = n
	}
	for i, n := range b {
		sum[i] += n
	}
	return sum
}

// newState returns the state of some views, the largest first.
func newState(views []*view, sum Sum, mark []byte) *state {
	s := &state{sum: sum, mark: mark}
	for _, v := range views {
		if v.live > 0 {
			s.views = append(s.views, v)
			s.live += v.live
		}
	}
	slices.SortStableFunc(s.views, larger)
	return s
}

// larger puts the larger view first.
func larger(a, b *view) int { return cmp.Compare(b.live, a.live) }
