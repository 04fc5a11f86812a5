package member

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"citywalk/discover"
	"citywalk/geo"
	"citywalk/pass"
	"citywalk/web"
	"citywalk/web/ui"
)

// haunts are the places that a member told us of, and the form for one more.
type haunts struct {
	Mine  []haunt
	Form  ui.Form
	Query string
	Spots []discover.Spot // What the query found; nil before one was made.
}

// A haunt is an anchor as its member sees it.
type haunt struct {
	Kind string
	Line string
}

// places is where a member says where home and work are, and takes it back.
func (a *App) places(w http.ResponseWriter, r *http.Request) error {
	p, h, err := a.haunts(r, ui.Form{Values: r.URL.Query()})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, placesPage(p, h))
}

func (a *App) haunts(r *http.Request, f ui.Form) (p ui.Page, h haunts, err error) {
	p = a.page(r, "places.title", "tab.me")
	p.Path, p.Islands = "/me/places", []string{"place"}
	h.Form, h.Query = f, f.Value("q", "")
	mine, err := a.Discover.Anchors(r.Context(), web.Session(r))
	if err != nil {
		return p, h, err
	}
	for _, m := range mine {
		station, err := a.Discover.StationNear(r.Context(), m.City, m.Point())
		if err != nil {
			return p, h, err
		}
		h.Mine = append(h.Mine, haunt{Kind: p.T("places." + string(m.Kind)), Line: roughly(p, m, station)})
	}
	if h.Query != "" {
		h.Spots, err = a.Discover.FindSpots(r.Context(), a.City, h.Query)
	}
	return p, h, err
}

// roughly says where a block is, as closely as is known.
func roughly(p ui.Page, m discover.Anchor, station string) string {
	area, station := p.Called(m.District), p.Called(station)
	if area == "" {
		area = m.City
	}
	if station == "" {
		return p.T("places.in", "area", area)
	}
	return p.T("places.near", "area", area, "station", station)
}

// keepPlace keeps roughly where the chosen place is: the spot, or else the
// position that script filled in.
func (a *App) keepPlace(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	at, err := a.spotPoint(r, f)
	if err == nil {
		_, err = a.Discover.SetAnchor(r.Context(), web.Session(r), discover.AnchorKind(f.Value("kind", "")), at, f.Value("consent", ""))
	}
	if err == nil {
		if f.Value("back", "") == "card" {
			return web.SeeAndSay(w, r, cardPath(pass.Place{}), "say.place")
		}
		return web.SeeAndSay(w, r, "/me/places", "say.place")
	}
	p, h, hauntsErr := a.haunts(r, f)
	if hauntsErr != nil {
		return hauntsErr
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		h.Form = f
		return placesPage(p, h)
	})
}

func (a *App) spotPoint(r *http.Request, f ui.Form) (geo.Point, error) {
	if spot := f.Value("spot", ""); spot != "" {
		return a.Discover.SpotPoint(r.Context(), spot)
	}
	at, ok := position(url.Values(f.Values))
	if !ok {
		return geo.Point{}, discover.ErrAnchor.In("spot")
	}
	return at, nil
}

// dropPlaces forgets them all.
func (a *App) dropPlaces(w http.ResponseWriter, r *http.Request) error {
	if err := a.Discover.DropAnchors(r.Context(), web.Session(r)); err != nil {
		return err
	}
	return web.SeeAndSay(w, r, "/me/places", "say.places.dropped")
}

// placesFile is what is kept of the member's places, and nothing else.
func (a *App) placesFile(w http.ResponseWriter, r *http.Request) error {
	mine, err := a.Discover.Anchors(r.Context(), web.Session(r))
	if err != nil {
		return err
	}
	if mine == nil {
		mine = []discover.Anchor{}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="places.json"`)
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(mine)
}

// wish asks to be told when the pass is sold in a district.
func (a *App) wish(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := a.Discover.Wish(r.Context(), web.Session(r), placeOf(f)); err != nil {
		return web.Next(err, web.Page(r).T("go.card"), cardPath(placeOf(f)))
	}
	return web.SeeAndSay(w, r, cardPath(placeOf(f)), "say.wish")
}

// unwish takes that back.
func (a *App) unwish(w http.ResponseWriter, r *http.Request) error {
	if err := a.Discover.Unwish(r.Context(), web.Session(r)); err != nil {
		return err
	}
	return web.SeeAndSay(w, r, cardPath(pass.Place{}), "say.unwish")
}
