package web

import (
	"errors"
	"net/http"
	"sync"
)

// The server has four kilobytes of room for what it writes to a connection, so
// that most answers would go out in two pieces, and wake up twice whoever waits
// for them. A connection that holds keeps what is written to it, and lets it go
// in one.

// heldMax is the longest body that is held, and the most room that is kept.
const heldMax = 64 << 10

var rooms = sync.Pool{New: func() any { return new(make([]byte, 0, 16<<10)) }}

// hold keeps back what is written until letGo.
func (p *plainspoken) hold() { p.held = rooms.Get().(*[]byte) }

// letGo writes what was held. If that fails, the connection is closed: nobody
// could tell where the answer after it begins.
func (p *plainspoken) letGo() error {
	held := p.held
	p.held = nil
	_, err := p.Conn.Write(*held)
	if err != nil {
		p.Conn.Close()
	}
	if cap(*held) <= heldMax {
		*held = (*held)[:0]
		rooms.Put(held)
	}
	return err
}

// Write writes, or keeps b.
func (p *plainspoken) Write(b []byte) (int, error) {
	if p.held == nil {
		return p.Conn.Write(b)
	}
	*p.held = append(*p.held, b...)
	return len(b), nil
}

type lineKey struct{}

// lineOf is the request's connection; nil where none of ours is listened on.
func lineOf(r *http.Request) *plainspoken {
	p, _ := r.Context().Value(lineKey{}).(*plainspoken)
	return p
}

// Send writes the whole body of an answer, whose length was said, and with it
// the answer's head.
func Send(w http.ResponseWriter, r *http.Request, body []byte) (err error) {
	line := state(r).line
	if line == nil || len(body) > heldMax {
		_, err = w.Write(body)
		return err
	}
	line.hold()
	defer func() { err = errors.Join(err, line.letGo()) }()
	if _, err = w.Write(body); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}
