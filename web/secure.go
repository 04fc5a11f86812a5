package web

import (
	"net/http"
	"strings"
)

// A Grant is something that one page may do and others may not.
type Grant string

const (
	Camera Grant = "camera" // The till's scanner: the camera, and the reader's wasm.
	Frames Grant = "frames" // The demo page: our own pages, and the cashier's, in frames.
)

// Allow lets the page that answers do more than pages may. A handler calls it
// before it renders.
func Allow(w http.ResponseWriter, r *http.Request, grants ...Grant) {
	for _, f := range state(r).edge.policy(grants...) {
		w.Header()[f.name] = f.value
	}
}

// A field is a header field that many answers share; nobody writes into its
// value.
type field struct {
	name  string // In its canonical form.
	value []string
}

// secure sets the headers that every answer carries, errors included.
func (e *Edge) secure(next http.Handler) http.Handler {
	fields := e.secured()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for _, f := range fields {
			h[f.name] = f.value
		}
		next.ServeHTTP(w, r)
	})
}

// secured are the fields of every answer.
func (e *Edge) secured() []field {
	frames := "DENY"
	if e.opts.Demo {
		frames = "SAMEORIGIN"
	}
	all := append(e.policy(),
		field{"X-Content-Type-Options", []string{"nosniff"}},
		field{"Referrer-Policy", []string{"same-origin"}},
		field{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
		field{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
		field{"X-Frame-Options", []string{frames}})
	if e.opts.Secure {
		all = append(all, field{"Strict-Transport-Security", []string{"max-age=31536000"}})
	}
	return all
}

// policy is what the page may load, send and use.
func (e *Edge) policy(grants ...Grant) []field {
	script, frames, ancestors, camera := "'self'", "'none'", "'none'", "()"
	for _, g := range grants {
		switch g {
		case Camera:
			script, camera = "'self' 'wasm-unsafe-eval'", "(self)"
		case Frames:
			frames = strings.Join(append([]string{"'self'"}, e.opts.Cashier...), " ")
		}
	}
	if e.opts.Demo {
		ancestors = "'self'"
	}
	forms := strings.Join(append([]string{"'self'"}, e.opts.Cashier...), " ")
	return []field{
		{"Content-Security-Policy", []string{"default-src 'none'; script-src " + script + "; style-src 'self'; " +
			"img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; " +
			"form-action " + forms + "; frame-src " + frames + "; frame-ancestors " + ancestors + "; base-uri 'none'; " +
			"require-trusted-types-for 'script'; trusted-types citywalk"}},
		{"Permissions-Policy", []string{"camera=" + camera + ", geolocation=(self), microphone=(), payment=(), usb=(), bluetooth=(), browsing-topics=()"}},
	}
}
