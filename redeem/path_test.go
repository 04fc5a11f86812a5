package redeem

import (
	"crypto/ed25519"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/shop"
)

// TestCodeToReceipt is the main job at the first door: two actions of the
// member after the app is open (show, confirm) and a cashier.
func TestCodeToReceipt(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		r := g.scan(who)
		if r.State != Presented || r.Door != ByCode || r.PersonName != "王*" || r.Staff != g.staff.Person || len(r.Match) != 2 {
			t.Fatalf("scanned %+v", r)
		}
		if now, err := g.Current(ctx, who); err != nil || now.ID != r.ID {
			t.Fatalf("the member's phone shows %v, %v", now.ID, err)
		}

		r, err := g.Price(ctx, g.staff, r.ID, 12850, g.key())
		g.must(err)
		if r.State != Priced || r.Due != 11565 || r.Quote.Off != 1285 || r.Quote.Version != 1 || r.Expires != r.Quote.Until {
			t.Fatalf("priced %+v", r)
		}

		r = g.confirm(who, r)
		if r.State != Paying || r.PayURL == "" {
			t.Fatalf("confirmed %+v", r)
		}
		if seen, err := g.ForMember(ctx, who, r.ID); err != nil || seen.PayURL != r.PayURL {
			t.Errorf("the member sees the cashier at %q, %v", seen.PayURL, err)
		}
		if seen, err := g.ForShop(ctx, g.staff, r.ID); err != nil || seen.PayURL != "" {
			t.Errorf("staff sees the cashier at %q, %v", seen.PayURL, err)
		}

		g.clock.Advance(20 * time.Second)
		g.cashier(r.PayURL, "pay")
		r = g.is(r.ID, Committed)
		if r.Day != "2026-03-02" || r.Staff != g.staff.Person || len(r.Receipt) != 10 || r.Fee != 69 || !r.Committed.Equal(g.clock.Now()) || r.UndoUntil.Sub(r.Committed) != UndoLife {
			t.Errorf("committed %+v", r)
		}
		g.went(r.ID, Presented, Priced, Paying, Committed)

		for a, want := range map[ledger.Account]int64{ledger.GatewayCash: 11496, ledger.MerchantPending: -11496, ledger.GatewayFee: 0} {
			if got := g.balance(a); int64(got) != want {
				t.Errorf("%s stands at %d, want %d", a, got, want)
			}
		}
		if p, err := g.passes.Get(ctx, who, r.Pass); err != nil || p.Uses != 1 || p.Saved != 1285 {
			t.Errorf("the pass counts %d uses and %v, %v", p.Uses, p.Saved, err)
		}
		receipt, err := g.Receipt(ctx, who, r.ID)
		g.must(err)
		proof, err := Verify(receipt.Text, g.Keys.Receipt.Public().(ed25519.PublicKey))
		if err != nil || proof.Receipt != r.Receipt || proof.Paid != 11565 || proof.Shop != g.shop.Name || !proof.At.Equal(r.Committed) {
			t.Errorf("the receipt says %+v, %v", proof, err)
		}
		if mine, err := g.Mine(ctx, who, "", 0); err != nil || len(mine) != 1 || mine[0].ID != r.ID {
			t.Errorf("mine are %v, %v", mine, err)
		}
		if today, err := g.Today(ctx, g.staff, g.shop.ID, "2026-03-02"); err != nil || len(today) != 1 {
			t.Errorf("today are %v, %v", today, err)
		}
		if _, err := g.Current(ctx, who); err == nil {
			t.Error("the paid redemption is still the current one")
		}
		g.sound()
	})
}

// TestSignToReceipt is the main job at the second door.
func TestSignToReceipt(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		q, err := g.Estimate(ctx, who, g.shop.ID, 12850)
		g.must(err)
		r, err := g.Request(ctx, who, g.shop.ID, q.Bill, q.Due, g.key())
		g.must(err)
		if r.State != Requested || r.Due != 11565 || len(r.Match) != 2 {
			t.Fatalf("requested %+v", r)
		}
		waiting, err := g.Requests(ctx, g.staff, g.shop.ID)
		if err != nil || len(waiting) != 1 || waiting[0].Match != r.Match {
			t.Fatalf("staff sees %v, %v", waiting, err)
		}
		r, err = g.Accept(ctx, g.staff, r.ID, g.key())
		g.must(err)
		if r.State != Paying || r.PayURL != "" || r.Staff != g.staff.Person {
			t.Fatalf("accepted %+v", r)
		}
		r, err = g.ForMember(ctx, who, r.ID)
		g.must(err)
		g.cashier(r.PayURL, "pay")
		g.is(r.ID, Committed)
		g.went(r.ID, Requested, Paying, Committed)
		if waiting, err := g.Requests(ctx, g.staff, g.shop.ID); err != nil || len(waiting) != 0 {
			t.Errorf("still waiting: %v, %v", waiting, err)
		}
		g.sound()
	})
}

// TestOneTap: a member who agreed is charged in Confirm, and in Accept.
func TestOneTap(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		g.agreed(who)
		if r := g.confirm(who, g.priced(who, 2000)); r.State != Committed || r.Receipt == "" {
			t.Errorf("confirmed %+v", r)
		}
		r, err := g.Request(ctx, who, g.shop.ID, 3000, 2700, g.key())
		g.must(err)
		if r, err = g.Accept(ctx, g.staff, r.ID, g.key()); err != nil || r.State != Committed {
			t.Errorf("accepted %+v, %v", r, err)
		}
		g.sound()
	})
}

// TestNothingDue: a bill that the terms cover commits without a payment, and
// its undo is complete at once.
func TestNothingDue(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		_, err := g.shops.SetTerms(ctx, g.operator, g.shop.ID, shop.Terms{Kind: shop.Fixed, Off: 2000, PerDay: 10})
		g.must(err)
		who := g.member()
		r := g.confirm(who, g.priced(who, 1500))
		if r.State != Committed || r.Due != 0 || r.Payment != "" || r.Receipt == "" {
			t.Fatalf("confirmed %+v", r)
		}
		r, err = g.Undo(ctx, g.staff, r.ID, g.key())
		if err != nil || r.State != Refunded {
			t.Fatalf("undone %+v, %v", r, err)
		}
		g.went(r.ID, Presented, Priced, Committed, Refunding, Refunded)

		r, err = g.Request(ctx, who, g.shop.ID, 2000, 0, g.key())
		g.must(err)
		if r, err = g.Accept(ctx, g.staff, r.ID, g.key()); err != nil || r.State != Committed {
			t.Errorf("accepted %+v, %v", r, err)
		}
		g.sound()
	})
}

// TestUndoGivesEverythingBack: the money, the use, the saving, the slots and
// the merchant's due.
func TestUndoGivesEverythingBack(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		_, err := g.shops.SetTerms(ctx, g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 1, Budget: 2000})
		g.must(err)
		who := g.member()
		r := g.committed(who, 12850)
		_, err = g.Scan(ctx, g.staff, g.shop.ID, g.show(who), g.key())
		g.refused("a second use of the day", err, ErrUses)

		g.clock.Advance(UndoLife - time.Millisecond)
		r, err = g.Undo(ctx, g.staff, r.ID, g.key())
		g.must(err)
		if r.State != Refunding || r.Undone.IsZero() {
			t.Fatalf("undone %+v", r)
		}
		g.deliver()
		g.is(r.ID, Refunded)
		g.went(r.ID, Presented, Priced, Paying, Committed, Refunding, Refunded)
		for _, a := range []ledger.Account{ledger.GatewayCash, ledger.MerchantPending, ledger.GatewayFee, ledger.Refunds} {
			if got := g.balance(a); got != 0 {
				t.Errorf("%s stands at %v", a, got)
			}
		}
		if p, err := g.passes.Get(ctx, who, r.Pass); err != nil || p.Uses != 0 || p.Saved != 0 {
			t.Errorf("the pass counts %d uses and %v, %v", p.Uses, p.Saved, err)
		}
		truth, err := g.sandbox.Truth(ctx)
		g.must(err)
		if len(truth.Refunds) != 1 || truth.Refunds[0].Amount != 11565 {
			t.Errorf("the institution gave back %+v", truth.Refunds)
		}
		g.committed(who, 12850)
		g.sound()
	})
}

// TestUndoHasADeadline: at fifteen minutes it is over, and the answer says
// until when it was.
func TestUndoHasADeadline(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		r := g.committed(g.member(), 1000)
		g.clock.Advance(UndoLife)
		_, err := g.Undo(t.Context(), g.staff, r.ID, g.key())
		g.refused("at the deadline", err, ErrUndoLate)
		if want := "redeem.undo_late: It could be undone until 10:15. Ask the operator to refund it."; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		g.is(r.ID, Committed)
	})
}

// TestDisputeAndPriceAgain: the member sends a price back, staff corrects it,
// and the price before is dead (B7).
func TestDisputeAndPriceAgain(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		who := g.member()
		first := g.priced(who, 21850)
		r, err := g.Dispute(ctx, who, first.ID, g.key())
		if err != nil || r.State != Presented || r.Why != ErrDisputed.Code {
			t.Fatalf("disputed %+v, %v", r, err)
		}
		_, err = g.Confirm(ctx, who, first.ID, first.Quote.Version, first.Quote.Hash, g.key())
		g.refused("confirm what was disputed", err, ErrUnpriced)
		r, err = g.Price(ctx, g.staff, r.ID, 12850, g.key())
		if err != nil || r.Quote.Version != 2 || r.Why != "" {
			t.Fatalf("priced again %+v, %v", r, err)
		}
		_, err = g.Confirm(ctx, who, first.ID, first.Quote.Version, first.Quote.Hash, g.key())
		g.refused("confirm the first price", err, ErrQuoteStale)
		if err.Error() != "redeem.quote_stale: The price changed to ¥115.65 and nothing was charged. Look at the new price and confirm again." {
			t.Error(err)
		}
		if r = g.confirm(who, r); r.Due != 11565 {
			t.Errorf("confirmed %+v", r)
		}
	})
}

// TestWhatPeopleAreTold: after each commit the live views hear of it.
func TestWhatPeopleAreTold(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		who := g.member()
		g.agreed(who)
		for len(g.told) > 0 {
			<-g.told
		}
		r := g.confirm(who, g.priced(who, 2000))
		_, err := g.Undo(t.Context(), g.staff, r.ID, g.key())
		g.must(err)
		g.deliver()
		for _, want := range []State{Presented, Priced, Paying, Committed, Refunding, Refunded} {
			if got := <-g.told; got.State != want || got.ID != r.ID {
				t.Errorf("told of %s, want %s", got.State, want)
			}
		}
	})
}

// TestAuditOfConsequentialActs: scan, commit and undo leave their rows, without
// names or numbers of people.
func TestAuditOfConsequentialActs(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		r := g.committed(g.member(), 1000)
		_, err := g.Undo(t.Context(), g.staff, r.ID, g.key())
		g.must(err)
		g.must(g.DB.View(t.Context(), func(tx *db.Tx) error {
			events, err := account.Audits(tx, string(r.ID), 0, 10)
			if len(events) != 3 {
				t.Errorf("audited %+v", events)
			}
			return err
		}))
	})
}
