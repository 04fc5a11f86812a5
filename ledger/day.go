package ledger

import (
	"fmt"
	"time"
)

// A Day is a business day, "2026-03-02", in the programme's time zone.
type Day string

// DayOf returns the business day of t in the zone.
func DayOf(t time.Time, zone *time.Location) Day { return Day(t.In(zone).Format(time.DateOnly)) }

// ParseDay reads "2006-01-02". A day of another age than ours is none: what
// comes after 9999-12-31 has five digits, and days are compared as text.
func ParseDay(s string) (Day, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil || s < "1970" || s >= "3000" {
		return "", fmt.Errorf("ledger: %q is not a day", s)
	}
	return Day(s), nil
}

// Start returns the first instant of the day in the zone; Next(1).Start is its
// end. Where the clocks change at midnight, that instant may read 01:00, or be
// the first of two midnights.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, n := d.date().Date()
	t := time.Date(y, m, n, 0, 0, 0, 0, zone)
	if DayOf(t, zone) < d {
		_, change := t.ZoneBounds()
		return change
	}
	change, _ := t.ZoneBounds()
	if change.IsZero() {
		return t
	}
	_, after := t.Zone()
	_, before := change.Add(-1).Zone()
	if first := t.Add(time.Duration(after-before) * time.Second); first.Before(change) && DayOf(first, zone) == d {
		return first
	}
	return t
}

// Next returns the day n days later; n may be negative.
func (d Day) Next(n int) Day { return Day(d.date().AddDate(0, 0, n).Format(time.DateOnly)) }

// Sub returns the number of days from e to d.
func (d Day) Sub(e Day) int { return int(d.date().Sub(e.date()) / (24 * time.Hour)) }

// date is the day as midnight UTC. A Day comes from DayOf or ParseDay, so that
// anything else is a bug.
func (d Day) date() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		panic("ledger: not a day: " + string(d))
	}
	return t
}
