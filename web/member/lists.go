package member

import (
	"math"
	"net/http"
	"net/url"
	"strconv"

	"citywalk/discover"
	"citywalk/esteem"
	"citywalk/ledger"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

const (
	listsPath     = "/lists"
	listRulesPath = "/rules/lists"

	// listShown is how many places of a list are shown at first.
	listShown = 30
)

// A tab is one of several pages of which this is one.
type tab struct {
	Label string
	Href  string
	On    bool
}

// A listRow is a shop's place as the list shows it.
type listRow struct {
	Place   int // 0 for new shops.
	Name    string
	Href    string
	Why     string // What it is, where, for how much.
	Gives   string
	Reasons []string
	Between string // Between which places it is.
	Moved   string // Since a week before.
}

// A listView is a page of a list.
type listView struct {
	discover.ListKey
	Kinds      []tab
	Spans      []tab
	Categories []ui.Choice
	Districts  []ui.Choice
	Title      string
	What       string // What the list is about.
	Made       bool
	Day        string
	Rows       []listRow
	All        string // Leads to the rest of a long list.
	Everything string // Leads to the list without a choice of category and district.
}

// lists is the page of the lists: one of them, and the way to the others. Its
// address says which, so that it can be passed on.
func (a *App) lists(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	l, err := a.listing(r)
	if err != nil {
		return a.noList(r, err)
	}
	c, err := a.Discover.Chart(r.Context(), l, a.Now())
	if err != nil {
		return a.noList(r, err)
	}
	choice, err := a.Discover.Choices(r.Context(), l, a.Now())
	if err != nil {
		return err
	}
	p := a.page(r, "lists.title", "tab.explore")
	page := listView{ListKey: l, Made: c.Made, Title: p.T("lists.kind." + string(l.Kind)), What: p.T("lists.what."+string(l.Kind), "km", esteem.FarMetres/1000, "days", esteem.NewDays)}
	p.Title = page.Title
	for _, k := range esteem.Kinds {
		to := l
		to.Kind, to.Category, to.District = k, "", ""
		page.Kinds = append(page.Kinds, tab{p.T("lists.kind." + string(k)), listHref(to, false), k == l.Kind})
	}
	for _, s := range discover.Spans {
		to := l
		to.Span = s
		page.Spans = append(page.Spans, tab{p.T("lists.span." + string(s)), listHref(to, false), s == l.Span})
	}
	page.Categories, page.Districts = listChoices(p.T("lists.all.categories"), l.Category, choice.Categories), listChoices(p.T("lists.all.districts"), l.District, choice.Districts)
	for i, c := range page.Categories {
		page.Categories[i].Label = ui.Kind(p.Lang, c.Label)
	}
	for i, d := range page.Districts {
		page.Districts[i].Label = p.Called(d.Label)
	}
	if c.Made {
		page.Day = a.dated(p, c.Day)
	}
	if l.Category+l.District != "" {
		to := l
		to.Category, to.District = "", ""
		page.Everything = listHref(to, false)
	}
	entries := c.Entries
	if v.Get("all") == "" && len(entries) > listShown {
		entries, page.All = entries[:listShown], listHref(l, true)
	}
	if page.Rows, err = a.listRows(r, p, l, entries); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listPage(p, page))
}

// noList leads from a list that is not there to those that are.
func (a *App) noList(r *http.Request, err error) error {
	return web.Next(err, web.Page(r).T("lists.home.all"), listsPath)
}

// listing reads which list is asked for; what is left out is the day's list of
// the whole city.
func (a *App) listing(r *http.Request) (l discover.ListKey, err error) {
	v := r.URL.Query()
	l = discover.ListKey{City: cut(v.Get("city"), 40), Span: discover.DaySpan, Kind: esteem.Back, Category: cut(v.Get("category"), 40), District: cut(v.Get("district"), 40)}
	if k := v.Get("kind"); k != "" {
		l.Kind = esteem.Kind(cut(k, 20))
	}
	if s := v.Get("span"); s != "" {
		l.Span = discover.Span(cut(s, 20))
	}
	if d := v.Get("day"); d != "" {
		if l.Day, err = ledger.ParseDay(cut(d, 20)); err != nil {
			return l, discover.ErrListDay
		}
	}
	if l.City == "" {
		l.City, err = a.Discover.ListCity(r.Context(), a.City)
	}
	return l, err
}

// listHref is the address of a list.
func listHref(l discover.ListKey, all bool) string {
	v := url.Values{"kind": {string(l.Kind)}, "span": {string(l.Span)}}
	for name, value := range map[string]string{"city": l.City, "category": l.Category, "district": l.District, "day": string(l.Day)} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if all {
		v.Set("all", "1")
	}
	return listsPath + "?" + v.Encode()
}

// listChoices are the categories or districts that have a list, after all of
// them and with the one that is shown.
func listChoices(all, now string, others []string) []ui.Choice {
	choices := []ui.Choice{{Value: "", Label: all}}
	found := now == ""
	for _, o := range others {
		choices, found = append(choices, ui.Choice{Value: o, Label: o}), found || o == now
	}
	if !found {
		choices = append(choices, ui.Choice{Value: now, Label: now})
	}
	return choices
}

func (a *App) listRows(r *http.Request, p ui.Page, l discover.ListKey, entries []discover.Placed) (rows []listRow, err error) {
	for _, e := range entries {
		s, err := a.Shop.Get(r.Context(), e.Shop)
		if err != nil {
			return nil, err
		}
		view := a.shopView(p, shop.Hit{Shop: s, Distance: -1})
		row := listRow{Place: e.Place, Name: s.Name, Href: view.Href, Why: view.Why, Gives: view.Gives, Between: placedBetween(p, e.Place, e.Best, e.Worst)}
		for _, reason := range e.Reasons {
			row.Reasons = append(row.Reasons, sayReason(p, l.Span, reason))
		}
		if e.Place > 0 {
			row.Moved = moved(p, e)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// placedBetween says between which places a shop is, if that is not one alone.
func placedBetween(p ui.Page, place, best, worst int) string {
	if place == 0 || best == worst {
		return ""
	}
	return p.T("lists.between", "best", best, "worst", worst)
}

// moved says how a place compares with that of a week before, if it does not
// stand where it stood.
func moved(p ui.Page, e discover.Placed) string {
	switch {
	case e.Was < 0 || e.Was == e.Place:
		return ""
	case e.Was == 0:
		return p.T("lists.was.none")
	case e.Was > e.Place:
		return p.T("lists.was.up", "n", e.Was-e.Place)
	}
	return p.T("lists.was.down", "n", e.Place-e.Was)
}

// sayReason puts a reason into a sentence.
func sayReason(p ui.Page, span discover.Span, r esteem.Reason) string {
	switch r.What {
	case esteem.CameBack:
		return p.T("lists.why.came-back", "share", percent(r.Share), "usual", percent(r.Usual))
	case esteem.FromFar:
		return p.T("lists.why.from-far", "part", part(p, r.Share), "km", esteem.FarMetres/1000)
	case esteem.Few, esteem.Visited:
		return p.T("lists.why."+string(r.What)+"."+string(span), "n", r.Of)
	}
	return p.T("lists.why." + string(r.What))
}

// part says a share as people do: half, one in three; else in percent.
func part(p ui.Page, share float64) string {
	for n := 2; n <= 5; n++ {
		if math.Abs(share-1/float64(n)) < 0.02 {
			return p.T("lists.part." + strconv.Itoa(n))
		}
	}
	return p.T("lists.part", "n", percent(share))
}

// homeRanks are the first few of the list of those to which locals came back,
// for the first page.
func (a *App) homeRanks(r *http.Request, p ui.Page) (rows []homeRow, err error) {
	city, err := a.Discover.ListCity(r.Context(), a.City)
	if err != nil {
		return nil, err
	}
	l := discover.ListKey{City: city, Span: discover.DaySpan, Kind: esteem.Back}
	c, err := a.Discover.Chart(r.Context(), l, a.Now())
	if err != nil {
		return nil, err
	}
	all, err := a.listRows(r, p, l, c.Entries[:min(homeNews, len(c.Entries))])
	for _, row := range all {
		rows = append(rows, homeRow{Title: row.Name, Line: row.Reasons[0], Href: row.Href})
	}
	return rows, err
}

// A standLine is a place of a shop in words, with the list that it is on.
type standLine struct {
	List, Place, Since, Href string
}

// stands says on which lists of the day a shop stands, the best place first.
func (a *App) stands(r *http.Request, p ui.Page, s shop.Shop) (lines []standLine, err error) {
	all, err := a.Discover.Standing(r.Context(), s.ID)
	if err != nil {
		return nil, err
	}
	seen := map[esteem.Kind]bool{}
	for _, st := range all {
		if st.Span == discover.DaySpan && !seen[st.Kind] {
			seen[st.Kind] = true
			lines = append(lines, a.standLine(p, s, st))
		}
	}
	return lines, nil
}

func (a *App) standLine(p ui.Page, s shop.Shop, st discover.Stand) standLine {
	l := standLine{
		List:  p.T("lists.of."+string(st.Span), "city", s.City, "kind", p.T("lists.kind."+string(st.Kind))),
		Place: p.T("lists.gone"), Since: p.T("lists.since", "day", a.dated(p, st.Day)),
		Href: listHref(discover.ListKey{City: s.City, Span: st.Span, Kind: st.Kind, Category: st.Category}, false),
	}
	if st.Category != "" {
		l.List = p.T("lists.of.category", "list", l.List, "category", ui.Kind(p.Lang, st.Category))
	}
	if st.Place > 0 {
		l.Place = p.T("lists.place", "place", st.Place)
	}
	return l
}

// listHistory is the page of the places that a shop had.
func (a *App) listHistory(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "id", "shp")
	if err != nil {
		return err
	}
	s, err := a.Shop.Get(r.Context(), shop.ID(id))
	if err != nil {
		return err
	}
	all, err := a.Discover.Stands(r.Context(), s.ID)
	if err != nil {
		return err
	}
	p := a.page(r, "lists.history", "tab.explore")
	var lines []standLine
	for _, st := range all {
		lines = append(lines, a.standLine(p, s, st))
	}
	return web.Render(w, r, http.StatusOK, listHistoryPage(p, s, lines))
}

// listRules is the public page of how the lists are made.
func (a *App) listRules(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, listRulesPage(a.page(r, "listrules.title", "tab.explore")))
}
