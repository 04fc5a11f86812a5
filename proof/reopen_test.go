package proof

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/payment/sandbox"
)

// restoreLong is what make restore-drill runs: as many payments and as long a
// loss as docs/reliability.md says.
var restoreLong = flag.Bool("restore.long", false, "run the long form of the test of a restore")

// A turnBack says how many payments there are and how many of them, or how
// much time, a restore takes away.
type turnBack struct {
	payments, lost int
	since          time.Duration
}

// TestRestoreToAnEarlierMinute is T-RESTORE2. Customers pay while a backup is
// made and after it. Then the server is killed and the backup is restored.
// Reopening is killed in the middle and run again. Nobody was charged twice,
// each payment that was lost went back once and is on the list, what the books
// have is what the institution keeps, the epoch is the next one, and customers
// come again.
func TestRestoreToAnEarlierMinute(t *testing.T) {
	b := turnBack{payments: 60, lost: 40}
	if *restoreLong {
		b = turnBack{payments: 5000, lost: 1, since: 90 * time.Second}
	}
	each(t, func(t *testing.T, i *Installation) {
		n := i.Start()
		c := newCrowd(i, n)
		close := c.start(8)
		b.pay(c, b.payments-b.lost-min(b.payments/4, 2500))
		path, m := i.backup("then")
		copied, paid := time.Now(), c.paid()
		b.pay(c, max(b.payments, paid+b.lost))
		for time.Since(copied) < b.since {
			time.Sleep(time.Second)
		}
		close()
		n.Kill()
		gone, began := time.Since(copied), time.Now()
		i.Command("restore", path)
		restored := time.Since(began)
		n = i.Start()
		lost, before := i.lost(), len(i.truth().Refunds)
		dry := i.reopen("--dry-run")
		i.lists("the dry run", dry, lost)
		i.reopenAndKill(len(lost) / 3)
		began = time.Now()
		r := i.reopen()
		t.Logf("%d payments, %d of them lost with the last %v; restored in %v, checked and given back in %v after a run that was killed; %s",
			c.paid(), len(lost), gone.Round(time.Second), restored.Round(time.Millisecond), time.Since(began).Round(time.Millisecond), r.kinds())
		i.lists("the list", r, lost)
		i.agrees(before + len(lost))
		if e := i.epoch(); e.Epoch != m.Epoch+1 || e.Closed != "" || !r.Open {
			t.Errorf("reopened, it is %+v: %+v", e, r)
		}
		c.comeAgain(n)
	})
}

// paid counts what the crowd knows to be paid.
func (c *crowd) paid() int {
	told := c.toll()
	return len(told.passes) + len(told.receipts)
}

// pay waits until so much is paid.
func (b turnBack) pay(c *crowd, payments int) {
	c.t.Helper()
	give := time.After(30 * time.Minute)
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for c.paid() < payments && !c.t.Failed() {
		select {
		case <-give:
			c.t.Fatalf("%d payments in half an hour, want %d", c.paid(), payments)
		case <-tick.C:
			if *restoreLong {
				fmt.Fprintf(os.Stderr, "%s: %d of %d payments\n", c.t.Name(), c.paid(), b.payments)
			}
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// lost is what the institution has taken and the books do not know, by number.
func (i *Installation) lost() map[string]int64 {
	i.t.Helper()
	known := map[string]bool{}
	d := i.Open()
	defer d.Close()
	err := d.View(i.t.Context(), func(tx *db.Tx) error {
		return db.Each(tx, func(no string) error { known[no] = true; return nil }, `SELECT no FROM payment_payments`)
	})
	if err != nil {
		i.t.Fatal(err)
	}
	lost := map[string]int64{}
	for _, c := range i.truth().Charges {
		if !known[c.No] && c.Status == sandbox.Paid {
			lost[c.No] = int64(c.Amount)
		}
	}
	if len(lost) == 0 {
		i.t.Error("nothing was lost")
	}
	return lost
}

// lists compares a list with what was lost, to the fen.
func (i *Installation) lists(what string, r reopening, lost map[string]int64) {
	i.t.Helper()
	n := 0
	for _, f := range r.Found {
		if f.What != "lost" {
			continue
		}
		n++
		if lost[f.Payment] != f.Amount || f.Payer == "" || f.Subject == "" {
			i.t.Errorf("%s has %+v, the institution took %d", what, f, lost[f.Payment])
		}
	}
	if n != len(lost) {
		i.t.Errorf("%s has %d lost payments, want %d", what, n, len(lost))
	}
}

// reopenAndKill kills a reopening as soon as the institution has made so many
// refunds. The institution takes its time over each, so that they take a second
// together and the reopening is in the middle of them.
func (i *Installation) reopenAndKill(refunds int) {
	i.t.Helper()
	slow := sandbox.Fault{Call: sandbox.CallRefund, Kind: sandbox.Delay, Times: 1 << 30, Delay: 8 * time.Second / time.Duration(refunds)}
	if err := i.Sandbox.SetFaults(i.t.Context(), 0, slow); err != nil {
		i.t.Fatal(err)
	}
	before := len(i.truth().Refunds)
	cmd := exec.Command(program, "reopen", "--json", "--sandbox-url", i.sandboxURL, "--db", i.DB, "--secrets", i.Secrets)
	var said bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = i.environment(), &said, &said
	if err := cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { cmd.Wait(); close(done) }()
	for len(i.truth().Refunds)-before < refunds {
		select {
		case <-done:
			i.t.Fatalf("it ended before it could be killed: %s", said.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
	cmd.Process.Kill()
	<-done
	if err := i.Sandbox.SetFaults(i.t.Context(), 0); err != nil {
		i.t.Fatal(err)
	}
	if e := i.epoch(); e.Closed != "restored" {
		i.t.Errorf("a reopening that was killed left %+v", e)
	}
}

// comeAgain lets a customer in once more, through the node that was closed.
func (c *crowd) comeAgain(n *Node) {
	c.t.Helper()
	for status := 0; status != 200; {
		status, _ = page(c.t, n, "/readyz")
	}
	member, err := (&City{Node: n}).Member(c.t.Context(), MemberPhone(9))
	if err == nil {
		_, err = Redeem(c.t.Context(), member, c.staff.At(n), c.shop, 10_000)
	}
	if err != nil {
		c.t.Errorf("after it was opened: %v", err)
	}
}

// TestAnInterruptedRestoreIsRunAgain kills restores at random moments: the
// database is the one from before or the restored one, or out of reach on
// PostgreSQL where it was being exchanged; and another restore goes through.
func TestAnInterruptedRestoreIsRunAgain(t *testing.T) {
	each(t, func(t *testing.T, i *Installation) {
		n := i.Start()
		n.Settle(10)
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
		path, m := i.backup("then")
		began := time.Now()
		i.Command("restore", "--dry-run", path)
		whole := time.Since(began)
		for k := range 8 {
			cmd := exec.Command(program, "restore", path, "--db", i.DB, "--secrets", i.Secrets)
			cmd.Env = i.environment()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(whole * time.Duration(k+1) / 7)
			cmd.Process.Kill()
			cmd.Wait()
			if out, err := i.Try("audit", "verify"); err != nil && strings.Contains(out, "not currently accepting connections") {
				continue // In the moment of the exchange; the next restore goes through.
			}
			if e := i.epoch(); e.Name != m.Database || e.Epoch < m.Epoch || e.Epoch > m.Epoch && e.Closed != "restored" {
				t.Errorf("killed at %d of 7: %+v", k+1, e)
			}
			if out, err := i.Try("ledger", "prove"); err != nil {
				t.Errorf("killed at %d of 7: %v\n%s", k+1, err, out)
			}
		}
		i.Command("restore", path)
		if e := i.epoch(); e.Closed != "restored" || e.Epoch <= m.Epoch {
			t.Errorf("restored, it is %+v", e)
		}
		if left, err := filepath.Glob(i.DB + ".part*"); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v (%v)", left, err)
		}
		if r := i.reopen(); !r.Open || len(r.Found) > 0 || !strings.HasPrefix(r.Closed, "restored") {
			t.Errorf("reopened: %+v", r)
		}
	})
}
