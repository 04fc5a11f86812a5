package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// TestServeRunsAndStops runs the program itself: it answers, tells of itself
// only what it should, sends a code to its log, and on SIGTERM ends clean.
func TestServeRunsAndStops(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			dir, listen := t.TempDir(), freePort(t)
			url := filepath.Join(dir, "c.db")
			if engine == db.Postgres {
				url = dbtest.Bare(t, engine)
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0], "serve", "--db", url, "--secrets", filepath.Join(dir, "secrets.json"), "--listen", listen, "--sandbox-listen", freePort(t))
			cmd.Env = []string{"CITYWALK_TEST_AS_PROGRAM=1", "PATH=/usr/bin:/bin", "HOME=" + dir}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			log, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			base := "http://" + listen
			if said := await(t, out, `console  (\S+)`); said != base+"/console/" {
				t.Errorf("it says that its console is %s", said)
			}
			answers(t, base)
			challenge := strings.NewReader(`{"phone":"13800000009"}`)
			r, err := http.Post(base+"/api/v1/challenges", "application/json", challenge)
			if err != nil || r.StatusCode != http.StatusOK {
				t.Fatalf("%v %v", r, err)
			}
			r.Body.Close()
			if code := await(t, log, `sign-in code for 138\*\*\*\*0009: (\d{6})`); code == "" {
				t.Error("no code was sent")
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			rest, _ := io.ReadAll(log)
			if err := cmd.Wait(); err != nil {
				t.Errorf("it ended with %v\n%s", err, rest)
			}
			if strings.Contains(string(rest), "13800000009") {
				t.Errorf("the log shows a phone number:\n%s", rest)
			}
			if _, err := os.Stat(url + "-wal"); engine == db.SQLite && err == nil {
				t.Error("it left its log of writes behind")
			}
		})
	}
}

// await reads lines until one matches, and returns its first group.
func await(t *testing.T, from io.Reader, pattern string) string {
	t.Helper()
	wanted, lines := regexp.MustCompile(pattern), bufio.NewReader(from)
	var seen strings.Builder
	for {
		line, err := lines.ReadString('\n')
		seen.WriteString(line)
		if m := wanted.FindStringSubmatch(line); m != nil {
			return m[1]
		}
		if err != nil {
			t.Fatalf("%s was not said: %v\n%s", pattern, err, seen.String())
		}
	}
}

// answers asks the running server what a stranger may ask, once it is ready.
func answers(t *testing.T, base string) {
	t.Helper()
	for path, want := range map[string]int{
		"/healthz": 200, "/readyz": 200, "/": 200, "/api/v1/openapi.json": 200, "/api/v1/plans": 200, "/till/signin": 200,
		"/debug/pprof/": 404, "/metrics": 404, "/.git/config": 404, "/assets/": 404, "/demo": 404, "/guide": 404,
	} {
		// The server says where it is just before it listens.
		r, err := http.Get(base + path)
		for err != nil && t.Context().Err() == nil {
			r, err = http.Get(base + path)
		}
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, r.StatusCode, want)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodTrace, base+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("TRACE: %d", r.StatusCode)
	}
}

// TestNoMessageSaysThePassword looks at what is said of a PostgreSQL server,
// in and out of reach.
func TestNoMessageSaysThePassword(t *testing.T) {
	url := dbtest.URL(t, db.Postgres)
	secrets := filepath.Join(t.TempDir(), "secrets.json")
	must(t, "operator", "add", "13900000001", "--db", url, "--secrets", secrets)
	got, out, err := states(t, "--db", url, "--secrets", secrets)
	if err != nil || got["database"] != "ok" || got["standby"] != "warn" || got["books"] != "ok" {
		t.Errorf("the doctor: %v\n%s", err, out)
	}
	if got := redact("postgres://card:geheim@db.example:5432/card"); got != "postgres://card@db.example:5432/card" {
		t.Errorf("redacted: %s", got)
	}
	for _, command := range [][]string{{"audit", "list"}, {"backup"}, {"restore", os.Args[0]}, {"drill"}, {"reopen"}} {
		out, err := do(t, append(command, "--db", "postgres://card:geheim@127.0.0.1:1/card", "--secrets", secrets)...)
		if err == nil || strings.Contains(err.Error()+out, "geheim") {
			t.Errorf("%v out of reach: %v\n%s", command, err, out)
		}
	}
}
