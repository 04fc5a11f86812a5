// Package discover is how members find a shop: by words, on the map, in lists,
// and whether the card is of use where they are.
package discover

import (
	"time"

	"citywalk/db"
	"citywalk/shop"
)

// Service is what the package does.
type Service struct {
	DB   *db.DB
	Zone *time.Location

	honours  fresh[shop.ID, Honour]
	weeks    fresh[string, Week]
	stations fresh[string, []Place]
}
