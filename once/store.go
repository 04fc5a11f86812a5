package once

import (
	"time"

	"citywalk/db"
)

// forgetMax bounds how many records one transaction deletes.
const forgetMax = 1000

type record struct {
	Fingerprint string
	Answer      string
	Refusal     string
}

func selectRecord(tx *db.Tx, k Key) (record, error) {
	return db.One[record](tx, `
		SELECT fingerprint, answer, refusal FROM once_keys
		WHERE principal = $1 AND route = $2 AND key = $3`, k.Principal, k.Route, k.Key)
}

// insertRecord writes the record of a key, or errTaken if it has one.
func insertRecord(tx *db.Tx, k Key, answer, refusal string) error {
	n, err := tx.Exec(`
		INSERT INTO once_keys (principal, route, key, fingerprint, answer, refusal, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (principal, route, key) DO NOTHING`,
		k.Principal, k.Route, k.Key, k.Fingerprint, answer, refusal, tx.Now())
	if err == nil && n == 0 {
		return errTaken
	}
	return err
}

func deleteRecords(tx *db.Tx, before time.Time) (int64, error) {
	return tx.Exec(`
		DELETE FROM once_keys WHERE (principal, route, key) IN (
			SELECT principal, route, key FROM once_keys WHERE at < $1 ORDER BY at LIMIT CAST($2 AS BIGINT))`, before, forgetMax)
}
