package redeem

import (
	"testing"
	"time"

	"citywalk/db"
	"citywalk/ledger"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// TestUnpaidIsClosedAndVoided: who never pays is not charged; his use comes
// back when the institution has surely closed the charge, not before.
func TestUnpaidIsClosedAndVoided(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		r := g.confirm(who, g.priced(who, 1000))
		g.clock.Advance(PayLife)
		if seen, err := g.ForMember(ctx, who, r.ID); err != nil || seen.State != Reversing {
			t.Errorf("at the deadline it is seen as %s, %v", seen.State, err)
		}
		g.is(r.ID, Paying)
		g.must(g.Expire(ctx))
		g.is(r.ID, Reversing)
		_, err := g.Scan(ctx, g.staff, g.shop.ID, g.show(who), g.key())
		g.refused("another scan meanwhile", err, ErrOpen)
		g.sound()
		g.wait(3 * time.Minute)
		if r = g.is(r.ID, Voided); r.Why != ErrUnpaid.Code {
			t.Errorf("voided because of %q", r.Why)
		}
		g.went(r.ID, Presented, Priced, Paying, Reversing, Voided)
		g.scan(who)
		g.sound()
	})
}

// TestNoRefundWhileABillIsPaid: a pass cannot be given back, as unused or at
// all, from the moment when a bill with it is agreed to until it is surely paid
// or surely not. Before and after, it can.
func TestNoRefundWhileABillIsPaid(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.stranger()
		p, page, err := g.passes.Buy(ctx, who, "annual", g.key())
		g.must(err)
		g.cashier(page, "pay")
		refund := func() error {
			v, err := g.passes.Preview(ctx, who, p.ID)
			if err == nil {
				_, err = g.passes.Refund(ctx, who, p.ID, v.Amount, g.key())
			}
			return err
		}
		_, err = g.passes.Preview(ctx, who, p.ID)
		g.must(err)
		r := g.confirm(who, g.priced(who, 1000))
		g.is(r.ID, Paying)
		g.refused("while it is paid", refund(), pass.ErrInUse)
		g.clock.Advance(PayLife)
		g.must(g.Expire(ctx))
		g.is(r.ID, Reversing)
		g.refused("while it is reversed", refund(), pass.ErrInUse)
		g.wait(3 * time.Minute)
		g.is(r.ID, Voided)
		g.must(refund())
		g.wait(time.Minute)
		g.sound()
	})
}

// TestPaidAtTheLastMomentCommits: money that the institution took before it
// closed the charge is taken, also in reversing, while the reservation holds.
func TestPaidAtTheLastMomentCommits(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		r := g.confirm(who, g.priced(who, 1000))
		g.must(g.sandbox.SetFaults(ctx, 1, sandbox.Fault{Call: sandbox.CallNotice, Kind: sandbox.Lost}))
		g.clock.Advance(PayLife - time.Second)
		g.cashier(r.PayURL, "pay") // Its callback is lost, and no job is due.
		g.clock.Advance(time.Second)
		g.must(g.Expire(ctx))
		g.wait(time.Minute)
		g.is(r.ID, Committed)
		g.sound()
	})
}

// TestChargedWithoutAnAnswer: the institution charges and says nothing. The
// member waits in paying and the query commits; he is not charged again (P7).
func TestChargedWithoutAnAnswer(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		g.agreed(who)
		g.must(g.sandbox.SetFaults(ctx, 1, sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Half}))
		r := g.confirm(who, g.priced(who, 2000))
		if r.State != Paying {
			t.Fatalf("confirmed %+v", r)
		}
		g.wait(10 * time.Second)
		g.is(r.ID, Committed)
		truth, err := g.sandbox.Truth(ctx)
		g.must(err)
		if len(truth.Charges) != 2 {
			t.Errorf("charged %+v", truth.Charges)
		}
		g.sound()
	})
}

// TestLateMoneyGoesBack: the institution charges long after it said that it
// knows nothing. The redemption is voided by then and stays so; the money goes
// through suspense back to the payer, once.
func TestLateMoneyGoesBack(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		g.agreed(who)
		before := g.balance(ledger.GatewayCash)
		g.must(g.sandbox.SetFaults(ctx, 1, sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Late, Delay: 10 * time.Minute}))
		r := g.confirm(who, g.priced(who, 2000))
		g.wait(5 * time.Minute)
		g.is(r.ID, Voided)
		g.wait(20 * time.Minute)
		g.is(r.ID, LateRefunded)
		g.went(r.ID, Presented, Priced, Paying, Reversing, Voided, LatePaid, LateRefunded)
		if now := g.balance(ledger.GatewayCash); now != before {
			t.Errorf("%v of late money is kept", now-before)
		}
		if p, err := g.passes.Get(ctx, who, r.Pass); err != nil || p.Uses != 1 {
			t.Errorf("the pass counts %d uses, %v", p.Uses, err)
		}
		if _, err := g.Receipt(ctx, who, r.ID); err == nil {
			t.Error("there is a receipt of late money")
		}
		g.sound()
	})
}

// TestRefundThatFailsIsStuck: what the institution will not give back waits for
// a person, still owed in the books, and ends when it is retried.
func TestRefundThatFailsIsStuck(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		r := g.committed(g.member(), 1000)
		g.must(g.sandbox.SetFaults(ctx, 1, sandbox.Fault{Call: sandbox.CallRefund, Kind: sandbox.Fails}))
		_, err := g.Undo(ctx, g.staff, r.ID, g.key())
		g.must(err)
		g.wait(time.Minute)
		g.is(r.ID, Stuck)
		if owed := g.balance(ledger.Refunds); owed != -900 {
			t.Errorf("%v is owed", owed)
		}
		g.went(r.ID, Presented, Priced, Paying, Committed, Refunding, Stuck)
		g.sound()
	})
}

// TestToldTwice: an outcome that payment tells again changes nothing.
func TestToldTwice(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		r := g.committed(g.member(), 1000)
		p, err := g.pay.Get(ctx, r.Payment)
		g.must(err)
		o := g.Outcome()
		g.must(g.DB.Update(ctx, func(tx *db.Tx) error {
			taken, err := o.Paid(tx, p)
			if !taken || err != nil {
				t.Errorf("paid again: %v, %v", taken, err)
			}
			g.must(o.Closing(tx, p))
			g.must(o.Closed(tx, p))
			return o.Refunded(tx, p, payment.Refund{})
		}))
		g.is(r.ID, Committed)
		g.went(r.ID, Presented, Priced, Paying, Committed)
		if b := g.balance(ledger.MerchantPending); b != -895 {
			t.Errorf("the merchant is owed %v", -b)
		}
	})
}

// TestAPaymentOfAnotherSumIsNotTaken: the amounts must agree to the fen.
func TestAPaymentOfAnotherSumIsNotTaken(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		r := g.confirm(who, g.priced(who, 1000))
		p, err := g.pay.Get(ctx, r.Payment)
		g.must(err)
		for _, change := range []func(*payment.Payment){
			func(p *payment.Payment) { p.Amount-- },
			func(p *payment.Payment) { p.No += "X" },
		} {
			wrong := p
			change(&wrong)
			err := g.DB.Update(ctx, func(tx *db.Tx) error {
				_, err := g.Outcome().Paid(tx, wrong)
				return err
			})
			if err == nil {
				t.Error("a payment that is not this one was taken")
			}
		}
		g.is(r.ID, Paying)
	})
}

// TestTheBusinessDayIsThatOfTheCommit is abuse case B19: confirmed before
// midnight and paid after it belongs to the new day, its use to the old one,
// and its undo to the day on which it happens.
func TestTheBusinessDayIsThatOfTheCommit(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		g.clock.Advance(14*time.Hour - 200*time.Millisecond)
		r := g.confirm(who, g.priced(who, 1000))
		g.clock.Advance(300 * time.Millisecond)
		g.cashier(r.PayURL, "pay")
		if r = g.is(r.ID, Committed); r.Day != "2026-03-03" {
			t.Errorf("the day is %s", r.Day)
		}
		g.must(g.DB.View(ctx, func(tx *db.Tx) error {
			sums, err := ledger.TrialBalance(tx, "2026-03-03")
			for _, s := range sums {
				if s.Account == ledger.MerchantPending && s.Opening != 0 {
					t.Errorf("the day before has %v", s.Opening)
				}
			}
			return err
		}))
		for day, n := range map[ledger.Day]int{"2026-03-02": 0, "2026-03-03": 1} {
			if all, err := g.Today(ctx, g.staff, g.shop.ID, day); err != nil || len(all) != n {
				t.Errorf("%s lists %d, want %d; %v", day, len(all), n, err)
			}
		}
	})
}

// TestExpiryOfWhatWaits: presented, requested and priced redemptions are voided
// by the job, their uses come back, and what was told stays readable.
func TestExpiryOfWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		a, b, c := g.member(), g.member(), g.member()
		presented, priced := g.scan(a), g.priced(b, 1000)
		requested, err := g.Request(ctx, c, g.shop.ID, 1000, 900, g.key())
		g.must(err)
		g.clock.Advance(OpenLife - time.Millisecond)
		g.must(g.Expire(ctx))
		g.is(presented.ID, Presented)
		g.clock.Advance(time.Millisecond)
		if waiting, err := g.Requests(ctx, g.staff, g.shop.ID); err != nil || len(waiting) != 0 {
			t.Errorf("still waiting: %v, %v", waiting, err)
		}
		if _, err := g.Current(ctx, a); err == nil {
			t.Error("what is over is still current")
		}
		g.wait(10 * time.Second)
		for id, why := range map[ID]string{presented.ID: ErrOver.Code, priced.ID: ErrQuoteOver.Code, requested.ID: ErrOver.Code} {
			if r := g.is(id, Voided); r.Why != why || !r.Expires.IsZero() {
				t.Errorf("voided because of %q, want %q", r.Why, why)
			}
		}
		g.sound()
	})
}

// TestCodesAreForgotten a day after their time, and only then.
func TestCodesAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		code := g.show(g.member())
		g.clock.Advance(CodeLife + codeKept)
		g.must(g.Forget(ctx))
		_, err := g.Scan(ctx, g.staff, g.shop.ID, code, g.key())
		g.refused("remembered", err, ErrExpired)
		g.clock.Advance(time.Millisecond)
		g.must(g.Forget(ctx))
		_, err = g.Scan(ctx, g.staff, g.shop.ID, code, g.key())
		g.refused("forgotten", err, ErrCode)
	})
}
