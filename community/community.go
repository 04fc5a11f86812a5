// Package community is what members do with each other's notes: pictures,
// likes, comments, the shop's answer, saving, following, reporting, and the
// feed in which notes are met.
package community

import (
	"time"

	"citywalk/db"
)

// Service is what the package does.
type Service struct {
	DB   *db.DB
	Zone *time.Location
}
