package proof

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// TestFailoverLosesNothing has a crowd at two nodes when the standby is cut
// off for a while, then the primary loses its power, and the standby is
// plugged in again and promoted. What was asked for while no standby answered
// is told to nobody as done, however often it is asked for again; the nodes
// find the new primary by themselves, and it has all that was acknowledged.
func TestFailoverLosesNothing(t *testing.T) {
	runs := 1
	if *long {
		runs = 5
	}
	for run := range runs {
		t.Run(fmt.Sprint(run+1), failover)
	}
}

// waiting is how long the primary waits for a standby that is cut off: longer
// than a commit is waited for by the nodes and, in the long form, longer than
// the server lets a statement take.
func waiting() time.Duration {
	if *long {
		return 20 * time.Second
	}
	return 8 * time.Second
}

func failover(t *testing.T) {
	primary, standby := pair(t)
	i := FoundOn(t, reach(primary, standby))
	primary.wantStandby(standby)
	first, second := i.Start(), i.Start()
	c := newCrowd(i, first)
	c.serve(first, second)
	close := c.start(8)
	c.busy(t, 100)

	standby.cut()
	c.await(t, "commits are waited for in vain", func() bool { return c.refused("web.outcome_unknown") > 0 })
	told := c.toll().commands
	time.Sleep(waiting())
	during := c.toll().commands - told
	if got := first.status(t, "/api/v1/plans"); got != http.StatusOK {
		t.Errorf("reading while no standby answers: %d", got)
	}
	primary.kill()
	standby.mend()
	standby.exec("postgres", `SELECT pg_promote()`)
	began := time.Now()
	c.await(t, "a command is acknowledged again", func() bool { return c.toll().commands > told+during })
	resumed := time.Since(began)
	c.busy(t, 100)
	close()
	c.check()
	c.settle()
	all := c.toll()
	t.Logf("%d commands acknowledged, of them %d before the standby was cut off, %d until the primary died, and %d redemptions committed; refused %v; served again %v after the promotion",
		all.commands, told, during, len(all.receipts), c.why, resumed.Round(time.Millisecond))
}

// pair is a primary and a standby, for which it does not wait yet.
func pair(t *testing.T) (primary, standby *machine) {
	t.Helper()
	primary, standby = newMachine(t), newMachine(t)
	primary.found()
	standby.follow(primary)
	return primary, standby
}

// wantStandby has the primary wait for the standby from now on.
func (m *machine) wantStandby(standby *machine) {
	m.t.Helper()
	m.exec("postgres", `ALTER SYSTEM SET synchronous_standby_names = '*'`)
	m.exec("postgres", `SELECT pg_reload_conf()`)
	for began := time.Now(); m.ask(`SELECT COALESCE(MAX(sync_state), 'none') FROM pg_stat_replication`) != "sync"; time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > patience {
			m.t.Fatalf("the standby does not follow\n%s", standby.log)
		}
	}
}

// TestDoctorWantsASynchronousStandby examines an installation in production
// whose standby is asynchronous, then synchronous, then dead.
func TestDoctorWantsASynchronousStandby(t *testing.T) {
	primary, standby := pair(t)
	i := FoundOn(t, reach(primary))
	expect := func(when, want string) {
		t.Helper()
		checks, content := i.Doctor("--production")
		if got := checks["standby"]; got.State != want || want == "bad" && content {
			t.Errorf("%s: %+v, want %s; content: %v", when, got, want, content)
		}
	}
	expect("asynchronous", "bad")
	primary.wantStandby(standby)
	expect("synchronous", "ok")
	standby.kill()
	expect("dead", "bad")
}
