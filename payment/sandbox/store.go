package sandbox

import (
	"time"

	"citywalk/db"
)

func get(tx *db.Tx, no string) (charge, error) {
	return db.One[charge](tx, `
		SELECT no, content, amount, currency, subject, payer, agreement, return_to, notify, expires,
			status, due, trade, granted, refunded, created, paid_at
		FROM sandbox_charges WHERE no = $1`, no)
}

func insert(tx *db.Tx, c charge) error {
	return tx.Change(`
		INSERT INTO sandbox_charges (no, content, amount, currency, subject, payer, agreement, return_to, notify, expires, status, due, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		c.No, c.Content, c.Amount, c.Currency, c.Subject, c.Payer, c.Agreement, c.ReturnTo, c.Notify, c.Expires, c.Status, c.Due, c.Created)
}

func update(tx *db.Tx, c charge, from Status) error {
	return tx.Change(`
		UPDATE sandbox_charges SET status = $1, trade = $2, granted = $3, refunded = $4, paid_at = $5
		WHERE no = $6 AND status = $7`, c.Status, c.Trade, c.Granted, c.Refunded, c.PaidAt, c.No, from)
}

func dueCharges(tx *db.Tx, now time.Time) ([]string, error) {
	return db.All[string](tx, `SELECT no FROM sandbox_charges WHERE status = 'pending' AND due <= $1 ORDER BY due`, now)
}

func getRefund(tx *db.Tx, no string) (refund, error) {
	return db.One[refund](tx, `
		SELECT no, content, payment, amount, notify, status, due, created FROM sandbox_refunds WHERE no = $1`, no)
}

func insertRefund(tx *db.Tx, r refund) error {
	return tx.Change(`
		INSERT INTO sandbox_refunds (no, content, payment, amount, notify, status, due, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.No, r.Content, r.Payment, r.Amount, r.Notify, r.Status, r.Due, r.Created)
}

func endRefund(tx *db.Tx, no string) error {
	return tx.Change(`UPDATE sandbox_refunds SET status = 'refunded' WHERE no = $1 AND status = 'processing'`, no)
}

func dueRefunds(tx *db.Tx, now time.Time) ([]string, error) {
	return db.All[string](tx, `SELECT no FROM sandbox_refunds WHERE status = 'processing' AND due <= $1 ORDER BY due`, now)
}

func agreementPayer(tx *db.Tx, token string) (string, error) {
	return db.One[string](tx, `SELECT payer FROM sandbox_agreements WHERE token = $1`, token)
}

// grant returns the payer's token, a new one if he has none.
func grant(tx *db.Tx, payer, token string) (string, error) {
	_, err := tx.Exec(`
		INSERT INTO sandbox_agreements (token, payer, granted) VALUES ($1, $2, $3)
		ON CONFLICT (payer) DO NOTHING`, token, payer, tx.Now())
	if err != nil {
		return "", err
	}
	return db.One[string](tx, `SELECT token FROM sandbox_agreements WHERE payer = $1`, payer)
}

// A letter is a callback to be sent.
type letter struct {
	ID    string
	URL   string
	Body  string
	Tries int
	Due   time.Time
}

func insertNotice(tx *db.Tx, l letter) error {
	return tx.Change(`
		INSERT INTO sandbox_notices (id, url, body, state, due) VALUES ($1, $2, $3, 'waiting', $4)`, l.ID, l.URL, l.Body, l.Due)
}

func dueNotices(tx *db.Tx, now time.Time, limit int) ([]letter, error) {
	return db.All[letter](tx, `
		SELECT id, url, body, tries, due FROM sandbox_notices
		WHERE state = 'waiting' AND due <= $1 ORDER BY due LIMIT CAST($2 AS BIGINT)`, now, limit)
}

func updateNotice(tx *db.Tx, l letter, state string) error {
	return tx.Change(`UPDATE sandbox_notices SET state = $1, tries = $2, due = $3 WHERE id = $4`, state, l.Tries, l.Due, l.ID)
}

// A fault is a row of the script or the mix.
type fault struct {
	ID      string
	No      string
	Call    string
	Kind    string
	Times   int
	Delay   time.Duration
	Copies  int
	Percent int
	Seed    int64
}

func (f fault) fault() Fault {
	return Fault{f.No, f.Call, f.Kind, f.Times, f.Delay, f.Copies, f.Percent}
}

func clearFaults(tx *db.Tx) error {
	if _, err := tx.Exec(`DELETE FROM sandbox_dice`); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM sandbox_faults`)
	return err
}

func insertFault(tx *db.Tx, f Fault, seed int64) error {
	return tx.Change(`
		INSERT INTO sandbox_faults (id, no, call, kind, times, delay, copies, percent, seed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.ID("flt"), f.No, f.Call, f.Kind, f.Times, f.Delay, f.Copies, f.Percent, seed)
}

// faultsOf returns what may happen to a call: the script first, then the mix.
func faultsOf(tx *db.Tx, no, call string) ([]fault, error) {
	return db.All[fault](tx, `
		SELECT id, no, call, kind, times, delay, copies, percent, seed FROM sandbox_faults
		WHERE call = $1 AND (no = '' OR no = $2) AND times > 0 ORDER BY percent, kind, id`, call, no)
}

func useFault(tx *db.Tx, id string) error {
	return tx.Change(`UPDATE sandbox_faults SET times = times - 1 WHERE id = $1`, id)
}

// throwDie reports whether a number's die for a call is thrown for the first
// time.
func throwDie(tx *db.Tx, no, call string) (bool, error) {
	n, err := tx.Exec(`INSERT INTO sandbox_dice (no, call) VALUES ($1, $2) ON CONFLICT (no, call) DO NOTHING`, no, call)
	return n == 1, err
}

func allCharges(tx *db.Tx) ([]TrueCharge, error) {
	return db.All[TrueCharge](tx, `SELECT no, status, trade, amount, refunded, payer, paid_at FROM sandbox_charges ORDER BY no`)
}

func allRefunds(tx *db.Tx) ([]TrueRefund, error) {
	return db.All[TrueRefund](tx, `SELECT no, payment, status, amount FROM sandbox_refunds ORDER BY no`)
}
