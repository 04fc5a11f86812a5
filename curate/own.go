package curate

import (
	"context"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/shop"
)

// A Placing is where one of a merchant's shops stands.
type Placing struct {
	Shop    shop.ID
	Name    string
	Verdict Verdict // "" while nobody decided.
	Expires time.Time
	Appeal  AppealState // Of the appeal against the present decision; "" is none.
}

// Placings returns where the shops of a merchant stand, by name, at most limit.
// Those that nobody decided about are among them.
func (s *Service) Placings(ctx context.Context, who account.Session, m shop.MerchantID, limit int) (all []Placing, err error) {
	if !who.Reads(string(m)) {
		return nil, shop.ErrMerchantUnknown
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = placings(tx, m, limit)
		return err
	})
	return all, err
}

func placings(tx *db.Tx, m shop.MerchantID, limit int) ([]Placing, error) {
	rows, err := db.All[Placing](tx, `
		SELECT s.id AS shop, s.name AS name, COALESCE(d.state, '') AS verdict, COALESCE(d.expires, 0) AS expires,
			COALESCE(a.state, '') AS appeal
		FROM shop_shops s
			LEFT JOIN curate_dossiers d ON d.shop = s.id
			LEFT JOIN curate_appeals a ON a.decision = d.decision
		WHERE s.merchant = $1 AND s.state <> 'left' ORDER BY s.folded, s.id LIMIT CAST($2 AS BIGINT)`, m, limit)
	if err != nil {
		return nil, fmt.Errorf("curate: placings of %s: %w", m, err)
	}
	return rows, nil
}
