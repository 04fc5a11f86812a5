package member

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/shop"
	"citywalk/web/ui"
	"citywalk/web/webtest"
)

// mapped lays out two districts, a metro line and n shops of several trades.
func (g *rig) mapped(n int) {
	g.t.Helper()
	square := func(west, east float64) discover.Shape {
		return discover.ShapeOf([][][]geo.Point{{{{Lat: 31.20, Lng: west}, {Lat: 31.20, Lng: east}, {Lat: 31.26, Lng: east}, {Lat: 31.26, Lng: west}, {Lat: 31.20, Lng: west}}}}, nil)
	}
	area := func(kind discover.AreaKind, name, en, colour string, s discover.Shape) discover.Area {
		return discover.Area{City: cityOfTests, Kind: kind, Name: name, En: en, Colour: colour, Shape: s, Source: "test", SourceID: name}
	}
	var track []geo.Point
	var stops []discover.Place
	for i := range 6 {
		at := geo.Point{Lat: 31.2304 + float64(i%2)*0.002, Lng: 121.445 + float64(i)*0.01}
		track = append(track, at)
		stops = append(stops, discover.Place{City: cityOfTests, Kind: discover.Metro, Name: fmt.Sprintf("第%d站", i+1), En: fmt.Sprintf("Stop %d", i+1), Point: at, Source: "test", SourceID: fmt.Sprint(i)})
	}
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) error {
		if _, _, err := discover.PutPlaces(tx, g.operator.Person, stops); err != nil {
			return err
		}
		_, _, err := discover.PutAreas(tx, g.operator.Person, []discover.Area{
			area(discover.District, "西城区", "West", "", square(121.44, 121.4737)), area(discover.District, "东城区", "East", "", square(121.4737, 121.51)),
			area(discover.Track, "1号线", "Line 1", "#2F6F5E", discover.ShapeOf(nil, [][]geo.Point{track})),
		})
		return err
	}))
	r := rand.New(rand.NewPCG(5, 5))
	kinds := []string{"咖啡厅", "面馆", "书店", "本帮菜"}
	for i := range n {
		terms := shop.Terms{Kind: shop.Percent, Percent: 10}
		if i%4 == 0 {
			terms.Hours = []shop.Hours{{From: 14 * 60, Until: 17 * 60}} // Not at the hour of the tests.
		}
		g.putShop(fmt.Sprintf("%s第%d家%s", []string{"半亩", "巷口", "南风", "海盐"}[i%4], i+1, kinds[i%len(kinds)]), kinds[i%len(kinds)],
			geo.Point{Lat: 31.2304 + (r.Float64()-0.5)*0.03, Lng: 121.4737 + (r.Float64()-0.5)*0.05}, terms)
	}
}

// putShop adds a shop that takes the card somewhere.
func (g *rig) putShop(name, category string, at geo.Point, terms shop.Terms) shop.Shop {
	g.t.Helper()
	ctx := g.t.Context()
	sh, err := g.Shop.Add(ctx, g.operator, shop.Shop{Name: name, City: cityOfTests, Category: category, Point: at, Price: 38 * money.Yuan, Opens: 540, Closes: 1320})
	g.must(err)
	g.must(g.Shop.Assign(ctx, g.operator, sh.ID, g.shop.Merchant))
	_, err = g.Shop.SetTerms(ctx, g.operator, sh.ID, terms)
	g.must(err)
	g.must(g.Shop.Open(ctx, g.operator, sh.ID))
	return sh
}

// onMap are the ids of the shops that the map has drawn in view, those inside
// of clusters too; listed are those of the cards.
const (
	onMap = `(async () => {
		const map = document.querySelector("[data-map-shops]").map;
		const ids = new Set();
		for (const f of map.queryRenderedFeatures({layers: ["crowds", "shops"]})) {
			if (!f.properties.cluster) { ids.add(f.properties.id); continue; }
			for (const l of await map.getSource("shops").getClusterLeaves(f.properties.cluster_id, 1000, 0)) ids.add(l.properties.id);
		}
		const b = map.getBounds();
		const at = new Map(map._shopsOfTest);
		return [...ids].filter(id => b.contains(at.get(id))).sort();
	})()`
	atOfMap = `(async () => {
		const all = await (await fetch(document.querySelector("[data-map-shops]").dataset.mapShops)).json();
		document.querySelector("[data-map-shops]").map._shopsOfTest = all.features.map(f => [f.properties.id, f.geometry.coordinates]);
		return all.features.length;
	})()`
	listed  = `[...document.querySelectorAll("[data-map-list] > li")].map(e => e.dataset.id).sort()`
	idle    = `new Promise(done => { const map = document.querySelector("[data-map-shops]").map; if (map.loaded() && !map.isMoving()) done(true); else map.once("idle", () => done(true)); map.triggerRepaint(); })`
	outside = `performance.getEntriesByType("resource").map(e => e.name).filter(u => !u.startsWith(location.origin) && !u.startsWith("data:") && !u.startsWith("blob:"))`
	weight  = `performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation")).reduce((sum, e) => sum + e.transferSize, 0)`
)

// TestMapAndListAgree: what is drawn in view is what the list shows, also after
// moving, zooming and filtering; a tap shows the card; nobody else is asked.
func TestMapAndListAgree(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := sqlite(t)
			g.mapped(28)
			page := webtest.Open(t, device, g.url+"/map")
			page.WaitCount("[data-map-ready]", 1)
			if n := webtest.Eval[int](page, atOfMap); n != 29 {
				t.Fatalf("%d shops in the data", n)
			}
			agree := func(what string, want func(n int) bool) {
				t.Helper()
				webtest.Eval[bool](page, idle)
				drawn, cards := webtest.Eval[[]string](page, onMap), webtest.Eval[[]string](page, listed)
				if !slices.Equal(drawn, cards) {
					t.Errorf("%s: %d drawn, %d listed\n%v\n%v", what, len(drawn), len(cards), drawn, cards)
				}
				if !want(len(cards)) {
					t.Errorf("%s: %d shops", what, len(cards))
				}
			}
			agree("at first", func(n int) bool { return n >= 20 })
			settled(t, page, name+"-map")
			page.Click("[name=works]")
			agree("works now", func(n int) bool { return n >= 10 && n <= 22 })
			page.Click("[name=works]")
			webtest.Eval[bool](page, `document.querySelector("[data-map-shops]").map.jumpTo({center: [121.468, 31.2310], zoom: 14.4}), true`)
			agree("nearer", func(n int) bool { return n > 0 && n < 20 })
			settled(t, page, name+"-map-near")
			if got := webtest.Eval[[]string](page, outside); len(got) > 0 {
				t.Errorf("the map asked others: %v", got)
			}
			t.Logf("the page with everything on it: %d kB over the wire", webtest.Eval[int](page, weight)>>10)
		})
	}
}

// A tap on a shop shows its card; a tap on the position says how far each shop
// is, as the server would, and tells nobody where that was.
func TestMapCardAndPosition(t *testing.T) {
	g := sqlite(t)
	g.mapped(6)
	page := webtest.Open(t, webtest.Phone, "")
	page.Locate(31.2290, 121.4700, 10)
	page.Open(g.url + "/map")
	page.WaitCount("[data-map-ready]", 1)
	page.Click("[data-map-me]")
	at := geo.Point{Lat: 31.2290, Lng: 121.4700}
	p := ui.Page{Lang: fault.Zh, Words: Words()}
	page.WaitText(away(p, geo.Distance(at, g.shop.Point)))
	webtest.Eval[bool](page, `document.querySelector("[data-map-shops]").map.jumpTo({center: [`+fmt.Sprint(g.shop.Point.Lng, ",", g.shop.Point.Lat)+`], zoom: 17}), true`)
	webtest.Eval[bool](page, idle)
	webtest.Eval[bool](page, `(() => {
		const canvas = document.querySelector("[data-map-shops]").map.getCanvas(), box = canvas.getBoundingClientRect();
		for (const type of ["mousedown", "mouseup", "click"])
			canvas.dispatchEvent(new MouseEvent(type, {clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true}));
		return true;
	})()`)
	page.WaitCount("[data-map-card] .shop", 1)
	settled(t, page, "map-card")
	for _, asked := range webtest.Eval[[]string](page, `performance.getEntriesByType("resource").map(e => e.name)`) {
		if strings.Contains(asked, "31.22") || strings.Contains(asked, "121.47") {
			t.Errorf("the position went out: %s", asked)
		}
	}
	page.Click("[data-map-card] a")
	page.WaitURL("/shops/" + string(g.shop.ID))
}
