package web

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"citywalk/account"
)

// events opens a stream on a real connection and returns its versions.
func events(t *testing.T, url string) (next func() string, closeIt func()) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Header.Get("Content-Type"); answer.StatusCode != 200 || got != "text/event-stream" {
		t.Fatalf("%d %s", answer.StatusCode, got)
	}
	lines := bufio.NewScanner(answer.Body)
	return func() string {
		for lines.Scan() {
			if v, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return v
			}
		}
		return "end"
	}, func() { answer.Body.Close() }
}

// TestStreamsFollow proves that a stream says the version at once, again when
// the hub wakes it, and ends with the server.
func TestStreamsFollow(t *testing.T) {
	e := New(Options{})
	var version atomic.Int64
	e.Mount(App{Name: account.MemberApp, Base: "/"}, Route{"GET /live", account.ActPublic, "", func(w http.ResponseWriter, r *http.Request) error {
		return Live(w, r, []string{"red_1"}, func(context.Context) (string, error) {
			return fmt.Sprint("v", version.Load()), nil
		})
	}})
	server := httptest.NewServer(e.Handler())
	defer server.Close()
	next, closeIt := events(t, server.URL+"/live")
	defer closeIt()
	if got := next(); got != "v0" {
		t.Fatalf("first %s", got)
	}
	version.Add(1)
	e.Hub.Publish("red_2", "red_1")
	if got := next(); got != "v1" {
		t.Fatalf("after publish %s", got)
	}
	// Nobody publishes: another node changed it.
	version.Add(1)
	if got := next(); got != "v2" {
		t.Fatalf("without publish %s", got)
	}
	e.Hub.Close()
	if got := next(); got != "end" {
		t.Fatalf("after close %s", got)
	}
}

// TestStreamsEndWhenTheThingIsGone proves that a stream whose reader may no
// longer look ends with a version that makes the page look for itself.
func TestStreamsEndWhenTheThingIsGone(t *testing.T) {
	e := New(Options{})
	var gone atomic.Bool
	e.Mount(App{Name: account.MemberApp, Base: "/"}, Route{"GET /live", account.ActPublic, "", func(w http.ResponseWriter, r *http.Request) error {
		return Live(w, r, []string{"x"}, func(context.Context) (string, error) {
			if gone.Load() {
				return "", account.ErrSignedOut
			}
			return "here", nil
		})
	}})
	server := httptest.NewServer(e.Handler())
	defer server.Close()
	next, closeIt := events(t, server.URL+"/live")
	defer closeIt()
	next()
	gone.Store(true)
	e.Hub.Publish("x")
	if got := next(); got != "over" {
		t.Fatalf("got %s", got)
	}
	if got := next(); got != "end" {
		t.Fatalf("got %s", got)
	}
}

// TestManyStreamsLookLessOften proves that a few streams look every second, and
// that many ask the database no more than so often together.
func TestManyStreamsLookLessOften(t *testing.T) {
	h := NewHub()
	for _, n := range []int{1, looksMax, looksMax + 1, streamsMax} {
		h.count = n
		each := h.recheck()
		if asked := float64(n) / each.Seconds(); asked > looksMax || each > streamsMax*time.Second/looksMax*5/4 {
			t.Errorf("%d streams look every %v, %.0f times a second", n, each, asked)
		}
	}
	if h.count = 1; h.recheck() != streamRecheck {
		t.Errorf("one stream looks every %v", h.recheck())
	}
}

// TestStreamsAreBounded proves that neither one reader nor all of them can
// take more streams than a node has, and that places come back.
func TestStreamsAreBounded(t *testing.T) {
	h := NewHub()
	var leave []func()
	for i := range streamsEach {
		_, l, err := h.listen("per_a", []string{"t"})
		if err != nil {
			t.Fatalf("stream %d: %v", i, err)
		}
		leave = append(leave, l)
	}
	if _, _, err := h.listen("per_a", []string{"t"}); err == nil {
		t.Error("one reader took one too many")
	}
	for i := range streamsMax - streamsEach {
		_, l, err := h.listen(fmt.Sprint("per_", i), nil)
		if err != nil {
			t.Fatalf("stream %d: %v", i, err)
		}
		leave = append(leave, l)
	}
	if _, _, err := h.listen("per_z", nil); err == nil {
		t.Error("there was a place beyond the last")
	}
	for _, l := range leave {
		l()
	}
	if h.Streams() != 0 || len(h.topics) != 0 || len(h.owners) != 0 {
		t.Errorf("left behind: %d streams, %d topics, %d owners", h.Streams(), len(h.topics), len(h.owners))
	}
	h.Close()
	h.Close()
	if _, _, err := h.listen("per_a", nil); err == nil {
		t.Error("a closed hub took a stream")
	}
}
