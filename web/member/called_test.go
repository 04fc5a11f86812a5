package member

import (
	"net/http"
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/web/webtest"
)

// TestEnglishPagesCallPlacesInEnglish: where the files of districts, stations and
// lines give English names, English pages have them, and the addresses keep the
// names that the search knows. Chinese pages, and names without an English one,
// stay as they are.
func TestEnglishPagesCallPlacesInEnglish(t *testing.T) {
	g := sqlite(t)
	g.mapped(12)
	g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
		stops, err := discover.Places(tx, cityOfTests, discover.Metro)
		for i := range stops {
			stops[i].Lines = []discover.Line{{Name: "1号线"}}
		}
		if err == nil {
			_, _, err = discover.PutPlaces(tx, g.operator.Person, stops)
		}
		return err
	}))
	zh, en := webtest.NewClient(t, g.url), webtest.NewClient(t, g.url)
	en.Header = http.Header{"Accept-Language": {"en"}}
	en.Do(t, "GET /search") // A node that has read its cities knows their names.
	page := "/shops/" + string(g.shop.ID)
	webtest.Run(t,
		webtest.Scenario{Name: "search", As: en, Do: "GET /search", Status: 200, Shows: []string{"West", "East", "Stop 3", "from Stop", "district=" + "%E8%A5%BF%E5%9F%8E%E5%8C%BA"}, Hides: []string{"西城区", "东城区", "第3站"}},
		webtest.Scenario{Name: "search by conditions", As: en, Do: "GET /search?district=西城区&metro=第3站", Status: 200, Shows: []string{"West", "Stop 3"}, Hides: []string{"东城区"}},
		webtest.Scenario{Name: "search by words", As: en, Do: "GET /search?q=第3站", Status: 200, Shows: []string{"Near Stop 3"}},
		webtest.Scenario{Name: "the map's list", As: en, Do: "GET /map", Status: 200, Shows: []string{"West", "East"}, Hides: []string{">\n西城区"}},
		webtest.Scenario{Name: "a shop", As: en, Do: "GET " + page, Status: 200, Shows: []string{"Line 1"}, Hides: []string{"1号线"}},
		webtest.Scenario{Name: "search in Chinese", As: zh, Do: "GET /search", Status: 200, Shows: []string{"西城区", "第3站"}, Hides: []string{"Stop 3"}},
	)
	data := string(en.Do(t, "GET /map/shops.geojson?lang=en").Body)
	if !strings.Contains(data, `"within":"West"`) || !strings.Contains(data, `"district":"西城区"`) {
		t.Error("the map's cards have no English districts")
	}
	g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
		areas, err := discover.Areas(tx, cityOfTests, discover.District)
		for i := range areas {
			areas[i].En = ""
		}
		if err == nil {
			_, _, err = discover.PutAreas(tx, g.operator.Person, areas)
		}
		return err
	}))
	seen(t, "without an English name", en.Do(t, "GET /search").Text, "西城区", "Stop 3")
}
