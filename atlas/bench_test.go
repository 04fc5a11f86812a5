package atlas

import (
	"flag"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

var places = flag.Int("atlas.places", 100_000, "places of the city that is measured on")

// measured is the city of the benchmarks, made once.
var measured = sync.OnceValues(func() (*Made, *Index) {
	m := NewMade(*places, 1)
	x, err := Build(m.Docs(), nil, runtime.GOMAXPROCS(0))
	if err != nil {
		panic(err)
	}
	return m, x
})

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		m := NewMade(*places, 2)
		x, err := Build(m.Docs(), nil, runtime.GOMAXPROCS(0))
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(x.Len()), "bytes/place")
	}
}

// processor is the time that this process had on all processors. Others share
// the machine, and their work is not ours.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// asking measures queries on one goroutine.
func asking(b *testing.B, make func(*Made, *rand.Rand) Query) {
	m, x := measured()
	r := rand.New(rand.NewPCG(3, 4))
	queries := []Query{}
	for range 4096 {
		queries = append(queries, make(m, r))
	}
	var took []time.Duration
	hits, i := 0, 0
	b.ReportAllocs()
	began := processor()
	for b.Loop() {
		a, err := x.Search(queries[i%len(queries)])
		if err != nil {
			b.Fatal(err)
		}
		hits += len(a.Hits)
		i++
	}
	b.ReportMetric(float64(i)/(processor()-began).Seconds(), "queries/core-s")
	for _, q := range queries {
		began := processor()
		x.Search(q)
		took = append(took, processor()-began)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
	b.ReportMetric(float64(hits)/float64(i), "hits/query")
}

func BenchmarkNearest(b *testing.B)  { asking(b, (*Made).Nearest) }
func BenchmarkFiltered(b *testing.B) { asking(b, (*Made).Filtered) }
func BenchmarkText(b *testing.B)     { asking(b, (*Made).Text) }

func BenchmarkFacets(b *testing.B) {
	asking(b, func(m *Made, r *rand.Rand) Query {
		q := m.Text(r)
		q.Facets = true
		return q
	})
}

func BenchmarkSuggest(b *testing.B) {
	m, x := measured()
	r := rand.New(rand.NewPCG(5, 6))
	var typed []string
	for range 4096 {
		key := m.Doc(r.IntN(m.Places)).Says[r.IntN(2)].Keys[0]
		typed = append(typed, key[:1+r.IntN(len(key))])
	}
	i := 0
	for b.Loop() {
		x.Suggest(typed[i%len(typed)], 0, 10)
		i++
	}
}
