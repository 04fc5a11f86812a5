package pass

import (
	"errors"
	"sync"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/money"
)

func (g *rig) extend(id ID, cause string, days int) (done bool) {
	g.t.Helper()
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) (err error) {
		done, err = Extend(tx, "per_operator", g.today(tx), Extension{Pass: id, Cause: cause, Days: days})
		return err
	}))
	return done
}

// TestExtend moves the end and nothing else: the revenue of the days that were
// sold is earned on those days, whole on the last of them, and the pass serves
// on. Once a cause; never a pass that ended.
func TestExtend(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		who := member("a")
		g.week()
		p := g.bought(who, "week")
		if !g.extend(p.ID, "alm_1", 3) || g.extend(p.ID, "alm_1", 3) || !g.extend(p.ID, "alm_2", 2) {
			t.Error("a pass is extended once a cause")
		}
		now := g.is(who, p.ID, Active)
		if now.Until != p.Until.Next(5) || now.Extra != 5 || now.Days != 7 || now.Price != p.Price {
			t.Errorf("%+v, was %+v", now, p)
		}
		all, err := g.Extensions(t.Context(), who, p.ID)
		g.must(err)
		if len(all) != 2 {
			t.Errorf("extensions: %+v", all)
		}
		_, err = g.Extensions(t.Context(), member("b"), p.ID)
		g.refused("another's", err, ErrUnknown)
		for range 12 {
			g.clock.Advance(24 * time.Hour)
			g.must(g.Recognise(t.Context()))
			g.must(g.Lapse(t.Context()))
			g.prove()
			if day := g.days(p); day < 12 {
				g.is(who, p.ID, Active)
			}
		}
		g.is(who, p.ID, Lapsed)
		if g.extend(p.ID, "alm_3", 3) {
			t.Error("a pass that lapsed is extended")
		}
		if n := g.count(`SELECT COUNT(*) FROM ledger_entries WHERE key LIKE 'pass/recognise/%'`); n != 7 {
			t.Errorf("revenue was recognised on %d days, want 7", n)
		}
	})
}

// TestRefundOfAnExtendedPass pays by L2 with the longer term, on every day:
// never less than without the extension and never more than the price, and the
// books prove.
func TestRefundOfAnExtendedPass(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.week()
		var all []Pass
		for i := range 10 {
			p := g.bought(member(string(rune('a'+i))), "week")
			g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error { return Use(tx, p.ID, 1) })) // No full refund.
			g.extend(p.ID, "alm_1", 3)
			all = append(all, p)
		}
		var paid []money.Amount
		for used, p := range all {
			who := account.Session{Person: p.Person}
			v, err := g.Preview(t.Context(), who, p.ID)
			g.must(err)
			if v.Amount != Owed(1000, 10, used) || v.Amount < Owed(1000, 7, min(used, 7)) || v.Amount > 1000 || v.UsedDays != used || v.LeftDays != 10-used {
				t.Errorf("after %d days: %+v", used, v)
			}
			paid = append(paid, v.Amount)
			_, err = g.Refund(t.Context(), who, p.ID, v.Amount, g.key())
			g.must(err)
			g.deliver()
			g.is(who, p.ID, Refunded)
			g.prove()
			g.clock.Advance(24 * time.Hour)
			g.must(g.Recognise(t.Context()))
			g.must(g.Lapse(t.Context()))
			g.prove()
		}
		t.Log(paid)
	})
}

// TestExtendOnce races several nodes to extend a pass for one cause. The look
// before it answers, the primary key holds: with both taken away the pass gets
// the days several times, with either it does not.
func TestExtendOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p := g.bought(member("a"), "annual")
		nodes := []*Service{g.Service, g.second()}
		var won sync.Map
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				err := nodes[i%2].DB.Update(t.Context(), func(tx *db.Tx) error {
					done, err := Extend(tx, "per_operator", g.today(tx), Extension{Pass: p.ID, Cause: "alm_1", Days: 10})
					won.Store(i, done)
					return err
				})
				if err != nil && !errors.Is(err, db.ErrBusy) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n := 0
		won.Range(func(_, done any) bool {
			if done.(bool) {
				n++
			}
			return true
		})
		if now := g.is(member("a"), p.ID, Active); n != 1 || now.Extra != 10 || now.Until != p.Until.Next(10) {
			t.Errorf("%d extended it, it has %d days more", n, now.Extra)
		}
		if again := g.keepOnly(p.ID, "alm_1"); again {
			t.Error("the key alone lets a second extension in")
		}
	})
}

// keepOnly writes an extension without any look before it.
func (g *rig) keepOnly(id ID, cause string) (kept bool) {
	g.t.Helper()
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) (err error) {
		kept, err = keepExtension(tx, Extension{Pass: id, Cause: cause, Days: 1, Until: "2027-01-01", At: tx.Now()})
		return err
	}))
	return kept
}

// days is how many days the pass has been valid.
func (g *rig) days(p Pass) (n int) {
	g.t.Helper()
	g.must(g.DB.View(g.t.Context(), func(tx *db.Tx) error {
		n = g.today(tx).Sub(p.First)
		return nil
	}))
	return n
}

// TestGateIsAskedInTheOrder shows that a gate's refusal leaves nothing behind,
// and that what it says is on the pass.
func TestGateIsAskedInTheOrder(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		shut := true
		g.Gate = func(_ *db.Tx, person account.ID, plan string, at Place) (Sale, error) {
			if shut {
				return Sale{}, ErrNotSold
			}
			return Sale{Place: Place{City: "上海", District: at.District}, Gate: "gat_1", Promise: `{"share":60}`}, nil
		}
		who, at := member("a"), Place{District: "黄浦区"}
		_, _, err := g.BuyAt(t.Context(), who, "annual", at, g.key())
		g.refused("shut", err, ErrNotSold)
		_, _, err = g.Buy(t.Context(), who, "trial", g.key())
		g.refused("shut for a trial too", err, ErrNotSold)
		if n := g.count(`SELECT COUNT(*) FROM pass_passes`); n != 0 {
			t.Errorf("%d passes are left behind", n)
		}
		shut = false
		first, _, err := g.BuyAt(t.Context(), who, "annual", at, g.key())
		g.must(err)
		if first.District != "黄浦区" || first.City != "上海" || first.Gate != "gat_1" || first.Promise != `{"share":60}` {
			t.Errorf("the pass keeps %+v", first)
		}
		shut = true
		again, _, err := g.BuyAt(t.Context(), who, "annual", at, g.key())
		g.must(err)
		if again.ID != first.ID {
			t.Error("the order that was placed does not keep its word")
		}
		shut = false
		moved, _, err := g.BuyAt(t.Context(), who, "annual", Place{District: "静安区"}, g.key())
		g.must(err)
		if moved.ID == first.ID || moved.District != "静安区" {
			t.Errorf("another place: %+v", moved)
		}
		g.is(who, first.ID, Void)
	})
}

// week puts a plan of seven days on sale.
func (g *rig) week() {
	g.t.Helper()
	operator := account.Session{Person: "per_op", Grants: []account.Grant{{Role: account.Operator}}}
	g.must(g.SetPlan(g.t.Context(), operator, Plan{Code: "week", Zh: "周卡", En: "Week", Price: 1000, Days: 7, Sold: true}))
}
