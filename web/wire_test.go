package web

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"
)

// unclear are requests whose end two readers may see at two places, or that
// are none; clear ones are not.
var (
	unclear = map[string]string{
		"a length and chunks":   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"chunks and a length":   "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
		"two lengths":           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
		"a length twice":        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\ncontent-length: 4\r\n\r\nabcd",
		"a list of lengths":     "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 4\r\n\r\nabcd",
		"a signed length":       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd",
		"a length in a tail":    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 4\r\n\r\n",
		"line feeds alone":      "GET / HTTP/1.1\nHost: x\n\n",
		"one line feed alone":   "GET / HTTP/1.1\r\nHost: x\r\nX: a\nContent-Length: 4\r\n\r\nabcd",
		"a return alone":        "GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
		"a folded line":         "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
		"a folded encoding":     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
		"another encoding":      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"two encodings":         "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"a list of encodings":   "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
		"chunks of old":         "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"a blank before :":      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nabcd",
		"an empty line first":   "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"a NUL":                 "GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
		"two hosts":             "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"no host":               "GET / HTTP/1.1\r\n\r\n",
		"no protocol":           "GET /\r\n\r\n",
		"a padded length":       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:" + strings.Repeat(" ", 200) + "4\r\n\r\nabcd",
		"a length past all":     "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"a length that is none": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x4\r\n\r\nabcd",
	}
	clear = []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\na\n\r\x00",
		"POST / HTTP/1.1\r\nHost: x\r\ncontent-length:0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\na\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
		"GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nX: " + strings.Repeat("x", 3000) + "\r\n\r\n",
	}
)

// TestUnclearRequestsAreRefused sends each with another behind it. It is 400,
// and what stands behind it is nobody's request. Clear requests before it are
// answered.
func TestUnclearRequestsAreRefused(t *testing.T) {
	h := newHouse(t, Options{})
	var smuggled atomic.Bool
	h.do = func(w http.ResponseWriter, r *http.Request) error {
		io.Copy(io.Discard, r.Body)
		if strings.Contains(r.URL.Path, "smuggled") {
			smuggled.Store(true)
		}
		return hello(w, r)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := h.Server("")
	go server.Serve(h.Listener(l))
	t.Cleanup(func() { server.Close() })
	for name, request := range unclear {
		for _, before := range []string{"", clear[0]} {
			got := converse(t, l.Addr().String(), before+request+"GET /thing/smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			// Behind another, it may be seen while that is answered: nobody waits
			// for its 400 then, and the connection ends.
			if got != "400" && (before == "" || got != "200 400" && got != "200") {
				t.Errorf("%s, behind %q: answered %s", name, before, got)
			}
			if smuggled.Swap(false) {
				t.Errorf("%s: what stood behind it is a request", name)
			}
		}
	}
	all := strings.Join(clear, "")
	if got := converse(t, l.Addr().String(), all+"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); strings.Count(got, " ") != len(clear) || strings.Contains(got, "400") {
		t.Errorf("clear requests are answered %s", got)
	}
}

// converse sends bytes and returns the statuses of the answers.
func converse(t *testing.T, addr, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	var all []string
	for r := bufio.NewReader(c); ; {
		w, err := http.ReadResponse(r, nil)
		if err != nil {
			return strings.Join(all, " ")
		}
		io.Copy(io.Discard, w.Body)
		all = append(all, fmt.Sprint(w.StatusCode))
	}
}

// FuzzWire shows that whatever is let through is read by net/http as the same
// requests, however it arrives, and that all of it is.
func FuzzWire(f *testing.F) {
	for _, request := range unclear {
		f.Add([]byte(request))
		f.Add([]byte(clear[3] + request))
	}
	for _, request := range clear {
		f.Add([]byte(request + clear[1]))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var whole talk
		end, ok := whole.take(data)
		var bytewise talk
		bit, requests := true, 0
		for i := 0; i < len(data) && bit; i++ {
			if _, bit = bytewise.take(data[i : i+1]); bit && bytewise.between() {
				requests++
			}
		}
		if ok != bit {
			t.Fatalf("%q is clear in one piece: %v, byte by byte: %v", data, ok, bit)
		}
		// As far as requests are whole, net/http sees the same ends.
		in := bufio.NewReader(iotest.OneByteReader(bytes.NewReader(data[:end])))
		for n := 0; ; n++ {
			r, err := http.ReadRequest(in)
			switch {
			case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF) && n != requests, n > requests:
				t.Fatalf("%q are %d requests, and net/http reads %d, %v", data[:end], requests, n, err)
			case err != nil:
				return // All is read, or net/http refuses the next and closes.
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Fatalf("%q is let through, and its body is broken: %v", data[:end], err)
			}
		}
	})
}
