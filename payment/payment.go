// Package payment takes money through a payment institution and gives it back.
//
// An intent is written with our own number before anybody is called. Its state
// comes from the provider's answer to a query, or from a verified callback
// whose number, amount and currency all match; a callback is otherwise only a
// hint to query. An unknown outcome is queried, never given a new number:
// Create may be sent again under the same number, which the provider answers
// with the same charge.
//
//	created ──Create──▶ open ──────────paid──────────▶ paid, or late if what it
//	   │                 │                               was for is gone
//	   ├────deadline─────┴──────▶ closing ──paid──▶ the same
//	   │                             │
//	   └──────the payer cancelled────┴──▶ closed ──paid after all──▶ late
//
//	refund: asked ──▶ sent ──▶ refunded
//	                   └──▶ stuck ──RetryRefund──▶ sent
//
// A payment in closing is closed at the provider, no sooner than 15 s after
// the last call to charge it. It is closed when the provider says so, or when
// the provider did not know the number twice, at least 60 s apart. A closed
// payment is still looked at for a day, since late money may come.
//
// What a payment is for decides what happens when it ends: the package that
// asked registers its outcome functions, which run in the same transaction as
// the change of state (On). Money of a payment that came too late goes to
// suspense and back to the payer, under the refund key LateKey.
//
// What a provider says that cannot be true (another amount, a second trade
// under a number, a number that is not ours) changes nothing: it is written
// down as a Doubt and returned as ErrMismatch.
//
// Scarce is the sum of a payment's refunds. It is guarded by the rule in
// Return, by the condition of the UPDATE that reserves it, and by a CHECK; a
// refund is unique by payment and key, a success by provider and trade.
package payment

import (
	"context"
	"errors"
	"time"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
)

// Refusals, as people read them.
var (
	ErrUnknown = fault.New(fault.NotFound, "payment.unknown", fault.Us,
		"没有找到这笔支付，请返回重新下单。", "This payment is not there. Go back and order again.")
	ErrNotPaid = fault.New(fault.Conflict, "payment.not_paid", fault.Operator,
		"这笔支付还没有收到款，不能退款。", "This payment has not been received, so there is nothing to refund.")
	ErrRefundTooMuch = fault.New(fault.Conflict, "payment.refund_too_much", fault.Operator,
		"退款合计会超过实付金额，请核对已退金额。", "The refunds would add up to more than was paid. Check what was already refunded.")
	ErrProvider = fault.New(fault.Unavailable, "payment.provider", fault.Us,
		"支付机构暂时没有回应，我们正在查询结果，请稍候再看，不会重复扣款。",
		"The payment institution is not answering. We are asking for the result; look again shortly. You will not be charged twice.").After(5 * time.Second)
)

// ErrMismatch says that a provider said something that cannot be true. It is
// ours to look into and never shown.
var ErrMismatch = errors.New("payment: the provider's word does not match")

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

// RefundParty names the party of ledger.Refunds for a refund of a payment.
func RefundParty(no, key string) string { return no + "/" + key }

// LateKey is the key of the refund of money that came too late.
const LateKey = "late"

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
// the transaction that changes the payment's state. A nil function does
// nothing; Paid has to be there.
type Outcome struct {
	// Paid posts the receipt and gives what was paid for. It returns
	// taken=false when that is no longer there: the money then goes to suspense
	// and back to the payer. After Closed it is called with p.State Late, to be
	// noted; the money cannot be taken any more.
	Paid func(tx *db.Tx, p Payment) (taken bool, err error)
	// Closing says that the payment was given up and its end is not known yet.
	Closing func(tx *db.Tx, p Payment) error
	// Closed says that it was surely not paid.
	Closed func(tx *db.Tx, p Payment) error
	// Refunded says that the money is back, Stuck that a person has to see to it.
	Refunded func(tx *db.Tx, p Payment, r Refund) error
	Stuck    func(tx *db.Tx, p Payment, r Refund) error
	// Undone does again, after a restore, what led to a refund that the provider
	// made in the life that is lost: it asks for it by Return and names its key,
	// or "" if it cannot have been this.
	Undone func(tx *db.Tx, p Payment, amount money.Amount) (key string, err error)
	// After is told when what a provider said of a payment or of its refund
	// has been committed, so that whoever watches need not wait for a look. It
	// is a hint: nothing may depend on it.
	After func(ctx context.Context, p Payment)
}
