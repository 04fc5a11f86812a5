package proof

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"citywalk/db"
)

// TestANodeOfTheLifeBeforeStops leaves a node running under customers while
// the database is restored, by the command and by hand. What it is asked from
// then on is refused, and it ends and says why; the restored database has what
// the copy has and no more. Nodes that then start together agree on it.
func TestANodeOfTheLifeBeforeStops(t *testing.T) {
	for _, w := range ways[:2] {
		t.Run(w.name, func(t *testing.T) {
			i := Found(t, db.Postgres)
			n := i.Start()
			h := hammer{t: t, codes: make([]atomic.Int64, 2)}
			city := n.Settle(10)
			for k := range 4 {
				member, err := city.Member(t.Context(), MemberPhone(k+1))
				if err != nil {
					t.Fatal(err)
				}
				h.members = append(h.members, member)
			}
			file := filepath.Join(i.dir, "copy")
			w.copy(i, file)
			copied := i.epoch()
			end := h.start()
			for h.codes[0].Load() < 50 || !copied.Before(i.epoch()) { // What is younger than a beat is not told apart.
				time.Sleep(20 * time.Millisecond)
			}
			w.back(i, file)
			h.restored.Store(true)
			end()
			if n := h.codes[1].Load(); n > 0 {
				t.Errorf("%d commands were carried out in another life", n)
			}
			if !strings.Contains(n.Log(), "this server knew the later one and stops") {
				t.Errorf("the node says:\n%.3000s", n.Log())
			}
			var several errgroup.Group
			for range 3 {
				several.Go(func() error { _, err := i.TryStart(nil); return err })
			}
			if err := several.Wait(); err != nil {
				t.Error(err)
			}
			if now := i.epoch(); now.Closed != w.why || now.Epoch != copied.Epoch+1 {
				t.Errorf("the restored database is %+v", now)
			}
			if left := i.codes(); left != 0 {
				t.Errorf("the restored database has %d codes of the life before", left)
			}
			t.Logf("%d codes were drawn before; %v", h.codes[0].Load(), h.refused())
		})
	}
}

// A hammer is members who draw codes at a node until it is gone.
type hammer struct {
	t        *testing.T
	members  []Client
	restored atomic.Bool
	codes    []atomic.Int64 // Drawn by what was asked before, and after.
	mu       sync.Mutex
	why      map[string]int
}

// start lets the members draw, not too fast; end waits until the node is gone.
func (h *hammer) start() (end func()) {
	h.why = map[string]int{}
	var all sync.WaitGroup
	for _, m := range h.members {
		all.Go(func() {
			for give := time.Now().Add(2 * patience); time.Now().Before(give); {
				select {
				case <-m.Node.Gone():
					return
				default:
					h.draw(m)
				}
			}
			h.t.Error("the node goes on")
		})
	}
	return all.Wait
}

func (h *hammer) draw(m Client) {
	after := 0
	if h.restored.Load() {
		after = 1
	}
	a, err := m.Send(h.t.Context(), "POST", "/codes", Key(), nil)
	switch {
	case err == nil && a.Status == http.StatusOK:
		h.codes[after].Add(1)
	case err == nil:
		h.mu.Lock()
		h.why[a.Problem().Code]++
		h.mu.Unlock()
	}
	time.Sleep(5 * time.Millisecond)
}

func (h *hammer) refused() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.why
}

// codes counts the codes that were drawn.
func (i *Installation) codes() (n int) {
	i.t.Helper()
	d := i.Open()
	defer d.Close()
	err := d.View(i.t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, `SELECT COUNT(*) FROM redeem_codes`)
		return err
	})
	if err != nil {
		i.t.Fatal(err)
	}
	return n
}

// TestASilentProvider starts a server, over a database that was left alone for
// a minute, whose institution does not answer. Where the database is as it was
// left, everybody is served; where it was never seen, nobody is until the
// institution has spoken.
func TestASilentProvider(t *testing.T) {
	each(t, func(t *testing.T, i *Installation) {
		n := i.Start()
		n.Settle(10)
		nobody := "http://" + FreeAddress(t)
		for _, known := range []bool{true, false} {
			if err := n.Stop(); err != nil {
				t.Error(err)
			}
			i.age()
			want := http.StatusOK
			if !known {
				want = http.StatusServiceUnavailable
				if err := os.RemoveAll(filepath.Join(i.dir, "seen")); err != nil {
					t.Fatal(err)
				}
			}
			n = i.StartUnder(nil, "--sandbox-url", nobody)
			if status, _ := page(t, n, "/readyz"); status != want {
				t.Errorf("known %v: ready is answered %d, want %d\n%s", known, status, want, n.Log())
			}
		}
		if out, err := i.Try("reopen", "--sandbox-url", nobody); err == nil || !strings.Contains(out, "does not answer, so it stays closed") {
			t.Errorf("reopened without the institution: %s", out)
		}
		if e := i.epoch(); e.Closed != "unsure" {
			t.Errorf("it is %+v", e)
		}
		if r := i.reopen(); !r.Open || len(r.Found) > 0 {
			t.Errorf("reopened: %+v", r)
		}
	})
}
