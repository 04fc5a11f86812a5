package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"citywalk/account"
)

// A line is a gate with visitors whose order a test looks at.
type line struct {
	*gate
	order chan string
}

func newLine(slots int) line { return line{newGate(slots), make(chan string, 100)} }

// hold takes a slot at once.
func (l line) hold(t *testing.T, class Class, session string) *visit {
	t.Helper()
	v, err := l.enter(t.Context(), class, session, "10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fill takes so many slots, each for a session of its own.
func (l line) fill(t *testing.T, n int, class Class) (held []*visit) {
	t.Helper()
	for i := range n {
		held = append(held, l.hold(t, class, fmt.Sprint(i)))
	}
	return held
}

// come waits for a slot in the background, says its name when it has it, and
// leaves; refused, it says so.
func (l line) come(t *testing.T, name string, class Class, session string) {
	go func() {
		v, err := l.enter(t.Context(), class, session, "10.0.0.1")
		if err != nil {
			l.order <- name + " refused"
			return
		}
		l.order <- name
		v.leave()
	}()
	synctest.Wait()
}

// said is what happened so far.
func (l line) said() string {
	synctest.Wait()
	var all []string
	for len(l.order) > 0 {
		all = append(all, <-l.order)
	}
	return strings.Join(all, ", ")
}

// empty proves that a gate whose visitors have gone holds nothing.
func (l line) empty(t *testing.T) {
	t.Helper()
	synctest.Wait()
	if l.taken != 0 || l.inside[Export] != 0 || len(l.waiting) != 0 || len(l.returning) != 0 || len(l.crowd) != 0 {
		t.Errorf("left behind: %d slots, %v inside, %d waiting, %d returning, %d crowds", l.taken, l.inside, len(l.waiting), len(l.returning), len(l.crowd))
	}
}

// TestTheUrgentGoFirst proves the order of classes, whatever the order of
// arrival.
func TestTheUrgentGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(4)
		held := l.fill(t, 4, Browse)
		for _, c := range []Class{Export, Browse, Change, Scan, Pay} {
			l.come(t, string(c), c, "s"+string(c))
		}
		held[0].leave()
		if got := l.said(); got != "pay, scan, change, browse, export" {
			t.Errorf("they went in this order: %s", got)
		}
		for _, v := range held[1:] {
			v.leave()
			v.leave()
		}
		l.empty(t)
	})
}

// TestNobodyFindsTheHouseShut proves that bills which begin anew leave a slot to
// what changes and one to what browses, and no more than that, and that bills
// which were begun leave none.
func TestNobodyFindsTheHouseShut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(keptPart)
		held := l.fill(t, keptPart, Scan)
		for _, c := range []Class{Browse, Scan, Change, Pay} {
			l.come(t, string(c), c, "s"+string(c))
		}
		held[0].leave()
		if got := l.said(); got != "pay, change, browse, scan" {
			t.Errorf("they went in this order: %s", got)
		}
		held[0] = l.hold(t, Browse, "reader")
		for _, c := range []Class{Browse, Scan} {
			l.come(t, string(c), c, "s"+string(c))
		}
		held[1].leave()
		if got := l.said(); got != "scan, browse" {
			t.Errorf("beside one that browses they went in this order: %s", got)
		}
		for _, v := range append(held[2:], held[0]) {
			v.leave()
		}
		l.empty(t)
	})
}

// TestRoomIsLeftToWaitToo proves that bills which begin anew do not turn those
// away for whom a slot is kept, and that bills which were begun do.
func TestRoomIsLeftToWaitToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(keptPart)
		held := l.fill(t, keptPart, Scan)
		l.come(t, "browse", Browse, "reader")
		for i := range waitersMax * keptPart {
			l.come(t, "scan", Scan, fmt.Sprint("scan", i))
		}
		if got := l.said(); got != "scan refused" {
			t.Errorf("turned away for one that scans: %s", got)
		}
		for i := range waitersMax * keptPart {
			l.come(t, "pay", Pay, fmt.Sprint("pay", i))
		}
		if got := l.said(); !strings.HasSuffix(got, "scan refused, browse refused") || strings.Contains(got, "pay") {
			t.Errorf("turned away for those that pay: %s", got)
		}
		for _, v := range held {
			v.leave()
		}
		l.said()
		l.empty(t)
	})
}

// TestTheLeastUrgentIsTurnedAway proves that there is room for two of each
// slot, that the least urgent makes room, and that a refusal is at once and
// says when to come back, not always the same.
func TestTheLeastUrgentIsTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(1)
		v := l.hold(t, Browse, "a")
		l.come(t, "first", Browse, "b")
		l.come(t, "second", Browse, "c")
		began := time.Now()
		l.come(t, "pay", Pay, "d")
		l.come(t, "export", Export, "e")
		if got := l.said(); got != "first refused, export refused" || time.Since(began) != 0 {
			t.Errorf("after %v: %s", time.Since(began), got)
		}
		v.leave()
		if got := l.said(); got != "pay, second" {
			t.Errorf("then went: %s", got)
		}
		l.empty(t)
		waits := map[int]bool{}
		for range 200 {
			waits[RetryAfter(Fault(busy()))] = true
		}
		if len(waits) < 3 || waits[0] {
			t.Errorf("all come back after %v seconds", waits)
		}
	})
}

// TestNobodyWaitsLong proves that who did not get a slot in time is told so,
// and that who has gone is forgotten.
func TestNobodyWaitsLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(1)
		v := l.hold(t, Browse, "a")
		began := time.Now()
		_, err := l.enter(t.Context(), Pay, "b", "10.0.0.1")
		if took := time.Since(began); !errors.Is(err, ErrBusy) || took != waitMax {
			t.Errorf("after %v: %v", took, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(waitMax/2, cancel)
		if _, err := l.enter(ctx, Pay, "b", "10.0.0.1"); !errors.Is(err, context.Canceled) {
			t.Errorf("who has gone: %v", err)
		}
		v.leave()
		l.empty(t)
	})
}

// TestALoopDelaysItself proves that who asks the most waits the longest: a
// session with ten requests waits for one with a single request that came
// before, and is the one that is turned away.
func TestALoopDelaysItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(4)
		var held []*visit
		for range 4 {
			held = append(held, l.hold(t, Scan, "loop"))
		}
		l.come(t, "other", Scan, "other")
		for i := range 8 {
			l.come(t, fmt.Sprint("loop ", i), Scan, "loop")
		}
		if got := l.said(); got != "loop 0 refused" {
			t.Errorf("turned away: %q", got)
		}
		held[0].leave()
		if got := l.said(); !strings.HasPrefix(got, "other, loop") {
			t.Errorf("they went in this order: %s", got)
		}
		for _, v := range held[1:] {
			v.leave()
		}
		l.empty(t)
	})
}

// TestExportsLeaveRoom proves that exports have a part of the slots only.
func TestExportsLeaveRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(exportPart)
		v := l.hold(t, Export, "a")
		l.come(t, "export", Export, "b")
		l.come(t, "browse", Browse, "c")
		if got := l.said(); got != "browse" {
			t.Errorf("went in beside an export: %s", got)
		}
		v.leave()
		if got := l.said(); got != "export" {
			t.Errorf("then: %s", got)
		}
		l.empty(t)
	})
}

// TestWhoWaitsOutsideHoldsNoSlot proves that a request which waits for somebody
// else makes room, has its slot again before who is new, however urgent, and is
// not refused.
func TestWhoWaitsOutsideHoldsNoSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(1)
		v := l.hold(t, Browse, "a")
		back := Outside(context.WithValue(t.Context(), requestKey{}, &request{visit: v}))
		w := l.hold(t, Browse, "b")
		go func() {
			back()
			l.order <- "returned"
			v.leave()
		}()
		synctest.Wait()
		l.come(t, "pay", Pay, "c")
		w.leave()
		if got := l.said(); got != "returned, pay" {
			t.Errorf("they went in this order: %s", got)
		}
		l.empty(t)
		Outside(t.Context())()
		Outside(context.WithValue(t.Context(), requestKey{}, &request{visit: v}))()
		l.empty(t)
	})
}

// crowded is a house with one slot, which a request holds until open is called.
func crowded(t *testing.T) (h *house, open func()) {
	t.Helper()
	h = newHouse(t, Options{Slots: 1})
	inside, end, done := make(chan bool), make(chan bool), make(chan bool)
	h.do = func(w http.ResponseWriter, r *http.Request) error {
		inside <- true
		<-end
		return hello(w, r)
	}
	go func() { h.ask("GET", "/", ""); close(done) }()
	<-inside
	for range waitersMax { // Nobody else may wait.
		h.gate.waiting = append(h.gate.waiting, &visit{gate: h.gate, class: Pay, address: h.gate.join("test"), turn: make(chan bool, 1)})
	}
	return h, func() { close(end); <-done }
}

// TestARefusalIsQuickAndReadable proves what pages, scripts and devices are
// told who are not let in, in both languages and without script, that no
// database was asked (there is none), and that built files and health are
// answered.
func TestARefusalIsQuickAndReadable(t *testing.T) {
	h, open := crowded(t)
	defer open()
	for _, c := range []struct{ path, lang, says string }{
		{"/thing/1?a=b&c", "zh", "现在用的人太多"}, {"/thing/1?a=b&c", "en", "Too many people are here at once"},
	} {
		r := h.ask("GET", c.path, "", "Accept-Language", c.lang, "Cookie", "member=any")
		body := text(t, r)
		seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
		if r.StatusCode != 503 || err != nil || seconds < 1 || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v", r.StatusCode, r.Header)
		}
		if !strings.Contains(body, c.says) || !strings.Contains(body, `data-fault="web.busy"`) || !strings.Contains(body, `href="/thing/1?a=b&amp;c"`) {
			t.Errorf("the page says: %s", body)
		}
	}
	form := text(t, h.ask("POST", "/thing/1", "a=b", "Referer", "http://example.com/thing/1/form"))
	if !strings.Contains(form, `href="/thing/1/form"`) {
		t.Errorf("a refused form leads elsewhere: %s", form)
	}
	r := h.ask("GET", "/api/v1/open", "")
	if body := text(t, r); r.StatusCode != 503 || r.Header.Get("Retry-After") == "" || !strings.Contains(body, `"code":"web.busy"`) || !strings.Contains(body, `"retry_after":`) {
		t.Errorf("%d %s", r.StatusCode, body)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/assets/none": 404, "/nowhere": 404} {
		if r := h.ask("GET", path, ""); r.StatusCode != want {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
	if got := strings.Count(h.log.String(), "more is asked than can be done"); got != 1 || strings.Contains(h.log.String(), "status=503") {
		t.Errorf("the log has %d lines about it:\n%s", got, h.log.String())
	}
}

// TestASlotIsHeldForWorkOnly proves that a slot is given back when the answer
// begins, so that neither who reads slowly nor who listens to a stream holds
// one, and that a body arrives before the slot is taken.
func TestASlotIsHeldForWorkOnly(t *testing.T) {
	h := newHouse(t, Options{Slots: 1})
	var during, after int
	h.do = func(w http.ResponseWriter, r *http.Request) error {
		during = h.Load().Working
		if deadline, ok := r.Context().Deadline(); !ok || time.Until(deadline) > rank[Change].time {
			t.Error("there is no deadline")
		}
		err := hello(w, r)
		after = h.Load().Working
		return err
	}
	server := httptest.NewServer(h.Handler())
	defer server.Close()
	body := newTrickle("a=b")
	done := make(chan *http.Response)
	go func() {
		r, err := http.Post(server.URL+"/thing/1", "application/x-www-form-urlencoded", body)
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	<-body.asked
	if r := h.ask("GET", "/", ""); r.StatusCode != 200 {
		t.Errorf("while a body arrived: %d", r.StatusCode)
	}
	close(body.more)
	if r := <-done; r != nil {
		r.Body.Close()
	}
	if during != 1 || after != 0 {
		t.Errorf("%d slots were taken during the work and %d after", during, after)
	}
	if r := h.ask("POST", "/thing/1", strings.Repeat("x", bodyMax+1)); r.StatusCode != 413 {
		t.Errorf("too large a body: %d", r.StatusCode)
	}
	if l := h.Load(); l.Working != 0 || len(h.large) != 0 {
		t.Errorf("left behind: %+v, %d bodies", l, len(h.large))
	}
}

// A trickle is a body that stops until it is told to go on.
type trickle struct {
	text  string
	asked chan bool
	more  chan bool
}

func newTrickle(text string) *trickle { return &trickle{text, make(chan bool, 2), make(chan bool)} }

func (b *trickle) Read(p []byte) (int, error) {
	if b.text == "" {
		b.asked <- true
		<-b.more
		return 0, io.EOF
	}
	n := copy(p, b.text)
	b.text = b.text[n:]
	return n, nil
}

// TestEveryRouteHasAClass proves what a route that names none has.
func TestEveryRouteHasAClass(t *testing.T) {
	e := New(Options{})
	e.Handle("POST /callback", http.NotFoundHandler())
	e.Mount(App{Name: account.MemberApp, Base: "/"},
		Route{"GET /read", account.ActPublic, "", hello},
		Route{"POST /write", account.ActPublic, "", hello},
		Route{"GET /pay", account.ActPublic, Pay, hello})
	want := map[string]Class{"POST /callback": Pay, "GET /read": Browse, "POST /write": Change, "GET /pay": Pay,
		"GET /healthz": Free, "GET /readyz": Free, "GET /assets/{name}": Free, "POST /lang": Browse}
	for _, r := range e.Routes() {
		if r.Class != want[r.Pattern] {
			t.Errorf("%s: %q, want %q", r.Pattern, r.Class, want[r.Pattern])
		}
		delete(want, r.Pattern)
	}
	if len(want) > 0 {
		t.Errorf("not there: %v", want)
	}
	defer func() {
		if recover() == nil {
			t.Error("a class that nobody knows was mounted")
		}
	}()
	e.Mount(App{Name: account.MemberApp, Base: "/"}, Route{"GET /x", account.ActPublic, "urgent", hello})
}
