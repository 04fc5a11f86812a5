package discover

import (
	"slices"
	"time"

	"citywalk/parlance"
)

// An Instead is the nearest thing there is to what was asked and not found:
// the same question without some of its conditions.
type Instead struct {
	Gave    []parlance.Part // What of the words had to be given up.
	Part    bool            // Not all words are there.
	Dropped []Condition     // What had to be given up of what was chosen beside them.
	Hits    []Hit
}

// A Condition is a part of a question.
type Condition string

const (
	CardHour   Condition = "card"    // That the card works now.
	OpenHour   Condition = "open"    // That it is open now.
	Kindness   Condition = "gives"   // What the card does there.
	Listed     Condition = "listed"  // That it is on the curated list, or has notes after paid visits.
	PriceRange Condition = "price"   // What it costs.
	Nearness   Condition = "near"    // How far it is, or in which part of the city.
	CardAtAll  Condition = "no_card" // That it takes the card at all.
	Words      Condition = "words"   // What was typed, or the category.
)

// conditions are given up in this order, the smallest first. Each function
// takes one away and reports whether it was there.
var conditions = []struct {
	is   Condition
	drop func(*question) bool
}{
	{CardHour, func(x *question) bool { had := x.Card; x.Card = false; return had }},
	{OpenHour, func(x *question) bool { had := x.Open; x.Open = false; return had }},
	{Kindness, func(x *question) bool { had := x.Gives != ""; x.Gives = ""; return had }},
	{Listed, func(x *question) bool {
		had := x.Curated || x.Proved
		x.Curated, x.Proved = false, false
		return had
	}},
	{PriceRange, func(x *question) bool {
		had := x.PriceMin > 0 || x.PriceMax > 0
		x.PriceMin, x.PriceMax = 0, 0
		return had
	}},
	{Nearness, func(x *question) bool {
		had := x.Within > 0 || len(x.Districts)+len(x.Areas) > 0
		x.Within, x.Districts, x.Areas = 0, nil, nil
		return had
	}},
	{CardAtAll, func(x *question) bool { had := !x.Everywhere; x.Everywhere = true; return had }},
	{Words, func(x *question) bool {
		had := len(x.parts)+len(x.Categories) > 0
		x.asks, x.Categories = []parlance.Ask{{}}, nil
		return had
	}},
}

// insteadShown is how many shops are offered instead.
const insteadShown = 3

// instead answers a question to which there is no answer. First the words give
// something up; then of what was chosen one thing alone, the smallest that
// helps; then one thing after the other. If the city has nothing at all there is
// nothing instead either.
func (t *town) instead(x question, local time.Time) (Answer, error) {
	x.Limit = insteadShown
	empty := Answer{Understood: x.parts, Sort: x.Sort, From: x.Near}
	best, err := t.forgive(x, local)
	x.empty = nil // Of what is asked from here on nothing is known.
	if best != nil || err != nil {
		empty.Instead = best
		return empty, err
	}
	for _, c := range conditions {
		alone := x
		if !c.drop(&alone) {
			continue
		}
		if best, err = t.forgive(alone, local); best != nil || err != nil {
			return empty.instead(best, c.is), err
		}
	}
	var dropped []Condition
	for _, c := range conditions {
		if !c.drop(&x) {
			continue
		}
		dropped = append(dropped, c.is)
		if best, err = t.forgive(x, local); best != nil || err != nil {
			return empty.instead(best, dropped...), err
		}
	}
	return empty, nil
}

func (a Answer) instead(i *Instead, dropped ...Condition) Answer {
	if i != nil {
		i.Dropped = dropped
		a.Instead = i
	}
	return a
}

// forgive takes the first ask of a question that finds something; nil is none.
func (t *town) forgive(x question, local time.Time) (*Instead, error) {
	for i, ask := range x.asks {
		if slices.Contains(x.empty, i) {
			continue
		}
		a, err := t.find(x, ask, local)
		if err != nil {
			return nil, err
		}
		if len(a.Hits) > 0 {
			return &Instead{Gave: ask.Gave, Part: ask.Loose > 0, Hits: a.Hits}, nil
		}
	}
	return nil, nil
}
