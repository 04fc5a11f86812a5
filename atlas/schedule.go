package atlas

import "time"

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
