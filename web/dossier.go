package web

import (
	"time"

	"citywalk/curate"
	"citywalk/opinion"
	"citywalk/web/ui"
)

// RulesPath is where the rules of curation are public.
const RulesPath = "/rules/curation"

// Dossier is the public part of a dossier in words, as members and merchants
// see it; day prints a day in the app's way, and zone is the programme's.
func Dossier(p ui.Page, d curate.Public, zone *time.Location, day func(time.Time) string) ui.DossierView {
	v := ui.DossierView{Reason: d.Reason, Notes: d.Notes, Visits: d.Visits, Span: ui.Span{Mean: d.Mean, Lo: d.Lo, Hi: d.Hi},
		Reviewed: day(d.Reviewed), Expires: day(d.Expires), Due: d.Expired, Version: d.Rules, Rules: RulesPath}
	for i, s := range d.Aspects {
		name := opinion.Aspect(i).Say(p.Lang)
		if s.OK {
			v.Aspects = append(v.Aspects, ui.AspectBar{Name: name, Span: ui.Span{Mean: s.Mean, Lo: s.Lo, Hi: s.Hi}})
		} else {
			v.Unknown = append(v.Unknown, name)
		}
	}
	for _, q := range d.Quotes {
		one := ui.Quote{Text: q.Text, Tone: ui.Tone(q.Polarity), Month: p.Month(q.Written.In(zone)), Visited: q.Visited}
		for _, s := range q.Aspects {
			one.Aspects = append(one.Aspects, s.Say(p.Lang))
		}
		v.Quotes = append(v.Quotes, one)
	}
	return v
}
