package gazetteer

import (
	"math"
	"slices"
	"strings"

	"citywalk/geo"
)

// An area is where a word of an address is, learnt from the shops whose branch
// is named by it: "the Lakeside Mall shop" of one brand tells where another's
// "Lakeside Mall, third floor" must be.
type area struct {
	centre geo.Point
	spread float64 // The standard deviation in metres, drawn to usualSpread.
}

// What an area's spread is drawn to while few shops tell of it, how many shops
// that is worth, and how wide an area may be to say anything.
const (
	usualSpread                 = 800
	usualWeight                 = 2
	spreadMost                  = 2500
	fragmentLeast, fragmentMost = 2, 8
)

// learn finds the areas of all pieces of branches and of all districts.
func learn(entries []known) map[uint64]area {
	type sum struct {
		n, lat, lng, squares float64 // Welford's running mean, and squares in square metres.
		sure                 bool    // It is the whole of a branch.
	}
	sums := map[uint64]sum{}
	for i := range entries {
		k := &entries[i]
		if k.point == (geo.Point{}) || !k.point.Valid() {
			continue
		}
		own := hashOf([]rune(k.core))
		for _, f := range fragments(k) {
			s := sums[f]
			s.sure = s.sure || f == own
			s.n++
			before := geo.Point{Lat: s.lat, Lng: s.lng}
			s.lat += (k.point.Lat - s.lat) / s.n
			s.lng += (k.point.Lng - s.lng) / s.n
			if s.n > 1 {
				s.squares += geo.Distance(before, k.point) * geo.Distance(geo.Point{Lat: s.lat, Lng: s.lng}, k.point)
			}
			sums[f] = s
		}
	}
	places := map[uint64]area{}
	for f, s := range sums {
		spread := math.Sqrt((s.squares + usualWeight*usualSpread*usualSpread) / (s.n - 1 + usualWeight))
		if spread <= spreadMost && (s.n >= 2 || s.sure) {
			places[f] = area{geo.Point{Lat: s.lat, Lng: s.lng}, spread}
		}
	}
	return places
}

// fragments returns the hashes of a shop's district and of the beginnings and
// ends of its branch, each once.
func fragments(k *known) []uint64 {
	var all []uint64
	seen := map[string]bool{}
	add := func(r []rune) {
		if s := string(r); !seen[s] && !slices.Contains(grounds, s) {
			seen[s] = true
			all = append(all, hashOf(r))
		}
	}
	runes := []rune(k.core)
	for n := fragmentLeast; n <= min(len(runes), fragmentMost); n++ {
		add(runes[:n])
		add(runes[len(runes)-n:])
	}
	if d := []rune(k.district); len(d) >= fragmentLeast && len(d) <= fragmentMost {
		add(d)
	}
	return all
}

// locate returns the narrowest area that a folded place names, or nil.
func (g *Gazetteer) locate(place string) *area {
	var best *area
	for _, line := range strings.Split(place, "\n") {
		runes := []rune(line)
		for i := range runes {
			for n := fragmentLeast; n <= min(len(runes)-i, fragmentMost); n++ {
				if a, ok := g.places[hashOf(runes[i:i+n])]; ok && (best == nil || a.spread < best.spread) {
					best = &a
				}
			}
		}
	}
	return best
}

// evidence says how much likelier a shop is at its place if the one that is
// meant is in the area, than any other of its city.
func (a *area) evidence(k *known) float64 {
	if a == nil || k.point == (geo.Point{}) {
		return 0
	}
	scale := math.Hypot(a.spread, usualError)
	d := geo.Distance(a.centre, k.point) / scale
	least := elsewhere
	if k.branch == "" {
		least /= 4 // It is likely to be the only one of its name.
	}
	return math.Max(least, 4.5-2*math.Log(scale/usualError)-1.3*math.Log(1+d*d))
}
