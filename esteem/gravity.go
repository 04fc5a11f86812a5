package esteem

import (
	"cmp"
	"math"
	"slices"

	"citywalk/geo"
)

// zonesMax bounds the work: so many places where members live are told apart.
const zonesMax = 256

// fitShops is how many shops the gravity model learns from.
const fitShops = 2000

// A gravity model says how many members a shop would draw from each zone if
// distance and footfall were all: A_s B_z exp(-d/decay). A_s is the shop's own
// footfall, so that a mall is not praised for being one, and B_z is what a zone
// has to give after what its other shops take (Furness balancing).
type gravity struct {
	decay    float64
	expected []float64 // Weight of members from far, for each shop.
	far      []Share
}

// A zone is where some of the members live.
type zone struct {
	at    [2]float64
	gives float64 // Weight of its members' voices.
	free  float64 // B_z.
}

// gravity fits the model and says how many members from far each shop should
// have had.
func (t *town) gravity(in Input) *gravity {
	g := &gravity{expected: make([]float64, len(t.shops)), far: make([]Share, len(t.shops))}
	for s := range t.shops {
		g.far[s] = t.shops[s].far
	}
	zones, size := t.zones()
	if len(zones) == 0 {
		return g
	}
	f := &pull{zones: zones, least: size * 0.4}
	step := max(1, len(t.shops)/fitShops)
	for s := 0; s < len(t.shops); s += step {
		if w := t.shops[s].far.Of; w > 0 {
			f.at, f.takes = append(f.at, t.flat.of(in.Shops[s].At)), append(f.takes, w)
		}
	}
	g.decay = f.fit(t.meanDistance())
	for s := range t.shops {
		if w := g.far[s].Of; w > 0 {
			g.expected[s] = w * f.farShare(t.flat.of(in.Shops[s].At))
		}
	}
	t.shareThePlace(in, g)
	return g
}

// zones lays the coarsest grid that is fine enough over the members' homes.
func (t *town) zones() (zones []zone, size float64) {
	for size = 1000; ; size *= 2 {
		type cell struct{ x, y int }
		at := map[cell]int{}
		zones = zones[:0]
		for _, h := range t.homes {
			c := cell{int(math.Floor(h.at[0] / size)), int(math.Floor(h.at[1] / size))}
			i, ok := at[c]
			if !ok {
				i = len(zones)
				at[c] = i
				zones = append(zones, zone{})
			}
			z := &zones[i]
			z.at[0], z.at[1], z.gives = z.at[0]+h.weight*h.at[0], z.at[1]+h.weight*h.at[1], z.gives+h.weight
		}
		if len(zones) <= zonesMax || size > 1e6 {
			break
		}
	}
	for i := range zones {
		zones[i].at[0], zones[i].at[1] = zones[i].at[0]/zones[i].gives, zones[i].at[1]/zones[i].gives
	}
	slices.SortFunc(zones, func(a, b zone) int { return cmp.Or(cmp.Compare(a.at[0], b.at[0]), cmp.Compare(a.at[1], b.at[1])) })
	return zones, size
}

// meanDistance is how far members come, in metres. Who comes from another city
// is not asked.
func (t *town) meanDistance() float64 {
	sum, weight := 0.0, 0.0
	for s := range t.shops {
		sum, weight = sum+t.shops[s].metres, weight+t.shops[s].near
	}
	return sum / math.Max(1e-9, weight)
}

// A pull is the model while it is fitted.
type pull struct {
	zones []zone
	at    [][2]float64 // Of shops.
	takes []float64    // How much shops draw.
	decay float64
	least float64 // Metres between shops and members of one zone.
}

func (f *pull) distance(z *zone, at [2]float64) float64 { return math.Max(f.least, apart(z.at, at)) }

// fit finds the decay with which the model's mean distance is the one seen,
// which is the most likely one of the family.
func (f *pull) fit(seen float64) float64 {
	lo, hi := 100.0, 30_000.0
	for range 12 {
		f.decay = math.Sqrt(lo * hi)
		if f.balance() < seen {
			lo = f.decay
		} else {
			hi = f.decay
		}
	}
	return f.decay
}

// balance finds what zones have to give and returns the mean distance of the
// model.
func (f *pull) balance() float64 {
	reach := make([]float64, len(f.zones)*len(f.at))
	for i := range f.zones {
		f.zones[i].free = f.zones[i].gives
		for k, at := range f.at {
			reach[i*len(f.at)+k] = math.Exp(-f.distance(&f.zones[i], at) / f.decay)
		}
	}
	const rounds = 6
	for range rounds {
		draws := make([]float64, len(f.at)) // A_s so that each shop draws what it takes.
		for i := range f.zones {
			for k := range f.at {
				draws[k] += f.zones[i].free * reach[i*len(f.at)+k]
			}
		}
		for i := range f.zones {
			asked := 1e-12
			for k := range f.at {
				asked += f.takes[k] / math.Max(1e-12, draws[k]) * reach[i*len(f.at)+k]
			}
			f.zones[i].free = f.zones[i].gives / asked
		}
	}
	sum, all := 0.0, 0.0
	for k, at := range f.at {
		metres, draws := 0.0, 0.0
		for i := range f.zones {
			w := f.zones[i].free * reach[i*len(f.at)+k]
			metres, draws = metres+w*f.distance(&f.zones[i], at), draws+w
		}
		sum, all = sum+f.takes[k]*metres/math.Max(1e-12, draws), all+f.takes[k]
	}
	return sum / math.Max(1e-9, all)
}

// farShare is which share of a shop's members should come from far.
func (f *pull) farShare(at [2]float64) float64 {
	far, all := 0.0, 0.0
	for i := range f.zones {
		d := f.distance(&f.zones[i], at)
		w := f.zones[i].free * math.Exp(-d/f.decay)
		all += w
		if d > FarMetres {
			far += w
		}
	}
	return far / math.Max(1e-12, all)
}

// shareThePlace lays what the shops nearby draw on what is expected of a shop:
// a mall or a sight draws people from far whatever is eaten there.
func (t *town) shareThePlace(in Input, g *gravity) {
	n := neighbours(in.Shops, t.flat, PlaceMetres)
	expected := slices.Clone(g.expected)
	for s := range t.shops {
		const weak = 10 // Members: what a place without neighbours is thought to be.
		drawn, usual := float64(weak), float64(weak)
		n.each(s, func(o int, d float64) {
			drawn, usual = drawn+g.far[o].Part, usual+expected[o]
		})
		g.expected[s] = math.Min(0.95*g.far[s].Of, expected[s]*drawn/usual)
	}
}

// A nearness finds the shops near a shop by a grid.
type nearness struct {
	at     [][2]float64
	metres float64
	cells  map[[2]int32][]int32
}

func neighbours(shops []Shop, flat plane, metres float64) *nearness {
	n := &nearness{at: make([][2]float64, len(shops)), metres: metres, cells: map[[2]int32][]int32{}}
	for s := range shops {
		n.at[s] = flat.of(shops[s].At)
		c := n.cell(n.at[s])
		n.cells[c] = append(n.cells[c], int32(s))
	}
	return n
}

func (n *nearness) cell(at [2]float64) [2]int32 {
	return [2]int32{int32(math.Floor(at[0] / n.metres)), int32(math.Floor(at[1] / n.metres))}
}

// each calls with every other shop within the distance. In a crowd it looks at
// some of each cell, so that the work stays linear.
func (n *nearness) each(s int, see func(o int, metres float64)) {
	const crowd = 200
	c := n.cell(n.at[s])
	for dx := int32(-1); dx <= 1; dx++ {
		for dy := int32(-1); dy <= 1; dy++ {
			some := n.cells[[2]int32{c[0] + dx, c[1] + dy}]
			for _, o := range some[:min(crowd, len(some))] {
				if d := apart(n.at[s], n.at[o]); int(o) != s && d <= n.metres {
					see(int(o), d)
				}
			}
		}
	}
}

// choices counts the shops near each.
func choices(in Input, flat plane) []int {
	n, out := neighbours(in.Shops, flat, NearMetres), make([]int, len(in.Shops))
	for s := range in.Shops {
		n.each(s, func(o int, _ float64) {
			if !in.Shops[o].Closed {
				out[s]++
			}
		})
	}
	return out
}

// nowhere is whether a position is not known.
func nowhere(p geo.Point) bool { return p == geo.Point{} }
