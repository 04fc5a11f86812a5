package discover

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/outbox"
)

var plain = Import{City: "上海", Source: "test", System: geo.WGS84, Format: CSV}

// service is the package over an empty database.
func service(d *db.DB) *Service { return &Service{DB: d, Zone: dbtest.Zone} }

// importPlaces imports a text; the test ends if the file as such is refused.
func importPlaces(t *testing.T, s *Service, text string, kind Kind, i Import) Report {
	t.Helper()
	report, err := s.ImportPlaces(t.Context(), "per_operator", strings.NewReader(text), kind, i)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func places(t *testing.T, s *Service, city string, kinds ...Kind) (all []Place) {
	t.Helper()
	err := s.DB.View(t.Context(), func(tx *db.Tx) (err error) {
		all, err = Places(tx, city, kinds...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func news(t *testing.T, d *db.DB) (cities []string) {
	t.Helper()
	items, err := readNews(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		cities = append(cities, i.Key)
	}
	return cities
}

func readNews(ctx context.Context, d *db.DB) ([]outbox.Item, error) {
	items, _, err := outbox.Follow(d, PlaceTopic, dbtest.Day.Add(-1)).Next(ctx)
	return items, err
}

// Each line has its own station entry, and a name may stand for two stations.
func TestEntriesOfAStationBecomeOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		s := service(d)
		file := "name,lat,lng,line,colour,en\n" +
			"人民广场,31.2330,121.4750,10号线,C6AFD4,\n" +
			"人民广场,31.2332,121.4760,2号线,#8cc220,People's Square\n" +
			"人民广场,31.2330,121.4750,10号线,C6AFD4,\n" +
			"浦电路,31.2200,121.5300,4号线,,\n" +
			"浦电路,31.2250,121.5370,6号线,,\n" // 870 m on: another station.
		report := importPlaces(t, s, file, Metro, plain)
		if report.Rows != 5 || report.Added != 3 || report.Refused != 0 {
			t.Fatalf("%+v", report)
		}
		all := places(t, s, "上海", Metro)
		if len(all) != 3 {
			t.Fatalf("%d places", len(all))
		}
		square := all[0]
		if fmt.Sprint(square.Lines) != "[{2号线 #8CC220} {10号线 #C6AFD4}]" || square.En != "People's Square" {
			t.Errorf("%+v", square)
		}
		if d := geo.Distance(square.Point, geo.Point{Lat: 31.2331, Lng: 121.4755}); d > 40 {
			t.Errorf("the middle is %.0f m off", d)
		}
		if again := importPlaces(t, s, file, Metro, plain); again.Same != 3 || again.Added+again.Changed != 0 {
			t.Errorf("again: %+v", again)
		}
		if got := news(t, d); fmt.Sprint(got) != "[上海]" {
			t.Errorf("news of %v: want one, of the first import", got)
		}
	})
}

// A newer file updates what it says, also the city, and tells both.
func TestANewerFileUpdates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := service(d)
		importPlaces(t, s, "id,name,lat,lng\n7,旧饭店,31.23,121.47\n", Hotel, plain)
		before := places(t, s, "上海")[0]
		next := plain
		next.City = "杭州"
		if r := importPlaces(t, s, "id,name,lat,lng\n7,新饭店,30.25,120.16\n", Hotel, next); r.Changed != 1 {
			t.Errorf("%+v", r)
		}
		if left := places(t, s, "上海"); len(left) != 0 {
			t.Errorf("still in 上海: %+v", left)
		}
		now := places(t, s, "杭州", Hotel)
		if len(now) != 1 || now[0].Name != "新饭店" || now[0].ID != before.ID {
			t.Errorf("%+v, was %s", now, before.ID)
		}
		if got := news(t, d); len(got) != 3 {
			t.Errorf("news %v", got)
		}
	})
}

// Every bad row is named by its line, and the good ones go in.
func TestPlacesNameEveryBadRow(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	s := service(d)
	file := "id,name,lat,lng,line,colour\n" +
		"1,好,31.23,121.47,1号线,\n" +
		"2,,31.23,121.47,,\n" +
		"3,反了,121.47,31.23,,\n" +
		"4,没有位置,,,,\n" +
		"1,重复,31.23,121.47,,\n" +
		"5,颜色,31.23,121.47,1号线,red\n" +
		"6,\u202e反写,31.23,121.47,,\n" +
		"7,少列,31.23\n"
	report := importPlaces(t, s, file, Metro, plain)
	var got []string
	for _, p := range report.Problems {
		if p.Reason == "" || p.Zh == "" {
			t.Errorf("no reason: %+v", p)
		}
		got = append(got, fmt.Sprintf("%d %s", p.Line, p.Field))
	}
	want := "[3 name 4 lat 5 lat 6 id 7 colour 8 name 9 ]"
	if fmt.Sprint(got) != want || report.Added != 1 || report.Refused != 7 {
		t.Errorf("%v\nwant %s\n%+v", got, want, report)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		s, trial := service(d), plain
		trial.DryRun = true
		if r := importPlaces(t, s, "name,lat,lng\n一,31.23,121.47\n", Sight, trial); r.Added != 1 {
			t.Errorf("%+v", r)
		}
		if all := places(t, s, "上海"); len(all) != 0 {
			t.Errorf("written: %+v", all)
		}
		if got := news(t, d); len(got) != 0 {
			t.Errorf("news %v", got)
		}
	})
}

func TestWhatIsNotSetUpIsRefused(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	s := service(d)
	for name, c := range map[string]struct {
		text string
		kind Kind
		i    func(*Import)
		want error
	}{
		"kind":   {"name,lat,lng\n", "bus", func(*Import) {}, ErrImport},
		"city":   {"name,lat,lng\n", Metro, func(i *Import) { i.City = " " }, ErrImport},
		"crs":    {"name,lat,lng\n", Metro, func(i *Import) { i.System = "mars" }, ErrImport},
		"map":    {"name,lat,lng\n", Metro, func(i *Import) { i.Map = map[string]string{"price": "p"} }, ErrImport},
		"column": {"name,lat\n", Metro, func(*Import) {}, ErrColumn},
		"utf16":  {"\xff\xfen\x00", Metro, func(*Import) {}, ErrEncoding},
		"broken": {`{"features":[{"type":"Feature"`, Metro, func(i *Import) { i.Format = GeoJSON }, ErrBroken},
	} {
		i := plain
		c.i(&i)
		if _, err := s.ImportPlaces(t.Context(), "", strings.NewReader(c.text), c.kind, i); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The real stations of three cities, of which the source has one for each line.
func TestRealStations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		s := service(d)
		for _, c := range []struct {
			city, file string
			stations   int
		}{{"上海", "shanghai", 346}, {"杭州", "hangzhou", 169}, {"广州", "guangzhou", 245}} {
			i := Import{City: c.city, Source: "metro", System: geo.WGS84, Format: GeoJSON, Map: map[string]string{"line": "pshort", "colour": "color"}}
			path := dbtest.Data(t, "metro-wgs84-2020/"+c.file+"-station.geojson")
			report := importReal(t, s, path, Metro, i)
			if report.Refused != 0 || report.Added < c.stations || report.Added > c.stations+3 {
				t.Errorf("%s: %+v", c.city, report)
			}
			if again := importReal(t, s, path, Metro, i); again.Same != report.Added || again.Added+again.Changed != 0 {
				t.Errorf("%s again: %+v", c.city, again)
			}
			all := places(t, s, c.city, Metro)
			for _, p := range all {
				if len(p.Lines) == 0 || p.Lines[0].Colour == "" {
					t.Errorf("%s has no line: %+v", p.Name, p)
				}
			}
			t.Logf("%s: %d rows, %d stations", c.city, report.Rows, len(all))
		}
	})
}

// A source that names a station once gets its other lines from their tracks.
func TestRealStationsHaveAllTheirLines(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	s := service(d)
	i := Import{City: "上海", Source: "metro", System: geo.WGS84, Format: GeoJSON, Map: map[string]string{"line": "pshort", "colour": "color"}}
	importReal(t, s, dbtest.Data(t, "metro-wgs84-2020/shanghai-station.geojson"), Metro, i)
	i.Map = map[string]string{"name": "short", "colour": "color"}
	importAreas(t, s, dbtest.Data(t, "metro-wgs84-2020/shanghai-line.geojson"), Track, i)
	changes := 0
	for _, p := range WithLines(places(t, s, "上海", Metro), areas(t, s, "上海")) {
		if len(p.Lines) > 1 {
			changes++
		}
		var names []string
		for _, l := range p.Lines {
			names = append(names, l.Name)
		}
		if got := strings.Join(names, " "); p.Name == "人民广场" && got != "1号线 2号线 8号线" || p.Name == "莘庄" && got != "1号线 5号线" {
			t.Errorf("%s: %s", p.Name, got)
		}
	}
	t.Logf("%d stations with two lines or more", changes)
	if changes < 40 || changes > 80 { // In December 2020 the network had about 60.
		t.Errorf("%d stations have two lines", changes)
	}
}

// The attractions of three cities (BD-09), as a CSV with columns of its own.
func TestRealSights(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	s := service(d)
	i := Import{City: "上海", Source: "sights", System: geo.BD09, Format: CSV, Map: map[string]string{"name": "Name", "lat": "Latitude", "lng": "Longitude"}}
	report := importReal(t, s, dbtest.Data(t, "chinatravel-poi/attractions/attractions_shanghai.csv"), Sight, i)
	if report.Rows != 359 || report.Added != 359 || report.Refused != 0 {
		t.Errorf("%+v", report)
	}
}

func importReal(t *testing.T, s *Service, path string, kind Kind, i Import) Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	report, err := s.ImportPlaces(t.Context(), "per_operator", f, kind, i)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
