package payment

import "slices"

// A State of a payment.
type State string

const (
	Created State = "created" // Written, the provider not yet known to know it.
	Open    State = "open"    // The provider knows it; the payer has not paid.
	Paid    State = "paid"
	Closing State = "closing" // Deadline passed; closing at the provider.
	Closed  State = "closed"  // Surely not paid.
	Late    State = "late"    // Paid for nothing any more; being refunded.
)

// moves are the drawing of the package comment, and all of it.
var moves = map[State][]State{
	Created: {Open, Paid, Late, Closing, Closed},
	Open:    {Paid, Late, Closing, Closed},
	Closing: {Paid, Late, Closed},
	Closed:  {Late},
	Paid:    {},
	Late:    {},
}

// may reports whether a payment moves from s to next.
func (s State) may(next State) bool { return slices.Contains(moves[s], next) }

// paid reports whether the money is ours, for good or to give back.
func (s State) paid() bool { return s == Paid || s == Late }

// States of a refund.
const (
	asked    = "asked"    // Written, the provider not yet called.
	sent     = "sent"     // The provider was called.
	refunded = "refunded" // The money is back.
	stuck    = "stuck"    // The provider refused or kept silent for days.
)

// refundMoves are the drawing of refunds.
var refundMoves = map[string][]string{
	asked:    {sent},
	sent:     {refunded, stuck},
	stuck:    {sent},
	refunded: {},
}
