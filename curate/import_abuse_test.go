package curate

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/sheet"
)

// TestImportTakesNoHostileText is A5, A6 and A10 for notes: what is no text,
// deceives, or is deep, crowded or endless is refused row by row with a reason
// and nothing of it kept, and the honest notes around it go in.
func TestImportTakesNoHostileText(t *testing.T) {
	note := func(id, text string) string {
		return `{"id":"` + id + `","shop":"a","author":"u","time":1700000000,"text":"` + text + `"}`
	}
	big := strings.Repeat("x", 10<<20)
	var many strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&many, `"k%d":1,`, i)
	}
	const deep = 10_000
	rows := []struct{ line, refused string }{
		{note("1", "好"), ""},
		{note("2", "全家👨‍👩‍👧‍👦都爱🇨🇳❤️‍🔥"), ""}, // Joiners, flags and selectors belong to emoji.
		{note("3", "می\u200cخواهم"), ""},     // And to letters.
		{note("4", "e"+strings.Repeat("\u0301", 500)), ""},
		{note("5", strings.Repeat("字", 10_000)), ""},
		{note("6", strings.Repeat("字", 10_001)), "text"},
		{note("7", "反\u202E了"), "text"},
		{note("8", `反\u2066了`), "text"},
		{note("9", `零\u0000字`), "text"},
		{note("10", `非字符\uffff`), "text"},
		{note("11", `半个\ud83d`), ""},
		{note("12", "不是 UTF-8 \xff"), ""},
		{note("13", big), ""},
		{`{` + many.String() + note("14", "好")[1:], ""},
		{`{"text":` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + `,"id":"15","shop":"a","author":"u","time":1700000000}`, "text"},
		{strings.Repeat(`{"a":`, deep) + "1" + strings.Repeat("}", deep), "text"},
		{note("17", "好") + note("18", "好"), ""},
		{note("1\u202E9", "好"), "id"},
		{note("20", "好"), ""},
	}
	good := map[string]bool{"1": true, "2": true, "3": true, "4": true, "5": true, "20": true}
	each(t, func(t *testing.T, g *rig) {
		g.known("web")
		var file []string
		for _, row := range rows {
			file = append(file, row.line)
		}
		r := g.bring(strings.Join(file, "\n"), web)
		if r.Added != len(good) || r.Rows != len(rows) || r.Refused != len(rows)-len(good) {
			t.Errorf("%d of %d went in, %d were refused: %+v", r.Added, r.Rows, r.Refused, r.Problems)
		}
		for id := range good {
			if n := g.note("web", id); n.Text == "" {
				t.Errorf("%s is not kept", id)
			}
		}
		for _, p := range r.Problems {
			if want := rows[p.Line-1].refused; want != "" && p.Field != want && want != "id" || p.Reason == "" || p.Zh == "" || len(p.Reason) > 500 {
				t.Errorf("line %d: %.200v, want %s", p.Line, p, want)
			}
		}
	})
}

// An endless file repeats itself for ever.
type endless struct{ again string }

func (e endless) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		n += copy(b[n:], e.again)
	}
	return n, nil
}

// TestImportIsBounded: the lists of a report do not grow with the file, and a
// line without an end costs no more than a record.
func TestImportIsBounded(t *testing.T) {
	d, clock := dbtest.Open(t, "sqlite")
	g := newRig(t, d, clock)
	r, err := g.Import(ctx, g.ann.Person, io.LimitReader(endless{"{}\n"}, 3*5_000), web)
	if err != nil || r.Refused != 5_000 || len(r.Problems) != problemsMax {
		t.Errorf("%d refused, %d listed, %v", r.Refused, len(r.Problems), err)
	}
	csv := web
	csv.Format = sheet.CSV
	for _, again := range []string{"x", "\"", "\"\n", "\"x\n\n"} {
		r, err := g.Import(ctx, g.ann.Person, io.MultiReader(strings.NewReader("text,time\n"), io.LimitReader(endless{again}, 1<<20)), csv)
		if _, ok := fault.From(err); err != nil && !ok || r.Added != 0 || len(r.Problems) > problemsMax {
			t.Errorf("%q for ever: %d added, %v", again, r.Added, err)
		}
	}
}
