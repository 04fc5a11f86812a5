package discover

import (
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/ledger"
)

func gatesOf(tx *db.Tx, city string) ([]Gate, error) {
	all, err := db.All[Gate](tx, `
		SELECT id, city, district, plan, share, shops, categories, minutes, hour, state, reached, since, measured, version
		FROM discover_gates WHERE ended = 0 AND (CAST($1 AS TEXT) = '' OR city = $1) ORDER BY city, district, plan`, city)
	if err != nil {
		return nil, fmt.Errorf("discover: read gates of %s: %w", city, err)
	}
	return all, nil
}

func findGate(tx *db.Tx, id GateID) (Gate, error) {
	g, err := db.One[Gate](tx, `
		SELECT id, city, district, plan, share, shops, categories, minutes, hour, state, reached, since, measured, version
		FROM discover_gates WHERE id = $1 AND ended = 0`, id)
	if err != nil {
		return g, fmt.Errorf("discover: find gate %s: %w", id, err)
	}
	return g, nil
}

// standingGate returns the gate of an area and plan, or db.ErrNone.
func standingGate(tx *db.Tx, city, district, plan string) (Gate, error) {
	g, err := db.One[Gate](tx, `
		SELECT id, city, district, plan, share, shops, categories, minutes, hour, state, reached, since, measured, version
		FROM discover_gates WHERE city = $1 AND district = $2 AND plan = $3 AND ended = 0`, city, district, plan)
	if err != nil {
		return g, fmt.Errorf("discover: find the gate of %s %s: %w", city, district, err)
	}
	return g, nil
}

func addGate(tx *db.Tx, g Gate) error {
	if _, err := tx.Exec(`
		INSERT INTO discover_gates (id, city, district, plan, share, shops, categories, minutes, hour, state, reached, since, version, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		g.ID, g.City, g.District, g.Plan, g.Share, g.Shops, g.Categories, g.Minutes, g.Hour, g.State, g.Reached, g.Since, g.Version, tx.Now()); err != nil {
		return fmt.Errorf("discover: add a gate: %w", err)
	}
	return nil
}

// changeGate writes the next version of a gate; of two changes at once the
// second finds no version to follow.
func changeGate(tx *db.Tx, g Gate) error {
	if err := tx.Change(`
		UPDATE discover_gates SET share = $2, shops = $3, categories = $4, minutes = $5, hour = $6, state = $7, reached = $8,
			since = $9, version = $10, measured = 0, at = $9
		WHERE id = $1 AND ended = 0 AND version = $11`,
		g.ID, g.Share, g.Shops, g.Categories, g.Minutes, g.Hour, g.State, g.Reached, g.Since, g.Version, g.Version-1); err != nil {
		return fmt.Errorf("discover: change gate %s: %w", g.ID, err)
	}
	return nil
}

func endGate(tx *db.Tx, id GateID) error {
	if err := tx.Change(`UPDATE discover_gates SET ended = $2 WHERE id = $1 AND ended = 0`, id, tx.Now()); err != nil {
		return fmt.Errorf("discover: end gate %s: %w", id, err)
	}
	return nil
}

// looksWritten is how many looks at a city were written.
func looksWritten(tx *db.Tx, city string) (int, error) {
	n, err := db.One[int](tx, `SELECT COALESCE(MAX(n), 0) AS n FROM discover_looks WHERE city = $1`, city)
	if err != nil {
		return n, fmt.Errorf("discover: read the looks at %s: %w", city, err)
	}
	return n, nil
}

// countLook counts a look that is written now. It reports false, and counts
// nothing, if there are no longer as many as when it began.
func countLook(tx *db.Tx, city string, before int) (counted bool, err error) {
	n, err := tx.Exec(`
		INSERT INTO discover_looks (city, n) VALUES ($1, CAST($2 AS BIGINT) + 1)
		ON CONFLICT (city) DO UPDATE SET n = discover_looks.n + 1 WHERE discover_looks.n = $2`, city, before)
	if err != nil {
		return false, fmt.Errorf("discover: count a look at %s: %w", city, err)
	}
	return n == 1, nil
}

// readGate writes what was measured of a gate at a moment.
func readGate(tx *db.Tx, g Gate, state GateState, m Measure, at time.Time) error {
	since := g.Since
	if state != g.State {
		since = tx.Now()
	}
	if err := tx.Change(`
		UPDATE discover_gates SET state = $2, reached = $3, since = $4, measured = $5
		WHERE id = $1 AND version = $6 AND state = $7 AND ended = 0`, g.ID, state, m.Reached, since, at, g.Version, g.State); err != nil {
		return fmt.Errorf("discover: keep the measure of %s: %w", g.ID, err)
	}
	return nil
}

func keepReading(tx *db.Tx, city, district string, gate GateID, day ledger.Day, m Measure) error {
	if _, err := tx.Exec(`
		INSERT INTO discover_coverage (city, district, gate, day, reached, members, members_reached, places, places_reached, shops, categories, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (city, district, gate, day) DO UPDATE SET reached = excluded.reached, members = excluded.members,
			members_reached = excluded.members_reached, places = excluded.places, places_reached = excluded.places_reached,
			shops = excluded.shops, categories = excluded.categories, at = excluded.at`,
		city, district, gate, day, m.Reached, m.Members, m.MembersReached, m.Places, m.PlacesReached, m.Shops, m.Categories, tx.Now()); err != nil {
		return fmt.Errorf("discover: keep a day's measure of %s %s: %w", city, district, err)
	}
	return nil
}
