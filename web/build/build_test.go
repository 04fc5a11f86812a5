package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree writes a small web folder and returns its root.
func tree(t *testing.T, sources map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range sources {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

var sound = map[string]string{
	"web/hello/page.templ":       "package hello\n\ntempl Hello(name string) {\n\t<p>Hello { name }</p>\n}\n",
	"web/ui/style/app.css":       "body { color: #111111; }\n",
	"web/ui/script/till.ts":      "import wasm from \"../vendor/code.wasm\";\nconst n: number = 1;\nconsole.log(wasm, n);\nimport(\"./part/late.ts\");\n",
	"web/ui/script/part/late.ts": "export const late: string = \"late\";\n",
	"web/ui/vendor/code.wasm":    "\x00asm",
	"web/ui/vendor/font.woff2":   "a font that no script imports",
}

// A second run finds nothing to do, in the same folder and in another one: the
// output does not tell where or when it was made.
func TestOutputDependsOnSourcesOnly(t *testing.T) {
	first, second := tree(t, sound), tree(t, sound)
	if err := run(first, true); err == nil {
		t.Error("nothing is generated yet, and -check did not say so")
	}
	if err := run(first, false); err != nil {
		t.Fatal(err)
	}
	if err := run(first, true); err != nil {
		t.Error(err)
	}
	have, err := generated(first)
	if err != nil {
		t.Fatal(err)
	}
	want, err := generate(second)
	if err != nil {
		t.Fatal(err)
	}
	if diff := compare(have, want); len(diff) > 0 {
		t.Errorf("two folders with the same sources differ in %v", diff)
	}
	for name, data := range have {
		if strings.Contains(string(data), first) {
			t.Errorf("%s names the folder it was made in", name)
		}
	}
}

func TestManifestNamesWhatPagesAskFor(t *testing.T) {
	want, err := generate(tree(t, sound))
	if err != nil {
		t.Fatal(err)
	}
	var manifest map[string]string
	if err := json.Unmarshal(want[dist+"/manifest.json"], &manifest); err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"app.css", "till.js", "code.wasm", "font.woff2"} {
		if _, ok := want[dist+"/"+manifest[plain]]; !ok {
			t.Errorf("manifest has %q for %s, which is not a file of dist", manifest[plain], plain)
		}
	}
	if len(manifest) != 4 {
		t.Errorf("manifest is %v: a chunk is no page's business", manifest)
	}
	if script := string(want[dist+"/"+manifest["till.js"]]); !strings.Contains(script, "/assets/"+manifest["code.wasm"]) {
		t.Errorf("the script does not know the wasm by its address:\n%s", script)
	}
}

func TestLeftoversGo(t *testing.T) {
	root := tree(t, sound)
	if err := run(root, false); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(root, "web/hello/page.templ")); err != nil {
		t.Fatal(err)
	}
	if err := run(root, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "web/hello/page_templ.go")); err == nil {
		t.Error("the Go code of a page that is gone is still there")
	}
}

// One broken source is named with its line, the others are built, and nothing
// is deleted meanwhile.
func TestBrokenSourceIsNamed(t *testing.T) {
	root := tree(t, sound)
	if err := run(root, false); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(root, "web/hello/page.templ")
	if err := os.WriteFile(page, []byte("package hello\n\ntempl Hello( {\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(root, "web/ui/script/bad.ts")
	if err := os.WriteFile(script, []byte("let a = 1;\nlet = ;\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := run(root, false)
	if err == nil || !strings.Contains(err.Error(), "web/hello/page.templ") || !strings.Contains(err.Error(), "web/ui/script/bad.ts:2") {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(filepath.Join(root, "web/hello/page_templ.go")); err != nil {
		t.Error(err)
	}
}
