package web

import (
	"bytes"
	"context"
	"html"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"citywalk/account"
	"citywalk/fault"
	"citywalk/web/ui"
)

// Bodies are read before a request gets a slot, so that whoever sends one a
// byte at a time holds a connection and nothing else.
const (
	smallBody  = 16 << 10 // Any connection may send as much.
	largeMax   = 64       // So many may send more at once; each has up to bodyMax.
	reportEach = time.Second
)

// An entrance is what bounds the work of an edge.
type entrance struct {
	gate     *gate         // Nil where nothing is bounded, as in most tests.
	large    chan struct{} // Holds one for each body above smallBody that is being read.
	door     *door
	pages    sync.Map     // Of refusals, by busyKey.
	reported atomic.Int64 // When the last line about refusals was written.
}

// open lets as many requests work at once as slots says.
func (e *entrance) open(slots int) {
	if slots > 0 {
		e.gate, e.large = newGate(slots), make(chan struct{}, largeMax)
	}
}

// class is the route's: the one that it names, or its method's.
func (r Route) class() Class {
	switch {
	case r.Class != "":
		return r.Class
	case strings.HasPrefix(r.Pattern, "GET "):
		return Browse
	}
	return Change
}

// admit runs a handler when the gate lets the request in, within the time that
// its class has. The slot is given back as soon as the answer begins, because
// clients read as slowly as they like; only an export, which is made while it
// is sent, keeps it to the end.
func (e *Edge) admit(w http.ResponseWriter, r *http.Request, class Class, handle http.HandlerFunc) {
	if e.gate == nil || class == Free {
		handle(w, r)
		return
	}
	s := state(r)
	if err := e.collect(r, class); err != nil {
		e.turnDown(w, r, err)
		return
	}
	s.guest.work()
	defer s.guest.rest()
	v, err := e.gate.enter(r.Context(), class, e.presented(r), s.ip)
	if err != nil {
		e.turnDown(w, r, err)
		return
	}
	defer v.leave()
	s.visit, s.whole = v, r.Context()
	ctx, cancel := context.WithTimeout(r.Context(), rank[class].time)
	defer cancel()
	handle(w, r.WithContext(ctx))
}

// presented is the session that the request presents, whether or not it serves.
func (e *Edge) presented(r *http.Request) string {
	if app := state(r).app; app != nil {
		return e.token(r, app.Name)
	}
	return ""
}

// answering gives the slot back: from here on only the client's reading counts.
func (s *request) answering() {
	if s.visit != nil && s.visit.class != Export {
		s.visit.leave()
		s.guest.rest()
	}
}

// Outside gives the request's slot back while it waits for somebody else; what
// it returns takes a slot again. Where there is no slot it does nothing.
func Outside(ctx context.Context) (back func()) {
	s, ok := ctx.Value(requestKey{}).(*request)
	if !ok || s.visit == nil {
		return func() {}
	}
	return s.visit.step()
}

// collect reads the body ahead. An export reads its own, which may be large.
func (e *Edge) collect(r *http.Request, class Class) error {
	switch {
	case r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody || class == Export:
		return nil
	case r.ContentLength > bodyMax:
		return ErrTooLarge
	case r.ContentLength < 0 || r.ContentLength > smallBody:
		select {
		case e.large <- struct{}{}:
			defer func() { <-e.large }()
		default:
			return busy()
		}
	}
	data, err := io.ReadAll(r.Body)
	r.Body = &early{*bytes.NewReader(data), err}
	return nil
}

// An early body was read already; what went wrong then is told to who reads it
// now.
type early struct {
	bytes.Reader
	err error
}

func (b *early) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF && b.err != nil {
		err = b.err
	}
	return n, err
}

func (b *early) Close() error { return nil }

// turnDown refuses what the gate did not let in. It is cheap, because it
// happens when there is no time: no look at the database, and no line in the
// log but one a second for all.
func (e *Edge) turnDown(w http.ResponseWriter, r *http.Request, err error) {
	f, ok := fault.From(err)
	if !ok || f.Code != ErrBusy.Code {
		fail(w, r, err)
		return
	}
	s := state(r)
	s.quiet = true
	e.reportBusy()
	if !wantsPage(r) {
		fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(RetryAfter(f)))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(Status(f.Kind))
	io.WriteString(w, e.busyPage(r))
}

// reportBusy writes how many requests were refused since the last line.
func (e *Edge) reportBusy() {
	now := time.Now().UnixNano()
	last := e.reported.Load()
	if e.opts.Log == nil || now-last < int64(reportEach) || !e.reported.CompareAndSwap(last, now) {
		return
	}
	l := e.Load()
	e.opts.Log.Warn("more is asked than can be done", "refused", l.Refused, "working", l.Working, "waiting", l.Waiting, "connections", l.Connections)
}

// here stands in a kept page for where its button leads.
const here = "/web-busy-here"

// busyPage is what a person reads who was not let in: the same page for all,
// made once for each app and language, with the way back to where it happened.
func (e *Edge) busyPage(r *http.Request) string {
	s := state(r)
	again := r.Method == http.MethodGet || r.Method == http.MethodHead
	key := busyKey{lang: s.lang, again: again}
	if s.app != nil {
		key.app = s.app.Name
	}
	kept, ok := e.pages.Load(key)
	if !ok {
		kept = e.makeBusyPage(r, again)
		e.pages.Store(key, kept)
	}
	to := Local(r.URL.RequestURI(), "/")
	if !again {
		to = cameFrom(r, "/")
	}
	return strings.Replace(kept.(string), here, html.EscapeString(to), 1)
}

type busyKey struct {
	app   account.App
	lang  fault.Lang
	again bool // The same address can be asked again; else the form is where it came from.
}

func (e *Edge) makeBusyPage(r *http.Request, again bool) string {
	s := state(r)
	p := ui.Page{Lang: s.lang, Words: shared(), App: ui.Member, Base: "/", Path: "/", Demo: e.opts.Demo, Bare: true}
	if s.app != nil {
		p.Words, p.App, p.Base = s.app.Words, string(s.app.Name), s.app.Base
	}
	p.Title = ErrBusy.Say(p.Lang)
	refused := ui.Refused{Sentence: p.Title, Move: fault.Us, Code: ErrBusy.Code, Label: p.T("ui.back"), Href: here}
	if again {
		refused.Label = p.T("ui.again")
	}
	var b bytes.Buffer
	if err := ui.RefusalPage(p, refused).Render(context.WithoutCancel(r.Context()), &b); err != nil {
		return p.Title
	}
	return b.String()
}

// A Load is how busy a node is.
type Load struct {
	Working     int   // Requests that hold a slot.
	Waiting     int   // Requests that wait for one.
	Refused     int64 // Since the start.
	Streams     int
	Connections int
}

// Load tells how busy this node is.
func (e *Edge) Load() (l Load) {
	l.Streams = e.Hub.Streams()
	if g := e.gate; g != nil {
		g.mu.Lock()
		l.Working, l.Waiting = g.taken, len(g.waiting)
		for _, n := range g.refused {
			l.Refused += n
		}
		g.mu.Unlock()
	}
	if d := e.door; d != nil {
		d.mu.Lock()
		l.Connections = d.guests
		d.mu.Unlock()
	}
	return l
}
