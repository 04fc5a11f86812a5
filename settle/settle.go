// Package settle tells each merchant what it is owed for each business day.
//
// A statement adds up the day's redemptions and undos of one merchant: how
// many, paid, payment fee (0.6 % per payment), net. It is closed once, by the
// daily job, after the day is over; closing moves the net in the ledger from
// merchant.pending to merchant.payable.
//
//	(day runs) ──Close──▶ closed
package settle

import (
	"context"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

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

// A Line is one redemption or undo on a statement.
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

// Close closes every statement of days that are over and not yet closed. It
// may run on several nodes at once and any number of times.
func (s *Service) Close(ctx context.Context) (closed int, err error) { panic("not built") }

// Statements lists statements of a merchant (all if "", for operators), newest
// day first, before a day; today's running one included first.
func (s *Service) Statements(ctx context.Context, who account.Session, m shop.MerchantID, before ledger.Day, limit int) ([]Statement, error) {
	panic("not built")
}

// Statement returns one with its lines.
func (s *Service) Statement(ctx context.Context, who account.Session, m shop.MerchantID, day ledger.Day) (Statement, []Line, error) {
	panic("not built")
}

// Controls are the sub-ledgers of merchant.pending and merchant.payable.
func (s *Service) Controls() []ledger.Control { panic("not built") }

// pending is what redemptions earned that no statement has yet.
var _ *db.Tx
