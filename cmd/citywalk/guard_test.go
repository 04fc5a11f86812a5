package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
)

// TestDemoLeavesOthersDataAlone points the demo at a database that is not its
// own, and at what it left half-made itself.
func TestDemoLeavesOthersDataAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "citywalk.db")
	must(t, "operator", "add", "13900000001", "--db", path)
	for _, fresh := range []bool{false, true} {
		c := &DemoCmd{DB: path, Listen: freePort(t), SandboxListen: freePort(t), Fresh: fresh, Days: 1}
		err := c.Run(t.Context(), &Streams{Out: t.Output(), Err: t.Output()})
		if err == nil || !strings.Contains(err.Error(), "is not the demo's") {
			t.Errorf("fresh %v: %v", fresh, err)
		}
	}
	if out := must(t, "audit", "list", "--db", path); !strings.Contains(out, "account.appoint") {
		t.Errorf("the data are gone:\n%s", out)
	}
	own := &DemoCmd{DB: filepath.Join(t.TempDir(), "demo.db")}
	if err := own.prepare(own.config()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own.DB, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := own.prepare(own.config()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(own.DB); err == nil {
		t.Error("what the demo left half-made is still there")
	}
}

// TestDemoRefusesADatabaseWithOtherKeys points it at a real one on PostgreSQL.
func TestDemoRefusesADatabaseWithOtherKeys(t *testing.T) {
	url, dir := dbtest.Bare(t, db.Postgres), t.TempDir()
	must(t, "operator", "add", "13900000001", "--db", url, "--secrets", filepath.Join(dir, "secrets.json"))
	t.Chdir(dir)
	c := &DemoCmd{DB: url, Listen: freePort(t), SandboxListen: freePort(t), Days: 1}
	if err := c.Run(t.Context(), &Streams{Out: t.Output(), Err: t.Output()}); err == nil || !strings.Contains(err.Error(), "was written with keys") {
		t.Errorf("the demo on a real database: %v", err)
	}
}

// TestLostKeysAreNotReplaced takes the file of keys away, and puts another
// installation's in its place.
func TestLostKeysAreNotReplaced(t *testing.T) {
	dir := t.TempDir()
	path, keys := filepath.Join(dir, "c.db"), filepath.Join(dir, "secrets.json")
	must(t, "operator", "add", "13900000001", "--db", path)
	aside := filepath.Join(t.TempDir(), "kept.json")
	if err := os.Rename(keys, aside); err != nil {
		t.Fatal(err)
	}
	if _, err := do(t, "ledger", "prove", "--db", path); err == nil || !strings.Contains(err.Error(), "put the file back") {
		t.Errorf("without keys: %v", err)
	}
	if _, err := os.Stat(keys); err == nil {
		t.Error("new keys, of no use, are in the place of the lost ones")
	}
	other := filepath.Join(t.TempDir(), "c.db")
	must(t, "operator", "add", "13900000001", "--db", other)
	if _, err := do(t, "ledger", "prove", "--db", path, "--secrets", filepath.Join(filepath.Dir(other), "secrets.json")); err == nil || !strings.Contains(err.Error(), "holds other keys") {
		t.Errorf("with other keys: %v", err)
	}
	must(t, "ledger", "prove", "--db", path, "--secrets", aside)
}

// TestReadyOnlyWithItsOwnFile moves the database away under a server, and puts
// another in its place.
func TestReadyOnlyWithItsOwnFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.db")
	b, err := newTrack(t.Context(), path, filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	expect := func(when string, ready bool) {
		t.Helper()
		if err := b.parts.alive(t.Context()); (err == nil) != ready {
			t.Errorf("%s: %v", when, err)
		}
	}
	expect("with its file", true)
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	expect("without its file", false)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	expect("with another file", false)
	if err := os.Rename(path+".moved", path); err != nil {
		t.Fatal(err)
	}
	expect("with its file again", true)
}

// TestNodesShareASandbox buys a pass at a node that has no sandbox of its own.
func TestNodesShareASandbox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		dir := t.TempDir()
		first, err := newTrack(t.Context(), d.URL(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer first.close()
		cfg := first.parts.cfg
		cfg.Listen, cfg.SandboxListen, cfg.SandboxURL = freePort(t), freePort(t), first.parts.cfg.sandboxURL()
		second, err := open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		box, err := openCounter(t.Context(), cfg, second.secrets, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		edge, err := second.edge(slog.New(slog.DiscardHandler), false)
		if err != nil {
			t.Fatal(err)
		}
		go func() { done <- second.serve(ctx, edge, box) }()
		own := &track{parts: second}
		if _, err := own.join(t.Context()); err != nil {
			t.Errorf("a pass bought at the second node: %v", err)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := second.close(); err != nil {
			t.Error(err)
		}
	})
}

// TestOpeningSaysWhatToDo opens what cannot be opened.
func TestOpeningSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"/proc/none/c.db": "name a place that this user may write to",
		"mysql://x/y":     "want --db postgres://",
		dir:               "it is a folder",
		text:              "name a SQLite file",
		"postgres://me:secret@" + freePort(t) + "/x": "is the server running",
	} {
		_, err := do(t, "migrate", "--db", url)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want %q", url, err, want)
		}
	}
}

// TestRestoreAfterAKill restores over a database whose server was killed and
// left its journal, and refuses to restore a database from itself.
func TestRestoreAfterAKill(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "c.db"), filepath.Join(dir, "copy.db")
	b, err := newTrack(t.Context(), path, dir)
	if err != nil {
		t.Fatal(err)
	}
	must(t, "backup", "--db", path, copied)
	killed := filepath.Join(t.TempDir(), "c.db")
	for _, end := range []string{"", "-wal"} {
		if err := copyFile(killed+end, path+end); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := do(t, "restore", "--db", killed, killed); err == nil || !strings.Contains(err.Error(), "is the database itself") {
		t.Errorf("from itself: %v", err)
	}
	if out := must(t, "restore", "--db", killed, copied); !strings.Contains(out, "is kept as ") {
		t.Errorf("restore: %s", out)
	}
	must(t, "audit", "verify", "--db", killed)
}

// TestDoctorNamesEachThing asks for production, and sets the clock back.
func TestDoctorNamesEachThing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.db")
	must(t, "operator", "add", "13900000001", "--db", path)
	got, out, _ := states(t, "--db", path, "--production")
	for _, name := range []string{"configuration", "payment", "address", "codes"} {
		if got[name] != "bad" {
			t.Errorf("in production %s is %q\n%s", name, got[name], out)
		}
	}
	if got["books"] != "ok" || got["file"] != "ok" {
		t.Errorf("one bad thing hides another:\n%s", out)
	}
	if got, _, _ = states(t, "--db", path, "--base-url", "https://card.example"); got["proxy"] != "warn" {
		t.Errorf("behind a proxy that is not named: %v", got)
	}
	if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, _, _ = states(t, "--db", path); got["file"] != "warn" {
		t.Errorf("a file that others can read: %v", got)
	}
	ahead, err := openAt(t.Context(), Config{Database: Database{DB: path}, Programme: Programme{Zone: "Asia/Shanghai"},
		Listen: "127.0.0.1:0", SandboxListen: "127.0.0.1:0", Payment: "sandbox", Workers: 1}, func() time.Time { return time.Now().Add(time.Hour) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ahead.account.Appoint(t.Context(), "13900000002", "", account.Grant{Role: account.Operator}); err != nil {
		t.Fatal(err)
	}
	if err := ahead.close(); err != nil {
		t.Fatal(err)
	}
	if got, out, _ := states(t, "--db", path); got["clock"] != "bad" {
		t.Errorf("a clock that was set back: %v\n%s", got["clock"], out)
	}
}

// TestZoneIsFixedOnceSomethingIsBooked starts with another zone before and
// after the first pass is bought.
func TestZoneIsFixedOnceSomethingIsBooked(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.db")
	must(t, "operator", "add", "13900000001", "--db", path, "--zone", "Asia/Tokyo")
	b, err := newTrack(t.Context(), path, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.join(t.Context()); err != nil {
		t.Error(err)
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	_, err = do(t, "operator", "add", "13900000001", "--db", path, "--zone", "Asia/Tokyo")
	if err == nil || !strings.Contains(err.Error(), "use --zone Asia/Shanghai") {
		t.Errorf("in another zone: %v", err)
	}
	must(t, "ledger", "prove", "--db", path)
}

// TestJSONBearsTheNamesOfTheAPI reads the keys that commands print.
func TestJSONBearsTheNamesOfTheAPI(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.db")
	must(t, "operator", "add", "13900000001", "--db", path)
	for command, key := range map[string]string{"migrate": "version", "audit list": "actor", "ledger trial": "closing"} {
		rows := read[[]map[string]any](t, must(t, append(strings.Fields(command), "--json", "--db", path)...))
		if len(rows) == 0 || rows[0][key] == nil {
			t.Errorf("%s has no key %q: %v", command, key, rows)
		}
	}
	if v := read[map[string]any](t, must(t, "audit", "verify", "--json", "--db", path)); v["anchor"] != "0:" || v["waiting"] == nil {
		t.Errorf("audit verify: %v", v)
	}
}

// TestATrialImportLeavesNothing runs a dry run where no database is.
func TestATrialImportLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	out := must(t, "import", "shops", "--dry-run", "--db", filepath.Join(dir, "c.db"), "--city", "上海", "--crs", "gcj02",
		"--map", "name=Name,lat=Lat,lng=Lon", dbtest.Data(t, "chinatravel-poi/restaurants/restaurants_shanghai.csv"))
	if left, _ := os.ReadDir(dir); len(left) != 0 || !strings.Contains(out, "484 rows would be imported") {
		t.Errorf("left %v\n%s", left, out)
	}
}

// TestDoctorSaysThatCodesAreHeldBack has the day's codes used up, by the
// setting that bounds them.
func TestDoctorSaysThatCodesAreHeldBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.db")
	must(t, "operator", "add", "13900000001", "--db", path)
	if got, out, _ := states(t, "--db", path); got["sign-in"] != "ok" {
		t.Errorf("when new:\n%s", out)
	}
	a, err := open(t.Context(), Config{Database: Database{DB: path}, Programme: Programme{Zone: "Asia/Shanghai"},
		Listen: "127.0.0.1:0", SandboxListen: "127.0.0.1:0", Payment: "sandbox", Workers: 1, CodesPerDay: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.account.Challenge(t.Context(), "13900000002", account.Client{}); err != nil {
		t.Fatal(err)
	}
	if put, err := a.account.Watch(t.Context()); err != nil || len(put) != 1 || put[0].Name != account.BrakeBudget {
		t.Errorf("put %v, %v", put, err)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	if got, out, _ := states(t, "--db", path); got["sign-in"] != "bad" || !strings.Contains(out, "--codes-per-day") {
		t.Errorf("when the day's codes are used up:\n%s", out)
	}
}
