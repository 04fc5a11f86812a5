package web

import (
	"bytes"
	"errors"
	"net"
	"strconv"
	"strings"
)

// A plainspoken connection carries only requests whose end every reader sees
// at the same place. net/http takes more: line feeds without carriage returns,
// folded lines, a length beside chunks, a length twice. A proxy before us may
// cut such bytes elsewhere, and then what one client sends is taken for the
// beginning of another's request. So they are refused before they are read:
// net/http answers 400 to what Read returns, and closes.
type plainspoken struct {
	net.Conn
	talk talk
	err  error
	held *[]byte // What is kept back of an answer; nil if nothing is, see hold.
}

type plainListener struct{ net.Listener }

func (l plainListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &plainspoken{Conn: c}, nil
}

var errAmbiguous = errors.New("web: a request without one clear end")

// Read reads what is clear. What came before an unclear request is handed over
// first.
func (p *plainspoken) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.Conn.Read(b)
	if clear, ok := p.talk.take(b[:n]); !ok {
		p.err = errAmbiguous
		if clear == 0 {
			return 0, p.err
		}
		return clear, nil
	}
	return n, err
}

// A talk is where in a connection's requests one is.
type talk struct {
	at      stretch
	line    []byte // Of the head, or of a chunk's size: its beginning.
	long    bool   // The line is longer than what is kept of it.
	lines   int    // Of this head.
	cr      bool   // The last byte was a carriage return.
	old     bool   // HTTP/1.0.
	length  int64  // Of the body, or of the rest of a chunk; -1 is none said.
	chunked bool
}

type stretch int

const (
	head      stretch = iota
	body              // Length bytes to come.
	chunkSize         // A line.
	chunk             // Length bytes to come.
	chunkEnd          // CRLF.
	lastEnd           // CRLF after the last chunk.
)

// lineKept is how much of a line is looked at: a length or an encoding is
// shorter.
const lineKept = 128

// take follows the bytes. If they stop being clear, it returns how many belong
// to requests before the unclear one.
func (t *talk) take(b []byte) (clear int, ok bool) {
	for i := 0; i < len(b); {
		if t.at == body || t.at == chunk {
			n := min(t.length, int64(len(b)-i))
			t.length -= n
			i += int(n)
			if t.length == 0 {
				t.bodyOver()
			}
		} else if i++; !t.byte(b[i-1]) {
			return clear, false
		}
		if t.between() {
			clear = i
		}
	}
	return clear, true
}

// between reports whether no request has begun.
func (t *talk) between() bool {
	return t.at == head && t.lines == 0 && len(t.line) == 0 && !t.cr
}

// bodyOver goes on behind a body or a chunk.
func (t *talk) bodyOver() {
	if t.at == chunk {
		t.at = chunkEnd
		return
	}
	t.begin()
}

// begin waits for the next request.
func (t *talk) begin() { *t = talk{length: -1, line: t.line[:0]} }

// byte takes one byte of a line.
func (t *talk) byte(c byte) bool {
	switch {
	case t.cr && c != '\n', !t.cr && c == '\n', c == 0:
		return false
	case c == '\r':
		t.cr = true
	case c == '\n':
		line, long := t.line, t.long
		t.line, t.long, t.cr = t.line[:0], false, false
		return t.end(line, long)
	case len(t.line) < lineKept:
		t.line = append(t.line, c)
	default:
		t.long = true
	}
	return true
}

// end takes a whole line.
func (t *talk) end(line []byte, long bool) bool {
	switch t.at {
	case head:
		if len(line) == 0 {
			return t.headOver()
		}
		t.lines++
		return t.headLine(line, long)
	case chunkSize:
		size, err := strconv.ParseUint(string(line), 16, 31)
		t.at, t.length = chunk, int64(size)
		if size == 0 {
			t.at = lastEnd
		}
		return err == nil && line[0] != '+' && len(line) <= 8
	case chunkEnd:
		t.at = chunkSize
	case lastEnd:
		t.begin()
	}
	return len(line) == 0
}

// headLine takes a line of the head, and minds those that say where the body
// ends.
func (t *talk) headLine(line []byte, long bool) bool {
	if t.lines == 1 {
		t.length = -1
		t.old = !long && bytes.HasSuffix(line, []byte("HTTP/1.0"))
		return true
	}
	name, value, found := strings.Cut(string(line), ":")
	value = strings.Trim(value, " \t")
	switch {
	case line[0] == ' ' || line[0] == '\t':
		return false
	case strings.EqualFold(name, "Content-Length"):
		n, err := strconv.ParseUint(value, 10, 62)
		twice := t.length >= 0
		t.length = int64(n)
		return err == nil && found && !long && !twice && !strings.HasPrefix(value, "+")
	case strings.EqualFold(name, "Transfer-Encoding"):
		twice := t.chunked
		t.chunked = true
		return found && !long && !twice && strings.EqualFold(value, "chunked")
	}
	return true
}

// headOver decides what follows the head.
func (t *talk) headOver() bool {
	switch {
	case t.lines == 0, t.chunked && (t.length >= 0 || t.old):
		return false
	case t.chunked:
		t.at = chunkSize
	case t.length > 0:
		t.at = body
	default:
		t.begin()
	}
	return true
}
