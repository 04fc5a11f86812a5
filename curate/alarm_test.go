package curate

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/score"
	"citywalk/shop"
)

// A listed shop whose decision is over raises an alarm and comes first, and
// stays on the list until a person decides.
func TestExpiry(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.village()
		g.ruled(g.ann, sh.ID, Included, Standing)
		g.must(g.Watch(ctx))
		if f := g.file(sh.ID); f.Alarm != NoAlarm {
			t.Fatalf("alarm %q at once", f.Alarm)
		}
		g.clock.Advance(365 * day)
		g.must(g.Watch(ctx))
		queue, err := g.Candidates(ctx, g.ann, here, 10)
		g.must(err)
		alerts, err := g.Alerts(ctx, g.audit, 10)
		g.must(err)
		if f := g.file(sh.ID); f.Alarm != Expired || !g.curated(sh.ID) || queue[0].Shop != sh.ID || len(alerts) != 1 || alerts[0].Name != sh.Name {
			t.Errorf("alarm %q, listed %v, top of the queue %+v, alerts %v", f.Alarm, g.curated(sh.ID), queue[0], alerts)
		}
		g.ruled(g.bo, sh.ID, Included, Standing)
		g.must(g.Watch(ctx))
		if f := g.file(sh.ID); f.Alarm != NoAlarm || !f.Expires.After(g.clock.Now().Add(364*day)) {
			t.Errorf("after the renewal: %+v", f.Dossier)
		}
	})
}

// A listed shop that falls below the bar raises an alarm, which ends when it
// recovers; it is never taken off by a machine.
func TestFall(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.village()
		g.ruled(g.ann, sh.ID, Included, Standing)
		rescored := func(above float64) {
			g.clock.Advance(time.Second)
			g.must(g.DB.Update(ctx, func(tx *db.Tx) error {
				return putScore(tx, Scored{Shop: sh.ID, City: here, Score: Score{Scored: tx.Now(),
					Estimate: score.Estimate{Mean: 3, Lo: 2.8, Hi: 3.2, SD: 0.12, Above: above, Notes: 40, Effective: 40}}})
			}))
			g.must(g.Watch(ctx))
		}
		rescored(0.2)
		if f := g.file(sh.ID); f.Alarm != NoAlarm {
			t.Errorf("alarm %q at 20 %%", f.Alarm)
		}
		rescored(0.01)
		queue, err := g.Candidates(ctx, g.ann, here, 10)
		g.must(err)
		if f := g.file(sh.ID); f.Alarm != Fallen || !g.curated(sh.ID) || queue[0].Shop != sh.ID || queue[0].Why != FallenCause {
			t.Errorf("alarm %q, listed %v, top %+v", f.Alarm, g.curated(sh.ID), queue[0])
		}
		rescored(0.6)
		if f := g.file(sh.ID); f.Alarm != NoAlarm || !f.Alarmed.IsZero() {
			t.Errorf("alarm %q after it recovered", f.Alarm)
		}
		if acts := audited(g, string(sh.ID)); !slices.Contains(acts, "curate.alarm") {
			t.Errorf("audited: %v", acts)
		}
	})
}

func audited(g *rig, object string) (acts []string) {
	g.t.Helper()
	g.must(g.DB.View(ctx, func(tx *db.Tx) error {
		events, err := account.Audits(tx, object, 0, 100)
		for _, e := range events {
			acts = append(acts, e.Action)
		}
		return err
	}))
	return acts
}

// The queue keeps its quotas as long as there is somebody else to take.
func TestQueueQuotas(t *testing.T) {
	rules := Rules{Queue: 8, Category: 0.25, District: 0.5, Evidence: 5}.filled()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	all := []prospect{}
	add := func(n int, category, district string, effective int64) {
		for range n {
			i := len(all)
			all = append(all, prospect{Shop: shop.ID(fmt.Sprintf("shp_%02d", i)), Name: fmt.Sprintf("店%d", i), Category: category,
				District: district, Mean: 4400 - int64(i), SD: 200, Effective: effective, Recent: 30})
		}
	}
	add(6, "面馆", "东区", 100)
	add(6, "茶铺", "西区", 100)
	add(6, "书店", "东区", 100)
	add(3, "花店", "南区", 40) // Too little is known of them.
	queue := rules.queue(all, 4.4, now)
	count := map[string]int{}
	for i, c := range queue {
		p := all[slices.IndexFunc(all, func(p prospect) bool { return p.Shop == c.Shop })]
		if i < 6 {
			count[p.Category]++
		}
		if p.Category == "花店" {
			t.Error("a shop of which too little is known is in the queue")
		}
	}
	chain := []prospect{}
	for i := range 6 {
		chain = append(chain, prospect{Shop: shop.ID(fmt.Sprintf("shp_%d", i)), Name: fmt.Sprintf("晨光豆浆（%c门店）", []rune("东南西北前后")[i]), Mean: 4400, SD: 200, Effective: 100, Recent: 30})
	}
	if got := len(rules.queue(chain, 4.4, now)); got != 3 {
		t.Errorf("%d shops of one chain are in the queue, want 3", got)
	}
	if len(queue) != 8 || count["面馆"] != 2 || count["茶铺"] != 2 || count["书店"] != 2 {
		t.Errorf("%d places, the first six %v", len(queue), count)
	}
}
