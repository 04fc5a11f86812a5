package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/money"
	"citywalk/payment"
	"citywalk/payment/sandbox"
	"citywalk/redeem"
)

const (
	crashes      = 20
	crashClients = 8
	crashCalls   = 60 // The most requests that a server answers before it is killed.
)

// TestKilledServerLosesNothing kills a serving process twenty times, each time
// at a random request of eight tills. After every restart each redemption that
// was answered as committed is there, with the receipt that the answer gave,
// and the books prove. What was answered with a broken connection may have
// become either. In the end the books have what the institution keeps.
func TestKilledServerLosesNothing(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			c := newCrash(t, engine)
			dice := rand.New(rand.NewPCG(20, 8))
			var slowest time.Duration
			for round := range crashes {
				began := time.Now()
				server := c.serve()
				slowest = max(slowest, time.Since(began))
				c.check()
				c.play(server, round, 1+dice.IntN(crashCalls))
			}
			t.Logf("%d redemptions were acknowledged, %d had an unknown outcome; the slowest start took %v",
				len(c.known), c.unknown.Load(), slowest)
			c.settle()
		})
	}
}

// A crash is an installation whose server is killed.
type crash struct {
	*track
	t       *testing.T
	cfg     Config
	members []string // Tokens, one for each client and round.
	unknown atomic.Int64

	mu    sync.Mutex
	known map[redeem.ID]string // Receipts by what was answered as committed.
}

// newCrash makes a shop and members with a server in this process, and ends it.
func newCrash(t *testing.T, engine db.Engine) *crash {
	t.Helper()
	b, err := newTrack(t.Context(), dbtest.URL(t, engine), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := &crash{track: b, t: t, cfg: b.parts.cfg, members: make([]string, crashes*crashClients), known: map[redeem.ID]string{}}
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(crashClients)
	for i := range c.members {
		g.Go(func() (err error) { c.members[i], err = b.join(ctx); return err })
	}
	if err := errors.Join(g.Wait(), b.close()); err != nil {
		t.Fatal(err)
	}
	return c
}

// serve starts the program and returns it when it is ready.
func (c *crash) serve() *exec.Cmd {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), os.Args[0], "serve", "--db", c.cfg.DB, "--secrets", c.cfg.Secrets,
		"--listen", c.cfg.Listen, "--sandbox-listen", c.cfg.SandboxListen, "--workers", "2")
	cmd.Env = []string{"CITYWALK_TEST_AS_PROGRAM=1", "PATH=/usr/bin:/bin", "HOME=" + filepath.Dir(c.cfg.Secrets)}
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	await(c.t, out, `console  (\S+)`)
	return cmd
}

// play has eight tills redeem until the server is killed at the n-th request.
func (c *crash) play(server *exec.Cmd, round, n int) {
	c.t.Helper()
	var calls atomic.Int64
	var killed atomic.Bool
	transport := &http.Transport{MaxIdleConnsPerHost: crashClients}
	defer transport.CloseIdleConnections()
	c.client = &http.Client{Transport: killing{transport, func() {
		if calls.Add(1) == int64(n) {
			killed.Store(true)
			server.Process.Kill()
		}
	}}}
	var tills sync.WaitGroup
	for i := range crashClients {
		tills.Go(func() {
			for range perMember {
				if err := c.redeemOne(c.members[round*crashClients+i]); err != nil {
					if !killed.Load() {
						c.t.Errorf("before the server was killed: %v", err)
					}
					return
				}
			}
		})
	}
	tills.Wait()
	if !killed.Load() {
		c.t.Fatalf("%d requests were made, the server was to be killed at number %d", calls.Load(), n)
	}
	server.Wait()
}

// killing strikes while a request is on its way.
type killing struct {
	http.RoundTripper
	strike func()
}

func (k killing) RoundTrip(r *http.Request) (*http.Response, error) {
	go k.strike()
	return k.RoundTripper.RoundTrip(r)
}

// redeemOne is one redemption through HTTP. What is answered as committed is
// kept.
func (c *crash) redeemOne(member string) error {
	ctx := c.t.Context()
	var code struct{ Code string }
	if err := c.post(ctx, member, "/codes", nil, &code); err != nil {
		return err
	}
	var r struct {
		ID             redeem.ID
		State, Receipt string
		Quote          struct {
			Version int
			Hash    string
		}
	}
	if err := c.post(ctx, c.till, "/shops/"+string(c.shop)+"/scans", map[string]any{"code": code.Code}, &r); err != nil {
		return err
	}
	if err := c.post(ctx, c.till, "/redemptions/"+string(r.ID)+"/quotes", map[string]any{"bill": 100 * money.Yuan}, &r); err != nil {
		return err
	}
	err := c.post(ctx, member, "/redemptions/"+string(r.ID)+"/confirm", map[string]any{"version": r.Quote.Version, "hash": r.Quote.Hash}, &r)
	for err == nil && r.State == "paying" {
		err = c.call(ctx, http.MethodGet, member, "/redemptions/"+string(r.ID), nil, &r)
	}
	switch {
	case err != nil:
		c.unknown.Add(1)
		return err
	case r.State != "committed" || r.Receipt == "":
		return fmt.Errorf("a redemption was confirmed and is %s, receipt %q", r.State, r.Receipt)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[r.ID] = r.Receipt
	return nil
}

// check looks into the database of the server that has started again.
func (c *crash) check() {
	c.t.Helper()
	a, err := open(c.t.Context(), c.cfg)
	if err != nil {
		c.t.Fatal(err)
	}
	defer a.close()
	c.compare(a)
}

func (c *crash) compare(a *parts) {
	c.t.Helper()
	type kept struct {
		ID      redeem.ID
		Receipt string
	}
	there := map[redeem.ID]string{}
	err := a.db.View(c.t.Context(), func(tx *db.Tx) error {
		all, err := db.All[kept](tx, `SELECT id, receipt FROM redeem_redemptions WHERE state = 'committed'`)
		for _, k := range all {
			there[k.ID] = k.Receipt
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	for id, receipt := range c.known {
		if there[id] != receipt {
			c.t.Errorf("%s was answered as committed with receipt %s; there is %q", id, receipt, there[id])
		}
	}
	found, err := a.prove(c.t.Context())
	if err != nil || len(found) > 0 {
		c.t.Errorf("the books: %v, %v", found, err)
	}
}

// settle asks the institution what became of every payment that was cut off,
// and compares what it keeps with the books.
func (c *crash) settle() {
	c.t.Helper()
	a, err := open(c.t.Context(), c.cfg)
	if err != nil {
		c.t.Fatal(err)
	}
	defer a.close()
	box, err := openCounter(c.t.Context(), c.cfg, a.secrets, nil, "")
	if err != nil {
		c.t.Fatal(err)
	}
	defer box.close()
	if err := box.listen(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(c.t.Context())
	answering := make(chan error, 1)
	go func() { answering <- box.answer(ctx) }()
	defer func() { stop(); <-answering }()

	paid := map[string]money.Amount{}
	payments, err := a.payment.List(ctx, "", "", 10_000)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, p := range payments {
		if p, err = a.payment.Sync(ctx, p.No); err != nil {
			c.t.Fatal(err)
		}
		if p.State == payment.Paid {
			paid[p.No] = p.Amount
		}
	}
	truth, err := box.box.Truth(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, charge := range truth.Charges {
		if charge.Status == sandbox.Paid && paid[charge.No] != charge.Amount-charge.Refunded {
			c.t.Errorf("the institution keeps %v of %s, we know of %v", charge.Amount-charge.Refunded, charge.No, paid[charge.No])
		}
		delete(paid, charge.No)
	}
	if len(paid) > 0 {
		c.t.Errorf("paid, and the institution does not know: %v", paid)
	}
	c.compare(a)
}
