package redeem

import (
	"context"

	"citywalk/account"
	"citywalk/db"
	"citywalk/money"
	"citywalk/once"
	"citywalk/shop"
)

// Price quotes a bill on a presented or priced redemption; the quote before is
// dead. The terms and offers are copied anew, so that after a change of them
// pricing again is all that staff has to do.
//
// It is refused, in this order: the amount; not a redemption of this shop; not
// in a state to be priced; the shop does not take the card.
func (s *Service) Price(ctx context.Context, staff account.Session, id ID, bill money.Amount, key string) (Redemption, error) {
	if err := checkBill(bill); err != nil {
		return Redemption{}, err
	}
	cmd := once.Key{Route: "redeem.price", Key: key, Fingerprint: once.Print(id, bill)}
	r, _, err := s.atTill(ctx, staff, cmd, func(tx *db.Tx) (row, error) {
		r, err := findFor(tx, staff, id)
		if err != nil {
			return r, err
		}
		if err := r.refuse(toPrice, tx.Now()); err != nil {
			return r, err
		}
		sh, err := liveShop(tx, r.Shop)
		if err != nil {
			return r, err
		}
		if err := s.quote(tx, &r, sh, bill); err != nil {
			return r, err
		}
		r.Why = ""
		return r, r.move(tx, toPrice, staff.Person, bill.String())
	})
	return r, err
}

// quote prices the bill of r by what the shop gives now.
func (s *Service) quote(tx *db.Tx, r *row, sh shop.Shop, bill money.Amount) error {
	now := tx.Now()
	left, err := budgetLeft(tx, sh, s.today(now))
	if err != nil {
		return err
	}
	b := s.basis(sh, left, now)
	r.Terms, r.Basis = sh.Terms, b.hash()
	r.Quote = b.price(r.ID, r.Shop, r.Quote.Version+1, bill, now.Add(QuoteLife))
	r.Bill, r.Off, r.Due = bill, r.Quote.Off, r.Quote.Due
	return nil
}

// findFor returns a redemption of a shop that staff may act for; any other is
// not there.
func findFor(tx *db.Tx, staff account.Session, id ID) (row, error) {
	r, err := find(tx, id)
	if err == nil && !staff.AtShop(string(r.Merchant), string(r.Shop)) {
		return row{}, ErrUnknown
	}
	return r, err
}

// findMine returns a redemption of the person; any other is not there.
func findMine(tx *db.Tx, who account.Session, id ID) (row, error) {
	r, err := find(tx, id)
	if err == nil && r.Person != who.Person {
		return row{}, ErrUnknown
	}
	return r, err
}

// liveShop returns a shop that takes the card, or ErrShop.
func liveShop(tx *db.Tx, id shop.ID) (shop.Shop, error) {
	sh, err := shop.Find(tx, id)
	if err == nil && sh.State != shop.Live {
		return sh, ErrShop.With("shop", sh.Name)
	}
	return sh, err
}
