package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	citydb "citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/shop"
)

// TestMain lets the test binary be the program, so that tests see its exit
// codes and what it prints.
func TestMain(m *testing.M) {
	if os.Getenv("CITYWALK_TEST_AS_PROGRAM") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program runs the program in a folder of its own.
func program(t *testing.T, dir string, args ...string) (out, errs string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Dir, cmd.Env = dir, []string{"CITYWALK_TEST_AS_PROGRAM=1", "PATH=/usr/bin:/bin", "HOME=" + dir}
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// do runs a command in this process.
func do(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), args, &out, &errs)
	return out.String(), err
}

// must runs a command that has to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := do(t, args...)
	if err != nil {
		t.Fatalf("citywalk %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// read decodes what a command printed as JSON.
func read[T any](t *testing.T, out string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return v
}

// TestEveryCommandHelps asks every command for its help, and gives each a flag
// that it does not have.
func TestEveryCommandHelps(t *testing.T) {
	dir := t.TempDir()
	for _, command := range []string{"", "serve", "demo", "migrate", "import", "import shops", "import notes", "import comments", "curate", "curate city", "operator", "operator add", "doctor", "backup", "restore", "reopen", "drill",
		"audit", "audit verify", "audit list", "receipt", "receipt verify", "receipt key", "jobs", "jobs list", "jobs rerun",
		"ledger", "ledger prove", "ledger trial", "bench", "bench redeem", "bench load", "version"} {
		args := strings.Fields(command)
		out, _, code := program(t, dir, append(args, "--help")...)
		if code != 0 || !strings.Contains(out, "Usage: citywalk "+command) {
			t.Errorf("%s --help: exit %d\n%s", command, code, out)
		}
		_, errs, code := program(t, dir, append(args, "--no-such-flag")...)
		if code != 2 || !strings.Contains(errs, "no-such-flag") {
			t.Errorf("%s --no-such-flag: exit %d\n%s", command, code, errs)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("asking for help left %v behind (%v)", left, err)
	}
}

// TestMigrateIsReadable migrates an empty database and lists the steps.
func TestMigrateIsReadable(t *testing.T) {
	db := filepath.Join(t.TempDir(), "c.db")
	type step struct {
		Version int64
		Name    string
		Applied bool
	}
	before := read[[]step](t, must(t, "migrate", "--dry-run", "--json", "--db", db))
	after := read[[]step](t, must(t, "migrate", "--json", "--db", db))
	files, err := fs.Glob(citydb.Schema(), "*.sql")
	if err != nil || len(before) != len(files) || len(after) != len(files) {
		t.Fatalf("%d steps, then %d; want %d (%v)", len(before), len(after), len(files), err)
	}
	for i := range after {
		if before[i].Applied || !after[i].Applied || int(after[i].Version) != i+1 {
			t.Errorf("step %+v, then %+v", before[i], after[i])
		}
	}
}

// TestImportCities imports the six files of three cities by the command line:
// a dry run writes nothing, the first run all, the second nothing.
func TestImportCities(t *testing.T) {
	db := filepath.Join(t.TempDir(), "c.db")
	sums := map[string]int{}
	for _, run := range []string{"dry", "first", "second"} {
		for file, city := range map[string]string{"shanghai": "上海", "hangzhou": "杭州", "guangzhou": "广州"} {
			for kind, how := range map[string][]string{
				"restaurants": {"--crs", "gcj02", "--map", "name=Name,lat=Lat,lng=Lon,price=Price,category=CuisineName,opens=WeekdayOpenTime,closes=WeekdayCloseTime,dishes=RecommendedFood"},
				"attractions": {"--crs", "bd09", "--map", "name=Name,lat=Latitude,lng=Longitude,price=Price,category=Type,opens=OpenTime,closes=EndTime"},
			} {
				args := append([]string{"import", "shops", "--json", "--db", db, "--city", city, "--format", "csv"}, how...)
				if run == "dry" {
					args = append(args, "--dry-run")
				}
				r := read[shop.Report](t, must(t, append(args, dbtest.Data(t, "chinatravel-poi/"+kind+"/"+kind+"_"+file+".csv"))...))
				sums[run+" "+kind] += r.Added
				if run == "second" && (r.Same != r.Rows || r.Changed != 0) || r.Refused != 0 {
					t.Errorf("%s, %s of %s: %+v", run, kind, city, r)
				}
			}
		}
	}
	for what, want := range map[string]int{"dry restaurants": 1409, "dry attractions": 1075, "first restaurants": 1409, "first attractions": 1075, "second restaurants": 0, "second attractions": 0} {
		if sums[what] != want {
			t.Errorf("%s: %d added, want %d", what, sums[what], want)
		}
	}
}

// TestImportNamesBadRows shows the lines that people read.
func TestImportNamesBadRows(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "shops.csv")
	text := "id,name,lat,lng,price\n1,好店,31.2,121.4,0\n2,坏店,131.2,121.4,10\n3,贵店,31.2,121.4,10]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := must(t, "import", "shops", "--db", filepath.Join(dir, "c.db"), "--city", "上海", "--crs", "wgs84", file)
	for _, want := range []string{"line 3: lat: ", "line 4: price: ", "3 rows imported: 2 new, 0 changed, 0 as before, 1 refused, 1 field left unknown"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
}

// TestListsAreJSON reads every listing command of a new installation.
func TestListsAreJSON(t *testing.T) {
	db := filepath.Join(t.TempDir(), "c.db")
	must(t, "operator", "add", "13900000001", "--db", db)
	for _, command := range []string{"audit list", "jobs list", "ledger trial", "ledger prove"} {
		out := must(t, append(strings.Fields(command), "--json", "--db", db)...)
		if list := read[[]any](t, out); list == nil {
			t.Errorf("%s --json: %s", command, out)
		}
		must(t, append(strings.Fields(command), "--db", db)...)
	}
	if v := read[versionInfo](t, must(t, "version", "--json")); v.Go == "" || v.Version == "" {
		t.Errorf("version %+v", v)
	}
	if out := must(t, "audit", "list", "--db", db); strings.Contains(out, "13900000001") || !strings.Contains(out, "account.appoint") {
		t.Errorf("audit list:\n%s", out)
	}
}

// TestCommandsOnNothingSayWhatToDo runs commands where no database is.
func TestCommandsOnNothingSayWhatToDo(t *testing.T) {
	dir := t.TempDir()
	for _, command := range []string{"audit list", "audit verify", "jobs list", "ledger trial", "backup", "receipt key"} {
		_, errs, code := program(t, dir, strings.Fields(command)...)
		if code != 1 || !strings.Contains(errs, "is not there; run citywalk serve or citywalk migrate first") {
			t.Errorf("%s: exit %d, %s", command, code, errs)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("they left %v behind", left)
	}
}

// TestReferencePagesAreFresh compares docs with what the code says.
func TestReferencePagesAreFresh(t *testing.T) {
	if out, err := do(t, "docs", "--check", filepath.Join("..", "..", "docs")); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
