package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportNotesByCommand brings shops, notes and comments in, twice, and has
// the city scored: what a README tells an operator to do.
func TestImportNotesByCommand(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	db := filepath.Join(dir, "c.db")
	shops := file("shops.csv", "id,name,lat,lng\na,老王面馆,31.2,121.4\nb,小李茶馆,31.3,121.5\n")
	notes := file("notes.jsonl", `{"id":1,"poi":"a","user":"u1","content":"汤很鲜","posted":"2024-02-03 12:00","score":"4.5星"}
{"id":2,"poi":"b","user":"u2","content":"茶很香","posted":1706932800}
{"id":3,"poi":"z","user":"u2","content":"没有这家店","posted":1706932800}
`)
	comments := file("comments.csv", "id,note,author,text,time\n1,1,u2,同意,2024-02-04\n")
	must(t, "import", "shops", "--db", db, "--city", "试城", "--crs", "wgs84", "--source", "map", shops)
	bring := []string{"import", "notes", "--db", db, "--source", "web", "--shops-from", "map", "--map", "shop=poi,author=user,text=content,time=posted,stars=score"}
	for _, step := range []struct {
		what                 string
		flags                []string
		added, same, refused int
	}{
		{"a trial", []string{"--dry-run"}, 2, 0, 1}, {"the first time", nil, 2, 0, 1}, {"the second time", nil, 0, 2, 1},
	} {
		r := read[notesRow](t, must(t, append(append(append([]string{}, bring...), step.flags...), "--json", notes)...))
		if r.Added != step.added || r.Same != step.same || r.Refused != step.refused || len(r.Problems) != 1 || r.Problems[0].Line != 3 || r.Problems[0].Field != "shop" {
			t.Errorf("%s: %+v", step.what, r)
		}
	}
	if out := must(t, append(bring, notes)...); !strings.Contains(out, "line 3: shop: there is no such shop: z (refused)\n3 rows imported: 0 new, 0 changed, 2 as before, 1 refused") {
		t.Errorf("in words: %s", out)
	}
	if r := read[notesRow](t, must(t, "import", "comments", "--db", db, "--source", "web", "--json", comments)); r.Added != 1 || r.Refused != 0 {
		t.Errorf("comments: %+v", r)
	}
	if sum := read[citySummary](t, must(t, "curate", "city", "--db", db, "--json", "试城")); sum.Notes != 2 || sum.Shops != 2 || sum.Bar < 1 {
		t.Errorf("scored: %+v", sum)
	}
	if out := must(t, "curate", "city", "--db", db, "无人城"); !strings.Contains(out, "has no notes") {
		t.Errorf("a city without notes: %s", out)
	}
	for _, wrong := range [][]string{{"--make-shops"}, {"--make-shops", "--city", "试城", "--at", "here"}, {"--make-shops", "--at", "31,121"}, {"--format", "xlsx"}} {
		_, err := do(t, append(append(bring, wrong...), notes)...)
		if !errors.As(err, new(usageError)) {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	if _, err := do(t, "import", "notes", "--db", filepath.Join(dir, "none", "trial.db"), "--source", "web", "--city", "试城", "--dry-run", comments); err != nil {
		t.Errorf("a trial where nothing is: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); !os.IsNotExist(err) {
		t.Errorf("a trial left a database behind: %v", err)
	}
}
