package parlance

import (
	"strings"
	"unicode/utf8"

	"citywalk/atlas"
	"citywalk/geo"
)

// A SpotKind is a kind of spot.
type SpotKind uint8

const (
	Station  SpotKind = iota + 1 // Of the metro; Point is set.
	Area                         // A part of the city that people name; a filter if Point is not set.
	District                     // A filter.
	Landmark                     // Something that everybody knows; Point is set.
)

// A Spot is a place that others are looked for at or in.
type Spot struct {
	Kind  SpotKind
	Name  string   // For districts and areas as it stands in the places.
	Also  []string // Other names in any script. Pinyin and the like need not be told.
	Point geo.Point
}

// A Vocabulary is what a city adds to the language. Prices are per head in the
// smallest unit of its currency; 0 is unknown.
type Vocabulary struct {
	City  string // Its name says nothing of a place in it.
	Spots []Spot
	Cheap int32                // What people call cheap is at most this.
	Dear  int32                // What people call upscale is at least this.
	DF    func(atlas.Term) int // How many places have a term: Index.DF.
}

// A City reads queries about one city. It may be used by many at once.
type City struct {
	Vocabulary
	keys map[string][]int // By name without spaces.
	most map[rune]int     // By its first character: units of the longest key.
	own  map[string]bool  // The city's own names.
}

const spotsMax = 20_000

// NewCity prepares a city's vocabulary.
func NewCity(v Vocabulary) *City {
	v.Spots = v.Spots[:min(len(v.Spots), spotsMax)]
	c := &City{Vocabulary: v, keys: map[string][]int{}, most: map[rune]int{}}
	c.own = map[string]bool{"": false}
	if units := split(strings.TrimSuffix(v.City, "市"), 8); len(units) > 0 {
		spelt, _ := letters(units)
		c.own[join(units)], c.own[spelt] = true, true
	}
	for i, s := range v.Spots {
		for _, name := range append([]string{s.Name}, s.Also...) {
			c.enter(i, name)
		}
	}
	return c
}

// enter makes a spot known by a name, its spelling, and its name with the parts
// translated that are not names.
func (c *City) enter(i int, name string) {
	core, _, _ := strings.Cut(strings.ReplaceAll(name, "（", "("), "(")
	units := split(core, nameUnits)
	c.key(i, units)
	if len(units) < 2 || !allHan(units) {
		return
	}
	text := join(units)
	if bare := bareOf(text, c.Spots[i].Kind); bare != "" {
		c.key(i, split(bare, nameUnits))
		text = bare
	}
	if c.Spots[i].Kind == Landmark {
		for _, e := range sightly {
			if bare, ok := strings.CutSuffix(text, e); ok && utf8.RuneCountInString(bare) >= 2 {
				c.key(i, split(bare, nameUnits))
				break
			}
		}
	}
	for _, latin := range latinNames(text) {
		c.key(i, split(latin, nameUnits))
	}
}

// sightly are endings of the names of sights that nobody says.
var sightly = strings.Fields("风景名胜区 旅游度假区 风景区 旅游区 度假区 景区")

func (c *City) key(i int, units []unit) {
	k := join(units)
	if k == "" {
		return
	}
	for _, known := range c.keys[k] {
		if known == i {
			return
		}
	}
	c.keys[k] = append(c.keys[k], i)
	first, _ := utf8.DecodeRuneInString(k)
	c.most[first] = max(c.most[first], len(units))
}

// bareOf is a spot's name without the word for what it is, or "".
func bareOf(name string, k SpotKind) string {
	var suffixes []string
	switch k {
	case District:
		suffixes = []string{"新区", "区", "县", "市"}
	case Station:
		suffixes = []string{"地铁站", "站"}
	}
	for _, s := range suffixes {
		if bare, ok := strings.CutSuffix(name, s); ok && utf8.RuneCountInString(bare) >= 2 {
			return bare
		}
	}
	return ""
}

// latinNames returns how a Chinese name is written in Latin letters: spelled,
// and spelled but for its end, which is translated.
func latinNames(name string) []string {
	all := []string{strings.Join(reading([]rune(name)), " ")}
	for _, line := range strings.Split(strings.TrimSpace(generics), "|") {
		zh, en, _ := strings.Cut(strings.TrimSpace(line), " ")
		stem, ok := strings.CutSuffix(name, zh)
		if !ok || stem == "" {
			continue
		}
		for _, e := range strings.Split(en, ",") {
			all = append(all, strings.Join(reading([]rune(stem)), " ")+" "+e)
		}
	}
	return all
}

// at returns the spots of the longest name that begins at unit i, and how many
// units it is.
func (c *City) at(l *line, i int) (spots []int, n int) {
	first, _ := utf8.DecodeRuneInString(l.units[i].text)
	for n = min(c.most[first], l.until[i]-i); n > 0; n-- {
		if spots = c.keys[l.name(i, n)]; len(spots) > 0 {
			return spots, n
		}
	}
	return nil, 0
}
