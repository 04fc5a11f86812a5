package redeem

import (
	"time"

	"citywalk/fault"
)

// An event is what may happen to a redemption.
type event string

const (
	toPrice   event = "price"    // Staff prices the bill, or prices it again.
	toDispute event = "dispute"  // The member says that the amount is wrong.
	toPay     event = "pay"      // Both agree and something is due.
	toSettle  event = "settle"   // Both agree and nothing is due.
	toDecline event = "decline"  // Somebody cancels.
	toExpire  event = "expire"   // Nobody did anything in time.
	toPaid    event = "paid"     // The payment surely succeeded.
	toClosed  event = "closed"   // The payment surely did not.
	toUndo    event = "undo"     // Staff gives it back.
	toReturn  event = "returned" // The money is back with the payer.
	toStick   event = "stuck"    // The money cannot be given back by itself.
)

// A turn is one row of the state table.
type turn struct {
	from State
	on   event
	to   State
}

// turns is the whole of the state machine: what is not here cannot happen.
var turns = []turn{
	{Presented, toPrice, Priced},
	{Presented, toDecline, Voided},
	{Presented, toExpire, Voided},

	{Priced, toPrice, Priced},
	{Priced, toDispute, Presented},
	{Priced, toPay, Paying},
	{Priced, toSettle, Committed},
	{Priced, toDecline, Voided},
	{Priced, toExpire, Voided},

	{Requested, toPay, Paying},
	{Requested, toSettle, Committed},
	{Requested, toDecline, Voided},
	{Requested, toExpire, Voided},

	{Paying, toPaid, Committed},
	{Paying, toClosed, Voided},
	{Paying, toExpire, Reversing},

	{Reversing, toPaid, Committed},
	{Reversing, toClosed, Voided},

	{Voided, toPaid, LatePaid},
	{LatePaid, toReturn, LateRefunded},

	{Committed, toUndo, Refunding},
	{Refunding, toReturn, Refunded},
	{Refunding, toStick, Stuck},
	{Stuck, toReturn, Refunded},
}

// next returns the state to which an event leads.
func next(from State, on event) (to State, ok bool) {
	for _, t := range turns {
		if t.from == from && t.on == on {
			return t.to, true
		}
	}
	return "", false
}

// life is how long a state lasts before it expires; zero is for ever.
func (s State) life() time.Duration {
	switch s {
	case Presented, Requested:
		return OpenLife
	case Priced:
		return QuoteLife
	case Paying:
		return PayLife
	}
	return 0
}

// Open reports whether the redemption is under way. A member has one at a
// time.
func (s State) Open() bool {
	switch s {
	case Presented, Priced, Requested, Paying, Reversing:
		return true
	}
	return false
}

// holds reports whether a redemption in the state holds its uses and its share
// of the shop's budget: while it is under way it has them reserved, committed
// it has consumed them.
func (s State) holds() bool { return s.Open() || s == Committed }

// over reports whether the state has lasted its time.
func (r Redemption) over(now time.Time) bool {
	return !r.Expires.IsZero() && !now.Before(r.Expires)
}

// asOf returns the redemption as it must be seen at now: one that has timed
// out is shown as what it will be when the job comes to it, so that looking
// changes nothing.
func (r Redemption) asOf(now time.Time) Redemption {
	if to, ok := next(r.State, toExpire); ok && r.over(now) {
		if to == Voided {
			r.Why = r.State.whyOver().Code
		}
		r.State, r.Expires = to, time.Time{}
	}
	return r
}

// whyOver is the fault of a redemption that timed out in the state.
func (s State) whyOver() *fault.Error {
	if s == Priced {
		return ErrQuoteOver
	}
	return ErrOver
}

// refuse says why what somebody asks for cannot happen to the redemption now,
// or nil. What waited too long is refused as over even before the job has come
// to it; it may still be cancelled.
func (r Redemption) refuse(on event, now time.Time) error {
	to, ok := next(r.State, on)
	if ok && (to == Voided || !r.over(now)) {
		return nil
	}
	switch r.State {
	case Presented, Priced, Requested:
		switch {
		case r.over(now):
			return r.State.whyOver()
		case on == toUndo:
			return ErrUnpaidYet
		case r.State == Presented && (on == toPay || on == toDispute):
			return ErrUnpriced
		}
	case Paying, Reversing:
		return ErrPaying
	case Committed:
		return ErrDone
	case Voided:
		return voided(r.Why)
	case Refunding, Refunded, Stuck:
		return ErrUndone
	case LatePaid, LateRefunded:
		return ErrUnpaid
	}
	return ErrUnfit
}

// voided returns the fault of why a redemption was voided.
func voided(why string) *fault.Error {
	for _, e := range []*fault.Error{ErrOver, ErrQuoteOver, ErrDeclined, ErrUnpaid} {
		if e.Code == why {
			return e
		}
	}
	return ErrUnfit
}
