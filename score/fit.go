package score

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// A Model is what a Fit learnt of a city: nothing of single notes or authors.
type Model struct {
	Mean    float64 `json:"mean"`
	Between float64 `json:"between"`
	Within  float64 `json:"within"`
	Bar     float64 `json:"bar"`
}

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

// Fit learns the city and scores all its shops. An error names the first thing
// in the town that cannot be.
func Fit(ctx context.Context, t *Town, o Options) (*Model, *Result, error) {
	for i, n := range t.Notes {
		if n.Shop < 0 || int(n.Shop) >= len(t.Shops) || n.Author < 0 || int(n.Author) >= len(t.Authors) || !(n.Rating >= 1 && n.Rating <= 5) {
			return nil, nil, fmt.Errorf("score: note %d cannot be: %+v", i, n)
		}
	}
	byShop := make([][]Note, len(t.Shops))
	m := &Model{Mean: 3, Between: 0.2, Within: 0.8, Bar: o.Bar}
	if len(t.Notes) > 0 {
		m.Mean = 0
	}
	for _, n := range t.Notes {
		byShop[n.Shop] = append(byShop[n.Shop], n)
		m.Mean += n.Rating / float64(len(t.Notes))
	}
	r := &Result{Notes: make([]Finding, len(t.Notes)), Authors: make([]Standing, len(t.Authors))}
	for i, n := range t.Notes {
		r.Notes[i].Weight = 1
		r.Authors[n.Author].Notes++
	}
	var means []float64
	for s := range t.Shops {
		e, _ := m.Score(OneShop{Shop: t.Shops[s], Notes: byShop[s]})
		r.Shops = append(r.Shops, e)
		means = append(means, e.Mean)
	}
	if slices.Sort(means); m.Bar == 0 && len(means) > 0 {
		m.Bar = means[len(means)*9/10]
	}
	r.Bar = m.Bar
	for s := range r.Shops {
		r.Shops[s].Above = math.Erfc((m.Bar-r.Shops[s].Mean)/r.Shops[s].SD/math.Sqrt2) / 2
	}
	return m, r, ctx.Err()
}

// Score scores one shop again from what the last Fit learnt.
func (m *Model) Score(in OneShop) (Estimate, []Finding) {
	sum := m.Mean * m.Within / m.Between
	k := m.Within / m.Between
	for _, n := range in.Notes {
		sum += n.Rating
	}
	all := k + float64(len(in.Notes))
	e := Estimate{Mean: sum / all, SD: math.Sqrt(m.Within / all), Notes: len(in.Notes), Effective: float64(len(in.Notes))}
	e.Lo, e.Hi, e.Rank = e.Mean-1.645*e.SD, e.Mean+1.645*e.SD, e.Mean
	e.Above = math.Erfc((m.Bar-e.Mean)/e.SD/math.Sqrt2) / 2
	found := make([]Finding, len(in.Notes))
	for i := range found {
		found[i].Weight = 1
	}
	return e, found
}
