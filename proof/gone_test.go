package proof

import (
	"net/http"
	"testing"
	"time"
)

// TestDatabaseGone takes the PostgreSQL server away from a node under a crowd:
// once it falls silent, once its cable is pulled. Everybody is soon told to
// come back, nothing piles up in the node, and when the server is back the
// node goes on by itself with everything that was acknowledged.
func TestDatabaseGone(t *testing.T) {
	m := newMachine(t)
	m.found()
	i := FoundOn(t, reach(m))
	n := i.Start()
	c := newCrowd(i, n)
	close := c.start(8)
	for _, way := range []struct {
		name       string
		gone, back func()
	}{{"silent", m.stop, m.resume}, {"cut off", m.cut, m.mend}} {
		c.busy(t, 40)
		c.outage(n, way.name, way.gone, way.back)
	}
	c.busy(t, 40)
	close()
	c.check()
	c.settle()
}

// outage takes the node's database away for a while.
func (c *crowd) outage(n *Node, name string, gone, back func()) {
	c.t.Helper()
	length := 8 * time.Second
	if *long {
		length = 30 * time.Second
	}
	before, err := n.Standing()
	if err != nil {
		c.t.Fatal(err)
	}
	c.told(func() { c.why, c.slowest = map[string]int{}, 0 })
	gone()
	time.Sleep(length)
	during, err := n.Standing()
	if err != nil {
		c.t.Fatal(err)
	}
	told := c.toll().commands
	if got := n.status(c.t, "/readyz"); got != http.StatusServiceUnavailable {
		c.t.Errorf("%s: /readyz is %d", name, got)
	}
	if got := n.status(c.t, "/healthz"); got != http.StatusOK {
		c.t.Errorf("%s: /healthz is %d", name, got)
	}
	began := time.Now()
	back()
	c.await(c.t, "a command is acknowledged again", func() bool { return c.toll().commands > told })
	resumed := time.Since(began)
	c.await(c.t, "the node is ready again", func() bool { return n.status(c.t, "/readyz") == http.StatusOK })
	c.told(func() {
		c.t.Logf("%s for %v: refused %v, at the latest after %v; goroutines %d before and %d at its end; served again after %v",
			name, length, c.why, c.slowest.Round(time.Millisecond), before.Goroutines, during.Goroutines, resumed.Round(time.Millisecond))
	})
	if during.Goroutines > before.Goroutines+100 {
		c.t.Errorf("%s: %d goroutines became %d", name, before.Goroutines, during.Goroutines)
	}
	if *long && resumed > 5*time.Second {
		c.t.Errorf("%s: served again only after %v", name, resumed)
	}
}
