package proof

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"citywalk/db"
)

// usesADay is how often a member may use the card on a day, over all shops.
const usesADay = 6

// A crowd is customers at the till who never rest: one signs in, buys a pass,
// redeems as often as a day allows and writes about it, and likes, saves and
// reports what the one before wrote; then another comes in his place. Each
// command is sent again under its key, to whichever node serves, until it is
// answered; a broken connection and a 503 are no answers. The crowd remembers
// what it was told, which is what must never be lost.
type crowd struct {
	t     testing.TB
	i     *Installation
	shop  string
	staff Client

	phones  atomic.Int64
	turns   atomic.Int64
	nodes   atomic.Pointer[[]*Node] // Who serves.
	fuse    atomic.Int64            // So many more requests until lit.
	lit     chan struct{}
	unknown atomic.Int64 // Requests whose connection broke, or that found nobody.
	broken  atomic.Int64 // Of these, those that had found somebody.
	replays atomic.Int64 // Answers to a command that had taken effect before.
	held    sync.RWMutex // Held for writing while nobody may send.

	mu       sync.Mutex
	commands int
	steps    []step
	passes   []string
	receipts []receipt
	shares   []share
	note     string         // That was written last.
	why      map[string]int // How often a request was answered with a 503, by its code.
	slowest  time.Duration  // Of these answers.
}

// A step is a state of a redemption that the crowd was told of.
type step struct {
	Redemption string
	Version    int
	State      string
}

// A receipt is what a committed redemption was told with.
type receipt struct{ Redemption, Number string }

// newCrowd makes the shop. The nodes need not be the ones that serve later.
func newCrowd(i *Installation, n *Node) *crowd {
	city := n.Settle(10)
	c := &crowd{t: i.t, i: i, shop: city.Shop, staff: city.Staff, lit: make(chan struct{}, 1), why: map[string]int{}}
	c.serve(n)
	return c
}

// serve tells the crowd who serves.
func (c *crowd) serve(nodes ...*Node) { c.nodes.Store(&nodes) }

// start lets so many customers in; close lets them finish what they began, and
// returns when the last has left.
func (c *crowd) start(customers int) (close func()) {
	var all sync.WaitGroup
	ctx, abort := context.WithCancel(context.Background())
	var closing atomic.Bool
	for range customers {
		all.Go(func() {
			for !closing.Load() {
				c.visit(ctx, &closing)
			}
		})
	}
	return func() {
		closing.Store(true)
		defer time.AfterFunc(5*time.Minute, abort).Stop() // What hangs fails rather than hangs.
		all.Wait()
		abort()
	}
}

// visit is one customer's day.
func (c *crowd) visit(ctx context.Context, closing *atomic.Bool) {
	me, err := c.signIn(ctx)
	if err != nil { // Another number will do: a killed node's message comes late.
		if r, ok := errors.AsType[Refused](err); ok && r.Status == http.StatusServiceUnavailable {
			c.refuse(r.Answer, 0)
		}
		return
	}
	if err := c.buy(ctx, me); err != nil {
		c.fail("buy a pass", err)
		return
	}
	told := false
	for range usesADay {
		if closing.Load() {
			return
		}
		visit, err := c.redeem(ctx, me)
		if err != nil {
			c.fail("redeem", err)
			return
		}
		if visit == "" || told {
			continue
		}
		if told = true; c.share(ctx, me, visit) != nil {
			return
		}
	}
}

// fail reports what no outage explains.
func (c *crowd) fail(what string, err error) {
	c.t.Errorf("%s: %v", what, err)
	time.Sleep(50 * time.Millisecond) // So that what always fails does not fill the log.
}

func (c *crowd) node() *Node {
	nodes := *c.nodes.Load()
	return nodes[int(c.turns.Add(1))%len(nodes)]
}

// signIn opens a session for a number that nobody had.
func (c *crowd) signIn(ctx context.Context) (Client, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	n := c.node()
	go func() {
		select {
		case <-n.Gone():
			cancel()
		case <-ctx.Done():
		}
	}()
	return n.SignIn(ctx, MemberPhone(int(1000+c.phones.Add(1))))
}

// errOver says that the time of a thing ran out while nobody served.
var errOver = errors.New("its time ran out")

// command sends a command until it is answered, and decodes the answer.
func (c *crowd) command(ctx context.Context, who Client, path string, body, answer any) error {
	a, err := c.send(ctx, who, http.MethodPost, path, Key(), body)
	switch {
	case err != nil:
		return err
	case a.Status == http.StatusGone:
		return errOver
	case a.Status < 200 || a.Status > 299:
		return Refused{"POST " + path, a}
	}
	if a.Header.Get("Idempotent-Replayed") == "true" {
		c.replays.Add(1)
	}
	return json.Unmarshal(a.Body, answer)
}

// send sends a request until it is answered.
func (c *crowd) send(ctx context.Context, who Client, method, path, key string, body any) (Answer, error) {
	for {
		if c.fuse.Add(-1) == 0 {
			c.lit <- struct{}{}
		}
		c.held.RLock()
		began := time.Now()
		a, err := who.At(c.node()).Send(ctx, method, path, key, body)
		c.held.RUnlock()
		switch {
		case ctx.Err() != nil:
			return a, ctx.Err()
		case err != nil:
			c.unknown.Add(1)
			if !errors.Is(err, syscall.ECONNREFUSED) {
				c.broken.Add(1)
			}
		case a.Status == http.StatusServiceUnavailable:
			c.refuse(a, time.Since(began))
		default:
			return a, nil
		}
		time.Sleep(10 * time.Millisecond) // Nobody may be there for a while.
	}
}

// refuse counts an answer that was none.
func (c *crowd) refuse(a Answer, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slowest = max(c.slowest, took)
	c.why[a.Problem().Code]++
}

func (c *crowd) get(ctx context.Context, who Client, path string, answer any) error {
	a, err := c.send(ctx, who, http.MethodGet, path, "", nil)
	if err == nil && a.Status != http.StatusOK {
		err = Refused{"GET " + path, a}
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(a.Body, answer)
}

// buy buys a pass, pays it and waits until it is active.
func (c *crowd) buy(ctx context.Context, me Client) error {
	var p Pass
	if err := c.command(ctx, me, "/passes", Object{"plan": "annual"}, &p); err != nil {
		return err
	}
	c.told(func() { c.commands++ })
	if err := Pay(ctx, p.PayURL, "agree"); err != nil {
		return err
	}
	for {
		var mine struct{ Passes []Pass }
		if err := c.get(ctx, me, "/passes", &mine); err != nil {
			return err
		}
		if len(mine.Passes) == 1 && mine.Passes[0].State == "active" {
			c.told(func() { c.passes = append(c.passes, p.ID) })
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// redeem is one redemption from the code to the receipt. One whose time ran
// out during an outage is begun anew; its id is "".
func (c *crowd) redeem(ctx context.Context, me Client) (id string, err error) {
	var code struct{ Code string }
	if err := c.command(ctx, me, "/codes", nil, &code); err != nil {
		return "", err
	}
	var r Redemption
	if err := c.command(ctx, c.staff, "/shops/"+c.shop+"/scans", Object{"code": code.Code}, &r); err != nil {
		return "", c.unlessOver(err)
	}
	c.step(r, 1)
	if err := c.command(ctx, c.staff, "/redemptions/"+r.ID+"/quotes", Object{"bill": 10_000}, &r); err != nil {
		return "", c.unlessOver(err)
	}
	c.step(r, 1)
	if err := c.command(ctx, me, "/redemptions/"+r.ID+"/confirm", Object{"version": r.Quote.Version, "hash": r.Quote.Hash}, &r); err != nil {
		return "", c.unlessOver(err)
	}
	c.step(r, 1)
	for r.Passing() {
		time.Sleep(5 * time.Millisecond)
		if err := c.get(ctx, me, "/redemptions/"+r.ID, &r); err != nil {
			return "", err
		}
	}
	if r.State != "committed" {
		return "", fmt.Errorf("it was confirmed and ended %s (%s)", r.State, r.Why)
	}
	if r.Receipt == "" {
		return "", errors.New("it is committed and has no receipt")
	}
	c.step(r, 0)
	c.told(func() { c.receipts = append(c.receipts, receipt{r.ID, r.Receipt}) })
	return r.ID, nil
}

// unlessOver lets a customer begin again whose code, bill or quote ran out.
func (c *crowd) unlessOver(err error) error {
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

// step notes what the crowd was told of a redemption, and of how many commands
// that was the acknowledgement.
func (c *crowd) step(r Redemption, commands int) {
	c.told(func() {
		c.commands += commands
		c.steps = append(c.steps, step{r.ID, r.Version, r.State})
	})
}

func (c *crowd) told(note func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	note()
}

// A toll is what the crowd was told up to a moment.
type toll struct {
	commands int
	steps    []step
	passes   []string
	receipts []receipt
	shares   []share
}

func (c *crowd) toll() toll {
	c.mu.Lock()
	defer c.mu.Unlock()
	return toll{c.commands, c.steps, c.passes, c.receipts, c.shares}
}

// lost returns what the crowd was told and a database does not have.
func (k toll) lost(ctx context.Context, d *db.DB) (lost []string, err error) {
	steps, passes, receipts, shares := map[step]bool{}, map[string]bool{}, map[receipt]bool{}, map[share]bool{}
	err = d.View(ctx, func(tx *db.Tx) error {
		err := db.Each(tx, func(s step) error { steps[s] = true; return nil }, `SELECT redemption, version, state FROM redeem_steps`)
		if err != nil {
			return err
		}
		err = db.Each(tx, func(id string) error { passes[id] = true; return nil }, `SELECT id FROM pass_passes WHERE state = 'active'`)
		if err != nil {
			return err
		}
		err = db.Each(tx, func(r receipt) error { receipts[r] = true; return nil },
			`SELECT id AS redemption, receipt AS number FROM redeem_redemptions WHERE state = 'committed'`)
		if err != nil {
			return err
		}
		return db.Each(tx, func(s share) error { shares[s] = true; return nil }, allShares)
	})
	for _, s := range k.steps {
		if !steps[s] {
			lost = append(lost, fmt.Sprintf("%s was %s in version %d", s.Redemption, s.State, s.Version))
		}
	}
	for _, p := range k.passes {
		if !passes[p] {
			lost = append(lost, p+" was active")
		}
	}
	for _, r := range k.receipts {
		if !receipts[r] {
			lost = append(lost, r.Redemption+" was committed with receipt "+r.Number)
		}
	}
	for _, s := range k.shares {
		if !shares[s] {
			lost = append(lost, fmt.Sprintf("%s of %s by who wrote %s", s.What, s.Thing, s.Author))
		}
	}
	return lost, err
}
