package web_test

import (
	"net/http"
	"testing"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/web"
	"citywalk/web/ui"
	"citywalk/web/webtest"
)

const gaps = `{"type":"FeatureCollection","features":[
	{"type":"Feature","geometry":{"type":"Point","coordinates":[121.470,31.230]},"properties":{"name":"人民广场","line":"缺 12 人次","weight":12,"tone":"bad","href":"/shops/x"}},
	{"type":"Feature","geometry":{"type":"Point","coordinates":[121.485,31.235]},"properties":{"name":"南京东路","line":"缺 3 人次","weight":3,"tone":"wait"}}]}`

const choropleth = `{"type":"FeatureCollection","features":[
	{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[121.46,31.22],[121.48,31.22],[121.48,31.24],[121.46,31.24],[121.46,31.22]]]},"properties":{"name":"西","line":"3 / 10","value":3}},
	{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[121.48,31.22],[121.50,31.22],[121.50,31.24],[121.48,31.24],[121.48,31.22]]]},"properties":{"name":"东","line":"9 / 10","value":9}}]}`

// pressPoint presses the map at a point of both files, as a mouse does.
const pressPoint = `(() => {
	const map = document.querySelector("[data-map]").map, canvas = map.getCanvas(), box = canvas.getBoundingClientRect(), at = map.project([121.470, 31.230]);
	for (const type of ["mousedown", "mouseup", "click"])
		canvas.dispatchEvent(new MouseEvent(type, {clientX: box.x + at.x, clientY: box.y + at.y, bubbles: true}));
	return true;
})()`

// A map of any page draws its features in the tones and sizes that they say,
// and a press says what it is and leads where it leads.
func TestMapOfAnyPage(t *testing.T) {
	s := newStage(t)
	s.islands = []string{"map"}
	s.edge.Mount(web.App{Name: account.ConsoleApp, Base: "/console/"},
		web.Route{Pattern: "GET /console/gaps.geojson", Action: account.ActPublic, Handle: func(w http.ResponseWriter, r *http.Request) error {
			return web.Data(w, r, "application/geo+json", []byte(gaps), 0)
		}},
		web.Route{Pattern: "GET /console/areas.geojson", Action: account.ActPublic, Handle: func(w http.ResponseWriter, r *http.Request) error {
			return web.Data(w, r, "application/geo+json", []byte(choropleth), 0)
		}})
	for kind, src := range map[string]string{ui.MapCircles: "/console/gaps.geojson", ui.MapPoints: "/console/gaps.geojson", ui.MapAreas: "/console/areas.geojson"} {
		s.page = func(p ui.Page) templ.Component {
			return join(templ.Raw("<h1>Gaps</h1>"), ui.Map(ui.MapView{Src: src, Kind: kind, Label: "Where shops are missing"}))
		}
		p := webtest.Open(t, webtest.Desktop, s.URL+"/")
		p.WaitCount("[data-map-ready]", 1)
		if n := webtest.Eval[int](p, `new Set(document.querySelector("[data-map]").map.queryRenderedFeatures({layers: ["things"]}).map(f => f.properties.name)).size`); n != 2 {
			t.Errorf("%s: %d features drawn", kind, n)
		}
		p.Axe()
		p.Screenshot("map-" + kind)
		webtest.Eval[bool](p, pressPoint)
		if kind == ui.MapAreas {
			p.WaitText("西 · 3 / 10")
			continue
		}
		p.WaitText("人民广场 · 缺 12 人次")
		if href := webtest.Eval[string](p, `document.querySelector("[data-map-line] a").getAttribute("href")`); href != "/shops/x" {
			t.Errorf("the press leads to %s", href)
		}
	}
}
