package redeem

import (
	"citywalk/db"
	"citywalk/money"
	"citywalk/payment"
)

// undone undoes a redemption again whose undo was lost: the books were
// restored to a moment before it, and the provider has given the money back.
func (s *Service) undone(tx *db.Tx, p payment.Payment, amount money.Amount) (key string, err error) {
	r, err := find(tx, ID(p.Ref))
	if err != nil || r.State != Committed || r.Payment != p.No || r.Due != amount {
		return "", err
	}
	return undoKey, s.undo(tx, &r, "")
}

// VoidCodes ends every code that has not been used. After a restore the books
// do not know which were used in what is lost; phones draw new ones.
func VoidCodes(tx *db.Tx) error {
	_, err := tx.Exec(`UPDATE redeem_codes SET until = $1 WHERE used = 0 AND until > $1`, tx.Now())
	return wrap("void codes", err)
}
