package discover

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/outbox"
)

// PlaceTopic is that of the news about a city's places and areas; their key is
// the city.
const PlaceTopic = "place"

// A PlaceID names a place: "plc_...".
type PlaceID string

// A Kind is what a place is.
type Kind string

const (
	Metro Kind = "metro"
	Hotel Kind = "hotel"
	Sight Kind = "sight"
)

// Kinds are all kinds of places.
var Kinds = []Kind{Metro, Hotel, Sight}

// A Line is a metro line that stops somewhere.
type Line struct {
	Name   string `json:"name"`
	Colour string `json:"colour,omitempty"` // #RRGGBB, or "" if nobody knows.
}

// A Place is what people find their way by and where they come from. It is no
// shop.
type Place struct {
	ID       PlaceID
	City     string
	Kind     Kind
	Name     string
	En       string
	Lines    []Line // Of a metro station, in the order of their names.
	Point    geo.Point
	Source   string
	SourceID string
}

// placeRow is a place as the database keeps it.
type placeRow struct {
	ID       PlaceID
	City     string
	Kind     Kind
	Name     string
	En       string
	Metro    string
	Lat      float64
	Lng      float64
	Source   string
	SourceID string
}

func (r placeRow) place() (Place, error) {
	p := Place{ID: r.ID, City: r.City, Kind: r.Kind, Name: r.Name, En: r.En,
		Point: geo.Point{Lat: r.Lat, Lng: r.Lng}, Source: r.Source, SourceID: r.SourceID}
	if r.Metro == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(r.Metro), &p.Lines); err != nil {
		return p, fmt.Errorf("discover: decode the lines of %s: %w", r.ID, err)
	}
	return p, nil
}

// Places returns within tx the places of a city of some kinds, or of all kinds
// if none is named, ordered by kind, name and id.
func Places(tx *db.Tx, city string, kinds ...Kind) ([]Place, error) {
	rows, err := db.All[placeRow](tx, `
		SELECT id, city, kind, name, en, metro, lat, lng, source, source_id
		FROM discover_places WHERE city = $1`, city)
	if err != nil {
		return nil, fmt.Errorf("discover: places of %s: %w", city, err)
	}
	var all []Place
	for _, r := range rows {
		if len(kinds) > 0 && !slices.Contains(kinds, r.Kind) {
			continue
		}
		p, err := r.place()
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// saysAs reports whether p says the same of the place as q.
func (p Place) saysAs(q Place) bool {
	return p.City == q.City && p.Kind == q.Kind && p.Name == q.Name && p.En == q.En &&
		p.Point == q.Point && slices.Equal(p.Lines, q.Lines)
}

// PutPlaces writes within tx what its source says of each place, known by
// source and source id, and returns how many are new and how many changed.
func PutPlaces(tx *db.Tx, by account.ID, all []Place) (added, changed int, err error) {
	cities := map[string]bool{}
	for _, p := range all {
		old, err := findPlace(tx, p.Source, p.SourceID)
		switch {
		case errors.Is(err, db.ErrNone):
			added++
		case err != nil:
			return 0, 0, err
		case p.saysAs(old):
			continue
		default:
			changed++
			cities[old.City] = true
		}
		cities[p.City] = true
		if err := putPlace(tx, p); err != nil {
			return 0, 0, err
		}
	}
	if len(cities) == 0 {
		return 0, 0, nil
	}
	if err := tellCities(tx, cities); err != nil {
		return 0, 0, err
	}
	return added, changed, account.Audit(tx, by, "discover.places", all[0].Source, map[string]any{"added": added, "changed": changed})
}

// tellCities says within tx that what is known of some cities changed.
func tellCities(tx *db.Tx, cities map[string]bool) error {
	var sorted []string
	for city := range cities {
		sorted = append(sorted, city)
	}
	slices.Sort(sorted)
	for _, city := range sorted {
		if err := outbox.Put(tx, PlaceTopic, city); err != nil {
			return err
		}
		if _, err := tx.Exec(`
			INSERT INTO discover_grounds (city, at) VALUES ($1, $2)
			ON CONFLICT (city) DO UPDATE SET at = excluded.at`, city, tx.Now()); err != nil {
			return fmt.Errorf("discover: note that the ground of %s changed: %w", city, err)
		}
	}
	return nil
}

// GroundChanged returns when the areas or places of a city last changed: zero,
// as far as anybody noted. It is one look by a key, for whoever keeps what was
// drawn of them.
func (s *Service) GroundChanged(ctx context.Context, city string) (at time.Time, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		at, err = db.One[time.Time](tx, `SELECT at FROM discover_grounds WHERE city = $1`, city)
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil {
		return at, fmt.Errorf("discover: look when the ground of %s changed: %w", city, err)
	}
	return at, nil
}

func findPlace(tx *db.Tx, source, id string) (Place, error) {
	r, err := db.One[placeRow](tx, `
		SELECT id, city, kind, name, en, metro, lat, lng, source, source_id
		FROM discover_places WHERE source = $1 AND source_id = $2`, source, id)
	if err != nil {
		return Place{}, fmt.Errorf("discover: find place %s of %s: %w", id, source, err)
	}
	return r.place()
}

// putPlace writes a place, or over the one that its source knows by the id.
func putPlace(tx *db.Tx, p Place) error {
	metro := ""
	if len(p.Lines) > 0 {
		b, err := json.Marshal(p.Lines)
		if err != nil {
			return fmt.Errorf("discover: encode lines: %w", err)
		}
		metro = string(b)
	}
	if _, err := tx.Exec(`
		INSERT INTO discover_places (id, city, kind, name, en, metro, lat, lng, source, source_id, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (source, source_id) DO UPDATE SET city = excluded.city, kind = excluded.kind, name = excluded.name,
			en = excluded.en, metro = excluded.metro, lat = excluded.lat, lng = excluded.lng, at = excluded.at`,
		tx.ID("plc"), p.City, p.Kind, p.Name, p.En, metro, p.Point.Lat, p.Point.Lng, p.Source, p.SourceID, tx.Now()); err != nil {
		return fmt.Errorf("discover: put place %s of %s: %w", p.SourceID, p.Source, err)
	}
	return nil
}

// sameStation is how far the entries of one station stand apart at most, in
// metres.
const sameStation = 400

// merge makes one place of the entries of a metro station, which sources have
// once for each line: those of one name whose middle lies within 400 metres. A
// name that stands for two stations of a city keeps both.
func merge(all []Place) []Place {
	var merged []Place
	var sizes []int
	byName := map[string][]int{}
	for _, p := range all {
		at := -1
		for _, n := range byName[p.Name] {
			if geo.Distance(merged[n].Point, p.Point) <= sameStation {
				at = n
				break
			}
		}
		if at < 0 {
			at = len(merged)
			byName[p.Name] = append(byName[p.Name], at)
			merged, sizes = append(merged, p), append(sizes, 1)
			continue
		}
		m := &merged[at]
		n := float64(sizes[at])
		m.Point = geo.Point{Lat: (m.Point.Lat*n + p.Point.Lat) / (n + 1), Lng: (m.Point.Lng*n + p.Point.Lng) / (n + 1)}
		sizes[at]++
		m.En = cmp.Or(m.En, p.En)
		for _, l := range p.Lines {
			if !slices.ContainsFunc(m.Lines, func(k Line) bool { return k.Name == l.Name }) {
				m.Lines = append(m.Lines, l)
			}
		}
	}
	for n := range merged {
		slices.SortFunc(merged[n].Lines, func(a, b Line) int { return naturally(a.Name, b.Name) })
	}
	return merged
}

// onTrack is how far from a line's track its station stands at most, in metres.
const onTrack = 120

// WithLines returns the stations with the lines whose track passes them as
// well: many sources name a station once, with one of its lines.
func WithLines(stations []Place, tracks []Area) []Place {
	all := slices.Clone(stations)
	for n, p := range all {
		lines := slices.Clone(p.Lines)
		for _, t := range tracks {
			if t.Kind != Track || slices.ContainsFunc(lines, func(l Line) bool { return l.Name == t.Name }) {
				continue
			}
			if t.Shape.distance(p.Point, onTrack) < onTrack {
				lines = append(lines, Line{t.Name, t.Colour})
			}
		}
		slices.SortFunc(lines, func(a, b Line) int { return naturally(a.Name, b.Name) })
		all[n].Lines = lines
	}
	return all
}

// naturally compares names so that line 2 comes before line 10.
func naturally(a, b string) int {
	number := func(s string) (n int) {
		digits := strings.TrimLeftFunc(s, func(r rune) bool { return r < '0' || r > '9' })
		for i := 0; i < len(digits) && i < 6 && digits[i] >= '0' && digits[i] <= '9'; i++ {
			n = n*10 + int(digits[i]-'0')
		}
		if n == 0 {
			return 1_000_000 // Without a number: behind those that have one.
		}
		return n
	}
	return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a, b))
}
