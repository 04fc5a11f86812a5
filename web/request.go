package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/fault"
)

// bodyMax is the largest body that a route takes unless it calls Large.
const bodyMax = 256 << 10

// A request is what the edge knows about one request.
type request struct {
	id      string
	edge    *Edge
	app     *App // Nil outside of apps.
	lang    fault.Lang
	ip      string
	session account.Session
	fault   string // The code of the refusal, for the log.
	err     error  // What went wrong on our side, for the log.
	body    *bounded
	guest   *guest          // Its connection; nil when those are not bounded.
	line    *plainspoken    // The same; nil where it is another's.
	visit   *visit          // Its slot; nil when it holds none.
	whole   context.Context // As it came, without a deadline.
	quiet   bool            // Leaves no line of its own in the log.
}

type requestKey struct{}

// state returns the request's own; it is there in every handler below observe.
func state(r *http.Request) *request {
	s, ok := r.Context().Value(requestKey{}).(*request)
	if !ok {
		panic("web: handler outside of the edge")
	}
	return s
}

// RequestID is the id under which the request is logged.
func RequestID(r *http.Request) string { return state(r).id }

// enter says which app the request belongs to.
func (e *Edge) enter(r *http.Request, app *App) { state(r).app = app }

// observe gives every request its id, its limits and its line in the log, and
// turns a panic into a page.
func (e *Edge) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		s := &request{id: newID(), edge: e, lang: languageOf(r), ip: e.address(r), guest: guestOf(r), line: lineOf(r), whole: r.Context()}
		s.guest.rest()
		rec := &recorder{ResponseWriter: w, r: r}
		s.body = &bounded{w: rec, body: r.Body}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, s))
		s.body.limit(r, bodyMax)
		rec.r = r
		w.Header().Set("X-Request-Id", s.id)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				fail(rec, r, fmt.Errorf("web: panic: %v\n%s", p, debug.Stack()))
			}
			e.log(r, rec, time.Since(began))
		}()
		next.ServeHTTP(rec, r)
	})
}

// newID is 65 random bits in base32, as rand.Text writes them, in small letters.
func newID() string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	var b [13]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = alphabet[b[i]%32]
	}
	return string(b[:])
}

// Tell adds to the request's line in the log what a handler outside of an
// app's routes knows: who acts, and the code of a refusal. Either may be empty.
func Tell(ctx context.Context, actor account.ID, code string) {
	s, ok := ctx.Value(requestKey{}).(*request)
	if !ok {
		return
	}
	if actor != "" {
		s.session.Person = actor
	}
	if code != "" {
		s.fault = code
	}
}

// bounded keeps the body as it came, so that a route may ask for a larger
// bound than the usual one before it reads.
type bounded struct {
	w    http.ResponseWriter
	body interface {
		Read([]byte) (int, error)
		Close() error
	}
}

func (b *bounded) limit(r *http.Request, n int64) { r.Body = http.MaxBytesReader(b.w, b.body, n) }

// Large lets the request's body be up to n bytes and gives it time to arrive.
// A handler of uploads calls it before it reads; its route is an Export, since
// others' bodies are read before.
func Large(w http.ResponseWriter, r *http.Request, n int64) {
	state(r).body.limit(r, n)
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(2 * time.Minute))
}

// log writes the request's line. The path may hold ids and tokens, so it is
// the route's pattern that is written.
func (e *Edge) log(r *http.Request, rec *recorder, took time.Duration) {
	s := state(r)
	level := slog.LevelInfo
	if s.err != nil {
		level = slog.LevelError
	}
	ctx := context.WithoutCancel(r.Context())
	if e.opts.Log == nil || s.quiet || !e.opts.Log.Enabled(ctx, level) {
		return
	}
	attrs := append(make([]slog.Attr, 0, 7),
		slog.String("id", s.id),
		slog.String("route", route(r)),
		slog.Int("status", rec.status()),
		slog.Duration("took", took.Round(time.Microsecond)))
	if s.session.Person != "" {
		attrs = append(attrs, slog.String("actor", string(s.session.Person)))
	}
	if s.fault != "" {
		attrs = append(attrs, slog.String("fault", s.fault))
	}
	if s.err != nil {
		attrs = append(attrs, slog.String("error", scrub(s.err.Error())))
	}
	e.opts.Log.LogAttrs(ctx, level, "request", attrs...)
}

// route is the pattern that the request met, with its method.
func route(r *http.Request) string {
	if r.Pattern == "" || r.Pattern == "/" {
		return r.Method + " (none)"
	}
	if !strings.Contains(r.Pattern, " ") {
		return r.Method + " " + r.Pattern
	}
	return r.Pattern
}

// secrets are what must never reach a log even inside of an error's text:
// phone numbers and anything that may be a payment code or a member's code.
var secrets = regexp.MustCompile(`\b(1[3-9]\d{9}|\d{16,24})\b`)

func scrub(s string) string { return secrets.ReplaceAllString(s, "***") }

// address is the client's. What a proxy says is believed only of proxies that
// we were told of, from the last one backwards.
func (e *Edge) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if !e.isProxy(host) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && e.isProxy(host); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		host = next.Unmap().String()
	}
	return host
}

func (e *Edge) isProxy(host string) bool {
	if len(e.opts.Proxies) == 0 {
		return false
	}
	at, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range e.opts.Proxies {
		if p.Contains(at.Unmap()) {
			return true
		}
	}
	return false
}

// A recorder remembers the status, and tells the page's script that a form was
// answered under its key.
type recorder struct {
	http.ResponseWriter
	r    *http.Request
	code int
}

func (w *recorder) WriteHeader(code int) {
	if w.code == 0 && code >= 200 {
		w.code = code
		w.answered()
		state(w.r).answering()
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.code == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}

// answered sets the cookie by which script forgets a form's key. A 5xx is no
// answer: the same key is sent again.
func (w *recorder) answered() {
	if w.code >= 500 || w.r.Method != http.MethodPost || w.r.PostForm == nil {
		return
	}
	if key := w.r.PostForm.Get("idem"); validKey(key) {
		http.SetCookie(w.ResponseWriter, &http.Cookie{Name: "answered", Value: key, Path: "/", MaxAge: 600, SameSite: http.SameSiteLaxMode})
	}
}

// clientGone reports whether the client hung up, which is nobody's fault.
func clientGone(r *http.Request, err error) bool {
	return errors.Is(err, context.Canceled) && r.Context().Err() != nil
}

// firstRunes cuts s to at most n runes.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
