package discover

import (
	"context"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
)

// tasteOf is how far back a member's own visits say what he likes.
const tasteOf = 180 * 24 * time.Hour

// Taste is what kinds of shops a member went to of late, as shares of his
// favourite kind. It is worked out from his own visits for the one question in
// which he asks for it (ForMe), and kept nowhere.
func (s *Service) Taste(ctx context.Context, who account.Session) (map[string]float32, error) {
	type liking struct {
		Category string
		N        int
	}
	var all []liking
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		all, err = db.All[liking](tx, `
			SELECT s.category AS category, COUNT(*) AS n
			FROM redeem_redemptions r JOIN shop_shops s ON s.id = r.shop
			WHERE r.person = $1 AND r.committed > $2 AND r.undone = 0 AND s.category <> ''
			GROUP BY s.category ORDER BY n DESC, s.category LIMIT 50`, who.Person, tx.Now().Add(-tasteOf))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("discover: what %s likes: %w", who.Person, err)
	}
	taste := map[string]float32{}
	for _, l := range all {
		taste[l.Category] = float32(l.N) / float32(all[0].N)
	}
	return taste, nil
}
