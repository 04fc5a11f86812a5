package curate

import (
	"math"
	"strings"
	"testing"
	"time"

	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/opinion"
)

func TestTimesThatAreRead(t *testing.T) {
	at := time.Date(2024, 2, 3, 12, 0, 0, 0, dbtest.Zone)
	for cell, want := range map[string]time.Time{
		"2024-02-03T12:00:00+08:00": at, "2024-02-03T04:00:00Z": at, "2024-02-03 12:00": at, "2024-02-03 12:00:05": at.Add(5 * time.Second),
		"2024-2-3": at.Add(-12 * time.Hour), "2024/2/3 12:00": at, " 2024-02-03 12:00\n更新于 2024-03-01 08:00": at, "更新于 2024-02-03 12:00": at,
		"2024-02-03 12:00 更新于 2024-03-01": at, "1706932800": at, "1706932800000": at, "1706932800.25": at,
	} {
		if got, ok := readTime(cell, dbtest.Zone); !ok || !got.Equal(want) {
			t.Errorf("%q is %v %v, want %v", cell, got, ok, want)
		}
	}
	for _, cell := range []string{"", "昨天", "2024-02-30", "2024-02-03 25:00", "02-03", "20240203", "-1706932800", "1e9", "99999999999999999999", "2024-02-03 12:00 PM", strings.Repeat("1", 5000)} {
		if got, ok := readTime(cell, dbtest.Zone); ok {
			t.Errorf("%q is taken for %v", cell, got)
		}
	}
}

func TestStarsThatAreRead(t *testing.T) {
	for cell, want := range map[string]float64{"": 0, "4.5": 4.5, "4.5星": 4.5, " 4.5 分": 4.5, "5": 5, "1": 1, "★★★★☆": 4, "★": 1, "⭐⭐⭐": 3, "⭐️⭐️": 2, "4.70": 4.7} {
		if got, ok := readStars(cell); !ok || got != want {
			t.Errorf("%q is %g %v, want %g", cell, got, ok, want)
		}
	}
	for _, cell := range []string{"0", "0.5", "5.5", "9.2", "10", "-4", "NaN", "Inf", "4,5", "4.5.", "1e0", "☆★★★★", "☆☆☆☆☆", "★★★★★★", "★★☆", "★4", "好", "星"} {
		if got, ok := readStars(cell); ok || got != 0 {
			t.Errorf("%q is taken for %g", cell, got)
		}
	}
}

func TestCountsThatAreRead(t *testing.T) {
	for cell, want := range map[string]int{"": -1, "0": 0, "12": 12, "1,234": 1234, "1.2万": 12_000, "10w+": 100_000, "3k": 3_000, "12.0": 12, "1000000000": 1_000_000_000} {
		if got, ok := readCount(cell); !ok || got != want {
			t.Errorf("%q is %d %v, want %d", cell, got, ok, want)
		}
	}
	for _, cell := range []string{"-1", "1.5", "赞", "+", "万", "1e3", "999999999999", "1.2.3", "NaN", "100001万", strings.Repeat("9", 400)} {
		if got, ok := readCount(cell); ok || got != -1 {
			t.Errorf("%q is taken for %d", cell, got)
		}
	}
}

func TestSubsThatAreRead(t *testing.T) {
	got, ok := readSubs("{'口味': '3.5', '服务': '4.5', '环境': 4, '食材': '1.0', '性价比': '2'}")
	want := [opinion.Aspects]string{opinion.Taste: "3.5", opinion.Service: "4.5", opinion.Environment: "4", opinion.Price: "2"}
	if !ok || got != want {
		t.Errorf("%v %v", got, ok)
	}
	if _, ok := readSubs("口味 3.5"); ok {
		t.Error("what is no dictionary is taken for one")
	}
}

// FuzzTime: a time that is read is one that a database keeps and the same text
// of it is read again.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"2024-02-03 12:00\n更新于 2024-02-04", "1706932800.5", "2024/2/3", "9999-12-31T23:59:59+23:59", "0001-01-01", "更新于更新于"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		at, ok := readTime(cell, dbtest.Zone)
		if !ok {
			return
		}
		if y := at.UTC().Year(); y < -1 || y > 10_000 {
			t.Fatalf("%q is of the year %d", cell, y)
		}
		if at.Year() >= 1 && at.Year() < 10_000 {
			again, ok := readTime(at.UTC().Format(time.RFC3339), dbtest.Zone)
			if at.UTC().Year() >= 0 && at.UTC().Year() < 10_000 && (!ok || !again.Equal(at.Truncate(time.Second))) {
				t.Fatalf("%q is %v, and then %v", cell, at, again)
			}
		}
	})
}

// FuzzMeasures: whatever a cell holds, stars are none or from 1 to 5, a count is
// unknown or a count, and a position is in China.
func FuzzMeasures(f *testing.F) {
	for _, s := range []string{"4.5星", "★★★☆☆", "1.2万", "NaN", "-0", "0x1p4", "31.2", "{'口味': '5'}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if v, ok := readStars(cell); v != 0 && (!starred(v) || !ok) || math.IsNaN(v) {
			t.Fatalf("%q is %g stars", cell, v)
		}
		if n, ok := readCount(cell); n < -1 || n > countMax || n >= 0 && !ok {
			t.Fatalf("%q is %d", cell, n)
		}
		if p, ok := readPoint(geo.GCJ02, cell, "121.4"); ok && !geo.InChina(p) {
			t.Fatalf("%q is at %v", cell, p)
		}
		marks, ok := readSubs(cell)
		for _, m := range marks {
			if v, _ := readStars(m); v != 0 && (!ok || !starred(v)) {
				t.Fatalf("%q has the mark %g", cell, v)
			}
		}
	})
}
