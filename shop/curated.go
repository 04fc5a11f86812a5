package shop

import (
	"fmt"

	"citywalk/db"
)

// Enlist notes within tx that the shop is on the curated list, and Delist that
// it is not. Both are idempotent; a shop that is not there is ErrUnknown.
func Enlist(tx *db.Tx, id ID) error { return putCurated(tx, id, 1) }
func Delist(tx *db.Tx, id ID) error { return putCurated(tx, id, 0) }

func putCurated(tx *db.Tx, id ID, curated int) error {
	n, err := tx.Exec(`UPDATE shop_shops SET curated = $1, updated = $2 WHERE id = $3`, curated, tx.Now(), id)
	if err != nil {
		return fmt.Errorf("shop: list %s: %w", id, err)
	}
	if n == 0 {
		return ErrUnknown
	}
	return tell(tx, id)
}
