package gazetteer

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"citywalk/geo"
)

// city invents n shops: brands of two to four characters out of 600, a subtitle,
// and a branch for every other. A twentieth belongs to chains.
func city(n int) []Entry {
	noise := rand.New(rand.NewPCG(uint64(n), 1))
	character := func() string { return string(rune(0x4E00 + noise.IntN(600)*7)) }
	word := func(k int) string {
		var b strings.Builder
		for range k {
			b.WriteString(character())
		}
		return b.String()
	}
	kinds := []string{"火锅", "面馆", "餐厅", "·创意菜", "咖啡", "烤肉", "酒家", ""}
	chains := make([]string, 50)
	for i := range chains {
		chains[i] = word(3)
	}
	entries := make([]Entry, n)
	for i := range entries {
		name := word(2+noise.IntN(3)) + kinds[noise.IntN(len(kinds))]
		if i%20 == 0 {
			name = chains[noise.IntN(len(chains))]
		}
		if i%2 == 0 {
			name += "(" + word(2) + "店)"
		}
		entries[i] = Entry{ID: fmt.Sprint(i), Name: name, District: fmt.Sprintf("%s区", string(rune(0x4E00+i%16))),
			Point: geo.Point{Lat: 31 + noise.Float64()/3, Lng: 121.3 + noise.Float64()/3}}
	}
	return entries
}

// texts invents notes of about 120 characters, half of which mention a shop.
func texts(entries []Entry, n int) []string {
	noise := rand.New(rand.NewPCG(7, 7))
	all := make([]string, n)
	for i := range all {
		var b strings.Builder
		for j := range 120 {
			if j == 60 && i%2 == 0 {
				b.WriteString("，打卡" + entries[noise.IntN(len(entries))].Name + "，")
			}
			b.WriteRune(rune(0x4E00 + noise.IntN(3000)*7))
		}
		all[i] = b.String()
	}
	return all
}

var sizes = []int{10_000, 1_000_000}

// BenchmarkText reads notes. bytes/name is what the index holds, once built.
func BenchmarkText(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g, entries, held := built(n)
			notes := texts(entries, 1000)
			i := 0
			for b.Loop() {
				g.Find(Query{Text: notes[i%len(notes)]})
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
			b.ReportMetric(held/float64(n), "bytes/name")
		})
	}
}

// BenchmarkName looks up names as they stand in the list, and half of them
// without their branch.
func BenchmarkName(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g, entries, _ := built(n)
			i := 0
			for b.Loop() {
				e := entries[i*7919%n]
				if i%2 == 0 {
					e.Name, _, _ = strings.Cut(e.Name, "(")
				}
				g.Find(Query{Name: e.Name, District: e.District})
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "names/s")
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for _, n := range sizes {
		entries := city(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				New(entries)
			}
		})
	}
}

// built returns the index of an invented city with what it holds in bytes.
func built(n int) (g *Gazetteer, entries []Entry, held float64) {
	entries = city(n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g = New(entries)
	runtime.GC()
	runtime.ReadMemStats(&after)
	return g, entries, float64(after.HeapAlloc) - float64(before.HeapAlloc)
}
