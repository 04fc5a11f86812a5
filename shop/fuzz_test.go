package shop

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"citywalk/fault"
	"citywalk/geo"
)

// FuzzParse feeds the importer any bytes as either format. It must not fall,
// must come to an end, must name a line for every bad row, and what it lets
// through must be a shop that Add would take too.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"id,name,lat,lng\n1,店,31.2,121.4\n",
		"\xEF\xBB\xBFid,name,lat,lng,opens,closes,price,dishes\r\n1,\"a\r\nb\",31.2,121.4,22:00,次日02:00,68.5,\"龙井，瓜子\"\r\n",
		"id,name,lat,lng\n1,\"店,31.2,121.4\n2,\"\"\"\",31.2,121.4\n\"\n\"",
		"id,name,lat,lng\n,,,\n\n1,店,1e309,-0x1p-2\n",
		`{"type":"FeatureCollection","features":[{"id":1,"geometry":{"type":"Point","coordinates":[121.4,31.2]},"properties":{"name":"店","dishes":["a"]}}]}`,
		`{"features":[{"geometry":{"type":"Point","coordinates":[]}},null,{"properties":{"name":1e5}}],"x":{}}`,
	} {
		f.Add(text, false)
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, isJSON bool) {
		i := Import{City: "上海", Source: "fuzz", System: geo.BD09, Format: CSV}
		if isJSON {
			i.Format = GeoJSON
		}
		src, err := i.open(strings.NewReader(text))
		for last := 0; err == nil; {
			var rec record
			if rec, err = src.next(); err != nil {
				break
			}
			if rec.Line < 1 || rec.Line < last || rec.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("line %d after %d", rec.Line, last)
			}
			last = rec.Line
			checkRecord(t, i, rec)
		}
		if _, ok := fault.From(err); !ok && !errors.Is(err, io.EOF) {
			t.Fatalf("%v is no fault", err)
		}
	})
}

func checkRecord(t *testing.T, i Import, rec record) {
	sh, warnings, bad := i.read(rec)
	if bad != nil {
		if bad.Zh == "" || bad.En == "" {
			t.Fatalf("no reason: %+v", bad)
		}
		return
	}
	for _, w := range warnings {
		if w.Field == "" || w.Zh == "" || w.En == "" {
			t.Fatalf("no reason: %+v", w)
		}
	}
	tidied, err := sh.tidy()
	if err != nil || !tidied.saysAs(sh.Shop) {
		t.Fatalf("%+v: %v", sh.Shop, err)
	}
	if sh.SourceID == "" || !utf8.ValidString(sh.words()) || strings.ContainsAny(fold(sh.Name), `%_\`) {
		t.Fatalf("%+v", sh.Shop)
	}
}
