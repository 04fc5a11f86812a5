package web

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// A door bounds the connections of a listener, in all and from one address.
// When it is full, the connection that has been quiet the longest makes room
// for a new one. Quiet is one that holds no slot and no stream: that waits for
// its next request, or sends one a byte at a time. So whoever opens connections
// to keep them closes his own, and not those that are at work.
type door struct {
	net.Listener
	most, each int
	counts     func(netip.Addr) bool // Whether an address is one client's.

	mu        sync.Mutex
	guests    int
	addresses map[netip.Addr]int
	quiet     *list.List // Of *guest, the longest quiet first.
}

// A guest is one connection.
type guest struct {
	net.Conn
	door    *door
	address netip.Addr
	place   *list.Element // Among the quiet; nil while it is at work.
	closed  bool
}

func newDoor(l net.Listener, most, each int, counts func(netip.Addr) bool) *door {
	return &door{Listener: l, most: most, each: each, counts: counts, addresses: map[netip.Addr]int{}, quiet: list.New()}
}

// full is what a connection is told for which there is no room at all.
const full = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

// Accept returns the next connection that there is room for.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		g := &guest{Conn: conn, door: d}
		if at, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
			g.address = at.Addr().Unmap()
		}
		leaving, ok := d.admit(g)
		if leaving != nil {
			leaving.Close()
		}
		if ok {
			return g, nil
		}
		conn.SetWriteDeadline(time.Now().Add(time.Millisecond))
		conn.Write([]byte(full))
		conn.Close()
	}
}

// admit finds room for g; leaving is the connection that makes it.
func (d *door) admit(g *guest) (leaving *guest, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	crowded := d.addresses[g.address] >= d.each && d.counts(g.address)
	if crowded || d.guests >= d.most {
		for e := d.quiet.Front(); e != nil && leaving == nil; e = e.Next() {
			if q := e.Value.(*guest); !crowded || q.address == g.address {
				leaving = q
			}
		}
		if leaving == nil {
			return nil, false
		}
		d.forget(leaving)
	}
	d.guests++
	d.addresses[g.address]++
	g.place = d.quiet.PushBack(g)
	return leaving, true
}

// forget counts a connection out.
func (d *door) forget(g *guest) {
	if g.closed {
		return
	}
	g.closed = true
	d.guests--
	if d.addresses[g.address]--; d.addresses[g.address] == 0 {
		delete(d.addresses, g.address)
	}
	if g.place != nil {
		d.quiet.Remove(g.place)
		g.place = nil
	}
}

// Close closes the connection and gives its place back.
func (g *guest) Close() error {
	g.door.mu.Lock()
	g.door.forget(g)
	g.door.mu.Unlock()
	return g.Conn.Close()
}

// work says that the connection is at work, and must not make room.
func (g *guest) work() {
	if g == nil {
		return
	}
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	if g.place != nil {
		g.door.quiet.Remove(g.place)
		g.place = nil
	}
}

// rest says that it is quiet from now on.
func (g *guest) rest() {
	if g == nil {
		return
	}
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	if g.closed {
		return
	}
	if g.place != nil {
		g.door.quiet.MoveToBack(g.place)
		return
	}
	g.place = g.door.quiet.PushBack(g)
}

type guestKey struct{}

// greet lets requests know their connection, as a guest and as a line.
func greet(ctx context.Context, c net.Conn) context.Context {
	if g, ok := c.(*guest); ok {
		ctx, c = context.WithValue(ctx, guestKey{}, g), g.Conn
	}
	if p, ok := c.(*plainspoken); ok {
		ctx = context.WithValue(ctx, lineKey{}, p)
	}
	return ctx
}

// guestOf is the request's connection; nil when there is no door.
func guestOf(r *http.Request) *guest {
	g, _ := r.Context().Value(guestKey{}).(*guest)
	return g
}
