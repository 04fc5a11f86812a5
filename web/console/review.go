package console

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A review is one shop as a reviewer looks at it.
type review struct {
	curate.Review
	Shop   shop.Shop
	Near   []shop.Hit // Other shops around, the nearest first.
	Names  map[account.ID]string
	Me     account.ID
	View   curate.View // The list that one came from.
	Before shop.ID     // Its neighbours in that list; "" is none.
	After  shop.ID
	At, Of int     // Where in the list it stands, from 1; 0 is not in it.
	Form   ui.Form // Of a decision.
	Answer ui.Form // Of a judgement.
}

// path is a page about the shop that keeps the list one came from.
func (v review) path(rest string) string {
	return at(reviewPath(v.Shop.ID)+rest, "view", string(v.View))
}

func (v review) before() string { return at(reviewPath(v.Before), "view", string(v.View)) }
func (v review) after() string  { return at(reviewPath(v.After), "view", string(v.View)) }

// list is the way back to the list.
func (v review) list() string {
	return at("/console/curation", "city", v.Shop.City, "view", string(v.View))
}

// writes reports whether the session may decide here.
func (v review) writes() bool { return v.Refused == nil }

// open is the appeal that waits for an answer, nil if none does.
func (v review) open() *curate.Appeal {
	for i, one := range v.Appeals {
		if one.State == curate.AppealOpen {
			return &v.Appeals[i]
		}
	}
	return nil
}

// part reports whether the session's person took or confirmed a decision.
func (v review) part(id curate.DecisionID) bool {
	for _, d := range v.Decisions {
		if d.ID == id {
			return d.Reviewer == v.Me || d.Second == v.Me
		}
	}
	return false
}

const (
	aroundMetres = 600
	aroundMax    = 60
	// neighboursMax is how far a list is read for the next shop: a queue is
	// shorter.
	neighboursMax = 1_000
)

func (a *App) review(w http.ResponseWriter, r *http.Request) error {
	v, err := a.reviewOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.reviewPage(a.reviewing(r, v), v))
}

// reviewing is the page of a review.
func (a *App) reviewing(r *http.Request, v review) ui.Page {
	p := a.page(r, "tab.curation", "tab.curation")
	p.Title, p.Islands = v.Shop.Name, []string{"review"}
	return p
}

// reviewOf reads all about the shop of the path.
func (a *App) reviewOf(r *http.Request) (v review, err error) {
	ctx, who := r.Context(), web.Session(r)
	if v.Shop, err = a.shopOf(r); err != nil {
		return v, err
	}
	if v.View, err = viewAsked(r.URL.Query()); err != nil {
		return v, err
	}
	v.Me = who.Person
	if v.Review, err = a.Curate.Review(ctx, who, v.Shop.ID); err != nil {
		return v, err
	}
	if v.Near, err = a.around(ctx, v.Shop); err != nil {
		return v, err
	}
	if err = a.neighbours(r, &v); err != nil {
		return v, err
	}
	var people []account.ID
	for _, d := range v.Decisions {
		people = append(people, d.Reviewer, d.Second)
	}
	for _, one := range v.Appeals {
		people = append(people, one.Judge)
	}
	for _, one := range v.Visits {
		people = append(people, one.Reviewer)
	}
	v.Names, err = a.people(ctx, people...)
	return v, err
}

// around are the other shops near by, the nearest first.
func (a *App) around(ctx context.Context, sh shop.Shop) ([]shop.Hit, error) {
	hits, err := a.Shop.Search(ctx, shop.Query{Near: &sh.Point, Within: aroundMetres, Limit: aroundMax})
	var others []shop.Hit
	for _, h := range hits {
		if h.ID != sh.ID && h.State != shop.Left {
			others = append(others, h)
		}
	}
	return others, err
}

// neighbours finds where in its list the shop stands. For a shop that is not
// in it the next one is the first.
func (a *App) neighbours(r *http.Request, v *review) error {
	all, err := a.Curate.Lines(r.Context(), web.Session(r), curate.Ask{City: v.Shop.City, View: v.View, Limit: neighboursMax})
	if err != nil {
		return err
	}
	v.Of = len(all)
	for i, l := range all {
		if l.Shop != v.Shop.ID {
			continue
		}
		v.At = i + 1
		if i > 0 {
			v.Before = all[i-1].Shop
		}
		if i+1 < len(all) {
			v.After = all[i+1].Shop
		}
		return nil
	}
	if len(all) > 0 {
		v.After = all[0].Shop
	}
	return nil
}

// people finds what persons are called; nobody is called "".
func (a *App) people(ctx context.Context, ids ...account.ID) (map[account.ID]string, error) {
	found := map[account.ID]string{}
	err := a.DB.View(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			if _, done := found[id]; done {
				continue
			}
			name, err := called(tx, id)
			if err != nil {
				return err
			}
			found[id] = name
		}
		return nil
	})
	return found, err
}

// rulingFields are the fields that a decision's sentences stand beside.
var rulingFields = []string{"verdict", "reason", "remark", "tie", "days"}

// readRuling reads a decision's form.
func readRuling(form ui.Form) curate.Ruling {
	f := &reader{Form: form}
	r := curate.Ruling{Verdict: curate.Verdict(f.text("verdict")), Reason: f.text("reason"), Remark: f.text("remark"),
		Days: f.number("days"), Seen: curate.DecisionID(f.text("seen"))}
	if f.text("days") == "0" {
		r.Days = -1 // No days at all is not the usual number of them.
	}
	switch r.Tie = (curate.Tie{Words: f.text("tie")}); f.text("tied") {
	case "no":
		r.Tie = curate.Tie{None: true}
	case "":
		r.Tie = curate.Tie{}
	}
	return r
}

// decide takes a decision and goes on to the next shop of the list.
func (a *App) decide(w http.ResponseWriter, r *http.Request) error {
	v, err := a.reviewOf(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	d, err := a.Curate.Decide(r.Context(), web.Session(r), v.Shop.ID, readRuling(f), key(f))
	if err != nil {
		return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
			v.Form = f
			return a.reviewPage(a.reviewing(r, v), v)
		})
	}
	say := "say.decided." + string(d.Verdict)
	if d.Step == curate.Proposed {
		say = "say.proposed"
	}
	if v.After == "" {
		return web.SeeAndSay(w, r, v.list(), say)
	}
	return web.SeeAndSay(w, r, v.after(), say)
}

func (a *App) confirmDecision(w http.ResponseWriter, r *http.Request) error {
	return a.settleDecision(w, r, a.Curate.Confirm, "say.confirmed")
}

func (a *App) rejectDecision(w http.ResponseWriter, r *http.Request) error {
	return a.settleDecision(w, r, a.Curate.Reject, "say.rejected")
}

// settleDecision confirms or rejects what a colleague proposed.
func (a *App) settleDecision(w http.ResponseWriter, r *http.Request, settle func(context.Context, account.Session, curate.DecisionID) (curate.Decision, error), say string) error {
	sh, err := a.shopOf(r)
	if err != nil {
		return err
	}
	id, err := web.ID(r, "decision", "dec")
	if err != nil {
		return err
	}
	d, err := settle(r.Context(), web.Session(r), curate.DecisionID(id))
	if err == nil {
		return web.SeeAndSay(w, r, reviewPath(d.Shop), say)
	}
	return web.Next(err, web.Page(r).T("review.look"), reviewPath(sh.ID))
}

// judge answers a merchant's appeal.
func (a *App) judge(w http.ResponseWriter, r *http.Request) error {
	v, err := a.reviewOf(r)
	if err != nil {
		return err
	}
	id, err := web.ID(r, "appeal", "app")
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	j := curate.Judgement{Answer: strings.TrimSpace(f.Value("answer", ""))}
	if f.Value("outcome", "") == string(curate.Overturned) {
		ruling := readRuling(f)
		j.Ruling = &ruling
	}
	if f.Value("outcome", "") == "" {
		err = errOutcome.In("outcome")
	} else {
		_, err = a.Curate.Judge(r.Context(), web.Session(r), curate.AppealID(id), j)
	}
	switch {
	case err == nil:
		return web.SeeAndSay(w, r, v.path(""), "say.judged")
	case errors.Is(err, curate.ErrJudged), errors.Is(err, curate.ErrAppeal):
		return web.Next(err, web.Page(r).T("review.look"), v.path(""))
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		v.Answer = f
		return a.reviewPage(a.reviewing(r, v), v)
	})
}

// label keeps what the reviewer says of a note.
func (a *App) label(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shopOf(r)
	if err != nil {
		return err
	}
	id, err := web.ID(r, "note", "nte")
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := a.Curate.Label(r.Context(), web.Session(r), curate.NoteID(id), labelOf(f.Value("label", ""))); err != nil {
		return web.Next(err, web.Page(r).T("review.look"), reviewPath(sh.ID))
	}
	return web.SeeAndSay(w, r, at(reviewPath(sh.ID), "view", r.URL.Query().Get("view"))+"#suspects", "say.labelled")
}
