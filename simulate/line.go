package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"citywalk/payment/sandbox"
)

// An answer is an http.ResponseWriter that keeps what is written to it.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

func (a *answer) response(r *http.Request) *http.Response {
	a.WriteHeader(http.StatusOK)
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(&a.body), Request: r, ProtoMajor: 1, ProtoMinor: 1}
}

// errReset is what a caller sees of a connection that breaks.
var errReset = errors.New("connection reset")

// serve hands a request to a handler. A handler that aborts breaks the
// connection.
func serve(h http.Handler, r *http.Request) (_ *http.Response, err error) {
	a := &answer{header: http.Header{}}
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			err = errReset
		} else if p != nil {
			panic(p)
		}
	}()
	h.ServeHTTP(a, r)
	return a.response(r), nil
}

// A line carries a node's calls to the provider, as the weather has it.
type line struct {
	w *world
	n *node
}

// provider sets the faults that the provider makes by itself: how often it
// sends a callback and, if a call is named, what happens to it.
func (w *world) provider(more ...sandbox.Fault) error {
	return w.box.SetFaults(w.ctx, 0, append(more, sandbox.Fault{
		Call: sandbox.CallNotice, Kind: sandbox.Copies, Copies: w.weather.copies, Times: 1 << 30})...)
}

func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	w, ctx := l.w, r.Context()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	call, no := named(r, body)
	words := call + " " + w.book.name(no)
	w.book.look()
	if call == "create" {
		w.book.intended(no, body)
	}
	w.sleep(time.Duration(w.dice.IntN(20_000)) * time.Microsecond) // The way there.
	w.meanwhile()
	again := func() *http.Request {
		c := r.Clone(context.WithoutCancel(ctx))
		c.Body = io.NopCloser(bytes.NewReader(body))
		return c
	}
	switch weather := w.weather; {
	case w.strikes("provider broken", weather.broken):
		w.say("%s: the provider is broken", words)
		return w.busy(again())
	case w.strikes("provider not reached", weather.unheard):
		w.say("%s: does not arrive", words)
		return nil, w.hang(ctx)
	case w.strikes("call arrives after it was given up", weather.creeping):
		after := time.Duration(w.dice.IntN(90_000)) * time.Millisecond
		w.say("%s: creeps for %v", words, after)
		w.post(after, words+" arrives at the provider", func() {
			if resp, err := serve(w.box, again()); err == nil {
				w.say("%s: answers %d to nobody", words, resp.StatusCode)
			}
		})
		return nil, w.hang(ctx)
	case call == "create" && w.strikes("charged late", weather.late):
		after := time.Duration(1+w.dice.IntN(150)) * time.Second
		if w.dice.IntN(3) == 0 { // When it was given up.
			after += time.Duration(w.dice.IntN(15)) * time.Minute
		}
		w.say("%s: will be charged in %v", words, after)
		w.must(w.provider(sandbox.Fault{No: no, Call: sandbox.CallCreate, Kind: sandbox.Late, Delay: after}))
	case call == "refund" && w.strikes("refund slow", weather.refundSlow):
		after := time.Duration(1+w.dice.IntN(4*3600)) * time.Second
		w.say("%s: will take %v", words, after)
		w.must(w.provider(sandbox.Fault{No: no, Call: sandbox.CallRefund, Kind: sandbox.Slow, Delay: after}))
	}
	resp, err := serve(w.box, again())
	if err != nil {
		return nil, err
	}
	if w.strikes("done and not answered", w.weather.unanswered) {
		w.say("%s: done (%d), and the answer is lost", words, resp.StatusCode)
		return nil, w.hang(ctx)
	}
	w.say("%s: %d", words, resp.StatusCode)
	w.meanwhile()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return resp, nil
}

// busy is the answer of a provider that does nothing.
func (w *world) busy(r *http.Request) (*http.Response, error) {
	a := &answer{header: http.Header{"Content-Type": {"application/json"}}, status: http.StatusInternalServerError}
	a.body.WriteString(`{"code":"busy","text":"system error, query later"}`)
	return a.response(r), nil
}

// hang is silence until the caller gives up.
func (w *world) hang(ctx context.Context) error {
	w.meanwhile()
	w.asleep = true
	<-ctx.Done()
	w.asleep = false
	return ctx.Err()
}

// named tells which call of the provider a request is, and of which number.
func named(r *http.Request, body []byte) (call, no string) {
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	if r.Method == http.MethodPost && (path == "charges" || path == "refunds") {
		var said struct{ No string }
		json.Unmarshal(body, &said)
		if path == "charges" {
			return "create", said.No
		}
		return "refund", said.No
	}
	kind, no, _ := strings.Cut(path, "/")
	no, closing := strings.CutSuffix(no, "/close")
	switch {
	case closing:
		return "close", no
	case kind == "refunds":
		return "query refund", no
	}
	return "query", no
}

// meanwhile lets others act while a message is under way.
func (w *world) meanwhile() {
	if w.depth >= 2 || !w.chance(w.weather.busy) {
		return
	}
	w.depth++
	w.act()
	w.book.look()
	w.depth--
}

// callbacks carries the provider's callbacks to the nodes.
type callbacks struct{ w *world }

func (c callbacks) RoundTrip(r *http.Request) (*http.Response, error) {
	w := c.w
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	words := "callback of " + w.book.name(told(body))
	carry := func() (resp *http.Response, err error) {
		again := r.Clone(w.ctx)
		again.Body = io.NopCloser(bytes.NewReader(body))
		n := w.any()
		w.endanger(n)
		err = errReset
		w.on(n, func(n *node) {
			resp, err = serve(http.HandlerFunc(n.Payment.Callback), again)
			n.fuse = 0
		})
		if err == nil {
			w.say("%s → node %d: %d", words, n.no+1, resp.StatusCode)
		}
		w.book.look()
		return resp, err
	}
	if w.strikes("callback lost", w.weather.noteLost) {
		w.say("%s: lost", words)
		a := &answer{header: http.Header{}, status: http.StatusNoContent}
		return a.response(r), nil
	}
	for range 8 {
		if !w.strikes("callback again", w.weather.noteAgain) {
			break
		}
		after := time.Duration(w.dice.IntN(400_000)) * time.Millisecond
		w.post(after, words+" again", func() { carry() })
	}
	if w.strikes("callback broken off", w.weather.noteFailed) {
		w.say("%s: the connection breaks", words)
		return nil, errReset
	}
	return carry()
}

// told is which number a callback is about.
func told(body []byte) string {
	var said struct {
		Charge, Refund *struct{ No string }
	}
	json.Unmarshal(body, &said)
	switch {
	case said.Charge != nil:
		return said.Charge.No
	case said.Refund != nil:
		return said.Refund.No
	}
	return ""
}

// press is the payer at the cashier's page.
func (w *world) press(payURL, button string) {
	path := payURL[strings.Index(payURL, "/cashier/"):]
	r, err := http.NewRequestWithContext(w.ctx, http.MethodPost, "http://cashier"+path, strings.NewReader("do="+button))
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, err = serve(w.box, r)
	w.must(err)
}

// notify has the provider send the callbacks that are due.
func (w *world) notify() {
	_, err := w.box.Deliver(w.ctx)
	w.must(err)
}
