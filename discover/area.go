package discover

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/geo"
)

// An AreaID names an area: "are_...".
type AreaID string

// An AreaKind is what an area is.
type AreaKind string

const (
	District AreaKind = "district" // Together they are the city.
	Quarter  AreaKind = "area"     // What people speak of: 外滩, 武康路.
	Track    AreaKind = "line"     // A metro line, which is lines and no polygons.
)

// AreaKinds are all kinds of areas.
var AreaKinds = []AreaKind{District, Quarter, Track}

// An Area is a shape of a city that has a name.
type Area struct {
	ID       AreaID
	City     string
	Kind     AreaKind
	Name     string
	En       string
	Colour   string // Of a metro line, #RRGGBB.
	Shape    Shape
	Source   string
	SourceID string
}

// areaRow is an area as the database keeps it.
type areaRow struct {
	ID       AreaID
	City     string
	Kind     AreaKind
	Name     string
	En       string
	Colour   string
	Shape    string
	Source   string
	SourceID string
}

func (r areaRow) area() (Area, error) {
	a := Area{ID: r.ID, City: r.City, Kind: r.Kind, Name: r.Name, En: r.En, Colour: r.Colour, Source: r.Source, SourceID: r.SourceID}
	if err := json.Unmarshal([]byte(r.Shape), &a.Shape); err != nil {
		return a, fmt.Errorf("discover: decode the shape of %s: %w", r.ID, err)
	}
	return a, nil
}

// Areas returns within tx the areas of a city of some kinds, or of all kinds if
// none is named, ordered by kind, name and id.
func Areas(tx *db.Tx, city string, kinds ...AreaKind) ([]Area, error) {
	rows, err := db.All[areaRow](tx, `
		SELECT id, city, kind, name, en, colour, shape, source, source_id
		FROM discover_areas WHERE city = $1`, city)
	if err != nil {
		return nil, fmt.Errorf("discover: areas of %s: %w", city, err)
	}
	var all []Area
	for _, r := range rows {
		if len(kinds) > 0 && !slices.Contains(kinds, r.Kind) {
			continue
		}
		a, err := r.area()
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b Area) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), naturally(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// seam is how far from every area a point may lie and still be in the nearest,
// in metres: shapes are simplified one by one, so that two neighbours may leave
// a crack between them.
const seam = 2.5 * tolerance

// AreaAt returns which of the areas holds a point: the first that does, or, for
// a point in a crack between two, the nearest one.
func AreaAt(all []Area, p geo.Point) (Area, bool) {
	for _, a := range all {
		if a.Shape.Contains(p) {
			return a, true
		}
	}
	best, least := -1, seam
	for n, a := range all {
		if d := a.Shape.distance(p, least); d < least {
			best, least = n, d
		}
	}
	if best < 0 {
		return Area{}, false
	}
	return all[best], true
}

func (a Area) saysAs(b Area) bool {
	return a.City == b.City && a.Kind == b.Kind && a.Name == b.Name && a.En == b.En && a.Colour == b.Colour &&
		a.Shape.String() == b.Shape.String()
}

// PutAreas writes within tx what its source says of each area, known by source
// and source id, and returns how many are new and how many changed.
func PutAreas(tx *db.Tx, by account.ID, all []Area) (added, changed int, err error) {
	cities := map[string]bool{}
	for _, a := range all {
		old, err := findArea(tx, a.Source, a.SourceID)
		switch {
		case errors.Is(err, db.ErrNone):
			added++
		case err != nil:
			return 0, 0, err
		case a.saysAs(old):
			continue
		default:
			changed++
			cities[old.City] = true
		}
		cities[a.City] = true
		if err := putArea(tx, a); err != nil {
			return 0, 0, err
		}
	}
	if len(cities) == 0 {
		return 0, 0, nil
	}
	if err := tellCities(tx, cities); err != nil {
		return 0, 0, err
	}
	return added, changed, account.Audit(tx, by, "discover.areas", all[0].Source, map[string]any{"added": added, "changed": changed})
}

func findArea(tx *db.Tx, source, id string) (Area, error) {
	r, err := db.One[areaRow](tx, `
		SELECT id, city, kind, name, en, colour, shape, source, source_id
		FROM discover_areas WHERE source = $1 AND source_id = $2`, source, id)
	if err != nil {
		return Area{}, fmt.Errorf("discover: find area %s of %s: %w", id, source, err)
	}
	return r.area()
}

// putArea writes an area, or over the one that its source knows by the id.
func putArea(tx *db.Tx, a Area) error {
	if _, err := tx.Exec(`
		INSERT INTO discover_areas (id, city, kind, name, en, colour, shape, source, source_id, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (source, source_id) DO UPDATE SET city = excluded.city, kind = excluded.kind, name = excluded.name,
			en = excluded.en, colour = excluded.colour, shape = excluded.shape, at = excluded.at`,
		tx.ID("are"), a.City, a.Kind, a.Name, a.En, a.Colour, a.Shape.String(), a.Source, a.SourceID, tx.Now()); err != nil {
		return fmt.Errorf("discover: put area %s of %s: %w", a.SourceID, a.Source, err)
	}
	return nil
}
