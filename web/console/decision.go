package console

import (
	"strings"

	"citywalk/curate"
	"citywalk/web/ui"
)

// verdictChoices are the verdicts, each with what it does.
func verdictChoices(p ui.Page, v review) (all []ui.Choice) {
	for _, one := range curate.Verdicts() {
		line := p.T("verdict." + string(one))
		if v.Guarded && one != curate.Included {
			line = p.T("verdict.guarded")
		}
		all = append(all, ui.Choice{Value: string(one), Label: one.Say(p.Lang), Line: line})
	}
	return all
}

func tieChoices(p ui.Page) []ui.Choice {
	return []ui.Choice{{Value: "no", Label: p.T("decide.tie.no")}, {Value: "yes", Label: p.T("decide.tie.yes"), Line: p.T("decide.tie.yes.line")}}
}

func outcomeChoices(p ui.Page, v review) []ui.Choice {
	return []ui.Choice{
		{Value: string(curate.Upheld), Label: p.T("appeal.uphold", "verdict", stands(p, v.Verdict))},
		{Value: string(curate.Overturned), Label: p.T("appeal.overturn")},
	}
}

// effect is the word for what a proposal changes for members.
func effect(v review) string {
	switch listed := v.Verdict == curate.Included; {
	case v.Proposed.Verdict == curate.Included && !listed:
		return "proposal.effect.on"
	case v.Proposed.Verdict != curate.Included && listed:
		return "proposal.effect.off"
	}
	return "proposal.effect.same"
}

func stepLook(s curate.Step) string {
	switch s {
	case curate.Standing:
		return ui.Good
	case curate.Proposed:
		return ui.Wait
	}
	return ui.Plain
}

// trace says who decided when, by which rules and until when.
func (a *App) trace(p ui.Page, v review, d curate.Decision) []string {
	all := []string{by(p, v.Names, d.Reviewer), a.moment(p, d.At)}
	if d.Second != "" {
		word := "history.confirmed"
		if d.Step == curate.Rejected {
			word = "history.rejected"
		}
		all = append(all, p.T(word, "name", by(p, v.Names, d.Second)))
	}
	return append(all, p.T("history.rules", "rules", d.Rules), p.T("curation.until", "day", a.dayOf(d.Expires)))
}

// checkNames joins the points of a visit's checklist.
func checkNames(p ui.Page, all []string) string {
	var names []string
	for _, one := range all {
		names = append(names, p.T("check."+one))
	}
	return strings.Join(names, " · ")
}

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}
