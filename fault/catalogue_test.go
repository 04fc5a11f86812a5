package fault_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

var (
	codes        = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)
	placeholders = regexp.MustCompile(`\{[^}]*\}`)
	pictures     = regexp.MustCompile(`[\x{2600}-\x{27BF}\x{1F000}-\x{1FAFF}！!]`)
	kinds        = []string{"Invalid", "Unsupported", "TooLarge", "SignedOut", "Denied", "NotFound", "Conflict", "Gone", "Mismatch", "TooMany", "Unavailable"}
	moves        = []string{"Member", "Staff", "Merchant", "Operator", "Us"}
)

// TestCatalogue reads every refusal that the repository declares from its
// source: a stable code under its package's name, a kind and a move of the
// closed lists, and a whole sentence in both languages with the same
// placeholders.
func TestCatalogue(t *testing.T) {
	seen := map[string]token.Position{}
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != ".." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata" || e.Name() == "node_modules") {
			return fs.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(files, path, src, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && isNew(call) {
				checkFault(t, files.Position(call.Pos()), file.Name.Name, call, seen)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) == 0 {
		t.Error("no refusal was found")
	}
}

// isNew reports whether a call is fault.New(...).
func isNew(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := f.X.(*ast.Ident)
	return ok && pkg.Name == "fault" && f.Sel.Name == "New"
}

func checkFault(t *testing.T, at token.Position, pkg string, call *ast.CallExpr, seen map[string]token.Position) {
	t.Helper()
	if len(call.Args) != 5 {
		t.Errorf("%s: fault.New takes five arguments", at)
		return
	}
	var kind, move string
	for i, to := range map[int]*string{0: &kind, 2: &move} {
		if s, ok := call.Args[i].(*ast.SelectorExpr); ok {
			*to = s.Sel.Name
		}
	}
	if !slices.Contains(kinds, kind) || !slices.Contains(moves, move) {
		t.Errorf("%s: kind %q or move %q is not of the closed list", at, kind, move)
	}
	code, zh, en := text(call.Args[1]), text(call.Args[3]), text(call.Args[4])
	if first, twice := seen[code]; twice {
		t.Errorf("%s: code %q is declared at %s too", at, code, first)
	}
	seen[code] = at
	if !codes.MatchString(code) || !strings.HasPrefix(code, pkg+".") {
		t.Errorf("%s: code %q does not name package %s and a reason", at, code, pkg)
	}
	checkSentences(t, at, zh, en)
}

func checkSentences(t *testing.T, at token.Position, zh, en string) {
	t.Helper()
	if !strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || !ends(zh, "。") {
		t.Errorf("%s: %q is not a Chinese sentence", at, zh)
	}
	if strings.ContainsFunc(en, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || !ends(en, ".") {
		t.Errorf("%s: %q is not an English sentence", at, en)
	}
	if pictures.MatchString(zh + en) {
		t.Errorf("%s: exclamation marks and pictures have no place in a refusal: %q %q", at, zh, en)
	}
	if a, b := named(zh), named(en); !slices.Equal(a, b) {
		t.Errorf("%s: the Chinese sentence holds %v, the English %v", at, a, b)
	}
}

// ends reports whether a sentence ends, or leaves the end to a placeholder.
func ends(s, stop string) bool { return strings.HasSuffix(s, stop) || strings.HasSuffix(s, "}") }

// named returns the placeholders of a sentence, each once, in order. {zh} and
// {en} are one: a value that is itself said in two languages.
func named(s string) []string {
	set := map[string]bool{}
	for _, p := range placeholders.FindAllString(s, -1) {
		if p == "{zh}" {
			p = "{en}"
		}
		set[p] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// text returns the value of a string literal or of several joined by +.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, _ := strconv.Unquote(e.Value)
		return s
	case *ast.BinaryExpr:
		return text(e.X) + text(e.Y)
	case *ast.ParenExpr:
		return text(e.X)
	}
	return ""
}
