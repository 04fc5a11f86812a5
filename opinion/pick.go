package opinion

// Evidence is a clause that may be shown as a reason for a score.
type Evidence struct {
	Note, Author int // Which; equal numbers are equal notes and authors.
	Clause       Clause
	Text         string  // The clause's words.
	Weight       float64 // How much the note is believed, 1 - p(fake): 0..1.
}

// pickMost is the most evidence that is ever shown.
const pickMost = 6

// Pick chooses up to n (at most 6) pieces of evidence and returns their places
// in all, the best first. Greedily, each next one adds most of: aspects that
// were not covered, the polarity of which too little was said when content (the
// share of content, 0..1) is the truth, and authors who were not heard; times
// its weight. The strongest negative is always among them.
func Pick(all []Evidence, content float64, n int) []int {
	n = min(n, pickMost, len(all))
	if n <= 0 {
		return nil
	}
	p := picker{all: all, content: content, chosen: make([]bool, len(all))}
	worst := -1
	for i, e := range all {
		if e.Clause.Polarity < 0.5 && (worst < 0 || p.against(e) > p.against(all[worst])) {
			worst = i
		}
	}
	if worst >= 0 {
		p.take(worst)
	}
	for len(p.order) < n {
		best, most := -1, 0.0
		for i, e := range all {
			if gain := p.gain(e); !p.chosen[i] && gain > most {
				best, most = i, gain
			}
		}
		if best < 0 {
			break
		}
		p.take(best)
	}
	return p.order
}

// A picker is a pick under way.
type picker struct {
	all     []Evidence
	content float64
	chosen  []bool
	order   []int
	covered [Aspects]int
	good    int
}

// against is how strongly e speaks against the shop.
func (p *picker) against(e Evidence) float64 { return e.Weight * (0.5 - e.Clause.Polarity) }

func (p *picker) take(i int) {
	p.chosen[i] = true
	p.order = append(p.order, i)
	for a := range Aspects {
		if p.all[i].Clause.Aspects.Has(a) {
			p.covered[a]++
		}
	}
	if p.all[i].Clause.Polarity >= 0.5 {
		p.good++
	}
}

// gain is what e would add to what was chosen.
func (p *picker) gain(e Evidence) float64 {
	gain := 0.0
	for a := range Aspects {
		if e.Clause.Aspects.Has(a) {
			gain += 1 / float64(1+p.covered[a]*p.covered[a]*4)
		}
	}
	want := p.content * float64(len(p.order)+1)
	if good := e.Clause.Polarity >= 0.5; good == (float64(p.good) < want) {
		gain++
	}
	heard := 1.0
	for _, i := range p.order {
		switch {
		case p.all[i].Note == e.Note || p.all[i].Text == e.Text:
			heard = 0.1
		case p.all[i].Author == e.Author:
			heard = min(heard, 0.3)
		}
	}
	return gain * heard * sure(e.Clause.Polarity) * e.Weight
}

// sure is how clearly a clause speaks, a quarter to one.
func sure(polarity float64) float64 { return 0.25 + 1.5*max(polarity-0.5, 0.5-polarity) }
