package payment

import (
	"context"
	"errors"
	"net/http"
	"time"

	"citywalk/money"
)

// A Provider is a payment institution's interface. Calls may fail with the
// outcome unknown; only Query and QueryRefund tell the truth.
type Provider interface {
	Name() string
	Origin() string // Of the cashier, for the content security policy.
	Create(ctx context.Context, c Charge) (Result, error)
	Query(ctx context.Context, no string) (Result, error)
	Close(ctx context.Context, no string) error
	Refund(ctx context.Context, r RefundOrder) (RefundResult, error)
	QueryRefund(ctx context.Context, no string) (RefundResult, error)
	// Verify checks a callback's signature over the raw body and returns what
	// it says.
	Verify(h http.Header, body []byte) (Notice, error)
}

var (
	// ErrNotThere says that the provider surely does not know the number.
	ErrNotThere = errors.New("payment: the provider does not know this number")
	// ErrForged says that a callback is not the provider's.
	ErrForged = errors.New("payment: callback signature does not hold")
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

// A Result is the provider's view of a charge.
type Result struct {
	No        string
	Status    string // "open", "paid", "closed"
	Trade     string
	Amount    money.Amount
	Currency  string
	Payer     string
	PayURL    string
	Agreement string // Granted by the payer at the cashier for one-tap payments.
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

// A RefundResult is the provider's view of a refund.
type RefundResult struct {
	No     string
	Status string // "processing", "refunded", "failed"
	Amount money.Amount
}

// A Notice is what a verified callback says.
type Notice struct {
	ID     string // The provider's id of the notice.
	Charge *Result
	Refund *RefundResult
}
