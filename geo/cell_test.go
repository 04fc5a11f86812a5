package geo_test

import (
	"cmp"
	"math"
	"testing"

	"citywalk/geo"

	"github.com/golang/geo/s2"
	"pgregory.net/rapid"
)

func anywhere(t *rapid.T, name string) geo.Point {
	return geo.Point{
		Lat: rapid.Float64Range(-90, 90).Draw(t, name+" lat"),
		Lng: rapid.Float64Range(-180, 180).Draw(t, name+" lng"),
	}
}

// around draws a point at a distance that is often just inside or outside of
// the circle.
func around(t *rapid.T, centre geo.Point, metres float64) geo.Point {
	far := metres * rapid.Float64Range(0, 2).Draw(t, "far") / 6371008.8
	bearing := rapid.Float64Range(0, 2*math.Pi).Draw(t, "bearing")
	lat, lng := centre.Lat*math.Pi/180, centre.Lng*math.Pi/180
	lat2 := math.Asin(math.Sin(lat)*math.Cos(far) + math.Cos(lat)*math.Sin(far)*math.Cos(bearing))
	lng2 := lng + math.Atan2(math.Sin(bearing)*math.Sin(far)*math.Cos(lat), math.Cos(far)-math.Sin(lat)*math.Sin(lat2))
	p := geo.Point{Lat: lat2 * 180 / math.Pi, Lng: math.Remainder(lng2*180/math.Pi, 360)}
	return geo.Point{Lat: max(-90, min(90, p.Lat)), Lng: max(-180, min(180, p.Lng))}
}

func held(ranges []geo.Range, cell int64) bool {
	for _, r := range ranges {
		if cell >= r.Min && cell <= r.Max {
			return true
		}
	}
	return false
}

// TestCoverLosesNothing: every point within the circle is in a range and in
// the box, anywhere on Earth, and the ranges are in order and as few as asked.
func TestCoverLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		centre := anywhere(t, "centre")
		metres := math.Pow(10, rapid.Float64Range(0, 7.3).Draw(t, "log metres"))
		most := rapid.IntRange(1, 16).Draw(t, "max")
		ranges := geo.Cover(centre, metres, most)
		if len(ranges) == 0 || len(ranges) > most {
			t.Fatalf("%d ranges, want 1 to %d", len(ranges), most)
		}
		for i, r := range ranges {
			if r.Min > r.Max || i > 0 && r.Min <= ranges[i-1].Max {
				t.Fatalf("ranges are not in order and apart: %v", ranges)
			}
		}
		box := geo.Box(centre, metres)
		for range 20 {
			p := around(t, centre, metres)
			if geo.Distance(centre, p) > metres {
				continue
			}
			if !held(ranges, p.Cell()) {
				t.Fatalf("%v is %.3f m from %v but in none of the ranges for %.3f m", p, geo.Distance(centre, p), centre, metres)
			}
			grown := geo.Box(centre, metres+0.01) // The test's own rounding.
			if !box.Contains(p) && !grown.Contains(p) {
				t.Fatalf("%v is within %.3f m of %v but not in %v", p, metres, centre, box)
			}
		}
	})
}

// TestCoverIsTight: at the size of a search the ranges hold not much more than
// the circle, else the database would read a whole city.
func TestCoverIsTight(t *testing.T) {
	centre := geo.Point{Lat: 31.2304, Lng: 121.4737}
	ranges := geo.Cover(centre, 1000, 8)
	in, all := 0, 0
	for lat := -0.05; lat <= 0.05; lat += 0.001 {
		for lng := -0.05; lng <= 0.05; lng += 0.001 {
			p := geo.Point{Lat: centre.Lat + lat, Lng: centre.Lng + lng}
			if held(ranges, p.Cell()) {
				all++
			}
			if geo.Distance(centre, p) <= 1000 {
				in++
			}
		}
	}
	if all > 3*in {
		t.Errorf("the ranges hold %d grid points, the circle %d", all, in)
	}
}

// TestCellKeepsOrder: the database's signed order of cells is S2's unsigned one,
// also across the seam between two faces of the cube where a plain cast would
// turn negative.
func TestCellKeepsOrder(t *testing.T) {
	unsigned := func(p geo.Point) s2.CellID {
		return s2.CellIDFromLatLng(s2.LatLngFromDegrees(p.Lat, p.Lng))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := anywhere(t, "a"), anywhere(t, "b")
		if cmp.Compare(a.Cell(), b.Cell()) != cmp.Compare(unsigned(a), unsigned(b)) {
			t.Fatalf("%v and %v change places", a, b)
		}
	})
}

func TestDistance(t *testing.T) {
	for _, v := range []struct {
		name string
		a, b geo.Point
		want float64
	}{
		{"nothing", geo.Point{Lat: 31, Lng: 121}, geo.Point{Lat: 31, Lng: 121}, 0},
		{"one degree of latitude", geo.Point{Lat: 30, Lng: 121}, geo.Point{Lat: 31, Lng: 121}, 111195.08},
		{"across the 180th meridian", geo.Point{Lng: 179.5}, geo.Point{Lng: -179.5}, 111195.08},
		{"to the other side", geo.Point{Lat: 90}, geo.Point{Lat: -90}, 20015114.4},
	} {
		if got := geo.Distance(v.a, v.b); math.Abs(got-v.want) > 0.1 {
			t.Errorf("%s: %.2f m, want %.2f", v.name, got, v.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := anywhere(t, "a"), anywhere(t, "b")
		if d := geo.Distance(a, b); d != geo.Distance(b, a) || d < 0 || d > 20_015_115 {
			t.Fatalf("%v to %v: %v", a, b, d)
		}
	})
}
