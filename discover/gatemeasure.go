package discover

import (
	"math"
	"slices"

	"citywalk/geo"
)

// membersLeast is how many anchors of members an area has before they count:
// the share is public, and of fewer people it would tell who they are.
const membersLeast = 15

// A Measure is what holds in an area.
type Measure struct {
	Reached        int // Hundredths of a percent; -1 if there is nothing to measure from.
	Members        int // Anchors of members in the area, 0 below membersLeast.
	MembersReached int // Of them, those that find what the conditions ask.
	Places         int // Metro stations and hotels in the area.
	PlacesReached  int
	Shops          int // That take the card in the area.
	Categories     int // Of them.
}

// mixed is the share: half of members' anchors, half of places. Today's members
// live where the card already works, so that they alone would say that all is
// well; with too few of them, places are all there is.
func (m Measure) mixed() int {
	part := func(n, of int) int { return n * 100 * gateShareBase / of }
	switch {
	case m.Members == 0 && m.Places == 0:
		return -1
	case m.Members == 0:
		return part(m.PlacesReached, m.Places)
	case m.Places == 0:
		return part(m.MembersReached, m.Members)
	}
	return (part(m.MembersReached, m.Members) + part(m.PlacesReached, m.Places)) / 2
}

// measure returns what holds of the conditions on the ground.
func (g *ground) measure(c Conditions) Measure {
	var m Measure
	var near []Near
	kinds := map[string]bool{}
	for _, s := range g.shops {
		if OpenAt(s, c.Hour) {
			near = append(near, Near{s.Point, s.Category, true})
		}
		if c.District == "" || c.District == s.District {
			m.Shops++
			kinds[s.Category] = true
		}
	}
	m.Categories = len(kinds)
	on := spread(near, geo.Stroll(c.Minutes))
	reach := func(all []stand) (n, reached int) {
		for _, at := range all {
			if c.District != "" && c.District != at.District {
				continue
			}
			n += at.N
			if on.meets(c, at.Point) {
				reached += at.N
			}
		}
		return n, reached
	}
	m.Places, m.PlacesReached = reach(g.places)
	if m.Members, m.MembersReached = reach(g.members); m.Members < membersLeast {
		m.Members, m.MembersReached = 0, 0
	}
	m.Reached = m.mixed()
	return m
}

// A tiling keeps shops by square tiles as wide as a walk, so that those around
// a place are in nine tiles.
type tiling struct {
	lat, lng float64 // Degrees that a tile is wide.
	tiles    map[[2]int][]Near
}

// metresOfDegree is the least that a degree of latitude measures, with a bit to
// spare: tiles are never too narrow.
const metresOfDegree = 111_000

func spread(all []Near, metres float64) tiling {
	t := tiling{lat: metres / metresOfDegree, tiles: map[[2]int][]Near{}}
	polar := 0.0
	for _, s := range all {
		polar = max(polar, math.Abs(s.Point.Lat))
	}
	t.lng = t.lat / math.Cos(min(polar+1, 80)*math.Pi/180)
	for _, s := range all {
		at := t.tile(s.Point)
		t.tiles[at] = append(t.tiles[at], s)
	}
	return t
}

func (t tiling) tile(p geo.Point) [2]int {
	return [2]int{int(math.Floor(p.Lat / t.lat)), int(math.Floor(p.Lng / t.lng))}
}

// meets reports whether a place finds what the conditions ask, of open shops. It
// is Count, left as soon as that is known.
func (t tiling) meets(c Conditions, p geo.Point) bool {
	metres, shops := geo.Stroll(c.Minutes), 0
	var kinds []string
	at := t.tile(p)
	for i := range 9 {
		for _, s := range t.tiles[[2]int{at[0] + i/3 - 1, at[1] + i%3 - 1}] {
			if geo.Distance(p, s.Point) > metres {
				continue
			}
			shops++
			if len(kinds) < c.Categories && !slices.Contains(kinds, s.Category) {
				kinds = append(kinds, s.Category)
			}
			if shops >= c.Shops && len(kinds) >= c.Categories {
				return true
			}
		}
	}
	return false
}

// around returns all shops within a walk of a place, and some beyond.
func (t tiling) around(p geo.Point) (all []Near) {
	at := t.tile(p)
	for i := -1; i <= 1; i++ {
		for j := -1; j <= 1; j++ {
			all = append(all, t.tiles[[2]int{at[0] + i, at[1] + j}]...)
		}
	}
	return all
}
