package discover

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/cover"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/shop"
)

// towns are a city's stations and curated drafts, spread over some kilometres.
func (g *tillRig) towns(stations, drafts int) {
	g.t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	at := func() geo.Point { return geo.Point{Lat: 31.20 + 0.08*r.Float64(), Lng: 121.43 + 0.08*r.Float64()} }
	kinds := []string{"面馆", "咖啡", "火锅", "酒吧", "面包", "川菜", "日料"}
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) error {
		var places []Place
		for i := range stations {
			places = append(places, Place{City: "试镇", Kind: Metro, Name: fmt.Sprint("站", i), Point: at(), Source: "test", SourceID: fmt.Sprint(i)})
		}
		if _, _, err := PutPlaces(tx, g.operator.Person, places); err != nil {
			return err
		}
		for i := range drafts {
			name := fmt.Sprintf("店%d=", i)
			sh, err := shop.AddDraft(tx, g.operator.Person, shop.Shop{City: "试镇", Name: name, Category: kinds[i%len(kinds)], Point: at(), Opens: -1, Closes: -1, Source: "test", SourceID: name})
			if err != nil {
				return err
			}
			if err := shop.Enlist(tx, sh.ID); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (g *tillRig) request() CoverRequest {
	ask := CoverUsual
	ask.City, ask.Shops = "试镇", 5
	return ask
}

// started is a plan that was asked for, and worker the node that may make it.
func (g *tillRig) started(ask CoverRequest) CoverPlan {
	g.t.Helper()
	p, err := g.StartCover(g.t.Context(), g.operator, ask, g.key())
	g.must(err)
	return p
}

func (g *tillRig) worker() *jobs.Runner {
	r := jobs.NewRunner(g.DB, 1)
	r.Handle(coverJob, coverAttempts, time.Second, g.coverHandler)
	return r
}

func (g *tillRig) plan(id CoverPlanID) CoverPlan {
	g.t.Helper()
	p, err := g.CoverPlan(g.t.Context(), g.operator, id)
	g.must(err)
	return p
}

// TestCoverPlan is a plan from its start to its files: it is what package cover
// makes of the city, its certificate holds, and all of it is audited.
func TestCoverPlan(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		g.towns(40, 60)
		ask := g.request()
		ask.Groups, ask.Chain = map[string]int{"coffee": 1}, 2
		p := g.started(ask)
		if p.State != CoverQueued || p.Ask.Groups["coffee"] != 1 {
			t.Fatalf("%+v", p)
		}
		if _, err := g.StartCover(t.Context(), g.operator, ask, g.key()); !errors.Is(err, ErrCoverRuns) {
			t.Errorf("a second plan: %v", err)
		}
		_, err := g.worker().Drain(t.Context())
		g.must(err)
		p = g.plan(p.ID)
		r := p.Result
		if p.State != CoverDone || r == nil || p.Done != 1000 || p.Ended.IsZero() || p.Failure != nil {
			t.Fatalf("%+v", p)
		}
		if len(r.Shops) != 5 || r.Candidates != 60 || len(r.Signed) != 1 || r.Value <= r.Given || r.Bound < r.Value || r.Ceiling < r.Value || r.Gap == nil || p.Value != r.Value {
			t.Errorf("%+v", r)
		}
		coffees := 0
		for i, s := range r.Shops {
			if s.Group == "coffee" {
				coffees++
			}
			if i > 0 && s.Gain > r.Shops[i-1].Gain {
				t.Errorf("shop %d adds %d, more than the one before", i, s.Gain)
			}
		}
		if coffees > 1 {
			t.Errorf("%d coffee shops, the cap is 1", coffees)
		}
		if !slices.IsSortedFunc(r.Gaps, func(a, b CoverGap) int { return int(b.Missing - a.Missing) }) || len(r.Gaps) == 0 {
			t.Errorf("gaps: %+v", r.Gaps)
		}
		in, err := g.CoverInstance(t.Context(), ask.ask())
		g.must(err)
		best, err := cover.Make(t.Context(), in, ask.limits(), cover.Options{Seed: coverSeed})
		if g.must(err); best.Value != r.Value || best.Bound != r.Bound {
			t.Errorf("the job says %d of %d, the planner %d of %d", r.Value, r.Bound, best.Value, best.Bound)
		}
		g.filesOf(t, p)
		g.auditedPlan(t, p.ID)
		if again := g.started(ask); again.ID == p.ID {
			t.Error("the next plan is the last one")
		}
	})
}

// filesOf checks what a plan leaves for the field team.
func (g *tillRig) filesOf(t *testing.T, p CoverPlan) {
	t.Helper()
	if !slices.Equal(p.Files, []string{CoverCertificate, CoverCSV, CoverGeoJSON}) {
		t.Fatalf("files: %v", p.Files)
	}
	proof, err := g.CoverFile(t.Context(), g.operator, p.ID, CoverCertificate)
	g.must(err)
	v, err := cover.Check(bytes.NewReader(proof))
	if g.must(err); v.Value != p.Result.Value || v.Bound != p.Result.Bound || v.Head.City != "试镇" {
		t.Errorf("the certificate says %+v", v)
	}
	list, err := g.CoverFile(t.Context(), g.operator, p.ID, CoverCSV)
	if g.must(err); strings.Count(string(list), "\r\n") != 6 {
		t.Errorf("the list is %s", list)
	}
	shapes, err := g.CoverFile(t.Context(), g.operator, p.ID, CoverGeoJSON)
	if g.must(err); strings.Count(string(shapes), `"kind":"sign"`) != 5 {
		t.Errorf("the map is %.300s", shapes)
	}
	if _, err := g.CoverFile(t.Context(), g.operator, p.ID, "csv2"); !errors.Is(err, ErrCoverFile) {
		t.Errorf("a file that is none: %v", err)
	}
}

func (g *tillRig) auditedPlan(t *testing.T, id CoverPlanID) {
	t.Helper()
	var acts []string
	g.must(g.DB.View(t.Context(), func(tx *db.Tx) error {
		all, err := account.Audits(tx, string(id), 0, 10)
		for _, e := range all {
			acts = append(acts, e.Action)
		}
		return err
	}))
	if slices.Sort(acts); !slices.Equal(acts, []string{"discover.plan", "discover.plan_done"}) {
		t.Errorf("audited: %v", acts)
	}
}

// TestCoverPlanRefusals is who may ask for which plans.
func TestCoverPlanRefusals(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		change := func(fn func(*CoverRequest)) CoverRequest {
			ask := g.request()
			fn(&ask)
			return ask
		}
		for _, c := range []struct {
			ask   CoverRequest
			want  error
			field string
		}{
			{change(func(r *CoverRequest) { r.City = "" }), ErrGateArea, "city"},
			{change(func(r *CoverRequest) { r.City = "空城" }), ErrCoverCity, "city"},
			{change(func(r *CoverRequest) { r.Shops = 0 }), ErrCoverLimit, "shops"},
			{change(func(r *CoverRequest) { r.Shops = 1001 }), ErrCoverRange, "shops"},
			{change(func(r *CoverRequest) { r.Minutes = 0 }), ErrCoverRange, "minutes"},
			{change(func(r *CoverRequest) { r.Chance = 101 }), ErrCoverRange, "chance"},
			{change(func(r *CoverRequest) { r.Effort = 11 }), ErrCoverRange, "effort"},
			{change(func(r *CoverRequest) { r.Budget = -1 }), ErrCoverSum, "budget"},
			{change(func(r *CoverRequest) { r.Visit = coverVisitMax + 1 }), ErrCoverSum, "visit"},
			{change(func(r *CoverRequest) { r.Groups = map[string]int{"gold": 1} }), ErrCoverGroup, "groups"},
			{change(func(r *CoverRequest) { r.Groups = map[string]int{"bar": -1} }), ErrCoverRange, "group_bar"},
		} {
			_, err := g.StartCover(t.Context(), g.operator, c.ask, g.key())
			if f, ok := fault.From(err); !errors.Is(err, c.want) || !ok || f.Field != c.field {
				t.Errorf("%+v: %v", c.ask, err)
			}
		}
		auditor, member := account.Session{Person: "per_a", Grants: []account.Grant{{Role: account.Auditor}}}, account.Session{Person: "per_m"}
		p := g.started(g.request())
		for _, who := range []account.Session{auditor, member} {
			if _, err := g.StartCover(t.Context(), who, g.request(), g.key()); !errors.Is(err, ErrDenied) {
				t.Errorf("%s starts: %v", who.Person, err)
			}
			if err := g.CancelCover(t.Context(), who, p.ID); !errors.Is(err, ErrDenied) {
				t.Errorf("%s stops: %v", who.Person, err)
			}
		}
		if _, err := g.CoverPlan(t.Context(), auditor, p.ID); err != nil {
			t.Error(err)
		}
		_, err := g.CoverPlan(t.Context(), member, p.ID)
		_, err2 := g.CoverPlans(t.Context(), member, "试镇", 5)
		_, err3 := g.CoverFile(t.Context(), member, p.ID, CoverCSV)
		if !errors.Is(err, account.ErrDenied) || !errors.Is(err2, account.ErrDenied) || !errors.Is(err3, account.ErrDenied) {
			t.Errorf("a member reads: %v, %v, %v", err, err2, err3)
		}
		if _, err := g.CoverPlan(t.Context(), auditor, "cov_none"); !errors.Is(err, ErrCoverPlan) {
			t.Error(err)
		}
	})
}

// TestCoverPlanIsStopped stops one that waits, one that was begun, and one in
// the middle, which keeps what it found and what is proved of it.
func TestCoverPlanIsStopped(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		g.towns(300, 500)
		stop := func(id CoverPlanID) { g.must(g.CancelCover(t.Context(), g.operator, id)) }
		p := g.started(g.request())
		stop(p.ID)
		if p = g.plan(p.ID); p.State != CoverCancelled || p.Result != nil {
			t.Errorf("%+v", p)
		}
		if err := g.CancelCover(t.Context(), g.operator, p.ID); !errors.Is(err, ErrCoverOver) {
			t.Errorf("stopped twice: %v", err)
		}
		n, err := g.worker().Drain(t.Context())
		if g.must(err); n != 0 {
			t.Errorf("%d jobs are left of a plan that was stopped", n)
		}

		p, err = g.beginCover(t.Context(), g.started(g.request()).ID)
		g.must(err)
		stop(p.ID)
		stop(p.ID)
		g.must(g.makeCover(t.Context(), p))
		if p = g.plan(p.ID); p.State != CoverCancelled || p.Result == nil || !p.Result.Stopped {
			t.Errorf("%+v", p)
		}

		ask := g.request()
		ask.Shops, ask.Chance, ask.Effort = 100, 45, coverEffortMax
		p = g.started(ask)
		made := make(chan error)
		go func() {
			_, err := g.worker().Drain(t.Context())
			made <- err
		}()
		for p = g.plan(p.ID); p.Bound == 0 && !p.State.Over(); p = g.plan(p.ID) {
			time.Sleep(10 * time.Millisecond)
		}
		stop(p.ID)
		g.must(<-made)
		p = g.plan(p.ID)
		if p.State != CoverCancelled || p.Result == nil || len(p.Result.Shops) != 100 || p.Result.Bound < p.Result.Value {
			t.Fatalf("%s %+v", p.State, p.Result)
		}
		g.proved(t, p)
	})
}

// proved checks a plan's certificate.
func (g *tillRig) proved(t *testing.T, p CoverPlan) {
	t.Helper()
	proof, err := g.CoverFile(t.Context(), g.operator, p.ID, CoverCertificate)
	g.must(err)
	if _, err := cover.Check(bytes.NewReader(proof)); err != nil {
		t.Error(err)
	}
}

// TestCoverPlanFails says why: at once where the city cannot be planned, and
// after a while where every attempt lost its node.
func TestCoverPlanFails(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		p := g.started(g.request())
		_, err := g.worker().Drain(t.Context())
		g.must(err)
		if p = g.plan(p.ID); p.State != CoverFailed || p.Failure == nil || p.Failure.Code != ErrCoverShops.Code || !strings.Contains(p.Failure.Say(fault.Zh), "试镇") {
			t.Errorf("%+v", p)
		}
		g.towns(20, 20)
		lost, err := g.beginCover(t.Context(), g.started(g.request()).ID)
		g.must(err)
		g.must(g.SweepCovers(t.Context()))
		if now := g.plan(lost.ID); now.State != CoverRunning {
			t.Errorf("swept at once: %+v", now)
		}
		next, err := g.beginCover(t.Context(), lost.ID)
		g.must(err)
		g.must(g.makeCover(t.Context(), lost))
		g.must(g.failCover(t.Context(), lost, ErrCoverBroke))
		if now := g.plan(lost.ID); now.State != CoverRunning || now.Attempt != next.Attempt {
			t.Errorf("an attempt that was lost ends the plan: %+v", now)
		}
		g.clock.Advance(coverQuiet + time.Minute)
		g.must(g.SweepCovers(t.Context()))
		if now := g.plan(lost.ID); now.State != CoverFailed || now.Failure.Code != ErrCoverBroke.Code {
			t.Errorf("not swept: %+v", now)
		}
		g.started(g.request())
	})
}

// TestCoverPlansAreForgotten keeps the last plans of a city and no others.
func TestCoverPlansAreForgotten(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		g.towns(5, 5)
		var first CoverPlan
		for i := range coverKept + 2 {
			p := g.started(g.request())
			if i == 0 {
				first = p
			}
			_, err := g.worker().Drain(t.Context())
			g.must(err)
			g.clock.Advance(time.Minute)
		}
		all, err := g.CoverPlans(t.Context(), g.operator, "试镇", 100)
		if g.must(err); len(all) != coverKept {
			t.Errorf("%d plans are kept", len(all))
		}
		if _, err := g.CoverPlan(t.Context(), g.operator, first.ID); !errors.Is(err, ErrCoverPlan) {
			t.Errorf("the first is kept: %v", err)
		}
		if _, err := g.CoverFile(t.Context(), g.operator, first.ID, CoverCSV); !errors.Is(err, ErrCoverFile) {
			t.Errorf("a file of the first is kept: %v", err)
		}
	})
}

// TestOneCoverPlanACity has many operators start one at the same moment.
func TestOneCoverPlanACity(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		const many = 12
		var wait sync.WaitGroup
		refused := make([]error, many)
		for i := range many {
			key := g.key()
			wait.Go(func() { _, refused[i] = g.StartCover(t.Context(), g.operator, g.request(), key) })
		}
		wait.Wait()
		n := 0
		for _, err := range refused {
			if err == nil {
				n++
			} else if !errors.Is(err, ErrCoverRuns) {
				t.Error(err)
			}
		}
		if n != 1 {
			t.Errorf("%d of %d plans of one city were begun", n, many)
		}
	})
}

// TestCoverMoves walks every pair of states: the table's moves are written, and
// no others.
func TestCoverMoves(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		states := []CoverState{CoverQueued, CoverRunning, CoverDone, CoverCancelled, CoverFailed}
		for _, from := range states {
			for _, to := range states {
				if to == CoverQueued {
					continue // Nothing leads there; a plan begins so.
				}
				err := g.DB.Update(t.Context(), func(tx *db.Tx) error {
					p := CoverPlan{ID: CoverPlanID(tx.ID("cov")), State: from}
					if _, err := addCover(tx, p.ID, "per_o", CoverRequest{City: fmt.Sprint(from, to)}); err != nil {
						return err
					}
					ended := 0
					if from.Over() {
						ended = 1
					}
					if _, err := tx.Exec(`UPDATE discover_plans SET state = $2, ended = $3 WHERE id = $1`, p.ID, from, ended); err != nil {
						return err
					}
					if to == CoverRunning {
						return runCover(tx, p)
					}
					return endCover(tx, p, to, "", "")
				})
				if may := slices.Contains(coverMoves[from], to); may != (err == nil) {
					t.Errorf("%s to %s: %v", from, to, err)
				}
			}
		}
	})
}
