// Package dbtest gives tests an empty database of each engine and proves the
// ledger when the test ends.
//
// SQLite is a file in the test's own folder. PostgreSQL is a throw-away server
// from the Debian package: one per test process, started when the first test
// asks for it, with a database of its own for each test. Nothing has to be set
// up before and nothing is left behind. Since it lives no longer than the
// tests, it does not wait for the disk; CITYWALK_TEST_FSYNC=1 makes it.
//
// A part that cannot run here fails its tests and says what to install. Only
// CITYWALK_TEST_SKIP, a list such as "postgres,data", leaves parts out.
package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"citywalk/db"
)

// Zone is the time zone of test programmes.
var Zone = time.FixedZone("CST", 8*60*60)

// Day is where test clocks start.
var Day = time.Date(2026, 3, 2, 10, 0, 0, 0, Zone)

// A Clock stands still until it is told to move. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now tells the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t, forwards or backwards.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Each runs fn as a subtest on SQLite and on PostgreSQL.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB, clock *Clock)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			d, clock := Open(t, engine)
			fn(t, d, clock)
		})
	}
}

// Open returns an empty migrated database of one engine, closed and proved
// when the test ends.
func Open(t testing.TB, engine db.Engine) (*db.DB, *Clock) {
	t.Helper()
	clock := &Clock{now: Day}
	d := open(t, URL(t, engine), clock)
	t.Cleanup(func() {
		prove(t, d, clock)
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d, clock
}

// Again opens another handle on d's database under the same clock, as a second
// node would. It is closed when the test ends.
func Again(t testing.TB, d *db.DB, clock *Clock) *db.DB {
	t.Helper()
	other := open(t, d.URL(), clock)
	t.Cleanup(func() { other.Close() })
	return other
}

// URL makes an empty migrated database of one engine and returns what db.Open
// takes. The database goes when the test ends. Open is the usual way.
func URL(t testing.TB, engine db.Engine) string {
	t.Helper()
	if engine == db.Postgres {
		return postgresURL(t, template)
	}
	return sqlitePath(t)
}

// Bare returns what db.Open takes for a database without any schema.
func Bare(t testing.TB, engine db.Engine) string {
	t.Helper()
	if engine == db.Postgres {
		return postgresURL(t, "template1")
	}
	return filepath.Join(t.TempDir(), "bare.db")
}

func open(t testing.TB, url string, clock *Clock) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, db.Options{Clock: clock.Now})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return d
}

// sqliteEmpty is the bytes of a migrated SQLite file.
var sqliteEmpty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "citywalk-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "empty.db")
	if err := migrate(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func sqlitePath(t testing.TB) string {
	t.Helper()
	empty, err := sqliteEmpty()
	if err != nil {
		t.Fatalf("make an empty SQLite database: %v", err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// migrate brings the database at url to the product's schema.
func migrate(url string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return err
	}
	_, err = d.Migrate(ctx, db.Schema())
	return errors.Join(err, d.Close())
}

// Data returns the path of a public data set ("chinatravel-poi/restaurants/restaurants_shanghai.csv").
// It looks in $CITYWALK_DATA, else in ../shared/data beside the repository. A
// missing set fails the test unless CITYWALK_TEST_SKIP names "data".
func Data(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("CITYWALK_DATA")
	if root == "" {
		root = filepath.Join(repository(t), "..", "shared", "data")
	}
	path := filepath.Join(root, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		Skip(t, "data")
		t.Fatalf("the public data set %s is not there: set CITYWALK_DATA to the folder that holds it, or leave these tests out with CITYWALK_TEST_SKIP=data", name)
	}
	return path
}

// repository returns the folder that holds go.mod.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = up
	}
}

// Skip leaves the test out if CITYWALK_TEST_SKIP names the part, and says so.
func Skip(t testing.TB, part string) {
	t.Helper()
	for _, p := range strings.Split(os.Getenv("CITYWALK_TEST_SKIP"), ",") {
		if strings.TrimSpace(p) == part {
			fmt.Fprintf(os.Stderr, "%s: left out, CITYWALK_TEST_SKIP names %q\n", t.Name(), part)
			t.SkipNow()
		}
	}
}
