package member

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/shop"
)

// The map's data are the same for everybody, are kept, and cost nothing while
// they are the same.
func TestMapDataAreKept(t *testing.T) {
	g := sqlite(t)
	g.mapped(3)
	guest := g.stranger()
	for _, path := range []string{"/map/shops.geojson", "/map/base.geojson", "/map/shops.geojson?box=121.4,31.2,121.5,31.3"} {
		first := guest.Do(t, "GET "+path)
		if first.Status != http.StatusOK || !strings.HasPrefix(first.Header.Get("Cache-Control"), "public, max-age=") {
			t.Fatalf("%s: %d %q", path, first.Status, first.Header.Get("Cache-Control"))
		}
		if !json.Valid([]byte(first.Text)) {
			t.Errorf("%s is no JSON", path)
		}
		guest.Header.Set("If-None-Match", first.Header.Get("ETag"))
		if again := guest.Do(t, "GET "+path); again.Status != http.StatusNotModified || strings.TrimSpace(again.Text) != "" {
			t.Errorf("%s again: %d, %d bytes", path, again.Status, len(again.Text))
		}
		guest.Header.Del("If-None-Match")
	}
	for _, box := range []string{"1,2,3", "121.5,31.2,121.4,31.3", "a,b,c,d", "121.4,31.2,121.5,NaN", "0,0,999,1"} {
		if r := guest.Do(t, "GET /map/shops.geojson?box="+box); r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusBadRequest {
			t.Errorf("box %s: %d", box, r.Status)
		}
	}
}

// What a shop gives now is told: not at another hour, not when it is closed,
// and never of a shop that does not take the card.
func TestMapTellsWhatWorksNow(t *testing.T) {
	g := sqlite(t)
	at := geo.Point{Lat: 31.23, Lng: 121.47}
	always := g.putShop("总是", "面馆", at, shop.Terms{Kind: shop.Percent, Percent: 10, Floor: 100 * money.Yuan})
	later := g.putShop("下午", "面馆", at, shop.Terms{Kind: shop.Percent, Percent: 10, Hours: []shop.Hours{{From: 14 * 60, Until: 17 * 60}}})
	paused := g.putShop("暂停", "面馆", at, shop.Terms{Kind: shop.Percent, Percent: 10})
	g.must(g.Shop.Pause(t.Context(), g.operator, paused.ID, "装修"))
	var got struct{ Features []feature }
	g.must(json.Unmarshal([]byte(g.stranger().get("/map/shops.geojson")), &got))
	works := map[string]any{}
	for _, f := range got.Features {
		works[f.Properties["id"].(string)] = f.Properties["works"]
	}
	if works[string(always.ID)] != true || works[string(later.ID)] != false || works[string(paused.ID)] != nil {
		t.Errorf("%v", works)
	}
}

// Without script the list goes by districts, filters hold, and pages follow.
func TestMapListWithoutScript(t *testing.T) {
	g := sqlite(t)
	g.mapped(70)
	guest := g.stranger()
	whole := guest.get("/map")
	if strings.Count(whole, `class="shop"`) != pageOfMap || !strings.Contains(whole, "这里有 71 家店") || !strings.Contains(whole, "page=1") {
		t.Errorf("%d shops on the first page", strings.Count(whole, `class="shop"`))
	}
	west := guest.get("/map?district=西城区")
	n := strings.Count(west, `class="shop"`)
	if n == 0 || strings.Contains(west, "· 东城区 ·") || !strings.Contains(west, "西城区：") {
		t.Errorf("%d shops in the west", n)
	}
	last := guest.get("/map?page=2")
	if got := strings.Count(last, `class="shop"`); got != 71-2*pageOfMap {
		t.Errorf("%d shops on the last page", got)
	}
	if books := guest.get("/map?kind=书店"); strings.Contains(books, "面馆 ·") || strings.Count(books, `class="shop"`) == 0 {
		t.Error("the category does not hold")
	}
	if beyond := guest.get("/map?page=99"); strings.Count(beyond, `class="shop"`) != 0 {
		t.Error("shops beyond the end")
	}
}

// crowd adds many shops that take the card, all over the two districts.
func (g *rig) crowd(n int) {
	g.t.Helper()
	r := rand.New(rand.NewPCG(6, 6))
	var file strings.Builder
	file.WriteString("id,name,lat,lng,opens,closes\n")
	for i := range n {
		fmt.Fprintf(&file, "%d,第%d家小店,%.6f,%.6f,09:00,22:00\n", i, i, 31.205+r.Float64()*0.05, 121.445+r.Float64()*0.06)
	}
	_, err := g.Shop.Import(g.t.Context(), g.operator.Person, strings.NewReader(file.String()), shop.Import{City: cityOfTests, Source: "many", System: geo.WGS84, Format: shop.CSV})
	g.must(err)
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE shop_shops SET state = 'live', terms = '{"kind":"percent","percent":10}', terms_version = 1, merchant = $1 WHERE source = 'many'`, g.shop.Merchant)
		return err
	}))
}

// A city with more shops than a map shows one by one is told in crowds, and a
// part of it in shops.
func TestALargeCityIsToldInCrowds(t *testing.T) {
	g := sqlite(t)
	g.mapped(1)
	const n = discover.PinsMax + 200
	g.crowd(n)
	guest := g.stranger()
	var whole, part struct {
		Crowded  bool
		Features []feature
	}
	g.must(json.Unmarshal([]byte(guest.get("/map/shops.geojson")), &whole))
	sum := 0.0
	for _, f := range whole.Features {
		sum += f.Properties["n"].(float64)
	}
	if !whole.Crowded || int(sum) != n+2 || len(whole.Features) > 2000 {
		t.Errorf("%v: %d shops in %d crowds", whole.Crowded, int(sum), len(whole.Features))
	}
	g.must(json.Unmarshal([]byte(guest.get("/map/shops.geojson?box=121.47,31.22,121.48,31.23")), &part))
	if part.Crowded || len(part.Features) == 0 || len(part.Features) > 1000 {
		t.Errorf("%v: %d shops in a part", part.Crowded, len(part.Features))
	}
	if page := guest.get("/map"); !strings.Contains(page, "按区看") || !strings.Contains(page, "district=") {
		t.Error("no districts to choose from")
	}
	if page := guest.get("/map?district=西城区"); strings.Count(page, `class="shop"`) != pageOfMap {
		t.Errorf("%d shops of a district", strings.Count(page, `class="shop"`))
	}
}

// A district with more shops than that is listed by the search, where it goes
// on.
func TestALargeDistrictIsListed(t *testing.T) {
	g := sqlite(t)
	g.mapped(1)
	g.crowd(3*discover.PinsMax + 200)
	page := g.stranger().get("/map?district=西城区")
	if strings.Count(page, `class="shop"`) != pageOfMap || !strings.Contains(page, "/search?after=") {
		t.Errorf("%d shops of a large district, and no way on", strings.Count(page, `class="shop"`))
	}
}
