package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readQuery hands the parameters of a query to take, in turn, and reports
// whether that was all: whatever is not written as nearly everybody would is
// left to who reads everything.
func readQuery(query string, take func(name, value string) bool) bool {
	var seen [24]string
	n := 0
	for len(query) > 0 {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" || n == len(seen) || slices.Contains(seen[:n], name) || !take(name, value) {
			return false
		}
		seen[n] = name
		n++
	}
	return true
}

// take reads one parameter of a search.
func (in *searchIn) take(name, value string) bool {
	switch name {
	case "city":
		return takeText(&in.City, value, 40)
	case "q":
		return takeText(&in.Q, value, 80)
	case "lat":
		return takeDegrees(&in.Lat, value, 90)
	case "lng":
		return takeDegrees(&in.Lng, value, 180)
	case "within":
		return takeNumber(&in.Within, value, 0, 50000)
	case "category":
		return takeText(&in.Category, value, 400)
	case "district":
		return takeText(&in.District, value, 400)
	case "area":
		return takeText(&in.Area, value, 400)
	case "station":
		return takeText(&in.Station, value, 40)
	case "price_min":
		return takeNumber(&in.PriceMin, value, 0, 100_000_000)
	case "price_max":
		return takeNumber(&in.PriceMax, value, 0, 100_000_000)
	case "gives":
		return takeWord(&in.Gives, value, "percent", "fixed", "gift")
	case "sort":
		return takeWord(&in.Sort, value, "best", "distance", "ranking", "saving")
	case "after":
		return takeText(&in.After, value, 400)
	case "limit":
		return takeNumber(&in.Limit, value, 1, 100)
	}
	return in.takeChoice(name, value)
}

// takeChoice reads what is true or false.
func (in *searchIn) takeChoice(name, value string) bool {
	switch name {
	case "open":
		return takeBool(&in.Open, value)
	case "card":
		return takeBool(&in.Card, value)
	case "curated":
		return takeBool(&in.Curated, value)
	case "proved":
		return takeBool(&in.Proved, value)
	case "everywhere":
		return takeBool(&in.Everywhere, value)
	case "counts":
		return takeBool(&in.Counts, value)
	}
	return false
}

// take reads one parameter of a suggestion.
func (in *suggestIn) take(name, value string) bool {
	switch name {
	case "city":
		return takeText(&in.City, value, 40)
	case "q":
		return takeText(&in.Q, value, 40)
	}
	return false
}

// takeText reads a text of at most most characters, none of them a control.
func takeText(to *string, value string, most int) bool {
	if strings.Contains(value, ";") {
		return false
	}
	text, err := url.QueryUnescape(value)
	if err != nil || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return false
	}
	*to = text
	return utf8.RuneCountInString(text) <= most
}

// takeWord reads one of a few words.
func takeWord(to *string, value string, words ...string) bool {
	*to = value
	return slices.Contains(words, value)
}

// takeBool reads what is written out.
func takeBool(to *bool, value string) bool {
	*to = value == "true"
	return *to || value == "false"
}

// takeNumber reads a whole number of up to nine digits, without a sign.
func takeNumber[N int | int64](to *N, value string, least, most N) bool {
	if len(value) > 9 {
		return false
	}
	n := N(0)
	for i := range len(value) {
		c := value[i]
		if c < '0' || c > '9' {
			return false
		}
		n = 10*n + N(c-'0')
	}
	*to = n
	return least <= n && n <= most
}

// takeDegrees reads a number with digits, a point and a sign alone.
func takeDegrees(to *float64, value string, most float64) bool {
	if strings.Trim(value, "-.0123456789") != "" {
		return false
	}
	x, err := strconv.ParseFloat(value, 64)
	*to = x
	return err == nil && -most <= x && x <= most
}
