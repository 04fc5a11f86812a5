package shop

import (
	"context"
	"fmt"

	"citywalk/db"
)

// Count returns how many shops of a city are in a state; an empty city counts
// all of them.
func (s *Service) Count(ctx context.Context, city string, state State) (n int64, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		n, err = db.One[int64](tx, `
			SELECT COUNT(*) FROM shop_shops
			WHERE (CAST($1 AS TEXT) = '' OR city = $1) AND state = $2`, city, state)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("shop: count shops: %w", err)
	}
	return n, nil
}
