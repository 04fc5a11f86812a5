package cover

import (
	"math"
	"slices"

	"citywalk/geo"
)

// day is the number of minutes in a day.
const day = 24 * 60

// Build returns who covers what: a shop covers a place's need if it is of the
// need's category, is open for at least half of its time, and stands within
// walk metres of walking, which is walk/Detour in a straight line. Elements of
// no weight are left out.
func Build(points []Point, needs []Need, shops []Shop, walk float64) (*Instance, error) {
	if !(walk >= walkMin && walk <= walkMax) {
		return nil, ErrWalk
	}
	in := &Instance{Places: points, Needs: needs, Shops: shops}
	first, err := in.spread()
	if err != nil {
		return nil, err
	}
	byCategory := map[string][]int32{}
	for n, need := range needs {
		byCategory[need.Category] = append(byCategory[need.Category], int32(n))
	}
	g := newGrid(points, walk/Detour)
	in.Starts = make([]int32, 1, len(shops)+1)
	for _, s := range shops {
		if !s.At.Valid() {
			return nil, ErrPlace.With("id", s.ID)
		}
		var open []int32
		for _, n := range byCategory[s.Category] {
			if s.openFor(needs[n]) {
				open = append(open, n)
			}
		}
		from := len(in.Covers)
		if len(open) > 0 {
			g.near(s.At, func(place int32) {
				for _, n := range open {
					if e := first[int(place)*len(needs)+int(n)]; e >= 0 {
						in.Covers = append(in.Covers, e)
					}
				}
			})
		}
		if len(in.Covers) > cellsMax {
			return nil, ErrLarge
		}
		slices.Sort(in.Covers[from:])
		in.Starts = append(in.Starts, int32(len(in.Covers)))
	}
	return in, in.check()
}

// spread makes the elements and returns the number of each place's need, -1
// for those that weigh nothing.
func (in *Instance) spread() ([]int32, error) {
	if len(in.Places)*max(1, len(in.Needs)) > cellsMax {
		return nil, ErrLarge
	}
	number := make([]int32, len(in.Places)*len(in.Needs))
	sum := 0.0
	for p, place := range in.Places {
		if !place.At.Valid() {
			return nil, ErrPlace.With("id", place.ID)
		}
		for n, need := range in.Needs {
			share := need.Share
			if place.Shares != nil {
				share = 0
				if n < len(place.Shares) {
					share = place.Shares[n]
				}
			}
			w := place.Weight * share
			// A comparison with a NaN is false.
			if sum += w; !(w >= 0) || !(sum*Unit <= weightMax) {
				return nil, ErrWeight.With("id", place.ID)
			}
			number[p*len(in.Needs)+n] = -1
			if u := units(w); u > 0 {
				number[p*len(in.Needs)+n] = int32(len(in.Weights))
				in.Elements = append(in.Elements, Element{int32(p), int32(n)})
				in.Weights = append(in.Weights, u)
			}
		}
	}
	return number, nil
}

// openFor reports whether the shop is open for at least half of a need's time.
func (s Shop) openFor(n Need) bool {
	if s.Opens < 0 || s.Closes < 0 {
		return true
	}
	both := 0
	for _, shift := range []int{-day, 0, day} {
		both += max(0, min(s.Closes+shift, n.Until)-max(s.Opens+shift, n.From))
	}
	return 2*both >= n.Until-n.From
}

// A grid finds the places near a position. Its cells are as wide as the
// distance at the places' middle latitude or wider, so that nine are looked at.
type grid struct {
	points   []Point
	metres   float64
	lat, lng float64 // Degrees of a cell.
	cells    map[[2]int32][]int32
}

// degree is about the metres of a degree of latitude, on the small side.
const degree = 111_000

func newGrid(points []Point, metres float64) *grid {
	g := &grid{points: points, metres: metres, lat: metres / degree, cells: map[[2]int32][]int32{}}
	furthest := 0.0
	for _, p := range points {
		furthest = max(furthest, math.Abs(p.At.Lat))
	}
	// Parallels shrink toward the pole; the widest cell that is needed serves all.
	furthest = min(furthest+2*g.lat, 89)
	g.lng = g.lat / math.Cos(furthest*math.Pi/180)
	for i, p := range points {
		c := g.cell(p.At)
		g.cells[c] = append(g.cells[c], int32(i))
	}
	return g
}

func (g *grid) cell(p geo.Point) [2]int32 {
	return [2]int32{int32(math.Floor(p.Lat / g.lat)), int32(math.Floor(p.Lng / g.lng))}
}

// near calls with each place within the distance.
func (g *grid) near(p geo.Point, with func(place int32)) {
	c := g.cell(p)
	for y := c[0] - 1; y <= c[0]+1; y++ {
		for x := c[1] - 1; x <= c[1]+1; x++ {
			for _, i := range g.cells[[2]int32{y, x}] {
				if geo.Distance(p, g.points[i].At) <= g.metres {
					with(i)
				}
			}
		}
	}
}
