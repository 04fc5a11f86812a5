package payment

import (
	"context"
	"errors"
	"net/http"
	"time"

	"citywalk/money"
)

// A Provider is a payment institution's interface. Calls may fail with the
// outcome unknown; only Query and QueryRefund tell the truth. Create and
// Refund are idempotent by number: the same number with the same content
// returns the same charge or refund.
type Provider interface {
	Name() string
	Origin() string // Of the cashier, for the content security policy.
	Create(ctx context.Context, c Charge) (Result, error)
	Query(ctx context.Context, no string) (Result, error)
	Close(ctx context.Context, no string) error
	Refund(ctx context.Context, r RefundOrder) (RefundResult, error)
	QueryRefund(ctx context.Context, no string) (RefundResult, error)
	// Charges and Refunds list what was created since a moment, by time, a page
	// at a time: what follows the number after, "" for the first page; an empty
	// page is the end. They are for who lost his own books (Recover).
	Charges(ctx context.Context, since time.Time, after string) ([]ListedCharge, error)
	Refunds(ctx context.Context, since time.Time, after string) ([]ListedRefund, error)
	// Verify checks a callback's signature over the raw body and returns what
	// it says.
	Verify(h http.Header, body []byte) (Notice, error)
}

var (
	// ErrNotThere says that the provider surely does not know the number.
	ErrNotThere = errors.New("payment: the provider does not know this number")
	// ErrForged says that a callback is not the provider's.
	ErrForged = errors.New("payment: callback signature does not hold")
	// ErrAgreement says that the agreement of a charge does not hold, or not
	// for this sum; nothing was charged and the number is still free.
	ErrAgreement = errors.New("payment: the agreement does not hold")
)

// A Charge asks the provider for money.
type Charge struct {
	No        string
	Amount    money.Amount
	Currency  string
	Subject   string
	Payer     string
	Agreement string // Charge directly under this agreement; empty: cashier.
	Return    string // Absolute URL.
	Notify    string // Absolute URL of our Callback.
	Expires   time.Time
}

// What a provider says of a charge.
const (
	StatusOpen   = "open"
	StatusPaid   = "paid"
	StatusClosed = "closed"
)

// A Result is the provider's view of a charge.
type Result struct {
	No        string
	Status    string // "open", "paid", "closed"
	Trade     string
	Amount    money.Amount
	Currency  string
	Payer     string
	PayURL    string
	Agreement string `json:"-"` // Granted by the payer at the cashier for one-tap payments. Secret.
	PaidAt    time.Time
}

// A RefundOrder asks the provider to give money back.
type RefundOrder struct {
	No      string
	Payment string
	Amount  money.Amount
	Total   money.Amount
	Reason  string
	Notify  string
}

// What a provider says of a refund.
const (
	RefundProcessing = "processing"
	RefundDone       = "refunded"
	RefundFailed     = "failed"
)

// A RefundResult is the provider's view of a refund.
type RefundResult struct {
	No     string
	Status string // "processing", "refunded", "failed"
	Amount money.Amount
}

// A ListedCharge is a charge as the provider's list has it.
type ListedCharge struct {
	Result
	Subject  string
	Refunded money.Amount // What was given back of it, or is on its way.
	Created  time.Time
}

// A ListedRefund is a refund as the provider's list has it.
type ListedRefund struct {
	RefundResult
	Payment string
	Created time.Time
}

// A Notice is what a verified callback says.
type Notice struct {
	ID     string    // The provider's id of the notice.
	At     time.Time // When the provider signed it.
	More   bool      // There is more to know, which only a query tells.
	Charge *Result
	Refund *RefundResult
}
