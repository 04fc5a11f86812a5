package abuse

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/proof"
)

const (
	drippers = 500    // Who send a byte a second: as many a header, and as many a body.
	idlers   = 10_000 // Who ask once and then keep their connection, if the machine has so many files.
	seats    = 4096   // Connections that a node has.
)

// slowClients is played with the real binary and its own bounds. While 500
// headers and 500 bodies arrive a byte a second, and then while 10,000
// connections are kept for nothing, a member redeems and strangers look, each
// on a connection of his own, and none of them is refused. In the end the node
// has closed what was slow, and let go of everything.
func slowClients(t *testing.T) {
	i := proof.Found(t, db.SQLite)
	n := i.Start()
	v := &visitors{T: t, node: n, city: n.Settle(10)}
	v.come("before")
	// What the visitors' own client keeps open is not counted.
	at, err := n.Settles("rest", func(s proof.Standing) bool { return s.Working == 0 })
	if err != nil {
		t.Fatal(err)
	}

	headers := dripMany(t, n, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	bodies := dripMany(t, n, "POST /api/v1/challenges HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
	if s, err := n.Settles("hold the slow", func(s proof.Standing) bool { return s.Connections >= drippers }); err != nil {
		t.Error(err)
	} else if s.Working > 0 {
		t.Errorf("what is still arriving works: %+v", s)
	}
	v.come("while headers and bodies drip")
	for what, left := range map[string]*atomic.Int64{"headers": headers, "bodies": bodies} {
		await(t, "the node closes what drips its "+what, func() bool { return left.Load() == 0 })
	}

	keep := idle(t, n)
	if s, err := n.Standing(); err != nil || s.Connections > seats {
		t.Errorf("%d connections are kept for nothing: %+v, %v", len(keep), s, err)
	}
	v.come(fmt.Sprintf("while %d connections are idle", len(keep)))
	for _, c := range keep {
		c.Close()
	}
	_, err = n.Settles("let go", func(s proof.Standing) bool {
		return s.Connections <= at.Connections+2 && s.Goroutines <= at.Goroutines+8
	})
	if err != nil {
		t.Errorf("%v; at the start %+v", err, at)
	}
}

// await waits for what has to come.
func await(t *testing.T, what string, come func() bool) {
	t.Helper()
	for give := time.Now().Add(time.Minute); !come(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(give) {
			t.Fatal("it does not come: " + what)
		}
	}
}

// Visitors are the others, who must not notice.
type visitors struct {
	*testing.T
	node *proof.Node
	city *proof.City
	met  int
}

// come has a new member sign in, buy and redeem, and strangers look, each
// request on a connection of its own.
func (v *visitors) come(when string) {
	v.Helper()
	fresh := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
	v.met++
	member, err := v.city.Member(v.Context(), proof.MemberPhone(v.met))
	if err != nil {
		v.Fatalf("%s: %v", when, err)
	}
	member.HTTP = fresh
	staff := v.city.Staff
	staff.HTTP = fresh
	var took []time.Duration
	for range 4 {
		began := time.Now()
		if r, err := proof.Redeem(v.Context(), member, staff, v.city.Shop, 12850); err != nil || r.State != "committed" {
			v.Fatalf("%s: a redemption is %q: %v", when, r.State, err)
		}
		took = append(took, time.Since(began))
		for _, path := range []string{"/", "/shops/" + v.city.Shop, "/card", "/healthz"} {
			v.look(fresh, when, path)
		}
	}
	v.Logf("%s, a whole redemption took %v at most", when, slices.Max(took).Round(time.Millisecond))
}

func (v *visitors) look(client *http.Client, when, path string) {
	v.Helper()
	r, err := http.NewRequestWithContext(v.Context(), http.MethodGet, v.node.Base+path, nil)
	if err != nil {
		v.Fatal(err)
	}
	got, err := client.Do(r)
	if err != nil {
		v.Fatalf("%s: %s: %v", when, path, err)
	}
	defer got.Body.Close()
	if _, err := io.Copy(io.Discard, got.Body); err != nil || got.StatusCode != http.StatusOK {
		v.Errorf("%s: %s: %s, %v", when, path, got.Status, err)
	}
}

// dripMany opens connections that send the text and then a byte a second; left
// is how many of them the node has not closed.
func dripMany(t *testing.T, n *proof.Node, text string) (left *atomic.Int64) {
	t.Helper()
	left = new(atomic.Int64)
	ctx, stop := context.WithCancel(t.Context())
	var open sync.WaitGroup
	for range drippers {
		c := dial(t, n)
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		left.Add(1)
		open.Go(func() {
			defer left.Add(-1)
			defer c.Close()
			closed := make(chan bool)
			open.Go(func() { io.Copy(io.Discard, c); close(closed) })
			for {
				select {
				case <-ctx.Done():
					return
				case <-closed:
					return
				case <-time.After(time.Second):
					io.WriteString(c, "x")
				}
			}
		})
	}
	t.Cleanup(func() { stop(); open.Wait() })
	return left
}

// idle opens as many connections as the machine lets it, asks once on each, and
// keeps them.
func idle(t *testing.T, n *proof.Node) (keep []net.Conn) {
	t.Helper()
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	most := min(idlers, int(files.Cur)-1000)
	if most <= seats {
		t.Logf("the system lets a process open %d files: too few to fill a node's seats", files.Cur)
	}
	answer := make([]byte, 1024)
	for range most {
		c := dial(t, n)
		keep = append(keep, c)
		if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		c.SetReadDeadline(time.Now().Add(time.Minute))
		if got, err := c.Read(answer); err != nil || !strings.HasPrefix(string(answer[:got]), "HTTP/1.1 200 ") {
			t.Fatalf("connection %d: %q, %v", len(keep), answer[:got], err)
		}
	}
	return keep
}

func dial(t *testing.T, n *proof.Node) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(n.Base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
