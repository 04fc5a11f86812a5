package discover

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/pass"
)

// TestFallingBelowAfterSale is the promise that passes were sold on: when it
// holds no more an alarm stands, whatever the gate asks for by then; one
// decision extends every pass that it concerns, once; and when it holds again
// the alarm is over.
func TestFallingBelowAfterSale(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		ctx := t.Context()
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		gate, at := g.gate("", "", 60), pass.Place{}
		one, two := g.bought(gateMember("a"), at), g.bought(gateMember("b"), at)
		_, _, err := g.passes.Buy(ctx, gateMember("t"), "trial", g.key())
		g.must(err)
		g.must(g.Watch(ctx))
		if all := g.alarms(); len(all) != 0 {
			t.Fatalf("alarms while it holds: %+v", all)
		}
		g.pause(shops[0])
		g.gate("", "", 1) // The bar is lowered; what was promised is not.
		g.must(g.Follow(ctx))
		g.must(g.Watch(ctx))
		all := g.alarms()
		if len(all) != 1 || all[0].Gate != gate.ID || all[0].Members != 2 || all[0].Conditions != gate.Conditions || all[0].Reached != 0 {
			t.Fatalf("alarms: %+v, want one of 2 members", all)
		}
		if a, err := g.Fallen(ctx, one); err != nil || a == nil || a.ID != all[0].ID {
			t.Errorf("the pass's alarm: %+v %v", a, err)
		}
		_, err = g.Extend(ctx, g.operator, all[0].ID, 30, 3, g.key())
		g.refused("another number of members", err, ErrExtendMembers)
		_, err = g.Extend(ctx, g.operator, all[0].ID, 91, 2, g.key())
		g.refused("too long", err, ErrExtendDays)
		_, err = g.Extend(ctx, gateMember("a"), all[0].ID, 30, 2, g.key())
		g.refused("a member", err, ErrDenied)
		key := g.key()
		for range 2 { // The same sending twice.
			x, err := g.Extend(ctx, g.operator, all[0].ID, 30, 2, key)
			g.must(err)
			if x.Members != 2 || x.Days != 30 {
				t.Errorf("decided: %+v", x)
			}
		}
		_, err = g.Extend(ctx, g.operator, all[0].ID, 30, 2, g.key())
		g.refused("decided twice", err, ErrExtended)
		g.drain()
		g.must(g.extendAll(ctx, all[0].ID)) // A job that is run again.
		for _, p := range []pass.Pass{one, two} {
			now, err := g.passes.Get(ctx, account.Session{Person: p.Person}, p.ID)
			g.must(err)
			if now.Until != p.Until.Next(30) || now.Extra != 30 || now.Days != p.Days || now.Price != p.Price {
				t.Errorf("extended: %+v, was %+v", now, p)
			}
		}
		a, err := g.FindAlarm(ctx, g.operator, all[0].ID)
		g.must(err)
		if a.Members != 0 || a.Extension == nil || a.Extension.Granted != 2 || a.Extension.Done.IsZero() {
			t.Errorf("granted: %+v %+v", a, a.Extension)
		}
		g.must(g.shops.Resume(ctx, g.operator, shops[0].ID))
		g.must(g.Follow(ctx))
		if all := g.alarms(); len(all) != 0 {
			t.Errorf("alarms when it holds again: %+v", all)
		}
	})
}

// TestDecideRace has operators at two nodes decide at once: one decision
// stands. Without the primary key of discover_extensions, and the look that
// goes before it, it fails.
func TestDecideRace(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		g.gate("", "", 60)
		p := g.bought(gateMember("a"), pass.Place{})
		g.pause(shops...)
		g.must(g.Follow(t.Context()))
		id := g.alarms()[0].ID
		nodes := []*Service{g.Service, {DB: dbtest.Again(t, g.DB, g.clock), Zone: dbtest.Zone, City: "上海"}}
		var mu sync.Mutex
		won := 0
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				_, err := nodes[i%2].Extend(t.Context(), g.operator, id, 1+i, 1, fmt.Sprintf("decide-race-%08d", i))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				}
			})
		}
		wg.Wait()
		g.drain()
		now, err := g.passes.Get(t.Context(), gateMember("a"), p.ID)
		g.must(err)
		a, err := g.FindAlarm(t.Context(), g.operator, id)
		g.must(err)
		if won != 1 || now.Extra != a.Extension.Days {
			t.Errorf("%d decisions stand, %d days were added, %d decided", won, now.Extra, a.Extension.Days)
		}
	})
}

// TestGrantRace runs the job of one extension at two nodes at once: each pass
// is extended once. What is not listed again, the look in pass.Extend and its
// key each hold that alone; without the three a pass has the days of every run.
// Where transactions overlap, on PostgreSQL at READ COMMITTED, it fails as soon
// as the key is gone: until in the UPDATE refuses, and without that the days
// are added eight times.
func TestGrantRace(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		g.gate("", "", 60)
		var sold []pass.Pass
		for i := range 5 {
			sold = append(sold, g.bought(gateMember(fmt.Sprint(i)), pass.Place{}))
		}
		g.pause(shops...)
		g.must(g.Follow(t.Context()))
		id := g.alarms()[0].ID
		_, err := g.Service.Extend(t.Context(), g.operator, id, 7, len(sold), g.key())
		g.must(err)
		nodes := []*Service{g.Service, {DB: dbtest.Again(t, g.DB, g.clock), Zone: dbtest.Zone, City: "上海"}}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if err := nodes[i%2].extendAll(t.Context(), id); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, p := range sold {
			now, err := g.passes.Get(t.Context(), account.Session{Person: p.Person}, p.ID)
			g.must(err)
			if now.Extra != 7 {
				t.Errorf("%s has %d days more, want 7", p.ID, now.Extra)
			}
		}
		if x, err := g.FindAlarm(t.Context(), g.operator, id); err != nil || x.Extension.Granted != len(sold) {
			t.Errorf("granted %+v %v", x.Extension, err)
		}
	})
}

// TestDaysNumbersAreKept has every night's number of a gate and of every
// district, one row a day.
func TestDaysNumbersAreKept(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		ctx := t.Context()
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		gate := g.gate("", "黄浦区", 60)
		for day := range 3 {
			g.clock.Advance(24 * time.Hour)
			if day == 1 {
				g.pause(shops[0])
			}
			g.must(g.Watch(ctx))
			g.must(g.Watch(ctx))
		}
		all, err := g.History(ctx, "上海", gate.ID, 30)
		g.must(err)
		var reached []int
		for _, r := range all {
			reached = append(reached, r.Reached)
		}
		if want := []int{10000, 10000, 0, 0}; fmt.Sprint(reached) != fmt.Sprint(want) {
			t.Errorf("the gate's history is %v, want %v", reached, want)
		}
		areas, err := g.Covered(ctx, "上海")
		g.must(err)
		if len(areas) != 2 || areas[0].District != "" || areas[1].District != "黄浦区" || areas[1].Shops != 4 || areas[1].Reached != 0 {
			t.Errorf("the districts: %+v", areas)
		}
		if n := gateRows(t, g.DB, `SELECT COUNT(*) FROM discover_coverage`); n != 4+2*3 {
			t.Errorf("%d rows are kept", n)
		}
	})
}

func gateRows(t *testing.T, d *db.DB, sql string) (n int) {
	t.Helper()
	if err := d.View(t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, sql)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
