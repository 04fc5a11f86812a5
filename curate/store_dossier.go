package curate

import (
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/shop"
)

// A dossierRow is a dossier as the database keeps it.
type dossierRow struct {
	Shop     shop.ID
	City     string
	State    Verdict
	Decision DecisionID
	Decided  time.Time
	Expires  time.Time
	Alarm    Alarm
	Alarmed  time.Time
}

// findDossier returns where a shop stands; db.ErrNone says that nothing was
// decided about it.
func findDossier(tx *db.Tx, id shop.ID) (Dossier, error) {
	r, err := db.One[dossierRow](tx, `
		SELECT shop, city, state, decision, decided, expires, alarm, alarmed FROM curate_dossiers WHERE shop = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return Dossier{Shop: id}, err
	} else if err != nil {
		return Dossier{}, fmt.Errorf("curate: dossier of %s: %w", id, err)
	}
	return Dossier{r.Shop, r.City, r.State, r.Decision, r.Decided, r.Expires, r.Alarm, r.Alarmed}, nil
}

// putDossier writes where a shop stands now. An alarm ends with it.
func putDossier(tx *db.Tx, d Dossier) error {
	if _, err := tx.Exec(`
		INSERT INTO curate_dossiers (shop, city, state, decision, decided, expires) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (shop) DO UPDATE SET city = excluded.city, state = excluded.state, decision = excluded.decision,
			decided = excluded.decided, expires = excluded.expires, alarm = '', alarmed = 0`,
		d.Shop, d.City, d.Verdict, d.Decision, d.Decided, d.Expires); err != nil {
		return fmt.Errorf("curate: keep dossier of %s: %w", d.Shop, err)
	}
	return nil
}

func dossierCities(tx *db.Tx) ([]string, error) {
	all, err := db.All[string](tx, `SELECT DISTINCT city FROM curate_dossiers ORDER BY city`)
	if err != nil {
		return nil, fmt.Errorf("curate: cities with dossiers: %w", err)
	}
	return all, nil
}

func listed(tx *db.Tx, city string) ([]listing, error) {
	rows, err := db.All[listing](tx, `
		SELECT d.shop AS shop, d.state AS verdict, d.expires AS expires, d.alarm AS alarm,
			COALESCE(s.mean, 0) AS mean, COALESCE(s.sd, 0) AS sd, COALESCE(s.above, 0) AS above
		FROM curate_dossiers d LEFT JOIN curate_scores s ON s.shop = d.shop
		WHERE d.city = $1 ORDER BY d.shop`, city)
	if err != nil {
		return nil, fmt.Errorf("curate: dossiers of %s: %w", city, err)
	}
	return rows, nil
}

func setAlarm(tx *db.Tx, id shop.ID, a Alarm) error {
	since := tx.Now()
	if a == NoAlarm {
		since = time.Time{}
	}
	if err := tx.Change(`UPDATE curate_dossiers SET alarm = $1, alarmed = $2 WHERE shop = $3`, a, since, id); err != nil {
		return fmt.Errorf("curate: alarm of %s: %w", id, err)
	}
	return nil
}

func alerts(tx *db.Tx, limit int) ([]Alert, error) {
	rows, err := db.All[Alert](tx, `
		SELECT d.shop AS shop, s.name AS name, d.city AS city, d.state AS verdict, d.alarm AS alarm, d.alarmed AS alarmed
		FROM curate_dossiers d JOIN shop_shops s ON s.id = d.shop
		WHERE d.alarm <> '' ORDER BY d.alarmed, d.shop LIMIT CAST($1 AS BIGINT)`, limit)
	if err != nil {
		return nil, fmt.Errorf("curate: alarms: %w", err)
	}
	return rows, nil
}

// A decisionRow is a decision as the database keeps it.
type decisionRow struct {
	ID       DecisionID
	Shop     shop.ID
	Verdict  Verdict
	State    Step
	Reason   string
	Remark   string
	Tie      string
	Reviewer account.ID
	Second   account.ID
	Appeal   AppealID
	Rules    string
	Body     Basis `db:"body,json"`
	At       time.Time
	Settled  time.Time
	Expires  time.Time
}

func (r decisionRow) decision() Decision {
	return Decision{ID: r.ID, Shop: r.Shop, Verdict: r.Verdict, Step: r.State, Reason: r.Reason, Remark: r.Remark, Tie: r.Tie,
		Reviewer: r.Reviewer, Second: r.Second, Appeal: r.Appeal, Rules: r.Rules, Basis: r.Body, At: r.At, Settled: r.Settled, Expires: r.Expires}
}

func findDecision(tx *db.Tx, id DecisionID) (Decision, error) {
	r, err := db.One[decisionRow](tx, `
		SELECT id, shop, verdict, state, reason, remark, tie, reviewer, second, appeal, rules, body, at, settled, expires
		FROM curate_decisions WHERE id = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return Decision{}, ErrDecision
	} else if err != nil {
		return Decision{}, fmt.Errorf("curate: find decision %s: %w", id, err)
	}
	return r.decision(), nil
}

// decisionsMax bounds how many decisions of a shop are read, newest first.
const decisionsMax = 100

func decisionsOf(tx *db.Tx, id shop.ID) ([]Decision, error) {
	rows, err := db.All[decisionRow](tx, `
		SELECT id, shop, verdict, state, reason, remark, tie, reviewer, second, appeal, rules, body, at, settled, expires
		FROM curate_decisions WHERE shop = $1 ORDER BY id DESC LIMIT CAST($2 AS BIGINT)`, id, decisionsMax)
	if err != nil {
		return nil, fmt.Errorf("curate: decisions about %s: %w", id, err)
	}
	all := make([]Decision, len(rows))
	for i, r := range rows {
		all[i] = r.decision()
	}
	return all, nil
}

// putDecision writes a new decision. The unique keys refuse a second one that
// stands or is proposed: whoever lost the race is told to look again.
func putDecision(tx *db.Tx, d Decision) error {
	n, err := tx.Exec(`
		INSERT INTO curate_decisions (id, shop, verdict, state, reason, remark, tie, reviewer, appeal, rules, body, at, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT DO NOTHING`,
		d.ID, d.Shop, d.Verdict, d.Step, d.Reason, d.Remark, d.Tie, d.Reviewer, d.Appeal, d.Rules, db.JSON(d.Basis), d.At, d.Expires)
	if err != nil {
		return fmt.Errorf("curate: insert decision: %w", err)
	}
	if n == 0 {
		return ErrStale
	}
	return nil
}

// leavePast makes room for the next decision.
func leavePast(tx *db.Tx, d *Decision) error {
	if d == nil {
		return nil
	}
	err := tx.Change(`UPDATE curate_decisions SET state = $1 WHERE id = $2 AND state = $3`, Past, d.ID, Standing)
	if errors.Is(err, db.ErrNone) {
		return ErrStale
	} else if err != nil {
		return fmt.Errorf("curate: end decision %s: %w", d.ID, err)
	}
	return nil
}

// settleDecision ends the waiting of a proposed decision, but only once.
func settleDecision(tx *db.Tx, id DecisionID, to Step, by account.ID) error {
	err := tx.Change(`
		UPDATE curate_decisions SET state = $1, second = $2, settled = $3
		WHERE id = $4 AND state = $5 AND reviewer <> $2`, to, by, tx.Now(), id, Proposed)
	if errors.Is(err, db.ErrNone) {
		return ErrNotProposed
	} else if err != nil {
		return fmt.Errorf("curate: settle decision %s: %w", id, err)
	}
	return nil
}

// An appealRow is an appeal as the database keeps it.
type appealRow struct {
	ID       AppealID
	Shop     shop.ID
	Decision DecisionID
	Person   account.ID
	Text     string
	State    AppealState
	Answer   string
	Judge    account.ID
	At       time.Time
	Answered time.Time
}

// putAppeal writes an appeal and reports whether it is the first against its
// decision.
func putAppeal(tx *db.Tx, a Appeal) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO curate_appeals (id, shop, decision, person, text, state, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, a.ID, a.Shop, a.Decision, a.Person, a.Text, a.State, a.At)
	if err != nil {
		return false, fmt.Errorf("curate: insert appeal: %w", err)
	}
	return n == 1, nil
}

func findAppeal(tx *db.Tx, id AppealID) (Appeal, error) {
	r, err := db.One[appealRow](tx, `
		SELECT id, shop, decision, person, text, state, answer, judge, at, answered FROM curate_appeals WHERE id = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return Appeal{}, ErrAppeal
	} else if err != nil {
		return Appeal{}, fmt.Errorf("curate: find appeal %s: %w", id, err)
	}
	return Appeal(r), nil
}

func appealAgainst(tx *db.Tx, id DecisionID) (Appeal, error) {
	r, err := db.One[appealRow](tx, `
		SELECT id, shop, decision, person, text, state, answer, judge, at, answered FROM curate_appeals WHERE decision = $1`, id)
	if err != nil {
		return Appeal{}, fmt.Errorf("curate: appeal against %s: %w", id, err)
	}
	return Appeal(r), nil
}

func appealsOf(tx *db.Tx, id shop.ID) ([]Appeal, error) {
	rows, err := db.All[appealRow](tx, `
		SELECT id, shop, decision, person, text, state, answer, judge, at, answered
		FROM curate_appeals WHERE shop = $1 ORDER BY id DESC LIMIT CAST($2 AS BIGINT)`, id, decisionsMax)
	if err != nil {
		return nil, fmt.Errorf("curate: appeals of %s: %w", id, err)
	}
	all := make([]Appeal, len(rows))
	for i, r := range rows {
		all[i] = Appeal(r)
	}
	return all, nil
}

// answerAppeal writes the answer to an open appeal, but only once.
func answerAppeal(tx *db.Tx, a Appeal) error {
	err := tx.Change(`
		UPDATE curate_appeals SET state = $1, answer = $2, judge = $3, answered = $4 WHERE id = $5 AND state = $6`,
		a.State, a.Answer, a.Judge, a.Answered, a.ID, AppealOpen)
	if errors.Is(err, db.ErrNone) {
		return ErrJudged
	} else if err != nil {
		return fmt.Errorf("curate: answer appeal %s: %w", a.ID, err)
	}
	return nil
}
