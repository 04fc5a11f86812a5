package discover

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/jobs"
)

// nodes are the rig's own and a second one of the same database.
func (g *tillRig) nodes() []*Service {
	return []*Service{g.Service, {DB: dbtest.Again(g.t, g.DB, g.clock), Zone: dbtest.Zone}}
}

// job is what a node is given to make a plan.
func (g *tillRig) job(id CoverPlanID) jobs.Job {
	g.t.Helper()
	body, err := json.Marshal(id)
	g.must(err)
	return jobs.Job{Kind: coverJob, Body: body, Attempts: 1}
}

// row is how a plan ended, with the length of what came of it.
func (g *tillRig) row(id CoverPlanID) (row string) {
	g.t.Helper()
	g.must(g.DB.View(g.t.Context(), func(tx *db.Tx) (err error) {
		row, err = db.One[string](tx, `
			SELECT state || ' in attempt ' || CAST(attempt AS TEXT) || ', stopped ' || CAST(stop AS TEXT) || ', ended ' || CAST(ended AS TEXT)
				|| ', beat ' || CAST(beat AS TEXT) || ', ' || CAST(LENGTH(result) AS TEXT) || failure FROM discover_plans WHERE id = $1`, id)
		return err
	}))
	return row
}

// count is what a statement counts.
func (g *tillRig) count(sql string, args ...any) (n int) {
	g.t.Helper()
	g.must(g.DB.View(g.t.Context(), func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, sql, args...)
		return err
	}))
	return n
}

// TestOnePlanAtTwoNodes has two nodes make the same plan six times at once, as
// if each had lost its claim to the next: it is done once, by one of them, and
// its files are those of a plan that holds.
func TestOnePlanAtTwoNodes(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		g.towns(30, 40)
		p, nodes := g.started(g.request()), g.nodes()
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				if err := nodes[i%2].coverHandler(t.Context(), g.job(p.ID)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		p = g.plan(p.ID)
		if p.State != CoverDone || p.Result == nil || len(p.Files) != 3 {
			t.Fatalf("%+v", p)
		}
		if n := g.count(`SELECT COUNT(*) FROM account_audits WHERE action = 'discover.plan_done' AND object = $1`, p.ID); n != 1 {
			t.Errorf("it is done %d times", n)
		}
		g.proved(t, p)
	})
}

// TestStoppedPlanStaysStopped has one node make a plan, another begin it anew,
// and operators stop it, all at once. It comes to an end, and whoever comes
// late, with an attempt that was given up, a job that is run again or a sweep,
// changes nothing of it; a stop that was answered before the plan was made is
// its end.
func TestStoppedPlanStaysStopped(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		ctx, nodes := t.Context(), g.nodes()
		g.towns(30, 40)
		for round := range 6 {
			p := g.started(g.request())
			first := p
			if round%2 == 0 {
				var err error
				first, err = g.beginCover(ctx, p.ID)
				g.must(err)
			}
			stopped := make([]error, 3)
			var all sync.WaitGroup
			for i := range stopped {
				all.Go(func() { stopped[i] = nodes[i%2].CancelCover(ctx, g.operator, p.ID) })
			}
			all.Go(func() {
				if err := nodes[1].coverHandler(ctx, g.job(p.ID)); err != nil {
					t.Error(err)
				}
			})
			if round%2 == 0 {
				all.Go(func() {
					if err := g.makeCover(ctx, first); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			for _, err := range stopped {
				if err != nil && !errors.Is(err, ErrCoverOver) {
					t.Error(err)
				}
			}
			end := g.plan(p.ID)
			if end.State != CoverCancelled && end.State != CoverDone {
				t.Fatalf("it is %s", end.State)
			}
			before := g.row(p.ID)
			g.clock.Advance(coverQuiet + time.Minute)
			if round%2 == 0 {
				g.must(g.failCover(ctx, first, ErrCoverBroke))
				g.must(g.makeCover(ctx, first))
			}
			g.must(nodes[1].coverHandler(ctx, g.job(p.ID)))
			g.must(g.SweepCovers(ctx))
			if _, err := g.worker().Drain(ctx); err != nil {
				t.Error(err)
			}
			if after := g.row(p.ID); after != before {
				t.Errorf("it was %s and is %s", before, after)
			}
		}
	})
}
