package discover

import (
	"cmp"
	"context"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"citywalk/db"
	"citywalk/geo"
)

// surroundings are what lies around a city's shops: its metro stations, its
// districts, the areas that people speak of.
type surroundings struct {
	byLat     []Place // Metro stations, from south to north.
	sights    []Place // And hotels: what people name as a place, if it is no shop.
	districts []Area
	quarters  []Area
	tracks    []Area // Metro lines; no shop takes anything from them but their names.
	english   map[string]string
	stamp     uint64 // Of all that shops take from it.
}

// around reads the surroundings of a city.
func (s *Service) around(ctx context.Context, city string) (*surroundings, error) {
	var places []Place
	var areas []Area
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		if places, err = Places(tx, city, Kinds...); err != nil {
			return err
		}
		areas, err = Areas(tx, city, District, Quarter, Track)
		return err
	})
	if err != nil {
		return nil, err
	}
	return newSurroundings(places, areas), nil
}

func newSurroundings(places []Place, areas []Area) *surroundings {
	a := &surroundings{}
	for _, p := range places {
		if p.Kind == Metro {
			a.byLat = append(a.byLat, p)
		} else {
			a.sights = append(a.sights, p)
		}
	}
	slices.SortFunc(a.byLat, func(x, y Place) int {
		return cmp.Or(cmp.Compare(x.Point.Lat, y.Point.Lat), cmp.Compare(x.ID, y.ID))
	})
	h := fnv.New64a()
	var b [8]byte
	for _, p := range a.byLat {
		h.Write([]byte(p.Name + "\x00" + p.En + "\x00"))
		binary.LittleEndian.PutUint64(b[:], uint64(p.Point.Cell()))
		h.Write(b[:])
	}
	areas = slices.Clone(areas)
	slices.SortFunc(areas, func(x, y Area) int { return cmp.Compare(x.ID, y.ID) })
	for _, area := range areas {
		if area.Kind == Track {
			a.tracks = append(a.tracks, area)
			continue
		}
		h.Write([]byte(string(area.Kind) + "\x00" + area.Name + "\x00" + area.Shape.String()))
		switch area.Kind {
		case District:
			a.districts = append(a.districts, area)
		case Quarter:
			a.quarters = append(a.quarters, area)
		}
	}
	a.stamp = h.Sum64()
	a.learn()
	return a
}

// changed are where shops may find something else around them than before.
func (a *surroundings) changed(old *surroundings) (boxes []geo.Bounds) {
	if a.stamp == old.stamp {
		return nil
	}
	points := map[PlaceID][]Place{}
	shapes := map[AreaID][]Area{}
	for _, s := range []*surroundings{old, a} {
		for _, p := range s.byLat {
			points[p.ID] = append(points[p.ID], p)
		}
		for _, area := range slices.Concat(s.districts, s.quarters) {
			shapes[area.ID] = append(shapes[area.ID], area)
		}
	}
	for _, p := range points {
		if len(p) < 2 || p[0].Name != p[1].Name || p[0].Point != p[1].Point {
			for _, one := range p {
				boxes = append(boxes, wider(geo.Bounds{Min: one.Point, Max: one.Point}, stationFar))
			}
		}
	}
	for _, all := range shapes {
		if len(all) < 2 || all[0].Kind != all[1].Kind || all[0].Name != all[1].Name || all[0].Shape.String() != all[1].Shape.String() {
			for _, one := range all {
				boxes = append(boxes, wider(one.Shape.Bounds(), seam))
			}
		}
	}
	return boxes
}

// wider is a box with some metres more on every side.
func wider(b geo.Bounds, metres float64) geo.Bounds {
	north := metres * 1.001 / metresPerDegree
	b.Min.Lat, b.Max.Lat = b.Min.Lat-north, b.Max.Lat+north
	east := metres * 1.001 / flatAt(min(max(math.Abs(b.Min.Lat), math.Abs(b.Max.Lat)), 89)).lng
	b.Min.Lng, b.Max.Lng = b.Min.Lng-east, b.Max.Lng+east
	return b
}

// A reach is a station and how far it is.
type reach struct {
	*Place
	metres float64
}

// within are the stations within metres, nearest first.
func (a *surroundings) within(at geo.Point, metres float64) []reach {
	band := metres * 1.001 / metresPerDegree                            // The Earth of geo.Distance is not quite that of a flat.
	wide := metres * 1.001 / flatAt(min(math.Abs(at.Lat)+band, 89)).lng // Where a degree is shortest.
	from, _ := slices.BinarySearchFunc(a.byLat, at.Lat-band, func(p Place, lat float64) int { return cmp.Compare(p.Point.Lat, lat) })
	var all []reach
	for i := from; i < len(a.byLat) && a.byLat[i].Point.Lat <= at.Lat+band; i++ {
		p := &a.byLat[i]
		if math.Abs(p.Point.Lng-at.Lng) > wide {
			continue
		}
		if d := geo.Distance(at, p.Point); d <= metres {
			all = append(all, reach{p, d})
		}
	}
	slices.SortFunc(all, func(x, y reach) int { return cmp.Or(cmp.Compare(x.metres, y.metres), cmp.Compare(x.ID, y.ID)) })
	return all
}

// walkNear is how far a metro station may be that a shop is found by, in metres
// as the crow flies.
const walkNear = 900

// findable are the names of those stations, of some that are nearest first, that
// a shop is found by.
func findable(near []reach) (all []string) {
	for _, r := range near {
		if r.metres <= walkNear {
			all = append(all, r.Name)
		}
	}
	return all
}

// district is the name of the district that holds a point, or "".
func (a *surroundings) district(at geo.Point) string {
	area, _ := AreaAt(a.districts, at)
	return area.Name
}

// areas are the names of the areas that hold a point.
func (a *surroundings) areas(at geo.Point) (names []string) {
	for _, q := range a.quarters {
		if q.Shape.Bounds().Contains(at) && q.Shape.Contains(at) {
			names = append(names, q.Name)
		}
	}
	return names
}

// named returns the station that is called so.
func (a *surroundings) named(name string) (Place, bool) {
	for _, p := range a.byLat {
		if name != "" && (p.Name == name || strings.EqualFold(p.En, name)) {
			return p, true
		}
	}
	return Place{}, false
}
