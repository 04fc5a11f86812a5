package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var columns = []Column{{Field: "id", Name: "编号"}, {Field: "text", Name: "内容", Needed: true}, {Field: "again", Name: "内容"}}

// all reads a text to its end, each row as "line id|text" or "line !why".
func all(t *testing.T, text string, f Format) ([]string, error) {
	t.Helper()
	r, err := Open(strings.NewReader(text), Options{Format: f, Columns: columns, RecordMax: 1000})
	if err != nil {
		return nil, err
	}
	var rows []string
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
		if row.Bad != nil {
			if row.Bad.Zh == "" {
				t.Errorf("line %d has no reason in Chinese", row.Line)
			}
			rows = append(rows, fmt.Sprintf("%d !%s", row.Line, row.Bad.En))
			continue
		}
		if row.Fields["text"] != row.Fields["again"] {
			t.Errorf("line %d: two fields of one column differ", row.Line)
		}
		rows = append(rows, fmt.Sprintf("%d %s|%s", row.Line, row.Fields["id"], row.Fields["text"]))
	}
}

// TestCSV: records over several lines, quotes, blank lines and line ends of
// either kind; a stray quote costs its line and no more.
func TestCSV(t *testing.T) {
	got, err := all(t, "\xEF\xBB\xBF编号, 内容 ,别的\r\n"+
		"1,\"两\r\n行, 和 \"\"引号\"\"\",x\r\n"+ // 2 and 3
		"\r\n"+
		"2,\"没关,x\r\n"+ // 5
		"3,好,x\n"+ // 6
		"4,少一列\n"+ // 7
		"5,中\"间,x\"\n"+ // 8
		"6,"+strings.Repeat("长", 400)+",x\n"+ // 9
		"7,\xff,\n"+ // 10: any bytes
		"8,最后,", CSV)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2 1|两\n行, 和 \"引号\"", "5 !a quote is not closed", "6 3|好", "7 !2 columns, the header has 3",
		"8 !a quote is out of place", "9 !the line is too long", "10 7|\xff", "11 8|最后"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestJSONL: one object a line. Numbers are as they are written, and what is
// nested is JSON.
func TestJSONL(t *testing.T) {
	got, err := all(t, "\xEF\xBB\xBF"+`{"编号":12345678901234567890,"内容":"一\n二","别的":[1]}
{"内容":{"$oid": "x"},"编号":null}

["内容"]
{"内容":"两个"}{"内容":"对象"}
{"内容":"一","内容":"二"}
{"内容":"\ud83d\ude00 \\ud800"}
{"内容":"半\ud83d"}
{"内容":"半\ude00\ud83d"}
{"内容":true
not JSON
{"内容":"\u0000"}
{}
`+"{\"内容\":\"\xff\"}\n"+`{"内容":"`+strings.Repeat("x", 1000)+`"}`, JSONL)
	if err != nil {
		t.Fatal(err)
	}
	const none = "!the line is not one JSON object"
	want := []string{"1 12345678901234567890|一\n二", `2 |{"$oid":"x"}`, "4 " + none, "5 " + none, "6 !a member stands there twice", "7 |😀 \\ud800",
		"8 !the line holds half of a surrogate pair", "9 !the line holds half of a surrogate pair", "10 " + none, "11 " + none, "12 |\x00", "13 |",
		"14 !the line is not UTF-8", "15 !the line is too long"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestFilesThatAreRefused: what is no table of ours is refused as a whole.
func TestFilesThatAreRefused(t *testing.T) {
	for text, want := range map[string]error{
		"":                      Broken{1, "文件是空的", "empty file"},
		"\xFF\xFE编":             ErrEncoding,
		"\xFE\xFF":              ErrEncoding,
		"编号,\xc4\xda\xc8\xdd\n": ErrEncoding,
		"编号\n":                  Missing{columns[1]},
		"内容,内容\n":               Missing{columns[1]},
		"内容,\"x\n":              Broken{1, "引号没有配对", "a quote is not closed"},
	} {
		if _, err := all(t, text, CSV); err == nil || err.Error() != want.Error() {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
	broken := errors.New("the disk is gone")
	r, err := Open(io.MultiReader(strings.NewReader("{}\n"), errReader{broken}), Options{Format: JSONL})
	if err == nil {
		if _, err = r.Next(); err == nil {
			_, err = r.Next()
		}
	}
	if !errors.Is(err, broken) {
		t.Errorf("a disk that fails: %v", err)
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

// TestDict reads dictionaries as Python and JSON write them, and nothing else.
func TestDict(t *testing.T) {
	for cell, want := range map[string][]Entry{
		`{'口味': '3.5', "环境": 4, '服务': '5.0',}`: {{"口味", "3.5"}, {"环境", "4"}, {"服务", "5.0"}},
		`{"a":"it's","b":'say \'x\''}`:         {{"a", "it's"}, {"b", "say 'x'"}},
		` {} `:                                 nil,
	} {
		if got, ok := Dict(cell); !ok || !cmp.Equal(got, want) {
			t.Errorf("%s: %v %v", cell, got, ok)
		}
	}
	for _, cell := range []string{"", "x", "{", "}", "{'a'}", "{'a':}", "{:1}", "{'a':'b'", "{'a':'b}", "{'a':1 'b':2}", "{'a':{'b':1}}", "{'a':[1]}", "{,}",
		"{" + strings.Repeat("'a':1,", 65) + "}", "{'a':'" + strings.Repeat("x", dictMax) + "'}", strings.Repeat("{", 9000) + strings.Repeat("}", 9000)} {
		if got, ok := Dict(cell); ok {
			t.Errorf("%.40s is taken: %v", cell, got)
		}
	}
	for cell, want := range map[string]string{
		"{'$oid': '665d'}": "665d", `{"$date": "2024-01-02"}`: "2024-01-02", "{'oid': '1'}": "{'oid': '1'}", "plain": "plain", "": "", "{'$a':1,'$b':2}": "{'$a':1,'$b':2}",
	} {
		if got := Plain(cell); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
}

// TestMemoryIsBounded: a file without line ends, or with one field of ten
// million bytes, keeps no more than a record.
func TestMemoryIsBounded(t *testing.T) {
	for f, text := range map[Format]string{
		CSV:   "内容\n\"" + strings.Repeat("x", 10<<20) + "\"\n好\n",
		JSONL: `{"内容":"` + strings.Repeat("x", 10<<20) + `"}` + "\n" + `{"内容":"好"}`,
	} {
		got, err := all(t, text, f)
		if err != nil || len(got) != 2 || !strings.Contains(got[0], "too long") || !strings.HasSuffix(got[1], "|好") {
			t.Errorf("%s: %.60q, %v", f, got, err)
		}
	}
	deep := strings.Repeat("[", 900)
	many := `{"x":` + strings.Repeat(`1,"y`, 200) + `":1}`
	got, err := all(t, `{"内容":`+deep+"}\n"+many+"\n"+`{"内容":"好"}`, JSONL)
	if err != nil || len(got) != 3 || got[2] != "3 |好" {
		t.Errorf("deep and many: %q, %v", got, err)
	}
}
