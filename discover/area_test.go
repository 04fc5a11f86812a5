package discover

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/shop"
)

func areas(t *testing.T, s *Service, city string, kinds ...AreaKind) (all []Area) {
	t.Helper()
	err := s.DB.View(t.Context(), func(tx *db.Tx) (err error) {
		all, err = Areas(tx, city, kinds...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func importAreas(t *testing.T, s *Service, path string, kind AreaKind, i Import) Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	report, err := s.ImportAreas(t.Context(), "per_operator", f, kind, i)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

var realDistricts = []struct {
	city, file string
	n          int
	place      string // A landmark and where it is said to be.
	at         geo.Point
	district   string
}{
	{"上海", "310000_shanghai", 16, "东方明珠", geo.Point{Lat: 31.2397, Lng: 121.4954}, "浦东新区"},
	{"杭州", "330100_hangzhou", 13, "灵隐寺", geo.Point{Lat: 30.2433, Lng: 120.0968}, "西湖区"},
	{"广州", "440100_guangzhou", 11, "广州塔", geo.Point{Lat: 23.1066, Lng: 113.3191}, "海珠区"},
}

// The real districts of three cities: few points are kept, landmarks lie where
// they lie, and nothing of the city falls between two districts.
func TestRealDistricts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		s := service(d)
		for _, c := range realDistricts {
			i := Import{City: c.city, Source: "datav", System: geo.GCJ02, Format: GeoJSON, Map: map[string]string{"id": "adcode"}}
			path := dbtest.Data(t, "districts-datav/"+c.file+".json")
			if r := importAreas(t, s, path, District, i); r.Added != c.n || r.Refused != 0 {
				t.Fatalf("%s: %+v", c.city, r)
			}
			if r := importAreas(t, s, path, District, i); r.Same != c.n || r.Added+r.Changed != 0 {
				t.Errorf("%s again: %+v", c.city, r)
			}
			all := areas(t, s, c.city, District)
			if a, ok := AreaAt(all, c.at); !ok || a.Name != c.district {
				t.Errorf("%s lies in %q, want %s", c.place, a.Name, c.district)
			}
			bytes := 0
			for _, a := range all {
				bytes += len(a.Shape.String())
			}
			t.Logf("%s: %d districts, %d kB", c.city, len(all), bytes>>10)
		}
		if a, ok := AreaAt(areas(t, s, "上海"), geo.Point{Lat: 31.0, Lng: 123.0}); ok {
			t.Errorf("a point in the sea lies in %s", a.Name)
		}
	})
}

// Every real restaurant has a district.
func TestEveryRealShopHasADistrict(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	s, shops := service(d), &shop.Service{DB: d, Zone: dbtest.Zone}
	for n, english := range []string{"shanghai", "hangzhou", "guangzhou"} {
		c := realDistricts[n]
		importAreas(t, s, dbtest.Data(t, "districts-datav/"+c.file+".json"), District,
			Import{City: c.city, Source: "datav", System: geo.GCJ02, Format: GeoJSON, Map: map[string]string{"id": "adcode"}})
		f, err := os.Open(dbtest.Data(t, "chinatravel-poi/restaurants/restaurants_"+english+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := shops.Import(t.Context(), "", f, shop.Import{City: c.city, Source: english, System: geo.GCJ02, Format: shop.CSV,
			Map: map[string]string{"name": "Name", "lat": "Lat", "lng": "Lon"}}); err != nil {
			t.Fatal(err)
		}
		all, lost, found := areas(t, s, c.city), 0, map[string]int{}
		for after := ""; ; {
			hits, err := shops.Search(t.Context(), shop.Query{City: c.city, After: after, Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits {
				a, ok := AreaAt(all, h.Point)
				if found[a.Name]++; !ok {
					lost++
				}
			}
			if len(hits) < 100 {
				break
			}
			after = hits[99].Cursor
		}
		t.Logf("%s: %v", c.city, found)
		if lost > 2 {
			t.Errorf("%d shops of %s have no district", lost, c.city)
		}
	}
}

// The branches of a metro line are one line.
func TestRealLines(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	s := service(d)
	i := Import{City: "上海", Source: "metro", System: geo.WGS84, Format: GeoJSON, Map: map[string]string{"name": "short", "colour": "color"}}
	r := importAreas(t, s, dbtest.Data(t, "metro-wgs84-2020/shanghai-line.geojson"), Track, i)
	if r.Rows != 20 || r.Added != 17 || r.Refused != 0 {
		t.Errorf("%+v", r)
	}
	for _, a := range areas(t, s, "上海", Track) {
		if branches := len(a.Shape.Lines); a.Colour == "" || (branches > 1) != (a.Name == "5号线" || a.Name == "10号线" || a.Name == "11号线") {
			t.Errorf("%s: %d branches, colour %q", a.Name, branches, a.Colour)
		}
	}
}

// Simplified edges lie near the true ones, on both sides.
func TestSimplifyStaysNear(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		ring := wobbly(r, 400, 3000, 60)
		simple, bad := takeRing(ring)
		if bad != nil {
			t.Fatal(bad.En)
		}
		if len(simple) >= len(ring) {
			t.Errorf("%d points of %d", len(simple), len(ring))
		}
		s := ShapeOf([][][]geo.Point{{simple}}, nil)
		for _, p := range ring {
			if d := s.distance(p, 1000); d > tolerance+2 {
				t.Fatalf("a point lies %.1f m from the simplified ring", d)
			}
		}
	}
}

// wobbly is a ring round a middle, of a radius that changes from point to point.
func wobbly(r *rand.Rand, n int, radius, wobble float64) (ring []geo.Point) {
	f := flatAt(31.2)
	for i := range n {
		turn := 2 * math.Pi * float64(i) / float64(n)
		away := radius + (r.Float64()-0.5)*wobble
		ring = append(ring, geo.Point{Lat: step(31.2 + away*math.Sin(turn)/metresPerDegree), Lng: step(121.5 + away*math.Cos(turn)/f.lng)})
	}
	return append(ring, ring[0])
}

// Inside and outside are as the angle says, for rings whose radius is known.
func TestContainsAgreesWithTheRadius(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	f := flatAt(31.2)
	s := ShapeOf([][][]geo.Point{{wobbly(r, 200, 3000, 100), wobbly(r, 200, 1000, 100)}}, nil)
	for range 5000 {
		away, turn := r.Float64()*4000, r.Float64()*2*math.Pi
		p := geo.Point{Lat: 31.2 + away*math.Sin(turn)/metresPerDegree, Lng: 121.5 + away*math.Cos(turn)/f.lng}
		if math.Abs(away-3000) < 60 || math.Abs(away-1000) < 60 {
			continue
		}
		if got, want := s.Contains(p), away < 3000 && away > 1000; got != want {
			t.Fatalf("%.0f m from the middle: %v", away, got)
		}
	}
}

// What is no shape is refused, row by row, and says why.
func TestAreasNameEveryBadShape(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	s := service(d)
	square := `[[121.4,31.2],[121.5,31.2],[121.5,31.3],[121.4,31.3],[121.4,31.2]]`
	shapes := map[string]string{
		"good":      `{"type":"Polygon","coordinates":[` + square + `]}`,
		"unclosed":  `{"type":"Polygon","coordinates":[[[121.4,31.2],[121.5,31.2],[121.5,31.3]]]}`,
		"bow tie":   `{"type":"Polygon","coordinates":[[[121.4,31.2],[121.5,31.3],[121.5,31.2],[121.4,31.4],[121.4,31.2]]]}`,
		"no area":   `{"type":"Polygon","coordinates":[[[121.4,31.2],[121.5,31.3],[121.4,31.2]]]}`,
		"hole out":  `{"type":"Polygon","coordinates":[` + square + `,[[120.4,31.2],[120.5,31.2],[120.5,31.3],[120.4,31.2]]]}`,
		"swapped":   `{"type":"Polygon","coordinates":[[[31.2,121.4],[31.2,121.5],[31.3,121.5],[31.2,121.4]]]}`,
		"elsewhere": `{"type":"Polygon","coordinates":[[[2.2,48.4],[2.3,48.4],[2.3,48.5],[2.2,48.4]]]}`,
		"a line":    `{"type":"LineString","coordinates":[[121.4,31.2],[121.5,31.2]]}`,
		"a point":   `{"type":"Point","coordinates":[121.4,31.2]}`,
		"no number": `{"type":"Polygon","coordinates":[[["x",31.2]]]}`,
		"nothing":   `null`,
		"no rings":  `{"type":"Polygon","coordinates":[]}`,
	}
	good := map[string]bool{"good": true, "unclosed": true}
	for name, shape := range shapes {
		file := fmt.Sprintf(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":%s,"properties":{"name":%q}}]}`, shape, name)
		i := plain
		i.Format = GeoJSON
		r, err := s.ImportAreas(t.Context(), "", strings.NewReader(file), District, i)
		if err != nil {
			t.Fatal(err)
		}
		if r.Added == 1 != good[name] || r.Added+r.Refused != 1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for _, a := range areas(t, s, "上海") {
		ring := a.Shape.Polygons[0][0]
		if ring[0] != ring[len(ring)-1] || turn(ring) <= 0 {
			t.Errorf("%s is not closed or runs the wrong way: %v", a.Name, ring)
		}
	}
}
