package member

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// pageOfMap is how many shops the map's list shows at once.
const pageOfMap = 30

// A mapView is the map's page: what was asked for, and the list that stands
// beside the map and for it where there is no script.
type mapView struct {
	Open      bool
	Works     bool
	Category  string
	District  string
	Kinds     []ui.Choice
	Districts []districtLink
	Shops     []ui.ShopView
	Count     int // Shops that were found, or -1 if they are too many to tell.
	After     string
	First     string
	Words     string
}

// A districtLink leads to the list of one district.
type districtLink struct {
	Name  string
	Count int // -1 is unknown.
	Href  string
}

// kindsMax is how many categories the map offers to choose from.
const kindsMax = 12

// mapPage is the map with its list. Script draws the map and lets the list
// follow it; without it the list goes by districts.
func (a *App) mapPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := mapView{Open: q.Get("open") != "", Works: q.Get("works") != "", Category: cut(q.Get("kind"), 40), District: cut(q.Get("district"), 40)}
	p := a.page(r, "map.title", "tab.map")
	p.Islands = []string{"mapshops"}
	v.Words = mapWords(p)
	pins, err := a.pinsIn(r.Context(), "", nil)
	if err != nil {
		return err
	}
	if len(pins.Crowds) > 0 {
		if pins, err = a.crowded(r, p, &v); err != nil {
			return err
		}
	} else {
		v.byDistrict(p, a.chosen(v, pins.Shops))
	}
	v.kinds(p, pins.Shops)
	if len(pins.Crowds) > 0 && v.District != "" {
		if err := a.searched(r, p, &v); err != nil {
			return err
		}
		return web.Render(w, r, http.StatusOK, mapPage(p, v))
	}
	page, _ := strconv.Atoi(q.Get("page"))
	v.list(a.chosen(v, pins.Shops), min(max(page, 0), 1_000_000), func(pin discover.Pin) ui.ShopView { return a.pinView(p, pin) })
	return web.Render(w, r, http.StatusOK, mapPage(p, v))
}

// chosen are the pins that the filters let pass.
func (a *App) chosen(v mapView, pins []discover.Pin) (all []discover.Pin) {
	now := a.Now().In(a.Zone).Truncate(slot)
	for _, pin := range pins {
		open, _ := pin.OpenAt(now)
		if v.Open && !open || v.Works && !pin.WorksAt(now) || v.Category != "" && pin.Category != v.Category {
			continue
		}
		all = append(all, pin)
	}
	return all
}

// crowded names the districts of a city with too many shops to read at once,
// and reads those of the district that was chosen.
func (a *App) crowded(r *http.Request, p ui.Page, v *mapView) (pins discover.Pins, err error) {
	var districts []discover.Area
	err = a.DB.View(r.Context(), func(tx *db.Tx) error {
		districts, err = discover.Areas(tx, a.City, discover.District)
		return err
	})
	v.Count = -1
	for _, d := range districts {
		v.Districts = append(v.Districts, districtLink{d.Name, -1, v.link(d.Name, 0)})
		if err == nil && d.Name == v.District {
			box := d.Shape.Bounds()
			pins, err = a.pinsIn(r.Context(), "district "+d.Name, &box)
		}
	}
	return pins, err
}

// searched fills in the first shops of a district that has too many to be read
// at once, and leads on into the search.
func (a *App) searched(r *http.Request, p ui.Page, v *mapView) error {
	q := discover.Query{City: a.City, Districts: []string{v.District}, Open: v.Open, Card: v.Works, Limit: pageOfMap, Counts: true, Lang: p.Lang}
	more := asked{url.Values{}}.with("district", v.District)
	if v.Category != "" {
		q.Categories, more = []string{v.Category}, more.with("cat", v.Category)
	}
	if v.Open {
		more = more.with("open", "1")
	}
	if v.Works {
		more = more.with("card", "1")
	}
	found, err := a.Discover.Search(r.Context(), q)
	if err != nil {
		return err
	}
	for _, h := range found.Hits {
		v.Shops = append(v.Shops, a.hitView(p, h))
	}
	if v.Count = found.Facets.Total; found.Next != "" {
		v.After = more.with("after", found.Next).link()
	}
	return nil
}

// byDistrict counts the districts of the pins; pins without one are together.
func (v *mapView) byDistrict(p ui.Page, pins []discover.Pin) {
	counts := map[string]int{}
	for _, pin := range pins {
		counts[pin.District]++
	}
	for name, n := range counts {
		if name != "" {
			v.Districts = append(v.Districts, districtLink{name, n, v.link(name, 0)})
		}
	}
	slices.SortFunc(v.Districts, func(a, b districtLink) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Name, b.Name)) })
}

// kinds are the categories that most shops have.
func (v *mapView) kinds(p ui.Page, pins []discover.Pin) {
	counts := map[string]int{}
	for _, pin := range pins {
		counts[pin.Category]++
	}
	delete(counts, "")
	var all []string
	for kind := range counts {
		all = append(all, kind)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	all = all[:min(len(all), kindsMax)]
	if v.Category != "" && !slices.Contains(all, v.Category) {
		all = append(all, v.Category)
	}
	v.Kinds = []ui.Choice{{Value: "", Label: p.T("map.kind.all")}}
	for _, kind := range all {
		v.Kinds = append(v.Kinds, ui.Choice{Value: kind, Label: ui.Kind(p.Lang, kind)})
	}
}

// list fills the page of the list.
func (v *mapView) list(pins []discover.Pin, page int, view func(discover.Pin) ui.ShopView) {
	if v.District != "" {
		pins = slices.DeleteFunc(slices.Clone(pins), func(p discover.Pin) bool { return p.District != v.District })
	}
	if v.Count == 0 || v.District != "" {
		v.Count = len(pins)
	}
	pins = pins[min(page*pageOfMap, len(pins)):]
	if len(pins) > pageOfMap {
		v.After = v.link(v.District, page+1)
		pins = pins[:pageOfMap]
	}
	if page > 0 {
		v.First = v.link(v.District, 0)
	}
	for _, pin := range pins {
		v.Shops = append(v.Shops, view(pin))
	}
}

// link is the same question about a district, or about all if it has no name.
func (v mapView) link(district string, page int) string {
	q := url.Values{}
	for name, value := range map[string]string{"kind": v.Category, "district": district} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if v.Open {
		q.Set("open", "1")
	}
	if v.Works {
		q.Set("works", "1")
	}
	if page > 0 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return "/map"
	}
	return "/map?" + q.Encode()
}

// pinView is a pin as a list shows it.
func (a *App) pinView(p ui.Page, pin discover.Pin) ui.ShopView {
	return a.shopView(p, shop.Hit{Distance: -1, Shop: shop.Shop{ID: pin.ID, Name: pin.Name, Category: pin.Category, District: pin.District,
		Price: pin.Price, Opens: pin.Opens, Closes: pin.Closes, Curated: pin.Curated, Terms: pin.Terms}})
}

// spokenByMap are the words that the map's script says.
var spokenByMap = []string{
	"map.count", "map.count.one", "map.none", "map.crowded", "map.asking", "map.denied", "map.broken", "map.label",
	"shop.open", "shop.shut", "shop.price", "shop.away.m", "shop.away.km",
}

// mapWords are those words as JSON.
func mapWords(p ui.Page) string {
	all := map[string]string{}
	for _, key := range spokenByMap {
		all[key] = p.T(key)
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic("member: words of the map: " + err.Error())
	}
	return string(b)
}
