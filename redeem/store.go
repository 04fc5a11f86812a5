package redeem

import (
	"errors"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// A row is a redemption as the database has it: what callers see and what only
// the rules need.
type row struct {
	Redemption
	Bill      money.Amount // Of the quote, as columns for books and lists.
	Off       money.Amount
	Code      string       // Hash of the code that began it.
	Number    string       // Its receipt's, if it comes to that.
	Basis     string       // Hash of what its price rests on.
	SlotDay   ledger.Day   // Whose uses it takes from.
	Budget    money.Amount // Reserved of the shop's budget.
	BudgetDay ledger.Day
	UndoDay   ledger.Day
}

// complete fills in what follows from the columns.
func (r row) complete() row {
	if !r.Committed.IsZero() {
		r.UndoUntil = r.Committed.Add(UndoLife)
	}
	return r
}

// wrap says what failed, unless it is a refusal, which speaks for itself.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("redeem: %s: %w", what, err)
}

// find returns a redemption, or ErrUnknown.
func find(tx *db.Tx, id ID) (row, error) {
	r, err := db.One[row](tx, `
		SELECT id, door, state, version, shop, shop_name, merchant, person, person_name, pass, staff, match, code, number, terms, basis,
			quote, bill, off, due, fee, payment, slot_day, budget, budget_day, day, receipt, why, created, expires, committed, undone, undo_day
		FROM redeem_redemptions WHERE id = $1`, id)
	if errors.Is(err, db.ErrNone) {
		return r, ErrUnknown
	}
	return r.complete(), wrap("find a redemption", err)
}

// findOpen returns the person's open redemption, or db.ErrNone.
func findOpen(tx *db.Tx, person account.ID) (row, error) {
	id, err := db.One[ID](tx, `SELECT redemption FROM redeem_open WHERE person = $1`, person)
	if err != nil {
		return row{}, wrap("find an open redemption", err)
	}
	return find(tx, id)
}

// open puts r under way. It reports false if a guard stands in the way: the
// member has one open, or the match number is taken among the shop's requests.
func open(tx *db.Tx, r row) (bool, error) {
	request := ""
	if r.State == Requested {
		request = string(r.Shop) + "/" + r.Match
	}
	n, err := tx.Exec(`
		INSERT INTO redeem_open (person, redemption, request) VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`, r.Person, r.ID, request)
	return n == 1, wrap("open a redemption", err)
}

// insert adds r and its first step.
func insert(tx *db.Tx, r row, actor account.ID) error {
	_, err := tx.Exec(`
		INSERT INTO redeem_redemptions (id, door, state, version, shop, shop_name, merchant, person, person_name, pass, staff, match, code, number,
			terms, basis, quote, bill, off, due, slot_day, created, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
		r.ID, r.Door, r.State, r.Version, r.Shop, r.ShopName, r.Merchant, r.Person, r.PersonName, r.Pass, r.Staff, r.Match, r.Code, r.Number,
		db.JSON(r.Terms), r.Basis, db.JSON(r.Quote), r.Bill, r.Off, r.Due, r.SlotDay, r.Created, r.Expires)
	if err != nil {
		return wrap("add a redemption", err)
	}
	return addStep(tx, r, actor, "")
}

// update writes what may change of r. It touches only a redemption that is
// still in the state and version that the caller read, so that even a rule
// that looked too early cannot move one twice.
func update(tx *db.Tx, r row, from State, version int) error {
	err := tx.Change(`
		UPDATE redeem_redemptions SET state = $1, version = $2, staff = $3, terms = $4, basis = $5, quote = $6, bill = $7, off = $8,
			due = $9, fee = $10, payment = $11, budget = $12, budget_day = $13, day = $14, receipt = $15, why = $16, expires = $17,
			committed = $18, undone = $19, undo_day = $20
		WHERE id = $21 AND state = $22 AND version = $23`,
		r.State, r.Version, r.Staff, db.JSON(r.Terms), r.Basis, db.JSON(r.Quote), r.Bill, r.Off,
		r.Due, r.Fee, r.Payment, r.Budget, r.BudgetDay, r.Day, r.Receipt, r.Why, r.Expires,
		r.Committed, r.Undone, r.UndoDay, r.ID, from, version)
	return wrap("change a redemption", err)
}

func addStep(tx *db.Tx, r row, actor account.ID, note string) error {
	_, err := tx.Exec(`INSERT INTO redeem_steps (redemption, version, state, at, actor, note) VALUES ($1, $2, $3, $4, $5, $6)`,
		r.ID, r.Version, r.State, tx.Now(), actor, note)
	return wrap("add a step", err)
}

func steps(tx *db.Tx, id ID) ([]Step, error) {
	all, err := db.All[Step](tx, `SELECT state, at, actor, note FROM redeem_steps WHERE redemption = $1 ORDER BY version`, id)
	return all, wrap("read steps", err)
}

// move brings r to the state to which the event leads, with whatever else the
// caller changed in it. Uses and budget are given back the moment they are no
// longer held.
func (r *row) move(tx *db.Tx, on event, actor account.ID, note string) error {
	from, version := r.State, r.Version
	to, ok := next(from, on)
	if !ok {
		return fmt.Errorf("redeem: %s cannot happen to %s, which is %s", on, r.ID, from)
	}
	r.State, r.Version, r.Expires = to, version+1, time.Time{}
	if life := to.life(); life > 0 {
		r.Expires = tx.Now().Add(life)
	}
	if from.Open() && !to.Open() {
		if _, err := tx.Exec(`DELETE FROM redeem_open WHERE person = $1 AND redemption = $2`, r.Person, r.ID); err != nil {
			return wrap("close a redemption", err)
		}
	}
	if from.holds() && !to.holds() {
		if err := release(tx, r); err != nil {
			return err
		}
	}
	if err := update(tx, *r, from, version); err != nil {
		return err
	}
	return addStep(tx, *r, actor, note)
}

// addCode puts a live code in the place of the person's live one.
func addCode(tx *db.Tx, person account.ID, hash string, until time.Time) error {
	_, err := tx.Exec(`INSERT INTO redeem_codes (hash, person, until) VALUES ($1, $2, $3)`, hash, person, until)
	if err != nil {
		return wrap("add a code", err)
	}
	_, err = tx.Exec(`
		INSERT INTO redeem_live (person, hash) VALUES ($1, $2)
		ON CONFLICT (person) DO UPDATE SET hash = excluded.hash`, person, hash)
	return wrap("make a code live", err)
}

// findCode returns a code by its hash, or ErrCode.
func findCode(tx *db.Tx, hash string) (kept, error) {
	k, err := db.One[kept](tx, `
		SELECT c.hash, c.person, c.until, c.used, CASE WHEN l.hash = c.hash THEN 1 ELSE 0 END AS live
		FROM redeem_codes c LEFT JOIN redeem_live l ON l.person = c.person WHERE c.hash = $1`, hash)
	if errors.Is(err, db.ErrNone) {
		return k, ErrCode
	}
	return k, wrap("find a code", err)
}

// useCode uses a code up. It touches only one that nobody has used.
func useCode(tx *db.Tx, hash string) error {
	err := tx.Change(`UPDATE redeem_codes SET used = $2 WHERE hash = $1 AND used = 0 AND until > $2`, hash, tx.Now())
	if errors.Is(err, db.ErrNone) {
		return ErrUsed
	}
	return wrap("use a code", err)
}

// dropCodes deletes codes that ended before the time, at most a bounded number.
func dropCodes(tx *db.Tx, before time.Time) (int64, error) {
	n, err := tx.Exec(`
		DELETE FROM redeem_codes WHERE hash IN (
			SELECT hash FROM redeem_codes WHERE until < $1 ORDER BY until LIMIT 500)`, before)
	return n, wrap("drop codes", err)
}

// A misses is a run of bad scans.
type misses struct {
	Scope string
	Since time.Time
	N     int
}

// countMiss adds a bad scan to the scope's run and returns the run. A run that
// began before the time is over and a new one begins.
func countMiss(tx *db.Tx, scope string, over time.Time) (misses, error) {
	m, err := db.One[misses](tx, `
		INSERT INTO redeem_misses (scope, since, n) VALUES ($1, $2, 1)
		ON CONFLICT (scope) DO UPDATE SET
			n = CASE WHEN redeem_misses.since <= $3 THEN 1 ELSE redeem_misses.n + 1 END,
			since = CASE WHEN redeem_misses.since <= $3 THEN excluded.since ELSE redeem_misses.since END
		RETURNING scope, since, n`, scope, tx.Now(), over)
	return m, wrap("count a bad scan", err)
}

// findMisses returns the runs of two scopes, of which there may be none.
func findMisses(tx *db.Tx, one, other string) ([]misses, error) {
	all, err := db.All[misses](tx, `SELECT scope, since, n FROM redeem_misses WHERE scope IN ($1, $2)`, one, other)
	return all, wrap("find bad scans", err)
}

// timedOut returns what is under way and has lasted its time.
func timedOut(tx *db.Tx, limit int) ([]ID, error) {
	ids, err := db.All[ID](tx, `
		SELECT r.id FROM redeem_open o JOIN redeem_redemptions r ON r.id = o.redemption
		WHERE r.expires > 0 AND r.expires <= $1 ORDER BY r.expires LIMIT CAST($2 AS BIGINT)`, tx.Now(), limit)
	return ids, wrap("find what timed out", err)
}

// list returns what the console asks for; empty fields select all.
func list(tx *db.Tx, f Filter) ([]row, error) {
	rows, err := db.All[row](tx, `
		SELECT id, door, state, version, shop, shop_name, merchant, person, person_name, pass, staff, match, code, number, terms, basis,
			quote, bill, off, due, fee, payment, slot_day, budget, budget_day, day, receipt, why, created, expires, committed, undone, undo_day
		FROM redeem_redemptions
		WHERE (CAST($1 AS TEXT) = '' OR shop = $1) AND (CAST($2 AS TEXT) = '' OR merchant = $2)
			AND (CAST($3 AS TEXT) = '' OR person = $3) AND (CAST($4 AS TEXT) = '' OR state = $4)
			AND (CAST($5 AS TEXT) = '' OR day = $5) AND (CAST($6 AS TEXT) = '' OR id < $6)
		ORDER BY id DESC LIMIT CAST($7 AS BIGINT)`, f.Shop, f.Merchant, f.Person, f.State, f.Day, f.After, f.Limit)
	return complete(rows), wrap("list redemptions", err)
}

// listMine returns the person's redemptions that committed, newest first.
func listMine(tx *db.Tx, person account.ID, after ID, limit int) ([]row, error) {
	rows, err := db.All[row](tx, `
		SELECT id, door, state, version, shop, shop_name, merchant, person, person_name, pass, staff, match, code, number, terms, basis,
			quote, bill, off, due, fee, payment, slot_day, budget, budget_day, day, receipt, why, created, expires, committed, undone, undo_day
		FROM redeem_redemptions
		WHERE person = $1 AND committed > 0 AND (CAST($2 AS TEXT) = '' OR id < $2)
		ORDER BY id DESC LIMIT CAST($3 AS BIGINT)`, person, after, limit)
	return complete(rows), wrap("list a member's redemptions", err)
}

// commitAfter is the longest that a redemption may be under way before it
// commits; payment gives up far sooner.
const commitAfter = 48 * time.Hour

// listDay returns what happened at a shop on a business day and, created
// within [from, until), what is under way or had to be given back. What began
// before midnight and was paid after it belongs to the new day.
func listDay(tx *db.Tx, at shop.ID, day ledger.Day, from, until time.Time) ([]row, error) {
	rows, err := db.All[row](tx, `
		SELECT id, door, state, version, shop, shop_name, merchant, person, person_name, pass, staff, match, code, number, terms, basis,
			quote, bill, off, due, fee, payment, slot_day, budget, budget_day, day, receipt, why, created, expires, committed, undone, undo_day
		FROM redeem_redemptions
		WHERE shop = $1 AND created >= $5 AND created < $4
			AND (day = $2 OR day = '' AND created >= $3 AND state <> 'voided')
		ORDER BY id DESC LIMIT 1000`, at, day, from, until, from.Add(-commitAfter))
	return complete(rows), wrap("list a shop's day", err)
}

// listRequests returns the shop's requests that wait for staff, oldest first.
func listRequests(tx *db.Tx, at shop.ID) ([]row, error) {
	rows, err := db.All[row](tx, `
		SELECT id, door, state, version, shop, shop_name, merchant, person, person_name, pass, staff, match, code, number, terms, basis,
			quote, bill, off, due, fee, payment, slot_day, budget, budget_day, day, receipt, why, created, expires, committed, undone, undo_day
		FROM redeem_redemptions
		WHERE shop = $1 AND created > $2 AND state = 'requested' AND expires > $3
		ORDER BY id LIMIT 100`, at, tx.Now().Add(-OpenLife), tx.Now())
	return complete(rows), wrap("list requests", err)
}

func complete(rows []row) []row {
	for i := range rows {
		rows[i] = rows[i].complete()
	}
	return rows
}
