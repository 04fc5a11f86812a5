package proof

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"citywalk/db/dbtest"
)

// TestFullDisk fills the disk of a SQLite file under a crowd. Whoever wants
// something kept is told to come back and that nothing was done, whoever only
// reads is served, and the node says that it is not ready. Once there is room,
// it goes on by itself, and everything that was acknowledged is there.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t)
	i := FoundOn(t, filepath.Join(disk, "citywalk.db"))
	n := i.Start()
	c := newCrowd(i, n)
	me, err := n.SignIn(t.Context(), MemberPhone(1))
	if err == nil {
		err = c.buy(t.Context(), me)
	}
	if err != nil {
		t.Fatal(err)
	}
	close := c.start(8)
	rounds := 2
	if *long {
		rounds = 10
	}
	for range rounds {
		c.busy(t, 40)
		fill(t, disk)
		c.fullDisk(t, n, me)
		if err := os.Remove(filepath.Join(disk, "ballast")); err != nil {
			t.Fatal(err)
		}
		c.await(t, "the node is ready again", func() bool { return n.status(t, "/readyz") == http.StatusOK })
	}
	c.busy(t, 40)
	close()
	c.check()
	c.settle()
	told := c.toll()
	t.Logf("a disk full %d times; %d commands acknowledged, of them %d redemptions committed; refused %v, at the latest after %v",
		rounds, told.commands, len(told.receipts), c.why, c.slowest.Round(time.Millisecond))
}

// smallDisk mounts a disk of 16 MB, which goes with the test.
func smallDisk(t *testing.T) string {
	t.Helper()
	dbtest.Skip(t, "root")
	dir := t.TempDir()
	if err := syscall.Mount("citywalk", dir, "tmpfs", 0, "size=16m,mode=0700"); err != nil {
		t.Fatalf("a small disk cannot be mounted: %v; run as root, or leave these tests out with CITYWALK_TEST_SKIP=root", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill takes all the room that is left.
func fill(t *testing.T, disk string) {
	t.Helper()
	f, err := os.Create(filepath.Join(disk, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 20, 4 << 10, 1} {
		for err == nil {
			_, err = f.Write(bytes.Repeat([]byte("b"), size))
		}
		if !strings.Contains(err.Error(), "no space left") {
			t.Fatal(err)
		}
		err = nil
	}
}

// fullDisk looks at a node whose disk is full, as a member with a pass.
func (c *crowd) fullDisk(t *testing.T, n *Node, me Client) {
	t.Helper()
	refused := 0 // In a row: what is left of the journal may be written to for a while.
	var a Answer
	c.await(t, "every command is refused", func() bool {
		var err error
		if a, err = me.Send(t.Context(), http.MethodPost, "/codes", Key(), nil); err != nil {
			t.Fatal(err)
		}
		refused++
		if a.Status == http.StatusOK {
			refused = 0
		}
		return refused == 50
	})
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || a.Problem().Code != "web.unavailable" || !bytes.Contains(a.Body, []byte("没有执行")) {
		t.Errorf("a command on a full disk: %s, Retry-After %q", a, a.Header.Get("Retry-After"))
	}
	for path, want := range map[string]int{"/readyz": 503, "/healthz": 200, "/": 200, "/shops/" + c.shop: 200, "/till/signin": 200, "/api/v1/plans": 200, "/api/v1/shops": 200} {
		if got := n.status(t, path); got != want {
			t.Errorf("%s on a full disk: %d, want %d", path, got, want)
		}
	}
	if a, err := c.staff.Send(t.Context(), http.MethodGet, "/shops/"+c.shop+"/redemptions", "", nil); err != nil || a.Status != http.StatusOK {
		t.Errorf("staff reads on a full disk: %s, %v", a, err)
	}
	if out, err := c.i.Try("doctor", "--json"); err == nil || !strings.Contains(out, "nothing can be written") {
		t.Errorf("the doctor on a full disk: %v\n%s", err, out)
	}
}

// refused is how often the crowd was told a code.
func (c *crowd) refused(code string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why[code]
}

// busy waits until so many more commands were acknowledged.
func (c *crowd) busy(t testing.TB, commands int) {
	t.Helper()
	until := c.toll().commands + commands
	c.await(t, fmt.Sprintf("%d more commands are acknowledged", commands), func() bool { return c.toll().commands >= until })
}

// await waits until something is so.
func (c *crowd) await(t testing.TB, what string, so func() bool) {
	t.Helper()
	for began := time.Now(); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("after %v not yet: %s", patience, what)
		}
	}
}

// status is what the node answers to a GET of anybody's.
func (n *Node) status(t testing.TB, path string) int {
	t.Helper()
	w, err := shared.Get(n.Base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	io.Copy(io.Discard, w.Body)
	return w.StatusCode
}
