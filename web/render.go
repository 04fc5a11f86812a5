package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/fault"
	"citywalk/web/ui"
)

// Page is what the parts of ui know about the page that answers r. Handlers
// fill in the title and the tab.
func Page(r *http.Request) ui.Page {
	s := state(r)
	p := ui.Page{
		Lang: s.lang, Words: shared(), App: ui.Member, Base: "/",
		Path: r.URL.RequestURI(), Demo: s.edge.opts.Demo, Fragment: isFragment(r),
		Names: s.edge.opts.Names,
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		p.Path = cameFrom(r, "/")
	}
	if s.app == nil {
		return p
	}
	p.Words, p.App, p.Base = s.app.Words, string(s.app.Name), s.app.Base
	if s.app.Name == account.APIApp {
		p.App = ui.Member
	}
	if s.app.Tabs != nil {
		p.Tabs = s.app.Tabs(s.session)
	}
	p.Who = s.session.Masked
	if s.session.Name != "" {
		p.Who = s.session.Name
	}
	if c, err := r.Cookie("say"); err == nil && strings.HasPrefix(c.Value, "say.") && p.Words.Has(c.Value) {
		p.Say = p.T(c.Value)
	}
	return p
}

var shared = sync.OnceValue(ui.Shared)

// Render answers with a page. It is made whole before a byte is sent, so that
// an error half-way becomes a proper refusal.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("web: render: %w", err)
	}
	if _, err := r.Cookie("say"); err == nil && !isFragment(r) {
		http.SetCookie(w, &http.Cookie{Name: "say", Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	h := w.Header()
	if h.Get("Cache-Control") == "" {
		// What a person sees is theirs: no cache keeps it.
		h.Set("Cache-Control", "no-store")
	}
	tellReader(w, r)
	h.Add("Vary", "Cookie, Accept-Language, X-Fragment")
	h.Set("Content-Language", string(state(r).lang))
	return write(w, r, status, "text/html; charset=utf-8", b.Bytes())
}

// See leads to another page of ours after something was done (303).
func See(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// SeeAndSay is See, and the next page says the word for key once. The key
// starts with "say.", so that a cookie can name only what is meant to be said.
func SeeAndSay(w http.ResponseWriter, r *http.Request, path, key string) error {
	http.SetCookie(w, &http.Cookie{Name: "say", Value: key, Path: "/", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: state(r).edge.opts.Secure})
	return See(w, r, path)
}

// Again shows a form once more after err, with what was sent and the sentence
// beside its field. Errors that another try of the same form cannot mend are
// returned.
func Again(w http.ResponseWriter, r *http.Request, err error, f ui.Form, page func(ui.Form) templ.Component) error {
	refused, ok := fault.From(err)
	if !ok {
		return err
	}
	switch refused.Kind {
	case fault.SignedOut, fault.Denied, fault.Unavailable:
		return err
	case fault.Unsupported:
		// A file of the wrong kind is beside its field; another can be chosen.
		if refused.Field == "" {
			return err
		}
	}
	f.Fault = refused
	return render(w, r, formStatus(refused.Kind), refused, page(f))
}

// Refuse answers with err by a page of the app's own. Errors that people are
// told nothing about, and that they are signed out, are returned.
func Refuse(w http.ResponseWriter, r *http.Request, err error, page func(*fault.Error) templ.Component) error {
	refused, ok := fault.From(err)
	if !ok || refused.Kind == fault.SignedOut {
		return err
	}
	return render(w, r, statusOf(refused), refused, page(refused))
}

// render answers with the page of a refusal.
func render(w http.ResponseWriter, r *http.Request, status int, refused *fault.Error, page templ.Component) error {
	state(r).fault = refused.Code
	if n := RetryAfter(refused); n > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(n))
	}
	return Render(w, r, status, page)
}

// gzipMin is the length below which compressing costs more than it saves.
const gzipMin = 1200

var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// write sends a whole body, compressed if the client takes that.
func write(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Add("Vary", "Accept-Encoding")
	if len(body) >= gzipMin && takesGzip(r) {
		var b bytes.Buffer
		z := zippers.Get().(*gzip.Writer)
		z.Reset(&b)
		z.Write(body)
		z.Close()
		zippers.Put(z)
		h.Set("Content-Encoding", "gzip")
		body = b.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	if err := Send(w, r, body); err != nil {
		return fmt.Errorf("web: write answer: %w", err)
	}
	return nil
}

// takesGzip reads Accept-Encoding; "gzip;q=0" says no.
func takesGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" || name == "*" {
			q = strings.TrimSpace(q)
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}
