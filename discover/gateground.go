package discover

import (
	"fmt"
	"slices"

	"citywalk/db"
	"citywalk/geo"
	"citywalk/pass"
	"citywalk/shop"
)

// nearestDistrict is how far a shop may be, in metres, whose district a place
// takes that lies in none that is drawn.
const nearestDistrict = 2000

// districts lists the districts of a city: those that are drawn, or, where
// nobody imported any, those that shops name.
func districts(tx *db.Tx, city string) ([]string, error) {
	all, err := db.All[string](tx, `
		SELECT DISTINCT name FROM discover_areas WHERE city = $1 AND kind = 'district'`, city)
	if err == nil && len(all) == 0 {
		all, err = db.All[string](tx, `
			SELECT DISTINCT district FROM shop_shops WHERE city = $1 AND district <> ''`, city)
	}
	if err != nil {
		return nil, fmt.Errorf("discover: list districts of %s: %w", city, err)
	}
	slices.Sort(all)
	return all, nil
}

// districtAt returns the city and district of a place: of the shape that holds
// it, else of the nearest shop, else the programme's city and no district.
func (s *Service) districtAt(tx *db.Tx, at geo.Point) (pass.Place, error) {
	cities, err := db.All[string](tx, `SELECT DISTINCT city FROM discover_areas WHERE kind = 'district'`)
	if err != nil {
		return pass.Place{}, fmt.Errorf("discover: list cities: %w", err)
	}
	for _, city := range cities {
		drawn, err := Areas(tx, city, District)
		if err != nil {
			return pass.Place{}, err
		}
		if a, found := AreaAt(drawn, at); found {
			return pass.Place{City: a.City, District: a.Name}, nil
		}
	}
	type where struct {
		City, District string
		Lat, Lng       float64
	}
	best, least := pass.Place{City: s.City}, float64(nearestDistrict)
	for _, cells := range geo.Cover(at, nearestDistrict, rings) {
		err := db.Each(tx, func(w where) error {
			if d := geo.Distance(at, geo.Point{Lat: w.Lat, Lng: w.Lng}); d < least {
				best, least = pass.Place{City: w.City, District: w.District}, d
			}
			return nil
		}, `SELECT city, district, lat, lng FROM shop_shops WHERE cell BETWEEN $1 AND $2 AND district <> ''`, cells.Min, cells.Max)
		if err != nil {
			return pass.Place{}, fmt.Errorf("discover: find the district of a place: %w", err)
		}
	}
	return best, nil
}

// A stand is where people start from: so many of them at a place.
type stand struct {
	Point    geo.Point
	District string
	N        int
}

// A ground is what coverage of a city is measured on.
type ground struct {
	city    string
	shops   []shop.Shop // That take the card.
	members []stand     // Anchors of members, by block.
	places  []stand     // Metro stations and hotels.
}

// loadGround reads a city's ground.
func loadGround(tx *db.Tx, city string) (*ground, error) {
	g := &ground{city: city}
	err := db.Each(tx, func(r cardRow) error {
		s, err := r.shop()
		g.shops = append(g.shops, s)
		return err
	}, `
		SELECT category, district, lat, lng, opens, closes, terms FROM shop_shops
		WHERE city = $1 AND state = 'live' AND terms_version > 0`, city)
	if err != nil {
		return nil, fmt.Errorf("discover: read the card shops of %s: %w", city, err)
	}
	type block struct {
		District string
		Lat, Lng float64
		N        int
	}
	blocks, err := db.All[block](tx, `
		SELECT district, lat, lng, COUNT(*) AS n FROM discover_anchors WHERE city = $1 GROUP BY district, lat, lng`, city)
	if err != nil {
		return nil, fmt.Errorf("discover: read the anchors of %s: %w", city, err)
	}
	for _, b := range blocks {
		g.members = append(g.members, stand{geo.Point{Lat: b.Lat, Lng: b.Lng}, b.District, b.N})
	}
	return g, g.loadPlaces(tx)
}

// loadPlaces adds the places, each in its district: that of the shape that
// holds it, else, where none is drawn, of the nearest shop.
func (g *ground) loadPlaces(tx *db.Tx) error {
	all, err := Places(tx, g.city, Metro, Hotel)
	if err != nil {
		return err
	}
	drawn, err := Areas(tx, g.city, District)
	if err != nil {
		return err
	}
	var on tiling
	if len(drawn) == 0 && len(all) > 0 {
		if on, err = districtsByShop(tx, g.city); err != nil {
			return err
		}
	}
	for _, p := range all {
		at := stand{Point: p.Point, N: 1}
		if a, found := AreaAt(drawn, p.Point); found {
			at.District = a.Name
		} else if len(drawn) == 0 {
			at.District = on.nearest(p.Point, nearestDistrict)
		}
		g.places = append(g.places, at)
	}
	return nil
}

// districtsByShop spreads the shops of a city, whether they take the card or
// not, by the districts that they name.
func districtsByShop(tx *db.Tx, city string) (tiling, error) {
	type where struct {
		District string
		Lat, Lng float64
	}
	var all []Near
	err := db.Each(tx, func(w where) error {
		all = append(all, Near{Point: geo.Point{Lat: w.Lat, Lng: w.Lng}, Category: w.District})
		return nil
	}, `SELECT district, lat, lng FROM shop_shops WHERE city = $1 AND district <> ''`, city)
	if err != nil {
		return tiling{}, fmt.Errorf("discover: read the districts of %s: %w", city, err)
	}
	return spread(all, nearestDistrict), nil
}

// nearest returns the category of the nearest that is within metres, or "".
func (t tiling) nearest(p geo.Point, metres float64) (category string) {
	for _, s := range t.around(p) {
		if d := geo.Distance(p, s.Point); d < metres {
			category, metres = s.Category, d
		}
	}
	return category
}
