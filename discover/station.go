package discover

import (
	"context"

	"citywalk/geo"
)

// stationFar is how far a metro station may be that is named as the way to a
// shop, in metres as the crow flies.
const stationFar = 1500

// A Way is the nearest metro station of a place.
type Way struct {
	Station Place
	Metres  float64 // As the crow flies.
}

// Nearest returns the metro station of a city that is nearest to a point; ok is
// false if none is within a walk.
func (s *Service) Nearest(ctx context.Context, city string, at geo.Point) (w Way, ok bool, err error) {
	t, err := s.town(ctx, city)
	if err != nil || t == nil {
		return w, false, err
	}
	for _, r := range t.around.Load().within(at, stationFar) {
		return Way{*r.Place, r.metres}, true, nil
	}
	return w, false, nil
}
