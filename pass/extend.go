package pass

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
)

// An Extension is days that were added to a pass for nothing.
type Extension struct {
	Pass  ID
	Cause string // Whose id or name tells why.
	Days  int
	Until ledger.Day // First day on which the pass was no longer valid after it.
	At    time.Time
}

// Extend moves the end of a pass by the days of e, once for its cause, within
// tx; by is who decided it. It reports false, and does nothing, for a pass that
// was extended for the cause before or that is no longer active on the day.
// Price, days sold and revenue stay as they are.
func Extend(tx *db.Tx, by account.ID, today ledger.Day, e Extension) (done bool, err error) {
	p, err := selectPass(tx, e.Pass)
	if errors.Is(err, db.ErrNone) {
		return false, ErrUnknown
	} else if err != nil {
		return false, fmt.Errorf("pass: find %s: %w", e.Pass, err)
	}
	if p.State != Active || today >= p.Until {
		return false, nil
	}
	if had, err := extended(tx, e.Pass, e.Cause); err != nil || had {
		return false, err
	}
	e.Until, e.At = p.Until.Next(e.Days), tx.Now()
	if kept, err := keepExtension(tx, e); err != nil || !kept {
		return false, err
	}
	if err := lengthen(tx, p, e); err != nil {
		return false, fmt.Errorf("pass: extend %s: %w", e.Pass, err)
	}
	return true, account.Audit(tx, by, "pass.extend", string(e.Pass), map[string]any{"days": e.Days, "cause": e.Cause, "until": e.Until})
}

// Extensions lists what was added to a pass of the person, newest first.
func (s *Service) Extensions(ctx context.Context, who account.Session, id ID) (all []Extension, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		if _, err := owned(tx, who.Person, id); err != nil {
			return err
		}
		all, err = selectExtensions(tx, id)
		return err
	})
	return all, err
}

// SoldUnder lists ids of active paid passes that a gate sold on a promise, not
// extended for the cause yet, in order after an id.
func SoldUnder(tx *db.Tx, gate, promise, cause string, after ID, limit int) ([]ID, error) {
	all, err := db.All[ID](tx, `
		SELECT p.id FROM pass_passes p
		WHERE p.gate = $1 AND p.gate <> '' AND p.promise = $2 AND p.state = 'active' AND p.trial = 0 AND p.id > $4
			AND NOT EXISTS (SELECT 1 FROM pass_extensions e WHERE e.pass = p.id AND e.cause = $3)
		ORDER BY p.id LIMIT CAST($5 AS BIGINT)`, gate, promise, cause, after, limit)
	if err != nil {
		return nil, fmt.Errorf("pass: list what %s sold: %w", gate, err)
	}
	return all, nil
}

// LastSold returns the pass that a gate sold last of those that are ordered or
// active, or "". Whoever has closed a gate reads it before he says so: a sale
// that read the gate while it was open, and is not committed, cannot be any
// more. Otherwise PostgreSQL may put it before the closing and commit it after.
func LastSold(tx *db.Tx, gate string) (ID, error) {
	id, err := db.One[ID](tx, `
		SELECT COALESCE(MAX(id), '') AS id FROM (
			SELECT MAX(id) AS id FROM pass_passes WHERE gate = $1 AND gate <> '' AND state = 'ordered'
			UNION ALL SELECT MAX(id) AS id FROM pass_passes WHERE gate = $1 AND gate <> '' AND state = 'active') AS last`, gate)
	if err != nil {
		return "", fmt.Errorf("pass: find what %s sold last: %w", gate, err)
	}
	return id, nil
}

// A Promised is a promise that a gate sold passes on, and how many are active.
type Promised struct {
	Gate    string
	Promise string
	N       int
}

// PromisedBy counts the active paid passes of every gate and promise that are
// valid on the day.
func PromisedBy(tx *db.Tx, day ledger.Day) ([]Promised, error) {
	all, err := db.All[Promised](tx, `
		SELECT gate, promise, COUNT(*) AS n FROM pass_passes
		WHERE gate <> '' AND state = 'active' AND trial = 0 AND until > $1
		GROUP BY gate, promise ORDER BY gate, promise`, day)
	if err != nil {
		return nil, fmt.Errorf("pass: count promises: %w", err)
	}
	return all, nil
}

func extended(tx *db.Tx, id ID, cause string) (bool, error) {
	n, err := db.One[int](tx, `SELECT COUNT(*) FROM pass_extensions WHERE pass = $1 AND cause = $2`, id, cause)
	if err != nil {
		return false, fmt.Errorf("pass: look for an extension of %s: %w", id, err)
	}
	return n > 0, nil
}

// keepExtension writes an extension and reports false if the pass has one of
// the cause.
func keepExtension(tx *db.Tx, e Extension) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO pass_extensions (pass, cause, days, until, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, e.Pass, e.Cause, e.Days, e.Until, e.At)
	if err != nil {
		return false, fmt.Errorf("pass: keep an extension of %s: %w", e.Pass, err)
	}
	return n == 1, nil
}

// lengthen moves the end of an active pass from where the rule saw it.
func lengthen(tx *db.Tx, p Pass, e Extension) error {
	return tx.Change(`
		UPDATE pass_passes SET until = $2, extra = extra + $3
		WHERE id = $1 AND state = 'active' AND until = $4`, p.ID, e.Until, e.Days, p.Until)
}

func selectExtensions(tx *db.Tx, id ID) ([]Extension, error) {
	all, err := db.All[Extension](tx, `
		SELECT pass, cause, days, until, at FROM pass_extensions WHERE pass = $1 ORDER BY at DESC, cause`, id)
	if err != nil {
		return nil, fmt.Errorf("pass: list extensions of %s: %w", id, err)
	}
	return all, nil
}
