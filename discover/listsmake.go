package discover

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"citywalk/db"
	"citywalk/esteem"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/shop"
)

// listsJob makes the lists of one city; its body is the city.
const listsJob = "discover.lists"

// listsBatch is how many rows one transaction writes.
const listsBatch = 200

// registerLists has the lists of each city made at night by a job of its own,
// which any node can take.
func (s *Service) registerLists(r *jobs.Runner, night time.Duration) {
	r.Every("discover.nightly", 24*time.Hour, night, 3, func(ctx context.Context, _ time.Time) error { return s.NightlyLists(ctx) })
	r.Handle(listsJob, 5, time.Minute, func(ctx context.Context, j jobs.Job) error {
		var city string
		if err := json.Unmarshal(j.Body, &city); err != nil {
			return fmt.Errorf("discover: city of a job: %w", err)
		}
		_, err := s.MakeLists(ctx, city)
		return err
	})
}

// NightlyLists enqueues a job for each city with a shop that takes the card, or
// that has lists.
func (s *Service) NightlyLists(ctx context.Context) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		cities, err := db.All[string](tx, `
			SELECT DISTINCT city FROM shop_shops WHERE state = 'live' UNION SELECT DISTINCT city FROM discover_list_days`)
		if err != nil {
			return fmt.Errorf("discover: cities with lists: %w", err)
		}
		for _, city := range cities {
			if err := jobs.Enqueue(tx, listsJob, city, tx.Now(), city); err != nil {
				return err
			}
		}
		return nil
	})
}

// Made is what making a city's lists came to.
type Made struct {
	Day     ledger.Day
	Ranked  int // Shops with a crowd in the last year.
	Lists   int // With entries.
	Changed int // That were written.
	Regards int // Shops of which search shows something else now.
}

// A slot names a list within a city.
type slot struct {
	Span     Span
	Kind     esteem.Kind
	Category string
	District string
}

// An edition is all lists of a city on a day, and what they replace.
type edition struct {
	census *census
	day    ledger.Day
	result map[Span]esteem.Result
	bodies map[slot]string // Of today's lists.
	keys   []slot          // Of lists to write, in order.
	places []standRow      // To write.
	regard []regardRow     // To write.
}

// MakeLists makes the lists of a city from the days before today, and writes
// those that are not as they were. Made twice on a day it writes nothing the
// second time.
func (s *Service) MakeLists(ctx context.Context, city string) (made Made, err error) {
	e := &edition{result: map[Span]esteem.Result{}, bodies: map[slot]string{}}
	err = s.DB.View(ctx, func(tx *db.Tx) (err error) {
		e.day = ledger.DayOf(tx.Now(), s.Zone)
		e.census, err = s.read(tx, city)
		return err
	})
	if err != nil {
		return made, err
	}
	for _, span := range Spans {
		in := e.census.Input
		in.Days = int32(span.Days())
		e.result[span] = esteem.Build(in)
		if err := e.print(span); err != nil {
			return made, err
		}
	}
	made.Day, made.Lists = e.day, len(e.bodies)
	for _, sh := range e.result[YearSpan].Shops {
		if sh.Ranked {
			made.Ranked++
		}
	}
	if err := s.DB.View(ctx, e.compare); err != nil {
		return made, fmt.Errorf("discover: compare the lists of %s: %w", city, err)
	}
	made.Changed, made.Regards = len(e.keys), len(e.regard)
	return made, s.publish(ctx, e, made)
}

// print turns the result of a span into the rows of its lists.
func (e *edition) print(span Span) error {
	for _, l := range e.result[span].Lists {
		k := slot{span, l.Kind, name(e.census.categories, l.Category), name(e.census.districts, l.District)}
		var all []Placed
		for _, one := range l.Entries {
			all = append(all, Placed{Shop: e.census.shops[one.Shop], Place: one.Place, Best: one.Best, Worst: one.Worst,
				Score: int(math.Round(1000 * one.Score)), Reasons: one.Reasons})
			if k.District == "" && l.Kind != esteem.New {
				e.places = append(e.places, standRow{e.census.shops[one.Shop], span, l.Kind, k.Category, one.Place, one.Best, one.Worst})
			}
		}
		body, err := json.Marshal(all)
		if err != nil {
			return fmt.Errorf("discover: print a list: %w", err)
		}
		e.bodies[k] = string(body)
	}
	return nil
}

// compare leaves what is not as it was.
func (e *edition) compare(tx *db.Tx) error {
	old := map[slot]string{}
	err := db.Each(tx, func(r struct {
		slot
		Body string
	}) error {
		old[r.slot] = r.Body
		return nil
	}, `
		SELECT l.span AS span, l.kind AS kind, l.category AS category, l.district AS district, l.body AS body
		FROM discover_lists l
		WHERE l.city = $1 AND l.day = (SELECT MAX(n.day) FROM discover_lists n WHERE n.city = l.city AND n.span = l.span
			AND n.kind = l.kind AND n.category = l.category AND n.district = l.district)`, e.census.city)
	if err != nil {
		return err
	}
	for k, body := range old {
		if _, still := e.bodies[k]; !still && body != "[]" {
			e.bodies[k] = "[]"
		}
	}
	for k, body := range e.bodies {
		if old[k] != body {
			e.keys = append(e.keys, k)
		}
	}
	slices.SortFunc(e.keys, compareSlots)
	if e.places, err = changedPlaces(tx, e.census.city, e.places); err != nil {
		return err
	}
	e.regard, err = changedRegards(tx, e)
	return err
}

// publish writes the lists, and last of all their day.
func (s *Service) publish(ctx context.Context, e *edition, made Made) error {
	city := e.census.city
	batches := func(n int, some func(tx *db.Tx, from, to int) error) error {
		for from := 0; from < n; from += listsBatch {
			err := s.DB.Update(ctx, func(tx *db.Tx) error { return some(tx, from, min(n, from+listsBatch)) })
			if err != nil {
				return fmt.Errorf("discover: publish the lists of %s: %w", city, err)
			}
		}
		return nil
	}
	write := func(n int, one func(tx *db.Tx, i int) error) error {
		return batches(n, func(tx *db.Tx, from, to int) (err error) {
			for i := from; i < to && err == nil; i++ {
				err = one(tx, i)
			}
			return err
		})
	}
	return errors.Join(
		write(len(e.keys), func(tx *db.Tx, i int) error { return putList(tx, city, e.keys[i], e.day, e.bodies[e.keys[i]]) }),
		write(len(e.places), func(tx *db.Tx, i int) error { return putStand(tx, e.places[i], e.day) }),
		batches(len(e.regard), func(tx *db.Tx, from, to int) error { return putRegards(tx, city, e.regard[from:to]) }),
		write(1, func(tx *db.Tx, _ int) error {
			_, err := tx.Exec(`
				INSERT INTO discover_list_days (city, day, ranked, changed, at) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (city, day) DO UPDATE SET ranked = excluded.ranked, at = excluded.at`,
				city, e.day, made.Ranked, made.Changed, tx.Now())
			return err
		}))
}

func putList(tx *db.Tx, city string, k slot, day ledger.Day, body string) error {
	_, err := tx.Exec(`
		INSERT INTO discover_lists (city, span, kind, category, district, day, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (city, span, kind, category, district, day) DO UPDATE SET body = excluded.body`,
		city, string(k.Span), string(k.Kind), k.Category, k.District, day, body)
	return err
}

// A regardRow is what search shows of a shop.
type regardRow struct {
	Shop  shop.ID
	Score int    // Thousandths; 0 is none.
	Back  int    // Percent of locals who came back; -1 is too few to say.
	List  string // The city's list of the day on which it stands best; "" is none.
	Place int
}

// regards are what search should show of each shop of which there is something.
func (e *edition) regards() map[shop.ID]regardRow {
	all := map[shop.ID]regardRow{}
	day := e.result[DaySpan]
	for i, st := range day.Shops {
		r := regardRow{Shop: e.census.shops[i], Back: -1}
		if st.Ranked {
			r.Score = max(1, int(math.Round(1000*st.Score)))
			if st.Back.Count >= esteem.Crowd {
				r.Back = int(math.Round(100 * st.Back.Rounded()))
			}
			all[r.Shop] = r
		}
	}
	for _, l := range day.Lists {
		if l.Category >= 0 || l.District >= 0 || l.Kind == esteem.Tourist {
			continue
		}
		for i, one := range l.Entries {
			r, ok := all[e.census.shops[one.Shop]]
			if !ok {
				r = regardRow{Shop: e.census.shops[one.Shop], Back: -1}
			}
			if r.Place == 0 || i+1 < r.Place {
				r.List, r.Place = string(l.Kind), i+1
			}
			all[r.Shop] = r
		}
	}
	return all
}

// changedRegards are the rows that search has to see.
func changedRegards(tx *db.Tx, e *edition) (changed []regardRow, err error) {
	next := e.regards()
	old, err := db.All[regardRow](tx, `
		SELECT shop, score, back, list, place FROM discover_regards WHERE city = $1`, e.census.city)
	if err != nil {
		return nil, err
	}
	for _, r := range old {
		now, still := next[r.Shop]
		if !still {
			now = regardRow{Shop: r.Shop, Back: -1}
		}
		if now != r {
			changed = append(changed, now)
		}
		delete(next, r.Shop)
	}
	for _, r := range next {
		changed = append(changed, r)
	}
	slices.SortFunc(changed, func(a, b regardRow) int { return compareText(a.Shop, b.Shop) })
	return changed, nil
}

// putRegards writes what search should show of shops, and says so.
func putRegards(tx *db.Tx, city string, all []regardRow) error {
	var changed []shop.ID
	for _, r := range all {
		if _, err := tx.Exec(`
			INSERT INTO discover_regards (shop, city, score, back, list, place, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (shop) DO UPDATE SET city = excluded.city, score = excluded.score, back = excluded.back,
				list = excluded.list, place = excluded.place, at = excluded.at`,
			r.Shop, city, r.Score, r.Back, r.List, r.Place, tx.Now()); err != nil {
			return err
		}
		changed = append(changed, r.Shop)
	}
	return shop.Said(tx, changed...)
}
