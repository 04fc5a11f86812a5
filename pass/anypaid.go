package pass

import (
	"errors"
	"fmt"

	"citywalk/db"
)

// AnyPaid reports whether somebody has a pass now that he paid for, and so
// counts on what was promised with it.
func AnyPaid(tx *db.Tx) (bool, error) {
	_, err := db.One[ID](tx, `SELECT id FROM pass_passes WHERE state = 'active' AND trial = 0 LIMIT 1`)
	if errors.Is(err, db.ErrNone) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("pass: look for paid passes: %w", err)
	}
	return true, nil
}
