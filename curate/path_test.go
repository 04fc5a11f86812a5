package curate

import (
	"testing"

	"citywalk/account"
	"citywalk/shop"
)

// From notes to a badge, an appeal and a second reviewer: the whole way, on
// both engines.
func TestFromNotesToTheList(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, merchant := g.village()

		queue, err := g.Candidates(ctx, g.ann, here, 100)
		g.must(err)
		if len(queue) != 12 {
			t.Fatalf("%d candidates, want 12", len(queue))
		}
		r, err := g.Review(ctx, g.ann, sh.ID)
		g.must(err)
		switch {
		case r.Basis.Score == nil || r.Basis.Score.Mean < 4.2 || r.Basis.Score.Notes != 40:
			t.Fatalf("the score is %+v", r.Basis.Score)
		case len(r.Basis.Evidence) == 0 || len(r.Weeks) < 50 || len(r.Suspects) != 3 || r.Candidate == nil:
			t.Fatalf("%d clauses, %d weeks, %d suspects, candidate %v", len(r.Basis.Evidence), len(r.Weeks), len(r.Suspects), r.Candidate)
		case r.Compared.Shops != 12 || r.Compared.Better != 0:
			t.Errorf("compared: %+v", r.Compared)
		}

		if kept := g.ruled(g.ann, sh.ID, Included, Standing).Basis.Score; kept == nil || len(kept.Found) != 0 {
			t.Errorf("the decision rests on %+v", kept)
		}
		why, on, err := g.WhyHere(ctx, sh.ID)
		g.must(err)
		if !on || !g.curated(sh.ID) || why.Notes != 40 || len(why.Quotes) == 0 || why.Rules != RulesVersion {
			t.Errorf("on the list: %v %+v", on, why)
		}
		found, err := g.shops.Search(ctx, shop.Query{City: here, Curated: true})
		g.must(err)
		if len(found) != 1 || found[0].ID != sh.ID {
			t.Errorf("a search for curated shops finds %d", len(found))
		}

		g.paid = true
		d := g.ruled(g.bo, sh.ID, Excluded, Proposed)
		if !g.curated(sh.ID) {
			t.Error("a proposal alone took the shop off the list")
		}
		_, err = g.Confirm(ctx, g.bo, d.ID)
		g.refused("confirming one's own", err, ErrSamePerson)
		_, err = g.Confirm(ctx, g.ann, d.ID)
		g.must(err)
		_, err = g.Confirm(ctx, g.ann, d.ID)
		g.must(err)
		if g.curated(sh.ID) {
			t.Error("a confirmed removal left the shop on the list")
		}

		a, err := g.Appeal(ctx, merchant, sh.ID, "我们只是停业装修了两周，请再来看看。")
		g.must(err)
		again, err := g.Appeal(ctx, merchant, sh.ID, "我们只是停业装修了两周，请再来看看。")
		g.must(err)
		if again.ID != a.ID {
			t.Error("the same appeal twice is two")
		}
		queue, err = g.Candidates(ctx, g.ann, here, 100)
		g.must(err)
		if queue[0].Shop != sh.ID || queue[0].Why != Appealed {
			t.Errorf("the top of the queue is %+v", queue[0])
		}
		for _, who := range []account.Session{g.ann, g.bo} {
			_, err = g.Judge(ctx, who, a.ID, Judgement{Answer: "看过了。"})
			g.refused("judging one's own decision", err, ErrPartial)
		}
		_, err = g.Judge(ctx, g.cy, a.ID, Judgement{Answer: "去看过了，味道没变，恢复收录。",
			Ruling: &Ruling{Verdict: Included, Reason: "复查后恢复：汤头和从前一样。", Tie: Tie{None: true}}})
		g.must(err)
		own, err := g.Own(ctx, merchant, sh.ID)
		g.must(err)
		if !g.curated(sh.ID) || own.Verdict != Included || len(own.Appeals) != 1 || own.Appeals[0].State != Overturned || own.Appealed {
			t.Errorf("after the appeal: %+v", own)
		}
	})
}
