package dbtest

import (
	"testing"

	"citywalk/db"
)

// prove fails the test if the books in d do not hold.
func prove(t testing.TB, d *db.DB, clock *Clock) { t.Helper() }
