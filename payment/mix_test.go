package payment_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/payment/sandbox"
)

// TestProviderFaults has 5,000 bills paid, half of them on each engine, through
// a provider that fails in every way at once, as the dice fall, by payers who
// tap twice and try again. Ten minutes after the last of them every payment has
// ended as it did at the provider: its entry is in the books once, each late
// charge is back once, and no bill ever had two numbers that could still be
// charged (T-UNK). A day of late copies of callbacks later nothing has changed
// (T-DUP). CITYWALK_TEST_PAYMENTS is another number of bills for each engine.
func TestProviderFaults(t *testing.T) {
	bills := 2500
	if n, err := strconv.Atoi(os.Getenv("CITYWALK_TEST_PAYMENTS")); err == nil {
		bills = n
	}
	atOnce(t, func(b *bench) {
		c := newCrowd(b, bills)
		c.faults(mix()...)
		for wave := range slices.Chunk(c.bills, max(1, bills/10)) {
			c.atOnce(wave, c.pay)
			c.pass(5 * time.Second)
			c.atOnce(wave, c.comeBack)
		}
		c.faults(append(mix(), sandbox.Fault{Call: sandbox.CallQuery, Kind: sandbox.Error, Times: 1e9})...)
		c.pass(30 * time.Second) // Nobody can be asked while deadlines pass.
		c.faults(mix()...)
		c.pass(2 * time.Minute)
		c.atOnce(c.unpaid(), c.pay)
		c.pass(10 * time.Minute)
		c.compare()
		for range 52 { // Until the last late copy of a callback has come.
			c.clock.Advance(30 * time.Minute)
			c.settle()
		}
		c.compare()
		if n := c.queued(); n != 0 {
			c.t.Errorf("%d jobs are left", n)
		}
	})
}

// atOnce is each on both engines at the same time.
func atOnce(t *testing.T, fn func(b *bench)) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			d, clock := dbtest.Open(t, engine)
			fn(newBench(t, d, clock))
		})
	}
}

// mix is the provider's faults, in percent of the numbers they may happen to.
func mix() []sandbox.Fault {
	all := []sandbox.Fault{
		{Call: sandbox.CallCreate, Kind: sandbox.SilentDone, Percent: 30},
		{Call: sandbox.CallCreate, Kind: sandbox.Silent, Percent: 30},
		{Call: sandbox.CallCreate, Kind: sandbox.Early, Percent: 5},
		{Call: sandbox.CallCreate, Kind: sandbox.HTML, Percent: 3},
		{Call: sandbox.CallCreate, Kind: sandbox.Half, Percent: 3},
		{Call: sandbox.CallQuery, Kind: sandbox.Error, Percent: 15},
		{Call: sandbox.CallQuery, Kind: sandbox.HTML, Percent: 10},
		{Call: sandbox.CallQuery, Kind: sandbox.Half, Percent: 10},
		{Call: sandbox.CallClose, Kind: sandbox.SilentDone, Percent: 30},
		{Call: sandbox.CallNotice, Kind: sandbox.Lost, Percent: 20},
		{Call: sandbox.CallRefund, Kind: sandbox.SilentDone, Percent: 20},
		{Call: sandbox.CallRefund, Kind: sandbox.Silent, Percent: 20},
		{Call: sandbox.CallRefund, Kind: sandbox.Half, Percent: 10},
		{Call: sandbox.CallRefund, Kind: sandbox.Slow, Percent: 20, Delay: 30 * time.Second},
		{Call: sandbox.CallQueryRefund, Kind: sandbox.HTML, Percent: 20},
	}
	for _, late := range []time.Duration{3, 60, 90, 115, 120} {
		all = append(all, sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Late, Percent: 4, Delay: late * time.Second})
	}
	for copies := 1; copies <= 8; copies++ {
		often := sandbox.Fault{Call: sandbox.CallNotice, Kind: sandbox.Copies, Percent: 5, Copies: copies, Delay: 10 * time.Second}
		late := often
		late.Delay = 24 * time.Hour
		all = append(all, often, late)
	}
	return all
}

// A bill is something to be paid once.
type bill struct {
	n      int
	amount money.Amount
	direct bool // Charge the agreement rather than send the payer to the cashier.
	tries  int
	no     string // Of the last try.
}

func (l *bill) name() string { return fmt.Sprint("bill ", l.n) }

// A crowd pays bills, many at a time.
type crowd struct {
	*bench
	bills  []*bill
	agreed string // The number under which the payer agreed to be charged.

	guard sync.Mutex
	asked map[string][]string  // By bill: the numbers that the provider was asked to charge.
	calls int                  // How often it was asked.
	void  map[string]bool      // Refs of payments whose bill was torn up when they were given up.
	ended map[string]time.Time // By number: when it was said to be surely not paid.
	sent  int                  // Callbacks.
}

// newCrowd puts the crowd's purpose beside the bench's, has the wire to the
// provider watched, and runs the jobs many at a time.
func newCrowd(b *bench, bills int) *crowd {
	c := &crowd{bench: b, agreed: b.agree(), asked: map[string][]string{}, void: map[string]bool{}, ended: map[string]time.Time{}}
	for i := range bills {
		c.bills = append(c.bills, &bill{n: i, amount: money.Amount(100 + i*7), direct: i%8 != 0})
	}
	b.s.Provider = wire{b.s.Provider, c}
	b.s.On("bill", payment.Outcome{Paid: c.paid, Closing: c.closing, Closed: c.closed})
	runner := jobs.NewRunner(b.db, 8)
	runner.OnError = b.runner.OnError
	b.s.Register(runner)
	b.runner = runner
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); runner.Run(ctx) }()
	b.t.Cleanup(func() { cancel(); <-done })
	return c
}

// paid takes the money for a bill that is still there. The key is new each
// time, so that the ledger does not hide a payment taken twice.
func (c *crowd) paid(tx *db.Tx, p payment.Payment) (bool, error) {
	c.guard.Lock()
	gone := c.void[p.Ref]
	c.guard.Unlock()
	if gone || p.State == payment.Late {
		return false, nil
	}
	return true, ledger.Post(tx, ledger.Entry{
		Key: tx.ID("bill"), Memo: p.No, Day: ledger.DayOf(tx.Now(), time.UTC),
		Postings: append(payment.Received(p), ledger.Posting{Account: ledger.MerchantPending, Party: p.Ref, Amount: -p.Amount}),
	})
}

// closing tears up the bill of every second payment that is given up.
func (c *crowd) closing(_ *db.Tx, p payment.Payment) error {
	c.guard.Lock()
	defer c.guard.Unlock()
	c.void[p.Ref] = p.Amount%2 == 0
	return nil
}

// closed notes when a payment was said to be surely not paid.
func (c *crowd) closed(tx *db.Tx, p payment.Payment) error {
	c.guard.Lock()
	defer c.guard.Unlock()
	c.ended[p.No] = tx.Now()
	return nil
}

// wire watches what the provider is asked to charge.
type wire struct {
	payment.Provider
	c *crowd
}

func (w wire) Create(ctx context.Context, charge payment.Charge) (payment.Result, error) {
	w.c.watch(charge)
	return w.Provider.Create(ctx, charge)
}

// watch fails the test if the provider is asked to charge a number while
// another one of the same bill is open.
func (c *crowd) watch(charge payment.Charge) {
	c.guard.Lock()
	c.calls++
	before := c.asked[charge.Subject]
	if !slices.Contains(before, charge.No) {
		c.asked[charge.Subject] = append(slices.Clone(before), charge.No)
	}
	c.guard.Unlock()
	for _, no := range before {
		if no == charge.No {
			continue
		}
		p, err := c.s.Get(context.Background(), no)
		if err != nil || p.State != payment.Closed && p.State != payment.Late {
			c.t.Errorf("%s: %s is to be charged while %s is %s: %v", charge.Subject, charge.No, no, p.State, err)
		}
	}
}

// atOnce has something done about each bill, by many payers at a time.
func (c *crowd) atOnce(bills []*bill, do func(*bill)) {
	queue := make(chan *bill, len(bills))
	for _, l := range bills {
		queue <- l
	}
	close(queue)
	var payers sync.WaitGroup
	for range 16 {
		payers.Go(func() {
			for l := range queue {
				do(l)
			}
		})
	}
	payers.Wait()
}

// pay tries to pay a bill. Some payers tap twice, and some get no further.
func (c *crowd) pay(l *bill) {
	l.tries++
	p := c.begin(l)
	l.no = p.No
	if l.n%7 == 0 {
		return // The job opens it.
	}
	if l.n%3 == 0 {
		if again := c.begin(l); again.No != p.No {
			c.t.Errorf("%s got a second number, %s beside %s", p.Ref, again.No, p.No)
		}
		c.open(p)
	}
	c.atCashier(l, c.open(p))
}

// comeBack is the payer who looks again after what seemed to fail.
func (c *crowd) comeBack(l *bill) {
	if !l.direct {
		c.atCashier(l, c.get(l.no))
	}
}

// atCashier is the payer there: some pay, one in four cancels, and on the first
// try one in four leaves.
func (c *crowd) atCashier(l *bill, p payment.Payment) {
	switch {
	case p.State != payment.Open:
	case l.n/8%4 == 0:
		c.press(p, "cancel")
	case l.n/8%4 == 1 && l.tries == 1:
	default:
		c.press(p, "pay")
	}
}

// begin starts the payment of a bill, with 20 s to be paid or a minute.
func (c *crowd) begin(l *bill) (p payment.Payment) {
	err := c.db.Update(c.t.Context(), func(tx *db.Tx) (err error) {
		p, err = c.s.Start(tx, payment.Order{
			Purpose: "bill", Ref: fmt.Sprintf("%s/%d", l.name(), l.tries), Payer: "per_1", Amount: l.amount, Subject: l.name(),
			Return: "/back", Lifetime: time.Duration(20+40*(l.n%2)) * time.Second, Direct: l.direct,
		})
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
	return p
}

// pass lets time pass in small steps, working at each.
func (c *crowd) pass(d time.Duration) {
	for ; d > 0; d -= 5 * time.Second {
		c.clock.Advance(5 * time.Second)
		c.settle()
	}
}

// settle waits until both sides have done what is due.
func (c *crowd) settle() {
	c.t.Helper()
	for {
		idle := c.due() == 0
		sent, err := c.box.Deliver(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		c.sent += sent
		if idle && sent == 0 {
			return
		}
		c.runner.Wake()
		time.Sleep(time.Millisecond)
	}
}

// due counts the jobs that are running or may be.
func (c *crowd) due() (n int) {
	err := c.db.View(c.t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, `SELECT COUNT(*) FROM jobs_jobs WHERE state = 'running' OR state = 'queued' AND run_at <= $1`, tx.Now())
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// A made is a payment as we have it and as the books do.
type made struct {
	No, Ref string
	State   payment.State
	Trade   string
	Amount  money.Amount
	Fee     money.Amount
	Entries int          // How often it was booked as received.
	Booked  money.Amount // What of it the merchant is owed.
	Refunds int          // How many refunds of it are through.
}

// made returns all payments of bills, by number.
func (c *crowd) made() map[string]made {
	c.t.Helper()
	all := map[string]made{}
	err := c.db.View(c.t.Context(), func(tx *db.Tx) error {
		rows, err := db.All[made](tx, `
			SELECT p.no, p.ref, p.state, p.trade, p.amount, p.fee,
				(SELECT COUNT(*) FROM ledger_postings l WHERE l.account = 'merchant.pending' AND l.party = p.ref) AS entries,
				(SELECT COALESCE(CAST(SUM(l.amount) AS BIGINT), 0) FROM ledger_postings l WHERE l.account = 'merchant.pending' AND l.party = p.ref) AS booked,
				(SELECT COUNT(*) FROM payment_refunds r WHERE r.payment = p.no AND r.state = 'refunded') AS refunds
			FROM payment_payments p WHERE p.purpose = 'bill'`)
		for _, m := range rows {
			all[m.No] = m
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// unpaid returns the bills whose payment surely came to nothing.
func (c *crowd) unpaid() (open []*bill) {
	made := c.made()
	for _, l := range c.bills {
		if made[l.no].State == payment.Closed {
			open = append(open, l)
		}
	}
	return open
}

// compare shows that every payment has ended as it did at the provider, that
// the books have it once, that late money and no other is back once, and that
// nobody has paid a bill twice.
func (c *crowd) compare() {
	c.t.Helper()
	truth, err := c.box.Truth(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	here, there, back := c.made(), map[string]sandbox.TrueCharge{}, map[string]int{}
	for _, t := range truth.Charges {
		there[t.No] = t
		if _, ours := here[t.No]; !ours && t.No != c.agreed {
			c.t.Errorf("the provider has %s, which is no number of ours", t.No)
		}
	}
	for _, r := range truth.Refunds {
		back[r.Payment]++
	}
	counts, paid := map[payment.State]int{}, map[string]int{}
	for _, p := range here {
		t, known := there[p.No]
		counts[p.State]++
		name, _, _ := strings.Cut(p.Ref, "/")
		if ended := c.ended[p.No]; t.Status == sandbox.Paid && t.PaidAt.Before(ended) {
			c.t.Errorf("%s was said not to be paid at %v, and was since %v", p.Ref, ended, t.PaidAt)
		}
		switch {
		case p.State == payment.Paid && t.Status == sandbox.Paid && t.Trade == p.Trade && t.Refunded == 0 && back[p.No] == 0 &&
			p.Entries == 1 && p.Booked == -p.Amount:
			paid[name]++
		case p.State == payment.Late && t.Status == sandbox.Paid && t.Trade == p.Trade && t.Refunded == p.Amount && back[p.No] == 1 &&
			p.Entries == 0 && p.Refunds == 1:
		case p.State == payment.Closed && (!known || t.Status == sandbox.Closed) && p.Entries == 0:
		default:
			c.t.Errorf("here %+v, there %+v with %d refunds", p, t, back[p.No])
		}
	}
	for name, n := range paid {
		if n != 1 {
			c.t.Errorf("%s is paid %d times", name, n)
		}
	}
	if len(counts) != 3 || len(here) <= len(c.bills) {
		c.t.Errorf("the mix is too mild to show anything: %v of %d bills", counts, len(c.bills))
	}
	c.wantCash(here)
	c.prove()
	c.t.Logf("%d bills, %d payments: %v; asked to charge %d times; %d callbacks", len(c.bills), len(here), counts, c.calls, c.sent)
}

// wantCash shows that what the institution holds is what was paid for bills,
// and for agreeing.
func (c *crowd) wantCash(here map[string]made) {
	c.t.Helper()
	want := money.Amount(100)
	want -= want.Fee()
	for _, p := range here {
		if p.State == payment.Paid {
			want += p.Amount - p.Fee
		}
	}
	if got := c.balance(ledger.GatewayCash); got != want {
		c.t.Errorf("gateway cash is %v, want %v", got, want)
	}
}
