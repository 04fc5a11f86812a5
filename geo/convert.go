package geo

import (
	"fmt"
	"math"
)

// A System is a coordinate reference system that sources use.
type System string

const (
	WGS84 System = "wgs84" // GPS, GeoJSON, OpenStreetMap.
	GCJ02 System = "gcj02" // AMap, Tencent, most Chinese sources.
	BD09  System = "bd09"  // Baidu.
)

// Known reports whether s is a system that In and Out convert.
func (s System) Known() bool { return s == WGS84 || s == GCJ02 || s == BD09 }

// The rectangle of China, in degrees.
const (
	west, east   = 72.004, 137.8347
	south, north = 0.8293, 55.8271
)

// InChina reports whether p lies in the rectangle inside which GCJ-02 and
// BD-09 differ from WGS-84. The rectangle is the one that all published
// conversions use; it is coarser than the border and holds parts of the
// neighbours too.
func InChina(p Point) bool {
	return p.Lng >= west && p.Lng <= east && p.Lat >= south && p.Lat <= north
}

// In converts a position given in s to WGS-84. For every point p of China,
// In(s, p.Out(s)) is p to less than 1e-9 degrees, a tenth of a millimetre.
// Positions outside China are returned as they are.
func In(s System, lat, lng float64) (Point, error) {
	given := Point{lat, lng}
	if !s.Known() {
		return Point{}, fmt.Errorf("%w: %q", ErrSystem, string(s))
	}
	if !given.Valid() {
		return Point{}, fmt.Errorf("%w: %v, %v", ErrPosition, lat, lng)
	}
	switch s {
	case GCJ02:
		return unbend(given, toGCJ), nil
	case BD09:
		return unbend(given, toBD), nil
	}
	return given, nil
}

// Out converts p to s; an unknown system counts as WGS-84.
func (p Point) Out(s System) (lat, lng float64) {
	if InChina(p) {
		switch s {
		case GCJ02:
			p = toGCJ(p)
		case BD09:
			p = toBD(p)
		}
	}
	return p.Lat, p.Lng
}

// unbend finds the point of China that bend takes to target. The bends change
// so slowly from place to place that correcting a guess by its error gains two
// or more digits a round; five rounds are usual. If no point of China bends to
// target, target lies outside and was not bent.
func unbend(target Point, bend func(Point) Point) Point {
	p := target
	for range 30 {
		q := bend(p)
		dLat, dLng := q.Lat-target.Lat, q.Lng-target.Lng
		p.Lat, p.Lng = p.Lat-dLat, p.Lng-dLng
		if math.Abs(dLat) < 1e-12 && math.Abs(dLng) < 1e-12 {
			break
		}
	}
	// A point on the very edge may come back a rounding error outside it.
	const edge = 1e-9
	inside := Point{min(max(p.Lat, south), north), min(max(p.Lng, west), east)}
	if math.Abs(inside.Lat-p.Lat) < edge && math.Abs(inside.Lng-p.Lng) < edge {
		return inside
	}
	return target
}

// The Krasovsky 1940 ellipsoid, on which GCJ-02 is defined.
const (
	majorAxis    = 6378245.0
	eccentricity = 0.00669342162296594323 // squared
)

// toGCJ bends WGS-84 to GCJ-02 without asking whether p is in China.
func toGCJ(p Point) Point {
	x, y := p.Lng-105, p.Lat-35
	root := math.Sqrt(math.Abs(x))
	// The ripples common to both axes, then each axis's own.
	both := 20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)

	dNorth := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root
	dNorth += 2.0 / 3 * (both + ripple(y, 20, 1, 40, 3) + ripple(y, 160, 12, 320, 30))

	dEast := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root
	dEast += 2.0 / 3 * (both + ripple(x, 20, 1, 40, 3) + ripple(x, 150, 12, 300, 30))

	sin := math.Sin(rad(p.Lat))
	w := 1 - eccentricity*sin*sin
	meridian := majorAxis * (1 - eccentricity) / (w * math.Sqrt(w))
	parallel := majorAxis / math.Sqrt(w) * math.Cos(rad(p.Lat))
	return Point{p.Lat + deg(dNorth/meridian), p.Lng + deg(dEast/parallel)}
}

// ripple is the sum of two sine waves of v: amplitude a with period 2d degrees
// and amplitude b with period 2e.
func ripple(v, a, d, b, e float64) float64 {
	return a*math.Sin(v/d*math.Pi) + b*math.Sin(v/e*math.Pi)
}

// toBD bends WGS-84 to BD-09 without asking whether p is in China.
func toBD(p Point) Point {
	const twist = math.Pi * 3000 / 180
	g := toGCJ(p)
	z := math.Hypot(g.Lng, g.Lat) + 0.00002*math.Sin(g.Lat*twist)
	theta := math.Atan2(g.Lat, g.Lng) + 0.000003*math.Cos(g.Lng*twist)
	return Point{z*math.Sin(theta) + 0.006, z*math.Cos(theta) + 0.0065}
}
