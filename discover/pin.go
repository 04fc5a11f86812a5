package discover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"citywalk/atlas"
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
	// PinsMax is how many shops are told one by one: some 50 KB on their way to a
	// phone.
	PinsMax = 2_000

	crowdsAside = 24 // Crowds side by side in the box that is looked at.
	rangesMax   = 8  // Ranges of cells that cover a box.
)

// Map returns what takes the card in a city, or in all if it has no name: in a
// box or, without one, everywhere. It is answered from memory; where the city
// was not read yet, from the database.
func (s *Service) Map(ctx context.Context, city string, box *geo.Bounds) (Pins, error) {
	towns, err := s.surveyed(ctx, city)
	if errors.Is(err, ErrLoading) {
		return s.mapFromDatabase(ctx, city, box)
	} else if err != nil {
		return Pins{}, err
	}
	var views []*view
	n := 0
	for _, t := range towns {
		v := t.board.Load().look(frameOf(box))
		views = append(views, v)
		n += v.n
	}
	if n > PinsMax {
		return Pins{Crowds: crowdsOf(views)}, nil
	}
	pins := Pins{Shops: make([]Pin, 0, n)}
	for i, t := range towns {
		for _, id := range views[i].shops() {
			l, ok, err := t.taker(id)
			if err != nil {
				return Pins{}, err
			}
			if ok {
				pins.Shops = append(pins.Shops, t.pin(&l))
			}
		}
	}
	pins.sort()
	return pins, nil
}

func (p *Pins) sort() {
	slices.SortFunc(p.Shops, func(a, b Pin) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
}

// Takers is how many shops take the card in a city, or in all if it has no
// name.
func (s *Service) Takers(ctx context.Context, city string) (n int64, err error) {
	towns, err := s.surveyed(ctx, city)
	if errors.Is(err, ErrLoading) {
		err = s.DB.View(ctx, func(tx *db.Tx) error {
			n, err = db.One[int64](tx, `
				SELECT COUNT(*) FROM shop_shops WHERE (CAST($1 AS TEXT) = '' OR city = $1) AND state = $2`, city, shop.Live)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("discover: count what takes the card in %s: %w", city, err)
		}
		return n, nil
	}
	for _, t := range towns {
		n += int64(t.board.Load().size())
	}
	return n, err
}

// taker is a shop that takes the card as the index has it; ok is false if it
// does not any more, since it was seen on the board.
func (t *town) taker(id shop.ID) (l Listing, ok bool, err error) {
	kept, ok := t.index.Get(string(id))
	if !ok {
		return l, false, nil
	}
	l, err = decode(kept)
	return l, err == nil && l.State == shop.Live, err
}

func (t *town) pin(l *Listing) Pin {
	p := Pin{ID: l.ID, Name: l.Name, Category: l.Category, District: l.District, Point: l.Point,
		Price: l.Price, Opens: l.Opens, Closes: l.Closes, Curated: l.Curated, Terms: l.Terms}
	if a, ok := AreaAt(t.around.Load().districts, p.Point); ok {
		p.District = a.Name
	}
	return p
}

// surveyed are the towns that a map is of, with their boards.
func (s *Service) surveyed(ctx context.Context, city string) (towns []*town, err error) {
	one, err := s.town(ctx, city)
	if err != nil {
		return nil, err
	}
	if !s.guide.following.Load() {
		if err := s.survey(); err != nil {
			return nil, err
		}
	}
	if city != "" {
		if one != nil {
			towns = append(towns, one)
		}
	} else {
		towns = slices.Collect(maps.Values(*s.guide.towns.Load()))
	}
	for _, t := range towns {
		if t.board.Load() == nil {
			return nil, ErrLoading
		}
	}
	return towns, nil
}

// survey makes the boards that there are none of yet.
func (s *Service) survey() error {
	s.guide.mu.Lock() // No news come in meanwhile.
	defer s.guide.mu.Unlock()
	if s.guide.towns.Load() == nil {
		return nil
	}
	for _, t := range *s.guide.towns.Load() {
		if t.board.Load() != nil {
			continue
		}
		all := make([]site, 0, t.index.Len())
		for id, kept := range t.index.All() {
			at, err := siteOf(shop.ID(id), kept)
			if err != nil {
				return err
			}
			if at.code != 0 {
				all = append(all, at)
			}
		}
		t.board.Store(newBoard(all))
	}
	return nil
}

// siteOf is where a listing's shop stands on the board: at 0 if it does not take
// the card, or if there is no listing.
func siteOf(id shop.ID, kept []byte) (site, error) {
	if kept == nil {
		return site{id: id}, nil
	}
	l, err := decode(kept)
	if err != nil || l.State != shop.Live {
		return site{id: id}, err
	}
	return site{id, codeOf(l.Point), len(l.Terms.Blackout) > 0}, nil
}

// rearranged is the town's board after a batch that the index has not taken
// yet; nil if it has none.
func (t *town) rearranged(b atlas.Batch) (*board, error) {
	old := t.board.Load()
	if old == nil {
		return nil, nil
	}
	edits, odd := map[shop.ID]edit{}, map[shop.ID]bool{}
	note := func(id string, payload []byte) error {
		kept, _ := t.index.Get(id)
		was, err := siteOf(shop.ID(id), kept)
		if err != nil {
			return err
		}
		now, err := siteOf(shop.ID(id), payload)
		if was.code != now.code {
			edits[now.id] = edit{was.code, now.code}
		}
		if was.odd != now.odd {
			odd[now.id] = now.odd
		}
		return err
	}
	for _, id := range b.Delete {
		if err := note(id, nil); err != nil {
			return nil, err
		}
	}
	for _, d := range b.Put {
		if err := note(d.ID, d.Payload); err != nil {
			return nil, err
		}
	}
	if len(edits)+len(odd) == 0 {
		return old, nil
	}
	return old.with(edits, odd), nil
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

func (r pinRow) pin(districts []Area) (Pin, error) {
	p := Pin{ID: r.ID, Name: r.Name, Category: r.Category, District: r.District, Point: geo.Point{Lat: r.Lat, Lng: r.Lng},
		Price: r.Price, Opens: r.Opens, Closes: r.Closes, Curated: r.Curated}
	terms, err := readTerms(r.Terms)
	if err != nil {
		return p, fmt.Errorf("discover: terms of %s: %w", r.ID, err)
	}
	p.Terms = terms.Terms
	if a, ok := AreaAt(districts, p.Point); ok {
		p.District = a.Name
	}
	return p, nil
}

// mapFromDatabase is Map for a node that has not read the city.
func (s *Service) mapFromDatabase(ctx context.Context, city string, box *geo.Bounds) (pins Pins, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		rows, err := pinRows(tx, city, box)
		if err != nil {
			return err
		}
		all := make([]site, 0, len(rows))
		for id, r := range rows {
			all = append(all, site{id: id, code: codeOf(geo.Point{Lat: r.Lat, Lng: r.Lng})})
		}
		v := newBoard(all).look(frameOf(box))
		if pins = (Pins{}); v.n > PinsMax {
			pins.Crowds = crowdsOf([]*view{v})
			return nil
		}
		districts, err := Areas(tx, city, District)
		if err != nil {
			return err
		}
		for _, id := range v.shops() {
			p, err := rows[id].pin(districts)
			if err != nil {
				return err
			}
			pins.Shops = append(pins.Shops, p)
		}
		pins.sort()
		return nil
	})
	return pins, err
}

// pinRows reads the shops that take the card in a box, and some around it.
func pinRows(tx *db.Tx, city string, box *geo.Bounds) (map[shop.ID]pinRow, error) {
	ranges := []geo.Range{{Min: math.MinInt64, Max: math.MaxInt64}}
	if box != nil {
		centre := geo.Point{Lat: (box.Min.Lat + box.Max.Lat) / 2, Lng: (box.Min.Lng + box.Max.Lng) / 2}
		ranges = geo.Cover(centre, max(geo.Distance(centre, box.Min), geo.Distance(centre, box.Max)), rangesMax)
	}
	rows := map[shop.ID]pinRow{}
	for _, cells := range ranges {
		err := db.Each(tx, func(r pinRow) error { rows[r.ID] = r; return nil }, `
			SELECT id, name, category, district, lat, lng, price, opens, closes, curated, terms
			FROM shop_shops WHERE (CAST($1 AS TEXT) = '' OR city = $1) AND state = $2 AND cell BETWEEN $3 AND $4`, city, shop.Live, cells.Min, cells.Max)
		if err != nil {
			return nil, fmt.Errorf("discover: map of %s: %w", city, err)
		}
	}
	return rows, nil
}
