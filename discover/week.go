package discover

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"citywalk/db"
	"citywalk/ledger"
	"citywalk/shop"
)

const (
	weekDays  = 7
	weekShown = 6 // Shops of a kind of news.
	weekLife  = time.Minute
)

// A Week is what is new in a city and what to mind: shops that began to take
// the card and terms that changed in the last seven days, and days of the next
// seven on which the terms of some shops do not apply.
type Week struct {
	Joined  News
	Changed News
	Away    []Away // By day; days on which nothing is amiss are left out.
}

// Empty reports whether there is nothing to tell.
func (w Week) Empty() bool { return w.Joined.All == 0 && w.Changed.All == 0 && len(w.Away) == 0 }

// News are shops of which something is new, the newest first.
type News struct {
	Shops []Novelty // The first few.
	All   int       // How many there are.
}

// A Novelty is a shop of which something is new.
type Novelty struct {
	ID       shop.ID
	Name     string
	Category string
	District string
	At       time.Time
	Terms    shop.Terms
	Before   shop.Terms // Of changed terms, what stood before.
}

// An Away is a day on which shops make an exception of their terms.
type Away struct {
	Day   ledger.Day
	Shops []Novelty // The first few, by name.
	All   int
}

// Week returns what is on in a city; "" is all cities.
func (s *Service) Week(ctx context.Context, city string, now time.Time) (Week, error) {
	return s.weeks.get(city, now, weekLife, func() (w Week, err error) {
		err = s.DB.View(ctx, func(tx *db.Tx) error {
			since := ledger.DayOf(tx.Now(), s.Zone).Next(-weekDays).Start(s.Zone)
			if w.Joined, err = joined(tx, city, since); err != nil {
				return err
			}
			if w.Changed, err = changed(tx, city, since); err != nil {
				return err
			}
			w.Away, err = away(tx, city, ledger.DayOf(tx.Now(), s.Zone))
			return err
		})
		return w, err
	})
}

// A noveltyRow is a Novelty with how many there are and its terms undecoded.
type noveltyRow struct {
	ID       shop.ID
	Name     string
	Category string
	District string
	At       time.Time
	Terms    string
	Before   string
	Rows     int
}

func (r noveltyRow) novelty() (n Novelty, err error) {
	n = Novelty{ID: r.ID, Name: r.Name, Category: r.Category, District: r.District, At: r.At}
	for _, c := range []struct {
		text string
		into *shop.Terms
	}{{r.Terms, &n.Terms}, {r.Before, &n.Before}} {
		if c.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(c.text), c.into); err != nil {
			return n, fmt.Errorf("discover: terms of %s: %w", r.ID, err)
		}
	}
	return n, nil
}

func novelties(rows []noveltyRow) (n News, err error) {
	for _, r := range rows {
		v, err := r.novelty()
		if err != nil {
			return n, err
		}
		n.Shops, n.All = append(n.Shops, v), r.Rows
	}
	return n, nil
}

// joined are the live shops that began to take the card since a moment.
func joined(tx *db.Tx, city string, since time.Time) (News, error) {
	rows, err := db.All[noveltyRow](tx, `
		SELECT id, name, category, district, opened AS at, terms, '' AS before, COUNT(*) OVER () AS rows
		FROM shop_shops
		WHERE (CAST($1 AS TEXT) = '' OR city = $1) AND opened >= $2 AND state = $3
		ORDER BY opened DESC, id LIMIT CAST($4 AS BIGINT)`, city, since, shop.Live, weekShown)
	if err != nil {
		return News{}, fmt.Errorf("discover: shops that joined: %w", err)
	}
	return novelties(rows)
}

// changed are the live shops whose terms were changed since a moment, and
// since they are live.
func changed(tx *db.Tx, city string, since time.Time) (News, error) {
	rows, err := db.All[noveltyRow](tx, `
		SELECT s.id AS id, s.name AS name, s.category AS category, s.district AS district, t.at AS at, t.body AS terms,
			b.body AS before, COUNT(*) OVER () AS rows
		FROM shop_terms t
			JOIN shop_shops s ON s.id = t.shop AND s.terms_version = t.version
			JOIN shop_terms b ON b.shop = t.shop AND b.version = t.version - 1
		WHERE t.at >= $2 AND t.at > s.opened AND s.state = $3 AND (CAST($1 AS TEXT) = '' OR s.city = $1)
		ORDER BY t.at DESC, s.id LIMIT CAST($4 AS BIGINT)`, city, since, shop.Live, weekShown)
	if err != nil {
		return News{}, fmt.Errorf("discover: terms that changed: %w", err)
	}
	return novelties(rows)
}

// away are the exceptions of the days from today on. Only the few shops whose
// terms name a day are decoded.
func away(tx *db.Tx, city string, today ledger.Day) (all []Away, err error) {
	days := map[ledger.Day]*Away{}
	err = db.Each(tx, func(r noveltyRow) error {
		n, err := r.novelty()
		if err != nil {
			return err
		}
		for _, d := range n.Terms.Blackout {
			if d < today || d >= today.Next(weekDays) {
				continue
			}
			if days[d] == nil {
				days[d] = &Away{Day: d}
			}
			if days[d].All++; len(days[d].Shops) < weekShown {
				days[d].Shops = append(days[d].Shops, n)
			}
		}
		return nil
	}, `
		SELECT id, name, category, district, opened AS at, terms, '' AS before, 0 AS rows
		FROM shop_shops
		WHERE (CAST($1 AS TEXT) = '' OR city = $1) AND state = $2 AND terms LIKE '%"blackout"%'
		ORDER BY folded, id`, city, shop.Live)
	if err != nil {
		return nil, fmt.Errorf("discover: days without terms: %w", err)
	}
	for _, a := range days {
		all = append(all, *a)
	}
	slices.SortFunc(all, func(a, b Away) int { return cmp.Compare(a.Day, b.Day) })
	return all, nil
}
