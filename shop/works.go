package shop

import (
	"slices"
	"time"

	"citywalk/ledger"
)

// worksAhead is how many days CardAt looks ahead.
const worksAhead = 14

// Works is whether the card works at a shop at a moment.
type Works struct {
	Now    bool
	Change time.Time // When that becomes otherwise, in local time; zero if not within two weeks.
}

// CardAt reports whether the card works at the shop at a local time: the shop
// takes it, is open or has unknown hours, and its terms apply at that hour of
// that day. What depends on the bill or on how often the card was used is not
// asked.
func (s Shop) CardAt(local time.Time) Works {
	w := Works{Now: s.cardWorks(local)}
	if s.State != Live || s.Terms.Kind == None {
		return w
	}
	turns := s.turns()
	y, m, d := local.Date()
	for ahead := range worksAhead + 1 {
		for _, minute := range turns {
			t := time.Date(y, m, d+ahead, 0, minute, 0, 0, local.Location())
			if t.After(local) && s.cardWorks(t) != w.Now {
				w.Change = t
				return w
			}
		}
	}
	return w
}

// cardWorks is Works.Now.
func (s Shop) cardWorks(local time.Time) bool {
	open, known := s.OpenAt(local)
	return s.State == Live && (open || !known) && s.Terms.ApplyAt(local)
}

// ApplyAt reports whether the terms apply at a local time, whatever the bill.
func (t *Terms) ApplyAt(local time.Time) bool {
	return t.Kind != None && within(t.Hours, local) &&
		(len(t.Blackout) == 0 || !slices.Contains(t.Blackout, ledger.DayOf(local, local.Location())))
}

// turns are the minutes of a day at which the card may begin or cease to work,
// in order: midnight, since days differ, and the ends of the hours of the shop
// and of its terms.
func (s Shop) turns() []int {
	minutes := []int{0}
	if s.Opens >= 0 && s.Closes >= 0 {
		minutes = append(minutes, s.Opens, s.Closes%day)
	}
	for _, h := range s.Terms.Hours {
		minutes = append(minutes, h.From, h.Until%day)
	}
	slices.Sort(minutes)
	return slices.Compact(minutes)
}

// From returns the terms as somebody reads them on a day or later: without the
// blackout days that are over.
func (t Terms) From(day ledger.Day) Terms {
	t.Blackout = slices.DeleteFunc(slices.Clone(t.Blackout), func(d ledger.Day) bool { return d < day })
	if len(t.Blackout) == 0 {
		t.Blackout = nil
	}
	return t
}
