package opinion

// A Clause is a part of a text between marks, line breaks or turns ("but").
type Clause struct {
	From, To int     // Bytes of the text: text[From:To].
	Aspects  Set     // Which sides of the shop it speaks of; may be none.
	Polarity float64 // Probability that its writer is content, 0..1.
	Negated  bool    // Whether a word of it was turned round by a negation.
}

// A hit is a word of the lexicon in a clause.
type hit struct {
	from, to int // Units of the text.
	aspects  Set
	said     float64
}

// A cutter makes clauses of a text.
type cutter struct {
	model   *Model
	reader  reader
	clauses []Clause
	hits    []hit
	room    [16]hit
	now     Clause
	sum, n  int
	units   int // Of the clause, without marks.
	heading Set
}

// Clauses cuts the text and says of each part which aspects it speaks of and
// how. A part without a letter, a number or an emoji is none. The parts are in
// the order of the text and do not overlap.
func (m *Model) Clauses(text string) []Clause {
	c := cutter{model: m, reader: read(text)}
	c.hits = c.room[:0]
	for c.reader.next() {
		c.take()
	}
	c.end()
	return c.clauses
}

// take adds the unit that was read to the clause, or ends it there.
func (c *cutter) take() {
	r := &c.reader
	if u := r.unit; u.kind == line || u.kind == mark && ends(u.rune) {
		c.end()
		if u.rune != ':' {
			return
		}
		if n := len(c.clauses); n > 0 && c.clauses[n-1].Aspects != 0 {
			c.heading = c.clauses[n-1].Aspects
		}
		return
	} else if u.kind == mark && c.units == 0 {
		r.n = 0
		return
	}
	if r.word != nil && r.word.role == turns && c.units >= int(r.word.units) {
		c.end()
	}
	c.add()
}

func ends(r rune) bool {
	switch r {
	case '.', ',', '!', '?', ';', ':', '~', '(', ')', '[', ']', '|', '/':
		return true
	}
	return false
}

// add counts the unit in.
func (c *cutter) add() {
	r := &c.reader
	if c.units == 0 {
		c.now.From = r.unit.from
	}
	if r.unit.kind != mark {
		c.units++
		c.now.To = r.unit.to
	}
	for _, k := range r.keys[:r.n] {
		c.sum += int(c.model.weights[k>>c.model.shift])
	}
	c.n += r.n
	if r.denied {
		c.sum += int(c.model.weights[(r.word.key^mirror)>>c.model.shift])
		c.n++
		c.now.Negated = true
	}
	if w := r.word; w != nil && w.role == tells {
		c.now.Aspects |= w.aspects
	}
}

// end closes the clause.
func (c *cutter) end() {
	if c.units > 0 {
		c.now.Polarity = logistic(c.model.logit(c.sum, c.n))
		if c.now.Aspects == 0 {
			c.now.Aspects = c.heading
		}
		c.clauses = append(c.clauses, c.now)
	}
	c.now, c.sum, c.n, c.units = Clause{}, 0, 0, 0
	c.reader.n = 0
	c.reader.denials = [grams + 1]denial{}
}

// Ratings returns how many stars, 1..5, the clauses give each aspect; 0 where
// it is not mentioned.
func (m *Model) Ratings(clauses []Clause) [Aspects]float32 {
	var sum, n [Aspects]float64
	for _, c := range clauses {
		for a := range Aspects {
			if c.Aspects.Has(a) {
				sum[a] += c.Polarity
				n[a]++
			}
		}
	}
	var stars [Aspects]float32
	for a := range stars {
		if n[a] > 0 {
			stars[a] = float32(1 + 4*sum[a]/n[a])
		}
	}
	return stars
}
