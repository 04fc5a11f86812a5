package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// A manifest is what stands beside a backup.
type manifest struct {
	File     string           `json:"file"`
	At       time.Time        `json:"at"`
	Engine   db.Engine        `json:"engine"`
	Program  string           `json:"program"`
	Size     int64            `json:"size"`
	SHA256   string           `json:"sha256"`
	Database string           `json:"database"`
	Epoch    int64            `json:"epoch"`
	Beat     int64            `json:"beat"`
	Schema   string           `json:"schema"`
	Entry    string           `json:"ledger_entry"`
	Anchor   string           `json:"audit_anchor"`
	Rows     map[string]int64 `json:"rows"`
}

// printed decodes what a command printed as JSON.
func printed[T any](i *Installation, out string) (v T) {
	i.t.Helper()
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		i.t.Fatalf("%v in %s", err, out)
	}
	return v
}

// backup makes a backup of the installation's database.
func (i *Installation) backup(name string) (path string, m manifest) {
	i.t.Helper()
	path = filepath.Join(i.dir, "kept", name)
	return path, printed[manifest](i, i.Command("backup", "--json", path))
}

// until waits until the crowd has been told so many things.
func (c *crowd) until(commands int) {
	c.t.Helper()
	give := time.After(5 * time.Minute)
	for c.toll().commands < commands && !c.t.Failed() {
		select {
		case <-give:
			c.t.Fatalf("the crowd was told %d things in five minutes, want %d", c.toll().commands, commands)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// TestBackupUnderLoad is P20: a backup that was made while eight customers pay
// is restored. What they were told before it began is in it, receipts
// included, and it holds what its manifest says. A copy that was cut short,
// changed or mixed up is refused, says why and changes nothing.
func TestBackupUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, i *Installation) {
		n := i.Start()
		c := newCrowd(i, n)
		close := c.start(8)
		c.until(60)
		told := c.toll()
		path, m := i.backup("first")
		c.until(told.commands + 60)
		second, _ := i.backup("second")
		close()
		c.settle()
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
		i.refuses(path, second, m)
		if out := i.Command("restore", path); !strings.Contains(out, "It is closed") {
			t.Error(out)
		}
		d := i.Open()
		lost, err := told.lost(t.Context(), d)
		if err != nil || len(lost) > 0 {
			t.Errorf("not in the backup: %v, %v", lost, err)
		}
		i.fits(d, m)
		t.Logf("%d things were told before the backup began and are in it; %d rows, %d bytes", told.commands, m.total(), m.Size)
	})
}

func (m manifest) total() (n int64) {
	for _, rows := range m.Rows {
		n += rows
	}
	return n
}

// fits compares a database that was just restored with the manifest, past the
// command that did the same.
func (i *Installation) fits(d *db.DB, m manifest) {
	i.t.Helper()
	var e db.Epoch
	var rows map[string]int64
	var entry string
	err := d.View(i.t.Context(), func(tx *db.Tx) (err error) {
		if e, err = db.EpochOf(tx); err != nil {
			return err
		}
		if entry, err = db.One[string](tx, `SELECT id FROM ledger_entries ORDER BY day DESC, at DESC, id DESC LIMIT 1`); err != nil {
			return err
		}
		rows, err = db.Rows(tx)
		return err
	})
	if err != nil {
		i.t.Fatal(err)
	}
	want := maps.Clone(m.Rows)
	want["account_audits"]++ // That it was restored.
	want["account_unsealed"]++
	if !maps.Equal(rows, want) {
		i.t.Errorf("the copy has the rows %v, its manifest says %v", rows, want)
	}
	if e.Name != m.Database || e.Epoch != m.Epoch+1 || e.Beat != m.Beat || e.Closed != "restored" {
		i.t.Errorf("the copy is %+v, its manifest says %+v", e, m)
	}
	if m.Entry == "" || m.Anchor == "" || m.Program == "" || m.Schema == "" || m.Engine != d.Engine() {
		i.t.Errorf("the manifest says too little: %+v", m)
	}
	if entry != m.Entry {
		i.t.Errorf("the newest entry is %s, the manifest says %s", entry, m.Entry)
	}
}

// refuses tries to restore what is no whole copy.
func (i *Installation) refuses(path, second string, m manifest) {
	i.t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		i.t.Fatal(err)
	}
	sum := sha256.Sum256(whole)
	if hex.EncodeToString(sum[:]) != m.SHA256 || int64(len(whole)) != m.Size {
		i.t.Errorf("%d bytes with the sum %x, the manifest says %d and %s", len(whole), sum, m.Size, m.SHA256)
	}
	altered := append([]byte(nil), whole...)
	altered[len(altered)/2] ^= 0x20
	fewer, older := m, m
	fewer.Rows = maps.Clone(m.Rows)
	fewer.Rows["redeem_redemptions"]++
	older.Beat--
	other := m
	other.Engine = map[db.Engine]db.Engine{db.SQLite: db.Postgres, db.Postgres: db.SQLite}[m.Engine]
	epoch := i.epoch()
	for _, bad := range []struct {
		says     string
		file     []byte
		manifest any
	}{
		{"it was cut short", whole[:len(whole)/2], m},
		{"it was changed", altered, m},
		{"it was cut short or changed", append(append([]byte(nil), whole...), 0), m},
		{"redeem_redemptions has", whole, fewer},
		{"the beat is", whole, older},
		{"names another kind", whole, other},
		{"is not a manifest", whole, "soup"},
		{"cannot be", whole[:len(whole)/2], nil},
		{"", []byte("not a database"), nil},
		{"", nil, nil},
	} {
		file := i.lay(bad.file, bad.manifest)
		if out, err := i.Try("restore", file); err == nil || !strings.Contains(out, file+" is not restored: ") || !strings.Contains(out, bad.says) {
			i.t.Errorf("a copy of which %q is true was restored: %s", bad.says, out)
		}
	}
	os.Rename(path+".json", path+".mine")
	swapped, err := os.ReadFile(second + ".json")
	if err == nil {
		err = os.WriteFile(path+".json", swapped, 0o600)
	}
	if err != nil {
		i.t.Fatal(err)
	}
	if out, err := i.Try("restore", path); err == nil || !strings.Contains(out, "its manifest") {
		i.t.Errorf("a copy with the manifest of another: %s", out)
	}
	if err := os.Rename(path+".mine", path+".json"); err != nil {
		i.t.Fatal(err)
	}
	if now := i.epoch(); now != epoch {
		i.t.Errorf("a refused copy made of %+v %+v", epoch, now)
	}
}

// lay writes a file with a manifest beside it, if there is one.
func (i *Installation) lay(file []byte, m any) string {
	i.t.Helper()
	path := filepath.Join(i.t.TempDir(), "copy")
	err := os.WriteFile(path, file, 0o600)
	if err == nil && m != nil {
		var b []byte
		if b, err = json.Marshal(m); err == nil {
			err = os.WriteFile(path+".json", b, 0o600)
		}
	}
	if err != nil {
		i.t.Fatal(err)
	}
	return path
}

// epoch is which life the database is in.
func (i *Installation) epoch() db.Epoch {
	i.t.Helper()
	d, err := db.Open(i.t.Context(), i.DB, db.Options{})
	if err != nil {
		i.t.Fatal(err)
	}
	defer d.Close()
	e, err := d.Epoch(i.t.Context())
	if err != nil {
		i.t.Fatal(err)
	}
	return e
}

// TestBackupOfAnother restores the backup of one installation over another.
func TestBackupOfAnother(t *testing.T) {
	each(t, func(t *testing.T, i *Installation) {
		other := Found(t, engineOf(i))
		i.Command("backup", filepath.Join(i.dir, "kept", "mine"))
		path, _ := other.backup("others")
		if out, err := i.Try("restore", path); err == nil || !strings.Contains(out, "it is of the database db_") {
			t.Errorf("restored: %s", out)
		}
	})
}

// engineOf is the engine of the installation's database.
func engineOf(i *Installation) db.Engine {
	if strings.Contains(i.DB, "://") {
		return db.Postgres
	}
	return db.SQLite
}

// states are the doctor's lines by name.
func (i *Installation) states() map[string]Check {
	i.t.Helper()
	checks, _ := i.Doctor()
	return checks
}

// drill is what the command prints.
type drill struct {
	Backup  string
	Restore float64 `json:"restore_seconds"`
	Whole   float64 `json:"whole_seconds"`
	Checks  []Check
	OK      bool
}

// TestDrill restores a fresh backup while customers pay: everything in it
// holds, and of the database nothing is touched but by them. Afterwards the
// doctor is content. With other keys, or with a copy that was changed, the
// drill fails, and the doctor tells.
func TestDrill(t *testing.T) {
	each(t, func(t *testing.T, i *Installation) {
		n := i.Start()
		c := newCrowd(i, n)
		close := c.start(2)
		c.until(30)
		close()
		c.settle()
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
		if got := i.states(); got["backup"].State != "warn" || got["drill"].State != "warn" || got["life"].State != "ok" {
			t.Errorf("before: %v", got)
		}
		path := i.Command("backup")
		d := i.Open()
		before := dbtest.Snap(t, d)
		r := printed[drill](i, i.Command("drill", "--json"))
		if !r.OK || len(r.Checks) != 6 || strings.Contains(r.Checks[2].Detail, "fit: 0 ") || r.Restore <= 0 || r.Whole < r.Restore {
			t.Errorf("%+v after %s", r, path)
		}
		i.nothingLeft(before)
		if got := i.states(); got["backup"].State != "ok" || got["drill"].State != "ok" {
			t.Errorf("after: %v", got)
		}
		own := i.Secrets
		i.Secrets = Found(t, db.SQLite).Secrets
		i.drillFails("keys", "--from", r.Backup, "--backups", filepath.Dir(r.Backup))
		i.Secrets = own
		whole, err := os.ReadFile(r.Backup)
		if err != nil {
			t.Fatal(err)
		}
		whole[len(whole)/2] ^= 1
		if err := os.WriteFile(r.Backup, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		i.drillFails("file")
		if got := i.states(); got["backup"].State != "bad" || got["drill"].State != "bad" {
			t.Errorf("with a changed copy: %v", got)
		}
		i.nothingLeft(before)
	})
}

// drillFails drills, which has to fail at a check.
func (i *Installation) drillFails(at string, flags ...string) {
	i.t.Helper()
	out, err := i.Try(append([]string{"drill", "--json"}, flags...)...)
	out, _, _ = strings.Cut(out, "\n}\n")
	r := printed[drill](i, out+"\n}\n")
	last := r.Checks[len(r.Checks)-1]
	if err == nil || r.OK || last.Name != at || last.State != "bad" || last.Detail == "" {
		i.t.Errorf("a drill that should fail at %s: %+v (%v)", at, r, err)
	}
}

// nothingLeft looks whether a drill changed the database or left its copy.
func (i *Installation) nothingLeft(before *dbtest.Snapshot) {
	i.t.Helper()
	if changed := before.Changed(); len(changed) > 0 {
		i.t.Errorf("a drill changed %v", changed)
	}
	if left, err := filepath.Glob(filepath.Join(i.dir, "citywalk-drill-*")); err != nil || len(left) > 0 {
		i.t.Errorf("a drill left %v (%v)", left, err)
	}
	if engineOf(i) == db.SQLite {
		return
	}
	out, err := exec.Command("psql", "--no-psqlrc", "--tuples-only", "--csv", i.DB, "--command=SELECT datname FROM pg_database").Output()
	if err != nil || strings.Contains(string(out), "_drill") {
		i.t.Errorf("a drill left one of %s (%v)", out, err)
	}
}
