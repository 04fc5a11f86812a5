package discover

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/shop"
)

// ErrSpot refuses a place that somebody chose and that is no longer there.
var ErrSpot = fault.New(fault.NotFound, "discover.spot", fault.Member,
	"没有找到这个地点，请换一个。", "That place is not there any more. Choose another.")

// A Spot is a place with a name that a member may choose as being near his
// home or work: a metro station, a hotel, a sight, or a shop.
type Spot struct {
	ID       string
	Kind     string // "metro", "hotel", "sight" or "shop".
	Name     string
	District string // Of a shop, with its address.
	Address  string
}

const (
	spotsMax    = 8  // Found of each sort.
	spotTextMax = 60 // Characters that are looked for.
)

// FindSpots returns places of a city whose name holds a text, stations first;
// of shops, those that shop.Search finds.
func (s *Service) FindSpots(ctx context.Context, city, text string) (all []Spot, err error) {
	text = strings.ToLower(strings.Join(strings.Fields(text), ""))
	if r := []rune(text); len(r) > spotTextMax {
		text = string(r[:spotTextMax])
	}
	if text == "" {
		return nil, nil
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		places, err := Places(tx, city)
		if err != nil {
			return err
		}
		for _, kind := range []Kind{Metro, Sight, Hotel} {
			found := 0
			for _, p := range places {
				named := strings.ToLower(strings.ReplaceAll(p.Name+" "+p.En, " ", ""))
				if p.Kind == kind && found < spotsMax && strings.Contains(named, strings.TrimSuffix(text, "站")) {
					all = append(all, Spot{ID: string(p.ID), Kind: string(p.Kind), Name: p.Name})
					found++
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	hits, err := (&shop.Service{DB: s.DB, Zone: s.Zone}).Search(ctx, shop.Query{City: city, Name: text, Limit: spotsMax})
	for _, h := range hits {
		all = append(all, Spot{ID: string(h.ID), Kind: "shop", Name: h.Name, District: h.District, Address: h.Address})
	}
	return all, err
}

// SpotPoint returns where a spot is.
func (s *Service) SpotPoint(ctx context.Context, id string) (at geo.Point, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		at, err = spotPoint(tx, id)
		return err
	})
	return at, err
}

func spotPoint(tx *db.Tx, id string) (geo.Point, error) {
	if strings.HasPrefix(id, "shp_") {
		sh, err := shop.Find(tx, shop.ID(id))
		if errors.Is(err, shop.ErrUnknown) {
			err = ErrSpot.In("spot")
		}
		return sh.Point, err
	}
	at, err := db.One[geo.Point](tx, `SELECT lat, lng FROM discover_places WHERE id = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return at, ErrSpot.In("spot")
	} else if err != nil {
		return at, fmt.Errorf("discover: find place %s: %w", id, err)
	}
	return at, nil
}

// StationNear names the station nearest to a place, within a kilometre, or "".
func (s *Service) StationNear(ctx context.Context, city string, at geo.Point) (name string, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err := Places(tx, city, Metro)
		least := 1000.0
		for _, p := range all {
			if d := geo.Distance(at, p.Point); d < least {
				name, least = p.Name, d
			}
		}
		return err
	})
	return name, err
}
