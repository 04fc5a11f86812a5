package citywalk_test

import (
	"context"
	"database/sql"
	"go/ast"
	"go/constant"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// Where the SQL stands in the arguments of what runs it.
var takesSQL = map[string]int{
	"citywalk/db.All": 1, "citywalk/db.One": 1, "citywalk/db.Each": 2,
	"(*citywalk/db.Tx).Exec": 0, "(*citywalk/db.Tx).Change": 0,
}

// These write statements that are not known before they run.
var buildsSQL = []string{"db", "db/dbtest"}

// A statement is one SQL text and where it stands.
type statement struct {
	pkg, at, text string
}

// statements returns every SQL text of the product, and fails the test for
// one that is put together while the program runs: nobody could prepare it
// before it is needed, and sooner or later it holds what a user typed.
func statements(t *testing.T) []statement {
	var all []statement
	for _, p := range tree(t).packages {
		if slices.Contains(buildsSQL, p.name) {
			continue
		}
		for _, f := range p.files {
			ast.Inspect(f.syntax, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				i, ok := takesSQL[called(p.info, call)]
				if !ok || i >= len(call.Args) {
					return true
				}
				v := p.info.Types[call.Args[i]].Value
				if v == nil {
					t.Errorf("%s: the SQL is not a constant", tree(t).at(call.Args[i]))
					return true
				}
				all = append(all, statement{p.name, tree(t).at(call.Args[i]), constant.StringVal(v)})
				return true
			})
		}
	}
	return all
}

// called returns the full name of the function that is called.
func called(info *types.Info, call *ast.CallExpr) string {
	fn := ast.Unparen(call.Fun)
	switch generic := fn.(type) {
	case *ast.IndexExpr:
		fn = generic.X
	case *ast.IndexListExpr:
		fn = generic.X
	}
	name, ok := fn.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	f, ok := info.Uses[name.Sel].(*types.Func)
	if !ok {
		return ""
	}
	return f.Origin().FullName()
}

func TestEveryStatementPreparesOnSQLite(t *testing.T) {
	d, err := sql.Open("sqlite", dbtest.URL(t, db.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(sandboxTables(t)); err != nil {
		t.Fatal(err)
	}
	for _, s := range statements(t) {
		// EXPLAIN compiles a statement and does not run it.
		rows, err := d.Query("EXPLAIN "+s.text, make([]any, parameters(s.text))...)
		if err != nil {
			t.Errorf("%s: %v\n%s", s.at, err, s.text)
			continue
		}
		rows.Close()
	}
}

func TestEveryStatementPreparesOnPostgreSQL(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), dbtest.URL(t, db.Postgres))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.PgConn().Exec(t.Context(), sandboxTables(t)).ReadAll(); err != nil {
		t.Fatal(err)
	}
	for _, s := range statements(t) {
		if _, err := conn.Prepare(t.Context(), "", s.text); err != nil {
			t.Errorf("%s: %v\n%s", s.at, err, s.text)
		}
	}
}

// sandboxTables returns what makes the sandbox provider's tables. It has a
// database of its own; here they stand beside the product's.
func sandboxTables(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("payment/sandbox/schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var up strings.Builder
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		part, _, _ := strings.Cut(string(data), "-- +goose Down")
		up.WriteString(part)
	}
	return up.String()
}

var parameter = regexp.MustCompile(`\$(\d+)`)

// parameters returns the highest number of a $n.
func parameters(text string) int {
	highest := 0
	for _, m := range parameter.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		highest = max(highest, n)
	}
	return highest
}

var (
	writes  = regexp.MustCompile(`(?i)\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z][a-z0-9]*)_[a-z0-9_]+`)
	reads   = regexp.MustCompile(`(?i)\b(?:FROM|JOIN)\s+([a-z][a-z0-9]*)_[a-z0-9_]+`)
	creates = regexp.MustCompile(`(?i)\b(?:CREATE\s+TABLE|ALTER\s+TABLE|DROP\s+TABLE|INDEX\s+[a-z0-9_]+\s+ON)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?([a-z][a-z0-9]*)_`)
)

// fillsPast writes shops past the product: it measures a city of more shops
// than there are numbers for signs.
const fillsPast = "cmd/citywalk/benchguide.go"

// A table is written by the package whose name it bears, and read by it and
// by the few that may read across. All strings are looked at, not only those
// that are seen to be run.
func TestTablesBelongToThePackageTheyAreNamedAfter(t *testing.T) {
	owners := map[string]bool{}
	for name := range rank {
		owners[path.Base(name)] = true
	}
	for _, f := range migrations(t) {
		name := strings.TrimSuffix(path.Base(f), ".sql")
		_, owner, _ := strings.Cut(name, "_")
		if strings.HasPrefix(f, "payment/sandbox/") {
			owner = "sandbox"
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range creates.FindAllStringSubmatch(string(data), -1) {
			if m[1] != owner {
				t.Errorf("%s: %s: a table of %s", f, m[0], m[1])
			}
		}
	}
	for _, p := range tree(t).packages {
		own := path.Base(p.name)
		for e, v := range p.info.Types {
			if _, literal := e.(*ast.BasicLit); !literal || v.Value == nil || v.Value.Kind() != constant.String {
				continue
			}
			text := constant.StringVal(v.Value)
			for _, m := range writes.FindAllStringSubmatch(text, -1) {
				if owners[m[1]] && m[1] != own && !strings.HasPrefix(tree(t).at(e), fillsPast) {
					t.Errorf("%s: %s writes a table of %s: %s", tree(t).at(e), p.name, m[1], m[0])
				}
			}
			if slices.Contains(readsAcross, p.name) {
				continue
			}
			for _, m := range reads.FindAllStringSubmatch(text, -1) {
				if owners[m[1]] && m[1] != own {
					t.Errorf("%s: %s reads a table of %s: %s", tree(t).at(e), p.name, m[1], m[0])
				}
			}
		}
	}
}

// Both engines mean the same by what is written here, so these are not
// written: see DESIGN.md.
var banned = regexp.MustCompile(`(?i)\bFOR\s+UPDATE\b|\bILIKE\b|=\s*ANY\s*\(|\bGREATEST\s*\(|\bLEAST\s*\(|\bLATERAL\b|\bDEFERRABLE\b|\bNOW\s*\(\)|\bCURRENT_TIMESTAMP\b|pg_advisory|^\s*LISTEN\b|^\s*NOTIFY\b|::\s*[a-z]`)

func TestSQLIsWhatBothEnginesMeanAlike(t *testing.T) {
	for _, s := range statements(t) {
		if m := banned.FindString(s.text); m != "" {
			t.Errorf("%s: %q means something else on another engine", s.at, m)
		}
	}
	for _, f := range migrations(t) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if m := banned.Find(data); m != nil {
			t.Errorf("%s: %q means something else on another engine", f, m)
		}
		for _, direction := range []string{"-- +goose Up", "-- +goose Down"} {
			if !strings.Contains(string(data), direction) {
				t.Errorf("%s has no %q", f, direction)
			}
		}
	}
}

// SQLite plans by the value of a bare LIMIT, and so compiles the statement anew
// each time that it is run, which takes as long again as running it.
func TestNoStatementIsCompiledEachTime(t *testing.T) {
	bare := regexp.MustCompile(`(?i)\b(?:LIMIT|OFFSET)\s+\$`)
	for _, s := range statements(t) {
		if m := bare.FindString(s.text); m != "" {
			t.Errorf("%s: %q: write CAST($n AS BIGINT)", s.at, m)
		}
	}
}

func migrations(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"db/schema/*.sql", "payment/sandbox/schema/*.sql"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		t.Fatal("no migrations")
	}
	return all
}
