package redeem

import (
	"context"
	"crypto/rand"
	"errors"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/once"
	"citywalk/pass"
	"citywalk/payment"
)

// Purpose is under which payments of redemptions are known to payment.
const Purpose = "redeem"

// ReturnPath is where the cashier sends the payer back, before the id.
const ReturnPath = "/pay/"

// Confirm agrees to a quote by version and hash and starts the payment. The
// answer is committed (nothing due, or an agreement charged at once) or paying
// with a PayURL. Agreeing twice to the same quote is agreeing once.
//
// It is refused, in this order: not the member's; over; not in a state to be
// confirmed; another quote than the one that stands; the shop does not take the
// card; its terms changed; the pass is no longer valid; the shop's budget is
// used up. Nothing is charged then.
func (s *Service) Confirm(ctx context.Context, who account.Session, id ID, version int, hash, key string) (Redemption, error) {
	cmd := once.Key{Route: "redeem.confirm", Key: key, Fingerprint: once.Print(id, version, hash)}
	r, _, err := s.byMember(ctx, who, cmd, func(tx *db.Tx) (row, error) {
		r, err := findMine(tx, who, id)
		if err != nil || r.agreed(version, hash) {
			return r, err
		}
		if r.State == Requested {
			return r, ErrUnfit // The member has agreed already; staff has to.
		}
		if err := r.refuse(toPay, tx.Now()); err != nil {
			return r, err
		}
		if r.Quote.Version != version || r.Quote.Hash != hash {
			return r, ErrQuoteStale.With("due", r.Quote.Due)
		}
		return r, s.pay(tx, &r, who.Person)
	})
	if err != nil {
		return r, err
	}
	return s.collect(ctx, r), nil
}

// agreed reports whether the quote is one that was agreed to before.
func (r row) agreed(version int, hash string) bool {
	if r.Quote.Version != version || r.Quote.Hash != hash {
		return false
	}
	switch r.State {
	case Paying, Reversing, Committed, Refunding, Refunded, Stuck:
		return true
	}
	return false
}

// pay goes on from a quote to which both sides agree: to the payment, or to
// the commit if nothing is due. What the quote rests on is looked at once more.
func (s *Service) pay(tx *db.Tx, r *row, actor account.ID) error {
	if err := s.stands(tx, r); err != nil {
		return err
	}
	if err := spend(tx, r, s.today(tx.Now())); err != nil {
		return err
	}
	if r.Due == 0 {
		return s.commit(tx, r, toSettle, actor, nil)
	}
	p, err := s.Payment.Start(tx, payment.Order{
		Purpose: Purpose, Ref: string(r.ID), Payer: string(r.Person), Amount: r.Due, Subject: r.ShopName,
		Return: ReturnPath + string(r.ID), Lifetime: PayLife, Direct: true,
	})
	if err != nil {
		return wrap("start a payment", err)
	}
	r.Payment = p.No
	return r.move(tx, toPay, actor, p.No)
}

// stands says whether what the quote rests on still holds.
func (s *Service) stands(tx *db.Tx, r *row) error {
	now := tx.Now()
	sh, err := liveShop(tx, r.Shop)
	if err != nil {
		return err
	}
	if s.basis(sh, 0, now).hash() != r.Basis {
		return ErrTerms
	}
	card, err := pass.Valid(tx, r.Person, s.today(now))
	if refusal := (*fault.Error)(nil); errors.As(err, &refusal) || err == nil && card.ID != r.Pass {
		return ErrPass
	}
	return err
}

// commit makes the redemption final: its business day, its number, its place
// in the books and on the pass. p is nil if nothing was due.
func (s *Service) commit(tx *db.Tx, r *row, on event, actor account.ID, p *payment.Payment) error {
	now := tx.Now()
	r.Committed, r.UndoUntil, r.Day, r.Receipt = now, now.Add(UndoLife), s.today(now), r.Number
	if p != nil {
		r.Fee = p.Fee
		if err := ledger.Post(tx, received(*r, *p)); err != nil {
			return wrap("post "+string(r.ID), err)
		}
	}
	if err := pass.Use(tx, r.Pass, r.Off); err != nil {
		return wrap("count a use", err)
	}
	if err := r.move(tx, on, actor, r.Receipt); err != nil {
		return err
	}
	return account.Audit(tx, actor, "redeem.commit", string(r.ID), map[string]any{
		"shop": r.Shop, "bill": r.Bill, "off": r.Off, "due": r.Due, "quote": r.Quote.Hash})
}

// received is the entry of a paid redemption. The merchant is owed what the
// member paid, less the payment fee that the institution kept of it.
func received(r row, p payment.Payment) ledger.Entry {
	merchant := string(r.Merchant)
	return ledger.Entry{
		Key:  "redeem/" + string(r.ID),
		Memo: "Redemption " + r.Receipt + " paid",
		Day:  r.Day,
		Postings: append(payment.Received(p),
			ledger.Posting{Account: ledger.MerchantPending, Party: merchant, Amount: -p.Amount},
			ledger.Posting{Account: ledger.MerchantPending, Party: merchant, Amount: p.Fee},
			ledger.Posting{Account: ledger.GatewayFee, Amount: -p.Fee}),
	}
}

// alphabet is Crockford's: what people read aloud has no I, L, O or U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// receiptNumber draws the number that people quote: ten characters, fifty bits,
// unique in the schema.
func receiptNumber() string {
	var b [10]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = alphabet[b[i]%32]
	}
	return string(b[:])
}
