package discover

import (
	"context"
	"fmt"
	"slices"

	"citywalk/db"
	"citywalk/ledger"
)

// A Reading is what was measured of an area on a day.
type Reading struct {
	Day            ledger.Day
	District       string // Empty: the whole city.
	Reached        int    // Hundredths of a percent; -1 is not known.
	Members        int
	MembersReached int
	Places         int
	PlacesReached  int
	Shops          int
	Categories     int
}

// History returns the last days of a gate, oldest first.
func (s *Service) History(ctx context.Context, city string, gate GateID, days int) (all []Reading, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = db.All[Reading](tx, `
			SELECT day, district, reached, members, members_reached, places, places_reached, shops, categories
			FROM discover_coverage WHERE city = $1 AND gate = $2 AND gate <> '' ORDER BY day DESC LIMIT CAST($3 AS BIGINT)`, city, gate, days)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("discover: read the history of %s: %w", gate, err)
	}
	slices.Reverse(all)
	return all, nil
}

// Covered returns the newest number of every district of a city by the usual
// conditions, the whole city first.
func (s *Service) Covered(ctx context.Context, city string) (all []Reading, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = db.All[Reading](tx, `
			SELECT c.day, c.district, c.reached, c.members, c.members_reached, c.places, c.places_reached, c.shops, c.categories
			FROM discover_coverage c
			WHERE c.city = $1 AND c.gate = '' AND c.day = (
				SELECT MAX(n.day) FROM discover_coverage n WHERE n.city = $1 AND n.gate = '')
			ORDER BY c.district`, city)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("discover: read the coverage of %s: %w", city, err)
	}
	return all, nil
}
