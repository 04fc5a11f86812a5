package discover

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/pass"
)

// a second node of the same database, with what it sells.
func (g *gateRig) second() (*Service, *pass.Service) {
	d := dbtest.Again(g.t, g.DB, g.clock)
	s := &Service{DB: d, Zone: dbtest.Zone, City: g.City}
	return s, &pass.Service{DB: d, Zone: dbtest.Zone, Gate: s.Admit}
}

// TestNoSaleAfterAClosing has people buy at two nodes without rest while the
// gate closes: once the closing is told, no sale is committed any more, not
// even one that began before.
func TestNoSaleAfterAClosing(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		const rounds, buyers = 3, 6
		ctx := t.Context()
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		g.gate("", "", 60) // Of every plan, and so of trials, which cost no way to the cashier.
		_, passes := g.second()
		sellers := []*pass.Service{g.passes, passes}
		var people atomic.Int64
		sold := func() int { return gateRows(t, g.DB, `SELECT COUNT(*) FROM pass_passes`) }
		for range rounds {
			var begun, done sync.WaitGroup
			begun.Add(buyers)
			for i := range buyers {
				done.Go(func() {
					for n := 0; ; n++ {
						p := people.Add(1)
						_, _, err := sellers[i%2].Buy(ctx, gateMember(fmt.Sprint(p)), "trial", fmt.Sprintf("buyer-key-%012d", p))
						if n == 1 || err != nil && n < 1 {
							begun.Done()
						}
						if err != nil {
							if !errors.Is(err, ErrClosed) {
								t.Errorf("refused with %v", err)
							}
							return
						}
					}
				})
			}
			begun.Wait()
			g.pause(shops[0])
			g.clock.Advance(time.Second)
			g.must(g.measureCity(ctx, "上海", false))
			told := sold()
			done.Wait()
			if after := sold(); after != told {
				t.Errorf("%d sales were committed after the closing was told", after-told)
			}
			g.must(g.shops.Resume(ctx, g.operator, shops[0].ID))
			g.clock.Advance(time.Second)
			g.must(g.measureCity(ctx, "上海", false))
		}
	})
}

// TestASaleUnderWay closes a gate while a sale that it let through is not
// committed yet. On PostgreSQL, where the closing does not wait for the sale,
// the sale is refused after the closing was told; SQLite has one writer, and
// there the closing comes after it.
func TestASaleUnderWay(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		if g.DB.Engine() == db.SQLite {
			return
		}
		ctx := t.Context()
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		g.gate("", "", 60)
		admitted, told, done := make(chan struct{}), make(chan struct{}), make(chan error)
		var first sync.Once
		g.passes.Gate = func(tx *db.Tx, person account.ID, plan string, at pass.Place) (pass.Sale, error) {
			sale, err := g.Admit(tx, person, plan, at)
			first.Do(func() { close(admitted); <-told })
			return sale, err
		}
		go func() {
			_, _, err := g.passes.Buy(ctx, gateMember("a"), "trial", "sale-under-way-1")
			done <- err
		}()
		<-admitted
		g.pause(shops[0])
		g.clock.Advance(time.Second)
		g.must(g.measureCity(ctx, "上海", false))
		close(told)
		g.refused("a sale that began before", <-done, ErrClosed)
		if n := gateRows(t, g.DB, `SELECT COUNT(*) FROM pass_passes`); n != 0 {
			t.Errorf("%d passes were sold", n)
		}
	})
}

// TestAlarmOnce has two nodes measure the same fall many times at once: one
// alarm begins, the gate closes once, and when it holds again the alarm ends.
func TestAlarmOnce(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		g.gate("", "", 60)
		g.bought(gateMember("a"), pass.Place{})
		other, _ := g.second()
		nodes := []*Service{g.Service, other}
		measure := func() {
			g.clock.Advance(time.Second)
			var all sync.WaitGroup
			for i := range 10 {
				all.Go(func() {
					if err := nodes[i%2].measureCity(t.Context(), "上海", true); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		acts := func(want ...int) {
			t.Helper()
			for i, sql := range []string{
				`SELECT COUNT(*) FROM discover_alarms`, `SELECT COUNT(*) FROM account_audits WHERE action = 'discover.alarm'`,
				`SELECT COUNT(*) FROM account_audits WHERE action = 'discover.gate_closed'`, `SELECT COUNT(*) FROM account_audits WHERE action = 'discover.gate_open'`,
			} {
				if n := gateRows(t, g.DB, sql); n != want[i] {
					t.Errorf("%s: %d, want %d", sql, n, want[i])
				}
			}
		}
		g.pause(shops...)
		measure()
		acts(1, 1, 1, 1)
		for _, sh := range shops {
			g.must(g.shops.Resume(t.Context(), g.operator, sh.ID))
		}
		measure()
		acts(1, 1, 1, 2)
		if all := g.alarms(); len(all) != 0 {
			t.Errorf("alarms when it holds again: %+v", all)
		}
	})
}

// TestAnOlderLookChangesNothing has a node look, and write only after another
// has looked later and written: it neither opens the gate nor ends the alarm,
// and the other way round it neither closes the one nor begins the other.
func TestAnOlderLookChangesNothing(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		ctx := t.Context()
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		gate := g.gate("", "", 60)
		g.bought(gateMember("a"), pass.Place{})
		look := func() *finding {
			g.clock.Advance(time.Second)
			f := &finding{by: map[Conditions]Measure{}}
			g.must(g.DB.View(ctx, func(tx *db.Tx) error { return g.look(tx, "上海", false, f) }))
			g.clock.Advance(time.Second)
			return f
		}
		stands := func(what string, state GateState, alarms int) {
			t.Helper()
			now, err := g.Gate(ctx, gate.ID)
			g.must(err)
			if all := g.alarms(); now.State != state || len(all) != alarms || gateRows(t, g.DB, `SELECT COUNT(*) FROM discover_alarms`) != 1 {
				t.Errorf("%s: the gate is %s and %d alarms stand, want %s and %d", what, now.State, len(all), state, alarms)
			}
		}
		g.pause(shops[0])
		g.clock.Advance(time.Second)
		g.must(g.measureCity(ctx, "上海", false))
		stands("fallen", GateClosed, 1)
		g.must(g.shops.Resume(ctx, g.operator, shops[0].ID))
		good := look()
		g.pause(shops[0])
		g.must(g.measureCity(ctx, "上海", false))
		written, err := g.settle(ctx, "上海", good)
		g.must(err)
		if written {
			t.Error("a look was written after a later one")
		}
		stands("fallen, and somebody saw it before", GateClosed, 1)
		bad := look()
		g.must(g.shops.Resume(ctx, g.operator, shops[0].ID))
		g.must(g.measureCity(ctx, "上海", false))
		stands("risen", GateOpen, 0)
		written, err = g.settle(ctx, "上海", bad)
		g.must(err)
		if written {
			t.Error("a look was written after a later one")
		}
		stands("risen, and somebody saw it before", GateOpen, 0)
	})
}

// TestAnOlderLookWhereNoGateIs does the same in a city whose gate was taken away:
// what it promised stays promised, and no gate tells which look is the later.
func TestAnOlderLookWhereNoGateIs(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		ctx := t.Context()
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		gate := g.gate("", "", 60)
		g.bought(gateMember("a"), pass.Place{})
		g.must(g.EndGate(ctx, g.operator, gate.ID))
		look := func() *finding {
			f := &finding{by: map[Conditions]Measure{}}
			g.must(g.DB.View(ctx, func(tx *db.Tx) error { return g.look(tx, "上海", true, f) }))
			return f
		}
		after := func(what string, older *finding, alarms int) {
			t.Helper()
			g.must(g.measureCity(ctx, "上海", true))
			written, err := g.settle(ctx, "上海", older)
			g.must(err)
			if all := g.alarms(); written || len(all) != alarms || gateRows(t, g.DB, `SELECT COUNT(*) FROM discover_alarms`) != 1 {
				t.Errorf("%s, and somebody saw it before: written %v, %d alarms stand, want %d", what, written, len(all), alarms)
			}
		}
		good := look()
		g.pause(shops[0])
		after("fallen", good, 1)
		bad := look()
		g.must(g.shops.Resume(ctx, g.operator, shops[0].ID))
		after("risen", bad, 0)
		if n := gateRows(t, g.DB, `SELECT reached FROM discover_coverage WHERE district = '' AND gate = ''`); n != 100*gateShareBase {
			t.Errorf("the day's number is %d, as it was seen before", n)
		}
	})
}

// TestALookOfASlowClock has a node whose clock is behind measure what a node
// before it measured otherwise: what is so counts, not what the clocks say.
func TestALookOfASlowClock(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		gate := g.gate("", "", 60)
		g.pause(shops[0])
		g.clock.Advance(-500 * time.Millisecond)
		g.must(g.Follow(t.Context()))
		now, err := g.Gate(t.Context(), gate.ID)
		g.must(err)
		if now.State != GateClosed || !now.Measured.Before(gate.Measured) {
			t.Errorf("the gate is %s, measured at %s; before at %s", now.State, now.Measured, gate.Measured)
		}
	})
}

// TestOneGateAnArea has operators at two nodes set the gate of one area at
// once, each with conditions of his own: there is one gate, whose versions are
// as many as they were.
func TestOneGateAnArea(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		const many = 10
		other, _ := g.second()
		nodes := []*Service{g.Service, other}
		var all sync.WaitGroup
		for i := range many {
			all.Go(func() {
				c := Conditions{City: "上海", District: "黄浦区", Share: 10 + i, Shops: 5, Categories: 3, Minutes: 15, Hour: 19 * 60}
				if _, err := nodes[i%2].SetGate(t.Context(), g.operator, "annual", c); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		gates, err := g.Gates(t.Context(), "上海")
		g.must(err)
		if len(gates) != 1 || gates[0].Version != many {
			t.Errorf("there are %+v, want one of version %d", gates, many)
		}
	})
}
