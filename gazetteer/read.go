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
	place    words  // Address and district, folded.
	around   string // The text around the name, folded.
	district string
	category string
	area     *area // Where the place is, as far as other shops tell.
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
		place:    wordsOf(strings.TrimSpace(string(fold(q.Address, placeBytesMax).runes) + "\n" + string(fold(q.District, placeBytesMax).runes))),
		district: areaOf(q.District), category: string(fold(q.Category, nameBytesMax).runes), query: q,
	}
	s.area = g.locate(s.place.text)
	text := fold(q.Text, textBytesMax)
	if t := take(q.Name); t.whole != "" {
		named := s
		named.branch, named.around = t.branch, string(text.runes[:min(len(text.runes), 2000)])
		if r := g.weigh(g.byName(t), named); len(r.candidates) > 0 && max(r.candidates[0].probability, r.ofChain) >= leastProbable {
			return []reading{r}
		}
	}
	var all []reading
	type said struct {
		form   int32
		branch string
	}
	seen := map[said]bool{}
	read := 0 // Up to here the text is names and their branches.
	for _, m := range g.forms.scan(text) {
		if m.begin < read {
			continue
		}
		mentioned := s
		mentioned.branch, read = branchBehind(text, m.end)
		again := said{m.form, mentioned.branch}
		if seen[again] {
			continue
		}
		seen[again] = true
		around := text.runes[max(0, m.begin-aroundBefore):m.begin]
		mentioned.around = string(around) + "\n" + string(text.runes[m.end:min(len(text.runes), m.end+aroundBehind)])
		odds := g.nameOdds(text, m)
		all = append(all, g.weigh(g.byMention(m, odds), mentioned))
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
	most := math.Inf(-1)
	for _, v := range best {
		most = max(most, v)
	}
	var entries []int32
	for e, v := range best {
		if v >= most-hopeless {
			entries = append(entries, e)
		}
	}
	slices.Sort(entries)
	all := make([]candidate, len(entries))
	for i, e := range entries {
		all[i] = candidate{entry: e, name: best[e] - g.prior, why: []Reason{{evidenceOf(why[e]), best[e]}}}
	}
	return all
}

// hopeless is how much less like the name a shop may be than the likest, in
// nats, for the rest of the evidence to make up for it.
const hopeless = 10

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
	missingThere = 0.2  // In the query's name, of those in the gazetteer's.
	sameName     = 4
	nameMost     = 8
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
		v := min(float64(shared), g.prior+nameMost) - missingHere*float64(total-shared)
		v -= missingThere * math.Max(0, float64(g.weights[form]-shared))
		if form == exact {
			v += sameName
		}
		if v > g.prior-4 {
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

// byMention returns the shops that bear a form found in a text. odds says how
// sure it is that the form is a name at all.
func (g *Gazetteer) byMention(m mention, odds float64) []candidate {
	var all []candidate
	members := g.members[g.starts[m.form]:g.starts[m.form+1]]
	for _, s := range members[:min(len(members), entriesMax)] {
		v := odds - lost[s.shape()]
		if s.shape() == tail || s.shape() == stem && m.end-m.begin <= 2 {
			v -= 2 // Such words stand in every other note.
		}
		all = append(all, candidate{entry: s.entry(), name: v, why: []Reason{{evidenceOf(s.shape()), v}}})
	}
	return all
}

// nameOdds returns how sure it is, in nats, that a mention is a shop's name
// rather than words that happen to be there.
func (g *Gazetteer) nameOdds(f folded, m mention) float64 {
	odds := wordsOdds(f.runes[m.begin:m.end])
	if float64(g.weights[m.form]) < g.prior*0.6 || isCommon(string(f.runes[m.begin:m.end])) {
		odds -= 3
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
	return odds
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

// weigh brings all evidence to the candidates of one name. The weight of no shop
// at all is one, to which all others are set in relation.
func (g *Gazetteer) weigh(all []candidate, s scene) reading {
	if len(all) == 0 {
		return reading{}
	}
	likest, total := all[0], 1.0
	for i := range all {
		c := &all[i]
		more := g.evidence(&g.entries[c.entry], s)
		c.weight = c.name
		for _, r := range more {
			c.weight += r.Strength
		}
		c.why = append(c.why, more...)
		total += math.Exp(c.weight)
		if c.name > likest.name {
			likest = *c
		}
	}
	alike := 0
	for _, c := range all {
		if c.name >= likest.name-0.5 {
			alike++
		}
	}
	other := unlisted(&g.entries[likest.entry], alike) * math.Exp(likest.name)
	total += other
	for i := range all {
		all[i].probability = math.Exp(all[i].weight) / total
	}
	r := reading{candidates: likeliest(all)}
	if r.chain = g.entries[r.candidates[0].entry].chain; r.chain == "" {
		return r
	}
	for _, c := range all {
		if g.entries[c.entry].chain == r.chain {
			r.ofChain += c.probability
		}
	}
	if g.entries[likest.entry].chain == r.chain {
		r.ofChain += other / total
	}
	return r
}

// likeliest returns the candidates that go into an answer, sorted.
func likeliest(all []candidate) []candidate {
	var top []candidate
	for _, c := range all {
		i := len(top)
		for i > 0 && likelier(c, top[i-1]) < 0 {
			i--
		}
		if i < matchesMax {
			top = slices.Insert(top, i, c)
			top = top[:min(len(top), matchesMax)]
		}
	}
	return top
}

// unlisted is how many branches of a shop's brand, in shares of one, are
// reckoned with that the gazetteer does not have; alike is how many it has. Of
// the pairs in testdata whose brand the list has once, with a branch, 52 are
// that branch and 22 another.
func unlisted(k *known, alike int) float64 {
	switch {
	case alike >= 2:
		return 0.2 * float64(alike)
	case k.branch != "":
		return 0.35
	}
	return 0.1
}
