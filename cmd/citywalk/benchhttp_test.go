package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"citywalk/discover"
)

// A sink is an answer that nobody reads.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }

// BenchmarkAnswer is what a question costs between the server's reading of it
// and its writing of the answer: the edge, the API and the index.
func BenchmarkAnswer(b *testing.B) {
	dir := b.TempDir()
	cfg, err := loadConfig(filepath.Join(dir, "bench.db"), dir)
	if err != nil {
		b.Fatal(err)
	}
	a, err := open(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer a.close()
	if err := fillTown(b.Context(), cfg.DB, a.db.Engine(), 20_000, a.now()); err != nil {
		b.Fatal(err)
	}
	a.discover = &discover.Service{DB: a.db, Zone: a.zone, Now: time.Now}
	go a.discover.Run(b.Context())
	for len(a.discover.Cities()) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	edge, err := a.edge(slog.New(slog.NewJSONHandler(io.Discard, nil)), false)
	if err != nil {
		b.Fatal(err)
	}
	h := edge.Server("").Handler
	search := "/api/v1/search?city=" + url.QueryEscape(benchTown) + "&lat=31.23&lng=121.47"
	for _, x := range []struct{ name, path string }{
		{"healthz", "/healthz"},
		{"near", search + "&sort=distance"},
		{"near-card", search + "&sort=distance&open=true&card=true"},
		{"words", search + "&card=true&q=" + url.QueryEscape("咖啡")},
		{"pinyin", search + "&q=kafei"},
		{"suggest", "/api/v1/suggest?city=" + url.QueryEscape(benchTown) + "&q=ka"},
	} {
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				r := httptest.NewRequest("GET", x.path, nil)
				w := &sink{header: http.Header{}}
				h.ServeHTTP(w, r)
				if w.status != http.StatusOK {
					b.Fatal(w.status)
				}
			}
		})
	}
}
