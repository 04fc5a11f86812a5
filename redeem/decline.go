package redeem

import (
	"context"

	"citywalk/account"
	"citywalk/db"
	"citywalk/once"
)

// Decline voids a redemption that is not being paid, by staff (wrong amount,
// cancel) or by the member. Declining twice is declining once.
func (s *Service) Decline(ctx context.Context, who account.Session, id ID, key string) (Redemption, error) {
	cmd := once.Key{Route: "redeem.decline", Key: key, Fingerprint: once.Print(id)}
	r, replayed, err := s.run(ctx, who, cmd, func(tx *db.Tx) (row, error) {
		r, err := find(tx, id)
		if err != nil {
			return r, err
		}
		if !mayAct(who, r) {
			return row{}, ErrUnknown
		}
		if r.State == Voided && r.Why == ErrDeclined.Code {
			return r, nil
		}
		if err := r.refuse(toDecline, tx.Now()); err != nil {
			return r, err
		}
		r.Why = ErrDeclined.Code
		return r, r.move(tx, toDecline, who.Person, "")
	})
	if err == nil && replayed {
		r, err = s.see(ctx, r.ID, func(r row) bool { return mayAct(who, r) })
		err = once.After(err)
	}
	return r, err
}

// mayAct reports whether the session's person is the member of the redemption
// or may act for its shop.
func mayAct(who account.Session, r row) bool {
	return r.Person == who.Person || who.AtShop(string(r.Merchant), string(r.Shop))
}

// Dispute sends a priced redemption back to staff: the amount is wrong.
func (s *Service) Dispute(ctx context.Context, who account.Session, id ID, key string) (Redemption, error) {
	cmd := once.Key{Route: "redeem.dispute", Key: key, Fingerprint: once.Print(id)}
	r, _, err := s.byMember(ctx, who, cmd, func(tx *db.Tx) (row, error) {
		r, err := findMine(tx, who, id)
		if err != nil || r.State == Presented && r.Why == ErrDisputed.Code {
			return r, err
		}
		if err := r.refuse(toDispute, tx.Now()); err != nil {
			return r, err
		}
		r.Why = ErrDisputed.Code
		return r, r.move(tx, toDispute, who.Person, r.Bill.String())
	})
	return r, err
}
