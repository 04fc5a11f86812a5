package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"path"
	"strings"
	"sync"
	"time"

	"citywalk/db"
	"citywalk/web/ui"
)

// NewServer returns a server with the bounds that all of ours have: a slow or
// silent client costs a connection for seconds, not for ever.
func NewServer(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
}

// Server is the edge's own server; when it shuts down, streams end.
func (e *Edge) Server(addr string) *http.Server {
	s := NewServer(addr, e.Handler())
	s.ConnContext = greet
	s.RegisterOnShutdown(e.Hub.Close)
	return s
}

// Listener bounds the connections of l, and refuses on each what is not one
// clear request after the other.
func (e *Edge) Listener(l net.Listener) net.Listener {
	l = plainListener{l}
	if e.opts.Connections == 0 {
		return l
	}
	e.door = newDoor(l, e.opts.Connections, e.opts.Neighbours, func(at netip.Addr) bool {
		return !at.IsLoopback() && !e.isProxy(at.String())
	})
	return e.door
}

func healthy(w http.ResponseWriter, r *http.Request) {
	write(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}

// ready answers whether traffic should come here. Why not goes to the log, not
// to whoever asks, but for what every page says too.
func (e *Edge) ready(w http.ResponseWriter, r *http.Request) {
	if e.opts.Ready != nil {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := e.opts.Ready(ctx); err != nil {
			state(r).err = err
			w.Header().Set("Retry-After", "2")
			says := "not ready\n"
			if errors.Is(err, db.ErrFenced) {
				says = "closed: an older state of the database was put in its place\n"
			}
			write(w, r, http.StatusServiceUnavailable, "text/plain; charset=utf-8", []byte(says))
			return
		}
	}
	write(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte("ready\n"))
}

// A built file as it is sent.
type built struct {
	kind          string
	plain, zipped []byte
}

// files are all built files, compressed once.
var files = sync.OnceValue(func() map[string]built {
	all := map[string]built{}
	dist := ui.Dist()
	entries, err := fs.ReadDir(dist, ".")
	if err != nil {
		panic("web: assets: " + err.Error())
	}
	for _, entry := range entries {
		name := entry.Name()
		if name == "manifest.json" || entry.IsDir() {
			continue
		}
		raw, err := fs.ReadFile(dist, name)
		if err != nil {
			panic("web: assets: " + err.Error())
		}
		all[name] = built{kind: kindOf(name), plain: raw, zipped: zipped(raw)}
	}
	return all
})

func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".wasm":
		return "application/wasm"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

func zipped(raw []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic("web: assets: " + err.Error())
	}
	z.Write(raw)
	z.Close()
	return b.Bytes()
}

// asset serves a built file. Its name holds a print of its content, so
// browsers may keep it for ever.
func asset(w http.ResponseWriter, r *http.Request) {
	f, ok := files()[r.PathValue("name")]
	if !ok || strings.Contains(r.PathValue("name"), "/") {
		fail(w, r, ErrNowhere)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", f.kind)
	h.Add("Vary", "Accept-Encoding")
	body := f.plain
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}
