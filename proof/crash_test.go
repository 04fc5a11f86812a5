package proof

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/money"
	"citywalk/payment/sandbox"
)

// long is what make crash runs: as often and as long as docs/reliability.md
// says. Without it the same tests run a short form.
var long = flag.Bool("crash.long", false, "run the long forms of the crash tests")

// A killing says how often and when a server is killed.
type killing struct {
	kills       int
	each        int           // After so many is looked for what was told before.
	commands    int           // At least so many are acknowledged; more kills follow until they are.
	from, until time.Duration // How long a server serves.
	requests    int           // The most requests that a server gets.
}

// TestKilledServerLosesNothing kills a serving process again and again under
// eight customers, half of the times after a random while and half at a random
// request. Everything that the customers were told is there, receipts and notes
// included, the books prove, and search rests on what the database holds, though
// it begins from a snapshot of before the first customer: the short form looks
// after each restart, the long one after each tenth. In the end nothing is open,
// and the books have what the institution keeps.
func TestKilledServerLosesNothing(t *testing.T) {
	k := killing{kills: 20, each: 1, from: 50 * time.Millisecond, until: 450 * time.Millisecond, requests: 120}
	if *long {
		k = killing{kills: 200, each: 10, commands: 20_000, from: 200 * time.Millisecond, until: 1200 * time.Millisecond, requests: 1000}
	}
	each(t, func(t *testing.T, i *Installation) {
		n := i.Start()
		c := newCrowd(i, n)
		if err := n.Stop(); err != nil {
			t.Fatal(err)
		}
		n = i.Start()
		c.serve(n)
		close := c.start(8)
		starts := k.run(c, n)
		close()
		c.check()
		c.agree()
		k.report(c, starts)
		c.settle()
	})
}

// run kills the node and its successors, and returns how long they took to
// start. The last one serves on.
func (k killing) run(c *crowd, n *Node) (starts []time.Duration) {
	dice := rand.New(rand.NewPCG(20, 8))
	began := time.Now()
	for len(starts) < k.kills || c.toll().commands < k.commands {
		if c.t.Failed() || len(starts) == 10*k.kills {
			break
		}
		k.await(c, dice)
		n.Kill()
		start := time.Now()
		n = c.i.Start()
		starts = append(starts, time.Since(start))
		c.serve(n)
		if len(starts)%k.each == 0 {
			c.agree()
			c.check()
		}
		k.progress(c, len(starts), began)
	}
	return starts
}

// await waits for the moment to kill.
func (k killing) await(c *crowd, dice *rand.Rand) {
	moment := k.until * 4
	if dice.IntN(2) == 0 {
		moment = k.from + rand.N(k.until-k.from)
	} else {
		c.fuse.Store(int64(1 + dice.IntN(k.requests)))
	}
	select {
	case <-c.lit:
	case <-time.After(moment):
		c.fuse.Store(0)
		select {
		case <-c.lit:
		default:
		}
	}
}

// progress is a line now and then of a run that takes minutes.
func (k killing) progress(c *crowd, kills int, began time.Time) {
	if !*long || kills%10 != 0 {
		return
	}
	told, took := c.toll(), time.Since(began)
	share := min(float64(kills)/float64(k.kills), float64(told.commands)/float64(k.commands))
	left := time.Duration(float64(took) * (1/share - 1)).Round(time.Second)
	fmt.Fprintf(os.Stderr, "%s: kill %d of %d, %d acknowledged, %.0f a second, about %v left\n",
		c.t.Name(), kills, k.kills, told.commands, float64(told.commands)/took.Seconds(), max(left, 0))
}

func (k killing) report(c *crowd, starts []time.Duration) {
	told := c.toll()
	if told.commands < k.commands {
		c.t.Errorf("%d commands were acknowledged, want %d", told.commands, k.commands)
	}
	slices.Sort(starts)
	c.t.Logf("%d kills; %d commands acknowledged, of them %d passes paid for, %d redemptions committed and %d things done with notes; %d requests broke off, %d answers were of an earlier sending, for the moment refused were %v; restarts: median %v, slowest %v",
		len(starts), told.commands, len(told.passes), len(told.receipts), len(told.shares), c.unknown.Load(), c.replays.Load(), c.why,
		starts[len(starts)/2].Round(time.Millisecond), starts[len(starts)-1].Round(time.Millisecond))
}

// check looks, while the customers go on, for what they were told before, and
// has the books proved.
func (c *crowd) check() {
	c.t.Helper()
	told := c.toll()
	d, err := db.Open(context.Background(), c.i.DB, db.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	defer d.Close() // Not kept open: who opens the file after a kill is the next server.
	lost, err := told.lost(context.Background(), d)
	if err != nil {
		c.t.Fatal(err)
	}
	for n, what := range lost {
		if n == 10 {
			c.t.Errorf("and %d more", len(lost)-n)
			break
		}
		c.t.Errorf("lost: %s", what)
	}
	if out, err := c.i.Try("ledger", "prove"); err != nil {
		c.t.Errorf("the books: %v\n%s", err, out)
	}
	if err := d.Check(context.Background()); err != nil {
		c.t.Error(err)
	}
}

// settle waits until no payment is open and compares the books with what the
// institution keeps.
func (c *crowd) settle() {
	c.t.Helper()
	d := c.i.Open()
	defer d.Close()
	type row struct {
		No, State string
		Amount    money.Amount
	}
	var all []row
	patient, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for {
		open := 0
		err := d.View(patient, func(tx *db.Tx) (err error) {
			all, err = db.All[row](tx, `SELECT no, state, amount FROM payment_payments`)
			return err
		})
		if err != nil {
			c.t.Fatal(err)
		}
		for _, p := range all {
			if p.State != "paid" && p.State != "closed" {
				open++
			}
		}
		if open == 0 {
			break
		}
		select {
		case <-patient.Done():
			c.t.Fatalf("%d payments stay open", open)
		case <-time.After(50 * time.Millisecond):
		}
	}
	truth, err := c.i.Sandbox.Truth(patient)
	if err != nil {
		c.t.Fatal(err)
	}
	kept := map[string]money.Amount{}
	for _, charge := range truth.Charges {
		if charge.Status == sandbox.Paid {
			kept[charge.No] = charge.Amount - charge.Refunded
		}
	}
	for _, p := range all {
		if p.State == "paid" && kept[p.No] != p.Amount {
			c.t.Errorf("%s: paid %v, the institution keeps %v", p.No, p.Amount, kept[p.No])
		}
		if p.State == "paid" {
			delete(kept, p.No)
		}
	}
	if len(kept) > 0 {
		c.t.Errorf("the institution keeps what we do not know of: %v", kept)
	}
}
