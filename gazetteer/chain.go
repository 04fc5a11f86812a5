package gazetteer

import (
	"slices"
	"unicode/utf8"
)

// Chains returns for each name the key of its brand, under which the branches
// of one brand meet: "星巴克(人民广场店)" and "星巴克臻选·外滩店" are not one, but
// "大牌大·传统杭帮菜(湖滨店)" and "大牌大(武林店)" are. A name that shares its brand with
// no other has none (""). Hotels are no brands of their restaurants, and a
// word for a kind of place is none either.
func Chains(names []string) []string {
	titles := make([]title, len(names))
	for i, name := range names {
		titles[i] = take(name)
	}
	return chains(titles)
}

func chains(titles []title) []string {
	first, second := make([]string, len(titles)), make([]string, len(titles))
	count := map[string]int{}
	for i, t := range titles {
		first[i], second[i] = brandsOf(t)
		for _, b := range []string{first[i], second[i]} {
			if b != "" {
				count[b]++
			}
		}
	}
	keys := make([]string, len(titles))
	for i := range titles {
		for _, b := range []string{first[i], second[i]} {
			if count[b] >= 2 {
				keys[i] = b
				break
			}
		}
	}
	return keys
}

// brandsOf returns what may be a name's brand: its first part and the whole,
// without words for kinds of places; the second only if it differs.
func brandsOf(t title) (first, second string) {
	brand := func(s string) string {
		b := bare(s)
		n := utf8.RuneCountInString(b)
		if n < 2 || n == 2 && latin([]rune(b)[0]) || isKind(b) || isHouse(s) || slices.Contains(grounds, b) || slices.Contains(landmarks, b) {
			return ""
		}
		return b
	}
	second = brand(t.whole)
	if len(t.parts) > 0 {
		first = brand(t.parts[0])
	}
	if first == second {
		second = ""
	}
	return first, second
}

// A Target is what a note speaks of: one shop, or only its chain.
type Target struct {
	ID    string // Empty if it is not clear which branch is meant.
	Chain string // Empty if the shop belongs to none.
}

// chainLeast is how probable a brand must be to be given a note.
const chainLeast = 0.85

// Attribute returns what a note certainly speaks of. A note about a brand goes
// to one of its branches only if that is named or near, and to the chain alone
// otherwise; what may be something else goes nowhere.
func (g *Gazetteer) Attribute(q Query) []Target {
	var targets []Target
	add := func(t Target) {
		for _, old := range targets {
			if old == t {
				return
			}
		}
		targets = append(targets, t)
	}
	for _, r := range g.read(q) {
		var ms []Match
		for _, c := range r.candidates {
			ms = append(ms, Match{ID: g.entries[c.entry].ID, Probability: c.probability})
		}
		if d, m := Decide(ms); d == Linked {
			add(Target{ID: m.ID, Chain: r.chain})
		} else if r.chain != "" && r.ofChain >= chainLeast {
			add(Target{Chain: r.chain})
		}
	}
	return targets
}
