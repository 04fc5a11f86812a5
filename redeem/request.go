package redeem

import (
	"context"
	"errors"

	"citywalk/account"
	"citywalk/db"
	"citywalk/money"
	"citywalk/once"
	"citywalk/shop"
)

// Estimate quotes a bill for the member at a shop without beginning anything.
// It is refused for the same reasons as Request.
func (s *Service) Estimate(ctx context.Context, who account.Session, at shop.ID, bill money.Amount) (Quote, error) {
	if err := checkBill(bill); err != nil {
		return Quote{}, err
	}
	var q Quote
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		sh, err := liveShop(tx, at)
		if err != nil {
			return err
		}
		p, err := account.Find(tx, who.Person)
		if err != nil {
			return err
		}
		if _, err := s.entitled(tx, sh, p); err != nil {
			return err
		}
		if err := s.vacant(tx, sh, p.ID); err != nil {
			return err
		}
		left, err := budgetLeft(tx, sh, s.today(now))
		if err != nil {
			return err
		}
		q = s.basis(sh, left, now).price("", sh.ID, 0, bill, now.Add(QuoteLife))
		return nil
	})
	return q, err
}

// vacant refuses as begin will a person who has a redemption open or no use
// left. Of one that has timed out but is not voided yet it cannot know which
// uses come back, and leaves that to begin.
func (s *Service) vacant(tx *db.Tx, sh shop.Shop, person account.ID) error {
	now := tx.Now()
	open, err := findOpen(tx, person)
	switch {
	case errors.Is(err, db.ErrNone):
		return slotsLeft(tx, person, sh, s.today(now))
	case err == nil && open.asOf(now).State.Open():
		return ErrOpen.With("shop", open.ShopName)
	}
	return err
}

// Request begins a redemption from the shop's sign: the member names the bill
// and agrees to the due sum that Estimate showed (ErrQuoteStale otherwise).
//
// It is refused, in this order: the amount; the shop does not take the card;
// the member works here; has no valid pass; has another bill open; has no use
// left here or today; the due sum is no longer the one agreed to.
func (s *Service) Request(ctx context.Context, who account.Session, at shop.ID, bill, due money.Amount, key string) (Redemption, error) {
	if err := checkBill(bill); err != nil {
		return Redemption{}, err
	}
	cmd := once.Key{Route: "redeem.request", Key: key, Fingerprint: once.Print(at, bill, due)}
	r, _, err := s.byMember(ctx, who, cmd, func(tx *db.Tx) (row, error) {
		sh, err := liveShop(tx, at)
		if err != nil {
			return row{}, err
		}
		r, err := s.begin(tx, sh, who.Person, func(r *row) error {
			r.Door, r.State = BySign, Requested
			return s.quote(tx, r, sh, bill)
		}, who.Person)
		if err != nil {
			return r, err
		}
		if r.Due != due {
			return r, ErrQuoteStale.With("due", r.Due)
		}
		return r, account.Audit(tx, who.Person, "redeem.request", string(r.ID), map[string]any{"shop": r.Shop, "pass": r.Pass, "bill": bill})
	})
	return r, err
}

// Accept lets a request go on to payment: staff sees on both phones the same
// two digits and the right bill. Accepting twice is accepting once.
//
// It is refused, in this order: not a redemption of this shop; over; not a
// request; and then as Confirm is.
func (s *Service) Accept(ctx context.Context, staff account.Session, id ID, key string) (Redemption, error) {
	cmd := once.Key{Route: "redeem.accept", Key: key, Fingerprint: once.Print(id)}
	r, _, err := s.atTill(ctx, staff, cmd, func(tx *db.Tx) (row, error) {
		r, err := findFor(tx, staff, id)
		if err != nil || r.Door == BySign && r.agreed(r.Quote.Version, r.Quote.Hash) {
			return r, err
		}
		if r.Door != BySign {
			return r, ErrUnfit
		}
		if err := r.refuse(toPay, tx.Now()); err != nil {
			return r, err
		}
		r.Staff = staff.Person
		return r, s.pay(tx, &r, staff.Person)
	})
	if err != nil {
		return r, err
	}
	r = s.collect(ctx, r)
	r.PayURL = "" // The cashier is the payer's business.
	return r, nil
}
