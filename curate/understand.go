package curate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"citywalk/db"
	"citywalk/opinion"
)

// model is the text model in use.
func (s *Service) model() *opinion.Model {
	if s.Reader != nil {
		return s.Reader
	}
	return opinion.Default()
}

// understand fills in what the text says. The author's own stars stand before
// it.
func (s *Service) understand(r *reading, d Draft) {
	r.Marks = d.Marks
	r.Rating, r.said, r.likeness = s.says(d.Text)
	if d.Stars != 0 {
		r.Rating = d.Stars
	}
}

// says reads a text: its rating, its marks by aspect and its SimHash.
func (s *Service) says(text string) (rating float64, marks Marks, likeness int64) {
	m := s.model()
	for a, v := range m.Ratings(m.Clauses(text)) {
		marks[a] = float64(v)
	}
	// The database has signed numbers; the bits are the same.
	return m.Rating(text), marks, int64(opinion.SimHash(text))
}

// fingerprints are those of text models, made once for each.
var fingerprints sync.Map

// fingerprint names the text model in use by its content.
func (s *Service) fingerprint() (string, error) {
	m := s.model()
	if known, ok := fingerprints.Load(m); ok {
		return known.(string), nil
	}
	sum := sha256.New()
	if err := m.Write(sum); err != nil {
		return "", err
	}
	name := hex.EncodeToString(sum.Sum(nil)[:8])
	fingerprints.Store(m, name)
	return name, nil
}

// reread reads the texts of a city's notes again when the last fit was made
// with another text model.
func (s *Service) reread(ctx context.Context, city string) error {
	for after := NoteID(""); ; {
		var batch []unread
		err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
			batch, err = textsOf(tx, city, after)
			return err
		})
		if err != nil || len(batch) == 0 {
			return err
		}
		after = batch[len(batch)-1].ID
		read := make([]reading, len(batch))
		s.spread(len(batch), func(i int) {
			read[i].ID = batch[i].ID
			read[i].Rating, read[i].said, read[i].likeness = s.says(batch[i].Text)
			if batch[i].Stars != 0 {
				read[i].Rating = float64(batch[i].Stars) / 10
			}
		})
		err = s.DB.Update(ctx, func(tx *db.Tx) error {
			for i, r := range read {
				if err := putReading(tx, r, batch[i].Text); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
