package web

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"citywalk/fault"
)

// Bounds of streams.
const (
	streamsMax    = 2000             // On this node.
	streamsEach   = 24               // Of one person or address.
	streamRecheck = time.Second      // Changes made on other nodes are seen after this,
	looksMax      = 500              // or later, so that all streams look so often a second.
	streamBeat    = 15 * time.Second // A comment keeps proxies from hanging up.
	streamSession = 5                // A dismissed person's stream ends after so many looks.
	streamLife    = 10 * time.Minute // Then the browser opens a new one.
)

// ErrStreams says that there are too many streams; script asks again instead.
var ErrStreams = fault.New(fault.Unavailable, "web.streams", fault.Us, "现在在线的人太多，页面会改为每两秒刷新。", "Too many pages are listening; this one will ask every two seconds instead.")

// A Hub wakes the streams of this node when something that they show changed.
// It only wakes: what is shown is read from the database, so a lost or a
// needless wake does no harm.
type Hub struct {
	mu     sync.Mutex
	topics map[string]map[chan struct{}]bool
	owners map[string]int
	count  int
	done   chan struct{}
	closed bool
}

// NewHub returns a hub without streams.
func NewHub() *Hub {
	return &Hub{topics: map[string]map[chan struct{}]bool{}, owners: map[string]int{}, done: make(chan struct{})}
}

// Publish wakes the streams that listen to any of the topics. It never blocks.
func (h *Hub) Publish(topics ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, topic := range topics {
		for c := range h.topics[topic] {
			select {
			case c <- struct{}{}:
			default: // It is awake already.
			}
		}
	}
}

// Streams is how many streams are open, for metrics.
func (h *Hub) Streams() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.count
}

// recheck is when a stream looks again. Streams hold no slot, so all of them
// together must not ask more than a database does beside its work.
func (h *Hub) recheck() time.Duration {
	n := h.Streams()
	if n <= looksMax {
		return streamRecheck
	}
	d := time.Duration(n) * time.Second / looksMax
	return d + rand.N(d/4) // Not all at once.
}

// Close ends all streams and lets no new one begin.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.done)
	}
}

// listen opens a place for one stream; leave gives it back.
func (h *Hub) listen(owner string, topics []string) (wake chan struct{}, leave func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.count >= streamsMax || h.owners[owner] >= streamsEach {
		return nil, nil, ErrStreams.After(10 * time.Second)
	}
	wake = make(chan struct{}, 1)
	h.count++
	h.owners[owner]++
	for _, topic := range topics {
		if h.topics[topic] == nil {
			h.topics[topic] = map[chan struct{}]bool{}
		}
		h.topics[topic][wake] = true
	}
	return wake, func() { h.leave(wake, owner, topics) }, nil
}

func (h *Hub) leave(wake chan struct{}, owner string, topics []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count--
	if h.owners[owner]--; h.owners[owner] == 0 {
		delete(h.owners, owner)
	}
	for _, topic := range topics {
		delete(h.topics[topic], wake)
		if len(h.topics[topic]) == 0 {
			delete(h.topics, topic)
		}
	}
}

// Live streams the version of what a page shows: once at the beginning and
// again whenever it changed. A version is any short text without line breaks,
// say "priced/3". It is asked for when the hub publishes one of the topics and
// once a second, less often while there are many, and should cost one cheap
// read.
func Live(w http.ResponseWriter, r *http.Request, topics []string, version func(context.Context) (string, error)) error {
	e := state(r).edge
	owner := string(Session(r).Person)
	if owner == "" {
		owner = state(r).ip
	}
	now, err := version(r.Context())
	if err != nil {
		return err
	}
	wake, leave, err := e.Hub.listen(owner, topics)
	if err != nil {
		return err
	}
	defer leave()
	defer state(r).guest.rest()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s := &stream{w: w, ctl: http.NewResponseController(w)}
	s.ctl.SetReadDeadline(time.Time{})
	if s.send("retry: 1000\n\n") != nil || s.version(now) != nil {
		return nil
	}
	state(r).guest.work() // It has no slot any more, but keeps its connection.
	s.follow(r, e, wake, now, version)
	return nil
}

// A stream is one open answer.
type stream struct {
	w   http.ResponseWriter
	ctl *http.ResponseController
}

// follow sends versions until the client, the server or the time ends it.
func (s *stream) follow(r *http.Request, e *Edge, wake chan struct{}, now string, version func(context.Context) (string, error)) {
	ctx, cancel := context.WithTimeout(state(r).whole, streamLife)
	defer cancel()
	recheck, beat, looks := time.NewTimer(e.Hub.recheck()), time.NewTicker(streamBeat), 0
	defer recheck.Stop()
	defer beat.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-e.Hub.done:
			return
		case <-beat.C:
			err = s.send(": still here\n\n")
		case <-wake:
			now, err = s.look(ctx, now, version)
		case <-recheck.C:
			if looks++; looks%streamSession == 0 && isSignedOut(e.stillAllowed(ctx, r)) {
				s.version("over")
				return
			}
			now, err = s.look(ctx, now, version)
			recheck.Reset(e.Hub.recheck())
		}
		if err != nil {
			return
		}
	}
}

// look asks for the version and sends it if it is new. A database that is away
// for a moment ends nothing; a thing that is no longer there for this person
// ends the stream, and the page finds out why.
func (s *stream) look(ctx context.Context, now string, version func(context.Context) (string, error)) (string, error) {
	next, err := version(ctx)
	if f, ok := fault.From(err); ok && f.Kind != fault.Unavailable {
		s.version("over")
		return now, err
	}
	if err != nil || next == now {
		return now, ctx.Err()
	}
	return next, s.version(next)
}

func (s *stream) version(v string) error {
	v = strings.NewReplacer("\n", " ", "\r", " ").Replace(v)
	return s.send("event: version\ndata: " + v + "\n\n")
}

func (s *stream) send(text string) error {
	s.ctl.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("web: stream: %w", err)
	}
	if err := s.ctl.Flush(); err != nil {
		return fmt.Errorf("web: stream: %w", err)
	}
	return nil
}
