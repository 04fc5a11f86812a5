package web

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// A building is an edge on a real listener with a door of so many places.
type building struct {
	*house
	t       *testing.T
	address string
}

func newBuilding(t *testing.T, o Options) *building {
	t.Helper()
	h := newHouse(t, o)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, done := h.Server(""), make(chan error, 1)
	go func() { done <- s.Serve(h.Listener(l)) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return &building{h, t, l.Addr().String()}
}

// A caller is one connection from outside.
type caller struct {
	net.Conn
	t    *testing.T
	from *bufio.Reader
}

func (b *building) call() *caller {
	b.t.Helper()
	c, err := new(net.Dialer).DialContext(b.t.Context(), "tcp", b.address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(10 * time.Second))
	return &caller{c, b.t, bufio.NewReader(c)}
}

// get asks on the connection and returns the status; 0 when it is closed.
func (c *caller) get(path string) int {
	c.t.Helper()
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return 0
	}
	r, err := http.ReadResponse(c.from, nil)
	if err != nil {
		return 0
	}
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
	return r.StatusCode
}

// gone waits until the other side has closed the connection.
func (c *caller) gone() bool {
	_, err := io.Copy(io.Discard, c.from)
	var late net.Error
	return !errors.As(err, &late) || !late.Timeout()
}

// TestTheQuietMakeRoom proves that a full door closes the connection that has
// been quiet the longest, one that sends its head a byte at a time as well, and
// not the one that just asked.
func TestTheQuietMakeRoom(t *testing.T) {
	b := newBuilding(t, Options{Slots: 4, Connections: 3})
	slow := b.call()
	io.WriteString(slow, "GET / HTTP/1.1\r\nHost: ")
	idle := b.call()
	if got := idle.get("/"); got != 200 {
		t.Fatal(got)
	}
	late := b.call()
	if got := late.get("/"); got != 200 {
		t.Fatal(got)
	}
	if got := b.call().get("/"); got != 200 || !slow.gone() {
		t.Errorf("a fourth connection: %d", got)
	}
	if got := late.get("/"); got != 200 {
		t.Errorf("the connection that came last: %d", got)
	}
	if got := b.call().get("/"); got != 200 || !idle.gone() {
		t.Errorf("a fifth connection: %d", got)
	}
	if got := b.Load().Connections; got != 3 {
		t.Errorf("%d connections", got)
	}
}

// TestWhoIsAtWorkStays proves that neither a request at work nor a stream makes
// room: the new one is refused then, and there is room again afterwards.
func TestWhoIsAtWorkStays(t *testing.T) {
	b := newBuilding(t, Options{Slots: 4, Connections: 2})
	begun, end := make(chan bool), make(chan bool)
	b.do = func(w http.ResponseWriter, r *http.Request) error {
		begun <- true
		<-end
		return hello(w, r)
	}
	busy := b.call()
	answered := make(chan int)
	go func() { answered <- busy.get("/") }()
	<-begun
	stays := b.call()
	go func() { answered <- stays.get("/thing/1") }()
	<-begun
	refused, err := http.ReadResponse(b.call().from, nil)
	if err != nil || refused.StatusCode != 503 || refused.Header.Get("Retry-After") == "" {
		t.Errorf("a third connection: %v %v", refused, err)
	}
	close(end)
	if one, two := <-answered, <-answered; one != 200 || two != 200 {
		t.Errorf("those at work: %d and %d", one, two)
	}
	third := b.call()
	go func() { <-begun }()
	if got := third.get("/"); got != 200 {
		t.Errorf("afterwards: %d", got)
	}
}

// TestOneAddressHasItsPart proves that one address makes its own connections
// give way, and that a proxy's, which are many clients', are not bounded so.
func TestOneAddressHasItsPart(t *testing.T) {
	d := newDoor(nil, 100, 2, func(at netip.Addr) bool { return at.String() != "10.0.0.9" })
	from := func(address string) *guest {
		c, _ := net.Pipe()
		return &guest{Conn: c, door: d, address: netip.MustParseAddr(address)}
	}
	first, other := from("10.0.0.1"), from("10.0.0.2")
	var gave []string
	for _, g := range []*guest{other, first, from("10.0.0.1"), from("10.0.0.1"), from("10.0.0.9"), from("10.0.0.9"), from("10.0.0.9")} {
		leaving, ok := d.admit(g)
		if !ok {
			t.Fatalf("%s was refused", g.address)
		}
		if leaving != nil {
			gave = append(gave, leaving.address.String())
			if leaving != first {
				t.Error("it was not the first that gave way")
			}
		}
	}
	if strings.Join(gave, " ") != "10.0.0.1" {
		t.Errorf("those of %v gave way", gave)
	}
	at := from("10.0.0.3")
	d.admit(at)
	at.work()
	also := from("10.0.0.3")
	d.admit(also)
	also.work()
	if _, ok := d.admit(from("10.0.0.3")); ok {
		t.Error("a third of an address whose two are at work was let in")
	}
	at.Close()
	at.Close()
	at.rest()
	if _, ok := d.admit(from("10.0.0.3")); !ok {
		t.Error("its place did not come back")
	}
}
