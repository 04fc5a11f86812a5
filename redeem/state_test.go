package redeem

import (
	"errors"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/fault"
)

var (
	states = []State{Presented, Priced, Requested, Paying, Reversing, Committed, Voided, LatePaid, LateRefunded, Refunding, Refunded, Stuck}
	events = []event{toPrice, toDispute, toPay, toSettle, toDecline, toExpire, toPaid, toClosed, toUndo, toReturn, toStick}
)

// TestEveryPairOfStateAndEvent walks the whole machine. The drawing in the
// package comment, written out: "-" is what cannot happen.
func TestEveryPairOfStateAndEvent(t *testing.T) {
	const x = State("")
	want := map[State][]State{
		//             price   dispute    pay     settle     decline expire     paid       closed  undo       returned      stuck
		Presented:    {Priced, x, x, x, Voided, Voided, x, x, x, x, x},
		Priced:       {Priced, Presented, Paying, Committed, Voided, Voided, x, x, x, x, x},
		Requested:    {x, x, Paying, Committed, Voided, Voided, x, x, x, x, x},
		Paying:       {x, x, x, x, x, Reversing, Committed, Voided, x, x, x},
		Reversing:    {x, x, x, x, x, x, Committed, Voided, x, x, x},
		Committed:    {x, x, x, x, x, x, x, x, Refunding, x, x},
		Voided:       {x, x, x, x, x, x, LatePaid, x, x, x, x},
		LatePaid:     {x, x, x, x, x, x, x, x, x, LateRefunded, x},
		LateRefunded: {x, x, x, x, x, x, x, x, x, x, x},
		Refunding:    {x, x, x, x, x, x, x, x, x, Refunded, Stuck},
		Refunded:     {x, x, x, x, x, x, x, x, x, x, x},
		Stuck:        {x, x, x, x, x, x, x, x, x, Refunded, x},
	}
	for _, from := range states {
		for i, on := range events {
			to, ok := next(from, on)
			if to != want[from][i] || ok != (to != x) {
				t.Errorf("%s on %s leads to %q, want %q", from, on, to, want[from][i])
			}
		}
	}
	if len(turns) != 24 {
		t.Errorf("%d turns, want 24: a pair stands twice", len(turns))
	}
}

// TestWhatTimesOutHasAnEvent: a state has a life exactly if it can expire.
func TestWhatTimesOutHasAnEvent(t *testing.T) {
	for _, s := range states {
		_, can := next(s, toExpire)
		if can != (s.life() > 0) {
			t.Errorf("%s lives %v, can expire: %v", s, s.life(), can)
		}
	}
}

// TestRefusalOfEveryCommandInEveryState says which sentence each command gets
// in each state. A nil is a command that goes ahead.
func TestRefusalOfEveryCommandInEveryState(t *testing.T) {
	commands := []event{toPrice, toDispute, toPay, toDecline, toUndo}
	want := map[State][]*fault.Error{
		//             price         dispute       pay           decline       undo
		Presented:    {nil, ErrUnpriced, ErrUnpriced, nil, ErrUnpaidYet},
		Priced:       {nil, nil, nil, nil, ErrUnpaidYet},
		Requested:    {ErrUnfit, ErrUnfit, nil, nil, ErrUnpaidYet},
		Paying:       {ErrPaying, ErrPaying, ErrPaying, ErrPaying, ErrPaying},
		Reversing:    {ErrPaying, ErrPaying, ErrPaying, ErrPaying, ErrPaying},
		Committed:    {ErrDone, ErrDone, ErrDone, ErrDone, nil},
		Voided:       {ErrDeclined, ErrDeclined, ErrDeclined, ErrDeclined, ErrDeclined},
		LatePaid:     {ErrUnpaid, ErrUnpaid, ErrUnpaid, ErrUnpaid, ErrUnpaid},
		LateRefunded: {ErrUnpaid, ErrUnpaid, ErrUnpaid, ErrUnpaid, ErrUnpaid},
		Refunding:    {ErrUndone, ErrUndone, ErrUndone, ErrUndone, ErrUndone},
		Refunded:     {ErrUndone, ErrUndone, ErrUndone, ErrUndone, ErrUndone},
		Stuck:        {ErrUndone, ErrUndone, ErrUndone, ErrUndone, ErrUndone},
	}
	now := time.Now()
	for _, s := range states {
		for i, on := range commands {
			r := Redemption{State: s, Why: ErrDeclined.Code}
			if s.life() > 0 {
				r.Expires = now.Add(time.Millisecond)
			}
			same(t, string(s)+" "+string(on), r.refuse(on, now), want[s][i])
		}
	}
}

// TestWhatIsOverIsRefusedBeforeTheJobComes: at the instant of its deadline a
// waiting redemption can only be cancelled, and looks voided.
func TestWhatIsOverIsRefusedBeforeTheJobComes(t *testing.T) {
	now := time.Now()
	for s, why := range map[State]*fault.Error{Presented: ErrOver, Requested: ErrOver, Priced: ErrQuoteOver} {
		r := Redemption{State: s, Expires: now}
		for _, on := range []event{toPrice, toDispute, toPay, toUndo} {
			same(t, string(s)+" "+string(on), r.refuse(on, now), why)
		}
		same(t, string(s)+" decline", r.refuse(toDecline, now), nil)
		if seen := r.asOf(now); seen.State != Voided || seen.Why != why.Code || !seen.Expires.IsZero() {
			t.Errorf("%s over is seen as %s because of %q", s, seen.State, seen.Why)
		}
		if seen := r.asOf(now.Add(-time.Millisecond)); seen.State != s {
			t.Errorf("%s is seen as %s before its time", s, seen.State)
		}
	}
	if seen := (Redemption{State: Paying, Expires: now}).asOf(now); seen.State != Reversing || seen.Why != "" {
		t.Errorf("paying over is seen as %s because of %q", seen.State, seen.Why)
	}
}

// TestVoidedSaysWhy: a voided redemption answers with its own reason.
func TestVoidedSaysWhy(t *testing.T) {
	for _, why := range []*fault.Error{ErrOver, ErrQuoteOver, ErrDeclined, ErrUnpaid} {
		same(t, why.Code, Redemption{State: Voided, Why: why.Code}.refuse(toPay, time.Now()), why)
	}
}

func same(t *testing.T, what string, got error, want *fault.Error) {
	t.Helper()
	if want == nil && got != nil || want != nil && !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestTheSchemaKnowsTheStates: the CHECK has every state and no other, and the
// store moves a redemption only from the state and version that were read.
func TestTheSchemaKnowsTheStates(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		r := g.scan(g.member())
		put := func(s State) error {
			return g.DB.Update(t.Context(), func(tx *db.Tx) error {
				return tx.Change(`UPDATE redeem_redemptions SET state = $1 WHERE id = $2`, s, r.ID)
			})
		}
		for _, s := range states {
			if err := put(s); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
		if put("done") == nil {
			t.Error("the schema takes a state that is none")
		}
		g.must(put(Presented))
		g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
			now, err := find(tx, r.ID)
			if err != nil {
				return err
			}
			for _, s := range states[1:] {
				if err := update(tx, now, s, now.Version); !errors.Is(err, db.ErrNone) {
					t.Errorf("a presented redemption was moved as if it were %s: %v", s, err)
				}
			}
			if err := update(tx, now, Presented, now.Version+1); !errors.Is(err, db.ErrNone) {
				t.Errorf("moved in another version: %v", err)
			}
			return update(tx, now, Presented, now.Version)
		}))
	})
}
