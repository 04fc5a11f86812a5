package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestTablesAreInert is G17: no cell is run by a spreadsheet, and numbers stay
// numbers.
func TestTablesAreInert(t *testing.T) {
	for cell, want := range map[string]string{
		"阿娘面馆":                "阿娘面馆",
		"115.65":              "115.65",
		"-12.85":              "-12.85",
		"+86":                 "+86",
		"":                    "",
		"=HYPERLINK(\"x\")":   "'=HYPERLINK(\"x\")",
		"@SUM(A1)":            "'@SUM(A1)",
		"\t=1":                "'\t=1",
		"\r=1":                "'\r=1",
		"\tplain":             "'\tplain",
		" =1+1":               "' =1+1",
		"\u3000=1":            "'\u3000=1",
		"\ufeff=1":            "'\ufeff=1",
		"\u200b\u2028=1":      "'\u200b\u2028=1",
		"＝1+1":                "'＝1+1",
		"+cmd|' /C calc'!A0":  "'+cmd|' /C calc'!A0",
		"-2+3":                "'-2+3",
		"-":                   "'-",
		"|x":                  "'|x",
		"138****0001":         "138****0001",
		"-1.":                 "'-1.",
		"a=1":                 "a=1",
		"2026-03-02 10:00:00": "2026-03-02 10:00:00",
	} {
		if got := inert(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

// TestTableAsFile proves that Excel sees UTF-8 and that a shop's name cannot
// write a header (G14).
func TestTableAsFile(t *testing.T) {
	h := newHouse(t, Options{})
	h.do = func(w http.ResponseWriter, r *http.Request) error {
		return CSV(w, r, "a\r\nSet-Cookie: x\".csv", []string{"门店", "实付"}, func(row func(...string) error) error {
			return row("阿娘,面馆", "=1+1")
		})
	}
	r := h.ask("GET", "/", "")
	if got, want := text(t, r), "\uFEFF门店,实付\r\n\"阿娘,面馆\",'=1+1\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if r.Header.Get("Set-Cookie") != "" || strings.ContainsAny(r.Header.Get("Content-Disposition"), "\r\n") {
		t.Errorf("headers: %v", r.Header)
	}
}
