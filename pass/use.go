package pass

import (
	"errors"
	"fmt"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
)

// Valid returns the person's pass that is valid on the day, within tx, or
// ErrNoPass, ErrUnpaid, ErrLapsed or ErrRefunding: what is true of the pass
// that the person got last.
func Valid(tx *db.Tx, person account.ID, day ledger.Day) (Pass, error) {
	mine, err := selectMine(tx, person)
	if err != nil {
		return Pass{}, fmt.Errorf("pass: find passes of %s: %w", person, err)
	}
	why := error(ErrNoPass)
	for _, p := range mine {
		err := p.refuse(day)
		if err == nil {
			return p, nil
		}
		if errors.Is(why, ErrNoPass) {
			why = err
		}
	}
	return Pass{}, why
}

// Use counts a redemption and its saving on the pass, within tx. Whether the
// pass is valid was asked when the bill was priced; a pass that ended between
// that and the payment still counts what it was used for.
func Use(tx *db.Tx, id ID, saved money.Amount) error {
	if err := addUse(tx, id, saved); err != nil {
		return fmt.Errorf("pass: count a use of %s: %w", id, err)
	}
	return nil
}

// Unuse takes back what Use counted.
func Unuse(tx *db.Tx, id ID, saved money.Amount) error {
	if err := takeUse(tx, id, saved); err != nil {
		return fmt.Errorf("pass: take back a use of %s: %w", id, err)
	}
	return nil
}
