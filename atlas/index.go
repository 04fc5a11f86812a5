package atlas

import (
	"iter"
	"sync"
)

// An Index is the places of one city. It may be used by many at once.
type Index struct {
	mu    sync.RWMutex
	plain plain
	mark  []byte
}

// New returns an empty index.
func New() *Index { return &Index{plain: plain{docs: map[string]Doc{}}} }

// Build makes an index of many documents, on so many cores.
func Build(docs iter.Seq[Doc], mark []byte, cores int) (*Index, error) {
	x := New()
	for d := range docs {
		if err := x.Apply(Batch{Put: []Doc{d}}); err != nil {
			return nil, err
		}
	}
	x.mark = mark
	return x, nil
}

// Apply changes the index. Searches that began before see nothing of the
// batch, those that begin after it returned see all of it.
func (x *Index) Apply(b Batch) error {
	for i := range b.Put {
		if err := b.Put[i].check(); err != nil {
			return err
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.plain.apply(b)
	if b.Mark != nil {
		x.mark = b.Mark
	}
	return nil
}

// Search answers a query. The error is ErrQuery, for a query that cannot be
// meant.
func (x *Index) Search(q Query) (Answer, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.plain.search(q)
}

// DF returns how many documents have a term.
func (x *Index) DF(t Term) int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.plain.df(t)
}

// Len returns how many documents there are.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.plain.docs)
}

// Mark returns the mark of the last batch that had one.
func (x *Index) Mark() []byte {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.mark
}

// Suggest returns the k heaviest texts that have a key with the prefix; the
// prefix is folded as the keys are.
func (x *Index) Suggest(prefix string, k int) []Suggestion {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.plain.suggest(prefix, k)
}
