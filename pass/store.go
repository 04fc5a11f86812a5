package pass

import (
	"fmt"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
)

func selectPlans(tx *db.Tx, all bool) ([]Plan, error) {
	return db.All[Plan](tx, `
		SELECT code, zh, en, price, days, trial, sold FROM pass_plans
		WHERE sold = 1 OR CAST($1 AS BIGINT) = 1
		ORDER BY price DESC, code`, all)
}

func selectPlan(tx *db.Tx, code string) (Plan, error) {
	return db.One[Plan](tx, `
		SELECT code, zh, en, price, days, trial, sold FROM pass_plans WHERE code = $1`, code)
}

func upsertPlan(tx *db.Tx, p Plan) error {
	return tx.Change(`
		INSERT INTO pass_plans (code, zh, en, price, days, trial, sold, updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (code) DO UPDATE SET zh = excluded.zh, en = excluded.en, price = excluded.price,
			days = excluded.days, trial = excluded.trial, sold = excluded.sold, updated = excluded.updated`,
		p.Code, p.Zh, p.En, p.Price, p.Days, p.Trial, p.Sold, tx.Now())
}

// insert writes a new pass and reports false if one of its unique keys is
// taken: its number, or the person's open order, active pass or trial.
func insert(tx *db.Tx, p Pass) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO pass_passes (id, person, number, plan, zh, en, price, days, trial, state, first, until, bought, created,
			city, district, gate, promise)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT DO NOTHING`,
		p.ID, p.Person, p.Number, p.Plan, p.Zh, p.En, p.Price, p.Days, p.Trial, p.State, p.First, p.Until, p.Bought, p.Created,
		p.City, p.District, p.Gate, p.Promise)
	return n == 1, err
}

func setPayment(tx *db.Tx, id ID, no string) error {
	return tx.Change(`UPDATE pass_passes SET payment = $2 WHERE id = $1 AND state = 'ordered' AND payment = ''`, id, no)
}

func selectPass(tx *db.Tx, id ID) (Pass, error) {
	return db.One[Pass](tx, `
		SELECT id, person, number, plan, zh, en, price, days, trial, state, first, until, bought, uses, saved, payment, created,
			city, district, gate, promise, extra
		FROM pass_passes WHERE id = $1`, id)
}

// selectMine returns a person's passes, the active one first, then newest
// first.
func selectMine(tx *db.Tx, person account.ID) ([]Pass, error) {
	return db.All[Pass](tx, `
		SELECT id, person, number, plan, zh, en, price, days, trial, state, first, until, bought, uses, saved, payment, created,
			city, district, gate, promise, extra
		FROM pass_passes WHERE person = $1
		ORDER BY CASE WHEN state = 'active' THEN 0 ELSE 1 END, id DESC`, person)
}

func selectPage(tx *db.Tx, state State, after string, limit int) ([]Pass, error) {
	return db.All[Pass](tx, `
		SELECT id, person, number, plan, zh, en, price, days, trial, state, first, until, bought, uses, saved, payment, created,
			city, district, gate, promise, extra
		FROM pass_passes
		WHERE (CAST($1 AS TEXT) = '' OR state = $1) AND (CAST($2 AS TEXT) = '' OR id < $2)
		ORDER BY id DESC LIMIT CAST($3 AS BIGINT)`, state, after, limit)
}

// move changes a pass's state along the drawing, from the state in which it is
// or, with ErrNone, not at all.
func move(tx *db.Tx, id ID, from, to State) error {
	if !from.may(to) {
		return fmt.Errorf("a pass does not go from %s to %s", from, to)
	}
	return tx.Change(`UPDATE pass_passes SET state = $3 WHERE id = $1 AND state = $2`, id, from, to)
}

// activate makes an ordered pass active with the days and the time of p.
func activate(tx *db.Tx, p Pass) error {
	return tx.Change(`
		UPDATE pass_passes SET state = 'active', first = $2, until = $3, bought = $4
		WHERE id = $1 AND state = 'ordered'`, p.ID, p.First, p.Until, p.Bought)
}

func addUse(tx *db.Tx, id ID, saved money.Amount) error {
	return tx.Change(`
		UPDATE pass_passes SET uses = uses + 1, saved = saved + $2 WHERE id = $1 AND bought > 0`, id, saved)
}

func takeUse(tx *db.Tx, id ID, saved money.Amount) error {
	return tx.Change(`
		UPDATE pass_passes SET uses = uses - 1, saved = saved - $2
		WHERE id = $1 AND uses > 0 AND saved >= $2`, id, saved)
}

// lapse ends at most limit active passes that are no longer valid on the day.
func lapse(tx *db.Tx, today ledger.Day, limit int) (int64, error) {
	return tx.Exec(`
		UPDATE pass_passes SET state = 'lapsed'
		WHERE state = 'active' AND id IN (
			SELECT id FROM pass_passes WHERE state = 'active' AND until <= $1 ORDER BY until, id LIMIT CAST($2 AS BIGINT))`, today, limit)
}

// join returns the cohort of a pass that was just bought, which is made if the
// pass is the first in it.
func join(tx *db.Tx, p Pass) (cohort, error) {
	c := cohortOf(p)
	n, err := tx.Exec(`
		INSERT INTO pass_cohorts (first, price, days, last, recognised) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, c.First, c.Price, c.Days, c.Last, c.Recognised)
	if err != nil || n == 1 {
		return c, err
	}
	return selectCohort(tx, p)
}

func selectCohort(tx *db.Tx, p Pass) (cohort, error) {
	return db.One[cohort](tx, `
		SELECT first, price, days, last, recognised FROM pass_cohorts
		WHERE first = $1 AND price = $2 AND days = $3`, p.First, p.Price, p.Days)
}

// selectDue returns the cohorts of which a day up to end is not recognised.
func selectDue(tx *db.Tx, end ledger.Day) ([]cohort, error) {
	return db.All[cohort](tx, `
		SELECT first, price, days, last, recognised FROM pass_cohorts
		WHERE recognised < last AND recognised < $1
		ORDER BY first, price, days`, end)
}

// countCohort counts the passes of a cohort that were not refunded.
func countCohort(tx *db.Tx, c cohort) (int, error) {
	return db.One[int](tx, `
		SELECT COUNT(*) FROM pass_passes
		WHERE first = $1 AND price = $2 AND days = $3 AND state IN ('active', 'lapsed')`, c.First, c.Price, c.Days)
}

func setRecognised(tx *db.Tx, c cohort, from ledger.Day) error {
	return tx.Change(`
		UPDATE pass_cohorts SET recognised = $4
		WHERE first = $1 AND price = $2 AND days = $3 AND recognised = $5`, c.First, c.Price, c.Days, c.Recognised, from)
}

// A counted cohort is one with the number of its passes that were not refunded.
type counted struct {
	cohort
	N int
}

func selectCohorts(tx *db.Tx) ([]counted, error) {
	return db.All[counted](tx, `
		SELECT c.first, c.price, c.days, c.last, c.recognised, COUNT(*) AS n
		FROM pass_cohorts c JOIN pass_passes p ON p.first = c.first AND p.price = c.price AND p.days = c.days
		WHERE p.state IN ('active', 'lapsed')
		GROUP BY c.first, c.price, c.days, c.last, c.recognised`)
}

func count(tx *db.Tx, state State) (int, error) {
	return db.One[int](tx, `SELECT COUNT(*) FROM pass_passes WHERE state = $1`, state)
}
