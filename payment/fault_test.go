package payment_test

import (
	"fmt"
	"testing"
	"time"

	"citywalk/ledger"
	"citywalk/money"
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

// TestMixed runs many payments through a provider that fails in every way at
// once, by a seed, and compares with its truth at the end (T-DUP, T-UNK).
func TestMixed(t *testing.T) {
	const payments = 200
	each(t, func(b *bench) {
		b.agree()
		b.faults(mix()...)
		var all []payment.Payment
		for i := range payments {
			p := b.start(fmt.Sprint("m", i), money.Amount(100+i*7), i%5 != 0)
			if i%11 == 0 {
				b.gone[p.Ref] = true
			}
			if i%7 != 0 { // The other requests die before they open it.
				p = b.open(p)
			}
			if p.PayURL != "" && i%2 == 0 {
				b.press(p, "pay")
			}
			all = append(all, p)
			if i%20 == 19 {
				b.pass(5 * time.Second)
			}
		}
		b.pass(10 * time.Minute)
		b.compare(all)
		for range 100 { // Until the last late copy of a callback has come.
			b.clock.Advance(15 * time.Minute)
			b.work()
		}
		b.compare(all)
	})
}

// mix is the faults of TestMixed, in percent of the numbers they may happen to.
func mix() []sandbox.Fault {
	return []sandbox.Fault{
		{Call: sandbox.CallCreate, Kind: sandbox.SilentDone, Percent: 25},
		{Call: sandbox.CallCreate, Kind: sandbox.Silent, Percent: 20},
		{Call: sandbox.CallCreate, Kind: sandbox.Late, Percent: 10, Delay: 20 * time.Second},
		{Call: sandbox.CallCreate, Kind: sandbox.Late, Percent: 10, Delay: 4 * time.Minute},
		{Call: sandbox.CallCreate, Kind: sandbox.HTML, Percent: 5},
		{Call: sandbox.CallCreate, Kind: sandbox.Half, Percent: 5},
		{Call: sandbox.CallCreate, Kind: sandbox.Early, Percent: 5},
		{Call: sandbox.CallQuery, Kind: sandbox.Error, Percent: 15},
		{Call: sandbox.CallQuery, Kind: sandbox.HTML, Percent: 10},
		{Call: sandbox.CallQuery, Kind: sandbox.Half, Percent: 10},
		{Call: sandbox.CallClose, Kind: sandbox.SilentDone, Percent: 30},
		{Call: sandbox.CallNotice, Kind: sandbox.Lost, Percent: 20},
		{Call: sandbox.CallNotice, Kind: sandbox.Copies, Percent: 40, Copies: 8, Delay: 24 * time.Hour},
		{Call: sandbox.CallNotice, Kind: sandbox.Copies, Percent: 20, Copies: 3},
		{Call: sandbox.CallRefund, Kind: sandbox.SilentDone, Percent: 20},
		{Call: sandbox.CallRefund, Kind: sandbox.Silent, Percent: 20},
		{Call: sandbox.CallRefund, Kind: sandbox.Half, Percent: 10},
		{Call: sandbox.CallRefund, Kind: sandbox.Slow, Percent: 20, Delay: 30 * time.Second},
		{Call: sandbox.CallQueryRefund, Kind: sandbox.HTML, Percent: 20},
	}
}

// compare shows that every payment has ended as it did at the provider, that
// money taken for nothing is back, and that the books say the same.
func (b *bench) compare(all []payment.Payment) {
	b.t.Helper()
	truth, err := b.box.Truth(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	there := map[string]sandbox.TrueCharge{}
	for _, c := range truth.Charges {
		there[c.No] = c
	}
	counts := map[payment.State]int{}
	owed := money.Amount(100) // What agreeing cost.
	cash := owed - owed.Fee()
	for _, p := range all {
		p = b.get(p.No)
		counts[p.State]++
		c, known := there[p.No]
		switch {
		case p.State == payment.Paid && c.Status == sandbox.Paid && c.Refunded == 0 && c.Trade == p.Trade:
			owed += p.Amount
			cash += p.Amount - p.Fee
		case p.State == payment.Late && c.Status == sandbox.Paid && c.Refunded == p.Amount && c.Trade == p.Trade:
		case p.State == payment.Closed && (!known || c.Status == sandbox.Closed):
		default:
			b.t.Errorf("%s is %s here and %+v there", p.Ref, p.State, c)
		}
	}
	if got := b.balance(ledger.MerchantPending); got != -owed {
		b.t.Errorf("the merchant is owed %v, want %v", got, owed)
	}
	if got := b.balance(ledger.GatewayCash); got != cash {
		b.t.Errorf("gateway cash is %v, want %v", got, cash)
	}
	if counts[payment.Paid] == 0 || counts[payment.Late] == 0 || counts[payment.Closed] == 0 {
		b.t.Errorf("the mix is too mild to show anything: %v", counts)
	}
	b.prove()
}
