package pass

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db/dbtest"
	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// TestPass follows a pass from the order through the cashier and a use to its
// refund, in money of the vector of docs/rules.md.
func TestPass(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.clock.Set(time.Date(2025, 9, 26, 12, 0, 0, 0, dbtest.Zone))
		who := member("a")
		p, page := g.order(who, "annual")
		if p.State != Ordered || p.Price != 16800 || p.Zh != "年卡" || page == "" {
			t.Fatalf("ordered %v at %q", p, page)
		}
		g.cashier(page, "pay")
		p = g.is(who, p.ID, Active)
		if p.First != "2025-09-26" || p.Until != "2026-09-26" || !p.Bought.Equal(g.clock.Now()) {
			t.Errorf("active from %s until %s, bought at %s", p.First, p.Until, p.Bought)
		}
		g.prove()
		v, err := g.Preview(t.Context(), who, p.ID)
		if err != nil || v.Rule != RuleFull || v.Amount != 16800 {
			t.Errorf("at once: %+v, %v", v, err)
		}
		g.clock.Set(time.Date(2026, 1, 1, 9, 0, 0, 0, dbtest.Zone))
		g.must(g.Recognise(t.Context()))
		v, err = g.Preview(t.Context(), who, p.ID)
		if err != nil || v.Rule != RuleProRata || v.Amount != 12335 || v.UsedDays != 97 || v.LeftDays != 268 {
			t.Errorf("after 97 days: %+v, %v", v, err)
		}
		_, err = g.Refund(t.Context(), who, p.ID, 12334, g.key())
		g.refused("a refund of another sum", err, ErrRefundChanged)
		_, err = g.Refund(t.Context(), member("b"), p.ID, 12335, g.key())
		g.refused("a refund by another person", err, ErrUnknown)
		key := g.key()
		for range 2 {
			got, err := g.Refund(t.Context(), who, p.ID, 12335, key)
			if err != nil || got.State != Refunding {
				t.Fatalf("refund: %v, %v", got.State, err)
			}
		}
		g.prove()
		_, err = g.Refund(t.Context(), who, p.ID, 12335, g.key())
		g.refused("a second refund", err, ErrRefunding)
		g.wait(10*time.Minute, time.Minute)
		g.is(who, p.ID, Refunded)
		if n := g.count(`SELECT COUNT(*) FROM payment_refunds`); n != 1 {
			t.Errorf("%d refunds, want 1", n)
		}
		g.bought(who, "annual")
	})
}

// TestBuyOnce races several phones of the same people for the same plan: each
// person has one order and is asked for one payment.
func TestBuyOnce(t *testing.T) {
	const people, phones = 4, 4
	each(t, func(t *testing.T, g *rig) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		ids := map[account.ID]map[ID]bool{}
		for phone := range phones {
			for i := range people {
				who := member(fmt.Sprint(i))
				wg.Go(func() {
					p, page, err := g.Buy(t.Context(), who, "annual", fmt.Sprintf("phone-%d-of-person-%d", phone, i))
					if err != nil || page == "" {
						t.Errorf("%v, %q", err, page)
						return
					}
					mu.Lock()
					defer mu.Unlock()
					if ids[who.Person] == nil {
						ids[who.Person] = map[ID]bool{}
					}
					ids[who.Person][p.ID] = true
				})
			}
		}
		wg.Wait()
		for who, got := range ids {
			if len(got) != 1 {
				t.Errorf("%s has %d orders, want 1", who, len(got))
			}
		}
		if n := g.count(`SELECT COUNT(*) FROM payment_payments`); n != people {
			t.Errorf("%d payments, want %d", n, people)
		}
	})
}

// TestRefundOnce races several phones for the refund of the same passes: each
// is paid back once.
func TestRefundOnce(t *testing.T) {
	const people, phones = 3, 5
	each(t, func(t *testing.T, g *rig) {
		var wg sync.WaitGroup
		for i := range people {
			who := member(fmt.Sprint(i))
			p := g.bought(who, "annual")
			for phone := range phones {
				wg.Go(func() {
					_, err := g.Refund(t.Context(), who, p.ID, 16800, fmt.Sprintf("phone-%d-of-person-%d", phone, i))
					if err != nil {
						g.refused("a refund", err, ErrRefunding)
					}
				})
			}
		}
		wg.Wait()
		g.wait(10*time.Minute, time.Minute)
		if n := g.count(`SELECT COUNT(*) FROM pass_passes WHERE state = 'refunded'`); n != people {
			t.Errorf("%d passes were refunded, want %d", n, people)
		}
		if n := g.count(`SELECT COUNT(*) FROM payment_refunds`); n != people {
			t.Errorf("%d refunds, want %d", n, people)
		}
	})
}

// TestGivenUp shows that money for an order that is gone goes back: one that
// the member replaced and one whose time was over.
func TestGivenUp(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		who := member("a")
		operator := account.Session{Person: "per_op", Grants: []account.Grant{{Role: account.Operator}}}
		g.must(g.SetPlan(t.Context(), operator, Plan{Code: "month", Zh: "月卡", En: "Month", Price: 1990, Days: 30, Sold: true}))
		g.refused("a plan set by a member", g.SetPlan(t.Context(), who, Plan{Code: "month"}), ErrDenied)

		first, firstPage := g.order(who, "annual")
		same, _ := g.order(who, "annual")
		if same.ID != first.ID {
			t.Errorf("ordered %s again, want %s", same.ID, first.ID)
		}
		second, secondPage := g.order(who, "month")
		g.is(who, first.ID, Void)
		g.cashier(firstPage, "pay")
		g.is(who, first.ID, Void)
		g.cashier(secondPage, "pay")
		g.is(who, second.ID, Active)
		_, _, err := g.Buy(t.Context(), who, "annual", g.key())
		g.refused("a pass beside a pass", err, ErrHeld)

		other := member("b")
		slow, _ := g.order(other, "annual")
		g.wait(OrderLife+5*time.Minute, 15*time.Second)
		g.is(other, slow.ID, Void)
		g.bought(other, "month")
		if n := g.count(`SELECT COUNT(*) FROM payment_refunds WHERE state = 'refunded' AND amount = 16800`); n != 1 {
			t.Errorf("%d refunds of the order that was replaced, want 1", n)
		}
	})
}

// TestTakeOver lets a bought pass take over from a trial, and from a pass that
// is over and did not lapse yet.
func TestTakeOver(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		who := member("a")
		trial, page := g.order(who, "trial")
		if trial.State != Active || page != "" || trial.Until != "2026-03-16" {
			t.Fatalf("the trial is %v", trial)
		}
		g.clock.Advance(3 * 24 * time.Hour)
		p, page := g.order(who, "annual")
		g.is(who, trial.ID, Active)
		g.cashier(page, "pay")
		g.is(who, trial.ID, Lapsed)
		p = g.is(who, p.ID, Active)
		g.clock.Set(p.Until.Start(dbtest.Zone).Add(-time.Millisecond))
		g.must(g.Lapse(t.Context()))
		g.is(who, p.ID, Active)
		g.clock.Advance(time.Millisecond)
		next := g.bought(who, "annual")
		g.is(who, p.ID, Lapsed)
		mine, err := g.Mine(t.Context(), who)
		if err != nil || len(mine) != 3 || mine[0].ID != next.ID || mine[1].ID != p.ID || mine[2].ID != trial.ID {
			t.Errorf("mine are %v (%v)", mine, err)
		}
		active, err := g.All(t.Context(), Active, "", 10)
		if err != nil || len(active) != 1 || active[0].ID != next.ID {
			t.Errorf("active are %v (%v)", active, err)
		}
		g.must(g.Recognise(t.Context()))
	})
}

// TestBuyOutage asks for a pass while the institution does not answer: the
// order stands, and the same key leads to its cashier when it is back.
func TestBuyOutage(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		who := member("a")
		g.must(g.sandbox.SetFaults(t.Context(), 1, sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Error}))
		key := g.key()
		p, _, err := g.Buy(t.Context(), who, "annual", key)
		g.refused("an institution that does not answer", err, payment.ErrProvider)
		again, page, err := g.Buy(t.Context(), who, "annual", key)
		if err != nil || again.ID != p.ID || page == "" {
			t.Fatalf("again: %v at %q, %v", again.ID, page, err)
		}
		g.cashier(page, "pay")
		g.is(who, p.ID, Active)
	})
}
