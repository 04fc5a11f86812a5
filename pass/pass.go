// Package pass is plans and passes: buying, using, refunding and lapsing.
//
//	ordered ──paid──▶ active ──last day over──▶ lapsed
//	   └──given up──▶ void  └──Refund──▶ refunding ──paid back──▶ refunded
//
// The plan's price, days and rules are copied onto the pass when it is bought,
// and so is what is promised of the place where it is to be used (Service.Gate,
// which may also refuse: a pass is not sold where it would be of no use). An
// order that is placed keeps its word for the minutes that it lives, also if
// the gate closes meanwhile: the price and the place were shown, and the money
// may be on its way.
//
// A trial plan is free and goes to active at once, once per person for ever. A
// person holds at most one pass that is active and has at most one order open.
// A bought pass takes over from a trial that still runs, which lapses that day.
//
// A pass is valid on business days in [First, Until): it ends with the last of
// its days, at midnight in the programme's time zone. A year is 365 days.
//
// Days may be added for nothing (Extend), once a cause. They move the end and
// are not sold: price, cohort and revenue stay as they were. They do count when
// the pass is given back: L2 is price times remaining days over the days of the
// term, and the term is then the longer one, so that a refund is never less
// than without them and never more than the price. What a refund pays beyond
// what the cohort has not recognised is taken back from revenue.
//
// Revenue is recognised by business day: after k of N days the recognised part
// of a price P is floor(P*k/N), so that the days add up to P. Passes of the
// same price, days and first day are one cohort, the party of
// ledger.PassUnearned; one entry a day recognises a whole cohort. A pass that
// is refunded leaves its cohort with all that its cohort has not recognised of
// it: the refund is paid from that, and what is left is revenue.
package pass

import (
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
)

// Refusals.
var (
	ErrUnknown = fault.New(fault.NotFound, "pass.unknown", fault.Member,
		"没有找到这张会员卡。", "There is no such pass.")
	ErrNoPass = fault.New(fault.Conflict, "pass.none", fault.Member,
		"还没有会员卡，先开一张就能用。", "There is no pass yet. Get one first.")
	ErrUnpaid = fault.New(fault.Conflict, "pass.unpaid", fault.Member,
		"会员卡还没付款，付完就能用。", "The pass is not paid for yet. Pay to use it.")
	ErrLapsed = fault.New(fault.Gone, "pass.lapsed", fault.Member,
		"会员卡已到期，续一张就能接着用。", "The pass has ended. Get a new one to go on.")
	ErrRefunding = fault.New(fault.Conflict, "pass.refunding", fault.Member,
		"这张会员卡已退，不能再用。想用可以再开一张。", "The pass was given back. Get a new one to go on.")

	ErrHeld = fault.New(fault.Conflict, "pass.held", fault.Member,
		"你的会员卡还在有效期内，到期后再续。", "Your pass is still valid. Get the next one when it ends.")
	ErrTrialTaken = fault.New(fault.Conflict, "pass.trial_taken", fault.Member,
		"体验卡每人一次，你已经领过。看看其他卡种。", "A trial is once per person and you had yours. Have a look at the other plans.")
	ErrNotSold = fault.New(fault.NotFound, "pass.not_sold", fault.Member,
		"这个卡种现在不卖，换一个看看。", "This plan is not on sale. Choose another.")

	ErrRefundChanged = fault.New(fault.Conflict, "pass.refund_changed", fault.Member,
		"可退金额变为 {amount}，请重新确认。", "The refund is now {amount}. Please confirm again.")
	ErrInUse = fault.New(fault.Conflict, "pass.in_use", fault.Member,
		"有一单正在用这张会员卡付款。等它付完或者取消，再来退卡。", "A bill is being paid with this pass. Wait until it is paid or cancelled, then give the pass back.")
	ErrNoRefund = fault.New(fault.Conflict, "pass.no_refund", fault.Member,
		"这张卡没有可退的钱，可以用到到期。", "There is nothing to pay back on this pass. Use it until it ends.")
)

// An ID names a pass: "pas_...".
type ID string

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

// moves is the drawing above as a table; the schema lists the states and store
// functions change them only along it.
var moves = map[State][]State{
	Ordered:   {Active, Void},
	Active:    {Lapsed, Refunding},
	Refunding: {Refunded},
}

// may reports whether a pass may go from one state to another.
func (s State) may(to State) bool {
	for _, m := range moves[s] {
		if m == to {
			return true
		}
	}
	return false
}

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

	City, District string // Where it is to be used; empty if nobody asked.
	Gate           string // What let the sale through; empty if nothing guards the place.
	Promise        string // What the gate promised, in its own words.
	Extra          int    // Days that were added for nothing.
}

// A Place is where a pass is to be used; empty parts are not known, or the
// whole city.
type Place struct{ City, District string }

// names reports whether a pass is for the place, as far as it is named.
func (at Place) names(p Pass) bool {
	return (at.City == "" || at.City == p.City) && (at.District == "" || at.District == p.District)
}

// A Sale is what a gate says of a place where it lets a pass be sold.
type Sale struct {
	Place
	Gate, Promise string
}

// Rules are the programme's legal numbers (docs/rules.md), as settings.
type Rules struct {
	FullRefundDays int // L1: full refund of an unused pass within this many days; 0 means 7.
}

// fullRefundDays is the default of Rules.FullRefundDays.
const fullRefundDays = 7

// Service is what the package does.
type Service struct {
	DB      *db.DB
	Payment *payment.Service
	Zone    *time.Location
	Rules   Rules
	// InUse, if there is a till, says whether a bill that the person agreed to
	// is being paid, whose use of the pass is not counted yet.
	InUse func(tx *db.Tx, person account.ID) (bool, error)
	// Gate, if there is one, says on what promise a plan is sold to a person at
	// a place, or refuses. Whoever buys passes through it, from whichever door.
	Gate func(tx *db.Tx, person account.ID, plan string, at Place) (Sale, error)
}

// purpose is the package's name at payment.
const purpose = "pass"

// today returns the business day of the transaction.
func (s *Service) today(tx *db.Tx) ledger.Day { return ledger.DayOf(tx.Now(), s.Zone) }

// refuse says why the pass does not serve on the day, or nil.
func (p Pass) refuse(day ledger.Day) error {
	switch {
	case p.State == Ordered:
		return ErrUnpaid
	case p.State == Refunding || p.State == Refunded:
		return ErrRefunding
	case p.State == Lapsed || p.State == Active && day >= p.Until:
		return ErrLapsed
	case p.State != Active || day < p.First:
		return ErrNoPass
	}
	return nil
}
