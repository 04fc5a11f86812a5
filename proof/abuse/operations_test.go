package abuse

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"citywalk/db"
	"citywalk/proof"
)

// operations is section K: installations that are not fit to be opened. There
// is no password to be left as it came: the first operator is a phone number
// that is named at the console.
var operations = []Case{
	{ID: "K1", Says: "what is not fit for people's money does not start, or the doctor calls it bad", real: unfit,
		at: "cmd/citywalk.TestServeRefusesWhatIsNotSafe cmd/citywalk.TestDoctorNamesEachThing proof.TestDoctorWantsASynchronousStandby"},
	{ID: "K2", Says: "nothing of the inside is there for whoever asks from outside", real: outside},
}

// unfit starts in production what must not be, and asks the doctor.
func unfit(t *testing.T) {
	i := proof.Found(t, db.SQLite)
	refuses := func(why string, flags ...string) {
		t.Helper()
		if _, err := i.TryStart(nil, flags...); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%v: %v; want %q", flags, err, why)
		}
	}
	secret := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("m", 32)))
	production := []string{"--production", "--base-url", "https://card.example", "--sms-webhook", "https://sms.example", "--sms-secret", secret}
	refuses("the sandbox payment provider cannot be used", production...)
	refuses("sessions need https", "--base-url", "http://card.example")
	refuses("sessions need https", "--production", "--base-url", "http://card.example")

	bad := func(i *proof.Installation, what, name, words string) {
		t.Helper()
		checks, content := i.Doctor("--production")
		if c := checks[name]; c.State != "bad" || !strings.Contains(c.Detail, words) || content {
			t.Errorf("%s: the doctor says of the %s %+v, content %v", what, name, c, content)
		}
	}
	bad(i, "pretend money", "payment", "sandbox")
	bad(i, "no https", "address", "https")
	bad(i, "codes in the log", "codes", "go to the log")
	bad(i, "no backup", "backup", "none of this database")
	i.Command("backup")
	if checks, _ := i.Doctor("--production"); checks["backup"].State != "ok" {
		t.Errorf("a new backup: %+v", checks["backup"])
	}
	age(t, filepath.Join(filepath.Dir(i.DB), "backups"), 27*time.Hour)
	bad(i, "a backup of 27 hours ago", "backup", "the youngest is from")

	t.Run("a clock that is 5 s off", func(t *testing.T) {
		far := proof.Found(t, db.Postgres)
		skew(t, far.DB)
		bad(far, "a clock that is 5 s off", "clock", "synchronise it")
	})
	if err := os.Chmod(i.Secrets, 0o644); err != nil {
		t.Fatal(err)
	}
	refuses("can be read by others")
	bad(i, "keys for all to read", "secrets", "can be read by others")
	if err := os.Chmod(i.Secrets, 0o600); err != nil { // The books are proved in the end.
		t.Fatal(err)
	}
}

// age makes the backups of a folder older.
func age(t *testing.T, folder string, by time.Duration) {
	t.Helper()
	manifests, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(manifests) == 0 {
		t.Fatalf("no manifests in %s: %v", folder, err)
	}
	for _, name := range manifests {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		m["at"] = time.Now().Add(-by)
		if text, err = json.Marshal(m); err == nil {
			err = os.WriteFile(name, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// skew has the clock of a PostgreSQL database go five seconds ahead for whoever
// connects from now on.
func skew(t *testing.T, url string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	for _, sql := range []string{
		`CREATE SCHEMA ahead`,
		`CREATE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + INTERVAL '5 s' $$`,
		`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, ahead, pg_catalog', current_database()); END $$`,
	} {
		if _, err := c.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// outside asks a running server for what tools of the trade leave open.
func outside(t *testing.T) {
	n := proof.Found(t, db.SQLite).Start()
	ask := func(method, path string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, n.Base, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Opaque = path // As it stands, so that no dots are taken out.
		w, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
		w.Body.Close()
		return w.StatusCode
	}
	if got := ask(http.MethodGet, "/api/v1/plans"); got != http.StatusOK {
		t.Fatalf("what is for everybody: %d", got)
	}
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/vars", "/metrics", "/.git/config", "/.git/HEAD", "/.env", "/secrets.json",
		"/citywalk.db", "/backups/", "/assets/", "/assets/manifest.json", "/assets/%2e%2e/secrets.json", "/api/v1/", "/api/v1/docs", "/api/v1/schemas/", "/demo", "/guide", "/server-status"} {
		for _, app := range []string{"", "/till", "/console"} {
			if got := ask(http.MethodGet, app+path); got != http.StatusNotFound && got != http.StatusMethodNotAllowed {
				t.Errorf("GET %s: %d", app+path, got)
			}
		}
	}
	for _, path := range []string{"/", "/till/", "/console/", "/api/v1/plans", "/healthz", "/assets/x"} {
		for _, method := range []string{http.MethodTrace, "TRACK", http.MethodConnect, "PROPFIND"} {
			if got := ask(method, path); got != http.StatusNotFound && got != http.StatusMethodNotAllowed && got != http.StatusNotImplemented && got != http.StatusBadRequest {
				t.Errorf("%s %s: %d", method, path, got)
			}
		}
	}
}
