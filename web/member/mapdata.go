package member

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/web"
	"citywalk/web/ui"
)

// geoJSON is the kind of the map's data.
const geoJSON = "application/geo+json"

const (
	pinsKept = 5 * time.Second        // How old what a browser shows may be.
	pinsHeld = 500 * time.Millisecond // And what it is answered with.
	baseKept = 5 * time.Minute
	slot     = 5 * time.Minute // How exactly "open now" is told.

	shelfMax = 64 // Boxes that are kept at once.
)

// A shelf keeps for a while what many members ask the map for at once.
type shelf[T any] struct {
	mu   sync.Mutex
	kept map[string]shelved[T]
}

type shelved[T any] struct {
	what  T
	until time.Time
}

// get returns what is kept under a key, or makes it. A full shelf is emptied:
// what is asked for often is soon there again.
func (s *shelf[T]) get(now time.Time, key string, keep time.Duration, make func() (T, error)) (T, error) {
	s.mu.Lock()
	known, ok := s.kept[key]
	s.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.what, nil
	}
	what, err := make()
	if err != nil {
		return what, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= shelfMax {
		s.kept = map[string]shelved[T]{}
	}
	s.kept[key] = shelved[T]{what, now.Add(keep)}
	return what, nil
}

// A feature is one thing on the map, in the form of GeoJSON.
type feature struct {
	Type       string         `json:"type"`
	Geometry   any            `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

type pointGeometry struct {
	Type        string     `json:"type"`
	Coordinates [2]float64 `json:"coordinates"`
}

func pointFeature(p geo.Point, properties map[string]any) feature {
	at := func(v float64) float64 { return math.Round(v*1e6) / 1e6 }
	return feature{"Feature", pointGeometry{"Point", [2]float64{at(p.Lng), at(p.Lat)}}, properties}
}

// collection is the features as a file; crowded says that they are crowds, and
// that who wants shops has to ask for a smaller box.
func collection(all []feature, crowded bool) ([]byte, error) {
	if all == nil {
		all = []feature{}
	}
	b, err := json.Marshal(struct {
		Type     string    `json:"type"`
		Crowded  bool      `json:"crowded"`
		Features []feature `json:"features"`
	}{"FeatureCollection", crowded, all})
	if err != nil {
		return nil, fmt.Errorf("member: write the map: %w", err)
	}
	return b, nil
}

// mapShops is the shops of the city, or of the box that was asked for, as the
// map and its list show them.
func (a *App) mapShops(w http.ResponseWriter, r *http.Request) error {
	box, err := readBox(r.URL.Query().Get("box"))
	if err != nil {
		return err
	}
	lang := fault.Zh
	if r.URL.Query().Get("lang") == string(fault.En) {
		lang = fault.En
	}
	asked := r.URL.Query().Get("box")
	body, err := a.sheets.get(a.Now(), string(lang)+asked, pinsHeld, func() ([]byte, error) {
		pins, err := a.pinsIn(r.Context(), asked, box)
		if err != nil {
			return nil, err
		}
		return collection(a.pinFeatures(lang, pins), len(pins.Crowds) > 0)
	})
	if err != nil {
		return err
	}
	return web.Data(w, r, geoJSON, body, pinsKept)
}

// pinsIn returns what the map shows in a box, which has a name.
func (a *App) pinsIn(ctx context.Context, name string, box *geo.Bounds) (discover.Pins, error) {
	return a.pins.get(a.Now(), name, pinsHeld, func() (discover.Pins, error) {
		return a.Discover.Map(ctx, a.City, box)
	})
}

// pinFeatures writes what script makes markers and cards of.
func (a *App) pinFeatures(lang fault.Lang, pins discover.Pins) (all []feature) {
	for _, c := range pins.Crowds {
		all = append(all, pointFeature(c.Point, map[string]any{"n": c.Count}))
	}
	now := a.Now().In(a.Zone).Truncate(slot)
	for _, p := range pins.Shops {
		open, known := p.OpenAt(now)
		v := map[string]any{"id": p.ID, "name": p.Name, "kind": p.Category, "district": p.District, "works": p.WorksAt(now), "gives": p.Terms.Short(lang)}
		if called := ui.Kind(lang, p.Category); called != p.Category {
			v["called"] = called
		}
		if called := a.Discover.Called(lang, p.District); called != p.District {
			v["within"] = called
		}
		if known {
			v["open"] = open
		}
		if p.Price > 0 {
			v["price"] = strings.TrimSuffix(p.Price.String(), ".00")
		}
		if p.Curated {
			v["curated"] = true
		}
		all = append(all, pointFeature(p.Point, v))
	}
	return all
}

// mapBase is what lies under the shops: districts, metro lines, stations, of
// the programme's city or the one that is named.
func (a *App) mapBase(w http.ResponseWriter, r *http.Request) error {
	city := cut(r.URL.Query().Get("city"), 40)
	if city == "" {
		city = a.City
	}
	body, err := a.sheets.get(a.Now(), "base "+city, baseKept, func() ([]byte, error) {
		all, err := a.base(r.Context(), city)
		if err != nil {
			return nil, err
		}
		return collection(all, false)
	})
	if err != nil {
		return err
	}
	return web.Data(w, r, geoJSON, body, baseKept)
}

func (a *App) base(ctx context.Context, city string) (all []feature, err error) {
	var areas []discover.Area
	var stations []discover.Place
	err = a.DB.View(ctx, func(tx *db.Tx) error {
		if areas, err = discover.Areas(tx, city, discover.District, discover.Track); err != nil {
			return err
		}
		stations, err = discover.Places(tx, city, discover.Metro)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, area := range areas {
		v := map[string]any{"kind": area.Kind, "name": area.Name, "en": area.En}
		if area.Kind == discover.Track {
			v["colour"] = area.Colour
			all = append(all, feature{"Feature", area.Shape, v})
			continue
		}
		all = append(all, feature{"Feature", area.Shape, v},
			pointFeature(area.Shape.Middle(), map[string]any{"kind": "label", "name": area.Name, "en": area.En}))
	}
	for _, s := range discover.WithLines(stations, areas) {
		var names []string
		for _, l := range s.Lines {
			names = append(names, l.Name)
		}
		v := map[string]any{"kind": s.Kind, "name": s.Name, "en": s.En, "lines": strings.Join(names, " · ")}
		if len(s.Lines) == 1 {
			v["colour"] = s.Lines[0].Colour
		}
		all = append(all, pointFeature(s.Point, v))
	}
	return all, nil
}

// readBox reads "west,south,east,north" in degrees; nothing is everywhere.
func readBox(s string) (*geo.Bounds, error) {
	if s == "" {
		return nil, nil
	}
	parts := strings.Split(s, ",")
	if len(parts) != 4 || len(s) > 80 {
		return nil, discover.ErrBox
	}
	var v [4]float64
	for n, part := range parts {
		var err error
		if v[n], err = strconv.ParseFloat(part, 64); err != nil {
			return nil, discover.ErrBox
		}
	}
	box := geo.Bounds{Min: geo.Point{Lat: v[1], Lng: v[0]}, Max: geo.Point{Lat: v[3], Lng: v[2]}}
	if !box.Min.Valid() || !box.Max.Valid() || box.Min.Lat > box.Max.Lat || box.Min.Lng > box.Max.Lng {
		return nil, discover.ErrBox
	}
	return &box, nil
}
