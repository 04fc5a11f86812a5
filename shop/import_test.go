package shop

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/money"

	"github.com/google/go-cmp/cmp"
)

var plainImport = Import{City: "上海", Source: "test", System: geo.WGS84, Format: CSV}

func importText(t *testing.T, s *Service, text string, i Import) Report {
	t.Helper()
	report, err := s.Import(ctx, "per_operator", strings.NewReader(text), i)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func bySource(t *testing.T, s *Service, source, id string) (sh Shop) {
	t.Helper()
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		sh, err = findSource(tx, source, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

// TestImportNamesEveryBadRow: good rows around bad ones go in, and each bad one
// is named by the line of the file on which it begins.
func TestImportNamesEveryBadRow(t *testing.T) {
	file := "\xEF\xBB\xBFid,name,lat,lng,price,opens,closes,dishes,address\r\n" +
		"1,老王茶馆,31.23,121.49,68.0,7:00,02:00,\"龙井, 瓜子\",\"外滩\r\n1 号\"\r\n" + // Line 2 and 3.
		"2,,31.23,121.49,,,,,\r\n" + // 4
		"3,没有位置,,,,,,,\r\n" + // 5
		"4,零,0,0,,,,,\r\n" + // 6
		"5,非数,NaN,121.49,,,,,\r\n" + // 7
		"6,写反了,121.49,31.23,,,,,\r\n" + // 8
		"7,巴黎,48.86,2.35,,,,,\r\n" + // 9
		"1,重复,31.23,121.49,,,,,\r\n" + // 10
		"8,少一列,31.23,121.49\r\n" + // 11
		"\r\n" +
		"9,\"引号没关,31.23,121.49,,,,,\r\n" + // 13
		"10,好的,31.23,121.49,0.0,00:00,24:00,,\r\n" + // 14
		"11,反转\u202E了,31.23,121.49,,,,,\r\n" + // 15
		"12,坏\x00字,31.23,121.49,,,,,\r\n" + // 16
		"13," + longText(101) + ",31.23,121.49,,,,,\r\n" + // 17
		"14,不是 UTF-8 \xff,31.23,121.49,,,,,\r\n" + // 18
		"15,字母,abc,121.49,,,,,\r\n" + // 19
		"16,读不懂的价,31.23,121.49,10],25:99,?,,\r\n" + // 20, imported with warnings
		"17,最后,31.23,121.49,,22:00,06:00,,"
	want := []string{"4 name", "5 lat", "6 lat", "7 lat", "8 lat", "9 lat", "10 id", "11 ", "13 ", "15 name", "16 name", "17 name", "18 name", "19 lat"}
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		report := importText(t, s, file, plainImport)
		var got []string
		for _, p := range report.Problems {
			got = append(got, fmt.Sprintf("%d %s", p.Line, p.Field))
			if p.Reason == "" || p.Zh == "" {
				t.Errorf("line %d has no reason", p.Line)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if report.Added != 4 || report.Refused != len(want) || report.Rows != 4+len(want) {
			t.Errorf("%+v", report)
		}
		var warned []string
		for _, w := range report.Warnings {
			warned = append(warned, fmt.Sprintf("%d %s", w.Line, w.Field))
		}
		if diff := cmp.Diff([]string{"20 price", "20 opens", "20 closes"}, warned); diff != "" {
			t.Error(diff)
		}
		first := bySource(t, s, "test", "1")
		want := Shop{
			City: "上海", Name: "老王茶馆", Address: "外滩 1 号", Dishes: []string{"龙井", "瓜子"},
			Point: geo.Point{Lat: 31.23, Lng: 121.49}, Price: 68 * money.Yuan, Opens: 420, Closes: 1560,
		}
		if !first.saysAs(want) || first.State != Draft || first.Number == "" || first.Merchant != "" {
			t.Errorf("%+v", first)
		}
		if sh := bySource(t, s, "test", "10"); sh.Price != 0 || sh.Opens != 0 || sh.Closes != 1440 {
			t.Errorf("round the clock: %+v", sh)
		}
		if sh := bySource(t, s, "test", "16"); sh.Price != 0 || sh.Opens != -1 || sh.Closes != -1 {
			t.Errorf("unknown, not zero: %+v", sh)
		}
		if sh := bySource(t, s, "test", "17"); sh.Opens != 1320 || sh.Closes != 1800 {
			t.Errorf("past midnight: %+v", sh)
		}
	})
}

// TestImportAgain: the same file changes nothing, a dry run writes nothing and
// tells the truth, and an update touches only what the file says.
func TestImportAgain(t *testing.T) {
	first := "id,name,lat,lng,price,opens,closes\n1,老王茶馆,31.23,121.49,68,09:00,22:00\n2,小李面馆,31.24,121.48,30,09:00,22:00\n"
	second := "id,name,lat,lng,price\n1,老王茶馆,31.23,121.49,0\n2,小李面馆,31.24,121.48,30\n3,新店,31.24,121.48,30\n"
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		dry := plainImport
		dry.DryRun = true
		counts := func(r Report) [3]int { return [3]int{r.Added, r.Changed, r.Same} }
		if got := counts(importText(t, s, first, dry)); got != [3]int{2, 0, 0} {
			t.Errorf("dry run of new shops: %v", got)
		}
		if all := pages(t, s, Query{}); len(all) != 0 {
			t.Fatalf("a dry run wrote %d shops", len(all))
		}
		importText(t, s, first, plainImport)
		before := bySource(t, s, "test", "1")
		m, err := s.AddMerchant(ctx, operator, "老王茶馆有限公司")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Assign(ctx, operator, before.ID, m.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SetTerms(ctx, operator, before.ID, tenOff); err != nil {
			t.Fatal(err)
		}
		if got := counts(importText(t, s, first, plainImport)); got != [3]int{0, 0, 2} {
			t.Errorf("again: %v", got)
		}
		for _, i := range []Import{dry, plainImport} {
			if got := counts(importText(t, s, second, i)); got != [3]int{1, 1, 1} {
				t.Errorf("an update, dry run %v: %v", i.DryRun, got)
			}
		}
		after := bySource(t, s, "test", "1")
		if after.Price != 0 || after.Opens != 540 || after.Number != before.Number || after.Merchant != m.ID || after.Terms.Percent != 10 {
			t.Errorf("%+v", after)
		}
		if got := audits(t, s, "test"); len(got) != 2 {
			t.Errorf("audit %v: want one of the first run and one of the update", got)
		}
	})
}

// TestImportsRace imports one file from several callers at once: every shop is
// there once, and all reports together added each once.
func TestImportsRace(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		var file strings.Builder
		file.WriteString("id,name,lat,lng\n")
		const shops, callers = 250, 4
		for n := range shops {
			fmt.Fprintf(&file, "%d,店%d,31.2,121.4\n", n, n)
		}
		reports := make([]Report, callers)
		var wg sync.WaitGroup
		for n := range callers {
			wg.Go(func() {
				var err error
				if reports[n], err = s.Import(ctx, "per_operator", strings.NewReader(file.String()), plainImport); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		added := 0
		for _, r := range reports {
			added += r.Added
		}
		if all := pages(t, s, Query{}); len(all) != shops || added != shops {
			t.Errorf("%d shops, %d added, want %d", len(all), added, shops)
		}
	})
}

func TestImportWithoutIDs(t *testing.T) {
	file := "店名,纬度,经度\n老王茶馆,31.23,121.49\n老王茶馆,31.24,121.49\n老王茶馆,31.23,121.49\n"
	i := plainImport
	i.Map = map[string]string{"name": "店名", "lat": "纬度", "lng": "经度"}
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		report := importText(t, s, file, i)
		if report.Added != 2 || report.Refused != 1 || report.Problems[0].Line != 4 {
			t.Errorf("%+v", report)
		}
		if again := importText(t, s, file, i); again.Same != 2 || again.Added != 0 {
			t.Errorf("again %+v", again)
		}
	})
}

func TestImportGeoJSON(t *testing.T) {
	file := `{"type":"FeatureCollection","crs":{"a":[1,2,{}]},
"features":[
{"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[121.49,31.23,4.5]},
 "properties":{"name":"老王茶馆","price":68.5,"dishes":["龙井","瓜子"],"opens":"09:00"}},
{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]},"properties":{"name":"线"}},
{"type":"Feature","geometry":null,"properties":{"name":"无"}},
{"type":"Feature","geometry":{"type":"Point","coordinates":[121.48,31.24]},"properties":{"id":"8","name":"小李面馆"}},
17,
{"type":"Feature","geometry":{"type":"Point","coordinates":[121.48,31.24]},"properties":{"name":{"zh":"?"}}},
{"type":"Feature","geometry":{"type":"Point","coordinates":[121.47,31.24]},"properties":null}
],"after":[1,{"x":null}]}`
	i := plainImport
	i.Format = GeoJSON
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		report := importText(t, s, file, i)
		var got []string
		for _, p := range report.Problems {
			got = append(got, fmt.Sprintf("%d %d %s", p.Line, p.Row, p.Field))
		}
		if diff := cmp.Diff([]string{"5 2 lat", "6 3 lat", "8 5 ", "9 6 name", "10 7 name"}, got); diff != "" {
			t.Error(diff)
		}
		sh := bySource(t, s, "test", "7")
		if report.Added != 2 || sh.Price != 68_50 || !slices.Equal(sh.Dishes, []string{"龙井", "瓜子"}) || sh.Point != (geo.Point{Lat: 31.23, Lng: 121.49}) || sh.Opens != 540 {
			t.Errorf("%+v\n%+v", report, sh)
		}
		if again := importText(t, s, file, i); again.Same != 2 {
			t.Errorf("again %+v", again)
		}
	})
}

// TestImportRefusesFiles: what cannot be a file of shops is refused with a
// fault that says where it broke.
func TestImportRefusesFiles(t *testing.T) {
	s := &Service{Zone: dbtest.Zone} // No row of these files reaches a database.
	csv, geojson := plainImport, plainImport
	geojson.Format = GeoJSON
	mapped := csv
	mapped.Map = map[string]string{"price": "Price"}
	for _, row := range []struct {
		name, text string
		i          Import
		want       error
	}{
		{"nothing", "", csv, ErrBroken},
		{"UTF-16", "\xFF\xFEi\x00d\x00", csv, ErrEncoding},
		{"GBK", "\xb5\xea\xc3\xfb,lat,lng\n", csv, ErrEncoding},
		{"no position", "id,name\n1,店\n", csv, ErrColumn},
		{"a column twice", "id,name,name,lat,lng\n", csv, ErrColumn},
		{"a mapped column that is not there", "id,name,lat,lng\n", mapped, ErrColumn},
		{"a header with a stray quote", "id,na\"me,lat,lng\n", csv, ErrBroken},
		{"no JSON", "id,name\n", geojson, ErrBroken},
		{"a JSON list", "[]", geojson, ErrBroken},
		{"one feature", `{"type":"Feature"}`, geojson, ErrBroken},
		{"no features", `{"type":"FeatureCollection"}`, geojson, ErrBroken},
		{"features that are no list", `{"features":{}}`, geojson, ErrBroken},
		{"a file that was cut off", `{"features":[`, geojson, ErrBroken},
		{"a file that was cut off at the end", `{"features":[]`, geojson, ErrBroken},
		{"a feature without an end", `{"features":[{"a":"` + strings.Repeat("x", 2*recordMax[GeoJSON]), geojson, ErrBroken},
	} {
		_, err := s.Import(ctx, "per_operator", strings.NewReader(row.text), row.i)
		if !errors.Is(err, row.want) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	for name, change := range map[string]func(*Import){
		"no city":                        func(i *Import) { i.City = "" },
		"no source":                      func(i *Import) { i.Source = "" },
		"the source of typed-in shops":   func(i *Import) { i.Source = HandSource },
		"an unknown system":              func(i *Import) { i.System = "gcj-02" },
		"an unknown format":              func(i *Import) { i.Format = "xlsx" },
		"a field that is none":           func(i *Import) { i.Map = map[string]string{"nmae": "Name"} },
		"a mapped position with GeoJSON": func(i *Import) { i.Format, i.Map = GeoJSON, map[string]string{"lat": "Lat"} },
	} {
		i := plainImport
		change(&i)
		if _, err := s.Import(ctx, "per_operator", strings.NewReader("id,name,lat,lng\n"), i); err == nil {
			t.Errorf("%s is taken", name)
		} else if _, ok := fault.From(err); !ok {
			t.Errorf("%s: %v is no fault", name, err)
		}
	}
}

// An endless file repeats a record for ever.
type endless struct{ record string }

func (e endless) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		n += copy(b[n:], e.record)
	}
	return n, nil
}

// TestImportIsBounded: lines and features without end are cut short, and lists
// of problems do not grow with the file.
func TestImportIsBounded(t *testing.T) {
	s := &Service{Zone: dbtest.Zone}
	long := io.MultiReader(strings.NewReader("id,name,lat,lng\n"), io.LimitReader(endless{"x"}, 8<<20), strings.NewReader("\n"))
	report, err := s.Import(ctx, "", long, plainImport)
	if err != nil || report.Refused != 1 || report.Problems[0].Line != 2 {
		t.Errorf("a long line: %+v, %v", report, err)
	}
	bad := io.MultiReader(strings.NewReader("id,name,lat,lng\n"), io.LimitReader(endless{"1,,,\n"}, 5*3_000))
	report, err = s.Import(ctx, "", bad, plainImport)
	if err != nil || report.Refused != 3_000 || len(report.Problems) != problemsMax {
		t.Errorf("many bad rows: %d refused, %d listed, %v", report.Refused, len(report.Problems), err)
	}
}
