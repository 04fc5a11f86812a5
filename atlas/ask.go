package atlas

import "slices"

// An ask is a query made ready for the documents that there are: its terms
// without repetition, and what each of them says.
type ask struct {
	q       *Query
	mix     mixer
	from    origin
	taste   float64 // Largest liking.
	asked   []Term
	idf     []float64
	phrases []askPhrase
	clauses []askClause
	whole   float64 // What all clauses weigh.
	need    int     // How many must match.
}

type askPhrase struct {
	*Phrase
	number int      // In its clause.
	refs   []uint16 // Into asked.
	idf    float64  // Of all its terms.
}

// askClause is the phrases from..to.
type askClause struct {
	from, to int
	weight   float64
}

// prepare reads a tidy query against a state.
func prepare(q *Query, s *state) *ask {
	a := &ask{q: q, mix: newMixer(q)}
	if q.Near != nil {
		a.from = newOrigin(*q.Near)
	}
	for _, liking := range q.Taste {
		a.taste = max(a.taste, float64(share(liking)))
	}
	for i := range q.Clauses {
		a.clause(&q.Clauses[i], s)
	}
	a.need = len(q.Clauses)
	if a.need > 0 {
		a.need = max(1, a.need-q.Loose)
	}
	return a
}

func (a *ask) clause(c *Clause, s *state) {
	k := askClause{from: len(a.phrases), weight: idf(s.live, 0)}
	for i := range c.Any {
		p := askPhrase{Phrase: &c.Any[i], number: i}
		most := 0.0
		for _, t := range c.Any[i].Terms {
			r := a.ref(t, s)
			p.refs = append(p.refs, r)
			p.idf, most = p.idf+a.idf[r], max(most, a.idf[r])
		}
		k.weight = min(k.weight, most)
		a.phrases = append(a.phrases, p)
	}
	k.to = len(a.phrases)
	a.whole += k.weight
	a.clauses = append(a.clauses, k)
}

// ref returns a term's place in terms.
func (a *ask) ref(t Term, s *state) uint16 {
	if i := slices.Index(a.asked, t); i >= 0 {
		return uint16(i)
	}
	n := 0
	for _, v := range s.views {
		if i, ok := v.dict.find(t); ok {
			n += v.df(i)
		}
	}
	a.asked, a.idf = append(a.asked, t), append(a.idf, idf(s.live, n))
	return uint16(len(a.asked) - 1)
}
