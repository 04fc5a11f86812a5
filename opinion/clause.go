package opinion

// A Clause is a part of a text between marks, line breaks or turns ("but").
type Clause struct {
	From, To int     // Bytes of the text: text[From:To].
	Aspects  Set     // Which sides of the shop it speaks of; may be none.
	Polarity float64 // Probability that its writer is content, 0..1.
	Negated  bool    // Whether a word of it was turned round by a negation.
}

// A cutter makes clauses of a text.
type cutter struct {
	model   *Model
	reader  reader
	clauses []Clause
	now     Clause
	sum, n  int
	units   int  // Of the clause, without marks.
	said    bool // Whether a word of it praises or blames.
	bare    Set  // The aspects of the clause before, if it only names them.
	heading Set  // The aspects of the last "环境：".
}

// Clauses cuts the text and says of each part which aspects it speaks of and
// how. A part without a letter, a number or an emoji is none. The parts are in
// the order of the text and do not overlap.
func (m *Model) Clauses(text string) []Clause {
	c := cutter{model: m, reader: read(text)}
	for c.reader.next() {
		c.take()
	}
	c.end()
	return c.clauses
}

// breath is after how many units a space between Chinese characters ends a
// clause: many people write spaces for commas.
const breath = 4

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
		r.cut()
		return
	}
	if r.unit.gap && r.unit.kind == glyph && c.units >= breath {
		c.end()
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
	for _, k := range r.found[:r.runs] {
		c.sum += int(c.model.weights[k>>c.model.shift])
	}
	for _, at := range r.told[:r.telling] {
		c.sum += int(c.model.weights[len(c.model.weights)-toldPlaces+int(at)])
	}
	c.n += r.runs + r.telling
	c.now.Negated = c.now.Negated || r.denied
	if w := r.word; w != nil && w.role == tells {
		c.now.Aspects |= w.aspects
		c.said = c.said || w.said != 0
	}
}

// end closes the clause.
func (c *cutter) end() {
	if c.units > 0 {
		c.now.Polarity = logistic(c.model.logit(c.sum, c.n))
		own := c.now.Aspects
		if own == 0 {
			c.now.Aspects = c.heading
			if c.bare != 0 {
				c.now.Aspects = c.bare
			}
		}
		c.bare = 0
		if !c.said && c.units <= bareMost {
			c.bare = own
		}
		c.clauses = append(c.clauses, c.now)
	}
	c.now, c.sum, c.n, c.units, c.said = Clause{}, 0, 0, 0, false
	c.reader.cut()
}

// bareMost is how many units a clause has that only names an aspect, so that
// the next one says how it is: "服务，没得说".
const bareMost = 4

// quiet is the weight of a clause that says nothing.
const quiet = 0.03

// Ratings returns how many stars, 1..5, the clauses give each aspect; 0 where
// it is not mentioned. A clause weighs the more the more clearly it speaks: five
// dishes that are only named do not dilute that one was bad.
func (m *Model) Ratings(clauses []Clause) [Aspects]float32 {
	var sum, n [Aspects]float64
	for _, c := range clauses {
		for a := range Aspects {
			if c.Aspects.Has(a) {
				weight := quiet + (2*c.Polarity-1)*(2*c.Polarity-1)
				sum[a] += c.Polarity * weight
				n[a] += weight
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
