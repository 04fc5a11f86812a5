package ledger

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// TestDayStart shows that a day's start is its first instant, whatever the
// zone does at midnight: days meet without gap or overlap.
func TestDayStart(t *testing.T) {
	zones := []string{"Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia",
		"America/Havana", "Asia/Beirut", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		day := Day("1990-01-01").Next(rapid.IntRange(0, 20000).Draw(t, "days"))
		if zone.String() == "Pacific/Apia" && day == "2011-12-30" {
			t.Skip("a day that was left out of the calendar")
		}
		start := day.Start(zone)
		if got := DayOf(start, zone); got != day {
			t.Fatalf("%v is on %s, want %s", start, got, day)
		}
		if got := DayOf(start.Add(-time.Nanosecond), zone); got >= day {
			t.Fatalf("a moment before %v is on %s already", start, got)
		}
	})
}

func TestDayArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := Day("2000-01-01").Next(rapid.IntRange(0, 40000).Draw(t, "day"))
		n := rapid.IntRange(-4000, 4000).Draw(t, "n")
		if got := day.Next(n).Sub(day); got != n {
			t.Fatalf("%s is %d days from %s, want %d", day.Next(n), got, day, n)
		}
		if parsed, err := ParseDay(string(day)); err != nil || parsed != day {
			t.Fatalf("ParseDay(%s) = %s, %v", day, parsed, err)
		}
	})
	if got := Day("2028-02-28").Next(1); got != "2028-02-29" {
		t.Errorf("the day after 2028-02-28 is %s", got)
	}
	for _, bad := range []string{"", "2026-2-3", "2026-02-30", "2026-02-03T00:00:00Z", "昨天", "9999-12-31", "3000-01-01", "1969-12-31", "0001-01-01"} {
		if _, err := ParseDay(bad); err == nil {
			t.Errorf("%q is taken for a day", bad)
		}
	}
}
