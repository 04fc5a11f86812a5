package member

import (
	"strconv"
	"strings"

	"citywalk/atlas"
	"citywalk/discover"
	"citywalk/money"
	"citywalk/parlance"
	"citywalk/shop"
	"citywalk/web/ui"
)

// chipsMax is how many values of a kind are offered to narrow a search by.
const chipsMax = 12

// A chip is one thing that is chosen, or taken away again, by going to Href.
type chip struct {
	Label string
	Count int // How many shops there are; 0 is not said.
	On    bool
	Href  string
}

// A chipGroup is chips of one kind.
type chipGroup struct {
	Title string
	Chips []chip
}

// understood are the parts of what was typed that mean something by
// themselves, each to be left out. Words that are looked for as they are stand
// in the box already.
func understood(p ui.Page, x asked, parts []parlance.Part) (all []chip) {
	for _, part := range parts {
		if name := partName(p, part); name != "" && (part.Kind != parlance.Words || len(parts) > 1) {
			all = append(all, chip{Label: name, Href: x.without(part.From, part.To).link()})
		}
	}
	return all
}

// partName is a part of what was typed, as it was understood.
func partName(p ui.Page, part parlance.Part) string {
	name := part.En
	if p.Zh() || name == "" {
		name = part.Zh
	}
	switch part.Kind {
	case parlance.At:
		return p.T("search.near", "spot", name)
	case parlance.Price:
		return band(p, money.Amount(part.PriceMin), money.Amount(part.PriceMax))
	}
	return name
}

// chosen are the conditions that stand in the folded part, each to be taken
// away.
func chosen(p ui.Page, x asked) (all []chip) {
	for _, name := range []string{"cat", "district", "area"} {
		for _, v := range x.Values[name] {
			all = append(all, chip{Label: labelOf(p, name, v), Href: x.toggled(name, v).link()})
		}
	}
	if v := x.Get("metro"); v != "" {
		all = append(all, chip{Label: p.T("search.near", "spot", p.Called(v)), Href: x.with("metro", "").link()})
	}
	if x.Has("min") || x.Has("max") {
		all = append(all, chip{Label: band(p, whole(x.Get("min")), whole(x.Get("max"))), Href: x.with("min", "").with("max", "").link()})
	}
	if v := x.Get("gives"); givesKind(v) {
		all = append(all, chip{Label: p.T("search.gives." + v), Href: x.with("gives", "").link()})
	}
	return all
}

// labelOf is a value of a condition in words.
func labelOf(p ui.Page, name, value string) string {
	if name == "cat" {
		return ui.Kind(p.Lang, value)
	}
	return p.Called(value)
}

// givesKind reports whether a card can do that.
func givesKind(v string) bool {
	return v == string(shop.Percent) || v == string(shop.Fixed) || v == string(shop.Gift)
}

// sortChips are the orders, the one that applies marked. By distance only who
// has a place to count from can sort.
func sortChips(p ui.Page, x asked, found discover.Answer, sorts []discover.Sort) (all []chip) {
	for _, s := range sorts {
		if s == discover.Distance && found.From == nil {
			continue
		}
		to := x.with("sort", string(s))
		if s == discover.Best {
			to.Del("sort")
		}
		all = append(all, chip{Label: p.T("sort." + string(s)), On: s == found.Sort, Href: to.link()})
	}
	return all
}

// quick are the conditions that are asked for most.
func quick(p ui.Page, x asked, found discover.Answer) (all []chip) {
	counts := map[string]int{"curated": found.Facets.Curated, "proved": found.Facets.Proved}
	for _, name := range []string{"card", "open", "curated", "proved", "all"} {
		if (name == "curated" || name == "proved") && counts[name] == 0 && !x.Has(name) && len(found.Hits) > 0 && !x.Has("after") {
			continue // It would lead to nothing.
		}
		all = append(all, chip{Label: p.T("search." + name), Count: counts[name], On: x.Has(name), Href: x.toggled(name, "1").link()})
	}
	return all
}

// groups are what a search can be narrowed by, with how many shops there are.
func groups(p ui.Page, x asked, found discover.Answer) (all []chipGroup) {
	add := func(title string, chips []chip) {
		if len(chips) > 0 {
			all = append(all, chipGroup{p.T(title), chips})
		}
	}
	f := found.Facets
	add("search.group.category", counted(p, x, "cat", f.Categories))
	add("search.group.district", counted(p, x, "district", f.Districts))
	add("search.group.area", counted(p, x, "area", f.Areas))
	add("search.group.metro", stations(p, x, found.Hits))
	add("search.group.price", bandChips(p, x, f.Bands))
	var kinds []chip
	for _, k := range []shop.Kind{shop.Percent, shop.Fixed, shop.Gift} {
		if on := x.is("gives", string(k)); on || f.Gives[k] > 0 {
			kinds = append(kinds, chip{Label: p.T("search.gives." + string(k)), Count: f.Gives[k], On: on, Href: x.toggled("gives", string(k)).link()})
		}
	}
	add("search.group.gives", kinds)
	return all
}

// counted are the values of a condition that were found.
func counted(p ui.Page, x asked, name string, counts []atlas.Count) (all []chip) {
	for _, c := range counts[:min(chipsMax, len(counts))] {
		all = append(all, chip{Label: labelOf(p, name, c.Label), Count: c.N, On: x.is(name, c.Label), Href: x.toggled(name, c.Label).link()})
	}
	return all
}

// stations are the metro stations near the shops of the page.
func stations(p ui.Page, x asked, hits []discover.Hit) (all []chip) {
	seen := map[string]bool{"": true}
	for _, h := range hits {
		if !seen[h.Station] && len(all) < chipsMax {
			all = append(all, chip{Label: p.Called(h.Station), On: x.is("metro", h.Station), Href: x.toggled("metro", h.Station).link()})
		}
		seen[h.Station] = true
	}
	return all
}

// bandChips are ranges of prices.
func bandChips(p ui.Page, x asked, bands []discover.Band) (all []chip) {
	for i, b := range bands {
		var most money.Amount
		if i+1 < len(bands) {
			most = bands[i+1].Min
		}
		lo, hi := yuans(b.Min), yuans(most)
		c := chip{Label: band(p, b.Min, most), Count: b.N, On: x.Get("min") == lo && x.Get("max") == hi, Href: x.with("min", lo).with("max", hi).link()}
		if c.On {
			c.Href = x.with("min", "").with("max", "").link()
		}
		if b.N > 0 || c.On {
			all = append(all, c)
		}
	}
	return all
}

// yuans prints whole yuan for an address; nothing is "".
func yuans(a money.Amount) string {
	if a == 0 {
		return ""
	}
	return strconv.FormatInt(int64(a/money.Yuan), 10)
}

// band says a range of prices per head; 0 is no bound.
func band(p ui.Page, lo, hi money.Amount) string {
	switch {
	case hi == 0:
		return p.T("search.price.from", "min", yuan(lo))
	case lo == 0:
		return p.T("search.price.below", "max", yuan(hi))
	}
	return strings.TrimSpace(p.T("search.price.band", "min", yuan(lo), "max", yuan(hi)))
}
