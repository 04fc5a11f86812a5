package account

import (
	"fmt"

	"citywalk/db"
)

func addEvent(tx *db.Tx, e Event) error {
	if _, err := tx.Exec(`
		INSERT INTO account_audits (id, at, actor, action, object, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		e.ID, e.At, e.Actor, e.Action, e.Object, e.Detail); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO account_unsealed (audit) VALUES ($1)`, e.ID)
	return err
}

// waitingEvents returns what is to be sealed next, oldest first.
func waitingEvents(tx *db.Tx, limit int) ([]Event, error) {
	return db.All[Event](tx, `
		SELECT a.id, a.at, a.actor, a.action, a.object, a.detail
		FROM account_unsealed u JOIN account_audits a ON a.id = u.audit
		ORDER BY u.audit LIMIT CAST($1 AS BIGINT)`, limit)
}

func unsealedEvents(tx *db.Tx, object string, limit int) ([]Event, error) {
	return db.All[Event](tx, `
		SELECT a.id, a.at, a.actor, a.action, a.object, a.detail
		FROM account_unsealed u JOIN account_audits a ON a.id = u.audit
		WHERE (CAST($1 AS TEXT) = '' OR a.object = $1)
		ORDER BY u.audit DESC LIMIT CAST($2 AS BIGINT)`, object, limit)
}

func sealedEvents(tx *db.Tx, object string, before int64, limit int) ([]Event, error) {
	return db.All[Event](tx, `
		SELECT s.seq, a.id, a.at, a.actor, a.action, a.object, a.detail, s.hash
		FROM account_seals s JOIN account_audits a ON a.id = s.audit
		WHERE (CAST($1 AS TEXT) = '' OR a.object = $1) AND (CAST($2 AS BIGINT) = 0 OR s.seq < $2)
		ORDER BY s.seq DESC LIMIT CAST($3 AS BIGINT)`, object, before, limit)
}

func head(tx *db.Tx) (Anchor, error) {
	return db.One[Anchor](tx, `SELECT seq, hash FROM account_seals ORDER BY seq DESC LIMIT 1`)
}

// addSeal gives a row its place. A place or a row that is taken says that
// another node was faster; the whole batch is then undone.
func addSeal(tx *db.Tx, a Anchor, audit string) error {
	n, err := tx.Exec(`
		INSERT INTO account_seals (seq, audit, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, a.Seq, audit, a.Hash)
	if err != nil {
		return err
	}
	if n == 0 {
		return errRaced
	}
	if err := tx.Change(`DELETE FROM account_unsealed WHERE audit = $1`, audit); err != nil {
		return fmt.Errorf("account: take %s from the waiting: %w", audit, err)
	}
	return nil
}

// eachSeal walks the chain in order, in bounded memory. An event without an id
// is a seal whose row is not there.
func eachSeal(tx *db.Tx, fn func(Event) error) error {
	return db.Each(tx, fn, `
		SELECT s.seq, s.hash, a.id, a.at, a.actor, a.action, a.object, a.detail
		FROM account_seals s LEFT JOIN account_audits a ON a.id = s.audit ORDER BY s.seq`)
}

// countUnsealed returns how many rows wait for their seal, and how many are
// lost: neither sealed nor waiting, or waiting without being there.
func countUnsealed(tx *db.Tx) (waiting, lost int64, err error) {
	if waiting, err = db.One[int64](tx, `SELECT COUNT(*) FROM account_unsealed`); err != nil {
		return 0, 0, err
	}
	loose, err := db.One[int64](tx, `
		SELECT COUNT(*) FROM account_audits a
		WHERE NOT EXISTS (SELECT 1 FROM account_seals s WHERE s.audit = a.id)
			AND NOT EXISTS (SELECT 1 FROM account_unsealed u WHERE u.audit = a.id)`)
	if err != nil {
		return 0, 0, err
	}
	gone, err := db.One[int64](tx, `
		SELECT COUNT(*) FROM account_unsealed u
		WHERE NOT EXISTS (SELECT 1 FROM account_audits a WHERE a.id = u.audit)`)
	return waiting, loose + gone, err
}
