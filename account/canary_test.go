package account

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/fault"
)

// TestCanary drives a number through every use case and then looks for it, for
// its codes and for its tokens in all that the database holds (I1, TH24).
func TestCanary(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		ctx := t.Context()
		secrets := []string{canary, canary[:7] + "-", hex.EncodeToString([]byte(canary)), "198.51.100.77"}
		client := Client{IP: "198.51.100.77", Device: iPhone}

		asked, err := w.Challenge(ctx, canary, client)
		want(t, err, nil)
		w.out.fail = os.ErrDeadlineExceeded
		w.drain()
		w.out.fail = nil
		w.clock.Advance(time.Minute)
		w.drain()
		code := w.out.codes[canary]
		if code == "" {
			t.Fatal("no code was sent")
		}
		_, _, err = w.SignIn(ctx, asked.Challenge, wrong(code), MemberApp, client)
		want(t, err, ErrCode)
		token, s, err := w.SignIn(ctx, asked.Challenge, code, MemberApp, client)
		want(t, err, nil)
		want(t, w.Rename(ctx, s, "Canary"), nil)
		_, err = w.Appoint(ctx, canary, "", operator)
		want(t, err, nil)
		console, op, err := w.Enter(ctx, s.Person, ConsoleApp, client)
		want(t, err, nil)
		in, err := w.Invite(ctx, op, staff1)
		want(t, err, nil)
		_, err = w.Accept(ctx, s, in.Token)
		want(t, err, nil)
		_, err = w.Challenge(ctx, canary, client) // Its job is left in the queue.
		want(t, err, nil)
		_, err = w.Challenge(ctx, canary, client)
		want(t, err, ErrSoon)
		if f, _ := fault.From(err); strings.Contains(f.Error()+f.Say(fault.Zh), canary) {
			t.Errorf("the refusal says %v", f)
		}
		found, err := w.People(ctx, op, canary, "", 10)
		want(t, err, nil)
		if len(found) != 1 || found[0].Masked != "139****0001" {
			t.Errorf("found %+v", found)
		}
		_, err = Seal(ctx, w.DB)
		want(t, err, nil)

		secrets = append(secrets, token, console, in.Token)
		all := dump(t, w.DB)
		if !strings.Contains(all, "139****0001") || !strings.Contains(all, s.ID) {
			t.Fatal("the dump does not hold what it must")
		}
		for _, secret := range secrets {
			if strings.Contains(all, secret) {
				t.Errorf("the database holds %q", secret)
			}
		}
		if strings.Contains(all, `"`+code+`"`) || strings.Contains(all, code+",") {
			t.Error("the database holds the code")
		}
	})
}

// dump returns all that the database holds as text.
func dump(t *testing.T, d *db.DB) string {
	t.Helper()
	var b strings.Builder
	if d.Engine() == db.SQLite {
		for _, path := range []string{d.URL(), d.URL() + "-wal"} {
			raw, err := os.ReadFile(path)
			want(t, err, nil)
			b.Write(raw)
		}
		return b.String()
	}
	err := d.View(t.Context(), func(tx *db.Tx) error {
		tables, err := db.All[string](tx, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`)
		if err != nil {
			return err
		}
		for _, table := range tables {
			rows, err := db.All[string](tx, `SELECT CAST(t AS TEXT) FROM `+table+` t`)
			if err != nil {
				return err
			}
			b.WriteString(strings.Join(rows, "\n"))
		}
		return nil
	})
	want(t, err, nil)
	return b.String()
}
