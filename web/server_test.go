package web

import (
	"context"
	"errors"
	"strings"
	"testing"

	"citywalk/web/ui"
)

// TestReadiness proves that a node that cannot serve says so without saying
// why.
func TestReadiness(t *testing.T) {
	h := newHouse(t, Options{Ready: func(context.Context) error { return errors.New("disk full at /var/x") }})
	if r := h.ask("GET", "/healthz", ""); r.StatusCode != 200 {
		t.Errorf("healthz %d", r.StatusCode)
	}
	r := h.ask("GET", "/readyz", "")
	if body := text(t, r); r.StatusCode != 503 || strings.Contains(body, "disk") {
		t.Errorf("readyz %d %s", r.StatusCode, body)
	}
	if !strings.Contains(h.log.String(), "disk full") {
		t.Error("the reason is not logged")
	}
}

// TestFilesAreKeptForEver proves that built files are compressed, typed and
// immutable, and that a first page stays light.
func TestFilesAreKeptForEver(t *testing.T) {
	h := newHouse(t, Options{})
	sum := 0
	for name, kind := range map[string]string{"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8"} {
		r := h.ask("GET", ui.Asset(name), "", "Accept-Encoding", "br, gzip")
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != kind || r.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d %v", name, r.StatusCode, r.Header)
		}
		if got := r.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: %s", name, got)
		}
		sum += len(text(t, r))
	}
	if sum > 20<<10 {
		t.Errorf("style and script weigh %d bytes compressed, want at most 20 kB", sum)
	}
}
