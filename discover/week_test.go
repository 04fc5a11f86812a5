package discover

import (
	"slices"
	"testing"
	"time"

	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

func (g *tillRig) week(city string) Week {
	g.t.Helper()
	g.clock.Advance(weekLife)
	w, err := g.Week(g.t.Context(), city, g.clock.Now())
	g.must(err)
	return w
}

func names(all []Novelty) (s []string) {
	for _, n := range all {
		s = append(s, n.Name)
	}
	return s
}

func TestWeekTellsWhatIsNewAndWhatToMind(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		ctx := t.Context()
		ten := shop.Terms{Kind: shop.Percent, Percent: 10}
		g.clock.Advance(10 * 24 * time.Hour)
		if w := g.week("试镇"); !w.Empty() {
			t.Errorf("a week without news is %+v", w)
		}
		b := g.open("乙馆", ten)
		g.clock.Advance(time.Hour)
		g.open("丙馆", ten)
		today := ledger.DayOf(g.clock.Now(), g.Zone)
		changed := shop.Terms{Kind: shop.Fixed, Off: 8 * money.Yuan, Blackout: []ledger.Day{today.Next(-1), today.Next(2), today.Next(7)}}
		g.must2(g.shops.SetTerms(ctx, g.operator, g.shop.ID, changed))

		w := g.week("试镇")
		if got := names(w.Joined.Shops); !slices.Equal(got, []string{"丙馆", "乙馆"}) || w.Joined.All != 2 {
			t.Errorf("joined: %v of %d", got, w.Joined.All)
		}
		if w.Joined.Shops[1].Terms.Kind != shop.Percent || !w.Joined.Shops[1].At.Equal(b.Opened) {
			t.Errorf("joined: %+v", w.Joined.Shops[1])
		}
		if got := w.Changed; got.All != 1 || got.Shops[0].Name != "甲馆" || got.Shops[0].Terms.Off != 8*money.Yuan || got.Shops[0].Before.Percent != 10 {
			t.Errorf("changed: %+v", got)
		}
		if len(w.Away) != 1 || w.Away[0].Day != today.Next(2) || w.Away[0].All != 1 || w.Away[0].Shops[0].ID != g.shop.ID {
			t.Errorf("away: %+v", w.Away)
		}
		if other := g.week("别处"); !other.Empty() {
			t.Errorf("another city has %+v", other)
		}
		if all := g.week(""); all.Joined.All != 2 || all.Changed.All != 1 || len(all.Away) != 1 {
			t.Errorf("all cities have %+v", all)
		}
		g.must(g.shops.Pause(ctx, g.operator, b.ID, "装修"))
		if w := g.week("试镇"); w.Joined.All != 1 {
			t.Errorf("a paused shop is told of: %v", names(w.Joined.Shops))
		}
		g.clock.Advance(8 * 24 * time.Hour)
		if w := g.week("试镇"); !w.Empty() {
			t.Errorf("a week later there is still %+v", w)
		}
	})
}

// TestManyNewsAreCounted shows the first few and tells how many there are.
func TestManyNewsAreCounted(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		for i := range weekShown + 3 {
			g.open(string(rune('A'+i))+"馆", shop.Terms{Kind: shop.Percent, Percent: 10})
		}
		if w := g.week("试镇"); len(w.Joined.Shops) != weekShown || w.Joined.All != weekShown+4 {
			t.Errorf("%d of %d are told", len(w.Joined.Shops), w.Joined.All)
		}
	})
}
