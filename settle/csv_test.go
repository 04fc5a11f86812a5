package settle

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"citywalk/db/dbtest"
)

// TestCSV fixes the columns, which merchants' own programs rely on, and case
// G17: a name that is a formula stays text.
func TestCSV(t *testing.T) {
	s := &Service{Zone: dbtest.Zone}
	st := Statement{Name: "=HYPERLINK(\"http://x\")", Day: "2026-03-02"}
	at := time.Date(2026, 3, 2, 15, 59, 59, 0, time.UTC)
	var b strings.Builder
	err := s.CSV(&b, st, []Line{
		{"red_1", "R1", "一间茶馆, 二楼", at, false, 12850, 1285, 11565, 69, 11496},
		{"red_1", "R1", "\t=1", at, true, -12850, -1285, -11565, -69, -11496},
	})
	if err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok {
		t.Error("there is no byte order mark")
	}
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	want := [][]string{
		{"merchant", "day", "kind", "receipt", "redemption", "shop", "at", "bill", "off", "paid", "fee", "net"},
		{"'=HYPERLINK(\"http://x\")", "2026-03-02", "redemption", "R1", "red_1", "一间茶馆, 二楼", "2026-03-02T23:59:59+08:00", "128.50", "12.85", "115.65", "0.69", "114.96"},
		{"'=HYPERLINK(\"http://x\")", "2026-03-02", "undo", "R1", "red_1", "'\t=1", "2026-03-02T23:59:59+08:00", "-128.50", "-12.85", "-115.65", "-0.69", "-114.96"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for _, c := range []struct{ in, want string }{
		{"@SUM", "'@SUM"}, {"+1", "'+1"}, {"-1", "'-1"}, {"\r=1", "'\r=1"}, {"＝1", "'＝1"}, {"\ufeff=1", "'\ufeff=1"}, {" =1", "' =1"}, {"\u200b@x", "'\u200b@x"}, {"", ""}, {"a=b", "a=b"},
	} {
		if got := inert(c.in); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
		}
	}
}
