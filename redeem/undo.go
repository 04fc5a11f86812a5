package redeem

import (
	"context"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/once"
	"citywalk/pass"
	"citywalk/payment"
)

// undoKey names the refund of an undo among the payment's refunds.
const undoKey = "undo"

// Undo gives a committed redemption back within UndoLife: the money to the
// member, the use and its saving to the pass, the slots and the budget to
// where they were. Undoing twice is undoing once.
//
// It is refused, in this order: not a redemption of this shop; not committed;
// too late.
func (s *Service) Undo(ctx context.Context, staff account.Session, id ID, key string) (Redemption, error) {
	cmd := once.Key{Route: "redeem.undo", Key: key, Fingerprint: once.Print(id)}
	r, _, err := s.atTill(ctx, staff, cmd, func(tx *db.Tx) (row, error) {
		r, err := findFor(tx, staff, id)
		if err != nil {
			return r, err
		}
		switch r.State {
		case Refunding, Refunded, Stuck:
			return r, nil
		}
		if err := r.refuse(toUndo, tx.Now()); err != nil {
			return r, err
		}
		if !tx.Now().Before(r.UndoUntil) {
			return r, ErrUndoLate.With("until", r.UndoUntil.In(s.Zone).Format("15:04"))
		}
		return r, s.undo(tx, &r, staff.Person)
	})
	return r, err
}

func (s *Service) undo(tx *db.Tx, r *row, actor account.ID) error {
	r.Undone, r.UndoDay = tx.Now(), s.today(tx.Now())
	if err := pass.Unuse(tx, r.Pass, r.Off); err != nil {
		return wrap("take a use back", err)
	}
	if err := r.move(tx, toUndo, actor, ""); err != nil {
		return err
	}
	if err := account.Audit(tx, actor, "redeem.undo", string(r.ID), map[string]any{"shop": r.Shop, "due": r.Due}); err != nil {
		return err
	}
	if r.Due == 0 {
		return r.move(tx, toReturn, actor, "")
	}
	if err := ledger.Post(tx, given(*r)); err != nil {
		return wrap("post the undo of "+string(r.ID), err)
	}
	_, err := s.Payment.Return(tx, r.Payment, undoKey, r.Due, "Undone at the till")
	return wrap("ask for a refund", err)
}

// given is the entry of an undo: the merchant is no longer owed what it had
// earned, and the programme bears the fee until the institution, giving the
// payment back, returns it.
func given(r row) ledger.Entry {
	return ledger.Entry{
		Key:  "redeem/" + string(r.ID) + "/undo",
		Memo: "Redemption " + r.Receipt + " undone",
		Day:  r.UndoDay,
		Postings: []ledger.Posting{
			{Account: ledger.MerchantPending, Party: string(r.Merchant), Amount: r.Due - r.Fee},
			{Account: ledger.GatewayFee, Amount: r.Fee},
			{Account: ledger.Refunds, Party: payment.RefundParty(r.Payment, undoKey), Amount: -r.Due},
		},
	}
}
