package atlas

import (
	"math"
	"math/bits"
	"sync"
)

// A node is a stretch of blocks, and bounds on what is in them. The nodes are a
// tree in preorder: the left child of node i is i+1, and a node over k blocks
// has 2k-1 nodes below and with it.
type node struct {
	minLat, maxLat, minLng, maxLng int32
	cos                            float64 // Least cosine of a latitude.
	prior, score                   float32 // Largest.
	save                           int32   // Largest.
	flags                          Flags   // Those that any document has.
}

// half returns where the blocks from..to are parted.
func half(from, to int) int { return from + (to-from+1)/2 }

// mark is a document while it is put in order.
type mark struct {
	spot
	doc uint32
}

// order returns the documents in the order of their numbers: the longer side
// of what is left is halved again and again, always between two blocks.
func order(at []spot, alive func(doc int) bool, cores int) []mark {
	all := make([]mark, 0, len(at))
	for i, p := range at {
		if alive(i) {
			all = append(all, mark{p, uint32(i)})
		}
	}
	var wait sync.WaitGroup
	part(all, bits.Len(uint(max(cores, 1)))-1, &wait)
	wait.Wait()
	return all
}

// part puts a stretch of whole blocks in order, forks times on another core.
func part(all []mark, forks int, wait *sync.WaitGroup) {
	for len(all) > block {
		blocks := (len(all) + block - 1) / block
		k := half(0, blocks) * block
		split(all, k, wide(all))
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

// split moves the k smallest of one coordinate to the front (Hoare's select;
// the pivots are drawn, so that no order of the input is a bad one).
func split(all []mark, k int, byLng bool) {
	of := func(m *mark) int32 {
		if byLng {
			return m.lng
		}
		return m.lat
	}
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

// plant makes the nodes over the blocks from..to, beginning with node i.
func (s *segment) plant(i, from, to int) {
	n := &s.nodes[i]
	if to-from == 1 {
		s.leaf(n, from)
		return
	}
	mid := half(from, to)
	right := i + 2*(mid-from)
	s.plant(i+1, from, mid)
	s.plant(right, mid, to)
	a, b := &s.nodes[i+1], &s.nodes[right]
	*n = node{
		min(a.minLat, b.minLat), max(a.maxLat, b.maxLat), min(a.minLng, b.minLng), max(a.maxLng, b.maxLng),
		min(a.cos, b.cos), max(a.prior, b.prior), max(a.score, b.score), max(a.save, b.save), a.flags | b.flags,
	}
}

// leaf makes the node of one block.
func (s *segment) leaf(n *node, b int) {
	from, to := b*block, min((b+1)*block, s.n)
	p := s.at[from]
	*n = node{p.lat, p.lat, p.lng, p.lng, 0, s.prior[from], s.score[from], s.save[from], 0}
	for d := from; d < to; d++ {
		p := s.at[d]
		n.minLat, n.maxLat = min(n.minLat, p.lat), max(n.maxLat, p.lat)
		n.minLng, n.maxLng = min(n.minLng, p.lng), max(n.maxLng, p.lng)
		n.prior, n.score, n.save = max(n.prior, s.prior[d]), max(n.score, s.score[d]), max(n.save, s.save[d])
	}
	n.cos = max(0, min(math.Cos(float64(n.minLat)*unit), math.Cos(float64(n.maxLat)*unit)))
	for i, rows := 0, s.blocks(); i < 32; i++ {
		if s.flags[i*rows+b] != 0 {
			n.flags |= 1 << i
		}
	}
}

// nearest returns a haversine that no point of the node is below.
func (o *origin) nearest(n *node) float64 {
	var dLat, dLng float64
	if south := float64(n.minLat)*unit - o.lat; south > 0 {
		dLat = south
	} else if north := o.lat - float64(n.maxLat)*unit; north > 0 {
		dLat = north
	}
	west, east := float64(n.minLng)*unit-o.lng, o.lng-float64(n.maxLng)*unit
	switch {
	case west > 0:
		dLng = round(west, -east)
	case east > 0:
		dLng = round(east, -west)
	}
	s, t := sinHalf(dLat), sinHalf(dLng)
	// The cosine of a point is a series here and exact there.
	return (s*s + o.cos*n.cos*t*t) * (1 - 1e-10)
}

// round returns the way to the near side, or the other way round the Earth to
// the far one if that is shorter, less a centimetre for its rounding.
func round(near, far float64) float64 {
	if other := 2*math.Pi - far - 1e-9; other < near {
		return max(other, 0)
	}
	return near
}
