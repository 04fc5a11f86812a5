package score

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

const (
	nearBits    = 3    // Of 64, by which texts differ that are nearly the same.
	copiesMost  = 3.0  // How far the feature counts.
	textsMost   = 3000 // Different texts at one shop among which is looked for near ones.
	phrasesMost = 2000
	phraseLeast = 6 // Notes of the city that make a text a phrase.
)

// phrases is how many notes of the city have a text that many have: a stock
// phrase twice at one shop proves nothing.
type phrases struct {
	Notes int            `json:"notes"`
	Count map[uint64]int `json:"count"`
}

func newPhrases(t *Town) phrases {
	p := phrases{Notes: len(t.Notes), Count: map[uint64]int{}}
	var all []uint64
	for i := range t.Notes {
		if h := t.Notes[i].Hash; h != 0 {
			all = append(all, h)
		}
	}
	slices.Sort(all)
	type run struct {
		hash  uint64
		count int
	}
	var runs []run
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j] == all[i] {
			j++
		}
		if j-i >= phraseLeast {
			runs = append(runs, run{all[i], j - i})
		}
		i = j
	}
	slices.SortStableFunc(runs, func(a, b run) int { return cmp.Compare(b.count, a.count) })
	for _, r := range runs[:min(len(runs), phrasesMost)] {
		p.Count[r.hash] = r.count
	}
	return p
}

// observeCopies compares the texts of one shop.
func observeCopies(m *Model, notes []line, note func(i int) *Note) {
	count := map[uint64]int{}
	for i := range notes {
		if h := note(i).Hash; h != 0 {
			count[h]++
		}
	}
	texts := sorted(count)
	like := make(map[uint64]int, len(texts))
	for i, a := range texts {
		like[a] += count[a] - 1
		if len(texts) > textsMost {
			continue
		}
		for _, b := range texts[i+1:] {
			if bits.OnesCount64(a^b) <= nearBits {
				like[a] += count[b]
				like[b] += count[a]
			}
		}
	}
	for i := range notes {
		h := note(i).Hash
		if h == 0 || like[h] == 0 {
			continue
		}
		elsewhere := max(0, m.Phrases.Count[h]-count[h]) + 1
		expected := float64(len(notes)) * float64(elsewhere) / float64(m.Phrases.Notes+1)
		notes[i].x[copies] = float32(math.Min(copiesMost, surpriseOf(like[h], expected)/2))
	}
}
