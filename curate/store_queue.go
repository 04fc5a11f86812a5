package curate

import (
	"errors"
	"fmt"

	"citywalk/db"
	"citywalk/shop"
)

// prospects are the shops of a city that have a score or a dossier.
func prospects(tx *db.Tx, city string) ([]prospect, error) {
	rows, err := db.All[prospect](tx, `
		SELECT s.id AS shop, s.name AS name, s.category AS category, s.district AS district,
			COALESCE(c.mean, 0) AS mean, COALESCE(c.sd, 0) AS sd, COALESCE(c.effective, 0) AS effective,
			COALESCE(c.recent, 0) AS recent, COALESCE(d.state, '') AS verdict, COALESCE(d.alarm, '') AS alarm,
			COALESCE(d.alarmed, 0) AS alarmed, COALESCE(d.expires, 0) AS expires,
			CASE WHEN a.id IS NULL THEN 0 ELSE 1 END AS appealed,
			CASE WHEN p.id IS NULL THEN 0 ELSE 1 END AS proposed
		FROM shop_shops s
		LEFT JOIN curate_scores c ON c.shop = s.id
		LEFT JOIN curate_dossiers d ON d.shop = s.id
		LEFT JOIN curate_appeals a ON a.decision = d.decision AND a.state = 'open'
		LEFT JOIN curate_decisions p ON p.shop = s.id AND p.state = 'proposed'
		WHERE s.city = $1 AND s.state <> 'left' AND (c.shop IS NOT NULL OR d.shop IS NOT NULL)
		ORDER BY s.id`, city)
	if err != nil {
		return nil, fmt.Errorf("curate: shops to review in %s: %w", city, err)
	}
	return rows, nil
}

func candidatesOf(tx *db.Tx, city string, limit int) ([]Candidate, error) {
	type row struct {
		Shop  shop.ID
		City  string
		Place int
		Why   Cause
		Worth int64
	}
	rows, err := db.All[row](tx, `
		SELECT shop, city, place, why, worth FROM curate_candidates
		WHERE city = $1 ORDER BY CASE WHEN why = 'worth' THEN 1 ELSE 0 END, place, shop LIMIT CAST($2 AS BIGINT)`, city, limit)
	if err != nil {
		return nil, fmt.Errorf("curate: queue of %s: %w", city, err)
	}
	all := make([]Candidate, len(rows))
	for i, r := range rows {
		all[i] = Candidate{r.Shop, r.City, r.Place, r.Why, float64(r.Worth) / 1e6}
	}
	return all, nil
}

func putCandidate(tx *db.Tx, c Candidate) error {
	if _, err := tx.Exec(`
		INSERT INTO curate_candidates (shop, city, place, why, worth, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (shop) DO UPDATE SET city = excluded.city, place = excluded.place, why = excluded.why,
			worth = excluded.worth, at = excluded.at`,
		c.Shop, c.City, c.Place, c.Why, round(c.Worth, 1e6), tx.Now()); err != nil {
		return fmt.Errorf("curate: queue %s: %w", c.Shop, err)
	}
	return nil
}

func dropCandidate(tx *db.Tx, id shop.ID) error {
	if _, err := tx.Exec(`DELETE FROM curate_candidates WHERE shop = $1`, id); err != nil {
		return fmt.Errorf("curate: take %s off the queue: %w", id, err)
	}
	return nil
}

func candidateOf(tx *db.Tx, id shop.ID) (Candidate, error) {
	type row struct {
		Shop  shop.ID
		City  string
		Place int
		Why   Cause
		Worth int64
	}
	r, err := db.One[row](tx, `SELECT shop, city, place, why, worth FROM curate_candidates WHERE shop = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return Candidate{}, err
	} else if err != nil {
		return Candidate{}, fmt.Errorf("curate: candidate %s: %w", id, err)
	}
	return Candidate{r.Shop, r.City, r.Place, r.Why, float64(r.Worth) / 1e6}, nil
}

// compare puts a score beside those of the same category and city.
func compare(tx *db.Tx, sh shop.Shop, mean float64) (Compared, error) {
	type row struct {
		N      int
		Sum    int64
		Better int
	}
	r, err := db.One[row](tx, `
		SELECT COUNT(*) AS n, CAST(COALESCE(SUM(c.mean), 0) AS BIGINT) AS sum,
			CAST(COALESCE(SUM(CASE WHEN c.mean > CAST($1 AS BIGINT) THEN 1 ELSE 0 END), 0) AS BIGINT) AS better
		FROM curate_scores c JOIN shop_shops s ON s.id = c.shop
		WHERE c.city = $2 AND s.category = $3`, round(mean, 1000), sh.City, sh.Category)
	if err != nil {
		return Compared{}, fmt.Errorf("curate: compare %s: %w", sh.ID, err)
	}
	return Compared{Category: sh.Category, Shops: r.N, Mean: float64(r.Sum) / 1000 / float64(max(r.N, 1)), Better: r.Better}, nil
}
