package redeem

import (
	"errors"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/shop"
)

// LastAtLife is how long after a redemption what its member writes about the
// shop counts as written after a visit.
const LastAtLife = 90 * 24 * time.Hour

// LastAt returns the id of the person's last redemption at the shop within
// LastAtLife that was not undone, or "".
func LastAt(tx *db.Tx, person account.ID, at shop.ID) (string, error) {
	id, err := db.One[string](tx, `
		SELECT id FROM redeem_redemptions
		WHERE person = $1 AND shop = $2 AND committed > $3 AND undone = 0
		ORDER BY id DESC LIMIT 1`, person, at, tx.Now().Add(-LastAtLife))
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return id, wrap("find a visit", err)
}

// WasAt reports whether a redemption is the person's own at the shop, committed
// within LastAtLife and not undone.
func WasAt(tx *db.Tx, person account.ID, at shop.ID, id ID) (bool, error) {
	n, err := db.One[int](tx, `
		SELECT COUNT(*) FROM redeem_redemptions
		WHERE id = $1 AND person = $2 AND shop = $3 AND committed > $4 AND undone = 0`,
		id, person, at, tx.Now().Add(-LastAtLife))
	return n == 1, wrap("look for a visit", err)
}
