package community

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db/dbtest"
	"citywalk/redeem"
)

// nodes are the rig's own and a second one over the same database.
func (g *rig) nodes() []*Service {
	return []*Service{g.Service, g.another(g.clock)}
}

// another is a node of the same database that goes by a clock.
func (g *rig) another(clock *dbtest.Clock) *Service {
	d := dbtest.Again(g.t, g.DB, clock)
	return &Service{DB: d, Zone: g.Zone, Curate: &curate.Service{DB: d, Key: g.Curate.Key, Zone: g.Zone, Visited: g.Curate.Visited}}
}

// crowd is so many members.
func (g *rig) crowd(n int) (all []account.Session) {
	g.t.Helper()
	for i := range n {
		all = append(all, g.person(fmt.Sprintf("137%08d", i), account.Grant{}))
	}
	return all
}

// Ten members at two nodes like, comment on, save and follow at the same
// moment, each three times as an impatient thumb does, and half of them take
// their like back: what is counted is what is there.
func TestCountsOfACrowd(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		n, nodes, all := g.note(g.mia), g.nodes(), g.crowd(10)
		tap := func(do func(s *Service, who account.Session, i int) error) {
			t.Helper()
			g.worked(together(3*len(all), func(i int) error { return do(nodes[i%2], all[i/3], i) }), nil)
		}
		tap(func(s *Service, who account.Session, _ int) error { return s.Like(ctx, who, n.ID) })
		tap(func(s *Service, who account.Session, i int) error {
			if i/3%2 == 0 {
				return s.Unlike(ctx, who, n.ID)
			}
			return s.Like(ctx, who, n.ID)
		})
		tap(func(s *Service, who account.Session, i int) error { // One key for each member: sent again.
			_, err := s.Comment(ctx, who, n.ID, "同意", fmt.Sprintf("comment-key-%08d", i/3))
			return err
		})
		tap(func(s *Service, who account.Session, _ int) error { return s.SaveNote(ctx, who, n.ID) })
		tap(func(s *Service, who account.Session, _ int) error { return s.SaveShop(ctx, who, g.shop.ID) })
		tap(func(s *Service, who account.Session, _ int) error { return s.Follow(ctx, who, g.shop.ID) })
		now := g.again(g.mia, n)
		for what, got := range map[string][2]int{
			"likes": {now.Likes, g.count("likes")}, "comments": {now.Comments, g.count("comments")},
		} {
			if want := map[string]int{"likes": 5, "comments": 10}[what]; got != [2]int{want, want} {
				t.Errorf("%d %s are counted and %d are there, want %d", got[0], what, got[1], want)
			}
		}
		for _, table := range []string{"saved notes", "saved shops", "follows"} {
			if got := g.count(table); got != 10 {
				t.Errorf("%d %s, want 10", got, table)
			}
		}
	})
}

// Around midnight two nodes, one on either side of it, take the note about one
// visit many times at once: it is told of once. Without the day between them
// the note of the day would hold it already.
func TestAVisitIsToldOfOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.buy(g.mia)
		r := g.visit(g.mia)
		midnight := time.Date(2026, 3, 4, 0, 0, 0, 0, dbtest.Zone)
		g.clock.Set(midnight.Add(-time.Second))
		after := &dbtest.Clock{}
		after.Set(midnight.Add(time.Second))
		nodes := []*Service{g.Service, g.another(after)}
		w := says("汤很鲜")
		w.Visit = string(r.ID)
		told := 0
		for _, err := range together(10, func(i int) error {
			_, err := nodes[i%2].Write(ctx, g.mia, g.shop.ID, w, fmt.Sprintf("told-key-%08d", i))
			return err
		}) {
			if err == nil {
				told++
			} else if !errors.Is(err, ErrTold) && !errors.Is(err, curate.ErrOften) {
				t.Errorf("refused with %v", err)
			}
		}
		if told != 1 || g.count("notes") != 1 || g.count("curate") != 1 || g.count("asks") != 1 {
			t.Errorf("%d were told they wrote it; %d notes, %d of curate's and %d answered questions, want 1 of each",
				told, g.count("notes"), g.count("curate"), g.count("asks"))
		}
	})
}

// The question about a visit is put away and answered at two nodes at once: it
// has one end, and is not asked again, neither then nor the days after.
func TestAskedOnceWhateverHappensAtOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.buy(g.mia)
		r, nodes := g.visit(g.mia), g.nodes()
		g.clock.Advance(24 * time.Hour)
		if g.asked(g.mia) != r.ID {
			t.Fatal("the visit is not asked about")
		}
		w := says("汤很鲜")
		w.Visit = string(r.ID)
		for i, err := range together(12, func(i int) error {
			if i%3 > 0 {
				return nodes[i%2].Dismiss(ctx, g.mia, r.ID)
			}
			_, err := nodes[i%2].Write(ctx, g.mia, g.shop.ID, w, fmt.Sprintf("ask-key-%08d", i))
			return err
		}) {
			if err != nil && !errors.Is(err, ErrTold) && !errors.Is(err, curate.ErrOften) {
				t.Errorf("%d: %v", i, err)
			}
		}
		if g.count("asks") != 1 || g.count("notes") != 1 {
			t.Errorf("the question has %d ends, and %d notes came of it", g.count("asks"), g.count("notes"))
		}
		for range 3 {
			if got := g.asked(g.mia); got != "" {
				t.Errorf("asked again about %s", got)
			}
			if _, again, err := g.AskAbout(ctx, g.mia, r.ID); err != nil || again {
				t.Errorf("its receipt asks again: %v", err)
			}
			g.clock.Advance(24 * time.Hour)
		}
		g.refused("another's visit", g.Dismiss(ctx, g.noa, r.ID), redeem.ErrUnknown)
	})
}

// A member who made all but two of the reports that a day allows makes eight
// more at once, at two nodes: two are taken. A limit is counted and then
// written, which only a serializable transaction makes one step.
func TestLimitsHoldAtOnce(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		nodes := g.nodes()
		var drafts []curate.Draft
		for i := range reportsMost.most + 6 {
			drafts = append(drafts, curate.Draft{SourceID: fmt.Sprint(i), Shop: g.shop.ID, Author: fmt.Sprint("路人", i),
				Written: g.clock.Now().Add(-time.Hour), Stars: 4, Likes: -1, Followers: -1, Text: fmt.Sprint("第", i, "碗面")})
		}
		notes, err := g.Curate.Take(ctx, g.ann, "elsewhere", drafts)
		g.must(err)
		report := func(s *Service, i int) error { return s.Report(ctx, g.noa, string(notes[i].ID), "ad", "") }
		for i := range reportsMost.most - 2 {
			g.must(report(g.Service, i))
		}
		errs := together(8, func(i int) error { return report(nodes[i%2], reportsMost.most-2+i) })
		if made := g.worked(errs, ErrOften); made != 2 || g.count("reports") != reportsMost.most {
			t.Errorf("%d of eight were taken and %d are there, want 2 and %d", made, g.count("reports"), reportsMost.most)
		}
	})
}
