package geo

import (
	"errors"
	"math"
	"testing"
)

// FuzzIn shows that whatever a file gives as a position is refused, or becomes
// a position on Earth that can be shown in the file's system again.
func FuzzIn(f *testing.F) {
	for _, s := range []System{WGS84, GCJ02, BD09, "epsg"} {
		for _, at := range [][2]float64{{31.2304, 121.4737}, {0, 0}, {90, 180}, {-90, -180}, {55.8271, 137.8347}, {0.8293, 72.004}, {math.NaN(), 0}, {math.Inf(1), 0}, {91, 0}, {31, 1e308}, {math.SmallestNonzeroFloat64, math.Copysign(0, -1)}} {
			f.Add(string(s), at[0], at[1])
		}
	}
	f.Fuzz(func(t *testing.T, system string, lat, lng float64) {
		p, err := In(System(system), lat, lng)
		if err != nil {
			if p != (Point{}) || !errors.Is(err, ErrSystem) && !errors.Is(err, ErrPosition) {
				t.Fatalf("%v, and %v", p, err)
			}
			return
		}
		if !p.Valid() {
			t.Fatalf("%s %v %v is at %v", system, lat, lng, p)
		}
		if d := Distance(p, Point{lat, lng}); d > 3000 {
			t.Fatalf("%s %v %v is at %v, %v m away", system, lat, lng, p, d)
		}
		backLat, backLng := p.Out(System(system))
		// At the edge of China's rectangle the bend has a jump.
		if inner := lat > south+0.1 && lat < north-0.1 && lng > west+0.1 && lng < east-0.1; inner && Distance(Point{backLat, backLng}, Point{lat, lng}) > 0.01 {
			t.Fatalf("%s %v %v comes back as %v %v", system, lat, lng, backLat, backLng)
		}
		for _, r := range Cover(p, 500, 8) {
			if r.Min > r.Max {
				t.Fatalf("a cover of %v holds %v", p, r)
			}
		}
	})
}
