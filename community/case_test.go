package community

import (
	"slices"
	"strings"
	"testing"

	"citywalk/account"
)

// A reported note waits for an operator, who hides it with a reason; its author
// is told, asks once for a second look, and another operator takes it.
func TestFromReportToSecondLook(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		n := g.note(g.mia)
		id := string(n.ID)
		g.refused("one's own", g.Report(ctx, g.mia, id, "ad", ""), ErrOwn)
		g.refused("without a reason", g.Report(ctx, g.noa, id, "", ""), ErrReason)
		g.refused("what is not there", g.Report(ctx, g.noa, "nte_none", "ad", ""), ErrThing)
		g.refused("a shop", g.Report(ctx, g.noa, string(g.shop.ID), "ad", ""), ErrThing)
		g.must(g.Report(ctx, g.noa, id, "ad", "像广告"))
		g.refused("twice", g.Report(ctx, g.noa, id, "false", ""), ErrReported)
		waiting, _, err := g.Cases(ctx, g.audit, Open, "", 10)
		g.must(err)
		if len(waiting) != 1 || waiting[0].Text != "汤很鲜" || waiting[0].Name != g.shop.Name || len(waiting[0].Reports) != 1 || waiting[0].Reports[0].Words != "像广告" {
			t.Fatalf("there waits %+v", waiting)
		}
		g.refused("a member who hides", g.Hide(ctx, g.noa, id, Ruling{"ad", "像广告"}), ErrDenied)
		g.refused("an auditor who hides", g.Hide(ctx, g.audit, id, Ruling{"ad", "像广告"}), ErrDenied)
		g.refused("the merchant who hides", g.Hide(ctx, g.owner, id, Ruling{"ad", "像广告"}), ErrDenied)
		g.refused("without words", g.Hide(ctx, g.ann, id, Ruling{"ad", " "}), ErrNoText)
		g.refused("an appeal too early", g.Appeal(ctx, g.mia, id, "不是广告"), ErrAppeal)

		g.must(g.Hide(ctx, g.ann, id, Ruling{"ad", "文字和别家的广告一样，改成自己的话就可以。"}))
		g.hidden(n)
		mine, _, err := g.Mine(ctx, g.mia, "", 10)
		g.must(err)
		if len(mine) != 1 || mine[0].Case == nil || !strings.Contains(mine[0].Case.Words, "改成自己的话") || !mine[0].Hidden {
			t.Fatalf("its author sees %+v", mine)
		}
		g.refused("another's appeal", g.Appeal(ctx, g.noa, id, "不是广告"), ErrThing)
		g.must(g.Appeal(ctx, g.mia, id, "是我自己写的"))
		g.refused("a second appeal", g.Appeal(ctx, g.mia, id, "真的"), ErrAppeal)
		g.hidden(n)
		g.refused("who hid it judges", g.Judge(ctx, g.ann, id, Final, "维持"), ErrSecond)
		g.refused("restored past the appeal", g.Restore(ctx, g.bo, id, "看错了"), ErrStep)
		g.must(g.Judge(ctx, g.bo, id, Final, "和三家店的广告逐字一样，维持。"))
		g.hidden(n)
		g.refused("an appeal after the second look", g.Appeal(ctx, g.mia, id, "再看看"), ErrAppeal)
		g.must(g.Restore(ctx, g.ann, id, "广告主承认是抄她的"))
		if now := g.again(g.noa, n); now.Hidden {
			t.Error("it is hidden still")
		}
	})
}

// hidden checks that a note is there for its author and those who decide, and
// for nobody else.
func (g *rig) hidden(n Note) {
	g.t.Helper()
	for _, who := range []account.Session{{}, g.noa, g.owner} {
		_, err := g.Get(ctx, who, n.ID)
		g.refused("reading what is hidden", err, ErrNote)
	}
	for _, who := range []account.Session{g.mia, g.ann, g.audit} {
		if !g.again(who, n).Hidden {
			g.t.Error("it is not marked as hidden")
		}
	}
	all, _, err := g.OfShop(ctx, g.noa, n.Shop, Recent, "", 10)
	g.must(err)
	for _, by := range Bys {
		f, err := g.Feed(ctx, g.noa, FeedQuery{By: by, City: here})
		g.must(err)
		for _, i := range f.Items {
			if i.Note != nil {
				all = append(all, *i.Note)
			}
		}
	}
	if slices.ContainsFunc(all, func(o Note) bool { return o.ID == n.ID }) {
		g.t.Error("a list shows what is hidden")
	}
	_, err = g.Comment(ctx, g.noa, n.ID, "同意", g.key())
	g.refused("a comment on what is hidden", err, ErrNote)
	g.refused("a like of what is hidden", g.Like(ctx, g.noa, n.ID), ErrNote)
	_, err = g.Answer(ctx, g.owner, n.ID, "谢谢")
	g.refused("an answer to what is hidden", err, ErrAnswer)
}

// Every pair of states: what may follow does, and nothing else.
func TestEveryStep(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		reach := map[CaseState]func(id string){
			Open:     func(id string) { g.must(g.Report(ctx, g.noa, id, "ad", "")) },
			Kept:     func(id string) { g.must(g.Keep(ctx, g.ann, id)) },
			Hidden:   func(id string) { g.must(g.Hide(ctx, g.ann, id, Ruling{"ad", "像广告"})) },
			Appealed: func(id string) { g.must(g.Appeal(ctx, g.mia, id, "不是")) },
			Final:    func(id string) { g.must(g.Judge(ctx, g.bo, id, Final, "维持")) },
		}
		paths := map[CaseState][]CaseState{Open: {Open}, Kept: {Open, Kept}, Hidden: {Open, Hidden}, Appealed: {Open, Hidden, Appealed}, Final: {Open, Hidden, Appealed, Final}}
		try := map[string]struct {
			do   func(id string) error
			from []CaseState
		}{
			"keep":    {func(id string) error { return g.Keep(ctx, g.bo, id) }, []CaseState{Open}},
			"hide":    {func(id string) error { return g.Hide(ctx, g.bo, id, Ruling{"ad", "像广告"}) }, []CaseState{Open, Kept}},
			"restore": {func(id string) error { return g.Restore(ctx, g.bo, id, "看错了") }, []CaseState{Hidden, Final}},
			"appeal":  {func(id string) error { return g.Appeal(ctx, g.mia, id, "不是") }, []CaseState{Hidden}},
			"uphold":  {func(id string) error { return g.Judge(ctx, g.bo, id, Final, "维持") }, []CaseState{Appealed}},
			"yield":   {func(id string) error { return g.Judge(ctx, g.bo, id, Kept, "恢复") }, []CaseState{Appealed}},
		}
		n := g.note(g.mia)
		for state, path := range paths {
			for name, step := range try {
				c, err := g.Comment(ctx, g.mia, n.ID, string(state)+name, g.key())
				g.must(err)
				for _, s := range path {
					reach[s](string(c))
				}
				if err := step.do(string(c)); (err == nil) != slices.Contains(step.from, state) {
					t.Errorf("%s from %s: %v", name, state, err)
				}
				g.must2(g.Uncomment(ctx, g.mia, c))
				if v, err := g.CaseOf(ctx, g.audit, string(c)); err != nil || v.State != Gone || v.Text != "" || len(v.Reports) != 0 {
					t.Errorf("deleted it is %+v, %v", v, err)
				}
			}
		}
		// What came from elsewhere has no author, and nobody may appeal.
		g.refused("a thing of no case", g.Keep(ctx, g.ann, string(n.ID)), ErrCase)
		g.must(g.Hide(ctx, g.ann, string(n.ID), Ruling{"privacy", "有别人的电话"}))
	})
}

func (g *rig) must2(_ any, err error) {
	g.t.Helper()
	g.must(err)
}

// A merchant answers once to a note about its own shop, and rewrites that.
func TestAnswers(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		n := g.note(g.mia)
		for what, who := range map[string]account.Session{"another merchant": g.stranger, "staff": g.staff, "an operator": g.ann, "its author": g.mia} {
			_, err := g.Answer(ctx, who, n.ID, "谢谢")
			g.refused(what, err, ErrAnswer)
		}
		first, err := g.Answer(ctx, g.owner, n.ID, "谢谢")
		g.must(err)
		g.clock.Advance(1000)
		second, err := g.Answer(ctx, g.owner, n.ID, "谢谢你来，排队的事在改。")
		g.must(err)
		if second.ID != first.ID || second.Edited.IsZero() || g.count("answers") != 1 {
			t.Errorf("first %+v, then %+v", first, second)
		}
		if a := g.again(g.noa, n).Answer; a == nil || a.Text != "谢谢你来，排队的事在改。" {
			t.Errorf("readers see %+v", a)
		}
		g.must(g.Report(ctx, g.noa, second.ID, "abuse", ""))
		g.must(g.Hide(ctx, g.ann, second.ID, Ruling{"abuse", "别骂客人"}))
		if a := g.again(g.noa, n).Answer; a != nil {
			t.Error("a hidden answer is shown")
		}
		g.must(g.Unanswer(ctx, g.owner, n.ID))
		if g.count("answers") != 0 {
			t.Error("the answer is there still")
		}
	})
}
