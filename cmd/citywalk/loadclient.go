package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"time"
)

// patience is how long a client waits for an answer, which is longer than any
// takes.
const patience = 30 * time.Second

// A wire is one connection to the server, used by one goroutine. It is less
// than net/http's client on purpose: whoever measures shares the processors
// with what is measured.
type wire struct {
	address string
	conn    net.Conn
	from    *bufio.Reader
	out     bytes.Buffer
}

// An ask is one request.
type ask struct {
	method, path string
	token        string // For the API.
	cookie       string // For pages.
	key          string // Of idempotency.
	body         any
}

// A loadReply is its answer.
type loadReply struct {
	status int
	later  bool // Says when to come back.
	body   []byte
}

// good reports whether it was done.
func (r loadReply) good() bool { return r.status >= 200 && r.status < 400 }

// do sends a request and reads its answer. A connection that the server closed
// while nothing was on its way is made anew, once, as browsers do.
func (w *wire) do(ctx context.Context, a ask) (loadReply, error) {
	if err := w.write(a); err != nil {
		return loadReply{}, err
	}
	old := w.conn != nil
	r, err := w.exchange(ctx)
	if err != nil && old && ctx.Err() == nil && !timedOut(err) {
		r, err = w.exchange(ctx)
	}
	return r, err
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// write puts the request into the buffer.
func (w *wire) write(a ask) error {
	var body []byte
	if a.body != nil {
		var err error
		if body, err = json.Marshal(a.body); err != nil {
			return err
		}
	}
	w.out.Reset()
	w.out.WriteString(a.method + " " + a.path + " HTTP/1.1\r\nHost: " + w.address + "\r\nAccept-Encoding: gzip\r\n")
	if a.token == "" {
		w.out.WriteString("Accept: text/html,*/*;q=0.8\r\nAccept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\n")
	} else {
		w.out.WriteString("Authorization: Bearer " + a.token + "\r\n")
	}
	if a.cookie != "" {
		w.out.WriteString("Cookie: " + a.cookie + "\r\n")
	}
	if a.key != "" {
		w.out.WriteString("Idempotency-Key: " + a.key + "\r\n")
	}
	if a.method != http.MethodGet {
		w.out.WriteString("Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	w.out.WriteString("\r\n")
	w.out.Write(body)
	return nil
}

func (w *wire) exchange(ctx context.Context) (loadReply, error) {
	if w.conn == nil {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.address)
		if err != nil {
			return loadReply{}, err
		}
		w.conn, w.from = conn, bufio.NewReaderSize(conn, 16<<10)
	}
	r, err := w.sendAndRead()
	if err != nil {
		w.close()
	}
	return r, err
}

func (w *wire) sendAndRead() (loadReply, error) {
	w.conn.SetDeadline(time.Now().Add(patience))
	if _, err := w.conn.Write(w.out.Bytes()); err != nil {
		return loadReply{}, err
	}
	h, err := readHead(w.from)
	if err != nil {
		return loadReply{}, err
	}
	r := loadReply{status: h.status, later: h.later}
	var body io.Reader = io.LimitReader(w.from, h.length)
	if h.chunked {
		body = httputil.NewChunkedReader(w.from)
	}
	if h.json {
		r.body, err = io.ReadAll(body)
	} else {
		_, err = io.Copy(io.Discard, body)
	}
	if err == nil && h.chunked {
		_, err = w.from.ReadSlice('\n') // The empty line after the last chunk.
	}
	if h.closes {
		w.close()
	}
	return r, err
}

// A head is what the generator reads of an answer's header.
type head struct {
	status                       int
	length                       int64
	chunked, closes, json, later bool
}

// readHead reads a header. net/http's reader keeps all of it, which took a
// third of the generator's time.
func readHead(from *bufio.Reader) (h head, err error) {
	line, err := from.ReadSlice('\n')
	if err != nil {
		return h, err
	}
	if len(line) < 12 {
		return h, fmt.Errorf("no status line: %q", line)
	}
	if h.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, err
	}
	for {
		if line, err = from.ReadSlice('\n'); err != nil {
			return h, err
		}
		if len(line) <= 2 {
			return h, nil
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		value = bytes.TrimSpace(value)
		switch string(name) {
		case "Content-Length":
			if h.length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return h, err
			}
		case "Transfer-Encoding":
			h.chunked = string(value) == "chunked"
		case "Connection":
			h.closes = string(value) == "close"
		case "Content-Type":
			h.json = bytes.HasSuffix(value, []byte("json"))
		case "Retry-After":
			h.later = true
		}
	}
}

func (w *wire) close() {
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

// listen opens a live stream and reads it until ctx ends or the server ends it.
func (w *wire) listen(ctx context.Context, a ask) error {
	if err := w.write(a); err != nil {
		return err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err := conn.Write(w.out.Bytes()); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReaderSize(conn, 512), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("a stream was answered with %s", answer.Status)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
