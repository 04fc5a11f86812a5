// Package settle tells each merchant what it is owed for each business day.
//
// A statement adds up the day's redemptions and undos of one merchant: how
// many, paid, payment fee (0.6 % per payment), net. It is closed once, by the
// daily job, after the day is over; closing moves the net in the ledger from
// merchant.pending to merchant.payable.
//
//	(day runs) ──Close──▶ closed
//
// A redemption is a line of the business day on which it was committed, its
// undo one of the day on which it was undone; both days were fixed then. Each
// line stands on exactly one statement. A line whose day was closed without it
// (a node's clock was wrong) goes to the merchant's next statement.
//
// Nothing closes while the ledger and the lines disagree.
package settle

import (
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// Refusals.
var (
	ErrUnknown = fault.New(fault.NotFound, "settle.unknown", fault.Merchant,
		"没有找到这张结算单。", "There is no such statement.")
	ErrDenied = fault.New(fault.Denied, "settle.denied", fault.Operator,
		"只有运营和审计可以看全部商家的结算单。", "Only operators and auditors see every merchant's statements.")
)

// Grace is how long after midnight a day is left open, so that what committed
// at its very end is there when it closes.
const Grace = 10 * time.Minute

// A Statement is what one merchant is owed for one business day.
type Statement struct {
	ID       string // "stm_..."; empty while the day runs.
	Merchant shop.MerchantID
	Name     string // The merchant's.
	Day      ledger.Day
	Count    int          // Redemptions.
	Undone   int          // Undos.
	Paid     money.Amount // By members, less what undos gave back.
	Fee      money.Amount
	Net      money.Amount // Paid less fee; below zero if undos outweigh.
	Closed   time.Time    // Zero while the day runs.
}

// A Line is one redemption or undo on a statement. The amounts of an undo are
// negative, so that a statement is the sum of its lines.
type Line struct {
	Redemption string
	Receipt    string
	Shop       string
	At         time.Time
	Undo       bool
	Bill       money.Amount
	Off        money.Amount
	Paid       money.Amount // Negative for an undo.
	Fee        money.Amount
	Net        money.Amount
}

// Service is what the package does.
type Service struct {
	DB   *db.DB
	Zone *time.Location
}

// may says whether the session may see the statements of the merchant, of all
// merchants if m is "". To others a merchant's statements are not there.
func may(who account.Session, m shop.MerchantID) error {
	switch {
	case who.Has(account.Operator), who.Has(account.Auditor):
		return nil
	case m == "":
		return ErrDenied
	case !who.Of(string(m)):
		return ErrUnknown
	}
	return nil
}

// add takes the lines of a group up into the statement.
func (s *Statement) add(g group) {
	s.Count += g.Count
	s.Undone += g.Undone
	s.Paid += g.Paid
	s.Fee += g.Fee
	s.Net += g.Paid - g.Fee
}

// wrap says what failed, if something did.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("settle: %s: %w", what, err)
}

// title names the statement in errors.
func (s Statement) title() string { return string(s.Merchant) + "'s statement of " + string(s.Day) }
