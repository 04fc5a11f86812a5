package console

import (
	"math"
	"strconv"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/fault"
	"citywalk/opinion"
	"citywalk/score"
	"citywalk/shop"
	"citywalk/web/ui"
)

var errOutcome = fault.New(fault.Invalid, "console.outcome", fault.Operator,
	"请选择维持原决定，还是改变它。", "Choose whether the decision stays or is changed.")

// labelOf reads what a reviewer says of a note; anything else is no word of
// his, which Label refuses.
func labelOf(s string) score.Label {
	switch s {
	case "bought":
		return score.Bought
	case "honest":
		return score.Honest
	}
	return score.Unlabelled
}

// count is how many shops a view holds.
func (q queue) count(v curate.View) int {
	switch v {
	case curate.InAlarm:
		return q.Alarms
	case curate.InProposal:
		return q.Proposed
	case curate.OnList:
		return q.Listed
	case curate.OnWatch:
		return q.Watched
	case curate.OffList:
		return q.Excluded
	case curate.InScores:
		return q.Scored
	}
	return q.Queued
}

// shows reports whether a view is the one shown, or the wider one that holds it.
func (q queue) shows(v curate.View) bool {
	return q.View == v || q.View == curate.InConfirm && v == curate.InProposal || q.View == curate.InAppeal && v == curate.InAlarm
}

// viewKey is a view's word.
func viewKey(v curate.View) string {
	if v == curate.InQueue {
		return "queue"
	}
	return string(v)
}

// counted prints an effective number of notes.
func counted(v float64) string {
	if v >= 9.95 {
		return strconv.Itoa(int(math.Round(v)))
	}
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// dayOf prints the day of a time: "2027-03-02".
func (a *App) dayOf(t time.Time) string { return t.In(a.Zone).Format("2006-01-02") }

// month prints a month as people read it.
func month(p ui.Page, t time.Time) string {
	if p.Zh() {
		return t.Format("2006年1月")
	}
	return t.Format("Jan 2006")
}

// reasons are in words why weight was taken away, the strongest first.
func reasons(p ui.Page, all []score.Reason) string {
	var words []string
	for i, r := range all {
		if i == 3 || r.Share < 0.05 && i > 0 {
			break
		}
		words = append(words, p.T("reason."+r.Family.String()))
	}
	return strings.Join(words, p.T("reason.and"))
}

// interval is a score with the city's bar.
func interval(sc curate.Score, bar float64) ui.Spread {
	return ui.Spread{Lo: sc.Lo, Mean: sc.Mean, Hi: sc.Hi, Bar: bar}
}

// changed says when a shop became better or worse, "" if that is not sure.
func (a *App) changed(p ui.Page, c score.Change) string {
	const sure, felt = 0.8, 0.15
	if c.Probability < sure || math.Abs(c.Delta) < felt {
		return ""
	}
	way := "score.better"
	if c.Delta < 0 {
		way = "score.worse"
	}
	return p.T(way, "month", month(p, curate.TimeOf(c.Day).In(a.Zone)), "by", strconv.FormatFloat(math.Abs(c.Delta), 'f', 1, 64))
}

// weeks is the timeline as it is drawn; a tick marks each new quarter.
func (a *App) weeks(p ui.Page, all []curate.Week) []ui.Week {
	weeks := make([]ui.Week, len(all))
	last := -1
	for i, one := range all {
		start := one.Start.In(a.Zone)
		weeks[i] = ui.Week{Notes: one.Notes, Weight: one.Weight, Rating: one.Rating, Burst: one.InBurst,
			Label: p.T("timeline.week", "day", start.Format("2006-01-02"), "n", one.Notes, "counted", counted(one.Weight))}
		if quarter := start.Year()*4 + int(start.Month()-1)/3; last >= 0 && quarter != last && len(all)-i > 4 {
			weeks[i].Tick = start.Format("2006-01")
		} else if last >= 0 {
			continue
		}
		last = start.Year()*4 + int(start.Month()-1)/3
	}
	return weeks
}

// A sum of a timeline, for the words beside it.
type summed struct {
	Notes, InBurst int
	Weight         float64
}

func sumWeeks(all []curate.Week) (s summed) {
	for _, one := range all {
		s.Notes += one.Notes
		s.Weight += one.Weight
		if one.InBurst {
			s.InBurst += one.Notes
		}
	}
	return s
}

// spots are the shops around as they are drawn.
func spots(p ui.Page, here shop.Shop, near []shop.Hit) []ui.Spot {
	const metresPerDegree = 111_195
	all := make([]ui.Spot, len(near))
	for i, h := range near {
		all[i] = ui.Spot{Label: h.Name + " · " + metres(h.Distance), Marked: h.Curated,
			North: (h.Point.Lat - here.Point.Lat) * metresPerDegree,
			East:  (h.Point.Lng - here.Point.Lng) * metresPerDegree * math.Cos(here.Point.Lat*math.Pi/180)}
		if h.Curated {
			all[i].Label += " · " + p.T("around.listed")
		}
	}
	return all
}

func metres(d float64) string { return strconv.Itoa(int(math.Round(d/10))*10) + " m" }

// listedNear are the listed ones of the shops around.
func listedNear(near []shop.Hit) (all []shop.Hit) {
	for _, h := range near {
		if h.Curated {
			all = append(all, h)
		}
	}
	return all
}

// aspectNames joins the aspects that a clause speaks of.
func aspectNames(p ui.Page, all []opinion.Aspect) string {
	var names []string
	for _, one := range all {
		names = append(names, one.Say(p.Lang))
	}
	return strings.Join(names, " · ")
}

// aspects are those of a score with the number of each.
func aspects() (all []opinion.Aspect) {
	for one := range opinion.Aspects {
		all = append(all, one)
	}
	return all
}

// excerpt is the beginning of a text.
func excerpt(s string, most int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most]) + "…"
}

// by is who did something, in words for those who are not there any more.
func by(p ui.Page, names map[account.ID]string, id account.ID) string {
	if names[id] == "" {
		return p.T("review.somebody")
	}
	return names[id]
}

// said is the sentence of a refusal in the page's language.
func said(p ui.Page, err error) string {
	if f, ok := fault.From(err); ok {
		return f.Say(p.Lang)
	}
	return ""
}

// starsOf prints a rating of one to five, "" for none.
func starsOf(p ui.Page, stars float64) string {
	if stars == 0 {
		return ""
	}
	return p.T("suspect.stars", "n", strconv.FormatFloat(math.Round(stars*10)/10, 'f', -1, 64))
}

func fromValue(from int) string {
	if from == 0 {
		return ""
	}
	return strconv.Itoa(from)
}

// preset is the guess that is chosen beforehand: only one that is likely, so
// that a press without a look does little harm.
func preset(one riddle, i int) string {
	const likely = 0.6
	if i == 0 && one.Choices[0].Probability >= likely {
		return string(one.Choices[0].ID)
	}
	return ""
}
