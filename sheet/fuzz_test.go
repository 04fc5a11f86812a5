package sheet

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRows reads any bytes as either format: it comes to an end, names a line
// of the file for every row, and keeps to the bound of a record.
func FuzzRows(f *testing.F) {
	for _, s := range []string{"编号,内容\n1,好\n", "内容\n\"a\nb\"\n\"\n\"\n", "\xEF\xBB\xBF内容\r\n\r\n\"\"\"\"\r\n", "内容\n" + strings.Repeat("x", 300) + "\n",
		`{"内容":"a"}` + "\n" + `{"内容":"\ud800"}`, `{"内容":{"$oid":"x"}}`, `{"内容":` + strings.Repeat("[", 50), "{}{}", "null", "\xff\xfe"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, text string, isJSON bool) {
		o := Options{Format: CSV, Columns: columns, RecordMax: 200}
		if isJSON {
			o.Format = JSONL
		}
		r, err := Open(strings.NewReader(text), o)
		for last := 0; err == nil; {
			var row Row
			if row, err = r.Next(); err != nil {
				break
			}
			if row.Line <= last || row.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("line %d after %d", row.Line, last)
			}
			last = row.Line
			for field, cell := range row.Fields {
				if len(cell) > 2*o.RecordMax || row.Bad != nil || isJSON && !utf8.ValidString(cell) {
					t.Fatalf("line %d, %s: %q", row.Line, field, cell)
				}
			}
			if row.Bad != nil && (row.Bad.En == "" || row.Bad.Zh == "") {
				t.Fatalf("line %d has no reason", row.Line)
			}
		}
		var broken Broken
		var missing Missing
		if !errors.Is(err, io.EOF) && !errors.Is(err, ErrEncoding) && !errors.As(err, &broken) && !errors.As(err, &missing) {
			t.Fatal(err)
		}
	})
}

// FuzzDict reads any cell: what it takes is within its bounds, and a cell that
// it wrote itself is read again.
func FuzzDict(f *testing.F) {
	for _, s := range []string{"{'口味': '3.5', '环境': 4}", `{"a":"b\"c"}`, "{'$oid': 'x'}", "{}", "{'a':{}}", "{'a" + "\\", "{,}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		all, ok := Dict(cell)
		if len(all) > entriesMax || !ok && all != nil {
			t.Fatalf("%d entries, %v", len(all), ok)
		}
		if Plain(cell) != cell && (len(all) != 1 || !strings.HasPrefix(all[0].Name, "$")) {
			t.Fatalf("%q is plain %q", cell, Plain(cell))
		}
		var b strings.Builder
		for _, e := range all {
			quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
			b.WriteString("'" + quoted.Replace(e.Name) + "':'" + quoted.Replace(e.Value) + "',")
		}
		if ok && b.Len() < dictMax-2 {
			again, good := Dict("{" + b.String() + "}")
			if !good || len(again) != len(all) {
				t.Fatalf("%q again: %v", cell, again)
			}
			for i := range all {
				if again[i] != all[i] {
					t.Fatalf("%q again: %q, was %q", cell, again[i], all[i])
				}
			}
		}
	})
}
