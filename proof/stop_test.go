package proof

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/payment/sandbox"
)

// TestStoppedNodeFinishes asks node after node to end (SIGTERM) under a crowd
// and a slow institution. Whatever a node has taken it finishes and answers, no
// request is broken off or answered with an error of the server's, and it
// leaves no job behind as if it were still at it. On PostgreSQL another node
// serves meanwhile; on SQLite the next one starts when the first has ended.
func TestStoppedNodeFinishes(t *testing.T) {
	stops := 5
	if *long {
		stops = 50
	}
	each(t, func(t *testing.T, i *Installation) {
		err := i.Sandbox.SetFaults(t.Context(), 6, sandbox.Fault{Call: sandbox.CallCreate, Kind: sandbox.Delay, Percent: 50, Delay: 200 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		n := i.Start()
		c := newCrowd(i, n)
		close := c.start(8)
		several := strings.Contains(i.DB, "://")
		var slowest time.Duration
		for range stops {
			c.busy(t, 20)
			next := n
			if several {
				next = i.Start()
				c.serve(next)
			}
			slowest = max(slowest, n.stopped(t))
			if !several {
				left(t, i)
				next = i.Start()
				c.serve(next)
			}
			n = next
		}
		c.busy(t, 20)
		close()
		c.settle()
		c.check()
		n.stopped(t)
		left(t, i)
		if len(c.why) > 0 || c.broken.Load() > 0 {
			t.Errorf("refused %v, broken off %d", c.why, c.broken.Load())
		}
		t.Logf("%d stops, the slowest took %v; %d commands acknowledged, of them %d redemptions committed; %d requests found nobody",
			stops, slowest.Round(time.Millisecond), c.toll().commands, len(c.toll().receipts), c.unknown.Load())
	})
}

// stopped asks the node to end and says how long that took.
func (n *Node) stopped(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	if err := n.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-n.Gone()
	if n.err != nil {
		t.Errorf("asked to end, it ended with %v\n%s", n.err, n.Log())
	}
	if at := strings.Index(n.Log(), " status=5"); at >= 0 {
		t.Errorf("it answered with an error: %.300s", n.Log()[max(0, at-150):])
	}
	return time.Since(began)
}

// left looks for jobs that nobody is at and that say otherwise.
func left(t *testing.T, i *Installation) {
	t.Helper()
	d, err := db.Open(t.Context(), i.DB, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.View(t.Context(), func(tx *db.Tx) error {
		kinds, err := db.All[string](tx, `SELECT kind FROM jobs_jobs WHERE state = 'running'`)
		if len(kinds) > 0 {
			t.Errorf("left behind as running: %v", kinds)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
