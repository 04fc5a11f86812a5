package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"citywalk/opinion"
)

// Known items: places drawn by lot and looked for under their own names, as
// they are, in pinyin, as initials, and with a slip that a lot decides. Nobody
// chose these queries, so that nothing can have been tuned to them. Of use are
// the places of that name.
var knownKinds = []string{"lot: name", "lot: pinyin", "lot: initials", "lot: slip"}

// Names of as many characters are drawn.
const (
	knownLeast = 3
	knownMost  = 8
)

// knownQueries draws so many places of each city.
func knownQueries(cities map[string]*searchCity, n int, seed uint64) []judgedQuery {
	lot := rand.New(rand.NewPCG(seed, 1))
	var all []judgedQuery
	for _, c := range searchCities {
		city := cities[c[0]]
		named := map[string][]string{}
		var names []string
		var letters []rune // That a wrong character is drawn from.
		for _, d := range city.docs {
			name := plainName(d.Name)
			if l := len([]rune(name)); l < knownLeast || l > knownMost {
				continue
			}
			if named[name] == nil {
				names = append(names, name)
				letters = append(letters, []rune(name)...)
			}
			named[name] = append(named[name], d.key)
		}
		lot.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for i, name := range names[:min(n, len(names))] {
			spelt, first := spelling(name)
			texts := []string{name, spelt, first, misspelt(name, i%4, letters, lot)}
			for k, text := range texts {
				q := judgedQuery{ID: fmt.Sprintf("%s %d", knownKinds[k], i), City: c[0], Kind: knownKinds[k], Text: text, grades: map[string]int{}}
				for _, key := range named[name] {
					q.grades[key] = 3
				}
				all = append(all, q)
			}
		}
	}
	return all
}

// plainName is a name without its branch, or "" if it is not all Chinese.
func plainName(name string) string {
	name, _, _ = strings.Cut(strings.ReplaceAll(name, "（", "("), "(")
	name = strings.TrimSpace(name)
	for _, r := range name {
		if !unicode.Is(unicode.Han, r) {
			return ""
		}
	}
	return opinion.Fold(name)
}

// spelling returns a name in pinyin and its initials, by the dictionary alone.
func spelling(name string) (letters, initials string) {
	for _, s := range pinyin.LazyPinyin(name, pinyin.NewArgs()) {
		letters += s
		initials += s[:1]
	}
	return letters, initials
}

// misspelt makes one slip: a character left out, two that changed places, a
// wrong one, or in pinyin a letter left out.
func misspelt(name string, how int, letters []rune, lot *rand.Rand) string {
	r := []rune(name)
	i := lot.IntN(len(r) - 1)
	switch how {
	case 0:
		return string(slices.Delete(r, i, i+1))
	case 1:
		r[i], r[i+1] = r[i+1], r[i]
		return string(r)
	case 2:
		r[i] = letters[lot.IntN(len(letters))]
		return string(r)
	}
	spelt, _ := spelling(name)
	i = 1 + lot.IntN(len(spelt)-1)
	return spelt[:i] + spelt[i+1:]
}
