package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"citywalk/account"
	"citywalk/db"
	"citywalk/money"
)

// states runs the doctor and returns each check's state and details.
func states(t *testing.T, args ...string) (map[string]string, string, error) {
	t.Helper()
	out, err := do(t, append([]string{"doctor", "--json"}, args...)...)
	all := map[string]string{}
	for _, c := range read[[]Check](t, out) {
		all[c.Name] = c.State
	}
	return all, out, err
}

// TestDoctorSeesWhatIsWrong follows an installation from nothing to health and
// through what may befall it.
func TestDoctorSeesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.db")
	expect := func(when string, bad bool, want map[string]string, args ...string) {
		t.Helper()
		got, out, err := states(t, append(args, "--db", path)...)
		for name, state := range want {
			if got[name] != state {
				t.Errorf("%s: %s is %q, want %q\n%s", when, name, got[name], state, out)
			}
		}
		if bad != (err != nil) {
			t.Errorf("%s: the doctor ended with %v", when, err)
		}
	}
	expect("with nothing", true, map[string]string{"configuration": "ok", "secrets": "bad", "database": "bad"})
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("the doctor made %v", left)
	}
	must(t, "operator", "add", "13900000001", "--db", path)
	healthy := map[string]string{"configuration": "ok", "secrets": "ok", "database": "ok", "pages": "ok", "clock": "ok", "books": "ok", "audit": "ok", "jobs": "ok", "backup": "warn"}
	expect("when new", false, healthy)
	must(t, "backup", "--db", path)
	healthy["backup"] = "ok"
	expect("with a backup", false, healthy)
	expect("in production", true, map[string]string{"configuration": "bad"}, "--production", "--base-url", "https://card.example")
	expect("when all may read the keys", true, map[string]string{"secrets": "bad", "books": "bad"}, "--secrets", readable(t, filepath.Join(dir, "secrets.json")))
	seal(t, path)
	expect("with a sealed audit", false, healthy)
	falsify(t, path, "account.appoint", "account.appoinT")
	expect("with a falsified audit", true, map[string]string{"audit": "bad"})
}

// readable copies the keys to a file that everybody can read.
func readable(t *testing.T, secrets string) string {
	t.Helper()
	b, err := os.ReadFile(secrets)
	if err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(t.TempDir(), "secrets.json")
	if err := os.WriteFile(open, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return open
}

// seal chains the audit, as a running server does every few seconds.
func seal(t *testing.T, path string) {
	t.Helper()
	d, err := existing(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if n, err := account.Seal(t.Context(), d); err != nil {
		t.Fatalf("sealed %d rows: %v", n, err)
	}
}

// falsify changes a word in the database's file, past the database.
func falsify(t *testing.T, path, from, to string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(from) != len(to) || !bytes.Contains(b, []byte(from)) {
		t.Fatalf("%s is not in the file", from)
	}
	if err := os.WriteFile(path, bytes.Replace(b, []byte(from), []byte(to), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestServeRefusesWhatIsNotSafe starts the server in ways that it must refuse.
func TestServeRefusesWhatIsNotSafe(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.db")
	must(t, "operator", "add", "13900000001", "--db", path)
	open := readable(t, filepath.Join(dir, "secrets.json"))
	for why, args := range map[string][]string{
		"can be read by others":                       {"--secrets", open},
		"the sandbox payment provider cannot be used": {"--production", "--base-url", "https://card.example", "--sms-webhook", "https://sms.example", "--sms-secret", "x"},
		"sessions need https except on loopback":      {"--base-url", "http://card.example"},
		"listens on loopback only":                    {"--sandbox-listen", "0.0.0.0:8081"},
		"is not a time zone":                          {"--zone", "Mars/Olympus"},
		"--sms-webhook needs --sms-secret":            {"--sms-webhook", "https://sms.example"},
		"the webhook's URL must be https":             {"--sms-webhook", "http://sms.example", "--sms-secret", "bW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW0="},
		"is not a network":                            {"--trusted-proxy", "everybody"},
	} {
		args = append([]string{"serve", "--db", path, "--listen", freePort(t), "--sandbox-listen", freePort(t)}, args...)
		if out, err := do(t, args...); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%v: %v; want %q\n%s", args, err, why, out)
		}
	}
	taken := freePort(t)
	l, err := net.Listen("tcp", taken)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := do(t, "serve", "--db", path, "--listen", taken, "--sandbox-listen", freePort(t)); err == nil || !strings.Contains(err.Error(), "choose another with --listen") {
		t.Errorf("on a port that is taken: %v", err)
	}
}

// TestBackupWhileServing copies the database while redemptions run, and puts
// the copy in the place of the original.
func TestBackupWhileServing(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "c.db"), filepath.Join(dir, "copy.db")
	b, err := newTrack(t.Context(), path, dir)
	if err != nil {
		t.Fatal(err)
	}
	var g errgroup.Group
	g.Go(func() error { _, err := b.run(t.Context(), 2, 24); return err })
	g.Go(func() error { _, err := do(t, "backup", "--db", path, copied); return err })
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := do(t, "restore", "--db", path, copied); err == nil || !strings.Contains(err.Error(), "stop the server first") {
		t.Errorf("restored under a running server: %v", err)
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	if out := must(t, "restore", "--db", path, "--dry-run", copied); !strings.Contains(out, "Nothing was changed.") {
		t.Errorf("dry run: %s", out)
	}
	last := redemptions(t, path)
	out := must(t, "restore", "--db", path, copied)
	_, kept, _ := strings.Cut(out, "is kept as ")
	kept, _, _ = strings.Cut(kept, ".\n")
	if before, now := redemptions(t, kept), redemptions(t, path); before != last || now > last || last != 24 {
		t.Errorf("%d redemptions; after the restore %d, kept %d", last, now, before)
	}
	if out := must(t, "ledger", "prove", "--db", path, "--secrets", filepath.Join(dir, "secrets.json")); out != "The books prove.\n" {
		t.Errorf("prove: %s", out)
	}
	damaged(t, path, copied)
}

// redemptions counts what is in a database file.
func redemptions(t *testing.T, path string) (n int) {
	t.Helper()
	err := view(t.Context(), path, func(tx *db.Tx) (err error) {
		n, err = db.One[int](tx, `SELECT COUNT(*) FROM redeem_redemptions WHERE state = 'committed'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// damaged tries to restore files that are no whole copies.
func damaged(t *testing.T, path, copied string) {
	t.Helper()
	whole, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	before, err := contents(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"cut short":    whole[:len(whole)/2],
		"another file": []byte("not a database"),
		"zeros inside": append(append(bytes.Clone(whole[:len(whole)/2]), make([]byte, 64<<10)...), whole[len(whole)/2+64<<10:]...),
		"empty":        {},
	} {
		file := filepath.Join(t.TempDir(), "damaged.db")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := do(t, "restore", "--db", path, file); err == nil {
			t.Errorf("a copy that is %s was restored: %s", name, out)
		}
	}
	after, err := contents(t.Context(), path)
	if what := before.differs(after); what != "" || err != nil {
		t.Errorf("a refused restore changed the database: %s (%v)", what, err)
	}
}

// TestReceiptsVerifyOffline checks a real receipt with nothing but the public
// key, and one in which a letter was changed.
func TestReceiptsVerifyOffline(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.db")
	b, err := newTrack(t.Context(), path, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	member, err := b.join(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.redeem(t.Context(), member); err != nil {
		t.Fatal(err)
	}
	who, err := b.parts.account.Authenticate(t.Context(), member, "api")
	if err != nil {
		t.Fatal(err)
	}
	all, err := b.parts.redeem.Mine(t.Context(), who, "", 1)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	receipt, err := b.parts.redeem.Receipt(t.Context(), who, all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.TrimSpace(must(t, "receipt", "key", "--db", path))
	elsewhere := t.TempDir()
	out, errs, code := program(t, elsewhere, "receipt", "verify", "--key", key, receipt.Text)
	if paid := fmt.Sprint(115*money.Yuan + 65); code != 0 || !strings.Contains(out, "The signature holds.") || !strings.Contains(out, paid) {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	altered := []byte(receipt.Text)
	altered[len(altered)/2] ^= 1
	if out, _, code := program(t, elsewhere, "receipt", "verify", "--key", key, string(altered)); code != 1 || strings.Contains(out, "holds") {
		t.Errorf("an altered receipt: exit %d\n%s", code, out)
	}
	if _, errs, code := program(t, elsewhere, "receipt", "verify", "--key", "AAAA", receipt.Text); code != 1 || !strings.Contains(errs, "32 bytes") {
		t.Errorf("with no key: exit %d\n%s", code, errs)
	}
}

// TestAuditVerifyFindsAChangedByte changes one byte of the audit in the file.
func TestAuditVerifyFindsAChangedByte(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.db")
	b, err := newTrack(t.Context(), path, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	seal(t, path)
	out := must(t, "audit", "verify", "--db", path)
	if !strings.Contains(out, "0 wait to be sealed") {
		t.Errorf("verify: %s", out)
	}
	_, anchor, _ := strings.Cut(out, "anchor ")
	anchor, _, _ = strings.Cut(anchor, "\n")
	must(t, "audit", "verify", "--db", path, "--anchor", anchor)
	falsify(t, path, "shop.set_terms", "shop.set_termz")
	out, err = do(t, "audit", "verify", "--db", path)
	if err == nil || !strings.Contains(out, "does not hold") {
		t.Errorf("after a byte was changed: %v\n%s", err, out)
	}
}
