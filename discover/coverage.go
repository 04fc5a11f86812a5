package discover

import (
	"context"
	"fmt"
	"strings"

	"citywalk/cover"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/gazetteer"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/shop"
)

// Refusals of coverage plans.
var (
	ErrCoverCity   = fault.New(fault.NotFound, "discover.cover_city", fault.Operator, "没有“{city}”的门店。有门店的城市：{cities}。", "There are no shops in {city}. There are in: {cities}.")
	ErrCoverPlaces = fault.New(fault.Conflict, "discover.cover_places", fault.Operator, "“{city}”还没有地点（地铁站、酒店、景点），请先导入。", "No places (metro stations, hotels, sights) of {city} are known. Import some first.")
	ErrCoverShops  = fault.New(fault.Conflict, "discover.cover_shops", fault.Operator, "“{city}”没有可以签约的精选门店。先评审一些，或者把没有精选的也算上。", "No curated shop of {city} is left to sign. Review some, or take those that are not curated as well.")
)

// A CoverAsk says what a coverage plan is made of.
type CoverAsk struct {
	City      string
	Walk      float64      // Metres of walking.
	Uncurated bool         // Shops that nobody signed are candidates though they are not on the curated list.
	Chance    int          // In a thousand, that a candidate signs.
	Visit     money.Amount // What a visit of the sales team costs: signing takes visit / chance.
	Overrides map[shop.ID]CoverOverride
}

// A CoverOverride is what the field team knows of one candidate.
type CoverOverride struct {
	Chance int          // In a thousand; 0 leaves it.
	Cost   money.Amount // Of signing; below 0 it follows from the chance.
}

// coverRow is a shop as coverage sees it.
type coverRow struct {
	ID       shop.ID
	Name     string
	District string
	Address  string
	Category string
	Lat      float64
	Lng      float64
	Opens    int
	Closes   int
	State    shop.State
	Curated  bool
}

// CoverInstance returns the demand of a city's places for a usual week, with
// its live shops as signed and its drafts, as far as they are curated, as
// candidates. Every place weighs the same, and so does every anchor of a member
// (see coverAnchors).
func (s *Service) CoverInstance(ctx context.Context, ask CoverAsk) (*cover.Instance, error) {
	var shops []cover.Shop
	var points []cover.Point
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		if shops, err = coverShops(tx, ask); err != nil {
			return err
		}
		points, err = coverPoints(tx, ask.City)
		return err
	})
	if err != nil {
		return nil, err
	}
	in, err := cover.Build(points, cover.Usual(), shops, ask.Walk)
	if err != nil {
		return nil, err
	}
	in.City = ask.City
	return in, nil
}

// coverPoints are what demand comes from: the city's places, and where members
// live and work.
func coverPoints(tx *db.Tx, city string) ([]cover.Point, error) {
	places, err := Places(tx, city)
	if err != nil {
		return nil, err
	}
	var points []cover.Point
	for _, p := range places {
		points = append(points, cover.Point{ID: string(p.ID), Name: p.Name, At: p.Point, Weight: 1})
	}
	homes, err := coverAnchors(tx, city, len(places))
	if err != nil {
		return nil, err
	}
	if points = append(points, homes...); len(points) == 0 {
		return nil, ErrCoverPlaces.With("city", city)
	}
	return points, nil
}

func coverShops(tx *db.Tx, ask CoverAsk) ([]cover.Shop, error) {
	rows, err := db.All[coverRow](tx, `
		SELECT id, name, district, address, category, lat, lng, opens, closes, state, curated
		FROM shop_shops WHERE city = $1 AND (state = 'draft' OR state = 'live') ORDER BY id`, ask.City)
	if err != nil {
		return nil, fmt.Errorf("discover: shops to cover %s: %w", ask.City, err)
	}
	if len(rows) == 0 {
		return nil, noCity(tx, ask.City)
	}
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Name
	}
	chains := gazetteer.Chains(names)
	var shops []cover.Shop
	candidates := 0
	for i, r := range rows {
		s := r.candidate(ask)
		s.Chain = chains[i]
		if !s.Signed {
			if !r.Curated && !ask.Uncurated {
				continue
			}
			candidates++
		}
		shops = append(shops, s)
	}
	if candidates == 0 {
		return nil, ErrCoverShops.With("city", ask.City)
	}
	return shops, nil
}

// candidate is a shop with what is asked of all and known of it.
func (r coverRow) candidate(ask CoverAsk) cover.Shop {
	s := cover.Shop{ID: string(r.ID), Name: r.Name, Address: strings.TrimSpace(r.District + " " + r.Address), Category: cover.Group(r.Category),
		At: geo.Point{Lat: r.Lat, Lng: r.Lng}, Opens: r.Opens, Closes: r.Closes, Chance: ask.Chance, Signed: r.State == shop.Live}
	over, known := ask.Overrides[r.ID]
	if known && over.Chance > 0 {
		s.Chance = over.Chance
	}
	s.Cost = int64(ask.Visit) * cover.Certain / int64(max(1, s.Chance))
	if known && over.Cost >= 0 {
		s.Cost = int64(over.Cost)
	}
	return s
}

// noCity says which cities there are.
func noCity(tx *db.Tx, city string) error {
	cities, err := db.All[string](tx, `SELECT DISTINCT city FROM shop_shops ORDER BY city LIMIT 50`)
	if err != nil {
		return fmt.Errorf("discover: cities with shops: %w", err)
	}
	list := strings.Join(cities, "、")
	if list == "" {
		list = "-"
	}
	return ErrCoverCity.With("city", city, "cities", list)
}
