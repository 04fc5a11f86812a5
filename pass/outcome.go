package pass

import (
	"errors"
	"fmt"

	"citywalk/db"
	"citywalk/ledger"
	"citywalk/payment"
)

// Outcome is what payment calls for the purpose "pass".
func (s *Service) Outcome() payment.Outcome {
	return payment.Outcome{Paid: s.paid, Closed: s.closed, Refunded: s.refunded, Undone: s.undone}
}

// paid makes an ordered pass active from today. A pass that was given up, or
// whose person meanwhile holds another, does not take the money.
func (s *Service) paid(tx *db.Tx, pay payment.Payment) (taken bool, err error) {
	p, err := selectPass(tx, ID(pay.Ref))
	if err != nil {
		return false, fmt.Errorf("pass: find %s for payment %s: %w", pay.Ref, pay.No, err)
	}
	switch {
	case p.State == Void || p.Payment != pay.No:
		return false, nil
	case p.State != Ordered:
		return true, nil // It was told before.
	}
	today := s.today(tx)
	held, err := s.clear(tx, p, today)
	if err != nil {
		return false, err
	}
	if held {
		return false, s.closed(tx, pay)
	}
	p.First, p.Until, p.Bought = today, today.Next(p.Days), tx.Now()
	if err := activate(tx, p); err != nil {
		return false, fmt.Errorf("pass: activate %s: %w", p.ID, err)
	}
	c, err := join(tx, p)
	if err != nil {
		return false, fmt.Errorf("pass: join the cohort of %s: %w", p.ID, err)
	}
	// A cohort that is ahead of the day (a clock stepped back) has posted days
	// that this pass was not there for; they are revenue at once.
	earned := c.earned()
	return true, ledger.Post(tx, ledger.Entry{
		Key: "pass/" + string(p.ID) + "/bought", Memo: "pass bought", Day: today,
		Postings: append(payment.Received(pay),
			ledger.Posting{Account: ledger.PassUnearned, Party: c.key(), Amount: earned - p.Price},
			ledger.Posting{Account: ledger.PassRevenue, Amount: -earned}),
	})
}

// clear ends what p takes over from: a trial, or a pass whose last day is over.
// held says that the person has another pass that is good.
func (s *Service) clear(tx *db.Tx, p Pass, today ledger.Day) (held bool, err error) {
	mine, err := selectMine(tx, p.Person)
	if err != nil {
		return false, fmt.Errorf("pass: find passes of %s: %w", p.Person, err)
	}
	for _, m := range mine {
		if m.State != Active {
			continue
		}
		if !m.Trial && today < m.Until {
			return true, nil
		}
		if err := move(tx, m.ID, Active, Lapsed); err != nil {
			return false, fmt.Errorf("pass: end %s: %w", m.ID, err)
		}
	}
	return false, nil
}

// closed gives an order up whose payment surely will not come.
func (s *Service) closed(tx *db.Tx, pay payment.Payment) error {
	err := move(tx, ID(pay.Ref), Ordered, Void)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return fmt.Errorf("pass: give up %s: %w", pay.Ref, err)
	}
	return nil
}

// refunded ends a pass whose price came back to the member. Money that was
// never taken goes back without the pass.
func (s *Service) refunded(tx *db.Tx, pay payment.Payment, r payment.Refund) error {
	if r.Key != refundKey {
		return nil
	}
	err := move(tx, ID(pay.Ref), Refunding, Refunded)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return fmt.Errorf("pass: refunded %s: %w", pay.Ref, err)
	}
	return nil
}
