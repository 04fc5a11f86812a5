package discover

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/shop"
)

// ErrBox refuses a part of the map that is none.
var ErrBox = fault.New(fault.Invalid, "discover.box", fault.Us, "地图范围不对，请重新打开地图。", "This is not a part of the map. Open the map again.")

// A Pin is a shop that takes the card, as a map shows it.
type Pin struct {
	ID       shop.ID
	Name     string
	Category string
	District string // That its position lies in; as the shop says where no district is known.
	Point    geo.Point
	Price    money.Amount // Per head; 0 is unknown.
	Opens    int          // As in shop.Shop.
	Closes   int
	Curated  bool
	Terms    shop.Terms
}

// OpenAt reports whether the shop is open at a local time; known is false if
// its hours are unknown.
func (p Pin) OpenAt(local time.Time) (open, known bool) {
	return shop.Shop{Opens: p.Opens, Closes: p.Closes}.OpenAt(local)
}

// WorksAt reports whether the card works here at a local time, as shop.CardAt
// says.
func (p Pin) WorksAt(local time.Time) bool {
	return shop.Shop{State: shop.Live, Terms: p.Terms, Opens: p.Opens, Closes: p.Closes}.CardAt(local).Now
}

// A Crowd is many shops, told by where their middle lies.
type Crowd struct {
	Point geo.Point
	Count int
}

// Pins is what a map shows: shops, or, where they are more than PinsMax, crowds
// of them.
type Pins struct {
	Shops  []Pin   // Ordered by name and id.
	Crowds []Crowd // From south to north.
}

const (
	// PinsMax is how many shops are told one by one.
	PinsMax = 5_000

	crowdsAside = 24 // Crowds side by side in the box that is looked at.
	rangesMax   = 8  // Ranges of cells that cover a box.
)

// Map returns what takes the card in a city, or in all if it has no name: in a
// box or, without one, everywhere.
func (s *Service) Map(ctx context.Context, city string, box *geo.Bounds) (pins Pins, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		pins, err = mapOf(tx, city, box)
		return err
	})
	return pins, err
}

// pinRow is a shop as a map reads it.
type pinRow struct {
	ID       shop.ID
	Name     string
	Category string
	District string
	Lat      float64
	Lng      float64
	Price    money.Amount
	Opens    int
	Closes   int
	Curated  bool
	Terms    string
}

// mapOf reads the shops once: as pins while they are few, and always as crowds.
func mapOf(tx *db.Tx, city string, box *geo.Bounds) (Pins, error) {
	ranges := []geo.Range{{Min: math.MinInt64, Max: math.MaxInt64}}
	if box != nil {
		centre := geo.Point{Lat: (box.Min.Lat + box.Max.Lat) / 2, Lng: (box.Min.Lng + box.Max.Lng) / 2}
		ranges = geo.Cover(centre, max(geo.Distance(centre, box.Min), geo.Distance(centre, box.Max)), rangesMax)
	}
	var rows []pinRow
	points := 0
	grid := newGrid(box)
	for _, cells := range ranges {
		err := db.Each(tx, func(r pinRow) error {
			p := geo.Point{Lat: r.Lat, Lng: r.Lng}
			if box != nil && !box.Contains(p) {
				return nil
			}
			points++
			grid.add(p)
			if points <= PinsMax {
				rows = append(rows, r)
			} else {
				rows = nil
			}
			return nil
		}, `
			SELECT id, name, category, district, lat, lng, price, opens, closes, curated, terms
			FROM shop_shops WHERE (CAST($1 AS TEXT) = '' OR city = $1) AND state = $2 AND cell BETWEEN $3 AND $4`, city, shop.Live, cells.Min, cells.Max)
		if err != nil {
			return Pins{}, fmt.Errorf("discover: map of %s: %w", city, err)
		}
	}
	if points > PinsMax {
		return Pins{Crowds: grid.crowds()}, nil
	}
	districts, err := Areas(tx, city, District)
	if err != nil {
		return Pins{}, err
	}
	return pinned(rows, districts)
}

func pinned(rows []pinRow, districts []Area) (Pins, error) {
	pins := Pins{Shops: make([]Pin, len(rows))}
	for n, r := range rows {
		p := Pin{ID: r.ID, Name: r.Name, Category: r.Category, District: r.District, Point: geo.Point{Lat: r.Lat, Lng: r.Lng},
			Price: r.Price, Opens: r.Opens, Closes: r.Closes, Curated: r.Curated}
		if r.Terms != "" {
			if err := json.Unmarshal([]byte(r.Terms), &p.Terms); err != nil {
				return Pins{}, fmt.Errorf("discover: decode the terms of %s: %w", r.ID, err)
			}
		}
		if a, ok := AreaAt(districts, p.Point); ok {
			p.District = a.Name
		}
		pins.Shops[n] = p
	}
	slices.SortFunc(pins.Shops, func(a, b Pin) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return pins, nil
}

// A grid counts points in squares of a size. Its squares stand at fixed places,
// so that a map that is moved a little shows the same crowds.
type grid struct {
	size   float64 // Degrees.
	counts map[[2]int32]*heap
}

// A heap is the points of one square.
type heap struct {
	lat, lng float64 // Sums.
	n        int
}

// newGrid makes squares of which crowdsAside stand side by side in the box. A
// whole city without a box is about a degree wide.
func newGrid(box *geo.Bounds) grid {
	width := 1.0
	if box != nil {
		width = max(box.Max.Lng-box.Min.Lng, box.Max.Lat-box.Min.Lat)
	}
	// Powers of two, so that a city has few sizes of squares.
	size := math.Exp2(math.Ceil(math.Log2(max(width, 1e-4) / crowdsAside)))
	return grid{size: size, counts: map[[2]int32]*heap{}}
}

func (g grid) add(p geo.Point) {
	key := [2]int32{int32(math.Floor(p.Lat / g.size)), int32(math.Floor(p.Lng / g.size))}
	h := g.counts[key]
	if h == nil {
		h = &heap{}
		g.counts[key] = h
	}
	h.lat, h.lng, h.n = h.lat+p.Lat, h.lng+p.Lng, h.n+1
}

func (g grid) crowds() []Crowd {
	all := make([]Crowd, 0, len(g.counts))
	for _, h := range g.counts {
		n := float64(h.n)
		all = append(all, Crowd{geo.Point{Lat: step(h.lat / n), Lng: step(h.lng / n)}, h.n})
	}
	slices.SortFunc(all, func(a, b Crowd) int {
		return cmp.Or(cmp.Compare(a.Point.Lat, b.Point.Lat), cmp.Compare(a.Point.Lng, b.Point.Lng))
	})
	return all
}
