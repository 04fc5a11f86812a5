package atlas

import (
	"math"
	"math/bits"
	"slices"
	"sync"
)

// cell is how many documents are not parted any further. Cells, and stretches
// of twice and four times as many and so on, begin at multiples of their
// length: the higher the first bit in which two numbers differ, the further
// apart their documents may be. Trees are cut by that.
const cell = 16

// mark is a document while it is put in order.
type mark struct {
	lat, lng int32
	doc      uint32
}

// order returns the documents in the order of their numbers: those with the
// largest priors first, in tiers of which each is about as large as those
// before it together; in a tier the longer side of what is left is parted again
// and again. So the best anywhere have near numbers, and the near ones of each
// tier.
func order(rows []row, alive func(doc int) bool, cores int) []mark {
	all := make([]mark, 0, len(rows))
	for i, r := range rows {
		if alive(i) {
			all = append(all, mark{r.lat, r.lng, uint32(i)})
		}
	}
	var wait sync.WaitGroup
	forks := bits.Len(uint(max(cores, 1))) - 1
	for end := len(all); end > 0; {
		from := 0
		// The front of what is left, up to a power of two that tiers end at.
		if half := 1 << (bits.Len(uint(end - 1))) >> 1; half >= len(all)/tiers && half > cell {
			from = half
			split(all[:end], from, func(m *mark) float32 { return -rows[m.doc].prior })
		}
		tier := all[from:end]
		wait.Go(func() { part(tier, forks, &wait) })
		end = from
	}
	wait.Wait()
	return all
}

// tiers is how small the share of the first tier is at most.
const tiers = 32

// lie puts the documents in the order of their places.
func (s *segment) lie(cores int) {
	all := make([]mark, s.n)
	for d, r := range s.rows[:s.n] {
		all[d] = mark{r.lat, r.lng, uint32(d)}
	}
	var wait sync.WaitGroup
	part(all, bits.Len(uint(max(cores, 1)))-1, &wait)
	wait.Wait()
	s.lying = lying{spots: huge(make([]spot, s.n))}
	for i, m := range all {
		s.lying.spots[i] = spot{m.lat, m.lng, s.rows[m.doc].price, m.doc}
	}
	s.lying.copy(s)
}

// copy copies what is known of the documents into their order.
func (l *lying) copy(s *segment) {
	l.hours, l.cards, l.flags = make([]uint32, s.n), make([]uint32, s.n), huge(make([]uint64, len(s.flags)))
	for i := range l.spots {
		d := l.spots[i].doc
		l.hours[i], l.cards[i] = s.hours[d], s.cards[d]
	}
	for f := range flagRows {
		from, to := s.bits(f), l.bits(f)
		if !slices.ContainsFunc(from, func(word uint64) bool { return word != 0 }) {
			continue
		}
		for i := range l.spots {
			d := l.spots[i].doc
			to[i/block] |= from[d/block] >> (d % block) & 1 << (i % block)
		}
	}
}

// part puts a stretch in order, forks times on another core. The first part is
// as long as a power of two.
func part(all []mark, forks int, wait *sync.WaitGroup) {
	for len(all) > cell {
		k := 1 << (bits.Len(uint(len(all)-1)) - 1)
		if wide(all) {
			split(all, k, func(m *mark) int32 { return m.lng })
		} else {
			split(all, k, func(m *mark) int32 { return m.lat })
		}
		rest := all[k:]
		if forks > 0 {
			forks--
			wait.Go(func() { part(rest, forks, wait) })
		} else {
			part(rest, 0, wait)
		}
		all = all[:k]
	}
}

// wide reports whether the stretch is wider than high, in metres.
func wide(all []mark) bool {
	minLat, maxLat, minLng, maxLng := all[0].lat, all[0].lat, all[0].lng, all[0].lng
	for _, m := range all[1:] {
		minLat, maxLat = min(minLat, m.lat), max(maxLat, m.lat)
		minLng, maxLng = min(minLng, m.lng), max(maxLng, m.lng)
	}
	middle := (float64(minLat) + float64(maxLat)) / 2 * unit
	return (float64(maxLng)-float64(minLng))*math.Cos(middle) > float64(maxLat)-float64(minLat)
}

// split moves the k smallest of one number to the front (Hoare's select; the
// pivots are drawn, so that no order of the input is a bad one).
func split[T int32 | float32](all []mark, k int, of func(*mark) T) {
	lo, hi, seed := 0, len(all)-1, uint64(k)
	for lo < hi {
		seed = mix(seed + 1)
		pivot := of(&all[lo+int(seed%uint64(hi-lo+1))])
		i, j := lo, hi
		for i <= j {
			for of(&all[i]) < pivot {
				i++
			}
			for of(&all[j]) > pivot {
				j--
			}
			if i <= j {
				all[i], all[j] = all[j], all[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return
		}
	}
}
