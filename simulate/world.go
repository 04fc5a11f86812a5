package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"sort"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/payment/sandbox"
)

// tick is how long a transaction takes: no two happen at the same time.
const tick = 4 * time.Millisecond

// A world is one seed's life of the city.
type world struct {
	*city
	ctx     context.Context
	dir     string
	seed    int64
	dice    *rand.Rand
	coin    *rand.Rand // For what is done in public.
	jitter  *rand.Rand // For how long a job that failed waits.
	weather weather

	told   time.Time // The last time that a clock told.
	asleep bool      // The driver waits; whoever asks for the time is somebody else.
	nodes  [2]*node
	last   int // The node that was asked last.
	box    *sandbox.Server
	boxDB  *db.DB
	watch  *watcher
	book   *book
	phones []*phone
	tills  []*till
	mail   []letter
	late   int // Steps since the last longer wait.

	depth   int // Of steps that run while a message of another is under way.
	step    int
	calm    bool // The faults are over.
	keys    map[account.ID]int
	letters int
	trace   []string
	whole   bool
	sum     hash.Hash
	failure string
	reached map[string]int
}

// A node is one life of a server's process.
type node struct {
	*Node
	no   int
	fuse int  // Transactions until it is killed; 0 is never.
	dead bool // Killed: nothing more is read or written by it.
}

// killed is what unwinds a process that is killed.
type killed struct{ no int }

// A letter is something that happens later.
type letter struct {
	at    time.Time
	n     int
	words string
	do    func()
}

// failed unwinds the driver when something does not hold.
type failed struct{ what string }

func (c *city) wake(ctx context.Context, dir string, seed int64, o Options) (w *world, err error) {
	d := dice(seed)
	w = &world{city: c, ctx: ctx, dir: dir, seed: seed, dice: d, coin: dice(-seed), jitter: dice(seed << 32), weather: draw(d), whole: o.Trace,
		sum: sha256.New(), keys: map[account.ID]int{}, reached: map[string]int{}}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	w.box, w.boxDB, err = c.wiring.Provider(ctx, filepath.Join(dir, theirsFile), w.clock(nil, w.weather.skew[2]), &http.Client{Transport: callbacks{w}})
	if err != nil {
		return w, err
	}
	for i := range w.nodes {
		if w.nodes[i], err = w.open(i); err != nil {
			return w, err
		}
	}
	if w.watch, err = openWatcher(ctx, filepath.Join(dir, oursFile), filepath.Join(dir, theirsFile)); err != nil {
		return w, err
	}
	w.book = newBook(w)
	w.say("seed %d: %s", seed, w.weather)
	for i := range w.weather.people {
		w.phones = append(w.phones, newPhone(w, c.members[i], fmt.Sprintf("member %d", i+1)))
	}
	w.phones = append(w.phones, newPhone(w, c.members[0], "member 1's other phone"))
	for i := range c.tills {
		w.tills = append(w.tills, &till{device: newDevice(w, c.tills[i], fmt.Sprintf("till %d", i+1)), shop: c.shops[i%cityShops].ID})
	}
	return w, w.provider()
}

func (w *world) close() error {
	var err error
	for _, n := range w.nodes {
		if n != nil {
			err = errors.Join(err, n.DB.Close())
		}
	}
	if w.boxDB != nil {
		err = errors.Join(err, w.boxDB.Close())
	}
	if w.watch != nil {
		w.watch.close()
	}
	return err
}

// open starts the process of a node.
func (w *world) open(no int) (*node, error) {
	n := &node{no: no}
	inner, err := w.wiring.Open(w.ctx, Place{
		Path: filepath.Join(w.dir, oursFile), Clock: w.clock(n, w.weather.skew[no]), Transport: line{w, n}})
	if err != nil {
		return nil, err
	}
	n.Node = inner
	n.Runner.OnError = w.jobFailed
	n.Runner.Jitter = func(n time.Duration) time.Duration { return time.Duration(w.jitter.Int64N(int64(n))) }
	return n, nil
}

// now is the world's time, which no device knows exactly.
func (w *world) now() time.Time {
	t := time.Now().Truncate(tick)
	if !t.After(w.told) {
		t = w.told.Add(tick)
	}
	return t
}

// clock is the clock of a party. A node whose fuse is burnt down is dead the
// moment it asks for the time, which every transaction does when it begins.
func (w *world) clock(n *node, skew time.Duration) func() time.Time {
	return func() time.Time {
		if n != nil && n.Node != nil && !w.asleep {
			if n.fuse > 0 {
				n.fuse--
				n.dead = n.dead || n.fuse == 0
			}
			if n.dead {
				panic(killed{n.no})
			}
		}
		w.told = w.now()
		return w.told.Add(skew)
	}
}

// sleep lets time pass. Odd nanoseconds keep the driver from waking at the
// same instant as a timer of the product's.
func (w *world) sleep(d time.Duration) {
	w.asleep = true
	time.Sleep(d + time.Duration(w.step*64+w.depth+1)*time.Nanosecond)
	w.asleep = false
}

// say writes a line of the trace. It holds nothing that is random, so that the
// same seed says the same.
func (w *world) say(format string, args ...any) {
	text := fmt.Sprintf("%4d %s %*s%s", w.step, w.now().In(w.wiring.Zone).Format("2 15:04:05.000"), 2*w.depth, "", fmt.Sprintf(format, args...))
	w.sum.Write([]byte(text))
	if !w.whole && len(w.trace) >= 200 {
		w.trace = append(w.trace[:0], w.trace[100:]...)
	}
	w.trace = append(w.trace, text)
}

// fail ends the seed. What fails while a job's message is under way unwinds
// only the job, whose runner takes a panic for an error: upheld says it then.
func (w *world) fail(format string, args ...any) {
	if w.failure == "" {
		w.failure = fmt.Sprintf(format, args...)
	}
	w.upheld()
}

// upheld goes on if nothing has failed.
func (w *world) upheld() {
	if w.failure != "" {
		panic(failed{w.failure})
	}
}

func (w *world) must(err error) {
	if err != nil {
		w.fail("the simulation itself: %v", err)
	}
}

func (w *world) result(failure string) Result {
	r := Result{Seed: w.seed, Steps: w.step, Hash: hex.EncodeToString(w.sum.Sum(nil))[:16], Failure: failure, Reached: w.reached}
	if w.whole || failure != "" {
		r.Trace = w.trace
	}
	return r
}

// chance throws the dice of a world that is not calm.
func (w *world) chance(percent int) bool {
	return percent > 0 && !w.calm && w.dice.IntN(100) < percent
}

// strikes throws the dice for a fault, which is noted.
func (w *world) strikes(fault string, percent int) bool {
	if !w.chance(percent) {
		return false
	}
	w.reached["fault: "+fault]++
	return true
}

// live makes the steps and lets the world come to rest.
func (w *world) live(steps int) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case failed:
			w.failure = p.what
			w.say("FAILED: %s", p.what)
		default:
			w.failure = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	for w.step = 1; w.step <= steps; w.step++ {
		if behind := time.Until(w.told); behind > 0 {
			w.sleep(behind)
		}
		w.act()
		w.upheld()
		w.book.look()
		if w.step%proveEvery == 0 {
			w.prove()
		}
	}
	w.step = steps
	w.rest()
	w.upheld()
}

// proveEvery is how often the whole of the books is proved. After the steps
// between, the book proves what they changed: that entries add up to zero and
// what each account holds but, among revenue, what of it is earned already.
const proveEvery = 25

func (w *world) prove() {
	var words string
	w.on(w.nodes[0], func(n *node) {
		found, err := n.Prove(w.ctx)
		if err != nil {
			w.fail("prove: %v", err)
		}
		for _, f := range found {
			words += fmt.Sprintf("%s: %s (%v); ", f.Rule, f.What, f.Amount)
		}
	})
	if words != "" {
		w.fail("the books do not prove: %s", words)
	}
}

// post has something happen later.
func (w *world) post(after time.Duration, words string, do func()) {
	w.letters++
	w.mail = append(w.mail, letter{time.Now().Add(after), w.letters, words, do})
	sort.Slice(w.mail, func(i, j int) bool {
		a, b := w.mail[i], w.mail[j]
		return a.at.Before(b.at) || a.at.Equal(b.at) && a.n < b.n
	})
}

// deliver lets what is due happen.
func (w *world) deliver() {
	for len(w.mail) > 0 && !w.mail[0].at.After(time.Now()) {
		l := w.mail[0]
		w.mail = w.mail[1:]
		w.say("late: %s", l.words)
		l.do()
		w.book.look()
	}
}

// pass lets time pass, and what was under way arrive.
func (w *world) pass(d time.Duration) {
	end := time.Now().Add(d)
	for len(w.mail) > 0 && w.mail[0].at.Before(end) {
		w.sleep(max(time.Until(w.mail[0].at), 0))
		w.deliver()
	}
	w.sleep(max(time.Until(end), 0))
}

// on runs something on a node and reports whether the node lived through it.
// If it was killed it is started again.
func (w *world) on(n *node, do func(n *node)) (lived bool) {
	defer func() {
		switch p := recover().(type) {
		case nil:
			return
		case killed:
			w.revive(w.nodes[p.no])
		default:
			panic(p)
		}
	}()
	do(n)
	return true
}

// revive starts a node again that was killed; nested, it may be alive again.
func (w *world) revive(n *node) {
	if !n.dead {
		return
	}
	w.reached["node killed"]++
	w.say("node %d is killed and starts again", n.no+1)
	w.must(n.DB.Close())
	again, err := w.open(n.no)
	w.must(err)
	w.nodes[n.no] = again
}

// any returns a node, mostly the one before: a node reads anew what the other
// has written.
func (w *world) any() *node {
	if w.dice.IntN(3) == 0 {
		w.last = w.dice.IntN(len(w.nodes))
	}
	return w.nodes[w.last]
}

// endanger may light a node's fuse.
func (w *world) endanger(n *node) {
	if w.weather.deaths > 0 && !w.calm && w.depth == 0 && w.dice.IntN(1000) < w.weather.deaths {
		n.fuse = 1 + w.dice.IntN(9)
	}
}

// work has a node do the jobs that are due.
func (w *world) work(n *node) {
	w.endanger(n)
	w.on(n, func(n *node) {
		done, err := n.Runner.Drain(w.ctx)
		if n.dead {
			return // Killed while a message of its own was under way.
		} else if err != nil {
			w.fail("jobs: %v", err)
		}
		if done > 0 {
			w.say("node %d did %d jobs", n.no+1, done)
		}
		n.fuse = 0
	})
	w.upheld()
	w.book.look()
}

// someone picks one.
func pick[T any](w *world, from []T) T { return from[w.dice.IntN(len(from))] }
