package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

func reviewPath(id shop.ID) string { return "/console/curation/shops/" + string(id) }

// A queue is the list of a city's shops with its filter.
type queue struct {
	curate.Ask
	curate.Tally
	Lines  []curate.Line
	Names  map[account.ID]string
	Cities []ui.Choice
	Me     account.ID
	Runs   bool // Whether this session may have the city scored.
}

// path is the list's address with what the pairs change.
func (q queue) path(base string, pairs ...string) string {
	from := ""
	if q.From > 0 {
		from = strconv.Itoa(q.From)
	}
	return at(base, append([]string{"city", q.Ask.City, "view", string(q.View), "q", q.Name, "from", from}, pairs...)...)
}

// view is the list's address as another view of the same city.
func (q queue) view(v curate.View) string {
	return q.path("/console/curation", "view", string(v), "from", "")
}

// review leads to a shop and keeps the list that one came from.
func (q queue) review(l curate.Line) string {
	return at(reviewPath(l.Shop), "view", string(q.View))
}

func (q queue) next() string {
	if len(q.Lines) < q.Limit {
		return ""
	}
	return q.path("/console/curation", "from", strconv.Itoa(q.From+q.Limit))
}

func (q queue) first() string {
	if q.From == 0 {
		return ""
	}
	return q.path("/console/curation", "from", "")
}

// viewAsked is the view that the address names.
func viewAsked(v url.Values) (curate.View, error) {
	view := curate.View(v.Get("view"))
	if view != curate.InConfirm && view != curate.InAppeal && !slices.Contains(curate.Views(), view) {
		return "", web.ErrNowhere
	}
	return view, nil
}

// queueAsked reads the filter from the address.
func (a *App) queueAsked(r *http.Request) (q queue, err error) {
	v := r.URL.Query()
	q.Me, q.Runs = web.Session(r).Person, runs(web.Session(r))
	q.Ask = curate.Ask{City: strings.TrimSpace(v.Get("city")), Name: strings.TrimSpace(v.Get("q")), Limit: rowsMax}
	if q.Ask.City == "" {
		q.Ask.City = a.City
	}
	if from := v.Get("from"); from != "" {
		if q.From, err = strconv.Atoi(from); err != nil || q.From < 0 || q.From > csvMax {
			return q, web.ErrNowhere
		}
	}
	q.View, err = viewAsked(v)
	return q, err
}

func (a *App) curation(w http.ResponseWriter, r *http.Request) error {
	q, err := a.queueAsked(r)
	if err != nil {
		return err
	}
	ctx, who := r.Context(), web.Session(r)
	if q.Lines, err = a.Curate.Lines(ctx, who, q.Ask); err != nil {
		return err
	}
	if q.Tally, err = a.Curate.Tally(ctx, who, q.Ask.City); err != nil {
		return err
	}
	if q.Cities, err = a.curatedCities(r, q.Ask.City); err != nil {
		return err
	}
	var people []account.ID
	for _, l := range q.Lines {
		people = append(people, l.Proposer)
	}
	if q.Names, err = a.people(ctx, people...); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.curationPage(a.page(r, "tab.curation", "tab.curation"), q))
}

// curatedCities are the cities to choose from: those with notes, the
// programme's own and the one that is looked at.
func (a *App) curatedCities(r *http.Request, looked string) ([]ui.Choice, error) {
	cities, err := a.Curate.Cities(r.Context(), web.Session(r))
	if err != nil {
		return nil, err
	}
	cities = append(cities, a.City, looked)
	slices.Sort(cities)
	var all []ui.Choice
	for _, city := range slices.Compact(cities) {
		if city != "" {
			all = append(all, ui.Choice{Value: city, Label: city})
		}
	}
	return all, nil
}

func (a *App) curationFile(w http.ResponseWriter, r *http.Request) error {
	q, err := a.queueAsked(r)
	if err != nil {
		return err
	}
	q.From, q.Limit = 0, csvMax
	all, err := a.Curate.Lines(r.Context(), web.Session(r), q.Ask)
	if err != nil {
		return err
	}
	p := web.Page(r)
	header := labels(columns(p, "place", "shop", "district", "kindof", "cause", "score", "lo", "hi", "above", "notes", "counted", "discounted", "stands", "expires", "id"))
	return web.CSV(w, r, "curation.csv", header, func(row func(...string) error) error {
		for _, l := range all {
			expires := ""
			if !l.Expires.IsZero() {
				expires = l.Expires.In(a.Zone).Format("2006-01-02")
			}
			if err := row(count(l.Place), l.Name, l.District, l.Category, strings.Join(causes(p, l), "; "), decimal(l.Mean), decimal(l.Lo), decimal(l.Hi),
				fmt.Sprintf("%.3f", l.Above), count(l.Notes), fmt.Sprintf("%.1f", l.Effective), fmt.Sprintf("%.3f", l.Discounted()),
				stands(p, l.Verdict), expires, string(l.Shop)); err != nil {
				return err
			}
		}
		return nil
	})
}

// fit has the city scored now rather than at night.
func (a *App) fit(w http.ResponseWriter, r *http.Request) error {
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	city := strings.TrimSpace(f.Value("city", ""))
	if city == "" {
		return web.ErrForm
	}
	if err := a.Curate.AskFit(r.Context(), web.Session(r), city); err != nil {
		return err
	}
	return web.SeeAndSay(w, r, at("/console/curation", "city", city), "say.fit")
}

// decimal prints a score as people compare it.
func decimal(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// percent prints a share in whole percents.
func percent(v float64) string { return strconv.FormatFloat(100*v, 'f', 0, 64) + "%" }

// stands says where a shop stands.
func stands(p ui.Page, v curate.Verdict) string {
	if v == "" {
		return p.T("curation.undecided")
	}
	return v.Say(p.Lang)
}

func verdictLook(v curate.Verdict) string {
	switch v {
	case curate.Included:
		return ui.Good
	case curate.Watched:
		return ui.Wait
	}
	return ui.Plain
}

// causes are in words why a shop wants to be looked at.
func causes(p ui.Page, l curate.Line) (all []string) {
	switch l.Alarm {
	case curate.Fallen:
		all = append(all, p.T("cause.fallen"))
	case curate.Expired:
		all = append(all, p.T("cause.expired"))
	}
	if l.Appealed {
		all = append(all, p.T("cause.appealed"))
	}
	return all
}

// surely says in words how likely a shop is above the bar.
func surely(p ui.Page, above float64) string {
	switch {
	case above >= 0.95:
		return p.T("above.sure")
	case above >= 0.75:
		return p.T("above.likely")
	case above > 0.25:
		return p.T("above.open")
	case above > 0.05:
		return p.T("above.unlikely")
	}
	return p.T("above.no")
}

// spread is an interval in words, for those who do not see it.
func spread(p ui.Page, i ui.Spread) string {
	if i.Bar == 0 {
		return p.T("score.spread", "mean", decimal(i.Mean), "lo", decimal(i.Lo), "hi", decimal(i.Hi))
	}
	return p.T("score.spread.bar", "mean", decimal(i.Mean), "lo", decimal(i.Lo), "hi", decimal(i.Hi), "bar", decimal(i.Bar))
}
