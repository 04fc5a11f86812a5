package atlas

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"
)

// A Schedule is weekly windows, without some days. Without a window it is
// never.
type Schedule struct {
	Windows []Window
	Not     []Day // Calendar days on which it does not hold, whatever the windows say.
}

// A Window is from one minute of the day to another, half open, on some days
// of the week. What runs past midnight belongs to the day on which it began.
type Window struct {
	Days        Weekdays
	From, Until int16 // Minutes; Until may be beyond 1440, up to 2880.
}

// Weekdays has bit 1<<time.Sunday and so on set.
type Weekdays uint8

// EveryDay is all of them.
const EveryDay Weekdays = 1<<7 - 1

// Always holds at any time.
func Always() Schedule { return Schedule{Windows: []Window{{Days: EveryDay, Until: minutes}}} }

// A Day is a calendar day, counted from 1970-01-01.
type Day int32

// DayOf returns the calendar day that a clock on the wall shows.
func DayOf(local time.Time) Day {
	y, m, d := local.Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

const (
	minutes    = 24 * 60
	windowsMax = 64
	notMax     = 800
)

// A moment is a local time as schedules see it.
type moment struct {
	minute  int16
	weekday uint8
	day     Day
}

func momentOf(local time.Time) moment {
	return moment{int16(local.Hour()*60 + local.Minute()), uint8(local.Weekday()), DayOf(local)}
}

// holds reports whether the schedule holds at m.
func (s Schedule) holds(m moment) bool {
	for _, d := range s.Not {
		if d == m.day {
			return false
		}
	}
	yesterday := (m.weekday + 6) % 7
	for _, w := range s.Windows {
		if w.Days>>m.weekday&1 == 1 && w.From <= m.minute && m.minute < w.Until ||
			w.Days>>yesterday&1 == 1 && w.From <= m.minute+minutes && m.minute+minutes < w.Until {
			return true
		}
	}
	return false
}

// openAt reports whether a place with these hours is open; it is not when they
// are unknown.
func openAt(opens, closes int16, m moment) bool {
	return opens >= 0 && closes >= 0 && (opens <= m.minute && m.minute < closes || m.minute+minutes < closes)
}

func (s Schedule) check() string {
	if len(s.Windows) > windowsMax || len(s.Not) > notMax {
		return "the schedule is too long"
	}
	for _, w := range s.Windows {
		if w.From < 0 || w.From >= minutes || w.Until > 2*minutes {
			return "a window is not within two days"
		}
	}
	return ""
}

// tidy sorts what may stand in any order, so that equal schedules look equal.
func (s Schedule) tidy() Schedule {
	s.Windows, s.Not = slices.Clone(s.Windows), slices.Clone(s.Not)
	slices.SortFunc(s.Windows, func(a, b Window) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Until, b.Until), cmp.Compare(a.Days, b.Days))
	})
	s.Windows = slices.Compact(s.Windows)
	slices.Sort(s.Not)
	s.Not = slices.Compact(s.Not)
	return s
}

// encode writes a tidy schedule: how many windows, the windows, the days.
func (s Schedule) encode(b []byte) []byte {
	b = append(b, byte(len(s.Windows)))
	for _, w := range s.Windows {
		b = append(b, byte(w.Days))
		b = binary.LittleEndian.AppendUint16(b, uint16(w.From))
		b = binary.LittleEndian.AppendUint16(b, uint16(w.Until))
	}
	for _, d := range s.Not {
		b = binary.LittleEndian.AppendUint32(b, uint32(d))
	}
	return b
}

// decode reads what encode wrote; ok is false if it did not.
func decode(b []byte) (s Schedule, ok bool) {
	if len(b) == 0 || int(b[0]) > windowsMax || len(b) < 1+5*int(b[0]) || (len(b)-1-5*int(b[0]))%4 != 0 {
		return s, false
	}
	n := int(b[0])
	for b = b[1:]; n > 0; n, b = n-1, b[5:] {
		s.Windows = append(s.Windows, Window{Weekdays(b[0]), int16(binary.LittleEndian.Uint16(b[1:])), int16(binary.LittleEndian.Uint16(b[3:]))})
	}
	for ; len(b) > 0; b = b[4:] {
		s.Not = append(s.Not, Day(binary.LittleEndian.Uint32(b)))
	}
	return s, s.check() == ""
}

// plan is schedule i of a segment, which has checked that it can be read.
func plan(plans *texts, i uint32) Schedule {
	s, _ := decode(plans.at(i))
	return s
}
