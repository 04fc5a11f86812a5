package main

import (
	"context"
	"time"

	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// lateDay is the day of the history on which the i-th shop begins to take the
// card: some do in the last week, the others from the first day on.
func (h *history) lateDay(i int) int {
	if i%53 != 9 {
		return 0
	}
	return max(0, h.days-1-i%6)
}

// newTerms are what the i-th shop changes its terms to, and on which day of the
// history; ok is false for the many that change nothing.
func (h *history) newTerms(i int) (t shop.Terms, day int, ok bool) {
	switch day = max(1, h.days-1-i%5); i {
	case 20:
		return shop.Terms{Kind: shop.Percent, Percent: 20, Cap: 60 * money.Yuan}, day, true
	case 71:
		return shop.Terms{Kind: shop.Fixed, Off: 12 * money.Yuan, Floor: 80 * money.Yuan}, day, true
	case 133:
		return shop.Terms{Kind: shop.Percent, Percent: 15, Floor: 40 * money.Yuan, Excluded: "酒水",
			Hours: []shop.Hours{{From: 11 * 60, Until: 20 * 60}}}, day, true
	}
	return t, 0, false
}

// awayDays are days on which the i-th shop makes an exception, counted from
// the last day of the history.
func awayDays(i int, last ledger.Day) []ledger.Day {
	switch i % 60 {
	case 8:
		return []ledger.Day{last.Next(2)}
	case 27:
		return []ledger.Day{last.Next(4), last.Next(5)}
	case 46:
		return []ledger.Day{last.Next(20), last.Next(21), last.Next(22)}
	}
	return nil
}

// news opens the shops of a day and changes terms.
func (h *history) news(ctx context.Context, day int, start time.Time) error {
	h.clock.set(start.Add(9 * time.Hour))
	for i, sh := range h.shops {
		late := h.lateDay(i) == day && day > 0 && sh.Merchant != ""
		terms, on, changes := h.newTerms(i)
		if changes = changes && on == day && sh.State == shop.Live; changes {
			if _, err := h.shop.SetTerms(ctx, h.operator, sh.ID, terms); err != nil {
				return err
			}
		}
		if late {
			if err := h.shop.Open(ctx, h.operator, sh.ID); err != nil {
				return err
			}
		}
		if late || changes {
			var err error
			if h.shops[i], err = h.shop.Get(ctx, sh.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
