package discover

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/outbox"
	"citywalk/shop"
)

// exec changes the database past the product, so that there is no news of it.
func (g *stage) exec(sql string, args ...any) {
	g.t.Helper()
	g.must(g.db.Update(g.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(sql, args...)
		return err
	}))
}

// misses plays changes of which a running node hears too little, in the way
// that lose does, and sees that its index is wrong after the news and right
// after the turns that follow; begin is the node before.
func misses(t *testing.T, lose func(g *stage, s *Service), later time.Duration) {
	each(t, func(t *testing.T, g *stage) {
		s := g.another()
		s.guide.following.Store(true) // As Run does; the test makes the turns.
		s.OnError = func(err error) { t.Error(err) }
		turn := func() {
			t.Helper()
			g.must(s.turn(t.Context()))
			s.guide.background.Wait()
		}
		turn()
		r := rand.New(rand.NewPCG(11, 4))
		g.play(r, 20, turn)
		turn()
		if got, want := g.digests(s), g.digests(g.another()); !maps.Equal(got, want) {
			t.Fatalf("before anything was missed: %v, read at once %v", got, want)
		}
		g.play(r, 20, func() {})
		lose(g, s)
		g.must(s.KeepUp(t.Context()))
		if maps.Equal(g.digests(s), g.digests(g.another())) {
			t.Fatal("nothing was missed")
		}
		g.clock.Advance(later)
		turn()
		if got, want := g.digests(s), g.digests(g.another()); !maps.Equal(got, want) {
			t.Errorf("after it was compared: %v, read at once %v", got, want)
		}
	})
}

// News that are not there when a node looks, because somebody deleted them or
// their transaction took too long, are made good by the next comparison.
func TestLostNewsAreMadeGood(t *testing.T) {
	t.Run("every second shop", func(t *testing.T) {
		misses(t, func(g *stage, _ *Service) {
			g.exec(`DELETE FROM outbox_items WHERE key IN (SELECT s.id FROM shop_shops s WHERE (SELECT COUNT(*) FROM shop_shops p WHERE p.id < s.id) % 2 = 0)`)
		}, compareEvery)
	})
	t.Run("a range", func(t *testing.T) {
		misses(t, func(g *stage, s *Service) { s.guide.news.Skip(g.clock.Now().Add(time.Minute)) }, compareEvery)
	})
}

// A node that slept until its news were forgotten compares at its next turn.
func TestAsleepPastRetention(t *testing.T) {
	misses(t, func(g *stage, _ *Service) {
		g.clock.Advance(outbox.Keep + time.Hour)
		if n, err := outbox.Forget(g.t.Context(), g.db); err != nil || n == 0 {
			g.t.Fatalf("%d news were forgotten: %v", n, err)
		}
	}, 0)
}

// A database that was put back to an earlier state tells nothing of what it no
// longer has. It is in another life, so that a running node compares at once,
// and a snapshot of the life before is not taken.
func TestAnotherLifeIsCompared(t *testing.T) {
	misses(t, func(g *stage, _ *Service) {
		g.exec(`DELETE FROM outbox_items`)
		g.exec(`UPDATE db_epoch SET epoch = epoch + 1`)
	}, 0)
	each(t, func(t *testing.T, g *stage) {
		folder := t.TempDir()
		keep := func() *Service {
			s := g.another()
			s.Folder, s.Program = folder, "one"
			return s
		}
		g.open(shop.Shop{Name: "巷口面馆"}, tenOff)
		s := keep()
		g.must(s.KeepUp(t.Context()))
		g.must(s.Keep(t.Context()))
		if _, _, ok := keep().recallAs(t, here); !ok {
			t.Fatal("a snapshot of this life is not taken")
		}
		g.exec(`UPDATE db_epoch SET epoch = epoch + 1`)
		if _, _, ok := keep().recallAs(t, here); ok {
			t.Error("a snapshot of another life is taken")
		}
	})
}

// News whose shops could not be read are owed: as soon as the database can be
// read again they are in the index, without a comparison and without being told
// again.
func TestNewsAreOwed(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		ctx := t.Context()
		g.must(g.node.KeepUp(ctx))
		g.open(shop.Shop{Name: "巷口面馆"}, tenOff)
		g.exec(`ALTER TABLE discover_regards RENAME TO discover_away`)
		if err := g.node.KeepUp(ctx); err == nil {
			t.Fatal("shops are read without a table")
		}
		g.exec(`ALTER TABLE discover_away RENAME TO discover_regards`)
		g.open(shop.Shop{Name: "后来的面馆"}, tenOff)
		if got := g.find(g.node, Query{}); len(got) != 2 {
			t.Errorf("found %v, want both", got)
		}
		if got, want := g.digests(g.node), g.digests(g.another()); !maps.Equal(got, want) {
			t.Errorf("owed %v, read at once %v", got, want)
		}
	})
}

// A shop that cannot be read is said and keeps nobody else's news back.
func TestOneBadShopKeepsNobodyBack(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		ctx := t.Context()
		g.must(g.node.KeepUp(ctx))
		bad := g.open(shop.Shop{Name: "巷口面馆"}, tenOff)
		g.open(shop.Shop{Name: "后来的面馆"}, tenOff)
		g.exec(`UPDATE shop_shops SET terms = '{' WHERE id = $1`, bad.ID)
		if err := g.node.KeepUp(ctx); err == nil {
			t.Error("nobody is told of a shop that cannot be read")
		}
		if got := g.find(g.node, Query{}); fmt.Sprint(got) != "[后来的面馆]" {
			t.Errorf("found %v", got)
		}
		fresh := g.another()
		var told error
		fresh.OnError = func(err error) { told = err }
		if got := g.find(fresh, Query{}); fmt.Sprint(got) != "[后来的面馆]" {
			t.Errorf("a node that reads everything found %v", got)
		}
		if !errors.Is(told, errDocument) {
			t.Errorf("it tells %v of the shop that it cannot read", told)
		}
	})
}

// So it is among more shops than are read at once: those of the later reads are
// there though one of the first cannot be read.
func TestOneBadShopAmongMany(t *testing.T) {
	eachPress(t, func(t *testing.T, p *press) {
		p.street(readAtOnce + 20)
		p.exec(`UPDATE shop_shops SET terms = '{' WHERE id = (SELECT MIN(id) FROM shop_shops)`)
		p.clock.Advance(time.Second)
		if err := p.node.KeepUp(t.Context()); !errors.Is(err, errDocument) {
			t.Errorf("it tells %v of the shop that it cannot read", err)
		}
		if n := (*p.node.guide.towns.Load())[here].index.Len(); n != readAtOnce+19 {
			t.Errorf("%d shops of %d are there", n, readAtOnce+19)
		}
		p.heard("all but one")
	})
}
