package curate

import (
	"fmt"
	"time"

	"citywalk/db"
)

// Health is how curation stands as a whole, for the doctor.
type Health struct {
	Cities   int       // With notes.
	Unscored int       // Of them, never fitted.
	Oldest   time.Time // When the city that waits longest was fitted; zero if none was.
	Alarms   int
	Waiting  int // Notes of which nobody knows the shop.
}

// HealthOf looks within tx.
func HealthOf(tx *db.Tx) (Health, error) {
	type row struct {
		Cities   int
		Unscored int
		Oldest   time.Time
		Alarms   int
		Waiting  int
	}
	r, err := db.One[row](tx, `
		SELECT COUNT(*) AS cities,
			CAST(COALESCE(SUM(CASE WHEN m.city IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS unscored,
			COALESCE(MIN(m.fitted), 0) AS oldest,
			(SELECT COUNT(*) FROM curate_dossiers WHERE alarm <> '') AS alarms,
			(SELECT COUNT(*) FROM curate_notes WHERE state = 'waiting') AS waiting
		FROM (SELECT DISTINCT city FROM curate_notes WHERE city <> '' AND shop <> '') c
		LEFT JOIN curate_models m ON m.city = c.city`)
	if err != nil {
		return Health{}, fmt.Errorf("curate: look at curation: %w", err)
	}
	return Health(r), nil
}
