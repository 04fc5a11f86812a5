package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A draft is terms or an offer as a form holds them, with all that is wrong,
// so that one sending shows everything there is to mend.
type draft struct {
	ui.Form
	Wrong   []*fault.Error
	Say     string // How it will read, when it was asked for.
	Windows int    // How many weekly windows the form offers.
}

// fault returns the sentence about a field, if there is one.
func (d draft) fault(p ui.Page, name string) string {
	for _, f := range d.Wrong {
		if f.Field == name {
			return f.Say(p.Lang)
		}
	}
	return d.Error(p, name)
}

// draftFields are those that have a place for their sentence.
var draftFields = []string{"kind", "title", "percent", "off", "gift", "floor", "cap", "per_day", "hours", "blackout", "excluded", "budget", "from", "until"}

// on reports whether a window's box of a weekday is ticked.
func (d draft) on(window int, day time.Weekday) bool {
	return slices.Contains(d.Values[windowField(window, "day")], strconv.Itoa(int(day)))
}

func windowField(window int, part string) string { return "hours" + strconv.Itoa(window) + part }

// week is the days in the order in which shops think of them.
var week = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func (a *App) terms(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	d := draft{Form: ui.Form{Values: termsValues(s.Terms)}, Windows: max(3, len(s.Terms.Hours)+1)}
	return web.Render(w, r, http.StatusOK, a.termsPage(a.page(r, "terms.title", "tab.shops"), s, d))
}

// setTerms keeps the terms, or shows how they would read.
func (a *App) setTerms(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	f, err := web.Form(r)
	if err != nil {
		return err
	}
	p := a.page(r, "terms.title", "tab.shops")
	d := draft{Form: f, Windows: max(3, len(s.Terms.Hours)+1)}
	t, wrong := readTerms(f, d.Windows)
	d.Wrong = wrong
	if len(wrong) == 0 && f.Value("act", "") == "preview" {
		d.Say = t.Tidy().Say(p.Lang)
		return web.Render(w, r, http.StatusOK, a.termsPage(p, s, d))
	}
	if len(wrong) > 0 {
		err = wrong[0]
	} else {
		_, err = a.Shop.SetTerms(r.Context(), web.Session(r), s.ID, t)
	}
	if err == nil {
		return web.SeeAndSay(w, r, shopPath(s.ID), "say.terms")
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		d.Form = f
		return a.termsPage(p, s, d)
	})
}

// termsValues is terms as the form shows them.
func termsValues(t shop.Terms) url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" && value != "0" {
			v.Set(name, value)
		}
	}
	set("kind", string(t.Kind))
	set("percent", strconv.Itoa(t.Percent))
	set("off", sumValue(t.Off))
	set("gift", t.Gift)
	set("floor", sumValue(t.Floor))
	set("cap", sumValue(t.Cap))
	set("per_day", strconv.Itoa(t.PerDay))
	set("excluded", t.Excluded)
	set("budget", sumValue(t.Budget))
	var days []string
	for _, d := range t.Blackout {
		days = append(days, string(d))
	}
	set("blackout", strings.Join(days, "\n"))
	windowValues(v, t.Hours)
	return v
}

func windowValues(v url.Values, windows []shop.Hours) {
	for i, h := range windows {
		v.Set(windowField(i, "from"), minutes(h.From))
		v.Set(windowField(i, "until"), minutes(h.Until))
		for _, d := range h.Days {
			v.Add(windowField(i, "day"), strconv.Itoa(int(d)))
		}
	}
}

func sumValue(a money.Amount) string {
	if a == 0 {
		return ""
	}
	return a.Decimal()
}

// A reader takes fields of a form apart and gathers what is wrong with them.
type reader struct {
	ui.Form
	wrong []*fault.Error
}

func (f *reader) bad(e *fault.Error, name string) { f.wrong = append(f.wrong, e.In(name)) }

// text is a field without the blanks around it.
func (f *reader) text(name string) string { return strings.TrimSpace(f.Value(name, "")) }

// sum is an amount that may be left empty.
func (f *reader) sum(name string) money.Amount {
	s := f.text(name)
	if s == "" {
		return 0
	}
	a, err := money.Parse(s)
	if err != nil || a < 0 {
		f.bad(shop.ErrAmount, name)
	}
	return a
}

// number is a whole number that may be left empty; what is none is -1, which
// the terms refuse with their own sentence.
func (f *reader) number(name string) int {
	s := f.text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// windows are the weekly windows that were filled in. One that ends when it
// begins or before runs past midnight.
func (f *reader) windows(n int) (all []shop.Hours) {
	for i := range n {
		from, until := f.text(windowField(i, "from")), f.text(windowField(i, "until"))
		days := f.Values[windowField(i, "day")]
		if from == "" && until == "" && len(days) == 0 {
			continue
		}
		a, okFrom := minuteOf(from)
		b, okUntil := minuteOf(until)
		if !okFrom || !okUntil {
			f.bad(shop.ErrWindow, "hours")
			return nil
		}
		if b <= a {
			b += 24 * 60
		}
		h := shop.Hours{From: a, Until: b}
		for _, d := range days {
			if n, err := strconv.Atoi(d); err == nil {
				h.Days = append(h.Days, time.Weekday(n))
			}
		}
		all = append(all, h)
	}
	return all
}

// minuteOf reads "10:30".
func minuteOf(s string) (int, bool) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}

// days are single days and spans of them ("2026-10-01~2026-10-07"), in lines
// or between commas.
func (f *reader) days(name string) (all []ledger.Day) {
	for _, word := range strings.FieldsFunc(f.Value(name, ""), func(c rune) bool { return strings.ContainsRune(" \t\r\n,，、;；", c) }) {
		from, until, span := strings.Cut(strings.NewReplacer("～", "~", "至", "~", "..", "~").Replace(word), "~")
		if !span {
			until = from
		}
		first, err1 := ledger.ParseDay(from)
		last, err2 := ledger.ParseDay(until)
		if err1 != nil || err2 != nil || last < first || last.Sub(first) > 366 {
			f.bad(shop.ErrDay, name)
			return nil
		}
		for d := first; d <= last; d = d.Next(1) {
			all = append(all, d)
		}
	}
	return all
}

// with adds what the rules hold against the whole, where the form did not
// already speak about the field.
func (f *reader) with(rules []*fault.Error) []*fault.Error {
	for _, e := range rules {
		if !slices.ContainsFunc(f.wrong, func(w *fault.Error) bool { return w.Field == e.Field }) {
			f.wrong = append(f.wrong, e)
		}
	}
	return f.wrong
}

// readTerms reads the form of terms. Fields of another kind than the chosen
// one are not looked at.
func readTerms(form ui.Form, windows int) (shop.Terms, []*fault.Error) {
	f := &reader{Form: form}
	t := shop.Terms{
		Kind: shop.Kind(f.text("kind")), Floor: f.sum("floor"), PerDay: f.number("per_day"),
		Hours: f.windows(windows), Blackout: f.days("blackout"), Excluded: f.text("excluded"),
	}
	switch t.Kind {
	case shop.Percent:
		t.Percent, t.Cap, t.Budget = f.number("percent"), f.sum("cap"), f.sum("budget")
	case shop.Fixed:
		t.Off, t.Cap, t.Budget = f.sum("off"), f.sum("cap"), f.sum("budget")
	case shop.Gift:
		t.Gift = f.text("gift")
	}
	return t, f.with(t.Faults())
}

func kinds(p ui.Page, all ...shop.Kind) (out []ui.Choice) {
	for _, k := range all {
		out = append(out, ui.Choice{Value: string(k), Label: p.T("kind." + string(k)), Line: p.T("kind.line." + string(k))})
	}
	return out
}
