package redeem

import (
	"context"
	"errors"
	"fmt"

	"citywalk/account"
	"citywalk/db"
	"citywalk/payment"
)

// Outcome is what payment calls for the purpose "redeem". Each function may be
// told the same thing twice.
func (s *Service) Outcome() payment.Outcome {
	return payment.Outcome{
		Paid: s.paid, Closing: s.closing, Closed: s.closed,
		Refunded: func(tx *db.Tx, p payment.Payment, f payment.Refund) error { return s.returned(tx, p, f, toReturn) },
		Stuck:    func(tx *db.Tx, p payment.Payment, f payment.Refund) error { return s.returned(tx, p, f, toStick) },
		Undone:   s.undone,
		After:    s.after,
	}
}

// InUse reports whether the person has agreed to a bill whose payment is under
// way. Until it is paid its use is not counted on the pass, which therefore
// cannot be given back as unused meanwhile.
func InUse(tx *db.Tx, person account.ID) (bool, error) {
	r, err := findOpen(tx, person)
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	return err == nil && (r.State == Paying || r.State == Reversing), err
}

// paid commits the redemption. Money for one that was given up is not taken;
// payment sends it back.
func (s *Service) paid(tx *db.Tx, p payment.Payment) (taken bool, err error) {
	r, err := find(tx, ID(p.Ref))
	if err != nil {
		return false, err
	}
	switch r.State {
	case Paying, Reversing:
		if p.No != r.Payment || p.Amount != r.Due {
			return false, fmt.Errorf("redeem: payment %s of %d is not that of %s", p.No, p.Amount, r.ID)
		}
		return true, s.commit(tx, &r, toPaid, r.Person, &p)
	case Committed, Refunding, Refunded, Stuck:
		return true, nil
	case LatePaid, LateRefunded:
		return false, nil
	}
	return false, r.move(tx, toPaid, "", p.No)
}

// closing follows a payment that took too long.
func (s *Service) closing(tx *db.Tx, p payment.Payment) error {
	r, err := find(tx, ID(p.Ref))
	if err != nil || r.State != Paying {
		return err
	}
	return r.move(tx, toExpire, "", "")
}

// closed voids a redemption that was surely not paid.
func (s *Service) closed(tx *db.Tx, p payment.Payment) error {
	r, err := find(tx, ID(p.Ref))
	if err != nil {
		return err
	}
	if r.State != Paying && r.State != Reversing {
		return nil
	}
	r.Why = ErrUnpaid.Code
	return r.move(tx, toClosed, "", p.No)
}

// returned follows the money back: of an undo, or of a payment that came too
// late. Late money that cannot be given back by itself stays with payment.
func (s *Service) returned(tx *db.Tx, p payment.Payment, f payment.Refund, on event) error {
	r, err := find(tx, ID(p.Ref))
	if err != nil {
		return err
	}
	if _, ok := next(r.State, on); !ok {
		return nil
	}
	return r.move(tx, on, "", f.No)
}

// after tells the live views what a payment's news has made of its redemption.
func (s *Service) after(ctx context.Context, p payment.Payment) {
	if ctx.Value(collecting{}) != nil {
		return
	}
	var r row
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		if r, err = find(tx, ID(p.Ref)); err == nil {
			r.Redemption = r.asOf(tx.Now())
		}
		return err
	})
	if err == nil {
		s.tell(r.Redemption)
	}
}
