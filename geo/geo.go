// Package geo is positions. Inside the product every position is WGS-84;
// Chinese sources in GCJ-02 or BD-09 are converted at the edge, by In.
//
// GCJ-02 is the grid that Chinese maps must use: WGS-84 bent by up to about
// 700 metres inside a rectangle round China, and left alone outside it. BD-09
// is Baidu's further bend of GCJ-02. Both bends are published formulas that
// map one way; the way back is found by iteration until it is exact to well
// under a millimetre.
//
// Distances are along the great circle of a sphere (haversine), which is
// within half a percent of the ellipsoid's and the same in every city.
//
// For search a position has an S2 leaf cell, an integer such that places close
// together mostly have numbers close together. A circle is covered by a few
// ranges of these numbers (Cover), each one indexed BETWEEN in the database;
// what the ranges hold too much is told apart by Distance.
package geo

import (
	"errors"
	"math"
)

// A Point is a position in WGS-84 degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Errors of In.
var (
	ErrSystem   = errors.New("geo: unknown coordinate system")
	ErrPosition = errors.New("geo: not a position on Earth")
)

// Valid reports whether p is a position on Earth.
func (p Point) Valid() bool {
	// A comparison with a NaN is false, so NaNs are refused too.
	return p.Lat >= -90 && p.Lat <= 90 && p.Lng >= -180 && p.Lng <= 180
}

// radius is the mean radius of the Earth in metres (IUGG).
const radius = 6371008.8

// Distance returns metres along the great circle.
func Distance(a, b Point) float64 {
	lat1, lat2 := rad(a.Lat), rad(b.Lat)
	dLat := math.Sin((lat2 - lat1) / 2)
	dLng := math.Sin(rad(b.Lng-a.Lng) / 2)
	h := dLat*dLat + math.Cos(lat1)*math.Cos(lat2)*dLng*dLng
	return 2 * radius * math.Asin(math.Sqrt(min(h, 1)))
}

// Bounds is a rectangle of latitude and longitude, edges included. If it
// crosses the 180th meridian, Min.Lng is greater than Max.Lng.
type Bounds struct{ Min, Max Point }

// Box returns the smallest bounds that hold every point within metres of
// centre.
func Box(centre Point, metres float64) Bounds {
	angle := metres / radius
	south, north := centre.Lat-deg(angle), centre.Lat+deg(angle)
	if south <= -90 || north >= 90 {
		// The circle holds a pole and so every longitude.
		return Bounds{Point{max(south, -90), -180}, Point{min(north, 90), 180}}
	}
	// The circle reaches furthest east where a meridian touches it, which is
	// nearer the pole than the centre.
	dLng := deg(math.Asin(min(1, math.Sin(angle)/math.Cos(rad(centre.Lat)))))
	if dLng >= 180 {
		return Bounds{Point{south, -180}, Point{north, 180}}
	}
	return Bounds{Point{south, wrap(centre.Lng - dLng)}, Point{north, wrap(centre.Lng + dLng)}}
}

// Contains reports whether p lies within b.
func (b Bounds) Contains(p Point) bool {
	if p.Lat < b.Min.Lat || p.Lat > b.Max.Lat {
		return false
	}
	if b.Min.Lng > b.Max.Lng {
		return p.Lng >= b.Min.Lng || p.Lng <= b.Max.Lng
	}
	return p.Lng >= b.Min.Lng && p.Lng <= b.Max.Lng
}

// wrap brings a longitude back into -180..180.
func wrap(lng float64) float64 {
	switch {
	case lng < -180:
		return lng + 360
	case lng > 180:
		return lng - 360
	}
	return lng
}

func rad(degrees float64) float64 { return degrees * math.Pi / 180 }
func deg(radians float64) float64 { return radians * 180 / math.Pi }
