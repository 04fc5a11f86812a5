package curate

import (
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/shop"
)

// TestSteps walks every pair of a decision's states.
func TestSteps(t *testing.T) {
	all := []Step{Proposed, Standing, Past, Rejected}
	may := map[[2]Step]bool{{Proposed, Standing}: true, {Proposed, Rejected}: true, {Standing, Past}: true}
	for _, from := range all {
		for _, to := range all {
			if from.may(to) != may[[2]Step{from, to}] {
				t.Errorf("%s to %s is %v", from, to, from.may(to))
			}
		}
	}
}

// Each row changes one thing about a good decision.
func TestDecideRefuses(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, merchant := g.shop("不收面馆")
		both := merchant
		both.Grants = append([]account.Grant{{Role: account.Operator}}, merchant.Grants...)
		for _, c := range []struct {
			name   string
			who    account.Session
			change func(*Ruling)
			want   error
		}{
			{"an auditor", g.audit, nil, ErrDenied},
			{"a member", g.member, nil, ErrDenied},
			{"the merchant", merchant, nil, ErrDenied},
			{"an operator who works there", both, nil, ErrOwn},
			{"no verdict", g.ann, func(r *Ruling) { r.Verdict = "" }, ErrVerdict},
			{"another verdict", g.ann, func(r *Ruling) { r.Verdict = "loved" }, ErrVerdict},
			{"no reason", g.ann, func(r *Ruling) { r.Reason = " " }, ErrReason},
			{"a long reason", g.ann, func(r *Ruling) { r.Reason = strings.Repeat("好", 501) }, ErrReason},
			{"a reason that turns", g.ann, func(r *Ruling) { r.Reason = "好\u202e坏" }, ErrText},
			{"nothing about ties", g.ann, func(r *Ruling) { r.Tie = Tie{} }, ErrTie},
			{"a tie and none", g.ann, func(r *Ruling) { r.Tie = Tie{None: true, Words: "表哥的店"} }, ErrTie},
			{"too long", g.ann, func(r *Ruling) { r.Days = 731 }, ErrPeriod},
			{"no time at all", g.ann, func(r *Ruling) { r.Days = -1 }, ErrPeriod},
			{"an old page", g.ann, func(r *Ruling) { r.Seen = "dec_other" }, ErrStale},
		} {
			r := Ruling{Verdict: Included, Reason: "街坊常来。", Tie: Tie{None: true}}
			if c.change != nil {
				c.change(&r)
			}
			_, err := g.Decide(ctx, c.who, sh.ID, r, g.key())
			g.refused(c.name, err, c.want)
		}
		_, err := g.Decide(ctx, g.ann, "shp_none", Ruling{Verdict: Included, Reason: "好。", Tie: Tie{None: true}}, g.key())
		g.refused("a shop that is not there", err, shop.ErrUnknown)
		if f := g.file(sh.ID); len(f.Decisions) != 0 || g.curated(sh.ID) {
			t.Errorf("a refusal left %+v", f)
		}
	})
}

// Who needs a second person, and that nothing changes before he came.
func TestSecondPerson(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		for _, c := range []struct {
			name    string
			before  Verdict
			verdict Verdict
			tie     string
			paid    bool
			want    Step
		}{
			{"listing", "", Included, "", true, Standing},
			{"listing with a tie", "", Included, "我表哥在这家店上班。", true, Proposed},
			{"excluding what was never listed", "", Excluded, "", true, Standing},
			{"removing before anybody paid", Included, Excluded, "", false, Standing},
			{"removing what members paid for", Included, Excluded, "", true, Proposed},
			{"watching what members paid for", Included, Watched, "", true, Proposed},
			{"renewing what members paid for", Included, Included, "", true, Standing},
		} {
			sh, _ := g.shop(c.name)
			g.paid = false
			if c.before != "" {
				g.ruled(g.ann, sh.ID, c.before, Standing)
			}
			g.paid = c.paid
			listed := g.curated(sh.ID)
			r := Ruling{Verdict: c.verdict, Reason: "看过了。", Tie: Tie{None: c.tie == "", Words: c.tie}, Seen: g.file(sh.ID).Decision}
			d, err := g.Decide(ctx, g.ann, sh.ID, r, g.key())
			g.must(err)
			if d.Step != c.want {
				t.Errorf("%s: %s, want %s", c.name, d.Step, c.want)
			}
			if c.want == Proposed {
				if g.curated(sh.ID) != listed {
					t.Errorf("%s: a proposal changed the list", c.name)
				}
				_, err = g.Decide(ctx, g.bo, sh.ID, r, g.key())
				g.refused(c.name+", and another decision", err, ErrPending)
				_, err = g.Reject(ctx, g.ann, d.ID)
				g.refused(c.name+", rejecting one's own", err, ErrSamePerson)
				_, err = g.Reject(ctx, g.bo, d.ID)
				g.must(err)
				if g.curated(sh.ID) != listed {
					t.Errorf("%s: a rejected proposal changed the list", c.name)
				}
			}
		}
	})
}

// A decision sent again under its key is one, with the first answer.
func TestDecideTwice(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, _ := g.shop("两遍面馆")
		key := g.key()
		r := Ruling{Verdict: Included, Reason: "街坊常来。", Tie: Tie{None: true}}
		first, err := g.Decide(ctx, g.ann, sh.ID, r, key)
		g.must(err)
		again, err := g.Decide(ctx, g.ann, sh.ID, r, key)
		g.must(err)
		if first.ID != again.ID || len(g.file(sh.ID).Decisions) != 1 {
			t.Errorf("%s, then %s", first.ID, again.ID)
		}
	})
}

// An appeal needs a decision, its own merchant and words, and a judge who has
// no part and no tie.
func TestAppealRefuses(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, merchant := g.shop("申诉面馆")
		_, stranger := g.shop("隔壁面馆")
		_, err := g.Appeal(ctx, merchant, sh.ID, "为什么不收？")
		g.refused("before a decision", err, ErrNoDecision)
		g.ruled(g.ann, sh.ID, Excluded, Standing)
		_, err = g.Appeal(ctx, stranger, sh.ID, "为什么不收？")
		g.refused("another merchant", err, shop.ErrUnknown)
		_, err = g.Appeal(ctx, g.bo, sh.ID, "为什么不收？")
		g.refused("an operator", err, shop.ErrUnknown)
		_, err = g.Appeal(ctx, merchant, sh.ID, "  ")
		g.refused("no words", err, ErrNoText)
		a, err := g.Appeal(ctx, merchant, sh.ID, "为什么不收？")
		g.must(err)
		_, err = g.Judge(ctx, merchant, a.ID, Judgement{Answer: "改判。"})
		g.refused("the merchant as judge", err, ErrDenied)
		_, err = g.Judge(ctx, g.bo, a.ID, Judgement{Answer: "改判。", Ruling: &Ruling{Verdict: Included, Reason: "好。", Tie: Tie{Words: "我常去。"}}})
		g.refused("a judge with a tie", err, ErrTied)
		_, err = g.Judge(ctx, g.bo, "app_none", Judgement{Answer: "改判。"})
		g.refused("no such appeal", err, ErrAppeal)
		if g.file(sh.ID).Appeals[0].State != AppealOpen {
			t.Error("a refusal answered the appeal")
		}
	})
}
