package curate

import (
	"slices"
	"testing"

	"citywalk/shop"
)

// Each view holds what it says, and the tally counts what the views show.
func TestViewsHoldWhatTheTallyCounts(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, merchant := g.village()
		g.paid = true
		names := func(who string, a Ask) (all []string) {
			t.Helper()
			session := g.ann
			if who == "bo" {
				session = g.bo
			}
			a.City, a.Limit = here, 100
			lines, err := g.Lines(ctx, session, a)
			g.must(err)
			for _, l := range lines {
				all = append(all, l.Name)
			}
			return all
		}
		tally := func() Tally {
			t.Helper()
			c, err := g.Tally(ctx, g.ann, here)
			g.must(err)
			return c
		}
		if c := tally(); c.Scored != 12 || c.Listed+c.Alarms+c.Proposed+c.Waiting != 0 || c.Fitted.IsZero() || c.Bar <= 1 {
			t.Errorf("before any decision: %+v", c)
		}
		if all := names("ann", Ask{View: InScores}); len(all) != 12 || !slices.Contains(all, sh.Name) {
			t.Errorf("those with a score are %v", all)
		}
		if all, c := names("ann", Ask{}), tally(); len(all) == 0 || len(all) != c.Queued {
			t.Errorf("the queue has %d, counted %d", len(all), c.Queued)
		}
		if all := names("ann", Ask{View: InScores, From: 11}); len(all) != 1 {
			t.Errorf("after 11 of 12 come %d", len(all))
		}
		if all := names("ann", Ask{View: InScores, Name: "巷口"}); len(all) != 1 {
			t.Errorf("a search finds %v", all)
		}

		g.ruled(g.ann, sh.ID, Included, Standing)
		d := g.ruled(g.ann, sh.ID, Excluded, Proposed)
		if own, others := names("ann", Ask{View: InConfirm}), names("bo", Ask{View: InConfirm}); len(own) != 0 || len(others) != 1 {
			t.Errorf("to confirm: %v for who proposed, %v for a colleague", own, others)
		}
		if c := tally(); c.Listed != 1 || c.Proposed != 1 || c.Confirm != 0 {
			t.Errorf("with a proposal: %+v", c)
		}
		_, err := g.Reject(ctx, g.bo, d.ID)
		g.must(err)
		_, err = g.Appeal(ctx, merchant, sh.ID, "请再来看看。")
		g.must(err)
		g.clock.Advance(366 * day)
		g.must(g.Watch(ctx))
		lines, err := g.Lines(ctx, g.audit, Ask{City: here, View: InAlarm, Limit: 10})
		g.must(err)
		if len(lines) != 1 || !lines[0].Appealed || lines[0].Alarm == NoAlarm || lines[0].Verdict != Included {
			t.Errorf("alarms: %+v", lines)
		}
		if all := names("ann", Ask{View: InQueue}); len(all) == 0 || all[0] != sh.Name {
			t.Errorf("the queue begins with %v", all)
		}
		if c := tally(); c.Alarms != 1 || c.Appeals != 1 || c.Proposed != 0 {
			t.Errorf("with an alarm: %+v", c)
		}
		cities, err := g.Tallies(ctx, g.ann)
		g.must(err)
		if len(cities) != 1 || cities[0] != tally() {
			t.Errorf("cities: %+v", cities)
		}
	})
}

// Only who reviews or audits sees lists, and only operators have a city scored.
func TestListsAreForThoseWhoReview(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		_, err := g.Lines(ctx, g.member, Ask{City: here, Limit: 10})
		g.refused("a member's list", err, ErrDenied)
		_, err = g.Tallies(ctx, g.member)
		g.refused("a member's tallies", err, ErrDenied)
		g.refused("an auditor's fit", g.AskFit(ctx, g.audit, here), ErrDenied)
		_, err = g.Review(ctx, g.audit, shop.ID("shp_none"))
		g.refused("a shop that is not there", err, shop.ErrUnknown)
	})
}
