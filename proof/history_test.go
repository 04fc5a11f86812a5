package proof

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"citywalk/db"
	"citywalk/failpoint"
)

// operations is how many a history has on each engine; make history asks for
// more.
var operations = flag.Int("history.operations", 1500, "operations of a history on each engine")

// TestHistoriesAreLinearizable has sixteen clients do whatever they like at a
// few tills, while nodes are killed and break at their failpoints, and keeps a
// record of what was asked and answered. There has to be an order of it all, in
// which each thing happened at one moment between its request and its answer,
// that a single till without any faults could have gone through. What was not
// answered may have happened at any later time, or not at all.
func TestHistoriesAreLinearizable(t *testing.T) {
	each(t, func(t *testing.T, i *Installation) {
		nodes := 1
		if strings.HasPrefix(i.DB, "postgres") {
			nodes = 2
		}
		h := newHistory(i, 16+*operations/100)
		h.run(t.Context(), nodes)
		h.check()
	})
}

// A history is what clients asked and were told.
type history struct {
	t     testing.TB
	i     *Installation
	fleet *fleet
	staff Client
	shop  string
	desks []*desk
	began time.Time

	turned, broken atomic.Int64 // Answers that nothing was done, and requests without any.

	mu       sync.Mutex
	recorded int
	unknown  int
	drawn    int
	ops      map[string][]porcupine.Operation // By redemption and by code.
	lives    map[string]*life                 // By redemption.
	refused  map[string][]porcupine.Operation // By member: scans for whom nothing was free.
	blind    map[string]int64                 // By member: when the first scan was sent that was never answered.
}

// newHistory opens a shop and has so many members come to it.
func newHistory(i *Installation, members int) *history {
	i.t.Helper()
	n := i.Start()
	city := n.Settle(usesADay + 1)
	h := &history{t: i.t, i: i, staff: city.Staff, shop: city.Shop, desks: make([]*desk, members), ops: map[string][]porcupine.Operation{},
		lives: map[string]*life{}, refused: map[string][]porcupine.Operation{}, blind: map[string]int64{}}
	r := &race{Installation: i, t: i.t.(*testing.T), nodes: []*Node{n}, city: city}
	for k, m := range r.join(members) {
		h.desks[k] = &desk{member: m, name: fmt.Sprintf("member %d", k+1)}
	}
	n.Kill()
	h.began = time.Now()
	return h
}

func (h *history) now() int64 { return time.Since(h.began).Nanoseconds() }

// run makes the history, and then looks at every redemption once more, where
// nothing breaks.
func (h *history) run(ctx context.Context, nodes int) {
	h.i.Arm(failures())
	h.fleet = launch(h.i, nodes)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var clients sync.WaitGroup
		for client := range 16 {
			clients.Go(func() {
				for h.count() < *operations && ctx.Err() == nil {
					h.serve(ctx, client, h.desk())
				}
			})
		}
		clients.Wait()
	}()
	h.harass(done)
	broken := h.fleet
	broken.land()
	h.i.Arm("")
	h.fleet = launch(h.i, nodes)
	h.list()
	for id, l := range h.lives {
		h.command(ctx, 0, &desk{member: h.staff, name: l.desk}, "GET", act{about: id, kind: "look"}, nil)
	}
	h.fleet.land()
	h.fleet = broken
}

// failures is how often what happens where: on the way of a transaction, of
// which a command has several, and on that to the institution.
func failures() string {
	var all []string
	for _, p := range failpoint.Places {
		rates := map[string]int{"exit": 1500, "panic": 1000, "sleep": 1500, "error": 300}
		if p == failpoint.AfterIntentBeforeGateway || p == failpoint.AfterGatewayBeforeRecord {
			rates = map[string]int{"exit": 100, "panic": 60, "sleep": 100, "error": 30}
		}
		for _, action := range failpoint.Actions {
			all = append(all, fmt.Sprintf("%s=%s/%d", p, action, rates[action]))
		}
	}
	return strings.Join(all, ",")
}

func (h *history) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.recorded
}

// desk is one of the first five where something can be done, so that clients
// meet there. Where a payment is waited for, somebody looks now and then.
func (h *history) desk() *desk {
	var open []*desk
	for _, d := range h.desks {
		if len(open) < 5 && d.may() && (!d.waits() || rand.IntN(8) == 0) {
			open = append(open, d)
		}
	}
	if len(open) == 0 {
		open = h.desks
	}
	return open[rand.IntN(len(open))]
}

// harass kills a node after every so many operations until the history is done.
func (h *history) harass(done chan struct{}) {
	next := 100
	for {
		select {
		case <-done:
			return
		case <-time.After(5 * time.Millisecond):
		}
		if h.count() >= next {
			h.fleet.kill()
			next = h.count() + 100 + rand.IntN(200)
		}
	}
}

// record keeps what an act was answered.
func (h *history) record(s sending, a act, told heard) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.recorded++
	if told.unknown {
		h.unknown++
		s.ret = never
	}
	op := porcupine.Operation{ClientId: s.client, Input: a, Call: s.call, Output: told, Return: s.ret}
	h.ops[a.about] = append(h.ops[a.about], op)
	if a.kind != "scan" {
		h.life(a.about, s).saw(s, a, told)
		return
	}
	switch {
	case told.id != "":
		l := h.life(told.id, s)
		l.call, l.ret = s.call, s.ret
	case told.unknown:
		h.blind[s.desk] = earlier(h.blind[s.desk], s.call)
	case slices.Contains([]string{"redeem.open", "redeem.daily"}, told.refusal):
		h.refused[s.desk] = append(h.refused[s.desk], op)
	}
}

func (h *history) life(id string, s sending) *life {
	if h.lives[id] == nil {
		h.lives[id] = &life{desk: s.desk}
	}
	return h.lives[id]
}

// list adds the redemptions that nobody was told of.
func (h *history) list() {
	h.t.Helper()
	type row struct{ ID, Person string }
	var rows []row
	err := h.i.Open().View(h.t.Context(), func(tx *db.Tx) (err error) {
		rows, err = db.All[row](tx, `SELECT id, person FROM redeem_redemptions`)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	desks := map[string]string{}
	for _, r := range rows {
		if l := h.lives[r.ID]; l != nil {
			desks[r.Person] = l.desk
		}
	}
	for _, r := range rows {
		if desk := desks[r.Person]; h.lives[r.ID] == nil && desk != "" {
			h.lives[r.ID] = &life{desk: desk}
		}
	}
}

// check looks for an order of everything.
func (h *history) check() {
	h.t.Helper()
	began, parts := time.Now(), 0
	for about, ops := range h.ops {
		model := codes
		if h.lives[about] != nil {
			model = bills
		}
		h.legal(about, model, ops)
		parts++
	}
	for member, ops := range h.members() {
		h.legal(member, hands, ops)
		parts++
	}
	hits := h.fleet.hits()
	h.t.Logf("%d operations, %d of them with an unknown outcome; %d requests broke off, %d were turned away; %d kills, %d failpoints hit: %s; %d redemptions; %d partitions, checked in %v",
		h.recorded, h.unknown, h.broken.Load(), h.turned.Load(), h.fleet.kills, total(hits), inOrder(hits), len(h.lives), parts, time.Since(began).Round(time.Millisecond))
	if h.fleet.kills == 0 || h.unknown == 0 || total(hits) == 0 {
		h.t.Error("nothing went wrong, so that nothing was tried")
	}
}

func total(m map[string]int) (n int) {
	for _, one := range m {
		n += one
	}
	return n
}

// legal fails the test, with a drawing at first, if there is no order of a
// partition.
func (h *history) legal(about string, m porcupine.NondeterministicModel, ops []porcupine.Operation) {
	h.t.Helper()
	model := m.ToModel()
	switch porcupine.CheckOperationsTimeout(model, ops, time.Minute) {
	case porcupine.Unknown:
		h.t.Errorf("%s: no answer after a minute about %d operations", about, len(ops))
	case porcupine.Illegal:
		if h.drawn++; h.drawn > 3 {
			h.t.Errorf("%s: no order of %d operations is lawful either", about, len(ops))
			return
		}
		_, info := porcupine.CheckOperationsVerbose(model, ops, time.Minute)
		f, err := os.CreateTemp("", "citywalk-history-*.html")
		if err == nil {
			err = porcupine.Visualize(model, info, f)
			f.Close()
		}
		h.t.Errorf("%s: no order of %d operations is lawful: %v", about, len(ops), cmp.Or(err, fmt.Errorf("see %s", f.Name())))
	}
}
