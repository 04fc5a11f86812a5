package score

import (
	"cmp"
	"math"
	"slices"
)

// A OneShop is a shop with its notes, to be scored again. Authors of notes are
// indexes into Authors and Standings; the notes' Shop is not looked at.
type OneShop struct {
	Shop      Shop
	Notes     []Note
	Before    []Finding // What was last found of each note; zero for a new one. Nil if all are new.
	Authors   []Author
	Standings []Standing // As the last Fit left them.
	Checks    []Check
	Last      Estimate // The last Fit's; zero for a new shop.
}

// Score scores one shop again from what the last Fit learnt. What it finds is
// for the notes in their order.
func (m *Model) Score(in OneShop) (Estimate, []Finding) {
	order := make([]int, len(in.Notes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(in.Notes[a].Day, in.Notes[b].Day) })
	note := func(i int) *Note { return &in.Notes[order[i]] }
	notes := make([]line, len(in.Notes))
	m.open(notes, note)
	fresh := make([]int32, len(in.Authors))
	for i := range notes {
		if !in.part(order[i]).Counted {
			fresh[notes[i].author]++
		}
	}
	m.observe(notes, note, func(i int) (Author, Standing) {
		a := notes[i].author
		st := in.standing(a)
		st.Notes += fresh[a]
		return in.Authors[a], st
	})
	m.place(in, order, notes)
	v := sight{before: m.Prior.of(in.Shop, in.own()), notes: notes, note: note, checks: in.Checks}
	m.settle(v)
	return m.tell(in, v, order)
}

// place gives each note what its author's notes at other shops say.
func (m *Model) place(in OneShop, order []int, notes []line) {
	here := make([]Standing, len(in.Authors))
	for i := range notes {
		if p := in.part(order[i]); p.Counted {
			h := &here[notes[i].author]
			h.Notes++
			h.Suspicion += float64(p.Suspicion)
			h.Expected += m.Usual[notes[i].polarity]
			h.Residual += float64(p.Residual)
			h.Weight += float64(p.Weight)
		}
	}
	for i := range notes {
		n := &notes[i]
		st, h := in.standing(n.author), here[n.author]
		m.seat(n, st.Residual-h.Residual, st.Weight-h.Weight)
		n.x[record] = float32(recordOf(float64(st.Notes-h.Notes), st.Suspicion-h.Suspicion, st.Expected-h.Expected))
	}
}

// part is what a note has in its author's standing.
func (in *OneShop) part(i int) Part {
	if i >= len(in.Before) {
		return Part{}
	}
	return in.Before[i].Part
}

func (in *OneShop) standing(a int32) Standing {
	if int(a) >= len(in.Standings) {
		return Standing{}
	}
	return in.Standings[a]
}

// own is what the chain was told of the shop.
func (in *OneShop) own() float64 {
	if in.Last.Settled == 0 {
		return math.NaN()
	}
	return in.Last.Settled
}

// tell makes the estimate and the findings.
func (m *Model) tell(in OneShop, v sight, order []int) (Estimate, []Finding) {
	found := make([]Finding, len(order))
	_, t := m.view(v)
	e := m.estimate(v, &t)
	e.Settled = in.Last.Settled
	taken := m.findings(v.notes, func(i int, f Finding) {
		f.Part = in.part(order[i])
		found[order[i]] = f
	})
	e.Reasons = taken.reasons()
	var post [cells]float32
	for q := range post {
		post[q] = float32(t.post[q])
	}
	e.rise(&post, m.Bar)
	return e, found
}
