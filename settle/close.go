package settle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/jobs"
	"citywalk/ledger"
)

// ErrDiffers says that the ledger and the lines disagree. It is an alarm: a
// person has to look before anything is closed.
var ErrDiffers = errors.New("settle: merchant.pending differs from the open lines")

// Close closes every statement of days that are over and not yet closed. It
// may run on several nodes at once and any number of times.
func (s *Service) Close(ctx context.Context) (closed int, err error) {
	var due []Statement
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		running, err := s.open(tx, "")
		if err != nil {
			return err
		}
		due = due[:0]
		for _, st := range running {
			if s.over(tx, st.Day) {
				due = append(due, st)
			}
		}
		if len(due) == 0 {
			return nil
		}
		return s.agree(tx)
	})
	if err != nil {
		return 0, err
	}
	for _, st := range due {
		done := false
		err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
			done, err = s.close(tx, st)
			return err
		})
		if err != nil {
			return closed, err
		}
		if done {
			closed++
		}
	}
	return closed, nil
}

// over reports whether the day is over and its grace too.
func (s *Service) over(tx *db.Tx, day ledger.Day) bool {
	return day < ledger.DayOf(tx.Now().Add(-Grace), s.Zone)
}

// agree compares, merchant by merchant, what the ledger says is pending with
// the lines that stand on no statement.
func (s *Service) agree(tx *db.Tx) error {
	books, err := ledger.Balances(tx, ledger.MerchantPending)
	if err != nil {
		return err
	}
	from, err := s.since(tx)
	if err != nil {
		return err
	}
	sums, err := pending(tx, from)
	if err != nil {
		return err
	}
	for party, sum := range sums {
		books[party] -= sum
	}
	var differences []error
	for party, difference := range books {
		if difference != 0 {
			differences = append(differences, fmt.Errorf("%w: %s by %s", ErrDiffers, party, difference))
		}
	}
	return errors.Join(differences...)
}

// close closes one statement with the lines that are open up to its day, and
// reports false if another did.
func (s *Service) close(tx *db.Tx, st Statement) (bool, error) {
	from, err := s.since(tx)
	if err != nil {
		return false, err
	}
	sum, err := selectSum(tx, st.Merchant, st.Day, from)
	if err != nil {
		return false, wrap("add up "+st.title(), err)
	}
	st = Statement{ID: tx.ID("stm"), Merchant: st.Merchant, Name: st.Name, Day: st.Day, Closed: tx.Now()}
	st.add(sum)
	if st.Count+st.Undone == 0 {
		return false, nil
	}
	if ok, err := insert(tx, st); err != nil || !ok {
		return false, wrap("close "+st.title(), err)
	}
	lines, err := claim(tx, st, from)
	if err != nil {
		return false, wrap("claim the lines of "+st.title(), err)
	}
	if lines != int64(st.Count+st.Undone) {
		return false, fmt.Errorf("settle: %s has %d lines, want %d", st.title(), lines, st.Count+st.Undone)
	}
	if err := ledger.Post(tx, entry(st)); err != nil {
		return false, err
	}
	return true, account.Audit(tx, "", "settle.close", st.ID, map[string]any{"merchant": st.Merchant, "day": st.Day, "net": st.Net})
}

// entry moves what was pending to what is to be paid out, on the day that the
// statement is of.
func entry(st Statement) ledger.Entry {
	return ledger.Entry{
		Key: "settle/" + string(st.Merchant) + "/" + string(st.Day), Memo: "statement " + st.ID, Day: st.Day,
		Postings: []ledger.Posting{
			{Account: ledger.MerchantPending, Party: string(st.Merchant), Amount: st.Net},
			{Account: ledger.MerchantPayable, Party: string(st.Merchant), Amount: -st.Net},
		},
	}
}

// Register has statements closed: at a quarter past every hour rather than
// once a day, so that it is at 00:15 in every time zone, also where clocks
// change, and days that were missed are made up for within the hour.
func (s *Service) Register(r *jobs.Runner) {
	r.Every("settle.close", time.Hour, 15*time.Minute, 5, func(ctx context.Context, _ time.Time) error {
		_, err := s.Close(ctx)
		return err
	})
}
