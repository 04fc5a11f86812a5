package geo_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"citywalk/db/dbtest"
	"citywalk/geo"

	"pgregory.net/rapid"
)

// TestPublishedVectors compares with the vectors that public implementations
// of GCJ-02 carry.
func TestPublishedVectors(t *testing.T) {
	for _, v := range []struct {
		name     string
		p        geo.Point
		lat, lng float64
	}{
		{"Shanghai", geo.Point{Lat: 31.1774276, Lng: 121.5272106}, 31.17530398364597, 121.531541859215},
		{"Shenzhen", geo.Point{Lat: 22.543847, Lng: 113.912316}, 22.540796131694766, 113.9171764808363},
		{"Beijing", geo.Point{Lat: 39.911954, Lng: 116.377817}, 39.91334545536069, 116.38404722455657},
	} {
		lat, lng := v.p.Out(geo.GCJ02)
		if math.Abs(lat-v.lat) > 1e-12 || math.Abs(lng-v.lng) > 1e-12 {
			t.Errorf("%s: %v, %v, want %v, %v", v.name, lat, lng, v.lat, v.lng)
		}
	}
}

// TestRoundTrip takes points of China out to each system and in again.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{
			Lat: rapid.Float64Range(0.8293, 55.8271).Draw(t, "lat"),
			Lng: rapid.Float64Range(72.004, 137.8347).Draw(t, "lng"),
		}
		for _, s := range []geo.System{geo.WGS84, geo.GCJ02, geo.BD09} {
			lat, lng := p.Out(s)
			q, err := geo.In(s, lat, lng)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(q.Lat-p.Lat) >= 1e-9 || math.Abs(q.Lng-p.Lng) >= 1e-9 {
				t.Fatalf("%s: %v came back as %v", s, p, q)
			}
		}
	})
}

// TestOutsideChinaUnchanged draws points at least 0.03 degrees outside: nearer
// than the bend is wide, a given position may stand for a bent one inside.
func TestOutsideChinaUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{
			Lat: rapid.Float64Range(-90, 90).Draw(t, "lat"),
			Lng: rapid.Float64Range(-180, 180).Draw(t, "lng"),
		}
		const edge = 0.03
		if p.Lng > 72.004-edge && p.Lng < 137.8347+edge && p.Lat > 0.8293-edge && p.Lat < 55.8271+edge {
			t.Skip("in or at the edge of China")
		}
		for _, s := range []geo.System{geo.WGS84, geo.GCJ02, geo.BD09} {
			if lat, lng := p.Out(s); lat != p.Lat || lng != p.Lng {
				t.Fatalf("%s: %v went out as %v, %v", s, p, lat, lng)
			}
			if q, err := geo.In(s, p.Lat, p.Lng); err != nil || q != p {
				t.Fatalf("%s: %v came in as %v (%v)", s, p, q, err)
			}
		}
	})
}

func TestInRefuses(t *testing.T) {
	for name, in := range map[string]struct {
		s        geo.System
		lat, lng float64
	}{
		"an unknown system":       {"gcj-02", 31, 121},
		"a latitude over 90":      {geo.WGS84, 121, 31},
		"a longitude over 180":    {geo.GCJ02, 31, 181},
		"a latitude that is none": {geo.BD09, math.NaN(), 121},
		"an infinite longitude":   {geo.BD09, 31, math.Inf(1)},
	} {
		if p, err := geo.In(in.s, in.lat, in.lng); err == nil {
			t.Errorf("%s is taken as %v", name, p)
		}
	}
}

// TestLandmarks is the oracle of real data: 东方明珠 as Baidu has it must land
// where the tower stands, a few hundred metres from 陆家嘴 station.
func TestLandmarks(t *testing.T) {
	tower, err := geo.In(geo.BD09, 31.245417, 121.50635)
	if err != nil {
		t.Fatal(err)
	}
	if d := geo.Distance(tower, geo.Point{Lat: 31.2397, Lng: 121.4956}); d > 300 {
		t.Errorf("the tower landed %.0f m from its place, at %v", d, tower)
	}
	station := stations(t, "shanghai")["陆家嘴"]
	if d := geo.Distance(tower, station); d < 100 || d > 600 {
		t.Errorf("the tower landed %.0f m from 陆家嘴 station", d)
	}
}

// TestMetroOracle compares attractions (BD-09) with the metro stations (WGS-84)
// that bear their names. Big places have their centre away from the station,
// so the median tells: under half a kilometre if BD-09 is undone, and clearly
// worse under each wrong reading.
func TestMetroOracle(t *testing.T) {
	median := map[geo.System]float64{}
	for _, s := range []geo.System{geo.WGS84, geo.GCJ02, geo.BD09} {
		var all []float64
		for _, city := range []string{"shanghai", "hangzhou", "guangzhou"} {
			known := stations(t, city)
			for _, a := range attractions(t, city) {
				at, ok := known[a.name]
				if !ok {
					continue
				}
				p, err := geo.In(s, a.lat, a.lng)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, geo.Distance(p, at))
			}
		}
		if len(all) < 20 {
			t.Fatalf("only %d places bear a station's name", len(all))
		}
		slices.Sort(all)
		median[s] = all[len(all)/2]
	}
	t.Logf("median metres to the station of the same name: %v", median)
	if median[geo.BD09] > 500 || median[geo.GCJ02] < median[geo.BD09]+300 || median[geo.WGS84] < median[geo.GCJ02] {
		t.Errorf("median metres to the station of the same name, by system: %v", median)
	}
}

// stations reads the metro stations of a city, which are WGS-84.
func stations(t *testing.T, city string) map[string]geo.Point {
	t.Helper()
	b, err := os.ReadFile(dbtest.Data(t, "metro-wgs84-2020/"+city+"-station.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Features []struct {
			Geometry   struct{ Coordinates [2]float64 }
			Properties struct{ Name string }
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	all := map[string]geo.Point{}
	for _, f := range file.Features {
		all[f.Properties.Name] = geo.Point{Lat: f.Geometry.Coordinates[1], Lng: f.Geometry.Coordinates[0]}
	}
	return all
}

type attraction struct {
	name     string
	lat, lng float64
}

// attractions reads the attractions of a city as the file has them, in BD-09.
func attractions(t *testing.T, city string) []attraction {
	t.Helper()
	f, err := os.Open(dbtest.Data(t, "chinatravel-poi/attractions/attractions_"+city+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []attraction
	for _, r := range rows[1:] {
		lat, err1 := strconv.ParseFloat(r[3], 64)
		lng, err2 := strconv.ParseFloat(r[4], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("%v: %v %v", r, err1, err2)
		}
		all = append(all, attraction{r[1], lat, lng})
	}
	return all
}
