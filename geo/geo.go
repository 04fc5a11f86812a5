// Package geo is positions. Inside the product every position is WGS-84;
// Chinese sources in GCJ-02 or BD-09 are converted at the edge.
package geo

// A Point is a position in WGS-84 degrees.
type Point struct{ Lat, Lng float64 }

// A System is a coordinate reference system that sources use.
type System string

const (
	WGS84 System = "wgs84"
	GCJ02 System = "gcj02"
	BD09  System = "bd09"
)

// In converts a position given in s to WGS-84, exact to a few centimetres.
func In(s System, lat, lng float64) (Point, error) { panic("not built") }

// Out converts p to s.
func (p Point) Out(s System) (lat, lng float64) { panic("not built") }

// Distance returns metres along the great circle.
func Distance(a, b Point) float64 { panic("not built") }

// Cell returns the S2 leaf cell as the signed integer that the database keeps.
func (p Point) Cell() int64 { panic("not built") }

// A Range is an inclusive range of cells, for one indexed BETWEEN.
type Range struct{ Min, Max int64 }

// Cover returns at most max ranges of cells that cover the circle.
func Cover(centre Point, metres float64, max int) []Range { panic("not built") }

// Valid reports whether p is a position on Earth.
func (p Point) Valid() bool { panic("not built") }
