package console

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/community"
	"citywalk/web"
	"citywalk/web/ui"
)

// reportsPath is the list of what members reported.
const reportsPath = "/console/reports"

func casePath(thing string) string { return reportsPath + "/" + thing }

// reportsMax is how many cases are shown at a time: each is read.
const reportsMax = 20

// caseRoutes are those of what members reported.
func (a *App) caseRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /console/reports", Action: account.ActConsoleRead, Handle: a.reports},
		{Pattern: "GET /console/reports/{thing}", Action: account.ActConsoleRead, Handle: a.reported},
		{Pattern: "POST /console/reports/{thing}", Action: account.ActConsoleWrite, Handle: a.ruleOn},
		{Pattern: "GET /console/reports/photos/{picture}", Action: account.ActConsoleRead, Handle: a.reportedPhoto},
		{Pattern: "GET /console/shops/{shop}/notes", Action: account.ActMerchantRead, Handle: a.shopNotes},
		{Pattern: "POST /console/shops/{shop}/notes/{note}", Action: account.ActMerchantWrite, Handle: a.answerNote},
	}
}

// A reportList is the cases in one state.
type reportList struct {
	In    community.CaseState
	Cases []community.CaseView
	First string
	Next  string
}

// reports lists what waits for a decision, or what was decided.
func (a *App) reports(w http.ResponseWriter, r *http.Request) error {
	l := reportList{In: community.Open}
	if in := community.CaseState(r.URL.Query().Get("state")); slices.Contains(community.CaseStates, in) {
		l.In = in
	}
	after := r.URL.Query().Get("after")
	var next string
	var err error
	if l.Cases, next, err = a.Community.Cases(r.Context(), web.Session(r), l.In, after, reportsMax); err != nil {
		return err
	}
	if after != "" {
		l.First = at(reportsPath, "state", string(l.In))
	}
	if next != "" {
		l.Next = at(reportsPath, "state", string(l.In), "after", next)
	}
	return web.Render(w, r, http.StatusOK, a.reportsPage(a.page(r, "reports.title", "tab.reports"), l))
}

// thingOf is what the path names: a note, a comment or an answer.
func thingOf(r *http.Request) (string, error) {
	prefix, _, _ := strings.Cut(r.PathValue("thing"), "_")
	switch prefix {
	case "nte", "com", "ans":
		return web.ID(r, "thing", prefix)
	}
	return "", web.ErrNowhere
}

// reported is one thing with what was said against it and what can be done.
func (a *App) reported(w http.ResponseWriter, r *http.Request) error {
	page, err := a.casePage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, page(ui.Form{}))
}

func (a *App) casePage(r *http.Request) (func(ui.Form) templ.Component, error) {
	id, err := thingOf(r)
	if err != nil {
		return nil, err
	}
	v, err := a.Community.CaseOf(r.Context(), web.Session(r), id)
	if err != nil {
		return nil, err
	}
	p := a.page(r, "reports.one", "tab.reports")
	return func(f ui.Form) templ.Component { return a.reportPage(p, v, f, web.Session(r)) }, nil
}

// ruleOn does what the pressed button says: keep, hide, restore, uphold or
// yield.
func (a *App) ruleOn(w http.ResponseWriter, r *http.Request) error {
	id, err := thingOf(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	ctx, who, words := r.Context(), web.Session(r), f.Value("words", "")
	switch f.Value("act", "") {
	case "keep":
		err = a.Community.Keep(ctx, who, id)
	case "hide":
		err = a.Community.Hide(ctx, who, id, community.Ruling{Reason: community.Reason(f.Value("reason", "")), Words: words})
	case "restore":
		err = a.Community.Restore(ctx, who, id, words)
	case "uphold":
		err = a.Community.Judge(ctx, who, id, community.Final, words)
	case "yield":
		err = a.Community.Judge(ctx, who, id, community.Kept, words)
	default:
		err = community.ErrStep
	}
	if err == nil {
		return web.SeeAndSay(w, r, reportsPath, "say.ruled")
	}
	page, pageErr := a.casePage(r)
	if pageErr != nil {
		return pageErr
	}
	return web.Again(w, r, err, f, page)
}

// reportedPhoto is a picture of a note, hidden or not, for who decides.
func (a *App) reportedPhoto(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "picture", "pic")
	if err != nil {
		return err
	}
	got, err := a.Community.Photo(r.Context(), web.Session(r), community.PhotoID(id), community.Whole, "")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "private, no-cache")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(got.JPEG))
	return nil
}
