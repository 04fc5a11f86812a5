package payment_test

import (
	"testing"
	"time"

	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// TestCreateFaults shows how a payment ends whatever happens to the call that
// charges it, within what it was given to be paid in.
func TestCreateFaults(t *testing.T) {
	each(t, func(b *bench) {
		b.agree()
		for _, kind := range []string{sandbox.Silent, sandbox.SilentDone, sandbox.Error, sandbox.HTML, sandbox.Half, sandbox.Early} {
			b.faults(
				sandbox.Fault{Call: sandbox.CallCreate, Kind: kind},
				sandbox.Fault{Call: sandbox.CallNotice, Kind: sandbox.Copies, Copies: 3},
			)
			p := b.open(b.start(kind, 100, true))
			if kind != sandbox.Early {
				b.wantState(p.No, payment.Created)
			}
			b.pass(10 * time.Second)
			b.wantState(p.No, payment.Paid)
			b.wantTruth(p.No, sandbox.Paid, 0)
		}
	})
}

// TestHang shows that a provider that holds the line is left, and asked later.
func TestHang(t *testing.T) {
	each(t, func(b *bench) {
		b.agree()
		b.s.Timeout = 100 * time.Millisecond
		b.faults(sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.SilentDone, Delay: time.Minute})
		p := b.open(b.start("a", 100, true))
		b.wantState(p.No, payment.Created)
		b.s.Timeout = 0
		b.pass(5 * time.Second)
		b.wantState(p.No, payment.Paid)
	})
}

// TestQueryFaults shows that a provider that cannot be asked is asked again.
func TestQueryFaults(t *testing.T) {
	each(t, func(b *bench) {
		b.agree()
		for _, kind := range []string{sandbox.Silent, sandbox.Error, sandbox.HTML, sandbox.Half} {
			b.faults(
				sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.SilentDone},
				sandbox.Fault{Call: sandbox.CallQuery, Kind: kind, Times: 3},
			)
			p := b.open(b.start(kind, 100, true))
			b.pass(30 * time.Second)
			b.wantState(p.No, payment.Paid)
		}
	})
}

// TestProviderDown shows that a payment is not given up before the provider
// says so, however long it is down.
func TestProviderDown(t *testing.T) {
	each(t, func(b *bench) {
		b.agree()
		b.faults(
			sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.SilentDone},
			sandbox.Fault{Call: sandbox.CallQuery, Kind: sandbox.Error, Times: 100000},
		)
		p := b.open(b.start("a", 100, true))
		b.pass(10 * time.Minute)
		b.wantState(p.No, payment.Closing)
		b.faults()
		b.pass(11 * time.Minute)
		b.wantState(p.No, payment.Paid)
	})
}

// TestNeverThere shows when a number that the provider never heard of is
// closed: after two answers a minute apart, and not before.
func TestNeverThere(t *testing.T) {
	each(t, func(b *bench) {
		b.faults(sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Silent, Times: 100000})
		p := b.open(b.start("a", 100, false))
		b.pass(time.Minute + 50*time.Second)
		b.wantState(p.No, payment.Closing)
		b.pass(2 * time.Minute)
		b.wantState(p.No, payment.Closed)
	})
}

// TestCloseAtProvider shows that a charge which the provider still holds open
// after our deadline is closed there, no sooner than 15 s after it was charged.
func TestCloseAtProvider(t *testing.T) {
	each(t, func(b *bench) {
		slow := sandbox.Fault{Call: sandbox.CallClose, Kind: sandbox.Error, Times: 2}
		b.faults(slow)
		p := b.open(b.start("a", 100, false))
		b.behind(2 * time.Minute) // The provider's clock: it would still take the money.
		b.pass(55 * time.Second)
		b.wantState(p.No, payment.Open)
		b.pass(5 * time.Second)
		b.wantState(p.No, payment.Closing)
		if b.lastTold("a") != "closing" {
			b.t.Errorf("the purpose was told %q", b.lastTold("a"))
		}
		b.pass(30 * time.Second)
		b.wantState(p.No, payment.Closed)
		b.wantTruth(p.No, sandbox.Closed, 0)
		b.press(p, "pay")
		b.wantTruth(p.No, sandbox.Closed, 0)
	})
}

// TestPaidWhileClosing shows that a payer who is quicker than the closing has
// paid.
func TestPaidWhileClosing(t *testing.T) {
	each(t, func(b *bench) {
		b.faults(
			sandbox.Fault{Call: sandbox.CallClose, Kind: sandbox.Error, Times: 2},
			sandbox.Fault{Call: sandbox.CallNotice, Kind: sandbox.Lost},
		)
		p := b.open(b.start("a", 100, false))
		b.behind(2 * time.Minute)
		b.pass(time.Minute)
		b.wantState(p.No, payment.Closing)
		b.press(p, "pay")
		b.pass(time.Minute)
		b.wantState(p.No, payment.Paid)
	})
}
