// Package payment takes money through a payment institution and gives it back.
//
// An intent is written with our own number before anybody is called. Its state
// comes from the provider's answer to a query, or from a verified callback
// whose number, amount and currency all match; a callback is otherwise only a
// hint to query. An unknown outcome is queried, never given a new number.
//
//	created ──Create──▶ open ──query: paid──▶ paid
//	   │                 ├──deadline──▶ closing ──query: paid──▶ paid
//	   │                 │                └──closed for sure──▶ closed ──late success──▶ late
//	   └──never reached──┘
//	refund: asked ──▶ sent ──▶ refunded | stuck
//
// What a payment is for decides what happens when it ends: the package that
// asked registers its outcome functions, which run in the same transaction as
// the change of state (On). Money of a payment that came too late goes to
// suspense and back to the payer.
package payment

import (
	"context"
	"net/http"
	"time"

	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
)

// A State of a payment.
type State string

const (
	Created State = "created" // Written, the provider not yet known to know it.
	Open    State = "open"    // The provider knows it; the payer has not paid.
	Paid    State = "paid"
	Closing State = "closing" // Deadline passed; closing at the provider.
	Closed  State = "closed"  // Surely not paid.
	Late    State = "late"    // Paid after it was given up; being refunded.
)

// A Payment is one intent to take money.
type Payment struct {
	No       string // "CW" and 26 characters; ours, fixed before the first call.
	Purpose  string // Who asked: "pass", "redeem".
	Ref      string // What it is for, in the purpose's package.
	Payer    string // The person's id.
	Amount   money.Amount
	Fee      money.Amount // 0.6 % of the amount, by money.Fee.
	Subject  string       // What the payer reads.
	State    State
	PayURL   string // The provider's cashier, once open.
	Trade    string // The provider's number, once paid.
	Created  time.Time
	Deadline time.Time // When it is given up.
	Ended    time.Time
}

// An Order asks for a payment.
type Order struct {
	Purpose  string
	Ref      string
	Payer    string
	Amount   money.Amount
	Subject  string
	Return   string        // Where the cashier sends the payer back: a path of ours.
	Lifetime time.Duration // Until the deadline.
	Direct   bool          // Charge the payer's agreement, if there is one, without a cashier.
}

// Start writes the intent within the caller's transaction and enqueues the
// call. One purpose and ref have one payment: asking again returns it.
func (s *Service) Start(tx *db.Tx, o Order) (Payment, error) { panic("not built") }

// Open makes the provider call of a started payment now, in the request of the
// payer, rather than when the job comes to it. It returns the payment with its
// PayURL, or already paid when an agreement was charged.
func (s *Service) Open(ctx context.Context, no string) (Payment, error) { panic("not built") }

// Sync queries the provider and applies what it says.
func (s *Service) Sync(ctx context.Context, no string) (Payment, error) { panic("not built") }

// Get returns a payment.
func (s *Service) Get(ctx context.Context, no string) (Payment, error) { panic("not built") }

// Find returns the payment of a purpose and ref within tx, or db.ErrNone.
func Find(tx *db.Tx, purpose, ref string) (Payment, error) { panic("not built") }

// Callback is the handler of the provider's notices.
func (s *Service) Callback(w http.ResponseWriter, r *http.Request) { panic("not built") }

// A Refund is money on its way back.
type Refund struct {
	No      string // "CR" and 26 characters.
	Payment string
	Key     string // The caller's name for it, unique per payment.
	Amount  money.Amount
	Reason  string
	State   string // "asked", "sent", "refunded", "stuck"
	Created time.Time
	Ended   time.Time
}

// Return asks for a refund within the caller's transaction, which has already
// posted the credit to ledger.Refunds under the party RefundParty(no, key).
// The sum of refunds never exceeds the payment, guarded in the row. The same
// key again returns the same refund.
func (s *Service) Return(tx *db.Tx, no, key string, amount money.Amount, reason string) (Refund, error) {
	panic("not built")
}

// RefundParty names the party of ledger.Refunds for a refund of a payment.
func RefundParty(no, key string) string { return no + "/" + key }

// Received returns the debit side of a payment's receipt: what the institution
// holds for the programme and what it kept as its fee. The caller adds the
// credit of p.Amount.
func Received(p Payment) []ledger.Posting {
	return []ledger.Posting{
		{Account: ledger.GatewayCash, Amount: p.Amount - p.Fee},
		{Account: ledger.GatewayFee, Amount: p.Fee},
	}
}

// Outcome is what a purpose does when its payment ends. The functions run in
// the transaction that changes the payment's state. Paid returns taken=false
// when the thing is no longer there to be paid for: the money then goes to
// suspense and back to the payer.
type Outcome struct {
	Paid     func(tx *db.Tx, p Payment) (taken bool, err error)
	Closed   func(tx *db.Tx, p Payment) error
	Refunded func(tx *db.Tx, p Payment, r Refund) error
}

// On registers a purpose's outcome, at start-up.
func (s *Service) On(purpose string, o Outcome) { panic("not built") }
