package jobs

import (
	"time"

	"citywalk/db"
)

func insert(tx *db.Tx, kind, key string, at time.Time, body any) error {
	_, err := tx.Exec(`
		INSERT INTO jobs_jobs (id, kind, key, body, state, attempts, run_at, claim, error, created)
		VALUES ($1, $2, $3, $4, 'queued', 0, $5, '', '', $6)
		ON CONFLICT (kind, key) WHERE key <> '' DO NOTHING`,
		tx.ID("job"), kind, key, db.JSON(body), at, tx.Now())
	return err
}

func cancel(tx *db.Tx, kind, key string) error {
	_, err := tx.Exec(`DELETE FROM jobs_jobs WHERE kind = $1 AND key = $2 AND key <> '' AND state = 'queued'`, kind, key)
	return err
}

func selectByState(tx *db.Tx, state string, limit int) ([]Job, error) {
	return db.All[Job](tx, `
		SELECT id, kind, key, body, state, attempts, run_at, claim, error, created FROM jobs_jobs
		WHERE CAST($1 AS TEXT) = '' OR state = $1
		ORDER BY created DESC, id DESC LIMIT CAST($2 AS BIGINT)`, state, limit)
}

func revive(tx *db.Tx, id string) error {
	return tx.Change(`
		UPDATE jobs_jobs SET state = 'queued', attempts = 0, run_at = $2
		WHERE id = $1 AND state = 'dead'`, id, tx.Now())
}

// selectDue returns jobs that may be claimed now, those that waited longest
// first. kinds is a list such as ",a,b,"; a kind that is not on it may come
// through the pattern, never the other way round.
func selectDue(tx *db.Tx, kinds string, limit int) ([]Job, error) {
	return db.All[Job](tx, `
		SELECT id, kind, key, body, state, attempts, run_at, claim, error, created FROM jobs_jobs
		WHERE state <> 'dead' AND run_at <= $1 AND CAST($2 AS TEXT) LIKE '%,' || kind || ',%'
		ORDER BY run_at, id LIMIT CAST($3 AS BIGINT)`, tx.Now(), kinds, limit)
}

// take makes a job ours unless another claimed it since it was read.
func take(tx *db.Tx, j Job, claim string, lease time.Time) error {
	return tx.Change(`
		UPDATE jobs_jobs SET state = 'running', attempts = attempts + 1, claim = $3, run_at = $4
		WHERE id = $1 AND claim = $2 AND state <> 'dead' AND run_at <= $5`,
		j.ID, j.Claim, claim, lease, tx.Now())
}

// bury makes a job dead whose last attempt ended without a word.
func bury(tx *db.Tx, j Job, why string) error {
	return tx.Change(`
		UPDATE jobs_jobs SET state = 'dead', error = $4
		WHERE id = $1 AND claim = $2 AND state = 'running' AND run_at <= $3`,
		j.ID, j.Claim, tx.Now(), why)
}

// The following touch a job only while the claim holds.

func extend(tx *db.Tx, j Job, lease time.Time) error {
	return tx.Change(`
		UPDATE jobs_jobs SET run_at = $3
		WHERE id = $1 AND claim = $2 AND state = 'running'`, j.ID, j.Claim, lease)
}

func remove(tx *db.Tx, j Job) error {
	return tx.Change(`
		DELETE FROM jobs_jobs
		WHERE id = $1 AND claim = $2 AND state = 'running'`, j.ID, j.Claim)
}

func setBack(tx *db.Tx, j Job, to string, at time.Time, why string) error {
	return tx.Change(`
		UPDATE jobs_jobs SET state = $3, run_at = $4, error = $5
		WHERE id = $1 AND claim = $2 AND state = 'running'`, j.ID, j.Claim, to, at, why)
}

// openWindow reports whether start is a window of the kind that was not open
// before. Windows only go forward, so that a node whose clock is behind opens
// none again.
func openWindow(tx *db.Tx, kind string, start time.Time) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO jobs_windows (kind, start) VALUES ($1, $2)
		ON CONFLICT (kind) DO UPDATE SET start = excluded.start
		WHERE jobs_windows.start < excluded.start`, kind, start)
	return n == 1, err
}
