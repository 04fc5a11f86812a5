package curate

import "math"

// A scale brings what texts say of single aspects to the stars of its city.
// Words alone sound milder than the stars beside them: read for themselves, the
// aspects of a shop that everybody gives five stars would all lie near four.
// One line serves all aspects, so that what people praise least stays least.
type scale struct {
	Said  float64 `json:"said"`  // Mean of what texts say of aspects; 0 if too few do.
	Rated float64 `json:"rated"` // Mean rating of the same notes, once for each aspect.
	Slope float64 `json:"slope"`
}

const (
	scaleLeast = 200 // Sayings from which on a scale is learnt.
	slopeMost  = 2.5 // Words may be so much milder than stars, and no more.
)

// A scaling adds up what a scale is learnt from.
type scaling struct{ n, said, rated, said2, rated2 float64 }

// add takes what one note's text says of its aspects and how it rates.
func (s *scaling) add(r fitNote) {
	rated := float64(r.Rating) / 100
	for a, v := range r.Said {
		if v > 0 && (a >= len(r.Subs) || r.Subs[a] == 0) {
			said := float64(v) / 10
			s.n++
			s.said += said
			s.said2 += said * said
			s.rated += rated
			s.rated2 += rated * rated
		}
	}
}

// learn returns the line that gives the sayings the mean and the spread of the
// ratings. It never makes differences smaller.
func (s scaling) learn() scale {
	if s.n < scaleLeast {
		return scale{}
	}
	said, rated := s.said/s.n, s.rated/s.n
	spread := func(squares, mean float64) float64 { return math.Sqrt(max(squares/s.n-mean*mean, 1e-6)) }
	return scale{Said: said, Rated: rated, Slope: min(slopeMost, max(1, spread(s.rated2, rated)/spread(s.said2, said)))}
}

// of brings one saying, 1 to 5, to the city's scale.
func (s scale) of(said float64) float64 {
	if s.Said == 0 {
		return said
	}
	return min(5, max(1, s.Rated+(said-s.Said)*s.Slope))
}
