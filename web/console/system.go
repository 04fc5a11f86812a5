package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/db"
	"citywalk/jobs"
	"citywalk/pass"
	"citywalk/web"
	"citywalk/web/ui"
)

const jobsMax = 200

var jobStates = []string{jobs.Dead, jobs.Running, jobs.Queued}

func (a *App) jobs(w http.ResponseWriter, r *http.Request) error {
	state := r.URL.Query().Get("state")
	if state != "" && !slices.Contains(jobStates, state) {
		return web.ErrNowhere
	}
	var all []jobs.Job
	err := a.DB.View(r.Context(), func(tx *db.Tx) (err error) {
		all, err = jobs.List(tx, state, jobsMax)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.jobsPage(a.page(r, "tab.jobs", "tab.jobs"), all, state, runs(web.Session(r))))
}

// rerun queues a dead job again.
func (a *App) rerun(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "job", "job")
	if err != nil {
		return err
	}
	err = a.DB.Update(r.Context(), func(tx *db.Tx) error {
		if err := jobs.Rerun(tx, id); err != nil {
			return err
		}
		return account.Audit(tx, web.Session(r).Person, "jobs.rerun", id, nil)
	})
	if err != nil {
		return web.Next(err, web.Page(r).T("jobs.back"), "/console/jobs")
	}
	a.Runner.Wake()
	return web.SeeAndSay(w, r, "/console/jobs", "say.rerun")
}

// A trail is a page of the audit.
type trail struct {
	All    []account.Event
	Names  map[account.ID]string
	Object string
	First  string
	Next   string
}

func (a *App) audit(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	t := trail{Object: strings.TrimSpace(q.Get("object")), Names: map[account.ID]string{}}
	before, err := strconv.ParseInt(q.Get("before"), 10, 64)
	if q.Get("before") != "" && (err != nil || before < 1) {
		return web.ErrNowhere
	}
	err = a.DB.View(r.Context(), func(tx *db.Tx) (err error) {
		if t.All, err = account.Audits(tx, t.Object, before, rowsMax); err != nil {
			return err
		}
		for _, e := range t.All {
			if _, done := t.Names[e.Actor]; done {
				continue
			}
			if t.Names[e.Actor], err = called(tx, e.Actor); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if before > 0 {
		t.First = at("/console/audit", "object", t.Object)
	}
	if n := len(t.All); n >= rowsMax && t.All[n-1].Seq > 1 {
		t.Next = at("/console/audit", "object", t.Object, "before", strconv.FormatInt(t.All[n-1].Seq, 10))
	}
	return web.Render(w, r, http.StatusOK, a.auditPage(a.page(r, "tab.audit", "tab.audit"), t))
}

// auditProof walks the whole chain.
func (a *App) auditProof(w http.ResponseWriter, r *http.Request) error {
	proof, err := account.ProveAudit(r.Context(), a.DB, account.Anchor{})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, auditProofPage(a.page(r, "audit.proof", "tab.audit"), proof))
}

// pageOf leads to what an id names, if that has a page.
func pageOf(id string) string {
	prefix, _, _ := strings.Cut(id, "_")
	switch prefix {
	case "shp":
		return "/console/shops/" + id
	case "red":
		return "/console/redemptions/" + id
	case "per":
		return "/console/members/" + id
	case "mer":
		return "/console/merchants/" + id
	case "gat":
		return coverPath + "/gates/" + id
	case "alm":
		return coverPath + "/alarms/" + id
	case "cov":
		return planningPath + "/" + id
	}
	return ""
}

func (a *App) plans(w http.ResponseWriter, r *http.Request) error {
	all, err := a.Pass.Plans(r.Context(), true)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.plansPage(a.page(r, "tab.plans", "tab.plans"), all, runs(web.Session(r))))
}

// plan is the form of a plan: of one that is there, or of a new one.
func (a *App) plan(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	f := ui.Form{Values: map[string][]string{}}
	if code != "new" {
		all, err := a.Pass.Plans(r.Context(), true)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(p pass.Plan) bool { return p.Code == code })
		if i < 0 {
			return web.ErrNowhere
		}
		f = planForm(all[i])
	}
	return web.Render(w, r, http.StatusOK, planPage(a.page(r, "plan.title", "tab.plans"), f))
}

// planForm is a plan as the form shows it.
func planForm(p pass.Plan) ui.Form {
	v := map[string][]string{"code": {p.Code}, "zh": {p.Zh}, "en": {p.En}, "price": {p.Price.Decimal()}, "days": {strconv.Itoa(p.Days)}, "old": {"1"}}
	if p.Trial {
		v["trial"] = []string{"1"}
	}
	if p.Sold {
		v["sold"] = []string{"1"}
	}
	return ui.Form{Values: v}
}

func (a *App) setPlan(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := &reader{Form: form}
	p := pass.Plan{
		Code: f.text("code"), Zh: f.text("zh"), En: f.text("en"), Price: f.sum("price"), Days: f.number("days"),
		Trial: f.text("trial") != "", Sold: f.text("sold") != "",
	}
	if len(f.wrong) > 0 {
		err = f.wrong[0]
	} else {
		err = a.Pass.SetPlan(r.Context(), web.Session(r), p)
	}
	if err == nil {
		return web.SeeAndSay(w, r, "/console/plans", "say.plan")
	}
	return web.Again(w, r, err, form, func(form ui.Form) templ.Component {
		return planPage(a.page(r, "plan.title", "tab.plans"), form)
	})
}

// jobLook is how a job's state is meant.
func jobLook(state string) string {
	switch state {
	case jobs.Dead:
		return ui.Bad
	case jobs.Running:
		return ui.Good
	}
	return ui.Plain
}

// planName is what a plan is called in the page's language.
func planName(p ui.Page, one pass.Plan) string {
	if p.Zh() {
		return one.Zh
	}
	return one.En
}

// actWord is an audited act in words, if there are any for it.
func actWord(p ui.Page, act string) string {
	if p.Words.Has("act." + act) {
		return p.T("act." + act)
	}
	return act
}

// objectName is what an id names, in a word, with its end to tell it apart.
func objectName(p ui.Page, id string) string {
	prefix, _, _ := strings.Cut(id, "_")
	if !p.Words.Has("id."+prefix) || len(id) < 6 {
		return id
	}
	return p.T("id."+prefix) + " …" + id[len(id)-6:]
}
