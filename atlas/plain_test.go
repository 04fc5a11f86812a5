package atlas

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// A plain index looks at every document for every query. It is what the real
// one must agree with.
type plain struct {
	docs map[string]Doc
	dfs  map[Term]int // Counted since the last change.
}

func (p *plain) apply(b Batch) {
	p.dfs = nil
	for _, id := range b.Delete {
		delete(p.docs, id)
	}
	for _, d := range b.Put {
		p.docs[d.ID] = d.tidy()
	}
}

func (p *plain) df(t Term) int {
	if p.dfs == nil {
		p.dfs = map[Term]int{}
		for _, d := range p.docs {
			for _, w := range d.Terms {
				p.dfs[w.Term]++
			}
		}
	}
	return p.dfs[t]
}

func weightOf(d Doc, t Term) uint8 {
	i, ok := slices.BinarySearchFunc(d.Terms, t, func(w Weighted, t Term) int { return cmp.Compare(w.Term, t) })
	if !ok {
		return 0
	}
	return d.Terms[i].Weight
}

type ranked struct {
	hit Hit
	key float64
	doc Doc
}

func (p *plain) search(q Query) (Answer, error) {
	q, err := q.tidy()
	if err != nil {
		return Answer{}, err
	}
	var all []ranked
	for _, d := range p.docs {
		if r, ok := p.rank(&q, d); ok {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.key, a.key), cmp.Compare(a.hit.ID, b.hit.ID))
	})
	var a Answer
	if q.Facets {
		a.Facets = p.facets(&q, all)
	}
	if q.After.on {
		from := slices.IndexFunc(all, func(r ranked) bool {
			return r.key < q.After.key || r.key == q.After.key && r.hit.ID > q.After.id
		})
		if from < 0 {
			from = len(all)
		}
		all = all[from:]
	}
	for _, r := range all[:min(len(all), q.Limit)] {
		a.Hits = append(a.Hits, r.hit)
	}
	if len(all) > q.Limit {
		last := all[q.Limit-1]
		a.Next = Cursor{q.Sort, true, last.key, last.hit.ID}
	}
	return a, nil
}

func (p *plain) rank(q *Query, d Doc) (ranked, bool) {
	if !p.passes(&q.Filter, d) {
		return ranked{}, false
	}
	text, matched, ok := p.text(q, d)
	if !ok {
		return ranked{}, false
	}
	r := ranked{hit: Hit{ID: d.ID, Matched: matched, Payload: string(d.Payload)}, doc: d}
	near, h := 0.0, 0.0
	m := newMixer(q)
	if q.Near != nil {
		o := newOrigin(*q.Near)
		h = o.h(fixed(d.Point.Lat), fixed(d.Point.Lng))
		near = m.nearness(h)
		r.hit.Distance = metres(h)
		if r.hit.Distance > q.Within {
			return ranked{}, false
		}
	}
	switch q.Sort {
	case Distance:
		r.key = -h
	case Score:
		r.key = float64(d.Score)
	case Saving:
		r.key = float64(d.Saving)
	default:
		r.key = m.best(text, m.rest(near, float64(d.Prior), float64(share(q.Taste[d.Category]))))
	}
	r.hit.Score = float32(r.key)
	if q.Sort == Distance {
		r.hit.Score = float32(r.hit.Distance)
	}
	return r, true
}

func (p *plain) passes(f *Filter, d Doc) bool {
	in := func(set []string, label string) bool { return len(set) == 0 || slices.Contains(set, label) }
	switch {
	case !in(f.Categories, d.Category), !in(f.Districts, d.District), !in(f.Areas, d.Area),
		(f.PriceMin > 0 || f.PriceMax > 0) && (d.Price == 0 || d.Price < f.PriceMin || f.PriceMax > 0 && d.Price > f.PriceMax),
		!f.OpenAt.IsZero() && !openAt(d.Opens, d.Closes, momentOf(f.OpenAt)),
		!f.CardAt.IsZero() && !d.Card.holds(momentOf(f.CardAt)),
		d.Flags&f.All != f.All, f.Some != 0 && d.Flags&f.Some == 0, d.Flags&f.None != 0:
		return false
	}
	return true
}

// text returns how well the document matches, and by what.
func (p *plain) text(q *Query, d Doc) (float64, []Match, bool) {
	if len(q.Clauses) == 0 {
		return 1, nil, true
	}
	var matched []Match
	sum, whole := 0.0, 0.0
	for c := range q.Clauses {
		m, weight := p.clause(&q.Clauses[c], d)
		whole += weight
		if m.Phrase >= 0 {
			sum += weight * float64(m.Worth)
			m.Clause = c
			matched = append(matched, m)
		}
	}
	if len(matched) == 0 || len(matched) < len(q.Clauses)-q.Loose {
		return 0, nil, false
	}
	return sum / whole, matched, true
}

// clause returns the clause's best phrase, and how much the clause says.
func (p *plain) clause(c *Clause, d Doc) (Match, float64) {
	m, weight := Match{Phrase: -1}, idf(len(p.docs), 0)
	for i := range c.Any {
		ph := &c.Any[i]
		present, whole, most, missing := 0.0, 0.0, 0.0, 0
		for _, t := range ph.Terms {
			v := idf(len(p.docs), p.df(t))
			whole, most = whole+v, max(most, v)
			if w := weightOf(d, t); w > 0 {
				present += v * float64(w) / 255
			} else {
				missing++
			}
		}
		weight = min(weight, most)
		if worth := float32(ph.worth(present, whole)); missing <= ph.Lack && (m.Phrase < 0 || worth > m.Worth) {
			m.Phrase, m.Worth = i, worth
		}
	}
	return m, weight
}

func (p *plain) facets(q *Query, all []ranked) *Facets {
	f := &Facets{Bands: make([]int, len(q.Bands))}
	step := 1
	if len(all) > facetMax {
		step, f.About = sampleStep, true
	}
	var labels [3]map[string]int
	for i := range labels {
		labels[i] = map[string]int{}
	}
	for _, r := range all {
		if step > 1 && !sampled(r.hit.ID) {
			continue
		}
		f.Total += step
		for i, l := range []string{r.doc.Category, r.doc.District, r.doc.Area} {
			labels[i][l] += step
		}
		for flags := r.doc.Flags; flags != 0; flags &= flags - 1 {
			f.Flags[bits.TrailingZeros32(uint32(flags))] += step
		}
		if b := band(q.Bands, r.doc.Price); b >= 0 {
			f.Bands[b] += step
		}
	}
	f.Categories, f.Districts, f.Areas = counts(labels[0]), counts(labels[1]), counts(labels[2])
	return f
}

func (p *plain) suggest(prefix string, k int) []Suggestion {
	type text struct {
		kind byte
		text string
	}
	weights := map[text]int64{}
	for _, d := range p.docs {
		for _, s := range d.Says {
			if slices.ContainsFunc(s.Keys, func(k string) bool { return strings.HasPrefix(k, prefix) }) {
				weights[text{s.Kind, s.Text}] += int64(s.Weight)
			}
		}
	}
	var all []Suggestion
	for t, w := range weights {
		all = append(all, Suggestion{t.kind, t.text, w})
	}
	slices.SortFunc(all, func(a, b Suggestion) int {
		return cmp.Compare(rankOf(b.Kind, []byte(b.Text), b.Weight), rankOf(a.Kind, []byte(a.Text), a.Weight))
	})
	return all[:min(len(all), max(k, 0), suggestMax)]
}
