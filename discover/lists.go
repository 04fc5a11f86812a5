package discover

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/esteem"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/shop"
)

// A Span is how much of the past a list rests on.
type Span string

// The spans. The day's lists rest on half a year and the year's on a year.
const (
	DaySpan  Span = "day"
	YearSpan Span = "year"
)

// Spans are all of them.
var Spans = []Span{DaySpan, YearSpan}

// Days is how many days of visits a list of the span rests on.
func (s Span) Days() int {
	if s == YearSpan {
		return 365
	}
	return 180
}

// Refusals of lists.
var (
	ErrList = fault.New(fault.Invalid, "discover.list", fault.Member,
		"没有这个榜单，请从榜单页重新选择。", "There is no such list. Choose one from the page of lists.")
	ErrListDay = fault.New(fault.NotFound, "discover.list_day", fault.Us,
		"这一天没有榜单。", "There are no lists of that day.")
)

// A ListKey names a list: of one kind and span, of a city, and of one category
// and district or ("") of all. Day is the day of the list, "" for the newest.
type ListKey struct {
	City     string
	Span     Span
	Kind     esteem.Kind
	Category string
	District string
	Day      ledger.Day
}

// A Placed is a shop on a list. Its place is Place, and with a probability of
// nine tenths between Best and Worst; new shops have none.
type Placed struct {
	Shop    shop.ID         `json:"shop"`
	Place   int             `json:"place,omitempty"`
	Best    int             `json:"best,omitempty"`
	Worst   int             `json:"worst,omitempty"`
	Score   int             `json:"score,omitempty"` // Thousandths.
	Reasons []esteem.Reason `json:"reasons"`

	Was int `json:"-"` // Its place a week before; 0 if it had none, -1 if there was no list.
}

// A Chart is a list as it is published.
type Chart struct {
	ListKey
	Entries []Placed
	Made    bool // Whether the city has lists at all.
}

// A Choice is what lists of a kind and span there are besides.
type Choice struct {
	Categories []string // That have a list of the whole city, or of the district.
	Districts  []string // That have a list of all categories, or of the category.
}

// ListLife is for how long a list that was read is served.
const ListLife = time.Minute

// Chart returns a list. Shops that do not take the card today are left out, and
// the others keep the places that they had.
func (s *Service) Chart(ctx context.Context, l ListKey, now time.Time) (Chart, error) {
	if !l.known() {
		return Chart{}, ErrList
	}
	return s.charts.get(l, now, ListLife, func() (c Chart, err error) {
		err = s.DB.View(ctx, func(tx *db.Tx) error {
			c, err = chart(tx, l)
			return err
		})
		return c, err
	})
}

func (l ListKey) known() bool {
	for _, k := range esteem.Kinds {
		if k == l.Kind && (l.Span == DaySpan || l.Span == YearSpan) {
			return true
		}
	}
	return false
}

func chart(tx *db.Tx, l ListKey) (c Chart, err error) {
	c.ListKey = l
	days, err := db.All[ledger.Day](tx, `
		SELECT day FROM discover_list_days WHERE city = $1 AND (CAST($2 AS TEXT) = '' OR day = $2)
		ORDER BY day DESC LIMIT 1`, l.City, l.Day)
	switch {
	case err != nil:
		return c, fmt.Errorf("discover: day of the lists of %s: %w", l.City, err)
	case len(days) == 0 && l.Day != "":
		return c, ErrListDay
	case len(days) == 0:
		return c, nil
	}
	c.Day, c.Made = days[0], true
	if c.Entries, err = entries(tx, c.ListKey, c.Day); err != nil {
		return c, err
	}
	before, err := placesBefore(tx, c.ListKey)
	if err != nil {
		return c, err
	}
	kept := c.Entries[:0]
	for _, e := range c.Entries {
		sh, err := shop.Find(tx, e.Shop)
		if err != nil {
			return c, err
		}
		if sh.State != shop.Live {
			continue
		}
		if e.Was = -1; before != nil {
			e.Was = before[e.Shop]
		}
		kept = append(kept, e)
	}
	c.Entries = kept
	return c, nil
}

// placesBefore are the places of a week before, or nil if there were no lists.
func placesBefore(tx *db.Tx, l ListKey) (map[shop.ID]int, error) {
	past := l.Day.Next(-weekDays)
	n, err := db.One[int](tx, `SELECT COUNT(*) FROM discover_list_days WHERE city = $1 AND day <= $2`, l.City, past)
	if err != nil || n == 0 {
		return nil, err
	}
	all, err := entries(tx, l, past)
	if err != nil {
		return nil, err
	}
	places := map[shop.ID]int{}
	for _, e := range all {
		places[e.Shop] = e.Place
	}
	return places, nil
}

// entries are those of a list on a day.
func entries(tx *db.Tx, l ListKey, day ledger.Day) (all []Placed, err error) {
	rows, err := db.All[string](tx, `
		SELECT body FROM discover_lists
		WHERE city = $1 AND span = $2 AND kind = $3 AND category = $4 AND district = $5 AND day <= $6
		ORDER BY day DESC LIMIT 1`, l.City, string(l.Span), string(l.Kind), l.Category, l.District, day)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if err := json.Unmarshal([]byte(rows[0]), &all); err != nil {
		return nil, fmt.Errorf("discover: entries of a list of %s: %w", l.City, err)
	}
	return all, nil
}

// Choices returns which categories and districts have a list today of the kind
// and span of l: categories within its district, districts within its category.
func (s *Service) Choices(ctx context.Context, l ListKey, now time.Time) (Choice, error) {
	return s.choices.get(l, now, ListLife, func() (c Choice, err error) {
		err = s.DB.View(ctx, func(tx *db.Tx) error {
			rows, err := db.All[struct{ Category, District string }](tx, `
				SELECT l.category AS category, l.district AS district FROM discover_lists l
				WHERE l.city = $1 AND l.span = $2 AND l.kind = $3 AND l.body <> '[]' AND (l.category = $4 OR l.district = $5)
					AND l.day = (SELECT MAX(n.day) FROM discover_lists n WHERE n.city = l.city AND n.span = l.span
						AND n.kind = l.kind AND n.category = l.category AND n.district = l.district)
				ORDER BY l.category, l.district`, l.City, string(l.Span), string(l.Kind), l.Category, l.District)
			for _, r := range rows {
				if r.District == l.District && r.Category != "" {
					c.Categories = append(c.Categories, r.Category)
				}
				if r.Category == l.Category && r.District != "" {
					c.Districts = append(c.Districts, r.District)
				}
			}
			return err
		})
		return c, err
	})
}

// ListCity returns the city whose lists are shown where nobody named one: the
// programme's own, or the first that has lists.
func (s *Service) ListCity(ctx context.Context, own string) (city string, err error) {
	if own != "" {
		return own, nil
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err := db.All[string](tx, `SELECT city FROM discover_list_days ORDER BY day DESC, city LIMIT 1`)
		if len(all) > 0 {
			city = all[0]
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("discover: a city with lists: %w", err)
	}
	return city, nil
}

// A Stand is a place that a shop has, or had, on a list of its whole city since
// a day. Place 0 is none.
type Stand struct {
	Span     Span
	Kind     esteem.Kind
	Category string
	Day      ledger.Day
	Place    int
	Best     int
	Worst    int
}

// standsMax is how many changes of a shop's places are told.
const standsMax = 200

// Stands returns where a shop stands and stood, the newest first.
func (s *Service) Stands(ctx context.Context, id shop.ID) (all []Stand, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = db.All[Stand](tx, `
			SELECT p.span AS span, p.kind AS kind, p.category AS category, p.day AS day, p.place AS place, p.best AS best, p.worst AS worst
			FROM discover_list_places p JOIN shop_shops s ON s.id = p.shop JOIN discover_list_days d ON d.city = s.city AND d.day = p.day
			WHERE p.shop = $1
			ORDER BY p.day DESC, p.span, p.kind, p.category LIMIT CAST($2 AS BIGINT)`, id, standsMax)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("discover: places of %s: %w", id, err)
	}
	return all, nil
}

// Standing returns on which lists of the day a shop stands now, the best first:
// the newest stand of each list, without those that it has left.
func (s *Service) Standing(ctx context.Context, id shop.ID) ([]Stand, error) {
	all, err := s.Stands(ctx, id)
	if err != nil {
		return nil, err
	}
	type list struct {
		span     Span
		kind     esteem.Kind
		category string
	}
	seen := map[list]bool{}
	var now []Stand
	for _, st := range all {
		k := list{st.Span, st.Kind, st.Category}
		if !seen[k] && st.Place > 0 {
			now = append(now, st)
		}
		seen[k] = true
	}
	return now, nil
}
