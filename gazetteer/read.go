package gazetteer

import (
	"math"
	"slices"
	"strings"
)

// A candidate is a shop that one name may mean.
type candidate struct {
	entry       int32
	name        float64 // What the name alone says, in nats.
	weight      float64 // All evidence, in nats.
	probability float64
	why         []Reason
}

// A reading is what one name, or one mention in a text, may mean.
type reading struct {
	candidates []candidate // The likeliest first.
	chain      string      // The brand of the likeliest, if it has one.
	ofChain    float64     // The probability that the brand is meant, by whichever branch.
}

// A scene is what a name stands in: all that tells one branch from another.
type scene struct {
	branch   string // What stands behind the name in brackets, folded.
	place    string // Address and district, folded.
	around   string // The text around the name, folded.
	district string
	category string
	query    Query
}

// scratch is memory for one look-up by name.
type scratch struct {
	shared  []float32 // The worth of the shared tokens, per form.
	touched []int32
}

// Bounds of one look-up. A token of more than postingsMax forms says little and
// is passed over unless there is no other; the best formsMax forms are kept.
const (
	postingsMax = 20_000
	formsMax    = 64
	entriesMax  = 10_000
)

// read returns what q may mean, one reading for each name in it.
func (g *Gazetteer) read(q Query) []reading {
	s := scene{
		place:    string(fold(q.Address, nameBytesMax).runes) + "\n" + string(fold(q.District, nameBytesMax).runes),
		district: areaOf(q.District), category: string(fold(q.Category, nameBytesMax).runes), query: q,
	}
	text := fold(q.Text, textBytesMax)
	if t := take(q.Name); t.whole != "" {
		named := s
		named.branch, named.around = t.branch, string(text.runes[:min(len(text.runes), 2000)])
		if r := g.weigh(g.byName(t), named, 0); len(r.candidates) > 0 && r.candidates[0].probability >= leastProbable {
			return []reading{r}
		}
	}
	var all []reading
	for _, m := range g.forms.scan(text) {
		mentioned := s
		mentioned.branch = branchBehind(text, m.end)
		around := text.runes[max(0, m.begin-aroundBefore):m.begin]
		mentioned.around = string(around) + "\n" + string(text.runes[m.end:min(len(text.runes), m.end+aroundBehind)])
		all = append(all, g.weigh(g.byMention(m), mentioned, g.asWords(text, m)))
	}
	return all
}

// How far from a mention the text is read for its branch, in characters.
const (
	aroundBefore = 16
	aroundBehind = 24
)

// byName returns the shops whose name is like t.
func (g *Gazetteer) byName(t title) []candidate {
	best := map[int32]float64{}
	why := map[int32]shape{}
	for _, f := range formsOfTitle(t) {
		for _, like := range g.like(f) {
			for _, m := range g.members[g.starts[like.form]:g.starts[like.form+1]] {
				v := like.worth - lost[f.shape] - lost[m.shape()]
				if old, ok := best[m.entry()]; (ok || len(best) < entriesMax) && (!ok || v > old) {
					best[m.entry()], why[m.entry()] = v, m.shape()
				}
			}
		}
	}
	var all []candidate
	for e, v := range best {
		c := candidate{entry: e, name: v - g.prior()}
		c.why = append(c.why, Reason{evidenceOf(why[e]), v})
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b candidate) int { return int(a.entry - b.entry) })
	return all
}

func evidenceOf(s shape) Evidence {
	if s == alias {
		return ByAlias
	}
	return ByName
}

// liking is how like a form is to another, in nats.
type liking struct {
	form  int32
	worth float64
}

// What missing tokens cost per nat of their worth, what a whole name that is
// the same is worth beyond its tokens, and how much more than all shops' odds
// the tokens of a name can be worth.
const (
	missingHere  = 0.45 // In the gazetteer's name, of those in the query's.
	missingThere = 0.3  // In the query's name, of those in the gazetteer's.
	sameName     = 3
	nameMost     = 6
)

// like returns the forms that are most like f.
func (g *Gazetteer) like(f form) []liking {
	mem := g.pool.Get().(*scratch)
	defer g.pool.Put(mem)
	defer mem.clear()
	runes := []rune(f.text)
	tokens := tokensOf(nil, runes)
	rarest := int32(math.MaxInt32)
	total := float32(0)
	for _, t := range tokens {
		total += g.weight(t)
		if s := g.tokens[t]; s.until > s.from {
			rarest = min(rarest, s.until-s.from)
		}
	}
	for _, t := range tokens {
		s := g.tokens[t]
		if n := s.until - s.from; n > postingsMax && n > rarest {
			total -= g.weight(t)
			continue
		}
		w := g.weight(t)
		for _, form := range g.postings[s.from:s.until] {
			if mem.shared[form] == 0 {
				mem.touched = append(mem.touched, form)
			}
			mem.shared[form] += w
		}
	}
	exact := int32(-1)
	if len(runes) >= 2 {
		exact = g.forms.find(hashOf(runes))
	}
	var all []liking
	for _, form := range mem.touched {
		shared := mem.shared[form]
		v := min(float64(shared), g.prior()+nameMost) - missingHere*float64(total-shared)
		v -= missingThere * math.Max(0, float64(g.weights[form]-shared))
		if form == exact {
			v += sameName
		}
		if v > g.prior()-4 {
			all = append(all, liking{form, v})
		}
	}
	slices.SortFunc(all, func(a, b liking) int {
		if a.worth != b.worth {
			return map[bool]int{true: -1, false: 1}[a.worth > b.worth]
		}
		return int(a.form - b.form)
	})
	return all[:min(len(all), formsMax)]
}

func (m *scratch) clear() {
	for _, f := range m.touched {
		m.shared[f] = 0
	}
	m.touched = m.touched[:0]
}

// byMention returns the shops that bear a form found in a text.
func (g *Gazetteer) byMention(m mention) []candidate {
	var all []candidate
	members := g.members[g.starts[m.form]:g.starts[m.form+1]]
	for _, s := range members[:min(len(members), entriesMax)] {
		v := -lost[s.shape()]
		all = append(all, candidate{entry: s.entry(), name: v, why: []Reason{{evidenceOf(s.shape()), v}}})
	}
	return all
}

// asWords returns the odds that a mention is a shop's name rather than words
// that happen to be there, as evidence against it: the weight of "no shop".
func (g *Gazetteer) asWords(f folded, m mention) float64 {
	odds := wordsOdds(f.runes[m.begin:m.end])
	if float64(g.weights[m.form]) < g.prior()*0.6 {
		odds -= 2 // It is made of common words.
	}
	if m.begin > 0 && f.gap[m.begin] == 0 && strings.ContainsRune(pronouns, f.runes[m.begin-1]) {
		odds = min(odds, everydayOdds)
	}
	around := string(f.runes[max(0, m.begin-8):m.begin]) + "\n" + string(f.runes[m.end:min(len(f.runes), m.end+12)])
	for _, c := range cues {
		if strings.Contains(around, c) {
			odds += 1.5
			break
		}
	}
	if branchBehind(f, m.end) != "" {
		odds += 3
	}
	return -odds
}

// everydayOdds is how sure words of every day are a name, in nats.
const everydayOdds = -1.6

// wordsOdds is how sure a text alone makes it that a name of these characters
// is meant, in nats. Longer ones are seldom there by chance.
func wordsOdds(name []rune) float64 {
	n, odds := len(name), everydayOdds
	if latin(name[0]) {
		n, odds = (n+1)/2, 2*everydayOdds // The eye knows a name by its capital, which is not here.
	}
	if slices.Contains(everyday, string(name)) {
		return odds
	}
	return [...]float64{-2, -2, 0, 1.8, 3, 4}[min(n, 5)]
}

// weigh brings all evidence to the candidates of one name. none is the weight
// of no shop at all, in nats.
func (g *Gazetteer) weigh(all []candidate, s scene, none float64) reading {
	if len(all) == 0 {
		return reading{}
	}
	top := 0
	for i := range all {
		c := &all[i]
		more := g.evidence(&g.entries[c.entry], s)
		c.weight = c.name
		for _, r := range more {
			c.weight += r.Strength
		}
		c.why = append(c.why, more...)
		if c.name > all[top].name {
			top = i
		}
	}
	likest := &g.entries[all[top].entry]
	other := g.unlisted(likest) * math.Exp(all[top].name)
	total := math.Exp(none) + other
	for _, c := range all {
		total += math.Exp(c.weight)
	}
	for i := range all {
		all[i].probability = math.Exp(all[i].weight) / total
	}
	slices.SortFunc(all, likelier)
	r := reading{candidates: all, chain: g.entries[all[0].entry].chain}
	if r.chain != "" {
		for _, c := range all {
			if g.entries[c.entry].chain == r.chain {
				r.ofChain += c.probability
			}
		}
		if r.chain == likest.chain {
			r.ofChain += other / total
		}
	}
	r.candidates = all[:min(len(all), matchesMax)]
	return r
}

// unlisted is how many branches of a shop's brand, in shares of one, are
// reckoned with that the gazetteer does not have.
func (g *Gazetteer) unlisted(k *known) float64 {
	n := float64(g.chains[k.chain])
	switch {
	case k.chain != "" && n >= 2:
		return 0.2 * n
	case k.branch != "":
		return 0.35
	}
	return 0.1
}
