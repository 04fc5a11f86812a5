package score

import (
	"cmp"
	"slices"
)

// Authors keep company when they write about the same shops at the same time
// more often than their numbers of notes explain.
const (
	pairDays   = 30.0
	pairsMost  = 40   // Later notes of a shop that one note is paired with.
	pairShops  = 2    // Shops at least.
	pairChance = 4.0  // -log10 of the probability of so many by chance.
	groupMost  = 5000 // A group larger than this is a crowd.
)

// group finds who keeps company, and gives each such author the number of a
// group; the others have 0. Groups are what significant pairs connect.
// (Synchrony as in Cao, Yang, Yu and Palow, SynchroTrap, 2014, with a test that
// allows for how active both are.)
func (c *city) group() {
	var pairs []uint64
	total := 0.0
	for s := range c.town.Shops {
		pairs, total = c.pairsOf(s, pairs, total)
	}
	var notes float64
	for i := range c.writers {
		notes += float64(c.writers[i].Notes)
	}
	rate := total / max(1, notes*notes/2)
	slices.Sort(pairs)
	parent := map[int32]int32{}
	for i := 0; i < len(pairs); {
		j := i
		for j < len(pairs) && pairs[j] == pairs[i] {
			j++
		}
		a, b := int32(pairs[i]>>32), int32(pairs[i]&0xffffffff)
		expected := rate * float64(c.writers[a].Notes) * float64(c.writers[b].Notes)
		if j-i >= pairShops && surpriseOf(j-i, expected) >= pairChance {
			join(parent, a, b)
		}
		i = j
	}
	c.number(parent)
}

// pairsOf adds the pairs that met at one shop, each once, among authors who
// were at more shops than one.
func (c *city) pairsOf(shop int, pairs []uint64, total float64) ([]uint64, float64) {
	from := len(pairs)
	notes := c.of(shop)
	for i := range notes {
		for j := i + 1; j < len(notes) && j <= i+pairsMost && notes[j].day-notes[i].day <= pairDays; j++ {
			a, b := notes[i].author, notes[j].author
			if a == b {
				continue
			}
			total++
			if c.writers[a].Notes >= pairShops && c.writers[b].Notes >= pairShops {
				pairs = append(pairs, uint64(min(a, b))<<32|uint64(max(a, b)))
			}
		}
	}
	slices.Sort(pairs[from:])
	return pairs[:from+len(slices.Compact(pairs[from:]))], total
}

func root(parent map[int32]int32, a int32) int32 {
	for {
		p, ok := parent[a]
		if !ok || p == a {
			return a
		}
		if up, ok := parent[p]; ok {
			parent[a] = up
		}
		a = p
	}
}

func join(parent map[int32]int32, a, b int32) {
	a, b = root(parent, a), root(parent, b)
	low, high := min(a, b), max(a, b)
	parent[low], parent[high] = low, low
}

// number numbers the groups from 1, in the order of their first authors.
func (c *city) number(parent map[int32]int32) {
	members := sorted(parent)
	size := map[int32]int{}
	for _, a := range members {
		size[root(parent, a)]++
	}
	roots := sorted(size)
	slices.SortFunc(roots, cmp.Compare)
	of := map[int32]int32{}
	for _, r := range roots {
		if size[r] <= groupMost {
			of[r] = int32(len(of) + 1)
		}
	}
	for _, a := range members {
		c.writers[a].Group = of[root(parent, a)]
	}
}
