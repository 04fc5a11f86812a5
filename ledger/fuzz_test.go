package ledger

import (
	"testing"
	"time"
)

// FuzzDay shows that a day has one spelling, and that days follow each other.
func FuzzDay(f *testing.F) {
	for _, s := range []string{"2026-03-02", "2028-02-29", "2026-02-29", "2026-02-30", "9999-12-31", "0000-01-01", "2026-3-2", "2026-03-02T00:00:00Z", "now", "1772418000000", " 2026-03-02", "２０２６-03-02"} {
		f.Add(s)
	}
	zone := time.FixedZone("CST", 8*60*60)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDay(s)
		if err != nil {
			return
		}
		if len(s) != 10 || string(d) != s || DayOf(d.Start(zone), zone) != d {
			t.Fatalf("%q is taken as %q, which begins on %q", s, d, DayOf(d.Start(zone), zone))
		}
		if next := d.Next(1); next <= d || next.Sub(d) != 1 || !next.Start(zone).After(d.Start(zone)) {
			t.Fatalf("after %q comes %q", d, next)
		}
	})
}
