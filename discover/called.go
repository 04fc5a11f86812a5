package discover

import (
	"cmp"
	"maps"
	"slices"

	"citywalk/fault"
)

// Called is what a district, an area, a metro station or a line is called for
// readers of a language: in English by the name that its file gives, else by its
// own. It looks in memory alone, in the programme's city first; until the node
// has read its cities, names are their own.
func (s *Service) Called(lang fault.Lang, name string) string {
	towns := s.guide.towns.Load()
	if lang != fault.En || name == "" || towns == nil {
		return name
	}
	if t := (*towns)[s.City]; t != nil {
		if en := t.around.Load().english[name]; en != "" {
			return en
		}
	}
	for _, city := range slices.Sorted(maps.Keys(*towns)) {
		if en := (*towns)[city].around.Load().english[name]; en != "" {
			return en
		}
	}
	return name
}

// called is Called in these surroundings.
func (a *surroundings) called(lang fault.Lang, name string) string {
	if lang != fault.En {
		return name
	}
	return cmp.Or(a.english[name], name)
}

// learn keeps the English names; where a district and a station share a name
// they share the English one, and the district's is taken.
func (a *surroundings) learn() {
	a.english = map[string]string{}
	for _, p := range a.byLat {
		if p.En != "" {
			a.english[p.Name] = p.En
		}
	}
	for _, all := range [][]Area{a.tracks, a.quarters, a.districts} {
		for _, area := range all {
			if area.En != "" {
				a.english[area.Name] = area.En
			}
		}
	}
}
