package curate

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"citywalk/db"
	"citywalk/opinion"
	"citywalk/score"
	"citywalk/shop"
)

// A Quote is a clause of a note that says why a shop is, or is not, loved.
type Quote struct {
	Note     NoteID           `json:"note"`
	Text     string           `json:"text"`
	Aspects  []opinion.Aspect `json:"aspects"`
	Polarity float64          `json:"polarity"` // 0 discontent to 1 content.
	Written  time.Time        `json:"written"`
	Visited  bool             `json:"visited"` // Written after a redemption at the shop.
}

const (
	quotesMax  = 6
	quoteNotes = 400 // The latest notes are searched for quotes.
	quoteMin   = 4   // Characters of a quote.
	quoteLong  = 80
	suspectMax = 3
)

// basis is what a decision about the shop rests on at this moment.
func (s *Service) basis(tx *db.Tx, sh shop.Shop) (Basis, error) {
	b := Basis{Evidence: []Quote{}}
	m, err := findModel(tx, sh.City)
	if err != nil && !errors.Is(err, errNoModel) {
		return b, err
	}
	b.Bar = m.Bar
	sc, err := findScore(tx, sh.ID)
	switch {
	case errors.Is(err, db.ErrNone):
	case err != nil:
		return b, err
	default:
		b.Score = &sc
	}
	notes, err := notesOf(tx, sh.ID, quoteNotes)
	if err != nil {
		return b, err
	}
	b.Evidence = s.quotes(notes, sc)
	visits, err := visitsTo(tx, sh.ID)
	b.Visits = len(visits)
	return b, err
}

// quotes picks the clauses that say most: aspects covered, good and bad in
// proportion, different authors, the strongest negative always among them. A
// note that looks bought weighs as little here as in the score.
func (s *Service) quotes(notes []Note, sc Score) []Quote {
	content := min(1, max(0, (sc.Mean-1)/4))
	weights := map[NoteID]float64{}
	for _, f := range sc.Found {
		weights[f.Note] = f.Weight
	}
	m := s.model()
	authors := map[Author]int{}
	var all []opinion.Evidence
	for i, n := range notes {
		who, known := authors[n.Author]
		if !known {
			who = len(authors)
			authors[n.Author] = who
		}
		weight, seen := weights[n.ID]
		if !seen {
			weight = 1
		}
		for _, c := range m.Clauses(n.Text) {
			if c.Aspects == 0 || !quotable(n.Text[c.From:c.To]) {
				continue
			}
			all = append(all, opinion.Evidence{Note: i, Author: who, Clause: c, Text: n.Text[c.From:c.To], Weight: weight})
		}
	}
	quotes := []Quote{}
	for _, i := range opinion.Pick(all, content, quotesMax) {
		e := all[i]
		n := notes[e.Note]
		q := Quote{Note: n.ID, Text: strings.Join(strings.Fields(e.Text), " "), Polarity: milli(e.Clause.Polarity), Written: n.Written, Visited: n.Visit != ""}
		for a := range opinion.Aspects {
			if e.Clause.Aspects.Has(a) {
				q.Aspects = append(q.Aspects, a)
			}
		}
		quotes = append(quotes, q)
	}
	return quotes
}

// quotable reports whether a clause can stand for itself.
func quotable(s string) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(s))
	return n >= quoteMin && n <= quoteLong
}

// A Suspect is a note that looks bought, with why. It tells nothing of its
// author.
type Suspect struct {
	Note     Note
	Found    Found
	Label    score.Label // What this reviewer said of it.
	Comments []Comment   // What others wrote below it.
}

// suspects are the notes that most look bought, the most suspicious first.
func suspects(notes []Note, found []Found) []Suspect {
	byID := map[NoteID]Note{}
	for _, n := range notes {
		byID[n.ID] = n
	}
	sorted := slices.Clone(found)
	slices.SortStableFunc(sorted, func(a, b Found) int {
		switch {
		case a.PFake > b.PFake:
			return -1
		case a.PFake < b.PFake:
			return 1
		}
		return strings.Compare(string(a.Note), string(b.Note))
	})
	var all []Suspect
	for _, f := range sorted {
		n, there := byID[f.Note]
		if len(all) == suspectMax {
			break
		}
		if there {
			all = append(all, Suspect{Note: n, Found: f})
		}
	}
	return all
}
