package web

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"citywalk/account"
)

// A counted listener counts what its connections write, and lets none write
// that is broken.
type counted struct {
	net.Listener
	writes atomic.Int64
	broken atomic.Bool
}

type countedConn struct {
	net.Conn
	by *counted
}

func (c *counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	return countedConn{conn, c}, err
}

func (c countedConn) Write(b []byte) (int, error) {
	c.by.writes.Add(1)
	if c.by.broken.Load() {
		n, _ := c.Conn.Write(b[:len(b)/2])
		return n, errors.New("broken")
	}
	return c.Conn.Write(b)
}

// An answer goes out in one piece with its head, whatever its length, and the
// next one on the connection comes after it.
func TestAnAnswerGoesOutInOnePiece(t *testing.T) {
	for _, bound := range []int{0, 10} { // Without a door and with one.
		e := New(Options{Account: new(account.Service), Connections: bound, Neighbours: bound})
		e.Handle("GET /of/{n}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := 0
			fmt.Sscan(r.PathValue("n"), &n)
			write(w, r, http.StatusOK, "text/plain", []byte(strings.Repeat("x", n)))
		}))
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		under := &counted{Listener: l}
		server := e.Server("")
		go server.Serve(e.Listener(under))
		t.Cleanup(func() { server.Close() })
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		ask := func(n int) (int, error) {
			fmt.Fprintf(conn, "GET /of/%d HTTP/1.1\r\nHost: x\r\n\r\n", n)
			answer, err := http.ReadResponse(in, nil)
			if err != nil {
				return 0, err
			}
			body, err := io.ReadAll(answer.Body)
			return len(body), err
		}
		for _, n := range []int{0, 1, 2000, 3000, 4000, 7000, 8192, 20_000, heldMax} {
			before := under.writes.Load()
			if got, err := ask(n); got != n || err != nil {
				t.Fatalf("%d bytes, %v; want %d", got, err, n)
			}
			if pieces := under.writes.Load() - before; pieces != 1 {
				t.Errorf("%d bytes went out in %d pieces", n, pieces)
			}
		}
		if got, err := ask(heldMax + 1); got != heldMax+1 || err != nil {
			t.Errorf("a long answer: %d bytes, %v", got, err)
		}
		under.broken.Store(true)
		conn.SetReadDeadline(time.Now().Add(10 * time.Second)) // Who left the connection open would not be heard of.
		if got, err := ask(9000); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after half an answer: %d bytes, %v; want a closed connection", got, err)
		}
		under.broken.Store(false)
		if _, err := ask(1); err == nil {
			t.Error("there is an answer after half of one")
		}
	}
}
