package account

import (
	"errors"
	"fmt"
	"time"

	"citywalk/db"
)

func findBrake(tx *db.Tx, name string) (Brake, error) {
	return db.One[Brake](tx, `SELECT name, since, until, sent, met FROM account_brakes WHERE name = $1`, name)
}

// putBrake puts a brake on, or keeps on the one that is.
func putBrake(tx *db.Tx, b Brake) error {
	err := tx.Change(`
		INSERT INTO account_brakes (name, since, until, sent, met) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name) DO UPDATE SET until = excluded.until, sent = excluded.sent, met = excluded.met`,
		b.Name, b.Since, b.Until, b.Sent, b.Met)
	if err != nil {
		return fmt.Errorf("account: put brake on: %w", err)
	}
	return nil
}

// dropBrake takes away a brake that is over; ErrNone says that there is none.
func dropBrake(tx *db.Tx, name string) error {
	return tx.Change(`DELETE FROM account_brakes WHERE name = $1 AND until <= $2`, name, tx.Now())
}

// countMet counts the challenges that ended within (from, until] and were not
// held, and those of them that were met.
func countMet(tx *db.Tx, from, until time.Time) (sent, met int, err error) {
	type sums struct{ Sent, Met int }
	n, err := db.One[sums](tx, `
		SELECT COUNT(*) AS sent, CAST(COALESCE(SUM(CASE WHEN state = 'met' THEN 1 ELSE 0 END), 0) AS BIGINT) AS met
		FROM account_challenges WHERE expires > $1 AND expires <= $2 AND held = 0`, from, until)
	if err != nil {
		return 0, 0, fmt.Errorf("account: count codes: %w", err)
	}
	return n.Sent, n.Met, nil
}

// findLimit returns what is counted under a key, or nothing.
func findLimit(tx *db.Tx, key string) (n int, until time.Time, err error) {
	type row struct {
		N     int
		Until time.Time
	}
	r, err := db.One[row](tx, `SELECT n, until FROM account_limits WHERE key = $1`, key)
	if errors.Is(err, db.ErrNone) {
		return 0, until, nil
	} else if err != nil {
		return 0, until, fmt.Errorf("account: find limit: %w", err)
	}
	return r.N, r.Until, nil
}
