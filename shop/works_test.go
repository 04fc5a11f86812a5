package shop

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"citywalk/ledger"
	"citywalk/money"
)

var shanghai = time.FixedZone("CST", 8*3600)

// A Thursday.
func thursday(hour, minute int) time.Time {
	return time.Date(2026, 11, 26, hour, minute, 0, 0, shanghai)
}

func TestWhenTheCardWorks(t *testing.T) {
	lunch := []Hours{{Days: []time.Weekday{1, 2, 3, 4, 5}, From: 11 * 60, Until: 14 * 60}}
	late := []Hours{{From: 22 * 60, Until: 26 * 60}}
	for _, c := range []struct {
		name   string
		shop   Shop
		at     time.Time
		now    bool
		change time.Time
	}{
		{"hours unknown, no windows", Shop{Opens: -1, Closes: -1}, thursday(3, 0), true, time.Time{}},
		{"open until the evening", Shop{Opens: 540, Closes: 1320}, thursday(12, 0), true, thursday(22, 0)},
		{"opens tomorrow", Shop{Opens: 540, Closes: 1320}, thursday(22, 0), false, thursday(9+24, 0)},
		{"past midnight", Shop{Opens: 1020, Closes: 1560}, thursday(1, 0), true, thursday(2, 0)},
		{"all round the clock", Shop{Opens: 0, Closes: 1440}, thursday(0, 0), true, time.Time{}},
		{"lunch is near", Shop{Opens: 540, Closes: 1320, Terms: Terms{Hours: lunch}}, thursday(10, 0), false, thursday(11, 0)},
		{"at lunch", Shop{Opens: 540, Closes: 1320, Terms: Terms{Hours: lunch}}, thursday(11, 0), true, thursday(14, 0)},
		{"over the weekend", Shop{Opens: 540, Closes: 1320, Terms: Terms{Hours: lunch}}, thursday(24+14, 0), false, thursday(4*24+11, 0)},
		{"opens within the window", Shop{Opens: 690, Closes: 1320, Terms: Terms{Hours: lunch}}, thursday(11, 0), false, thursday(11, 30)},
		{"a night's window", Shop{Opens: -1, Closes: -1, Terms: Terms{Hours: late}}, thursday(1, 59), true, thursday(2, 0)},
		{"until a blackout day", Shop{Opens: -1, Closes: -1, Terms: Terms{Blackout: []ledger.Day{"2026-11-27"}}}, thursday(12, 0), true, thursday(24, 0)},
		{"through two of them", Shop{Opens: 540, Closes: 1320, Terms: Terms{Blackout: []ledger.Day{"2026-11-26", "2026-11-27"}}}, thursday(12, 0), false, thursday(48+9, 0)},
		{"paused", Shop{Opens: -1, Closes: -1, State: Paused}, thursday(12, 0), false, time.Time{}},
		{"never open while the terms apply", Shop{Opens: 1000, Closes: 1320, Terms: Terms{Hours: lunch}}, thursday(12, 0), false, time.Time{}},
	} {
		if c.shop.State == "" {
			c.shop.State = Live
		}
		c.shop.Terms.Kind, c.shop.Terms.Percent = Percent, 10
		got := c.shop.CardAt(c.at)
		if got.Now != c.now || !got.Change.Equal(c.change) {
			t.Errorf("%s: %v until %v, want %v until %v", c.name, got.Now, got.Change, c.now, c.change)
		}
	}
	if w := (Shop{State: Live, Opens: -1, Closes: -1}).CardAt(thursday(12, 0)); w.Now {
		t.Error("the card works where no terms are")
	}
}

// TestCardWorksWhenTheTillTakesIt compares with the till's own arithmetic,
// minute by minute.
func TestCardWorksWhenTheTillTakesIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Shop{State: Live, Opens: -1, Closes: -1, Terms: Terms{Kind: Percent, Percent: 10}}
		if rapid.Bool().Draw(t, "hours known") {
			s.Opens = rapid.IntRange(0, day-1).Draw(t, "opens")
			s.Closes = s.Opens + rapid.IntRange(1, day).Draw(t, "open for")
		}
		for range rapid.IntRange(0, 3).Draw(t, "windows") {
			from := rapid.IntRange(0, day-1).Draw(t, "from")
			s.Terms.Hours = append(s.Terms.Hours, Hours{Days: rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 6), func(d int) time.Weekday { return time.Weekday(d) }), 0, 3).Draw(t, "days"),
				From: from, Until: from + rapid.IntRange(1, day).Draw(t, "lasts")})
		}
		first := ledger.DayOf(thursday(0, 0), shanghai)
		for range rapid.IntRange(0, 2).Draw(t, "blackouts") {
			s.Terms.Blackout = append(s.Terms.Blackout, first.Next(rapid.IntRange(0, 3).Draw(t, "day")))
		}
		at := thursday(0, rapid.IntRange(0, day-1).Draw(t, "now"))
		takes := func(at time.Time) bool {
			_, err := s.Terms.Take(100*money.Yuan, at)
			open, known := s.OpenAt(at)
			return err == nil && (open || !known)
		}
		got := s.CardAt(at)
		if got.Now != takes(at) {
			t.Fatalf("works %v at %v, the till says otherwise", got.Now, at)
		}
		end := got.Change
		if end.IsZero() {
			end = at.AddDate(0, 0, 2)
		} else if takes(end) == got.Now {
			t.Fatalf("nothing changes at %v", end)
		}
		for m := at; m.Before(end); m = m.Add(time.Minute) {
			if takes(m) != got.Now {
				t.Fatalf("from %v it is said to stay %v until %v, but at %v it does not", at, got.Now, got.Change, m)
			}
		}
	})
}

func TestTermsAreReadWithoutWhatIsOver(t *testing.T) {
	all := []ledger.Day{"2026-10-01", "2026-11-26", "2026-12-25"}
	now := Terms{Blackout: all}.From("2026-11-26")
	if !slices.Equal(now.Blackout, all[1:]) || len(all) != 3 || all[0] != "2026-10-01" {
		t.Errorf("on the day itself: %v of %v", now.Blackout, all)
	}
	if late := (Terms{Blackout: all}).From("2027-01-01"); late.Blackout != nil {
		t.Errorf("afterwards: %v", late.Blackout)
	}
}
