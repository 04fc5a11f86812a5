package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/discover"
	"citywalk/web"
	"citywalk/web/ui"
)

// coverPath is where the section of coverage is.
const coverPath = "/console/coverage"

// coverDays is how many days the small pictures of a gate show, and coverOver
// how many alarms that are over the page lists.
const (
	coverDays = 30
	coverOver = 10
)

// A coverView is what a city's card is good for, and what is sold on it.
type coverView struct {
	City   string
	Cities []string
	Runs   bool
	Alarms []discover.Alarm
	Gates  []gateRow
	Areas  []discover.Reading
	Wishes map[string]int // Who waits, by district.
	Plans  map[string]string
}

// A gateRow is a gate with its days, and whether a promise of it does not hold.
type gateRow struct {
	discover.Gate
	Days   []discover.Reading
	Fallen bool
}

// series is the share of every day, for a small picture.
func (g gateRow) series() (all []int64) {
	for _, d := range g.Days {
		all = append(all, int64(d.Reached))
	}
	return all
}

// coverage shows the gates of a city, what of their promises does not hold, and
// every district's number.
func (a *App) coverage(w http.ResponseWriter, r *http.Request) error {
	p := a.page(r, "tab.coverage", "tab.coverage")
	v, err := a.coverView(r, p)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.coveragePage(p, v))
}

func (a *App) coverView(r *http.Request, p ui.Page) (v coverView, err error) {
	ctx, who := r.Context(), web.Session(r)
	v = coverView{City: a.City, Runs: runs(who)}
	if v.Cities, err = a.Discover.MeasuredCities(ctx); err != nil {
		return v, err
	}
	if asked := r.URL.Query().Get("city"); asked != "" {
		if !slices.Contains(v.Cities, asked) && asked != a.City {
			return v, web.ErrNowhere
		}
		v.City = asked
	}
	alarms, err := a.Discover.Alarms(ctx, who, coverOver)
	if err != nil {
		return v, err
	}
	for _, one := range alarms {
		if one.Conditions.City == v.City {
			v.Alarms = append(v.Alarms, one)
		}
	}
	if v.Gates, err = a.gateRows(ctx, v.City, v.Alarms); err != nil {
		return v, err
	}
	if v.Areas, err = a.Discover.Covered(ctx, v.City); err != nil {
		return v, err
	}
	if v.Wishes, err = a.Discover.Wishes(ctx, v.City); err != nil {
		return v, err
	}
	v.Plans, err = a.planNames(ctx, p)
	return v, err
}

func (a *App) gateRows(ctx context.Context, city string, alarms []discover.Alarm) (rows []gateRow, err error) {
	all, err := a.Discover.Gates(ctx, city)
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		row := gateRow{Gate: g}
		row.Fallen = slices.ContainsFunc(alarms, func(one discover.Alarm) bool { return one.Gate == g.ID && one.Ended.IsZero() })
		if row.Days, err = a.Discover.History(ctx, city, g.ID, coverDays); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// planNames are what plans are called, by their codes.
func (a *App) planNames(ctx context.Context, p ui.Page) (map[string]string, error) {
	plans, err := a.Pass.Plans(ctx, true)
	names := map[string]string{"": p.T("coverage.plan.all")}
	for _, one := range plans {
		names[one.Code] = planName(p, one)
	}
	return names, err
}

// areaName is a district, or the whole city.
func areaName(p ui.Page, district string) string {
	if district == "" {
		return p.T("coverage.whole")
	}
	return p.Called(district)
}

// shareSaid prints hundredths of a percent, rounded down: what is short of a
// bar is never shown as on it.
func shareSaid(p ui.Page, reached int) string {
	if reached < 0 {
		return p.T("coverage.unknown")
	}
	return fmt.Sprintf("%d%%", reached/100)
}

// conditionsSaid is what a gate asks for, in a sentence.
func conditionsSaid(p ui.Page, c discover.Conditions) string {
	return p.T("coverage.conditions", "share", c.Share, "minutes", c.Minutes, "shops", c.Shops, "categories", c.Categories, "hour", clockOf(c.Hour))
}

// clockOf prints a minute of the day.
func clockOf(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// gatePage shows a gate: its days, and, to who may change it, its form.
func (a *App) gatePage(w http.ResponseWriter, r *http.Request) error {
	p := a.page(r, "coverage.gate", "tab.coverage")
	v, err := a.gateView(r, p)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.coverGatePage(p, v))
}

// A gateView is one gate and its form; a new one has no id.
type gateView struct {
	gateRow
	Alarms    []discover.Alarm // Of what it promised, that stand.
	Form      ui.Form
	Runs      bool
	Districts []string
	Plans     map[string]string
}

func (v gateView) fresh() bool { return v.ID == "" }

func (a *App) gateView(r *http.Request, p ui.Page) (v gateView, err error) {
	ctx := r.Context()
	v.Runs = runs(web.Session(r))
	if id := r.PathValue("gate"); id != "new" && id != "" {
		if id, err = web.ID(r, "gate", "gat"); err != nil {
			return v, err
		}
		if v.Gate, err = a.Discover.Gate(ctx, discover.GateID(id)); err != nil {
			return v, err
		}
		if v.Days, err = a.Discover.History(ctx, v.City, v.ID, coverDays); err != nil {
			return v, err
		}
		alarms, err := a.Discover.Alarms(ctx, web.Session(r), 0)
		if err != nil {
			return v, err
		}
		v.Alarms = slices.DeleteFunc(alarms, func(one discover.Alarm) bool { return one.Gate != v.ID })
		v.Fallen = len(v.Alarms) > 0
	} else {
		v.Conditions = discover.Usual
		if v.City = r.URL.Query().Get("city"); v.City == "" {
			v.City = a.City
		}
		v.District = r.URL.Query().Get("district")
	}
	v.Form = gateForm(v.Gate)
	if v.Districts, err = a.Discover.Districts(ctx, v.City); err != nil {
		return v, err
	}
	v.Plans, err = a.planNames(ctx, p)
	return v, err
}

// gateForm is a gate as its form shows it.
func gateForm(g discover.Gate) ui.Form {
	return ui.Form{Values: map[string][]string{
		"city": {g.City}, "district": {g.District}, "plan": {g.Plan}, "share": {count(g.Share)}, "shops": {count(g.Shops)},
		"categories": {count(g.Categories)}, "minutes": {count(g.Minutes)}, "hour": {clockOf(g.Hour)},
	}}
}

// setGate says what must hold for a plan to be sold in an area.
func (a *App) setGate(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := &reader{Form: form}
	c := discover.Conditions{City: f.text("city"), District: f.text("district"), Share: f.number("share"), Shops: f.number("shops"),
		Categories: f.number("categories"), Minutes: f.number("minutes")}
	hour, ok := minuteOf(f.text("hour"))
	if c.Hour = hour; !ok {
		c.Hour = -1
	}
	g, err := a.Discover.SetGate(r.Context(), web.Session(r), f.text("plan"), c)
	if err == nil {
		return web.SeeAndSay(w, r, coverPath+"/gates/"+string(g.ID), "say.gate")
	}
	p := a.page(r, "coverage.gate", "tab.coverage")
	v, viewErr := a.gateView(r, p)
	if viewErr != nil {
		return viewErr
	}
	return web.Again(w, r, err, form, func(form ui.Form) templ.Component {
		v.Form = form
		return a.coverGatePage(p, v)
	})
}

// endGate takes a gate away.
func (a *App) endGate(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "gate", "gat")
	if err != nil {
		return err
	}
	if err := a.Discover.EndGate(r.Context(), web.Session(r), discover.GateID(id)); err != nil {
		return web.Next(err, web.Page(r).T("coverage.back"), coverPath)
	}
	return web.SeeAndSay(w, r, coverPath, "say.gate.ended")
}

// coverAlarm shows a promise that does not hold, whom it concerns, and what may
// be given to them.
func (a *App) coverAlarm(w http.ResponseWriter, r *http.Request) error {
	one, err := a.alarmOf(r)
	if err != nil {
		return err
	}
	p := a.page(r, "coverage.alarm", "tab.coverage")
	return web.Render(w, r, http.StatusOK, a.coverAlarmPage(p, one, ui.Form{}, runs(web.Session(r))))
}

func (a *App) alarmOf(r *http.Request) (discover.Alarm, error) {
	id, err := web.ID(r, "alarm", "alm")
	if err != nil {
		return discover.Alarm{}, err
	}
	return a.Discover.FindAlarm(r.Context(), web.Session(r), discover.AlarmID(id))
}

// extend gives days to every member whom an alarm concerns.
func (a *App) extend(w http.ResponseWriter, r *http.Request) error {
	one, err := a.alarmOf(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := &reader{Form: form}
	_, err = a.Discover.Extend(r.Context(), web.Session(r), one.ID, f.number("days"), f.number("members"), key(form))
	if err == nil {
		return web.SeeAndSay(w, r, coverPath+"/alarms/"+string(one.ID), "say.extended")
	}
	p := a.page(r, "coverage.alarm", "tab.coverage")
	return web.Again(w, r, err, form, func(form ui.Form) templ.Component {
		return a.coverAlarmPage(p, one, form, true)
	})
}

// coverAlarmOf is an alarm as Today and the page of coverage show it.
func coverAlarmOf(p ui.Page, a *App, one discover.Alarm) alarm {
	c := one.Conditions
	said := p.T("alarm.coverage", "area", c.City+" "+areaName(p, c.District), "since", a.moment(p, one.Since), "share", c.Share, "n", one.Members)
	look := ui.Bad
	if one.Extension != nil {
		said, look = p.T("alarm.coverage.extended", "area", c.City+" "+areaName(p, c.District), "since", a.moment(p, one.Since), "days", one.Extension.Days), ui.Wait
	}
	return alarm{look, said, p.T("alarm.look"), coverPath + "/alarms/" + string(one.ID)}
}

// hasOver reports whether one of the alarms is over.
func hasOver(all []discover.Alarm) bool {
	return slices.ContainsFunc(all, func(one discover.Alarm) bool { return !one.Ended.IsZero() })
}

func districtChoices(p ui.Page, all []string) []ui.Choice {
	choices := []ui.Choice{{Label: p.T("coverage.whole")}}
	for _, d := range all {
		choices = append(choices, ui.Choice{Value: d, Label: p.Called(d)})
	}
	return choices
}

// planChoices are the plans by their codes; "" is all of them and comes first.
func planChoices(names map[string]string) []ui.Choice {
	var choices []ui.Choice
	for code, name := range names {
		choices = append(choices, ui.Choice{Value: code, Label: name})
	}
	slices.SortFunc(choices, func(a, b ui.Choice) int { return strings.Compare(a.Value, b.Value) })
	return choices
}

// promises are the alarms of coverage that stand.
func (a *App) promises(ctx context.Context, p ui.Page, who account.Session) (all []alarm, err error) {
	standing, err := a.Discover.Alarms(ctx, who, 0)
	for _, one := range standing {
		all = append(all, coverAlarmOf(p, a, one))
	}
	return all, err
}
