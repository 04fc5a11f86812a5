package sheet

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGeoJSON: the properties are the columns, a point's position and a feature's
// own id are fields, other geometries are handed on, and a feature that cannot be
// read costs only itself. A property that is needed and absent is empty.
func TestGeoJSON(t *testing.T) {
	const file = `{"type":"FeatureCollection","features":[
{"id":7,"geometry":{"type":"Point","coordinates":[121.40,31.2,5]},"properties":{"内容":"茶","lat":"9"}},
{"geometry":{"type":"Polygon","coordinates":[[]]},"properties":{"编号":"a","内容":["x","y"]}},
{"properties":{"内容":{"no":"text"}}},
"no feature",
{"geometry":{"type":"Point","coordinates":[1]},"properties":{"编号":null}}
]}`
	r, err := Open(strings.NewReader(file), Options{Format: GeoJSON, RecordMax: 1000,
		Columns: []Column{{Field: IDField, Name: "编号"}, {Field: "text", Name: "内容", Needed: true}, {Field: "other", Name: "别的"}, {Field: LatField, Name: "lat"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{Line: 2, Fields: map[string]string{"id": "7", "text": "茶", "lat": "31.2", "lng": "121.40"}, Geometry: "Point", At: []byte("[121.40,31.2,5]")},
		{Line: 3, Fields: map[string]string{"id": "a", "text": "x,y"}, Geometry: "Polygon", At: []byte("[[]]")},
		{Line: 4, Bad: &Flaw{"text", "不是文字或数字", "this is neither a text nor a number"}},
		{Line: 5, Bad: &Flaw{"", "不是 GeoJSON 要素", "this is not a GeoJSON feature"}},
		{Line: 6, Fields: map[string]string{"id": "", "text": ""}, Geometry: "Point", At: []byte("[1]")},
	}
	var got []Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		got = append(got, row)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
