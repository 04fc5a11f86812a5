package curate

import (
	"context"
	"errors"
	"math"
	"time"

	"citywalk/db"
	"citywalk/jobs"
	"citywalk/score"
	"citywalk/shop"
)

// Rescore scores one shop anew from what the last fit of its city learnt. If
// there was no fit yet it asks for one.
func (s *Service) Rescore(ctx context.Context, id shop.ID) error {
	var in oneShop
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		in, err = loadOne(tx, id)
		return err
	})
	if errors.Is(err, errNoModel) {
		return s.DB.Update(ctx, func(tx *db.Tx) error { return FitLater(tx, in.city) })
	}
	if err != nil || len(in.Notes) == 0 {
		return err
	}
	estimate, findings := in.model.Score(in.OneShop)
	found := make([]Found, len(findings))
	for i, f := range findings {
		found[i] = Found{Note: in.ids[i], Finding: slim(f)}
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		scored := Scored{Shop: id, City: in.city, Score: Score{Estimate: estimate, Given: given(in.model, estimate), Found: found, Recent: in.recent, Scored: in.at}}
		if err := putScore(tx, scored); err != nil {
			return err
		}
		// The queue follows within a minute; many shops share one look at it.
		at := tx.Now().Truncate(time.Minute).Add(time.Minute)
		return jobs.Enqueue(tx, QueueKind, in.city+"/"+at.Format(time.RFC3339), at, fitJob{City: in.city})
	})
}

// A oneShop is a shop as Score sees it, with whose each row is.
type oneShop struct {
	score.OneShop
	model  *score.Model
	scale  scale
	city   string
	ids    []NoteID
	recent int
	at     time.Time
}

func loadOne(tx *db.Tx, id shop.ID) (in oneShop, err error) {
	in.at = tx.Now()
	sh, err := shop.Find(tx, id)
	if err != nil {
		return in, err
	}
	in.city = sh.City
	m, err := findModel(tx, sh.City)
	if err != nil {
		return in, err
	}
	in.model, in.scale = m.Model, m.Scale
	last, err := findScore(tx, id)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return in, err
	}
	in.Last, in.Shop = last.Estimate, score.Shop{Category: -1, Chain: -1}
	before := map[NoteID]score.Finding{}
	for _, f := range last.Found {
		before[f.Note] = f.Finding
	}
	if err := in.loadNotes(tx, id, before); err != nil {
		return in, err
	}
	checks, err := checksAt(tx, id)
	for _, c := range checks {
		in.Checks = append(in.Checks, score.Check{Value: float64(c.Value) / 10, SD: visitSD})
	}
	return in, err
}

func (in *oneShop) loadNotes(tx *db.Tx, id shop.ID, before map[NoteID]score.Finding) error {
	labels, err := labelsAt(tx, id)
	if err != nil {
		return err
	}
	standings, err := standingsAt(tx, in.city, id)
	if err != nil {
		return err
	}
	authors := map[Author]int32{}
	return eachShopNote(tx, id, func(r fitNote) error {
		who, known := authors[r.Author]
		if !known {
			who = int32(len(in.Authors))
			authors[r.Author] = who
			st, kept := standings[r.Author]
			if !kept {
				st = standing{Followers: -1}
			}
			a := score.Author{Followers: st.Followers, Created: st.Created}
			if a.Created == 0 {
				a.Created = math.NaN()
			}
			in.Authors, in.Standings = append(in.Authors, a), append(in.Standings, st.Standing)
		}
		in.Authors[who] = r.about(in.Authors[who])
		n := r.note(who, 0, in.scale)
		n.Label = labels[r.ID]
		if r.Written.After(in.at.Add(-365 * day)) {
			in.recent++
		}
		in.Notes, in.ids, in.Before = append(in.Notes, n), append(in.ids, r.ID), append(in.Before, before[r.ID])
		return nil
	})
}
