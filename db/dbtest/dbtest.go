// Package dbtest gives tests an empty database of each engine and proves the
// ledger when the test ends.
package dbtest

import (
	"testing"
	"time"

	"citywalk/db"
)

// Zone is the time zone of test programmes.
var Zone = time.FixedZone("CST", 8*60*60)

// Day is where test clocks start.
var Day = time.Date(2026, 3, 2, 10, 0, 0, 0, Zone)

// A Clock stands still until it is told to move. It is safe for concurrent use.
type Clock struct{ _ int }

func (c *Clock) Now() time.Time          { panic("not built") }
func (c *Clock) Set(t time.Time)         { panic("not built") }
func (c *Clock) Advance(d time.Duration) { panic("not built") }

// Each runs fn as a subtest on SQLite and on PostgreSQL.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB, clock *Clock)) { panic("not built") }

// Open returns an empty migrated database of one engine, closed and proved
// when the test ends.
func Open(t testing.TB, engine db.Engine) (*db.DB, *Clock) { panic("not built") }

// Data returns the path of a public data set ("chinatravel-poi/restaurants/restaurants_shanghai.csv").
// It looks in $CITYWALK_DATA, else in ../shared/data beside the repository. A
// missing set fails the test unless CITYWALK_TEST_SKIP names "data".
func Data(t testing.TB, name string) string { panic("not built") }
