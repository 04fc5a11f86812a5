package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"citywalk/fault"
	"citywalk/geo"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

var (
	errPoint  = fault.New(fault.Invalid, "console.point", fault.Operator, "写成“纬度,经度”，例如 31.2304,121.4737。", "Write latitude, then longitude, for example 31.2304,121.4737.")
	errSystem = fault.New(fault.Invalid, "console.system", fault.Operator, "请选择坐标系。", "Choose the coordinate system.")
)

// aboutFields are those that have a place for their sentence.
var aboutFields = []string{"name", "city", "district", "address", "category", "dishes", "point", "crs", "price", "opens", "closes"}

// An about is the form of what is said of a shop: a new one, or one that is
// there.
type about struct {
	draft
	shop.Shop
	Place bool // Whether this session may say the name and the place.
}

// New reports whether the shop is to be added.
func (b about) New() bool { return b.ID == "" }

func (b about) action() string {
	if b.New() {
		return "/console/shops/add"
	}
	return shopPath(b.ID) + "/about"
}

func (a *App) addForm(w http.ResponseWriter, r *http.Request) error {
	b := about{draft: draft{Form: ui.Form{Values: url.Values{"city": {a.City}, "crs": {string(geo.GCJ02)}}}}, Place: true}
	return web.Render(w, r, http.StatusOK, aboutPage(a.page(r, "about.add", "tab.shops"), b))
}

// addShop adds one shop by hand.
func (a *App) addShop(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	b := about{draft: draft{Form: f}, Place: true}
	said, wrong := readAbout(f, b)
	var made shop.Shop
	if b.Wrong = wrong; len(wrong) > 0 {
		err = wrong[0]
	} else {
		said.SourceID = key(f)
		made, err = a.Shop.Add(r.Context(), web.Session(r), said)
	}
	if err == nil {
		return web.SeeAndSay(w, r, shopPath(made.ID), "say.added")
	}
	return a.aboutAgain(w, r, "about.add", b, err)
}

func (a *App) about(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	b := about{draft: draft{Form: ui.Form{Values: aboutValues(s)}}, Shop: s, Place: runs(web.Session(r))}
	return web.Render(w, r, http.StatusOK, aboutPage(a.page(r, "about.title", "tab.shops"), b))
}

// describe corrects what is said of a shop.
func (a *App) describe(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	b := about{draft: draft{Form: f}, Shop: s, Place: runs(web.Session(r))}
	said, wrong := readAbout(f, b)
	if b.Wrong = wrong; len(wrong) > 0 {
		err = wrong[0]
	} else {
		_, err = a.Shop.Describe(r.Context(), web.Session(r), s.ID, said)
	}
	if err == nil {
		return web.SeeAndSay(w, r, shopPath(s.ID), "say.described")
	}
	return a.aboutAgain(w, r, "about.title", b, err)
}

// aboutAgain shows the form once more with what was refused.
func (a *App) aboutAgain(w http.ResponseWriter, r *http.Request, title string, b about, err error) error {
	return web.Again(w, r, err, b.Form, func(f ui.Form) templ.Component {
		b.Form = f
		return aboutPage(a.page(r, title, "tab.shops"), b)
	})
}

// aboutValues is what is said of a shop as the form shows it.
func aboutValues(s shop.Shop) url.Values {
	v := url.Values{"name": {s.Name}, "city": {s.City}, "district": {s.District}, "address": {s.Address}, "category": {s.Category},
		"dishes": {strings.Join(s.Dishes, "、")}, "point": {exact(s.Point)}, "crs": {string(geo.WGS84)}, "price": {sumValue(s.Price)}}
	if s.Opens >= 0 {
		v.Set("opens", minutes(s.Opens))
	}
	if s.Closes >= 0 {
		v.Set("closes", minutes(s.Closes))
	}
	return v
}

// exact prints a position so that reading it gives the same position.
func exact(at geo.Point) string {
	return strconv.FormatFloat(at.Lat, 'f', -1, 64) + "," + strconv.FormatFloat(at.Lng, 'f', -1, 64)
}

// readAbout reads the form. The name and the place of a shop stay for those
// who may not say them.
func readAbout(form ui.Form, b about) (shop.Shop, []*fault.Error) {
	f := &reader{Form: form}
	s := shop.Shop{
		Name: b.Name, City: b.City, District: b.District, Point: b.Point,
		Address: f.text("address"), Category: f.text("category"), Price: f.sum("price"),
		Dishes: strings.FieldsFunc(f.text("dishes"), func(c rune) bool { return strings.ContainsRune(",，、;；·\r\n", c) }),
	}
	if b.Place {
		s.Name, s.City, s.District = f.text("name"), f.text("city"), f.text("district")
		for _, name := range []string{"name", "city"} {
			if f.text(name) == "" {
				f.bad(shop.ErrMissing, name)
			}
		}
		s.Point = f.point()
	}
	s.Opens, s.Closes = f.opening()
	return s, f.wrong
}

// point is the position in the coordinates that were chosen.
func (f *reader) point() geo.Point {
	text := strings.NewReplacer("，", ",", " ", "").Replace(f.text("point"))
	first, second, _ := strings.Cut(text, ",")
	lat, err1 := strconv.ParseFloat(first, 64)
	lng, err2 := strconv.ParseFloat(second, 64)
	system := geo.System(f.text("crs"))
	switch {
	case err1 != nil || err2 != nil:
		f.bad(errPoint, "point")
		return geo.Point{}
	case !system.Known():
		f.bad(errSystem, "crs")
		return geo.Point{}
	}
	at, err := geo.In(system, lat, lng)
	if err != nil || !geo.InChina(at) {
		f.bad(shop.ErrPlace, "point")
	}
	return at
}

// opening is when the shop opens and closes, -1 for what is not said. Closing
// when it opens or before is on the next day.
func (f *reader) opening() (opens, closes int) {
	at := func(name string) int {
		s := f.text(name)
		if s == "" {
			return -1
		}
		m, ok := minuteOf(s)
		if !ok {
			f.bad(shop.ErrOpening, name)
		}
		return m
	}
	opens, closes = at("opens"), at("closes")
	if opens >= 0 && closes >= 0 && closes <= opens {
		closes += 24 * 60
	}
	return opens, closes
}
