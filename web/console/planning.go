package console

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/cover"
	"citywalk/discover"
	"citywalk/web"
	"citywalk/web/ui"
)

// planningPath is where plans of which shops to sign next are made.
const planningPath = "/console/coverage/plan"

// How much of a plan its page shows; its files have all of it.
const (
	planningNext    = 20 // Shops to sign.
	planningGaps    = 20 // Places that still miss something.
	planningHistory = 10
	planningRefresh = 5 // Seconds, without script.
)

func planningOf(id discover.CoverPlanID) string { return planningPath + "/" + string(id) }

// A planningView is a city's plans and the form for the next.
type planningView struct {
	City   string
	Cities []string
	Runs   bool
	Plans  []discover.CoverPlan
	Names  map[account.ID]string
	Form   ui.Form
}

// planning shows a city's last plans and asks for the next.
func (a *App) planning(w http.ResponseWriter, r *http.Request) error {
	v, err := a.planningView(r, r.URL.Query().Get("city"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.planningPage(a.page(r, "planning.title", "tab.coverage"), v))
}

func (a *App) planningView(r *http.Request, city string) (v planningView, err error) {
	ctx, who := r.Context(), web.Session(r)
	if v.City = strings.TrimSpace(city); v.City == "" {
		v.City = a.City
	}
	v.Runs = runs(who)
	if v.Cities, err = a.Discover.MeasuredCities(ctx); err != nil {
		return v, err
	}
	if v.Plans, err = a.Discover.CoverPlans(ctx, who, v.City, planningHistory); err != nil {
		return v, err
	}
	var people []account.ID
	for _, one := range v.Plans {
		people = append(people, one.Actor)
	}
	v.Names, err = a.people(ctx, people...)
	return v, err
}

// startPlanning has a plan made.
func (a *App) startPlanning(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	ask, err := planningAsked(form)
	if err == nil {
		var p discover.CoverPlan
		if p, err = a.Discover.StartCover(r.Context(), web.Session(r), ask, key(form)); err == nil {
			return web.See(w, r, planningOf(p.ID))
		}
	}
	v, viewErr := a.planningView(r, ask.City)
	if viewErr != nil {
		return viewErr
	}
	return web.Again(w, r, err, form, func(form ui.Form) templ.Component {
		v.Form = form
		return a.planningPage(a.page(r, "planning.title", "tab.coverage"), v)
	})
}

// planningAsked reads the form. What is no number is -1, which is refused with
// the field's own sentence.
func planningAsked(form ui.Form) (discover.CoverRequest, error) {
	f := &reader{Form: form}
	ask := discover.CoverRequest{City: f.text("city"), Shops: f.number("shops"), Budget: f.sum("budget"), Minutes: f.number("minutes"),
		Chance: f.number("chance"), Visit: f.sum("visit"), Uncurated: f.text("uncurated") == "1", Chain: f.number("chain"), Effort: f.number("effort"),
		Groups: map[string]int{}}
	for _, group := range discover.CoverGroups() {
		if f.text("group_"+group) != "" {
			ask.Groups[group] = f.number("group_" + group)
		}
	}
	if len(f.wrong) > 0 {
		return ask, f.wrong[0]
	}
	return ask, nil
}

// plannedOf is the plan of the path.
func (a *App) plannedOf(r *http.Request) (discover.CoverPlan, error) {
	id, err := web.ID(r, "cover", "cov")
	if err != nil {
		return discover.CoverPlan{}, err
	}
	return a.Discover.CoverPlan(r.Context(), web.Session(r), discover.CoverPlanID(id))
}

// planned shows a plan: how far it is, or what came of it.
func (a *App) planned(w http.ResponseWriter, r *http.Request) error {
	one, err := a.plannedOf(r)
	if err != nil {
		return err
	}
	p := a.page(r, "planning.title", "tab.coverage")
	p.Islands = []string{"map"}
	if !one.State.Over() {
		p.Live, p.Version, p.Refresh = planningOf(one.ID)+"/live", one.Version(), planningRefresh
	}
	names, err := a.people(r.Context(), one.Actor)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.plannedPage(p, one, names[one.Actor], runs(web.Session(r))))
}

// plannedLive says when a plan is further.
func (a *App) plannedLive(w http.ResponseWriter, r *http.Request) error {
	one, err := a.plannedOf(r)
	if err != nil {
		return err
	}
	who := web.Session(r)
	return web.Live(w, r, []string{string(one.ID)}, func(ctx context.Context) (string, error) {
		return a.Discover.CoverVersion(ctx, who, one.ID)
	})
}

// stopPlanning ends a plan that is being made.
func (a *App) stopPlanning(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "cover", "cov")
	if err != nil {
		return err
	}
	if err := a.Discover.CancelCover(r.Context(), web.Session(r), discover.CoverPlanID(id)); err != nil {
		return web.Next(err, web.Page(r).T("planning.back"), planningOf(discover.CoverPlanID(id)))
	}
	return web.SeeAndSay(w, r, planningOf(discover.CoverPlanID(id)), "say.planning.stop")
}

// plannedFile hands out a file of a plan.
func (a *App) plannedFile(kind, mimeType, name string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := web.ID(r, "cover", "cov")
		if err != nil {
			return err
		}
		body, err := a.Discover.CoverFile(r.Context(), web.Session(r), discover.CoverPlanID(id), kind)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": id + "-" + name}))
		return private(w, mimeType, body)
	}
}

// private answers with what no cache keeps.
func private(w http.ResponseWriter, kind string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("console: write a file: %w", err)
	}
	return nil
}

// plannedMap is what the map of a plan's page shows: gaps as circles by what
// they miss, shops to sign and shops that signed.
func (a *App) plannedMap(w http.ResponseWriter, r *http.Request) error {
	one, err := a.plannedOf(r)
	if err != nil {
		return err
	}
	if one.Result == nil {
		return discover.ErrCoverFile
	}
	body, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": plannedFeatures(web.Page(r), one.Result)})
	if err != nil {
		return fmt.Errorf("console: write the map of a plan: %w", err)
	}
	return private(w, "application/geo+json", body)
}

func plannedFeatures(p ui.Page, res *discover.CoverResult) []any {
	features := []any{}
	largest := int64(1)
	if len(res.Gaps) > 0 {
		largest = max(1, res.Gaps[0].Missing)
	}
	add := func(lat, lng float64, properties map[string]any) {
		features = append(features, map[string]any{"type": "Feature",
			"geometry": map[string]any{"type": "Point", "coordinates": [2]float64{lng, lat}}, "properties": properties})
	}
	for _, g := range res.Gaps {
		add(g.At.Lat, g.At.Lng, map[string]any{"name": g.Name, "line": p.T("planning.map.gap", "share", shareUp(res.Share(g.Missing))), "weight": g.Missing, "tone": "bad"})
	}
	for _, s := range res.Signed {
		add(s.At.Lat, s.At.Lng, map[string]any{"name": s.Name, "line": p.T("planning.map.signed"), "weight": largest / 20, "tone": "good"})
	}
	for i, s := range res.Shops {
		add(s.At.Lat, s.At.Lng, map[string]any{"name": s.Name, "line": p.T("planning.map.sign", "n", i+1), "weight": largest / 8, "tone": "accent", "href": shopPath(shopID(s.ID))})
	}
	return features
}

// gapSaid is what is proved of a plan, in plain words. Its number is rounded up.
func gapSaid(p ui.Page, res *discover.CoverResult) string {
	switch {
	case res.Gap == nil && res.Bound <= res.Value:
		return p.T("planning.best")
	case res.Gap == nil:
		return p.T("planning.bound", "share", shareUp(res.Share(res.Bound)))
	case *res.Gap == 0:
		return p.T("planning.best")
	}
	return p.T("planning.gap", "share", shareUp(*res.Gap))
}

// shareUp prints a part of one in hundredths of a percent, rounded up; shareDown
// rounds down. What is claimed of a plan is never more than what is proved.
func shareUp(v float64) string   { return fmt.Sprintf("%.2f%%", math.Ceil(v*10_000)/100) }
func shareDown(v float64) string { return fmt.Sprintf("%.2f%%", math.Floor(v*10_000)/100) }

// plannedOfTotal is a weight of a plan that is being made as a part of demand.
func plannedOfTotal(one discover.CoverPlan, weight int64) string {
	if one.Total == 0 || weight == 0 {
		return "-"
	}
	return shareDown(float64(weight) / float64(one.Total))
}

// planningAskSaid is what a plan was asked to be.
func planningAskSaid(p ui.Page, ask discover.CoverRequest) string {
	var parts []string
	if ask.Shops > 0 {
		parts = append(parts, p.T("planning.ask.shops", "n", ask.Shops))
	}
	if ask.Budget > 0 {
		parts = append(parts, p.T("planning.ask.budget", "sum", ask.Budget.String()))
	}
	parts = append(parts, p.T("planning.ask.minutes", "n", ask.Minutes))
	if ask.Chance < 100 {
		parts = append(parts, p.T("planning.ask.chance", "n", ask.Chance))
	}
	if ask.Chain > 0 {
		parts = append(parts, p.T("planning.ask.chain", "n", ask.Chain))
	}
	for _, group := range discover.CoverGroups() {
		if n, ok := ask.Groups[group]; ok {
			parts = append(parts, p.T("planning.ask.group", "group", groupName(p, group), "n", n))
		}
	}
	if ask.Uncurated {
		parts = append(parts, p.T("planning.ask.uncurated"))
	}
	return strings.Join(parts, " · ")
}

// groupName is what a group of categories is called.
func groupName(p ui.Page, group string) string {
	if name := "planning.group." + group; p.Words.Has(name) {
		return p.T(name)
	}
	return group
}

func planningLook(s discover.CoverState) string {
	switch s {
	case discover.CoverDone:
		return ui.Good
	case discover.CoverFailed:
		return ui.Bad
	case discover.CoverCancelled:
		return ui.Plain
	}
	return ui.Wait
}

// value is what a field of the form says: what was sent, or the usual request.
func (v planningView) value(name string) string {
	u := discover.CoverUsual
	usual := map[string]string{"shops": count(u.Shops), "minutes": count(u.Minutes), "chance": count(u.Chance), "visit": u.Visit.Decimal(), "effort": count(u.Effort)}
	return v.Form.Value(name, usual[name])
}

// visitsSaid prints a weight in visits.
func visitsSaid(weight int64) string { return fmt.Sprintf("%.2f", cover.Visits(weight)) }
