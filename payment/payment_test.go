package payment_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// TestPayAtTheCashier walks the happy path: the payer is sent to the cashier,
// pays, and the callback takes the money into the books.
func TestPayAtTheCashier(t *testing.T) {
	each(t, func(b *bench) {
		p := b.start("a", 12850, false)
		if !strings.HasPrefix(p.No, "CW") || len(p.No) != 28 || p.Fee != 77 || p.State != payment.Created {
			b.t.Fatalf("started %+v", p)
		}
		p = b.open(p)
		if p.State != payment.Open || p.PayURL != b.box.URL+"/cashier/"+p.No {
			b.t.Fatalf("opened %+v", p)
		}
		if back := b.press(p, "pay"); back != b.url+"/back" {
			b.t.Errorf("the cashier sends the payer to %q", back)
		}
		b.wantState(p.No, payment.Open) // Nobody told us yet.
		b.work()
		b.wantState(p.No, payment.Paid)
		if got := b.balance(ledger.GatewayCash); got != 12850-77 {
			b.t.Errorf("gateway cash is %v", got)
		}
		if got := b.balance(ledger.MerchantPending); got != -12850 {
			b.t.Errorf("the merchant is owed %v", got)
		}
		if b.lastTold("a") != "paid" {
			b.t.Errorf("the purpose was told %q", b.lastTold("a"))
		}
	})
}

// TestStartAgain shows that a purpose and ref have one payment.
func TestStartAgain(t *testing.T) {
	each(t, func(b *bench) {
		p := b.start("a", 100, false)
		if again := b.start("a", 100, false); again.No != p.No {
			b.t.Errorf("asking again made %s beside %s", again.No, p.No)
		}
		err := b.db.Update(b.t.Context(), func(tx *db.Tx) error {
			_, err := b.s.Start(tx, payment.Order{Purpose: "till", Ref: "a", Payer: "per_1", Amount: 101, Return: "/"})
			return err
		})
		if err == nil {
			b.t.Error("asking again for another amount was taken")
		}
	})
}

// TestStartRefuses shows which orders are not taken.
func TestStartRefuses(t *testing.T) {
	good := payment.Order{Purpose: "till", Ref: "a", Payer: "per_1", Amount: 100, Return: "/back"}
	rows := []struct {
		name   string
		change func(*payment.Order)
	}{
		{"nothing to pay", func(o *payment.Order) { o.Amount = 0 }},
		{"a negative amount", func(o *payment.Order) { o.Amount = -1 }},
		{"more than money can say", func(o *payment.Order) { o.Amount = 1 << 62 }},
		{"no payer", func(o *payment.Order) { o.Payer = "" }},
		{"a return to elsewhere", func(o *payment.Order) { o.Return = "//evil.example" }},
		{"a return with a scheme", func(o *payment.Order) { o.Return = "https://evil.example" }},
	}
	each(t, func(b *bench) {
		for _, row := range rows {
			o := good
			row.change(&o)
			err := b.db.Update(b.t.Context(), func(tx *db.Tx) error {
				_, err := b.s.Start(tx, o)
				return err
			})
			if err == nil {
				b.t.Errorf("%s was taken", row.name)
			}
		}
	})
}

// TestOneTap shows that a payer who agreed at the cashier is charged without
// it, up to the limit, until he revokes.
func TestOneTap(t *testing.T) {
	each(t, func(b *bench) {
		agreed := func() bool {
			ok, err := b.s.Agreement(b.t.Context(), "per_1")
			if err != nil {
				b.t.Fatal(err)
			}
			return ok
		}
		if agreed() {
			b.t.Fatal("agreed before he did")
		}
		b.agree()
		if !agreed() {
			b.t.Fatal("the agreement was not kept")
		}
		for _, row := range []struct {
			ref    string
			amount money.Amount
			direct bool
			want   payment.State
		}{
			{"small", 11565, true, payment.Paid},
			{"at the limit", 50000, true, payment.Paid},
			{"above the limit", 50001, true, payment.Open},
			{"not asked for", 100, false, payment.Open},
		} {
			if p := b.open(b.start(row.ref, row.amount, row.direct)); p.State != row.want {
				b.t.Errorf("%s: %s, want %s", row.ref, p.State, row.want)
			}
		}
		for range 2 { // The second finds nothing to do.
			if err := b.s.Revoke(b.t.Context(), "per_1"); err != nil {
				b.t.Fatal(err)
			}
		}
		if acts := audited(b, "per_1"); !slices.Equal(acts, []string{"payment.grant_agreement", "payment.revoke_agreement"}) {
			b.t.Errorf("the audit has %v", acts)
		}
		if p := b.open(b.start("revoked", 100, true)); p.State != payment.Open || agreed() {
			b.t.Errorf("after revoking: %s", p.State)
		}
	})
}

// audited lists the acts on an object by name.
func audited(b *bench, object string) (acts []string) {
	err := b.s.DB.View(b.t.Context(), func(tx *db.Tx) error {
		events, err := account.Audits(tx, object, 0, 10)
		for _, e := range events {
			acts = append(acts, e.Action)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	slices.Sort(acts)
	return acts
}

// TestAgreementRefused shows that a payment whose agreement the provider does
// not honour goes to the cashier under the same number.
func TestAgreementRefused(t *testing.T) {
	each(t, func(b *bench) {
		b.agree()
		b.s.OneTap = 100000 // More than the provider allows.
		p := b.open(b.start("big", 60000, true))
		if p.State != payment.Open || p.PayURL == "" {
			b.t.Errorf("got %s at %q", p.State, p.PayURL)
		}
	})
}

// TestLostRequest shows that the job opens a payment whose request died.
func TestLostRequest(t *testing.T) {
	each(t, func(b *bench) {
		p := b.start("a", 100, false)
		b.work()
		b.wantState(p.No, payment.Created) // The request still has its time.
		b.pass(5 * time.Second)
		b.wantState(p.No, payment.Open)
	})
}

// TestCancel shows that a payer's cancellation ends the payment for good.
func TestCancel(t *testing.T) {
	each(t, func(b *bench) {
		p := b.open(b.start("a", 100, false))
		b.press(p, "cancel")
		b.pass(5 * time.Second)
		b.wantState(p.No, payment.Closed)
		if b.lastTold("a") != "closed" {
			b.t.Errorf("the purpose was told %q", b.lastTold("a"))
		}
	})
}

// TestDeadline shows that a payment nobody paid is closed, here and there.
func TestDeadline(t *testing.T) {
	each(t, func(b *bench) {
		p := b.open(b.start("a", 100, false))
		b.pass(2 * time.Minute)
		b.wantState(p.No, payment.Closed)
		b.press(p, "pay") // Too late: the cashier does not take it either.
		for range 36 {
			b.clock.Advance(time.Hour)
			b.work()
		}
		b.wantState(p.No, payment.Closed)
		if n := b.queued(); n != 0 {
			b.t.Errorf("%d jobs are left", n)
		}
	})
}

// TestGoneWhenPaid shows that money for what is no longer there goes back.
func TestGoneWhenPaid(t *testing.T) {
	each(t, func(b *bench) {
		b.gone["a"] = true
		p := b.open(b.start("a", 12850, false))
		b.press(p, "pay")
		b.work()
		b.wantState(p.No, payment.Late)
		for _, a := range []ledger.Account{ledger.GatewayCash, ledger.GatewayFee, ledger.Suspense, ledger.Refunds, ledger.MerchantPending} {
			if got := b.balance(a); got != 0 {
				b.t.Errorf("%s is %v, want nothing left", a, got)
			}
		}
		b.wantTruth(p.No, sandbox.Paid, 12850)
	})
}

// TestLateMoney shows that money that comes after the payment was closed goes
// back once, and that the purpose hears of it.
func TestLateMoney(t *testing.T) {
	each(t, func(b *bench) {
		b.agree()
		b.faults(sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Late, Delay: 3 * time.Minute})
		p := b.open(b.start("a", 12850, true))
		b.wantState(p.No, payment.Created)
		b.pass(2*time.Minute + 30*time.Second)
		b.wantState(p.No, payment.Closed)
		b.pass(2 * time.Minute)
		b.wantState(p.No, payment.Late)
		b.pass(5 * time.Minute)
		if b.lastTold("a") != "refunded" {
			b.t.Errorf("the purpose was last told %q", b.lastTold("a"))
		}
		b.wantTruth(p.No, sandbox.Paid, 12850)
	})
}
