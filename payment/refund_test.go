package payment_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// paid returns a payment that is paid.
func (b *bench) paid(ref string, amount money.Amount) payment.Payment {
	b.t.Helper()
	p := b.open(b.start(ref, amount, false))
	b.press(p, "pay")
	p, err := b.s.Sync(b.t.Context(), p.No)
	if err != nil || p.State != payment.Paid {
		b.t.Fatalf("%s: %v", p.State, err)
	}
	return p
}

func (b *bench) wantRefund(no, state string) {
	b.t.Helper()
	all, err := b.s.Refunds(b.t.Context(), no, "", 10)
	if err != nil || len(all) != 1 || all[0].State != state {
		b.t.Errorf("refunds are %+v, want one that is %s: %v", all, state, err)
	}
}

// TestRefundInParts gives a payment back in three parts: the cash and the fee
// come to nothing, here and at the provider.
func TestRefundInParts(t *testing.T) {
	each(t, func(b *bench) {
		p := b.paid("a", 12850)
		for i, part := range []money.Amount{4283, 1, 8566} {
			if _, err := b.refund(b.s, p.No, fmt.Sprint("k", i), part); err != nil {
				b.t.Fatal(err)
			}
			b.work()
			b.prove()
		}
		for _, a := range []ledger.Account{ledger.GatewayCash, ledger.GatewayFee, ledger.Refunds, ledger.MerchantPending} {
			if got := b.balance(a); got != 0 {
				b.t.Errorf("%s is %v, want nothing left", a, got)
			}
		}
		b.wantTruth(p.No, sandbox.Paid, 12850)
		if b.lastTold("a") != "refunded" {
			b.t.Errorf("the purpose was told %q", b.lastTold("a"))
		}
	})
}

// TestRefundRefuses is the table of refunds that are not taken; each leaves
// nothing behind.
func TestRefundRefuses(t *testing.T) {
	each(t, func(b *bench) {
		p := b.paid("a", 10000)
		open := b.open(b.start("open", 10000, false))
		if _, err := b.refund(b.s, p.No, "first", 6000); err != nil {
			b.t.Fatal(err)
		}
		for _, row := range []struct {
			name    string
			no, key string
			amount  money.Amount
			want    error
		}{
			{"more than is left", p.No, "second", 4001, payment.ErrRefundTooMuch},
			{"nothing", p.No, "second", 0, payment.ErrRefundTooMuch},
			{"less than nothing", p.No, "second", -1, payment.ErrRefundTooMuch},
			{"the same key for another sum", p.No, "first", 5999, payment.ErrRefundKey},
			{"what was not paid", open.No, "k", 1, payment.ErrNotPaid},
			{"a payment that is not there", "CWNONE", "k", 1, payment.ErrUnknown},
		} {
			if _, err := b.refund(b.s, row.no, row.key, row.amount); !errors.Is(err, row.want) {
				b.t.Errorf("%s: %v, want %v", row.name, err, row.want)
			}
		}
		again, err := b.refund(b.s, p.No, "first", 6000)
		if err != nil {
			b.t.Fatal(err)
		}
		b.work()
		b.wantRefund(p.No, "refunded")
		if all, _ := b.s.Refunds(b.t.Context(), p.No, "", 10); all[0].No != again.No {
			b.t.Errorf("the same key made %s beside %s", again.No, all[0].No)
		}
		b.wantTruth(p.No, sandbox.Paid, 6000)
	})
}

// TestRefundSum races two refunds of 60 % on two nodes, many times: one is
// taken and the other refused with the right words, and never both (B15).
func TestRefundSum(t *testing.T) {
	each(t, func(b *bench) {
		nodes := []*payment.Service{b.s, b.service(dbtest.Again(b.t, b.db, b.clock))}
		for i := range 12 {
			p := b.paid(fmt.Sprint("a", i), 10000)
			errs := make([]error, 2)
			start := make(chan struct{})
			var wg sync.WaitGroup
			for n := range errs {
				wg.Go(func() {
					<-start
					_, errs[n] = b.refund(nodes[n], p.No, fmt.Sprint("k", n), 6000)
				})
			}
			close(start)
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !errors.Is(err, payment.ErrRefundTooMuch) {
					b.t.Errorf("the loser sees %v", err)
				}
			}
			if won != 1 {
				b.t.Errorf("%d refunds of 60 %% were taken", won)
			}
		}
		b.work()
	})
}

// TestRefundFaults shows that a refund arrives once whatever happens to the
// call that sends it.
func TestRefundFaults(t *testing.T) {
	each(t, func(b *bench) {
		kinds := []string{sandbox.Silent, sandbox.SilentDone, sandbox.Error, sandbox.HTML, sandbox.Half, sandbox.Slow}
		var all []payment.Payment
		for _, kind := range kinds {
			p := b.paid(kind, 10000)
			r, err := b.refund(b.s, p.No, "k", 10000)
			if err != nil {
				b.t.Fatal(err)
			}
			all = append(all, p)
			b.faults(
				sandbox.Fault{No: r.No, Call: sandbox.CallRefund, Kind: kind, Delay: 40 * time.Millisecond},
				sandbox.Fault{No: r.No, Call: sandbox.CallQueryRefund, Kind: sandbox.HTML, Times: 2},
			)
			b.work()
			b.pass(time.Minute)
		}
		for _, p := range all {
			b.wantRefund(p.No, "refunded")
			b.wantTruth(p.No, sandbox.Paid, 10000)
		}
	})
}

// TestRefundStuck shows that a refund which the provider refuses, or on which
// it is silent for a week, waits for a person, still owed, and goes through
// when he tries again.
func TestRefundStuck(t *testing.T) {
	for name, faults := range map[string][]sandbox.Fault{
		"refused": {{Call: sandbox.CallRefund, Kind: sandbox.Fails}},
		"silent": {
			{Call: sandbox.CallRefund, Kind: sandbox.Error, Times: 1000},
			{Call: sandbox.CallQueryRefund, Kind: sandbox.Error, Times: 1000},
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(b *bench) {
				p := b.paid("a", 10000)
				r, err := b.refund(b.s, p.No, "k", 10000)
				if err != nil {
					b.t.Fatal(err)
				}
				b.faults(faults...)
				b.work()
				for range 8 * 24 {
					b.clock.Advance(time.Hour)
					b.work()
				}
				b.wantRefund(p.No, "stuck")
				if got := b.balance(ledger.Refunds); got != -10000 || b.lastTold("a") != "stuck" {
					b.t.Errorf("%v are owed and the purpose was told %q", got, b.lastTold("a"))
				}
				b.faults()
				if name == "refused" {
					return // The number is spent at this provider; a person pays by other means.
				}
				if err := b.db.Update(b.t.Context(), func(tx *db.Tx) error { return b.s.RetryRefund(tx, r.No) }); err != nil {
					b.t.Fatal(err)
				}
				b.work()
				b.wantRefund(p.No, "refunded")
				b.wantTruth(p.No, sandbox.Paid, 10000)
			})
		})
	}
}
