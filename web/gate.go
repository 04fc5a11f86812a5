package web

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"citywalk/fault"
)

// A Class says how much it matters that a route is answered when not
// everything can be. A route that names none is of the class of its method:
// reading browses, everything else changes.
type Class string

const (
	Pay    Class = "pay"    // A bill that was begun: the scan of a code that is shown, its price, agreeing, its payment, and the pages that wait for it.
	Scan   Class = "scan"   // What comes before: showing the code, and the till's camera.
	Change Class = "change" // Buying, signing in, and whatever else is kept.
	Browse Class = "browse" // Reading.
	Export Class = "export" // Files, proofs and imports, which take long.
	Free   Class = "free"   // Built files and health: no work that could be too much.
)

// rank is the order in which classes are let in, and how long their requests
// may take: those that may wait for the payment institution, which has five
// seconds of its own, and those that take long have longer.
var rank = map[Class]struct {
	order int
	time  time.Duration
}{
	Pay: {0, 8 * time.Second}, Scan: {1, 3 * time.Second}, Change: {2, 8 * time.Second},
	Browse: {3, 3 * time.Second}, Export: {4, 2 * time.Minute},
}

const (
	waitMax    = 200 * time.Millisecond // For a slot. Who waits longer is told to come back.
	waitersMax = 2                      // For each slot.
	exportPart = 4                      // Exports have one slot of so many at most.
	keptPart   = 16                     // What changes has one of so many at least, and so has what browses.
	neighbours = 8                      // So many requests from one address weigh as much as one of a session.
)

// ErrBusy says that more is asked than can be done.
var ErrBusy = fault.New(fault.Unavailable, "web.busy", fault.Us, "现在用的人太多，这一步还没有做。请过几秒再试一次。", "Too many people are here at once, and this was not done. Try again in a few seconds.")

// A gate lets a bounded number of requests work at once, and a few more wait
// for a moment. Work beyond what the machine can do would make everybody late;
// so it is refused at once, before it costs anything, and the least urgent
// first.
//
// Who goes first, and who last if there is no room to wait, is one order:
//
//   - the more urgent class. But bills that are not begun yet leave a few slots
//     to what changes and to what browses, so that nobody finds the house shut
//     for as long as it is full; a bill that was begun makes way for nothing;
//   - then whoever has fewer requests here. A session's weigh in full, and
//     those of its address for an eighth, because a shop's guests share one:
//     a loop in one shop delays that shop;
//   - then the newest. Who has waited longest has most likely given up, and
//     to serve in turn would make everybody late.
//
// While a request waits for somebody else, the payment institution, it gives
// its slot back (Outside), and has it again before anybody new.
type gate struct {
	mu        sync.Mutex
	slots     int
	taken     int
	inside    map[Class]int // Of the taken.
	waiting   []*visit
	returning []*visit
	crowd     map[string]*crowd
	arrived   int64
	refused   map[Class]int64
}

// A crowd is the requests of one session or address that are here.
type crowd struct {
	name string
	n    int
}

// A visit is one request at the gate.
type visit struct {
	gate    *gate
	class   Class
	session *crowd // Nil if none is presented.
	address *crowd
	number  int64     // Order of arrival.
	turn    chan bool // Told once: whether it got a slot.
	inside  bool      // Holds a slot.
	gone    bool
}

func newGate(slots int) *gate {
	return &gate{slots: slots, inside: map[Class]int{}, crowd: map[string]*crowd{}, refused: map[Class]int64{}}
}

// enter waits for a slot. It returns ErrBusy, or the context's error when the
// client has gone.
func (g *gate) enter(ctx context.Context, class Class, session, address string) (*visit, error) {
	g.mu.Lock()
	g.arrived++
	v := &visit{gate: g, class: class, number: g.arrived, address: g.join("@" + address)}
	if session != "" {
		v.session = g.join(session)
	}
	if g.fits(v) {
		g.take(v)
		g.mu.Unlock()
		return v, nil
	}
	v.turn = make(chan bool, 1)
	g.waiting = append(g.waiting, v)
	if len(g.waiting) > waitersMax*g.slots {
		g.refuse(g.last())
	}
	g.mu.Unlock()
	patience := time.NewTimer(waitMax)
	defer patience.Stop()
	select {
	case ok := <-v.turn:
		if !ok {
			return nil, busy()
		}
		return v, nil
	case <-patience.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if v.inside { // Its turn came at the same moment.
		return v, nil
	}
	if !v.gone {
		g.refuse(g.indexOf(v))
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return nil, busy()
}

// busy says when to come back: not all at once.
func busy() error { return ErrBusy.After(time.Second + rand.N(4*time.Second)) }

// leave gives the slot back. It may be called again.
func (v *visit) leave() {
	g := v.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if v.gone {
		return
	}
	g.release(v)
	g.part(v)
	g.next()
}

// step gives the slot back for a while, unless it was given back for good;
// what it returns takes one again, before anybody who is new.
func (v *visit) step() (back func()) {
	g := v.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if !v.inside {
		return func() {}
	}
	g.release(v)
	g.next()
	return func() {
		g.mu.Lock()
		if g.fits(v) {
			g.take(v)
			g.mu.Unlock()
			return
		}
		v.turn = make(chan bool, 1)
		g.returning = append(g.returning, v)
		g.mu.Unlock()
		<-v.turn
	}
}

// fits reports whether a slot is free for the visit.
func (g *gate) fits(v *visit) bool {
	return g.taken < g.slots && (v.class != Export || g.inside[Export] < max(1, g.slots/exportPart))
}

// kept is how many slots the class has at least.
func (g *gate) kept(class Class) int {
	if class == Change || class == Browse {
		return g.slots / keptPart
	}
	return 0
}

func (g *gate) take(v *visit) {
	v.inside = true
	g.taken++
	g.inside[v.class]++
}

func (g *gate) release(v *visit) {
	if !v.inside {
		return
	}
	v.inside = false
	g.taken--
	g.inside[v.class]--
}

// next gives free slots to who goes first.
func (g *gate) next() {
	for len(g.returning) > 0 && g.fits(g.returning[0]) {
		v := g.returning[0]
		g.returning = g.returning[1:]
		g.take(v)
		v.turn <- true
	}
	for first := g.first(); first >= 0; first = g.first() {
		v := g.waiting[first]
		g.drop(first)
		g.take(v)
		v.turn <- true
	}
}

// first is the place of the one that goes first, or -1 if nobody can go.
func (g *gate) first() int {
	first, kept := -1, -1
	for i, v := range g.waiting {
		if !g.fits(v) {
			continue
		}
		if first < 0 || v.before(g.waiting[first]) {
			first = i
		}
		if g.inside[v.class] < g.kept(v.class) && (kept < 0 || v.before(g.waiting[kept])) {
			kept = i
		}
	}
	if kept >= 0 && g.waiting[first].class != Pay {
		return kept
	}
	return first
}

// last is the place of the one that goes last. As many of a class may wait as
// its part of the slots allows, unless everybody else would pay.
func (g *gate) last() int {
	queued := map[Class]int{}
	for _, v := range g.waiting {
		queued[v.class]++
	}
	last, spare := 0, -1
	for i, v := range g.waiting {
		if g.waiting[last].before(v) {
			last = i
		}
		if queued[v.class] > waitersMax*g.kept(v.class) && (spare < 0 || g.waiting[spare].before(v)) {
			spare = i
		}
	}
	if spare >= 0 && g.waiting[spare].class != Pay {
		return spare
	}
	return last
}

// before reports whether v goes before w.
func (v *visit) before(w *visit) bool {
	if a, b := rank[v.class].order, rank[w.class].order; a != b {
		return a < b
	}
	if a, b := v.weight(), w.weight(); a != b {
		return a < b
	}
	return v.number > w.number
}

func (v *visit) weight() int {
	own := 1
	if v.session != nil {
		own = v.session.n
	}
	return neighbours*own + v.address.n
}

// refuse sends the i-th of the waiting away.
func (g *gate) refuse(i int) {
	v := g.waiting[i]
	g.drop(i)
	g.part(v)
	g.refused[v.class]++
	v.turn <- false
}

func (g *gate) drop(i int) {
	end := len(g.waiting) - 1
	g.waiting[i] = g.waiting[end]
	g.waiting[end] = nil
	g.waiting = g.waiting[:end]
}

func (g *gate) indexOf(v *visit) int {
	for i, w := range g.waiting {
		if v == w {
			return i
		}
	}
	panic("web: gate: a waiting request is not among the waiting")
}

func (g *gate) join(name string) *crowd {
	c := g.crowd[name]
	if c == nil {
		c = &crowd{name: name}
		g.crowd[name] = c
	}
	c.n++
	return c
}

// part counts a visit out.
func (g *gate) part(v *visit) {
	v.gone = true
	for _, c := range []*crowd{v.session, v.address} {
		if c == nil {
			continue
		}
		if c.n--; c.n == 0 {
			delete(g.crowd, c.name)
		}
	}
}
