// Package pass is plans and passes: buying, using, refunding and lapsing.
//
//	ordered ──paid──▶ active ──last day over──▶ lapsed
//	   └──given up──▶ void  └──Refund──▶ refunding ──paid back──▶ refunded
//
// The plan's price, days and rules are copied onto the pass when it is bought.
// A trial plan is free and goes to active at once, once per person for ever. A
// person holds at most one pass that is active.
//
// Revenue is recognised by business day: after k of N days the recognised part
// of a price P is floor(P*k/N), so that the days add up to P. Passes of the
// same price, days and first day are one cohort, the party of
// ledger.PassUnearned; one entry a day recognises a whole cohort.
package pass

import (
	"context"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
)

// An ID names a pass: "pas_...".
type ID string

// A Plan is what is sold.
type Plan struct {
	Code  string // "annual"
	Zh    string
	En    string
	Price money.Amount
	Days  int
	Trial bool // Free, once per person.
	Sold  bool // Whether it is on sale.
}

// A State of a pass.
type State string

const (
	Ordered   State = "ordered"
	Void      State = "void"
	Active    State = "active"
	Lapsed    State = "lapsed"
	Refunding State = "refunding"
	Refunded  State = "refunded"
)

// A Pass is one member's card.
type Pass struct {
	ID      ID
	Person  account.ID
	Number  string // 12 digits; people see the last four.
	Plan    string
	Zh, En  string // The plan's name at purchase.
	Price   money.Amount
	Days    int
	Trial   bool
	State   State
	First   ledger.Day // First day of validity.
	Until   ledger.Day // First day on which it is no longer valid.
	Bought  time.Time  // When it was paid (trial: taken).
	Uses    int
	Saved   money.Amount
	Payment string // The payment's number, empty for a trial.
	Created time.Time
}

// Rules are the programme's legal numbers (docs/rules.md), as settings.
type Rules struct {
	FullRefundDays int // L1: full refund of an unused pass within this many days; 0 means 7.
}

// Service is what the package does.
type Service struct {
	DB      *db.DB
	Payment *payment.Service
	Zone    *time.Location
	Rules   Rules
}

// Plans lists the plans on sale; all includes the others.
func (s *Service) Plans(ctx context.Context, all bool) ([]Plan, error) { panic("not built") }

// SetPlan adds or changes a plan. Passes already bought keep what they were
// bought with.
func (s *Service) SetPlan(ctx context.Context, who account.Session, p Plan) error {
	panic("not built")
}

// Buy orders a pass under an idempotency key. For a priced plan it returns the
// pass in state ordered and the URL of the provider's cashier; a trial is
// active at once. A person with an active pass is refused, an order that is
// still open is returned again.
func (s *Service) Buy(ctx context.Context, who account.Session, plan, key string) (p Pass, payURL string, err error) {
	panic("not built")
}

// Mine returns the person's passes, the active one first, then newest first.
func (s *Service) Mine(ctx context.Context, who account.Session) ([]Pass, error) {
	panic("not built")
}

// Get returns a pass of the person.
func (s *Service) Get(ctx context.Context, who account.Session, id ID) (Pass, error) {
	panic("not built")
}

// Valid returns the person's pass that is valid on the day, within tx, or
// ErrNoPass, ErrLapsed.
func Valid(tx *db.Tx, person account.ID, day ledger.Day) (Pass, error) { panic("not built") }

// Use and Unuse count a redemption and its saving on the pass, within tx.
func Use(tx *db.Tx, id ID, saved money.Amount) error   { panic("not built") }
func Unuse(tx *db.Tx, id ID, saved money.Amount) error { panic("not built") }

// A Preview says what a refund would pay and by which rule.
type Preview struct {
	Pass      Pass
	Amount    money.Amount
	Rule      string // "L1" full within seven days unused, "L2" pro rata.
	UsedDays  int
	LeftDays  int
	FullUntil time.Time // When the full refund ends.
}

// Preview returns what Refund would pay now.
func (s *Service) Preview(ctx context.Context, who account.Session, id ID) (Preview, error) {
	panic("not built")
}

// Refund ends the pass and gives the amount of the preview back. An amount
// other than what Preview says now is refused with ErrRefundChanged.
func (s *Service) Refund(ctx context.Context, who account.Session, id ID, amount money.Amount, key string) (Pass, error) {
	panic("not built")
}

// Owed returns what a refund on the day pays of a pass by L2: price times
// remaining days over days, half a fen up.
func Owed(price money.Amount, days, used int) money.Amount { panic("not built") }

// Recognise posts the revenue of every business day before today that is not
// yet posted. Lapse ends the passes whose last day is over. Both are daily
// jobs and may run any number of times.
func (s *Service) Recognise(ctx context.Context) error { panic("not built") }
func (s *Service) Lapse(ctx context.Context) error     { panic("not built") }

// Outcome is what payment calls for the purpose "pass".
func (s *Service) Outcome() payment.Outcome { panic("not built") }

// Control is the sub-ledger of ledger.PassUnearned.
func (s *Service) Control() ledger.Control { panic("not built") }

// All lists passes for the console, newest first, after an id.
func (s *Service) All(ctx context.Context, state State, after string, limit int) ([]Pass, error) {
	panic("not built")
}
