package geo

import "github.com/golang/geo/s2"

// On foot: how much longer a way is than the straight line, and how far one
// comes in a minute. A straight line ignores rivers and railways.
const (
	Detour        = 1.3
	MetresAMinute = 80.0
)

// Walk returns how many minutes it is on foot.
func Walk(a, b Point) float64 { return Distance(a, b) * Detour / MetresAMinute }

// Stroll returns how many metres away, in a straight line, a place may be that
// is reached on foot in some minutes: 15 minutes are 923 metres.
func Stroll(minutes int) float64 { return float64(minutes) * MetresAMinute / Detour }

// blockLevel is that of S2 cells that are 110 to 180 metres wide in China.
const blockLevel = 16

// Block returns the middle of the block that p lies in, a fixed square of some
// 150 metres. It says roughly where somebody is and not in which house, and is
// the same for everybody in it.
func (p Point) Block() Point {
	at := s2.CellIDFromLatLng(s2.LatLngFromDegrees(p.Lat, p.Lng)).Parent(blockLevel).LatLng()
	return Point{Lat: at.Lat.Degrees(), Lng: at.Lng.Degrees()}
}
