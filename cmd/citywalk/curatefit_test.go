package main

import (
	"encoding/json"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// townFiles writes a small town, and lets the caller spoil a file of it.
func townFiles(t *testing.T, spoil map[string]string) (dir string, args []string) {
	t.Helper()
	dir = t.TempDir()
	var notes, authors strings.Builder
	for i := range 40 {
		fmt.Fprintf(&notes, `{"id":%d,"author":%d,"shop":%d,"day":%d,"sentiment":%d,"likes":%d,"text_hash":0}`+"\n", 100+i, i%20, 7+i%2, i*9, 3+i%3, i%5)
	}
	for i := range 20 {
		fmt.Fprintf(&authors, `{"id":%d,"followers":%d,"created_day":-40}`+"\n", i, i*3)
	}
	files := map[string]string{
		"notes.jsonl":   notes.String(),
		"authors.jsonl": authors.String(),
		"shops.jsonl":   `{"id":7,"category":1,"chain":-1}` + "\n" + `{"id":8,"category":1,"chain":3}` + "\n",
		"labels.jsonl":  `{"note":103,"fake":true}` + "\n",
	}
	args = []string{"curate", "fit", "--out", "out"}
	for name, text := range files {
		if bad, ok := spoil[name]; ok {
			text = bad
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--"+strings.TrimSuffix(name, ".jsonl"), name)
	}
	return dir, args
}

// The command writes an estimate for every shop and a finding for every note
// under the files' own ids, and a second run replaces nothing.
func TestCurateFitWritesOnce(t *testing.T) {
	dir, args := townFiles(t, nil)
	out, errs, code := program(t, dir, append(args, "--json")...)
	var sum fitSummary
	if err := json.Unmarshal([]byte(out), &sum); err != nil || code != 0 {
		t.Fatalf("%d %v\n%s\n%s", code, err, out, errs)
	}
	if sum.Notes != 40 || sum.Shops != 2 || sum.Labels != 1 || sum.Bar < 1 || !strings.Contains(errs, "weighing") {
		t.Errorf("%+v\n%s", sum, errs)
	}
	shops, err := os.ReadFile(filepath.Join(dir, "out", "shops.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	notes, err := os.ReadFile(filepath.Join(dir, "out", "notes.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(shops), "\n") != 2 || !strings.HasPrefix(string(shops), `{"id":7,"mean":`) {
		t.Errorf("%s", shops)
	}
	if strings.Count(string(notes), "\n") != 40 || !strings.Contains(string(notes), `{"id":103,"p_fake":1,"weight":0.0000}`) {
		t.Errorf("%s", notes)
	}
	if _, errs, code := program(t, dir, args...); code != 1 || !strings.Contains(errs, "is there already") {
		t.Errorf("%d %s", code, errs)
	}
}

// What is wrong with a file is told with its name, the line and the reason, and
// nothing is written.
func TestCurateFitNamesWhatIsWrong(t *testing.T) {
	note := func(change string) string {
		return `{"id":1,"author":1,"shop":7,"day":3,"sentiment":4}` + "\n" + change + "\n"
	}
	for name, c := range map[string]struct{ file, text, want string }{
		"not JSON":       {"notes.jsonl", note("{"), "notes.jsonl line 2: "},
		"unknown field":  {"notes.jsonl", note(`{"id":2,"autor":1}`), `notes.jsonl line 2: json: unknown field "autor"`},
		"two objects":    {"notes.jsonl", note(`{"id":2} {}`), "notes.jsonl line 2: something follows the JSON object"},
		"empty line":     {"notes.jsonl", note(""), "notes.jsonl line 2: empty"},
		"same id":        {"notes.jsonl", note(`{"id":1,"author":1,"shop":7,"day":3,"sentiment":4}`), "notes.jsonl line 2: id 1 stands there twice"},
		"no shop":        {"notes.jsonl", note(`{"id":2,"author":1,"shop":9,"day":3,"sentiment":4}`), "notes.jsonl line 2: shop 9 is not known"},
		"no rating":      {"notes.jsonl", note(`{"id":2,"author":1,"shop":7,"day":3}`), "notes.jsonl line 2: neither stars nor sentiment"},
		"half stars":     {"notes.jsonl", note(`{"id":2,"author":1,"shop":7,"day":3,"stars":4.5}`), "notes.jsonl line 2: rating 4.5"},
		"no day":         {"notes.jsonl", note(`{"id":2,"author":1,"shop":7,"stars":4}`), "notes.jsonl line 2: day is missing"},
		"negative chain": {"shops.jsonl", `{"id":7,"category":1,"chain":-2}`, "shops.jsonl line 1: category and chain are -1 or more"},
		"long line":      {"authors.jsonl", `{"id":` + strings.Repeat(" ", lineMax) + "1}", "authors.jsonl line 1: longer than"},
		"unknown note":   {"labels.jsonl", `{"note":1,"fake":true}`, "labels.jsonl line 1: note 1 is not known"},
		"judged twice":   {"labels.jsonl", `{"note":103,"fake":true}` + "\n" + `{"note":103,"fake":true}`, "labels.jsonl line 2: note 103 is judged twice"},
	} {
		dir, args := townFiles(t, map[string]string{c.file: c.text})
		out, errs, code := program(t, dir, args...)
		if code != 1 || !strings.Contains(errs, c.want) || out != "" {
			t.Errorf("%s: %d %q, want %q", name, code, errs, c.want)
		}
		if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
			t.Errorf("%s: something was written", name)
		}
	}
}

// Equal numbers of templates are one text, others are far apart, and 0 is none.
func TestTemplatesAreFarApart(t *testing.T) {
	if spread(0) != 0 {
		t.Error("0 is a text")
	}
	for a := range uint64(300) {
		for b := range a {
			if d := bits.OnesCount64(spread(a) ^ spread(b)); b > 0 && d < 10 {
				t.Errorf("templates %d and %d are %d bits apart", a, b, d)
			}
		}
	}
}
