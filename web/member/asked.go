package member

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"citywalk/account"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/web"
	"citywalk/web/ui"
)

// searchPath is the page of what was searched for.
const searchPath = "/search"

// pageOfShops is how many shops a list shows at once.
const pageOfShops = 20

// severalMax is how many values a condition may have that may have several.
const severalMax = 8

// The conditions of a search that the address carries, and how long a value
// may be, in characters. Of those in several there may be more than one.
var (
	conditions = map[string]int{"q": 60, "lat": 12, "lng": 12, "cat": 40, "district": 40, "area": 40, "metro": 40, "min": 8, "max": 8,
		"open": 1, "card": 1, "curated": 1, "proved": 1, "gives": 8, "all": 1, "sort": 10, "after": 400}
	several = []string{"cat", "district", "area"}
)

// An asked is a question as the address carries it: all of it, so that it can
// be kept, sent and gone back to. What is no condition is left out.
type asked struct{ url.Values }

// askedOf reads the question of a request.
func askedOf(r *http.Request) asked {
	given, x := r.URL.Query(), asked{url.Values{}}
	for name, chars := range conditions {
		most := 1
		if slices.Contains(several, name) {
			most = severalMax
		}
		for _, v := range given[name] {
			if v = strings.TrimSpace(cut(plain(v), chars)); v != "" && len(x.Values[name]) < most && !slices.Contains(x.Values[name], v) {
				x.Values[name] = append(x.Values[name], v)
			}
		}
	}
	if _, ok := x.at(); !ok {
		x.Del("lat")
		x.Del("lng")
	}
	return x
}

// plain is what was typed without what cannot be seen.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, s)
}

// at is the position that the member let us know for this one question.
func (x asked) at() (geo.Point, bool) { return position(x.Values) }

// is reports whether a condition is that.
func (x asked) is(name, value string) bool { return slices.Contains(x.Values[name], value) }

// link is the address of the question, from its first page on unless it has
// "after".
func (x asked) link() string {
	if len(x.Values) == 0 {
		return searchPath
	}
	return searchPath + "?" + x.Encode()
}

// with is the question with a condition set to a value, or without it if the
// value is empty, from its first page on.
func (x asked) with(name, value string) asked {
	out := asked{url.Values{}}
	for n, v := range x.Values {
		if n != "after" && n != name {
			out.Values[n] = v
		}
	}
	if value != "" {
		out.Set(name, value)
	}
	return out
}

// A condition is one value of one condition.
type condition struct{ Name, Value string }

// carried are the conditions that a form for other words carries along.
func (x asked) carried() (all []condition) {
	for _, name := range slices.Sorted(maps.Keys(x.Values)) {
		if name == "q" || name == "after" {
			continue
		}
		for _, v := range x.Values[name] {
			all = append(all, condition{name, v})
		}
	}
	return all
}

// page is the question from another place of its answer on.
func (x asked) page(after string) string {
	next := x.with("after", "")
	next.Set("after", after)
	return next.link()
}

// toggled is the question with a value added to a condition that may have
// several, or with it taken away if it is there.
func (x asked) toggled(name, value string) asked {
	if !slices.Contains(several, name) {
		if x.is(name, value) {
			value = ""
		}
		return x.with(name, value)
	}
	out := x.with(name, "")
	left := slices.DeleteFunc(slices.Clone(x.Values[name]), func(v string) bool { return v == value })
	if len(left) == len(x.Values[name]) {
		left = append(left, value)
	}
	if len(left) > 0 {
		out.Values[name] = left
	}
	return out
}

// without is the question without the bytes from to to of its words.
func (x asked) without(from, to int) asked {
	q := x.Get("q")
	if from < 0 || to > len(q) || from > to {
		return x
	}
	return x.with("q", strings.Join(strings.Fields(q[:from]+" "+q[to:]), " "))
}

// elsewhere is the question without a position.
func (x asked) elsewhere() asked {
	out := x.with("lat", "").with("lng", "")
	if out.is("sort", string(discover.Distance)) {
		out.Del("sort")
	}
	return out
}

// query is the question as the index takes it. Only who is signed in and chose
// it has an order of his own.
func (a *App) query(r *http.Request, p ui.Page, x asked) (q discover.Query, err error) {
	q = discover.Query{City: a.City, Text: x.Get("q"), Categories: x.Values["cat"], Districts: x.Values["district"], Areas: x.Values["area"],
		Station: x.Get("metro"), PriceMin: whole(x.Get("min")), PriceMax: whole(x.Get("max")), Open: x.Has("open"), Card: x.Has("card"),
		Curated: x.Has("curated"), Proved: x.Has("proved"), Gives: x.Get("gives"), Everywhere: x.Has("all"),
		After: x.Get("after"), Limit: pageOfShops, Lang: p.Lang, Sort: discover.Best}
	if at, ok := x.at(); ok {
		q.Near = &at
	}
	for _, s := range sortsFor(web.Session(r)) {
		if x.is("sort", string(s)) {
			q.Sort = s
		}
	}
	if q.Sort == discover.ForMe {
		q.Taste, err = a.Discover.Taste(r.Context(), web.Session(r))
	}
	return q, err
}

// sortsFor are the orders that somebody may choose from.
func sortsFor(who account.Session) []discover.Sort {
	if who.Person != "" {
		return discover.Sorts
	}
	return slices.DeleteFunc(slices.Clone(discover.Sorts), func(s discover.Sort) bool { return s == discover.ForMe })
}

// whole reads whole yuan; what cannot be read is no bound.
func whole(s string) money.Amount {
	n, err := strconv.ParseUint(s, 10, 20)
	if err != nil {
		return 0
	}
	return money.Amount(n) * money.Yuan
}

// position reads a position from an address.
func position(v url.Values) (geo.Point, bool) {
	lat, err1 := strconv.ParseFloat(v.Get("lat"), 64)
	lng, err2 := strconv.ParseFloat(v.Get("lng"), 64)
	at := geo.Point{Lat: lat, Lng: lng}
	return at, err1 == nil && err2 == nil && at.Valid()
}

// cut shortens what somebody typed to n runes.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
