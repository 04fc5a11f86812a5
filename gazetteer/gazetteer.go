// Package gazetteer finds which shop a text speaks of.
//
// It is built once from the names of all shops and then asked, by as many at
// once as like. A question is a name as somebody wrote it, or a text that may
// mention shops, and whatever else is known of the place. The answer is shops
// with the probability that each is the one, and why.
//
//	name ──fold──▶ forms ──shared tokens──▶ shops ─┐
//	text ──fold──▶ mentions of forms ─────▶ shops ─┤
//	branch, district, address, distance, category ─┴▶ probabilities ──▶ Linked
//	                                                                 ├▶ Ambiguous
//	                                                                 └▶ None
//
// Names are folded: width, case, accents, traditional characters, punctuation
// and spaces do not count. A name has forms: the whole without its brackets,
// the same without "restaurant" and the like at its end, and its parts where a
// dot or another script divides it. What stands in brackets is the branch.
// Names are compared by pairs of characters, and threes of Latin letters, each
// worth the logarithm of its rarity among all names.
//
// The probability is Bayes' rule over the shops found, an unlisted branch of
// the same brand, and no shop at all. The weights of the evidence are constants
// of this package; docs/curation.md says how well they hold on real names.
// Several shops of one name share what is there, so that a brand alone never
// points at one of its branches: Decide leaves that to a person, and Attribute
// to the chain as a whole. Words of every day that are a shop's name too ("my
// grandmother's house" is a chain) count for little unless something nearby
// speaks of a visit.
//
// Whoever knows a shop's id needs none of this. Nothing here reads a database
// or a clock; the same entries and question give the same answer.
package gazetteer

import (
	"cmp"
	"slices"

	"citywalk/geo"
)

// An Entry is one shop. Only ID and Name are needed.
type Entry struct {
	ID       string
	Name     string   // As on its sign, the branch in brackets.
	Aliases  []string // Other names people use.
	District string
	Address  string
	Category string
	Point    geo.Point // WGS-84; the zero point is unknown.
	Chain    string    // The brand's key; if empty, that of Chains.
}

// A Query is what is known of a shop. Any part may be empty; without a name
// and a text nothing is found.
type Query struct {
	Name     string
	Text     string
	District string
	Address  string
	Point    *geo.Point
	Category string
}

// A Match is a shop that the query may speak of.
type Match struct {
	ID          string
	Probability float64 // That it is this shop, 0 to 1.
	Why         []Reason
}

// A Reason is one piece of evidence.
type Reason struct {
	Evidence Evidence
	Strength float64 // In nats, the natural logarithm of the odds; negative speaks against.
}

// Evidence is a kind of evidence.
type Evidence string

const (
	ByName     Evidence = "name"
	ByAlias    Evidence = "alias"
	ByBranch   Evidence = "branch"
	ByDistrict Evidence = "district"
	ByAddress  Evidence = "address"
	ByDistance Evidence = "distance"
	ByCategory Evidence = "category"
)

// matchesMax bounds an answer, and leastProbable what stands in it.
const (
	matchesMax    = 20
	leastProbable = 0.01
)

// Find returns the shops that q may speak of, the most probable first. A name
// is preferred to a text: the text is then read for branches and districts,
// and for other names only if nothing has that one. Of a text that mentions
// several shops each is found for itself.
func (g *Gazetteer) Find(q Query) []Match {
	best := map[int32]candidate{}
	for _, r := range g.read(q) {
		for _, c := range r.candidates {
			if old, ok := best[c.entry]; !ok || c.probability > old.probability {
				best[c.entry] = c
			}
		}
	}
	found := make([]candidate, 0, len(best))
	for _, c := range best {
		found = append(found, c)
	}
	slices.SortFunc(found, likelier)
	var matches []Match
	for _, c := range found[:min(len(found), matchesMax)] {
		if c.probability >= leastProbable {
			matches = append(matches, Match{ID: g.entries[c.entry].ID, Probability: c.probability, Why: c.why})
		}
	}
	return matches
}

// likelier orders candidates by their probability, and then as they were given.
func likelier(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.probability, a.probability), cmp.Compare(a.entry, b.entry))
}

// A Decision is what follows from an answer.
type Decision int

const (
	None      Decision = iota // It speaks of no shop that we know.
	Ambiguous                 // A person must say which.
	Linked                    // It is this one.
)

func (d Decision) String() string { return [...]string{"none", "ambiguous", "linked"}[d] }

// The bars of Decide. A link is made at linkedLeast, and only if the second is
// at most a quarter as probable. What is less probable than askedLeast is not
// worth anybody's time.
const (
	linkedLeast  = 0.85
	clearOf      = 4
	askedLeast   = 0.15
	somethingSum = 0.3
)

// Decide says what to do with an answer of Find; the match is the best one, or
// empty for None.
func Decide(ms []Match) (Decision, Match) {
	if len(ms) == 0 {
		return None, Match{}
	}
	sum, second := 0.0, 0.0
	for i, m := range ms {
		sum += m.Probability
		if i == 1 {
			second = m.Probability
		}
	}
	switch best := ms[0]; {
	case best.Probability >= linkedLeast && second*clearOf <= best.Probability:
		return Linked, best
	case best.Probability >= askedLeast || sum >= somethingSum:
		return Ambiguous, best
	}
	return None, Match{}
}
