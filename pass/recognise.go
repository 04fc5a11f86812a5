package pass

import (
	"context"
	"fmt"

	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
)

// A cohort is the passes of one first day, price and length. Recognised is the
// last day whose revenue is in the books, the day before First if none is.
type cohort struct {
	First      ledger.Day
	Price      money.Amount
	Days       int
	Last       ledger.Day
	Recognised ledger.Day
}

// cohortOf returns the cohort that the pass founds if it is the first in it.
func cohortOf(p Pass) cohort {
	return cohort{First: p.First, Price: p.Price, Days: p.Days, Last: p.First.Next(p.Days - 1), Recognised: p.First.Next(-1)}
}

// key is the cohort's party in the books.
func (c cohort) key() string { return fmt.Sprintf("%s/%d/%d", c.First, c.Price, c.Days) }

// earned returns what of one pass's price the cohort has recognised.
func (c cohort) earned() money.Amount { return c.earnedBy(c.Recognised) }

// earnedBy returns what of one pass's price is earned when the day is over.
func (c cohort) earnedBy(day ledger.Day) money.Amount {
	k := min(max(day.Sub(c.First)+1, 0), c.Days)
	return c.Price.Floor(int64(k), int64(c.Days))
}

// daysAtOnce bounds the entries of one transaction when days were missed.
const daysAtOnce = 31

// Recognise posts the revenue of every business day before today that is not
// yet posted. It may run any number of times, on several nodes at once.
func (s *Service) Recognise(ctx context.Context) error {
	var due []cohort
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		due, err = selectDue(tx, s.today(tx).Next(-1))
		return err
	})
	if err != nil {
		return fmt.Errorf("pass: find cohorts to recognise: %w", err)
	}
	for _, c := range due {
		for more := true; more; {
			err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
				more, err = s.recognise(tx, c)
				return err
			})
			if err != nil {
				return fmt.Errorf("pass: recognise %s: %w", c.key(), err)
			}
		}
	}
	return nil
}

// recognise posts the next days of a cohort and reports whether more are due.
// Passes that were refunded have left the cohort; those that lapsed have not.
func (s *Service) recognise(tx *db.Tx, of cohort) (more bool, err error) {
	c, err := selectCohort(tx, Pass{First: of.First, Price: of.Price, Days: of.Days})
	if err != nil {
		return false, err
	}
	end := min(s.today(tx).Next(-1), c.Last)
	if c.Recognised >= end {
		return false, nil
	}
	n, err := countCohort(tx, c)
	if err != nil {
		return false, err
	}
	from := c.Recognised
	for i := 0; i < daysAtOnce && c.Recognised < end; i++ {
		day := c.Recognised.Next(1)
		amount := (c.earnedBy(day) - c.earnedBy(c.Recognised)) * money.Amount(n)
		err := ledger.Post(tx, ledger.Entry{
			Key: "pass/recognise/" + c.key() + "/" + string(day), Memo: fmt.Sprintf("revenue of %d passes", n), Day: day,
			Postings: []ledger.Posting{
				{Account: ledger.PassUnearned, Party: c.key(), Amount: amount},
				{Account: ledger.PassRevenue, Amount: -amount},
			},
		})
		if err != nil {
			return false, err
		}
		c.Recognised = day
	}
	return c.Recognised < end, setRecognised(tx, c, from)
}

// Control is the sub-ledger of ledger.PassUnearned: what the passes of each
// cohort have paid and the cohort has not recognised.
func (s *Service) Control() ledger.Control {
	return ledger.Control{Name: "passes", Account: ledger.PassUnearned, Sums: unearned}
}

func unearned(tx *db.Tx) (map[string]money.Amount, error) {
	all, err := selectCohorts(tx)
	if err != nil {
		return nil, fmt.Errorf("pass: add up cohorts: %w", err)
	}
	sums := map[string]money.Amount{}
	for _, c := range all {
		if sum := (c.Price - c.earned()) * money.Amount(c.N); sum != 0 {
			sums[c.key()] = -sum
		}
	}
	return sums, nil
}
