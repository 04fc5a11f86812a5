package shop

import (
	"time"

	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
)

// checks gathers what is wrong with a form, so that all of it can be shown at
// once.
type checks struct{ faults []*fault.Error }

// add keeps err if it is a fault.
func (c *checks) add(err error) {
	if f, ok := fault.From(err); ok {
		c.faults = append(c.faults, f)
	}
}

func (c *checks) percent(p int) {
	if p < 1 || p > percentMax {
		c.add(ErrPercent.In("percent"))
	}
}

func (c *checks) off(a money.Amount) {
	if a <= 0 {
		c.add(ErrOff.In("off"))
		return
	}
	c.amount("off", a)
}

func (c *checks) amount(field string, a money.Amount) {
	if a < 0 || a > money.Max {
		c.add(ErrAmount.In(field))
	}
}

// day reports whether d is a day of the calendar.
func (c *checks) day(field string, d ledger.Day) bool {
	_, err := ledger.ParseDay(string(d))
	if err != nil {
		c.add(ErrDay.In(field))
	}
	return err == nil
}

func (c *checks) hours(windows []Hours) {
	if len(windows) > hoursMax {
		c.add(ErrWindows.With("max", hoursMax).In("hours"))
		return
	}
	for _, h := range windows {
		bad := h.From < 0 || h.From >= day || h.Until <= h.From || h.Until > h.From+day
		for _, d := range h.Days {
			bad = bad || d < time.Sunday || d > time.Saturday
		}
		if bad {
			c.add(ErrWindow.In("hours"))
			return
		}
	}
}
