package discover

import (
	"fmt"
	"slices"
	"time"

	"citywalk/account"
	"citywalk/cover"
	"citywalk/db"
)

// coverKept is how many plans of a city are kept.
const coverKept = 30

func standingCovers(tx *db.Tx, city string) (int, error) {
	n, err := db.One[int](tx, `SELECT COUNT(*) FROM discover_plans WHERE city = $1 AND state IN ('queued', 'running')`, city)
	if err != nil {
		return 0, fmt.Errorf("discover: plans of %s under way: %w", city, err)
	}
	return n, nil
}

// addCover returns 0 if the city has a plan under way.
func addCover(tx *db.Tx, id CoverPlanID, by account.ID, ask CoverRequest) (int64, error) {
	n, err := tx.Exec(`
		INSERT INTO discover_plans (id, city, ask, state, actor, at, beat) VALUES ($1, $2, $3, 'queued', $4, $5, $5)
		ON CONFLICT DO NOTHING`, id, ask.City, db.JSON(ask), by, tx.Now())
	if err != nil {
		return 0, fmt.Errorf("discover: add a plan of %s: %w", ask.City, err)
	}
	return n, nil
}

func findCover(tx *db.Tx, id CoverPlanID) (CoverPlan, error) {
	p, err := db.One[CoverPlan](tx, `
		SELECT id, city, ask, state, attempt, done, phase, value, bound, total, actor, at, beat, stop, ended FROM discover_plans WHERE id = $1`, id)
	if err != nil {
		return p, fmt.Errorf("discover: find the plan %s: %w", id, err)
	}
	return p, nil
}

func listCovers(tx *db.Tx, city string, limit int) ([]CoverPlan, error) {
	all, err := db.All[CoverPlan](tx, `
		SELECT id, city, ask, state, attempt, done, phase, value, bound, total, actor, at, beat, stop, ended FROM discover_plans
		WHERE city = $1 ORDER BY at DESC, id DESC LIMIT CAST($2 AS BIGINT)`, city, limit)
	if err != nil {
		return nil, fmt.Errorf("discover: list plans of %s: %w", city, err)
	}
	return all, nil
}

// coverEnd is what came of a plan, as JSON.
func coverEnd(tx *db.Tx, id CoverPlanID) (result, failure string, err error) {
	end, err := db.One[struct{ Result, Failure string }](tx, `SELECT result, failure FROM discover_plans WHERE id = $1`, id)
	if err != nil {
		return "", "", fmt.Errorf("discover: end of the plan %s: %w", id, err)
	}
	return end.Result, end.Failure, nil
}

// runCover begins another attempt.
func runCover(tx *db.Tx, p CoverPlan) error {
	err := tx.Change(`
		UPDATE discover_plans SET state = 'running', attempt = attempt + 1, done = 0, phase = '', beat = $3
		WHERE id = $1 AND attempt = $2 AND state IN ('queued', 'running')`, p.ID, p.Attempt, tx.Now())
	if err != nil {
		return fmt.Errorf("discover: begin the plan %s: %w", p.ID, err)
	}
	return nil
}

// beatCover writes how far this attempt is; ErrNone says that it is none any
// more.
func beatCover(tx *db.Tx, p CoverPlan, at cover.Progress, total int64) error {
	err := tx.Change(`
		UPDATE discover_plans SET done = $3, phase = $4, value = $5, bound = $6, total = $7, beat = $8
		WHERE id = $1 AND attempt = $2 AND state = 'running'`,
		p.ID, p.Attempt, int(1000*max(0, min(at.Done, 1))), at.Phase, at.Value, at.Bound, total, tx.Now())
	if err != nil {
		return fmt.Errorf("discover: progress of the plan %s: %w", p.ID, err)
	}
	return nil
}

// coverStopped reports whether somebody asked a plan to end, or it is another
// attempt's.
func coverStopped(tx *db.Tx, p CoverPlan) (bool, error) {
	n, err := db.One[int](tx, `
		SELECT COUNT(*) FROM discover_plans WHERE id = $1 AND attempt = $2 AND state = 'running' AND stop = 0`, p.ID, p.Attempt)
	if err != nil {
		return false, fmt.Errorf("discover: look whether to stop the plan %s: %w", p.ID, err)
	}
	return n == 0, nil
}

func stopCover(tx *db.Tx, p CoverPlan, by account.ID) error {
	err := tx.Change(`
		UPDATE discover_plans SET stop = $2, stopper = $3 WHERE id = $1 AND stop = 0 AND state IN ('queued', 'running')`, p.ID, tx.Now(), by)
	if err != nil {
		return fmt.Errorf("discover: stop the plan %s: %w", p.ID, err)
	}
	return nil
}

// endCover brings a plan to its end, from the state and attempt that it was
// read in.
func endCover(tx *db.Tx, p CoverPlan, state CoverState, result, failure string) error {
	if !slices.Contains(coverMoves[p.State], state) {
		return fmt.Errorf("discover: a plan does not go from %s to %s", p.State, state)
	}
	err := tx.Change(`
		UPDATE discover_plans SET state = $3, result = $4, failure = $5, ended = $6, beat = $6
		WHERE id = $1 AND attempt = $2 AND state = $7 AND ended = 0`, p.ID, p.Attempt, state, result, failure, tx.Now(), p.State)
	if err != nil {
		return fmt.Errorf("discover: end the plan %s: %w", p.ID, err)
	}
	return nil
}

func putCoverFile(tx *db.Tx, id CoverPlanID, kind, data string) error {
	if _, err := tx.Exec(`INSERT INTO discover_plan_files (plan, kind, data) VALUES ($1, $2, $3)`, id, kind, data); err != nil {
		return fmt.Errorf("discover: keep the %s of the plan %s: %w", kind, id, err)
	}
	return nil
}

func coverFiles(tx *db.Tx, id CoverPlanID) ([]string, error) {
	all, err := db.All[string](tx, `SELECT kind FROM discover_plan_files WHERE plan = $1 ORDER BY kind`, id)
	if err != nil {
		return nil, fmt.Errorf("discover: files of the plan %s: %w", id, err)
	}
	return all, nil
}

func coverFile(tx *db.Tx, id CoverPlanID, kind string) (string, error) {
	data, err := db.One[string](tx, `SELECT data FROM discover_plan_files WHERE plan = $1 AND kind = $2`, id, kind)
	if err != nil {
		return "", fmt.Errorf("discover: read the %s of the plan %s: %w", kind, id, err)
	}
	return data, nil
}

// quietCovers are the running plans without a sign of life since a moment.
func quietCovers(tx *db.Tx, since time.Time) ([]CoverPlan, error) {
	all, err := db.All[CoverPlan](tx, `
		SELECT id, city, ask, state, attempt, done, phase, value, bound, total, actor, at, beat, stop, ended FROM discover_plans
		WHERE state = 'running' AND beat < $1`, since)
	if err != nil {
		return nil, fmt.Errorf("discover: look for plans that nobody works at: %w", err)
	}
	return all, nil
}

// forgetCovers deletes the plans of a city that are older than its last ones.
func forgetCovers(tx *db.Tx, city string) error {
	old, err := db.All[CoverPlanID](tx, `
		SELECT id FROM discover_plans WHERE city = $1 AND ended > 0 ORDER BY at DESC, id DESC LIMIT 1000 OFFSET CAST($2 AS BIGINT)`, city, coverKept)
	if err != nil {
		return fmt.Errorf("discover: old plans of %s: %w", city, err)
	}
	for _, id := range old {
		if _, err := tx.Exec(`DELETE FROM discover_plan_files WHERE plan = $1`, id); err != nil {
			return fmt.Errorf("discover: delete the files of the plan %s: %w", id, err)
		}
		if _, err := tx.Exec(`DELETE FROM discover_plans WHERE id = $1 AND ended > 0`, id); err != nil {
			return fmt.Errorf("discover: delete the plan %s: %w", id, err)
		}
	}
	return nil
}
