package gazetteer

import (
	"math"
	"slices"
	"strings"

	"citywalk/geo"
)

// evidence returns what a scene says for and against a shop beside its name.
func (g *Gazetteer) evidence(k *known, s scene) []Reason {
	var all []Reason
	add := func(e Evidence, v float64) {
		if v != 0 {
			all = append(all, Reason{e, v})
		}
	}
	branch := branchEvidence(k, s)
	if near := s.area.evidence(k); branch <= 0 && s.branch == "" && near != 0 {
		add(ByDistance, near)
	} else {
		add(ByBranch, branch)
	}
	add(ByDistrict, g.districtEvidence(k, s))
	if k.place != "" && s.query.Address != "" {
		ours := wordsOf(k.place)
		add(ByAddress, addressEvidence(s.place.in(ours), ours.in(s.place)))
	}
	if s.query.Point != nil && s.query.Point.Valid() && k.point != (geo.Point{}) {
		add(ByDistance, distanceEvidence(geo.Distance(k.point, *s.query.Point)))
	}
	if k.category != "" && sharesKind(k.category, s.category) {
		add(ByCategory, 0.5)
	}
	return all
}

// districtEvidence is worth the rarity of the district. Districts that differ
// say less: their borders are not on the streets.
func (g *Gazetteer) districtEvidence(k *known, s scene) float64 {
	switch {
	case k.district == "":
		return 0
	case k.district == s.district || strings.Contains(s.place.text, k.district) || s.district == "" && strings.Contains(s.around, k.district):
		return min(3, math.Log(float64(len(g.entries))/float64(g.areas[k.district])))
	case s.district != "":
		return -1.5
	}
	return 0
}

// elsewhere is what it says against a shop that nothing of its branch is in an
// address. It is little, since "the West Lake shop" has a street as well.
const elsewhere = -1.0

// branchEvidence compares a shop's branch with what is known of the place. A
// branch that is named says most; one whose street or mall is in the address
// nearly as much.
func branchEvidence(k *known, s scene) float64 {
	if s.branch != "" && s.branch == k.branch {
		return 5
	}
	if s.branch != "" {
		return namedBranch(k, core(s.branch))
	}
	if k.core == "" {
		return 0
	}
	if s.place.text != "" {
		if strings.Contains(s.around, k.core) {
			return 3
		}
		c := wordsOf(k.core).in(s.place)
		return (3.5-elsewhere)*c*c*c + elsewhere
	}
	if strings.Contains(s.around, k.core) {
		return 3.5
	}
	return 0
}

// namedBranch compares a shop's branch with the one that was named.
func namedBranch(k *known, named string) float64 {
	switch {
	case named == "":
		return 0
	case k.core == "" && k.place == "":
		return -0.7
	case k.core == named:
		return 5 // One says "shop" and the other does not.
	case k.core != "" && (strings.Contains(k.core, named) || strings.Contains(named, k.core)):
		return 4
	case strings.Contains(k.place, named) || k.district != "" && k.district == areaOf(named):
		return 3
	}
	ours, theirs := wordsOf(k.core), wordsOf(named)
	if c := max(ours.in(theirs), theirs.in(ours)); c >= 0.5 {
		return 4 * c
	}
	return -2.5
}

// addressEvidence takes the shares of each address that the other has.
func addressEvidence(there, here float64) float64 {
	switch c := max(there, here); {
	case c >= 0.8:
		return 4
	case c >= 0.5:
		return 2
	case c < 0.2:
		return -1
	}
	return 0
}

// usualError is how far in metres two records of one shop lie apart.
const usualError = 120

// distanceEvidence says how much likelier a distance in metres is between two
// records of one shop than between a shop and another of its city. Positions of
// one shop differ by some 100 m; two shops by kilometres.
func distanceEvidence(metres float64) float64 {
	d := metres / usualError
	return math.Max(-4, 4.5-1.3*math.Log(1+d*d))
}

// words are a folded text with its tokens, so that many can be compared to it.
type words struct {
	text   string
	tokens []uint64
}

func wordsOf(text string) words { return words{text, tokensOf(nil, []rune(text))} }

// in returns the share of w's tokens that other has, 0 to 1.
func (w words) in(other words) float64 {
	if w.text == "" || other.text == "" {
		return 0
	}
	if strings.Contains(other.text, w.text) {
		return 1
	}
	n := 0
	for _, t := range w.tokens {
		if slices.Contains(other.tokens, t) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(w.tokens)))
}

// core returns a branch without "shop", "flagship shop" and the like, which
// name no place.
func core(branch string) string {
	for _, end := range []string{"旗舰店", "直营店", "创始店", "总店", "分店", "首店", "新店", "老店", "店"} {
		if rest, ok := strings.CutSuffix(branch, end); ok {
			return rest
		}
	}
	return branch
}

// areaOf returns a district without the word for one.
func areaOf(district string) string {
	s := string(fold(district, nameBytesMax).runes)
	for _, end := range []string{"新区", "区", "县", "市"} {
		if rest, ok := strings.CutSuffix(s, end); ok && len([]rune(rest)) >= 2 {
			return rest
		}
	}
	return s
}

// sharesKind reports whether two categories share a character that names a
// kind of food.
func sharesKind(a, b string) bool {
	for _, r := range b {
		if !strings.ContainsRune("菜料理店类餐厅馆中西其他/", r) && strings.ContainsRune(a, r) {
			return true
		}
	}
	return false
}

// branchMax is how long the name of a branch is at most, in characters.
const branchMax = 14

// branchBehind returns the branch that stands behind a name that ends at place
// i of a text, and where it ends: what is in brackets, or what runs up to
// "shop" without a break.
func branchBehind(f folded, i int) (branch string, end int) {
	if i >= len(f.runes) {
		return "", i
	}
	inBrackets := opens(f.gap[i])
	if f.gap[i] != 0 && !inBrackets {
		return "", i
	}
	for j := i; j < min(len(f.runes), i+branchMax); j++ {
		if j > i && f.gap[j] != 0 {
			if inBrackets && closes(f.gap[j]) {
				return string(f.runes[i:j]), j
			}
			if !inBrackets {
				return "", i
			}
		}
		if f.runes[j] == '店' && j > i+1 {
			return string(f.runes[i : j+1]), j + 1
		}
	}
	if inBrackets && len(f.runes)-i < branchMax {
		return string(f.runes[i:]), len(f.runes)
	}
	return "", i
}
