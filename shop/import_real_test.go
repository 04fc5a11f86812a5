package shop

import (
	"fmt"
	"os"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/money"
)

// TestImportRealCities imports the restaurants (GCJ-02) and attractions (BD-09)
// of three cities twice: all of them the first time, none the second.
func TestImportRealCities(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		sums := map[string]Report{}
		for _, again := range []bool{false, true} {
			for _, city := range [][2]string{{"shanghai", "上海"}, {"hangzhou", "杭州"}, {"guangzhou", "广州"}} {
				for kind, i := range realImports() {
					i.City, i.Source = city[1], kind+"_"+city[0]
					report := importFile(t, s, dbtest.Data(t, fmt.Sprintf("chinatravel-poi/%s/%s_%s.csv", kind, kind, city[0])), i)
					sum := sums[kind]
					sum.Rows += report.Rows
					sum.Added += report.Added
					sum.Refused += report.Refused
					sum.Warnings = append(sum.Warnings, report.Warnings...)
					sums[kind] = sum
					if again && (report.Same != report.Rows || report.Added+report.Changed != 0) {
						t.Errorf("again %s of %s: %+v", kind, city[1], report)
					}
				}
			}
			if !again {
				if r, a := sums["restaurants"], sums["attractions"]; r.Added != 1409 || a.Added != 1075 || r.Refused+a.Refused != 0 {
					t.Fatalf("%d restaurants, %d attractions, refused %d and %d", r.Added, a.Added, r.Refused, a.Refused)
				} else if w := append(r.Warnings, a.Warnings...); len(w) != 1 || w[0].Line != 156 || w[0].Field != "price" {
					t.Errorf("warnings %+v: want the price \"10]\" of 玉佛禅寺", w)
				}
			}
		}
		landmarks(t, s)
	})
}

// landmarks checks that famous places stand where they stand.
func landmarks(t *testing.T, s *Service) {
	t.Helper()
	station := geo.Point{Lat: 31.240202863990422, Lng: 121.49782211261476} // 陆家嘴, of the metro's own data.
	tower := bySource(t, s, "attractions_shanghai", "1")
	if d := geo.Distance(tower.Point, station); tower.Name != "东方明珠" || d < 100 || d > 600 {
		t.Errorf("%s stands %.0f m from 陆家嘴 station", tower.Name, d)
	}
	if tower.Price != 199*money.Yuan || tower.Opens != 540 || tower.Closes != 1260 {
		t.Errorf("%+v", tower)
	}
	hits, err := s.Search(ctx, Query{Near: &station, Within: 600, Name: "东方明珠", City: "上海"})
	if err != nil || len(hits) == 0 || hits[0].Distance > 600 {
		t.Errorf("near the station: %v, %v", hits, err)
	}
	coffee, err := s.Search(ctx, Query{City: "上海", Name: "咖啡"})
	if err != nil || len(coffee) == 0 {
		t.Errorf("no coffee in Shanghai: %v", err)
	}
}

func realImports() map[string]Import {
	return map[string]Import{
		"restaurants": {System: geo.GCJ02, Format: CSV, Map: map[string]string{
			"name": "Name", "lat": "Lat", "lng": "Lon", "price": "Price", "category": "CuisineName",
			"opens": "WeekdayOpenTime", "closes": "WeekdayCloseTime", "dishes": "RecommendedFood",
		}},
		"attractions": {System: geo.BD09, Format: CSV, Map: map[string]string{
			"name": "Name", "lat": "Latitude", "lng": "Longitude", "price": "Price", "category": "Type",
			"opens": "OpenTime", "closes": "EndTime",
		}},
	}
}

func importFile(t *testing.T, s *Service, path string, i Import) Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	report, err := s.Import(ctx, "per_operator", f, i)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestImportMetro reads a real GeoJSON file, one long line of stations.
func TestImportMetro(t *testing.T) {
	d, _ := dbtest.Open(t, db.SQLite)
	s := &Service{DB: d, Zone: dbtest.Zone}
	i := Import{City: "上海", Source: "metro", System: geo.WGS84, Format: GeoJSON, Map: map[string]string{"category": "pname"}}
	report := importFile(t, s, dbtest.Data(t, "metro-wgs84-2020/shanghai-station.geojson"), i)
	if report.Rows != 346 || report.Added+report.Refused != 346 || report.Added < 340 {
		t.Errorf("%+v", report)
	}
}
