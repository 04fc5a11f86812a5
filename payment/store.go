package payment

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"citywalk/db"
	"citywalk/money"
)

// A row is a payment with what only this package needs to know of it.
type row struct {
	Payment
	ReturnTo string
	Direct   bool
	Returned money.Amount // Sum of the refunds asked for.
	Called   time.Time    // When the provider was last asked to charge.
	Missing  time.Time    // Since when the provider does not know the number.
}

// insert adds a payment. It reports false if its purpose and ref have one.
func insert(tx *db.Tx, r row) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO payment_payments (no, purpose, ref, payer, amount, fee, subject, return_to, direct, state, created, deadline, called)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (purpose, ref) DO NOTHING`,
		r.No, r.Purpose, r.Ref, r.Payer, r.Amount, r.Fee, r.Subject, r.ReturnTo, r.Direct, r.State, r.Created, r.Deadline, r.Called)
	return n == 1, err
}

// find returns a payment's row, or ErrUnknown.
func find(tx *db.Tx, no string) (row, error) {
	r, err := db.One[row](tx, `
		SELECT no, purpose, ref, payer, amount, fee, subject, state, pay_url, trade, created, deadline, ended,
			return_to, direct, returned, called, missing
		FROM payment_payments WHERE no = $1`, no)
	if errors.Is(err, db.ErrNone) {
		return r, ErrUnknown
	} else if err != nil {
		return r, fmt.Errorf("payment: find %s: %w", no, err)
	}
	return r, nil
}

func findRef(tx *db.Tx, purpose, ref string) (Payment, error) {
	return db.One[Payment](tx, `
		SELECT no, purpose, ref, payer, amount, fee, subject, state, pay_url, trade, created, deadline, ended
		FROM payment_payments WHERE purpose = $1 AND ref = $2`, purpose, ref)
}

// list returns payments by state ("" for all), newest first, those before a
// number ("" for the newest).
func list(tx *db.Tx, state State, after string, limit int) ([]Payment, error) {
	return db.All[Payment](tx, `
		SELECT no, purpose, ref, payer, amount, fee, subject, state, pay_url, trade, created, deadline, ended
		FROM payment_payments
		WHERE (CAST($1 AS TEXT) = '' OR state = $1)
			AND (CAST($2 AS TEXT) = '' OR (created, no) < (SELECT created, no FROM payment_payments WHERE no = $2))
		ORDER BY created DESC, no DESC LIMIT CAST($3 AS BIGINT)`, state, after, limit)
}

// move changes a payment's state. It touches only a payment that stands where
// p was read, so that even a caller that forgot to look cannot end one twice.
func move(tx *db.Tx, p *Payment, next State) error {
	if !p.State.may(next) {
		return fmt.Errorf("payment: %s cannot go from %s to %s", p.No, p.State, next)
	}
	err := tx.Change(`
		UPDATE payment_payments SET state = $1, pay_url = $2, trade = $3, ended = $4
		WHERE no = $5 AND state = $6`, next, p.PayURL, p.Trade, p.Ended, p.No, p.State)
	if err != nil {
		return fmt.Errorf("payment: move %s from %s to %s: %w", p.No, p.State, next, err)
	}
	p.State = next
	return nil
}

// called notes that the provider is about to be asked to charge.
func called(tx *db.Tx, no string, at time.Time) error {
	_, err := tx.Exec(`UPDATE payment_payments SET called = $1, missing = 0 WHERE no = $2 AND state = 'created'`, at, no)
	return err
}

func missing(tx *db.Tx, no string, since time.Time) error {
	return tx.Change(`UPDATE payment_payments SET missing = $1 WHERE no = $2`, since, no)
}

// indirect sends a payment to the cashier after all.
func indirect(tx *db.Tx, no string) error {
	return tx.Change(`UPDATE payment_payments SET direct = 0 WHERE no = $1`, no)
}

// claim writes down a provider's success, once for each trade. It reports
// false if another payment has it.
func claim(tx *db.Tx, provider, trade, no string) (bool, error) {
	n, err := tx.Exec(`
		INSERT INTO payment_events (provider, trade, payment, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (provider, trade) DO NOTHING`, provider, trade, no, tx.Now())
	return n == 1, err
}

// reserve takes amount from what may still be refunded of a payment, or
// returns db.ErrNone.
func reserve(tx *db.Tx, no string, amount money.Amount) error {
	return tx.Change(`
		UPDATE payment_payments SET returned = returned + $1
		WHERE no = $2 AND state IN ('paid', 'late') AND returned + $1 <= amount`, amount, no)
}

// doubt writes down what cannot be true, once however often it is said.
func doubt(tx *db.Tx, no, what string, said any) error {
	_, err := tx.Exec(`
		INSERT INTO payment_doubts (payment, what, said, times, first, last) VALUES ($1, $2, $3, 1, $4, $4)
		ON CONFLICT (payment, what, said) DO UPDATE SET times = payment_doubts.times + 1, last = excluded.last`,
		no, what, db.JSON(said), tx.Now())
	return err
}

// A refundRow is a refund with what only this package needs to know of it.
type refundRow struct {
	Refund
	FeeBack money.Amount // What of the payment's fee comes back with it.
	Tried   time.Time    // Since when it is being tried.
}

func insertRefund(tx *db.Tx, r refundRow) error {
	return tx.Change(`
		INSERT INTO payment_refunds (no, payment, key, amount, fee_back, reason, state, created, tried)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (payment, key) DO NOTHING`,
		r.No, r.Payment, r.Key, r.Amount, r.FeeBack, r.Reason, r.State, r.Created, r.Tried)
}

func findRefund(tx *db.Tx, no string) (refundRow, error) {
	return db.One[refundRow](tx, `
		SELECT no, payment, key, amount, fee_back, reason, state, created, tried, ended
		FROM payment_refunds WHERE no = $1`, no)
}

func findRefundKey(tx *db.Tx, payment, key string) (refundRow, error) {
	return db.One[refundRow](tx, `
		SELECT no, payment, key, amount, fee_back, reason, state, created, tried, ended
		FROM payment_refunds WHERE payment = $1 AND key = $2`, payment, key)
}

// listRefunds returns refunds by payment and state ("" for all), newest first.
func listRefunds(tx *db.Tx, payment, state string, limit int) ([]Refund, error) {
	return db.All[Refund](tx, `
		SELECT no, payment, key, amount, reason, state, created, ended FROM payment_refunds
		WHERE (CAST($1 AS TEXT) = '' OR payment = $1) AND (CAST($2 AS TEXT) = '' OR state = $2)
		ORDER BY no DESC LIMIT CAST($3 AS BIGINT)`, payment, state, limit)
}

// moveRefund changes a refund's state from where r was read.
func moveRefund(tx *db.Tx, r *refundRow, next string) error {
	if !slices.Contains(refundMoves[r.State], next) {
		return fmt.Errorf("payment: refund %s cannot go from %s to %s", r.No, r.State, next)
	}
	err := tx.Change(`
		UPDATE payment_refunds SET state = $1, tried = $2, ended = $3 WHERE no = $4 AND state = $5`,
		next, r.Tried, r.Ended, r.No, r.State)
	if err != nil {
		return fmt.Errorf("payment: move refund %s from %s to %s: %w", r.No, r.State, next, err)
	}
	r.State = next
	return nil
}

// owedRefunds returns what is not yet back, by party.
func owedRefunds(tx *db.Tx) ([]Refund, error) {
	return db.All[Refund](tx, `SELECT payment, key, amount FROM payment_refunds WHERE state <> 'refunded'`)
}

// A notice is a row of the inbox.
type notice struct {
	Said   Notice `db:"said,json"`
	Result string
}

// receive puts a callback into the inbox and reports whether it is new.
func receive(tx *db.Tx, provider string, n Notice, raw []byte) (bool, error) {
	rows, err := tx.Exec(`
		INSERT INTO payment_notices (provider, notice, said, raw, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (provider, notice) DO NOTHING`, provider, n.ID, db.JSON(n), string(raw), tx.Now())
	return rows == 1, err
}

func findNotice(tx *db.Tx, provider, id string) (notice, error) {
	return db.One[notice](tx, `SELECT said, result FROM payment_notices WHERE provider = $1 AND notice = $2`, provider, id)
}

func finishNotice(tx *db.Tx, provider, id, result string) error {
	return tx.Change(`UPDATE payment_notices SET result = $1 WHERE provider = $2 AND notice = $3`, result, provider, id)
}

func forgetNotices(tx *db.Tx, before time.Time, limit int) (int64, error) {
	return tx.Exec(`
		DELETE FROM payment_notices WHERE (provider, notice) IN (
			SELECT provider, notice FROM payment_notices WHERE at < $1 AND result <> '' ORDER BY at LIMIT CAST($2 AS BIGINT))`, before, limit)
}

func findAgreement(tx *db.Tx, payer, provider string) (string, error) {
	return db.One[string](tx, `SELECT token FROM payment_agreements WHERE payer = $1 AND provider = $2`, payer, provider)
}

func saveAgreement(tx *db.Tx, payer, provider, token string) error {
	_, err := tx.Exec(`
		INSERT INTO payment_agreements (payer, provider, token, granted) VALUES ($1, $2, $3, $4)
		ON CONFLICT (payer, provider) DO UPDATE SET token = excluded.token, granted = excluded.granted`,
		payer, provider, token, tx.Now())
	return err
}

// deleteAgreement is db.ErrNone if there is none.
func deleteAgreement(tx *db.Tx, payer, provider string) error {
	return tx.Change(`DELETE FROM payment_agreements WHERE payer = $1 AND provider = $2`, payer, provider)
}

func doubts(tx *db.Tx, limit int) ([]Doubt, error) {
	return db.All[Doubt](tx, `
		SELECT payment, what, said, times, first, last FROM payment_doubts ORDER BY last DESC LIMIT CAST($1 AS BIGINT)`, limit)
}

// unended returns the payments that may be paid by now without our knowing:
// not ended, or closed after a time.
func unended(tx *db.Tx, closed time.Time) ([]string, error) {
	return db.All[string](tx, `
		SELECT no FROM payment_payments
		WHERE state IN ('created', 'open', 'closing') OR state = 'closed' AND ended >= $1 ORDER BY created, no`, closed)
}

func endedSince(tx *db.Tx, at time.Time) ([]Payment, error) {
	return db.All[Payment](tx, `
		SELECT no, purpose, ref, payer, amount, fee, subject, state, pay_url, trade, created, deadline, ended
		FROM payment_payments WHERE ended >= $1 AND state IN ('paid', 'late') ORDER BY created, no`, at)
}

// undoneSince returns the payments for which something was given back that did
// not come too late.
func undoneSince(tx *db.Tx, at time.Time) ([]Payment, error) {
	return db.All[Payment](tx, `
		SELECT p.no, p.purpose, p.ref, p.payer, r.amount, p.fee, p.subject, p.state, p.pay_url, p.trade, p.created, p.deadline, p.ended
		FROM payment_refunds r JOIN payment_payments p ON p.no = r.payment
		WHERE r.created >= $1 AND p.state = 'paid' ORDER BY r.created, r.no`, at)
}

func unsentRefunds(tx *db.Tx) ([]string, error) {
	return db.All[string](tx, `SELECT no FROM payment_refunds WHERE state IN ('asked', 'sent') ORDER BY created, no`)
}

// renumberRefund gives a refund that nobody was told of the number under which
// the provider has it.
func renumberRefund(tx *db.Tx, no, theirs string) error {
	return tx.Change(`UPDATE payment_refunds SET no = $1, state = 'sent', tried = $2 WHERE no = $3 AND state = 'asked'`, theirs, tx.Now(), no)
}
