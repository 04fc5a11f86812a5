package discover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"citywalk/account"
	"citywalk/db"
	"citywalk/geo"
	"citywalk/pass"
)

// Admit is the pass.Service's Gate: it says on what promise a plan is sold to a
// person at a place, or why it is not. Who names no place buys for where he
// said that he lives. A wish to be told is over with it.
func (s *Service) Admit(tx *db.Tx, person account.ID, plan string, at pass.Place) (pass.Sale, error) {
	named := at.District
	at, all, err := s.gatesAt(tx, person, at)
	if err != nil {
		return pass.Sale{}, err
	}
	if err := checkDistrict(tx, all, at.City, named); err != nil {
		return pass.Sale{}, err
	}
	if at.District == "" && needsDistrict(all, plan) {
		return pass.Sale{}, ErrWhere.In("district")
	}
	g, found := pick(all, plan, at)
	if !found {
		return pass.Sale{Place: at}, nil
	}
	if err := g.refuse(); err != nil {
		return pass.Sale{}, err
	}
	if _, err := tx.Exec(`DELETE FROM discover_wishes WHERE person = $1 AND city = $2 AND district = $3`, person, at.City, at.District); err != nil {
		return pass.Sale{}, fmt.Errorf("discover: forget a wish: %w", err)
	}
	return pass.Sale{Place: at, Gate: string(g.ID), Promise: g.Conditions.promise()}, nil
}

// gatesAt completes the place of a sale and returns the gates of its city.
func (s *Service) gatesAt(tx *db.Tx, person account.ID, at pass.Place) (pass.Place, []Gate, error) {
	at, err := s.placeOf(tx, person, at)
	if err != nil {
		return at, nil, err
	}
	all, err := gatesOf(tx, at.City)
	return at, all, err
}

// checkDistrict refuses a district that somebody named and that the city does
// not have. Where nothing is guarded nobody looks: it is only written down.
func checkDistrict(tx *db.Tx, all []Gate, city, named string) error {
	if named == "" {
		return nil
	}
	if !short(named) {
		return ErrDistrict.In("district")
	}
	if len(all) == 0 {
		return nil
	}
	known, err := districts(tx, city)
	if err == nil && !slices.Contains(known, named) {
		err = ErrDistrict.In("district")
	}
	return err
}

// needsDistrict reports whether it matters in which district somebody buys.
func needsDistrict(all []Gate, plan string) bool {
	return slices.ContainsFunc(all, func(g Gate) bool { return g.District != "" && (g.Plan == "" || g.Plan == plan) })
}

// placeOf completes the place of a sale: the district is the one of the person's
// home if he named none, and the city the home's or, for other districts, the
// programme's.
func (s *Service) placeOf(tx *db.Tx, person account.ID, at pass.Place) (pass.Place, error) {
	if at.City != "" {
		return at, s.checkCity(tx, at.City)
	}
	home, err := findAnchor(tx, person, Home)
	switch {
	case err == nil && (at.District == "" || at.District == home.District):
		return pass.Place{City: home.City, District: home.District}, nil
	case err != nil && !errors.Is(err, db.ErrNone):
		return at, err
	}
	return pass.Place{City: s.City, District: at.District}, nil
}

// checkCity refuses a city where no shop takes the card: there is no gate in
// it, and nothing to use a pass for.
func (s *Service) checkCity(tx *db.Tx, city string) error {
	if city == s.City {
		return nil
	}
	n, err := db.One[int](tx, `SELECT COUNT(*) FROM (SELECT id FROM shop_shops WHERE city = $1 AND state = 'live' LIMIT 1) AS one`, city)
	if err != nil {
		return fmt.Errorf("discover: look for shops in %s: %w", city, err)
	}
	if n == 0 {
		return ErrDistrict.In("city")
	}
	return nil
}

// An Outlook is what somebody who may buy a plan is told of a place.
type Outlook struct {
	Place     pass.Place
	Home      bool // The place is where the reader lives, and Here is around it.
	Near      bool // Here is around the position that the reader showed.
	Here      Number
	Minutes   int
	Hour      int
	Gate      *Gate    // That guards the place; nil if none does.
	Refused   error    // Why the plan is not sold there now; nil if it is.
	Districts []string // To choose from, where it matters in which one buys.
	Wished    bool     // The reader wants to be told when it opens.
}

// Outlook says what a plan is good for and whether it is sold, at the place
// that a person names, or where he said that he lives. shown is a position
// that he shows for this once; it is not kept.
func (s *Service) Outlook(ctx context.Context, who account.Session, plan string, at pass.Place, shown *geo.Point) (o Outlook, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		var all []Gate
		if o.Place, all, err = s.gatesAt(tx, who.Person, at); err != nil {
			return err
		}
		if err := checkDistrict(tx, all, o.Place.City, at.District); err != nil {
			return err
		}
		o.Minutes, o.Hour = Usual.Minutes, Usual.Hour
		if g, found := pick(all, plan, o.Place); found {
			o.Gate, o.Refused, o.Minutes, o.Hour = &g, g.refuse(), g.Minutes, g.Hour
		}
		if needsDistrict(all, plan) {
			if o.Districts, err = districts(tx, o.Place.City); err != nil {
				return err
			}
			if o.Place.District == "" {
				o.Gate, o.Refused = nil, ErrWhere
			}
		}
		if o.Wished, err = wished(tx, who.Person, o.Place); err != nil {
			return err
		}
		return o.around(tx, who.Person, shown)
	})
	return o, err
}

// around adds the number at the home, or at the position that is shown.
func (o *Outlook) around(tx *db.Tx, person account.ID, shown *geo.Point) (err error) {
	if shown != nil && shown.Valid() {
		o.Near = true
		o.Here, err = numberAt(tx, *shown, o.Minutes, o.Hour)
		return err
	}
	home, err := findAnchor(tx, person, Home)
	if errors.Is(err, db.ErrNone) || err == nil && (home.City != o.Place.City || home.District != o.Place.District) {
		return nil
	} else if err != nil {
		return err
	}
	o.Home = true
	o.Here, err = numberAt(tx, home.Point(), o.Minutes, o.Hour)
	return err
}

// Wish remembers that a person wants to be told when a pass is sold at a place
// where it is not. Twice is once.
func (s *Service) Wish(ctx context.Context, who account.Session, at pass.Place) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		named := at.District
		at, all, err := s.gatesAt(tx, who.Person, at)
		if err != nil {
			return err
		}
		if err := checkDistrict(tx, all, at.City, named); err != nil {
			return err
		}
		if _, err := tx.Exec(`
			INSERT INTO discover_wishes (person, city, district, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			who.Person, at.City, at.District, tx.Now()); err != nil {
			return fmt.Errorf("discover: keep a wish: %w", err)
		}
		return nil
	})
}

// Unwish forgets all wishes of a person.
func (s *Service) Unwish(ctx context.Context, who account.Session) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`DELETE FROM discover_wishes WHERE person = $1`, who.Person); err != nil {
			return fmt.Errorf("discover: forget wishes: %w", err)
		}
		return nil
	})
}

// Opened lists the places where a person wanted to be told when a plan is sold,
// and where it is now.
func (s *Service) Opened(ctx context.Context, who account.Session, plan string) (open []pass.Place, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		mine, err := db.All[pass.Place](tx, `
			SELECT city, district FROM discover_wishes WHERE person = $1 ORDER BY at, city, district`, who.Person)
		if err != nil {
			return fmt.Errorf("discover: read wishes: %w", err)
		}
		for _, at := range mine {
			all, err := gatesOf(tx, at.City)
			if err != nil {
				return err
			}
			if g, found := pick(all, plan, at); !found || g.State == GateOpen {
				open = append(open, at)
			}
		}
		return nil
	})
	return open, err
}

func wished(tx *db.Tx, person account.ID, at pass.Place) (bool, error) {
	n, err := db.One[int](tx, `
		SELECT COUNT(*) FROM discover_wishes WHERE person = $1 AND city = $2 AND district = $3`, person, at.City, at.District)
	if err != nil {
		return false, fmt.Errorf("discover: look for a wish: %w", err)
	}
	return n > 0, nil
}

// Wishes counts who waits at each place of a city.
func (s *Service) Wishes(ctx context.Context, city string) (n map[string]int, err error) {
	type waiting struct {
		District string
		N        int
	}
	n = map[string]int{}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err := db.All[waiting](tx, `
			SELECT district, COUNT(*) AS n FROM discover_wishes WHERE city = $1 GROUP BY district`, city)
		if err != nil {
			return fmt.Errorf("discover: count wishes: %w", err)
		}
		for _, w := range all {
			n[w.District] = w.N
		}
		return nil
	})
	return n, err
}

// short reports whether a name is one that fits, without control characters.
func short(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= areaMax && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl)
}
