package discover

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"citywalk/geo"
	"citywalk/sheet"
)

const (
	tolerance  = 20.0   // Metres that a simplified edge may lie beside the true one.
	pathMax    = 20_000 // Points of a ring or a line in a file.
	pathsInOne = 2_000  // Rings and lines of one area in a file.
)

// takeShape checks what a file says of an area's shape, brings it into WGS-84
// and leaves out the points that nobody would miss. What is no ring, crosses
// itself or has a hole outside is a flaw.
func takeShape(kind AreaKind, in geo.System, geometry string, coordinates []byte) (Shape, *sheet.Flaw) {
	polygons, lines, ok := readGeometry(geometry, coordinates)
	switch {
	case !ok:
		return Shape{}, shapeFlaw("几何不是多边形或折线", "the geometry is neither polygons nor lines")
	case kind == Track && len(lines) == 0, kind != Track && len(polygons) == 0:
		return Shape{}, shapeFlaw("几何和种类不符：线路用折线，区域用多边形", "the geometry does not suit the kind: lines for a line, polygons for an area")
	case len(lines) > pathsInOne || len(polygons) > pathsInOne:
		return Shape{}, shapeFlaw("部分太多", "the shape has too many parts")
	}
	for n, line := range lines {
		taken, bad := takePath(line, in)
		if bad == nil && len(taken) < 2 {
			bad = shapeFlaw("折线不足两个点", "a line has fewer than two points")
		}
		if bad != nil {
			return Shape{}, bad
		}
		lines[n] = simplify(taken, tolerance)
	}
	for n, rings := range polygons {
		bad := takePolygon(rings, in)
		if bad != nil {
			return Shape{}, bad
		}
		polygons[n] = rings
	}
	return ShapeOf(polygons, lines), nil
}

func shapeFlaw(zh, en string) *sheet.Flaw { return &sheet.Flaw{Field: "geometry", Zh: zh, En: en} }

// takePolygon replaces the rings of a polygon by what is kept of them.
func takePolygon(rings [][]geo.Point, in geo.System) *sheet.Flaw {
	if len(rings) == 0 || len(rings) > pathsInOne {
		return shapeFlaw("多边形没有环，或者太多", "a polygon has no rings, or too many")
	}
	for n, ring := range rings {
		taken, bad := takePath(ring, in)
		if bad != nil {
			return bad
		}
		if rings[n], bad = takeRing(taken); bad != nil {
			return bad
		}
		if n > 0 && !inside(rings[0], rings[n][0]) && !inside(rings[0], rings[n][1]) {
			return shapeFlaw("洞在多边形外面", "a hole lies outside its polygon")
		}
		if (turn(rings[n]) > 0) != (n == 0) {
			slices.Reverse(rings[n])
		}
	}
	return nil
}

// takePath brings a path into WGS-84 and whole steps, and leaves out points that
// repeat the one before.
func takePath(path []geo.Point, in geo.System) ([]geo.Point, *sheet.Flaw) {
	if len(path) > pathMax {
		return nil, shapeFlaw(fmt.Sprintf("一条边超过 %d 个点", pathMax), fmt.Sprintf("an edge has more than %d points", pathMax))
	}
	out := make([]geo.Point, 0, len(path))
	for _, given := range path {
		p, err := geo.In(in, given.Lat, given.Lng)
		if err != nil || !geo.InChina(p) {
			if geo.InChina(geo.Point{Lat: given.Lng, Lng: given.Lat}) {
				return nil, shapeFlaw("经度和纬度好像写反了", "latitude and longitude seem to be swapped")
			}
			return nil, shapeFlaw("有的点不在中国境内", "a point is not in China")
		}
		p = geo.Point{Lat: step(p.Lat), Lng: step(p.Lng)}
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	return out, nil
}

// step rounds to what a Shape keeps.
func step(degrees float64) float64 { return math.Round(degrees*1e5) / 1e5 }

// takeRing closes a ring and simplifies it as far as it stays one: if that makes
// it cross itself, it is done half as roughly, and in the end not at all.
func takeRing(ring []geo.Point) ([]geo.Point, *sheet.Flaw) {
	if len(ring) > 0 && ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	if len(ring) < 4 || turn(ring) == 0 {
		return nil, shapeFlaw("环不足三个点，或者没有面积", "a ring has fewer than three points, or no area")
	}
	for rough := tolerance; rough > 1; rough /= 2 {
		simple := simplifyRing(ring, rough)
		if len(simple) >= 4 && turn(simple) != 0 && !crosses(simple) {
			return simple, nil
		}
	}
	if crosses(ring) {
		return nil, shapeFlaw("环和自己相交", "a ring crosses itself")
	}
	return ring, nil
}

// turn is twice the area of a ring in square degrees, positive if it runs
// counter-clockwise.
func turn(ring []geo.Point) (sum float64) {
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		sum += (a.Lng-ring[0].Lng)*(b.Lat-ring[0].Lat) - (b.Lng-ring[0].Lng)*(a.Lat-ring[0].Lat)
	}
	return sum
}

// simplifyRing simplifies the two halves between the first point and the one
// furthest from it.
func simplifyRing(ring []geo.Point, rough float64) []geo.Point {
	far, most := 0, -1.0
	for i, p := range ring {
		if d := geo.Distance(ring[0], p); d > most {
			far, most = i, d
		}
	}
	return append(simplify(ring[:far+1], rough), simplify(ring[far:], rough)[1:]...)
}

// simplify leaves out the points of a path that lie within rough metres of the
// line through those that stay (Douglas and Peucker).
func simplify(path []geo.Point, rough float64) []geo.Point {
	if len(path) <= 2 {
		return slices.Clone(path)
	}
	f := flatAt(path[0].Lat)
	keep := make([]bool, len(path))
	keep[0], keep[len(path)-1] = true, true
	for todo := [][2]int{{0, len(path) - 1}}; len(todo) > 0; {
		span := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		at, most := 0, rough
		for i := span[0] + 1; i < span[1]; i++ {
			if d := f.away(path[i], path[span[0]], path[span[1]]); d > most {
				at, most = i, d
			}
		}
		if at > 0 {
			keep[at] = true
			todo = append(todo, [2]int{span[0], at}, [2]int{at, span[1]})
		}
	}
	var out []geo.Point
	for i, p := range path {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

// crosses reports whether two edges of a ring cross. Edges that only touch do
// not.
func crosses(ring []geo.Point) bool {
	type edge struct{ a, b geo.Point }
	edges := make([]edge, 0, len(ring)-1)
	for i := 1; i < len(ring); i++ {
		edges = append(edges, edge{ring[i-1], ring[i]})
	}
	west := func(e edge) float64 { return min(e.a.Lng, e.b.Lng) }
	slices.SortFunc(edges, func(e, g edge) int { return cmp.Compare(west(e), west(g)) })
	for i, e := range edges {
		east := max(e.a.Lng, e.b.Lng)
		for _, g := range edges[i+1:] {
			if west(g) > east {
				break
			}
			if side(e.a, e.b, g.a)*side(e.a, e.b, g.b) < 0 && side(g.a, g.b, e.a)*side(g.a, g.b, e.b) < 0 {
				return true
			}
		}
	}
	return false
}

// side is 1 if p lies left of the line from a to b, -1 if right, 0 on it.
func side(a, b, p geo.Point) int {
	return cmp.Compare((b.Lng-a.Lng)*(p.Lat-a.Lat)-(b.Lat-a.Lat)*(p.Lng-a.Lng), 0)
}
