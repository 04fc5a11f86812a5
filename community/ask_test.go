package community

import (
	"testing"
	"time"

	"citywalk/account"
	"citywalk/redeem"
)

// asked is the shop's name of the question that is asked now, or "".
func (g *rig) asked(who account.Session) redeem.ID {
	g.t.Helper()
	a, ok, err := g.Ask(ctx, who)
	g.must(err)
	if ok != (a.Redemption != "") {
		g.t.Errorf("asked %v: %+v", ok, a)
	}
	return a.Redemption
}

// The question comes the day after, one a day and the latest visit first, goes
// for good when it is put away or answered, and after a week by itself.
func TestAskedOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		day := func() { g.clock.Advance(24 * time.Hour) }
		about := func(id redeem.ID) bool {
			_, ok, err := g.AskAbout(ctx, g.mia, id)
			g.must(err)
			return ok
		}
		g.buy(g.mia)
		if g.asked(g.mia) != "" || g.asked(account.Session{}) != "" {
			t.Error("asked before any visit")
		}
		first := g.visit(g.mia)
		g.clock.Advance(time.Minute)
		second := g.visit(g.mia)
		if g.asked(g.mia) != "" || about(first.ID) {
			t.Error("asked on the day of the visit")
		}
		day()
		if got := g.asked(g.mia); got != second.ID {
			t.Errorf("asked about %q, want the latest", got)
		}
		if g.asked(g.noa) != "" {
			t.Error("another is asked")
		}
		g.refused("put away by another", g.Dismiss(ctx, g.noa, second.ID), redeem.ErrUnknown)
		g.must(g.Dismiss(ctx, g.mia, second.ID))
		g.must(g.Dismiss(ctx, g.mia, second.ID))
		if g.asked(g.mia) != "" {
			t.Error("asked twice on a day")
		}
		if about(second.ID) || !about(first.ID) {
			t.Error("a receipt asks what was put away, or does not ask what was not")
		}
		day()
		if got := g.asked(g.mia); got != first.ID {
			t.Errorf("the next day asked about %q", got)
		}
		w := says("汤很鲜")
		w.Visit = string(first.ID)
		g.must2(g.Write(ctx, g.mia, g.shop.ID, w, g.key()))
		day()
		if g.asked(g.mia) != "" || about(first.ID) {
			t.Error("asked again after the note")
		}

		third := g.visit(g.mia)
		day()
		if got := g.asked(g.mia); got != third.ID {
			t.Errorf("asked about %q", got)
		}
		g.clock.Advance(7 * 24 * time.Hour)
		if g.asked(g.mia) != "" {
			t.Error("asked after more than a week")
		}
		if !about(third.ID) {
			t.Error("its receipt no longer asks")
		}
		fourth := g.visit(g.mia)
		g.must2(g.till.Undo(ctx, g.staff, fourth.ID, g.key()))
		day()
		if g.asked(g.mia) == fourth.ID {
			t.Error("asked about a visit that was undone")
		}
		g.visit(g.mia)
		g.note(g.mia) // Without a word of which visit it was.
		day()
		if g.asked(g.mia) != "" {
			t.Error("asked about a shop that was written about since")
		}
	})
}
