package pass

import (
	"citywalk/account"
	"citywalk/db"
	"citywalk/money"
	"citywalk/payment"
)

// undone ends a pass again whose refund was lost: the books were restored to a
// moment before it, and the provider has given the money back. What was paid
// then counts, whatever a refund would pay today.
func (s *Service) undone(tx *db.Tx, pay payment.Payment, amount money.Amount) (key string, err error) {
	p, err := selectPass(tx, ID(pay.Ref))
	if err != nil || p.State != Active || p.Payment != pay.No || amount > p.Price {
		return "", err
	}
	v := s.offer(p, tx.Now(), s.today(tx))
	v.Amount = amount
	if err := s.leave(tx, v); err != nil {
		return "", err
	}
	if _, err := s.Payment.Return(tx, p.Payment, refundKey, amount, "pass refunded before a restore"); err != nil {
		return "", err
	}
	return refundKey, account.Audit(tx, p.Person, "pass.refund", string(p.ID), map[string]any{"amount": amount, "restored": true})
}
