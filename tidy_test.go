// Package citywalk_test holds the rules of the whole tree: what STYLE.md and
// DESIGN.md say, as far as a machine can tell. An exception is a line here
// with its reason.
package citywalk_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "citywalk"

// The lattice: a package imports only packages of lower rank, never its equals.
var rank = map[string]int{
	"fault": 0, "money": 0, "geo": 0, "failpoint": 0,
	"db": 1, "score": 1, "photo": 1, "opinion": 1, "gazetteer": 1, "sheet": 1, "atlas": 1, "cover": 1, "esteem": 1,
	"jobs": 2, "ledger": 2, "once": 2, "outbox": 2, "parlance": 2, "esteem/farm": 2,
	"account": 3,
	"shop":    4, "payment": 4,
	"pass": 5, "curate": 5,
	"redeem": 6,
	"settle": 7, "community": 7,
	"discover":   8,
	"web/ui":     9,
	"web":        10,
	"web/member": 11, "web/till": 11, "web/console": 11, "web/api": 11, "web/demo": 11,
	"simulate":     12,
	"cmd/citywalk": 13,

	// The payment provider to practise with stands for somebody else's server:
	// it knows nothing of the product, and only the binary may start it.
	"payment/sandbox": 11,
	// Makes the generated web files; no part of the product.
	"web/build": 12,
	// Support of tests.
	"db/dbtest": 11, "payment/sandbox/sandboxtest": 11, "web/webtest": 11,
	// Tests of the whole binary, from outside.
	"proof": 12, "proof/abuse": 13, "proof/planted": 13,
}

// Only these may be imported by tests, and by nothing else.
var forTests = []string{"db/dbtest", "payment/sandbox/sandboxtest", "web/webtest", "proof"}

// sandboxMayImport is all of ours that the sandbox provider may know; of
// payment, how the messages between the two are signed.
var sandboxMayImport = []string{"fault", "money", "db", "payment"}

// Rules about money hold here, and about time in everything that decides.
var (
	moneyPackages = []string{"money", "ledger", "payment", "pass", "redeem", "settle"}
	rulePackages  = []string{"fault", "money", "geo", "photo", "gazetteer", "opinion", "esteem", "jobs", "ledger", "once", "outbox", "parlance", "community", "discover",
		"account", "shop", "payment", "pass", "curate", "redeem", "settle"}
	// settle reads across: a statement is made of everybody's rows. So does
	// curate: a queue is shops and their scores in one order; community and discover, which
	// show everybody's things side by side. simulate watches
	// all that the product writes.
	readsAcross = []string{"settle", "curate", "community", "discover", "simulate"}
)

// Longer than the style asks for: what a test refuses must be beyond doubt.
const (
	functionLines = 80
	fileLines     = 500
)

// What does not compile is not checked by the other tests.
func TestEveryPackageCompiles(t *testing.T) {
	for _, p := range tree(t).packages {
		if len(p.broken) > 0 {
			t.Errorf("%s: %v", p.name, p.broken[0])
		}
	}
}

func TestImportsFollowTheLattice(t *testing.T) {
	for _, p := range tree(t).packages {
		own, known := rank[p.name]
		if !known {
			t.Errorf("%s has no place in the lattice: give it one in tidy_test.go and in DESIGN.md", p.name)
			continue
		}
		support := slices.Contains(forTests, p.name)
		for _, to := range p.imports {
			switch {
			case slices.Contains(forTests, to):
				if !support {
					t.Errorf("%s imports %s, which is for tests", p.name, to)
				}
			case p.name == "payment/sandbox":
				if !slices.Contains(sandboxMayImport, to) {
					t.Errorf("%s imports %s: the provider knows nothing of the product", p.name, to)
				}
			case rank[to] >= own && !support:
				t.Errorf("%s imports %s, which is not below it", p.name, to)
			}
		}
		// A test may also play with its neighbours and with the sandbox.
		for _, to := range p.testImports {
			if to != "payment/sandbox" && !slices.Contains(forTests, to) && rank[to] > own {
				t.Errorf("a test of %s imports %s, which is above it", p.name, to)
			}
		}
	}
}

func TestEveryPackageHasOneComment(t *testing.T) {
	for _, p := range tree(t).packages {
		var found []string
		for _, f := range p.files {
			if f.syntax.Doc != nil && !strings.HasPrefix(f.syntax.Doc.Text(), "Code generated") {
				found = append(found, f.name)
			}
		}
		if len(found) != 1 {
			t.Errorf("%s has %d package comments %v, want one", p.name, len(found), found)
		}
	}
}

// The rules see one clock, that of their transaction.
func TestRulesDoNotAskTheMachineForTheTime(t *testing.T) {
	forbidden := []string{"Now", "Since", "Until"}
	for _, p := range tree(t).packages {
		if !slices.Contains(rulePackages, p.name) {
			continue
		}
		for use, object := range p.info.Uses {
			if f, ok := object.(*types.Func); ok && f.Pkg() != nil && f.Pkg().Path() == "time" &&
				f.Signature().Recv() == nil && slices.Contains(forbidden, f.Name()) {
				t.Errorf("%s: time.%s in a rule: use tx.Now", tree(t).at(use), f.Name())
			}
		}
	}
}

func TestMoneyKnowsNoFloat(t *testing.T) {
	for _, p := range tree(t).packages {
		if !slices.Contains(moneyPackages, p.name) {
			continue
		}
		for e, v := range p.info.Types {
			if basic, ok := v.Type.Underlying().(*types.Basic); ok && basic.Info()&types.IsFloat != 0 {
				t.Errorf("%s: %s is a float", tree(t).at(e), types.ExprString(e))
			}
		}
	}
}

func TestNothingHappensBeforeMain(t *testing.T) {
	for _, f := range tree(t).handwritten() {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: func init", tree(t).at(fn))
			}
		}
	}
}

func TestFunctionsAndFilesCanBeReadInOneSitting(t *testing.T) {
	for _, f := range tree(t).handwritten() {
		if n := tree(t).fset.File(f.syntax.FileStart).LineCount(); n > fileLines {
			t.Errorf("%s has %d lines, more than %d", f.name, n, fileLines)
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			from, to := tree(t).fset.Position(fn.Pos()).Line, tree(t).fset.Position(fn.End()).Line
			if n := to - from + 1; n > functionLines {
				t.Errorf("%s: %s has %d lines, more than %d", tree(t).at(fn), fn.Name.Name, n, functionLines)
			}
		}
	}
}

func TestGeneratedWebFilesAreFresh(t *testing.T) {
	if out, err := exec.Command("go", "run", "./web/build", "-check").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// modernc's SQLite is C translated for exactly one version of its C library.
func TestLibcIsTheOneThatSQLiteAsksFor(t *testing.T) {
	path, err := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite").Output()
	if err != nil {
		t.Fatal(err)
	}
	libc := regexp.MustCompile(`modernc\.org/libc (v\S+)`)
	version := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m := libc.FindSubmatch(data)
		if m == nil {
			t.Fatalf("%s does not name modernc.org/libc", path)
		}
		return string(m[1])
	}
	if ours, theirs := version("go.mod"), version(strings.TrimSpace(string(path))); ours != theirs {
		t.Errorf("go.mod asks for libc %s, SQLite for %s", ours, theirs)
	}
}

// A replace or an exclude would break go install for everybody else.
func TestModuleCanBeInstalledByOthers(t *testing.T) {
	data, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`(?m)^(replace|exclude|toolchain)\b.*`).Find(data); m != nil {
		t.Errorf("go.mod has: %s", m)
	}
}

// What is left for later is an issue, and nobody else has the author's folders.
func TestFilesAreFinishedAndBelongToNoMachine(t *testing.T) {
	later := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)
	machine := regexp.MustCompile(`(^|[\s"'=(:])/(home|root|work|Users|tmp)/[\w.-]+`)
	for _, name := range tracked(t) {
		if strings.HasPrefix(name, "web/ui/vendor/") || strings.HasPrefix(name, "web/ui/dist/") || strings.HasPrefix(name, "web/webtest/axe.") {
			continue
		}
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // Deleted, and not committed yet.
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(data, 0) >= 0 {
			continue
		}
		for i, line := range strings.Split(string(data), "\n") {
			if later.MatchString(line) || machine.MatchString(line) {
				t.Errorf("%s:%d: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// Both readmes say the same things in the same order.
func TestReadmesHaveTheSameHeadings(t *testing.T) {
	headings := func(name string) []string {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var levels []string
		code := false
		for _, line := range strings.Split(string(data), "\n") {
			if strings.HasPrefix(line, "```") {
				code = !code
			}
			if hashes, _, ok := strings.Cut(line, " "); ok && !code && hashes != "" && strings.Trim(hashes, "#") == "" {
				levels = append(levels, hashes)
			}
		}
		return levels
	}
	if en, zh := headings("README.md"), headings("README.zh-CN.md"); !slices.Equal(en, zh) {
		t.Errorf("README.md has headings %v, README.zh-CN.md %v", en, zh)
	}
}

// tracked returns the files of the repository, or all files where there is no
// git.
func tracked(t *testing.T) []string {
	if out, err := exec.Command("git", "ls-files", "-z").Output(); err == nil {
		return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	}
	var names []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if err == nil && d.Type().IsRegular() {
			names = append(names, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A forest is the product's own packages, type-checked, without their tests.
type forest struct {
	fset     *token.FileSet
	packages []*source
}

type source struct {
	name                 string // The path below the module.
	files                []file
	info                 *types.Info
	imports, testImports []string // Of ours, by their names.
	broken               []error  // Why it does not compile.
}

type file struct {
	name   string
	syntax *ast.File
}

// at says where a node is.
func (f *forest) at(n ast.Node) string {
	p := f.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// handwritten returns the files that no generator made.
func (f *forest) handwritten() []file {
	var all []file
	for _, p := range f.packages {
		for _, f := range p.files {
			if !ast.IsGenerated(f.syntax) {
				all = append(all, f)
			}
		}
	}
	return all
}

var load = sync.OnceValues(loadForest)

func tree(t *testing.T) *forest {
	t.Helper()
	f, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// loadForest asks the go command for our packages and for the export data of
// what they import, and checks the types of ours from their sources.
func loadForest() (*forest, error) {
	type listed struct {
		ImportPath, Dir, Export            string
		GoFiles                            []string
		Imports, TestImports, XTestImports []string
	}
	cmd := exec.Command("go", "list", "-e", "-export", "-deps",
		"-json=ImportPath,Dir,Export,GoFiles,Imports,TestImports,XTestImports", "./...")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &problems)
	}
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	var ours []listed
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var l listed
		if err := d.Decode(&l); err != nil {
			return nil, err
		}
		exports[l.ImportPath] = l.Export
		if strings.HasPrefix(l.ImportPath, module+"/") && len(l.GoFiles) > 0 {
			ours = append(ours, l)
		}
	}
	f := &forest{fset: token.NewFileSet()}
	imports := importer.ForCompiler(f.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, l := range ours {
		p := &source{
			name:        strings.TrimPrefix(l.ImportPath, module+"/"),
			imports:     named(l.Imports),
			testImports: named(append(l.TestImports, l.XTestImports...)),
			info:        &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}},
		}
		var syntax []*ast.File
		for _, base := range l.GoFiles {
			name, err := filepath.Rel(root, filepath.Join(l.Dir, base))
			if err != nil {
				return nil, err
			}
			s, err := parser.ParseFile(f.fset, filepath.ToSlash(name), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			p.files = append(p.files, file{name: filepath.ToSlash(name), syntax: s})
			syntax = append(syntax, s)
		}
		config := types.Config{Importer: imports, Error: func(err error) { p.broken = append(p.broken, err) }}
		config.Check(l.ImportPath, f.fset, syntax, p.info)
		f.packages = append(f.packages, p)
	}
	return f, nil
}

// named returns the imports that are ours, by their names in the lattice.
func named(paths []string) []string {
	var ours []string
	for _, path := range paths {
		if name, ok := strings.CutPrefix(path, module+"/"); ok {
			ours = append(ours, name)
		}
	}
	return ours
}
