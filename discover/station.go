package discover

import (
	"context"
	"math"
	"time"

	"citywalk/db"
	"citywalk/geo"
)

const (
	// stationFar is how far a metro station may be that is named as the way to a
	// shop, in metres.
	stationFar = 1500

	stationsLife = 10 * time.Minute
)

// A Way is the nearest metro station of a place.
type Way struct {
	Station Place
	Metres  float64 // As the crow flies.
}

// Nearest returns the metro station of a city that is nearest to a point; ok is
// false if none is within a walk.
func (s *Service) Nearest(ctx context.Context, city string, at geo.Point, now time.Time) (w Way, ok bool, err error) {
	all, err := s.stations.get(city, now, stationsLife, func() (all []Place, err error) {
		err = s.DB.View(ctx, func(tx *db.Tx) error {
			all, err = Places(tx, city, Metro)
			return err
		})
		return all, err
	})
	w.Metres = math.Inf(1)
	for _, p := range all {
		if d := geo.Distance(at, p.Point); d <= stationFar && d < w.Metres {
			w, ok = Way{p, d}, true
		}
	}
	return w, ok, err
}
