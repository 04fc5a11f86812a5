package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// alter rewrites a JSON file.
func alter[T any](t *testing.T, path string, change func(*T)) {
	t.Helper()
	b, err := os.ReadFile(path)
	var v T
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err == nil {
		change(&v)
		b, err = json.Marshal(v)
	}
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestDoctorLooksAtBackups lets a backup and a drill grow old, shrink, change
// and fail.
func TestDoctorLooksAtBackups(t *testing.T) {
	dir := t.TempDir()
	path, kept := filepath.Join(dir, "c.db"), filepath.Join(dir, "kept")
	drilled := filepath.Join(kept, drillFile)
	expect := func(name, state, says string, args ...string) {
		t.Helper()
		out, _ := do(t, append([]string{"doctor", "--json", "--db", path, "--backups", kept}, args...)...)
		for _, c := range read[[]Check](t, out) {
			if c.Name == name && (c.State != state || !strings.Contains(c.Detail, says)) {
				t.Errorf("%s is %q, want %q with %q", name, c, state, says)
			}
		}
	}
	must(t, "operator", "add", "13900000001", "--db", path)
	expect("backup", "warn", "run: citywalk backup")
	expect("backup", "bad", "run: citywalk backup", "--production")
	first := filepath.Join(kept, "first.db")
	out := must(t, "backup", "--db", path, "--backups", kept, first)
	if !strings.Contains(out, "None is removed by itself") {
		t.Errorf("backup: %s", out)
	}
	expect("backup", "ok", "1 kept")
	expect("drill", "warn", "run: citywalk drill")
	if out := must(t, "drill", "--db", path, "--backups", kept, "--dry-run"); !strings.Contains(out, first) {
		t.Errorf("a dry run: %s", out)
	}
	expect("drill", "warn", "run: citywalk drill")
	must(t, "drill", "--db", path, "--backups", kept)
	expect("drill", "ok", "took")
	old := func() time.Time { return time.Now().Add(-27 * time.Hour) }
	alter(t, drilled, func(r *Drill) { r.At = old() })
	expect("drill", "bad", "the last one was on", "--production")
	alter(t, first+manifestEnd, func(m *Manifest) { m.At = old() })
	expect("backup", "warn", "the youngest is from")
	expect("backup", "bad", "the youngest is from", "--production")
	must(t, "drill", "--fresh", "--db", path, "--backups", kept)
	expect("backup", "ok", "2 kept")
	expect("drill", "ok", "took")
	alter(t, first+manifestEnd, func(m *Manifest) { m.Size = 3 * m.Size })
	expect("backup", "warn", "the one before has")
	all, err := backups(kept)
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	falsify(t, filepath.Join(kept, all[0].File), "account.appoint", "account.appoinT")
	expect("backup", "bad", "it was changed")
	if _, err := do(t, "drill", "--db", path, "--backups", kept); err == nil {
		t.Error("a changed backup was restored")
	}
	expect("drill", "bad", "failed: file: ")
}

// TestThereIsNothingToDrill asks for a drill where no backup is.
func TestThereIsNothingToDrill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.db")
	must(t, "operator", "add", "13900000001", "--db", path)
	if _, err := do(t, "drill", "--db", path); err == nil || !strings.Contains(err.Error(), "run: citywalk backup --db "+path) {
		t.Errorf("without a backup: %v", err)
	}
	if _, err := do(t, "drill", "--db", path, "--from", path); err == nil || !strings.Contains(err.Error(), "has no manifest") {
		t.Errorf("without a manifest: %v", err)
	}
	if out := must(t, "reopen", "--db", path); !strings.Contains(out, "is open; there is nothing to do") {
		t.Errorf("reopen: %s", out)
	}
	if _, err := do(t, "restore", "--db", path, path); err == nil || !strings.Contains(err.Error(), "is the database itself") {
		t.Errorf("restore: %v", err)
	}
}
