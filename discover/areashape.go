package discover

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"citywalk/geo"
)

// A Shape is polygons or lines. Each polygon is its outside, counter-clockwise,
// then its holes; rings are closed: the last point is the first again.
// Coordinates are whole steps of 0.00001 degrees, about a metre.
type Shape struct {
	Polygons [][][]geo.Point
	Lines    [][]geo.Point

	box geo.Bounds // Of all points.
}

// ShapeOf returns a shape of polygons, whose rings are closed, or of lines.
func ShapeOf(polygons [][][]geo.Point, lines [][]geo.Point) Shape {
	s := Shape{Polygons: polygons, Lines: lines}
	first := true
	s.each(func(path []geo.Point) {
		for _, p := range path {
			if first {
				s.box, first = geo.Bounds{Min: p, Max: p}, false
			}
			s.box.Min.Lat, s.box.Max.Lat = min(s.box.Min.Lat, p.Lat), max(s.box.Max.Lat, p.Lat)
			s.box.Min.Lng, s.box.Max.Lng = min(s.box.Min.Lng, p.Lng), max(s.box.Max.Lng, p.Lng)
		}
	})
	return s
}

// each calls fn with every ring and every line.
func (s Shape) each(fn func(path []geo.Point)) {
	for _, polygon := range s.Polygons {
		for _, ring := range polygon {
			fn(ring)
		}
	}
	for _, line := range s.Lines {
		fn(line)
	}
}

// Bounds returns the smallest rectangle that holds the shape.
func (s Shape) Bounds() geo.Bounds { return s.box }

// Points returns how many points the shape is made of.
func (s Shape) Points() (n int) {
	s.each(func(path []geo.Point) { n += len(path) })
	return n
}

// Contains reports whether a point lies in one of the polygons and in none of
// its holes. A point on an edge is in at most one of the two areas that share
// it.
func (s Shape) Contains(p geo.Point) bool {
	if !s.box.Contains(p) {
		return false
	}
	for _, polygon := range s.Polygons {
		in := false
		for _, ring := range polygon {
			if inside(ring, p) {
				in = !in
			}
		}
		if in {
			return true
		}
	}
	return false
}

// inside counts how many edges of a ring stand east of a point.
func inside(ring []geo.Point, p geo.Point) (in bool) {
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lng < (b.Lng-a.Lng)*(p.Lat-a.Lat)/(b.Lat-a.Lat)+a.Lng {
			in = !in
		}
	}
	return in
}

// distance returns metres from p to the nearest edge, or at least most if that
// is further.
func (s Shape) distance(p geo.Point, most float64) float64 {
	f := flatAt(p.Lat)
	reach := most / metresPerDegree
	wide := most / f.lng
	if p.Lat < s.box.Min.Lat-reach || p.Lat > s.box.Max.Lat+reach || p.Lng < s.box.Min.Lng-wide || p.Lng > s.box.Max.Lng+wide {
		return most
	}
	s.each(func(path []geo.Point) {
		for i := 1; i < len(path); i++ {
			most = min(most, f.away(p, path[i-1], path[i]))
		}
	})
	return most
}

const metresPerDegree = 111_195.0

// A flat measures near a latitude as if the Earth were flat there, which is
// right to a thousandth within a city.
type flat struct{ lng float64 } // Metres of a degree of longitude.

func flatAt(lat float64) flat { return flat{metresPerDegree * math.Cos(lat*math.Pi/180)} }

// away returns metres from p to the segment from a to b.
func (f flat) away(p, a, b geo.Point) float64 {
	px, py := (p.Lng-a.Lng)*f.lng, (p.Lat-a.Lat)*metresPerDegree
	bx, by := (b.Lng-a.Lng)*f.lng, (b.Lat-a.Lat)*metresPerDegree
	t := 0.0
	if length := bx*bx + by*by; length > 0 {
		t = min(1, max(0, (px*bx+py*by)/length))
	}
	return math.Hypot(px-t*bx, py-t*by)
}

// String is the shape as a GeoJSON geometry.
func (s Shape) String() string {
	b := []byte(`{"type":"MultiPolygon","coordinates":[`)
	if len(s.Polygons) == 0 {
		b = []byte(`{"type":"MultiLineString","coordinates":[`)
		return string(append(paths(b, s.Lines), "]}"...))
	}
	for n, polygon := range s.Polygons {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = append(paths(b, polygon), ']')
	}
	return string(append(b, "]}"...))
}

func paths(b []byte, all [][]geo.Point) []byte {
	for n, path := range all {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for m, p := range path {
			if m > 0 {
				b = append(b, ',')
			}
			b = append(b, '[')
			b = strconv.AppendFloat(b, p.Lng, 'f', -1, 64)
			b = append(b, ',')
			b = strconv.AppendFloat(b, p.Lat, 'f', -1, 64)
			b = append(b, ']')
		}
		b = append(b, ']')
	}
	return b
}

// MarshalJSON writes the GeoJSON geometry.
func (s Shape) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalJSON reads a geometry that String wrote.
func (s *Shape) UnmarshalJSON(b []byte) error {
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal(b, &g); err != nil {
		return err
	}
	polygons, lines, ok := readGeometry(g.Type, g.Coordinates)
	if !ok {
		return fmt.Errorf("discover: a shape of type %q", g.Type)
	}
	*s = ShapeOf(polygons, lines)
	return nil
}

// readGeometry reads the coordinates of a GeoJSON geometry; ok is false if it is
// neither polygons nor lines, or a position has no two numbers.
func readGeometry(kind string, coordinates []byte) (polygons [][][]geo.Point, lines [][]geo.Point, ok bool) {
	var one [][][]float64
	var many [][][][]float64
	var line [][]float64
	var err error
	switch kind {
	case "Polygon":
		err = json.Unmarshal(coordinates, &one)
		many = [][][][]float64{one}
	case "MultiPolygon":
		err = json.Unmarshal(coordinates, &many)
	case "LineString":
		err = json.Unmarshal(coordinates, &line)
		one = [][][]float64{line}
	case "MultiLineString":
		err = json.Unmarshal(coordinates, &one)
	default:
		return nil, nil, false
	}
	if err != nil {
		return nil, nil, false
	}
	if many == nil {
		lines, ok = points(one)
		return nil, lines, ok
	}
	for _, polygon := range many {
		rings, good := points(polygon)
		if !good {
			return nil, nil, false
		}
		polygons = append(polygons, rings)
	}
	return polygons, nil, true
}

func points(all [][][]float64) (paths [][]geo.Point, ok bool) {
	for _, path := range all {
		points := make([]geo.Point, len(path))
		for n, at := range path {
			if len(at) < 2 {
				return nil, false
			}
			points[n] = geo.Point{Lat: at[1], Lng: at[0]}
		}
		paths = append(paths, points)
	}
	return paths, true
}

// Middle returns a point well inside the largest polygon, for its name: of a
// grid of points the one furthest from every edge. Of lines it is the middle of
// the bounds.
func (s Shape) Middle() geo.Point {
	best := geo.Point{Lat: (s.box.Min.Lat + s.box.Max.Lat) / 2, Lng: (s.box.Min.Lng + s.box.Max.Lng) / 2}
	var largest [][]geo.Point
	for _, polygon := range s.Polygons {
		if largest == nil || turn(polygon[0]) > turn(largest[0]) {
			largest = polygon
		}
	}
	if largest == nil {
		return best
	}
	const steps = 16
	one := ShapeOf([][][]geo.Point{largest}, nil)
	most := 0.0
	for i := 1; i < steps; i++ {
		for j := 1; j < steps; j++ {
			p := geo.Point{Lat: one.box.Min.Lat + (one.box.Max.Lat-one.box.Min.Lat)*float64(i)/steps,
				Lng: one.box.Min.Lng + (one.box.Max.Lng-one.box.Min.Lng)*float64(j)/steps}
			if !one.Contains(p) {
				continue
			}
			if d := one.distance(p, 1e6); d > most {
				best, most = p, d
			}
		}
	}
	return geo.Point{Lat: step(best.Lat), Lng: step(best.Lng)}
}
