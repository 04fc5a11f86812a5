package curate

import (
	"citywalk/opinion"
)

// model is the text model in use.
func (s *Service) model() *opinion.Model {
	if s.Reader != nil {
		return s.Reader
	}
	return opinion.Default()
}

// understand fills in what the text says. The author's own stars and marks
// stand before it.
func (s *Service) understand(r *reading, d Draft) {
	m := s.model()
	r.Rating = d.Stars
	if r.Rating == 0 {
		r.Rating = m.Rating(d.Text)
	}
	said := m.Ratings(m.Clauses(d.Text))
	for a := range r.Marks {
		r.Marks[a] = d.Marks[a]
		if r.Marks[a] == 0 {
			r.Marks[a] = float64(said[a])
		}
	}
	// The database has signed numbers; the bits are the same.
	r.likeness = int64(opinion.SimHash(d.Text))
}
