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
	state(r).edge.policy(w.Header(), grants...)
}

// secure sets the headers that every answer carries, errors included.
func (e *Edge) secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		e.policy(h)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		if e.opts.Demo {
			h.Set("X-Frame-Options", "SAMEORIGIN")
		}
		if e.opts.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// policy sets what the page may load, send and use.
func (e *Edge) policy(h http.Header, grants ...Grant) {
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
	h.Set("Content-Security-Policy", "default-src 'none'; script-src "+script+"; style-src 'self'; "+
		"img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "+
		"form-action "+forms+"; frame-src "+frames+"; frame-ancestors "+ancestors+"; base-uri 'none'; "+
		"require-trusted-types-for 'script'; trusted-types citywalk")
	h.Set("Permissions-Policy", "camera="+camera+", geolocation=(self), microphone=(), payment=(), usb=(), bluetooth=(), browsing-topics=()")
}
