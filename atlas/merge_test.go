package atlas

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

// While everything is merged beside them, readers see whole batches, and what
// changes during the merge is not lost. Both documents of a pair always have
// one saving; the merge without its replay of deletions, or a state that is
// changed in place, breaks that.
func TestReadersSeeWholeBatchesWhileEverythingIsMerged(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(2, 3))}
	x, p := New(2), &plain{docs: map[string]Doc{}}
	apply := func(b Batch) {
		t.Helper()
		if err := x.Apply(b); err != nil {
			t.Fatal(err)
		}
		p.apply(b)
	}
	var all Batch
	for i := range 20_000 {
		all.Put = append(all.Put, m.doc(fmt.Sprint("id", i)))
	}
	apply(all)
	pair := func(n int32) Batch {
		var b Batch
		for _, id := range []string{"left", "right"} {
			d := m.doc(id)
			d.Category, d.Saving = "pair", n
			b.Put = append(b.Put, d)
		}
		return b
	}
	apply(pair(1))
	var over atomic.Bool
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for !over.Load() {
				a, err := x.Search(Query{Filter: Filter{Categories: []string{"pair"}}, Sort: Saving})
				if err != nil || len(a.Hits) != 2 || a.Hits[0].Score != a.Hits[1].Score {
					t.Errorf("%+v, %v", a.Hits, err)
					return
				}
			}
		})
	}
	merges := 0
	for n := range int32(120) {
		b := pair(n + 2)
		for range 150 {
			b.Put = append(b.Put, m.doc(m.of("id", 25_000)))
		}
		b.Delete = []string{m.of("id", 25_000), m.of("id", 25_000)}
		apply(b)
		x.mu.Lock()
		if x.merging != nil {
			merges++
		}
		x.mu.Unlock()
	}
	over.Store(true)
	readers.Wait()
	if merges == 0 {
		t.Error("nothing was merged beside the readers")
	}
	agree(t, m, x, p, 10)
	if err := x.Compact(); err != nil || len(x.now.Load().views) != 1 {
		t.Fatalf("%d segments, %v", len(x.now.Load().views), err)
	}
	agree(t, m, x, p, 10)
	same(t, x, p)
}
