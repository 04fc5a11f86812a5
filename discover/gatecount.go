package discover

import (
	"time"

	"citywalk/geo"
	"citywalk/shop"
)

// A Near is a shop that takes the card, as coverage counts it.
type Near struct {
	Point    geo.Point
	Category string
	Open     bool // At the hour that is asked about (OpenAt).
}

// A Number is what the card is good for around a place.
type Number struct {
	Shops      int // That take the card, within the walk.
	Categories int // Of them.

	Open           int // Of the shops: open, and the card works, at the hour.
	OpenCategories int // Of those.
}

// Count is the number at a place: of the shops that are given, those within so
// many minutes on foot. It is all that is known of them, wherever they were
// read.
func Count(from geo.Point, minutes int, near []Near) (n Number) {
	metres := geo.Stroll(minutes)
	all, open := map[string]bool{}, map[string]bool{}
	for _, s := range near {
		if geo.Distance(from, s.Point) > metres {
			continue
		}
		n.Shops++
		all[s.Category] = true
		if s.Open {
			n.Open++
			open[s.Category] = true
		}
	}
	n.Categories, n.OpenCategories = len(all), len(open)
	return n
}

// monday is the first day of a week like any other.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// mostDays of a week make an hour a usual one.
const mostDays = 4

// OpenAt reports whether on most days of a week, at a minute of the day, a
// shop is known to be open and its terms apply. Hours that nobody told us
// promise nothing.
func OpenAt(s shop.Shop, hour int) bool {
	days := 0
	for d := range 7 {
		at := monday.AddDate(0, 0, d).Add(time.Duration(hour) * time.Minute)
		if open, known := s.OpenAt(at); !known || !open {
			continue
		}
		if len(s.Terms.Hours) == 0 || anyHolds(s.Terms.Hours, at) {
			days++
		}
	}
	return days >= mostDays
}

func anyHolds(windows []shop.Hours, at time.Time) bool {
	for _, h := range windows {
		if h.Holds(at) {
			return true
		}
	}
	return false
}
