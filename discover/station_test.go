package discover

import (
	"testing"

	"citywalk/db"
	"citywalk/geo"
)

func TestNearestStation(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		at := geo.Point{Lat: 31.23, Lng: 121.47}
		near := func(city string, at geo.Point) (string, float64) {
			t.Helper()
			w, ok, err := g.Nearest(t.Context(), city, at)
			g.must(err)
			if !ok {
				return "", 0
			}
			return w.Station.Name, w.Metres
		}
		if name, _ := near("试镇", at); name != "" {
			t.Errorf("a city without a metro has %s", name)
		}
		g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
			_, _, err := PutPlaces(tx, g.operator.Person, []Place{
				{City: "试镇", Kind: Metro, Name: "远站", Point: geo.Point{Lat: 31.24, Lng: 121.47}, Source: "test", SourceID: "1"},
				{City: "试镇", Kind: Metro, Name: "近站", Lines: []Line{{Name: "2号线"}}, Point: geo.Point{Lat: 31.234, Lng: 121.47}, Source: "test", SourceID: "2"},
				{City: "试镇", Kind: Hotel, Name: "旅店", Point: at, Source: "test", SourceID: "3"},
				{City: "别处", Kind: Metro, Name: "别站", Point: at, Source: "test", SourceID: "4"},
			})
			return err
		}))
		if name, metres := near("试镇", at); name != "近站" || metres < 440 || metres > 450 {
			t.Errorf("the nearest is %s at %.0f m", name, metres)
		}
		if name, _ := near("试镇", geo.Point{Lat: 31.20, Lng: 121.47}); name != "" {
			t.Errorf("%s is named although it is three kilometres away", name)
		}
		w, _, err := g.Nearest(t.Context(), "试镇", at)
		g.must(err)
		if len(w.Station.Lines) != 1 {
			t.Errorf("the lines of %s are %v", w.Station.Name, w.Station.Lines)
		}
	})
}
