package discover

import (
	"context"
	"encoding/json"
	"fmt"

	"citywalk/db"
	"citywalk/geo"
	"citywalk/shop"
)

// cardRow is of a shop what coverage wants to know.
type cardRow struct {
	Category string
	District string
	Lat      float64
	Lng      float64
	Opens    int
	Closes   int
	Terms    string
}

func (r cardRow) shop() (shop.Shop, error) {
	s := shop.Shop{Category: r.Category, District: r.District, Point: geo.Point{Lat: r.Lat, Lng: r.Lng}, Opens: r.Opens, Closes: r.Closes}
	if r.Terms == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(r.Terms), &s.Terms); err != nil {
		return s, fmt.Errorf("discover: decode terms: %w", err)
	}
	return s, nil
}

// Usual is how coverage is told where no gate says otherwise: a quarter of an
// hour on foot, at seven in the evening.
var Usual = Conditions{Share: 60, Shops: 5, Categories: 3, Minutes: 15, Hour: 19 * 60}

// NumberAt returns the number at a place. The walk and the hour are as asked.
func (s *Service) NumberAt(ctx context.Context, at geo.Point, minutes, hour int) (n Number, err error) {
	if err := checkWalk(at, minutes, hour); err != nil {
		return n, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		n, err = numberAt(tx, at, minutes, hour)
		return err
	})
	return n, err
}

func numberAt(tx *db.Tx, at geo.Point, minutes, hour int) (Number, error) {
	shops, err := cardsWithin(tx, at, geo.Stroll(minutes))
	if err != nil {
		return Number{}, err
	}
	near := make([]Near, len(shops))
	for i, s := range shops {
		near[i] = Near{s.Point, s.Category, OpenAt(s, hour)}
	}
	return Count(at, minutes, near), nil
}

// rings is how many ranges of cells a circle is read by, in one statement.
const rings = 8

// cardsWithin reads the shops that take the card within metres of a place, and
// some around them.
func cardsWithin(tx *db.Tx, at geo.Point, metres float64) (all []shop.Shop, err error) {
	in := [rings]geo.Range{}
	for i := range in {
		in[i] = geo.Range{Min: 0, Max: -1} // Holds nothing.
	}
	copy(in[:], geo.Cover(at, metres, rings))
	err = db.Each(tx, func(r cardRow) error {
		s, err := r.shop()
		all = append(all, s)
		return err
	}, `
		SELECT category, district, lat, lng, opens, closes, terms FROM shop_shops
		WHERE state = 'live' AND terms_version > 0 AND (cell BETWEEN $1 AND $2 OR cell BETWEEN $3 AND $4
			OR cell BETWEEN $5 AND $6 OR cell BETWEEN $7 AND $8 OR cell BETWEEN $9 AND $10
			OR cell BETWEEN $11 AND $12 OR cell BETWEEN $13 AND $14 OR cell BETWEEN $15 AND $16)`,
		in[0].Min, in[0].Max, in[1].Min, in[1].Max, in[2].Min, in[2].Max, in[3].Min, in[3].Max,
		in[4].Min, in[4].Max, in[5].Min, in[5].Max, in[6].Min, in[6].Max, in[7].Min, in[7].Max)
	if err != nil {
		return nil, fmt.Errorf("discover: read the shops around a place: %w", err)
	}
	return all, nil
}
