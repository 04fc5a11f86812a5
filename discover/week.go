package discover

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
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
	At       time.Time // When it joined or changed.
	Terms    shop.Terms
	Before   shop.Terms // Of changed terms, what stood before.
}

// An Away is a day on which shops make an exception of their terms.
type Away struct {
	Day   ledger.Day
	Shops []Novelty // The first few, by name.
	All   int
}

// Week returns what is on in a city; "" is all cities. It costs what is new and
// what is amiss, however many shops there are. Until the city was read, days are
// not told.
func (s *Service) Week(ctx context.Context, city string, now time.Time) (Week, error) {
	towns, err := s.surveyed(ctx, city)
	if errors.Is(err, ErrLoading) {
		return s.readWeek(ctx, city, nil)
	} else if err != nil {
		return Week{}, err
	}
	return s.weeks.get(city, now, weekLife, func() (Week, error) { return s.readWeek(ctx, city, towns) })
}

func (s *Service) readWeek(ctx context.Context, city string, towns []*town) (w Week, err error) {
	var today ledger.Day
	err = s.DB.View(ctx, func(tx *db.Tx) (err error) {
		w, today = Week{}, ledger.DayOf(tx.Now(), s.Zone)
		in := []string{city}
		if city == "" {
			if in, err = cities(tx); err != nil {
				return err
			}
		}
		since := today.Next(-weekDays).Start(s.Zone)
		for _, city := range in {
			j, err := joined(tx, city, since)
			if err != nil {
				return err
			}
			c, err := changed(tx, city, since)
			if err != nil {
				return err
			}
			w.Joined, w.Changed = w.Joined.and(j), w.Changed.and(c)
		}
		return nil
	})
	if err == nil {
		w.Away, err = away(towns, today)
	}
	return w, err
}

// and is the news of two cities.
func (n News) and(more News) News {
	all := append(n.Shops, more.Shops...)
	slices.SortStableFunc(all, func(a, b Novelty) int { return b.At.Compare(a.At) })
	return News{all[:min(len(all), weekShown)], n.All + more.All}
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
		WHERE city = $1 AND opened >= $2 AND state = $3
		ORDER BY opened DESC, id LIMIT CAST($4 AS BIGINT)`, city, since, shop.Live, weekShown)
	if err != nil {
		return News{}, fmt.Errorf("discover: shops that joined: %w", err)
	}
	return novelties(rows)
}

// changed are the live shops whose terms were changed since a moment, and
// since they are live. The city is asked for in a way that no index serves:
// what changed lately is few, and the city's shops are many.
func changed(tx *db.Tx, city string, since time.Time) (News, error) {
	rows, err := db.All[noveltyRow](tx, `
		SELECT s.id AS id, s.name AS name, s.category AS category, s.district AS district, t.at AS at, t.body AS terms,
			b.body AS before, COUNT(*) OVER () AS rows
		FROM shop_terms t
			JOIN shop_shops s ON s.id = t.shop AND s.terms_version = t.version
			JOIN shop_terms b ON b.shop = t.shop AND b.version = t.version - 1
		WHERE t.at >= $2 AND t.at > s.opened AND s.state = $3 AND s.city || '' = $1
		ORDER BY t.at DESC, s.id LIMIT CAST($4 AS BIGINT)`, city, since, shop.Live, weekShown)
	if err != nil {
		return News{}, fmt.Errorf("discover: terms that changed: %w", err)
	}
	return novelties(rows)
}

// away are the exceptions of the days from today on. Only the few shops whose
// terms name a day are looked at.
func away(towns []*town, today ledger.Day) (all []Away, err error) {
	days := map[ledger.Day]*Away{}
	for _, t := range towns {
		for id := range t.board.Load().odd {
			l, ok, err := t.taker(id)
			if err != nil {
				return nil, err
			}
			for _, d := range l.Terms.Blackout {
				if !ok || d < today || d >= today.Next(weekDays) {
					continue
				}
				if days[d] == nil {
					days[d] = &Away{Day: d}
				}
				days[d].Shops = append(days[d].Shops, Novelty{ID: l.ID, Name: l.Name, Category: l.Category, District: l.District, Terms: l.Terms})
			}
		}
	}
	for _, a := range days {
		slices.SortFunc(a.Shops, func(x, y Novelty) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID)) })
		a.All, a.Shops = len(a.Shops), a.Shops[:min(len(a.Shops), weekShown)]
		all = append(all, *a)
	}
	slices.SortFunc(all, func(a, b Away) int { return cmp.Compare(a.Day, b.Day) })
	return all, nil
}
