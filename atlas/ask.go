package atlas

import (
	"cmp"
	"slices"
)

// An ask is a query made ready for the documents that there are: its terms
// without repetition, and what each of them says.
type ask struct {
	q       *Query
	mix     mixer
	from    origin
	taste   float64 // Largest liking.
	asked   []Term
	idf     []float64
	numbers []uint32 // Of each term in each view, one more; 0 where there is none.
	refs    []uint16 // Into asked, of all phrases.
	rare    []uint16 // The same, those of a phrase with the fewest postings first.
	phrases []askPhrase
	clauses []askClause
	order   []int   // Clauses, those with the fewest postings first.
	whole   float64 // What all clauses weigh.
	need    int     // How many must match.
	slack   int     // How many may be missing.
}

type askPhrase struct {
	*Phrase
	number int      // In its clause.
	refs   []uint16 // Into asked.
	rare   []uint16 // The same, those with the fewest postings in the view first.
	idf    float64  // Of all its terms.
	most   float64  // What it can be worth in the view; -1 if it cannot match, or another is as good.
}

// askClause is the phrases from..to.
type askClause struct {
	from, to int
	weight   float64
	most     float64 // What it can be worth in the view; -1 if it cannot match.
	cost     int     // How many postings stand for it in the view.
	sifted   bool    // Whether the sieve of the view leaves only what matches.
}

// prepare reads a tidy query against a state.
func (a *ask) prepare(q *Query, s *state) {
	*a = ask{q: q, mix: newMixer(q), asked: a.asked[:0], idf: a.idf[:0], numbers: a.numbers[:0], refs: a.refs[:0], rare: a.rare[:0],
		phrases: a.phrases[:0], clauses: a.clauses[:0], order: a.order[:0]}
	if q.Near != nil {
		a.from = newOrigin(*q.Near)
	}
	for _, liking := range q.Taste {
		a.taste = max(a.taste, float64(share(liking)))
	}
	if a.need = len(q.Clauses); a.need == 0 {
		return
	}
	for i := range q.Clauses {
		a.clause(&q.Clauses[i], s)
	}
	a.need = max(1, a.need-q.Loose)
	a.slack = len(q.Clauses) - a.need
	// The slices of phrases are cut only now, when there are no more to come.
	a.rare = append(a.rare, a.refs...)
	at := 0
	for i := range a.phrases {
		p := &a.phrases[i]
		end := at + len(p.Terms)
		p.refs, p.rare = a.refs[at:end], a.rare[at:end]
		at = end
	}
}

func (a *ask) clause(c *Clause, s *state) {
	k := askClause{from: len(a.phrases), weight: idf(s.live, 0)}
	for i := range c.Any {
		p := askPhrase{Phrase: &c.Any[i], number: i}
		most := 0.0
		for _, t := range c.Any[i].Terms {
			r := a.ref(t, s)
			a.refs = append(a.refs, r)
			p.idf, most = p.idf+a.idf[r], max(most, a.idf[r])
		}
		k.weight = min(k.weight, most)
		a.phrases = append(a.phrases, p)
	}
	k.to = len(a.phrases)
	a.whole += k.weight
	a.order = append(a.order, len(a.clauses))
	a.clauses = append(a.clauses, k)
}

// ref returns a term's place in asked.
func (a *ask) ref(t Term, s *state) uint16 {
	if i := slices.Index(a.asked, t); i >= 0 {
		return uint16(i)
	}
	n := 0
	for _, v := range s.views {
		i, ok := v.dict.find(t)
		if ok {
			n += v.df(i)
			i++
		}
		a.numbers = append(a.numbers, i)
	}
	a.asked, a.idf = append(a.asked, t), append(a.idf, idf(s.live, n))
	return uint16(len(a.asked) - 1)
}

// sort orders the clauses for a view.
func (a *ask) sort() {
	slices.SortFunc(a.order, func(i, j int) int { return cmp.Compare(a.clauses[i].cost, a.clauses[j].cost) })
}
