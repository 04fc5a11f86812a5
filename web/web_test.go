package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/web/ui"
)

var errFull = fault.New(fault.Conflict, "webtest.full", fault.Staff, "满了，请等一下。", "It is full. Wait a moment.")

// A house is an edge with one member app, one till and an API, whose routes do
// what a test tells them to.
type house struct {
	*Edge
	log bytes.Buffer
	do  func(http.ResponseWriter, *http.Request) error
}

func newHouse(t *testing.T, o Options) *house {
	t.Helper()
	h := &house{do: func(w http.ResponseWriter, r *http.Request) error { return hello(w, r) }}
	o.Log = slog.New(slog.NewTextHandler(&h.log, nil))
	h.Edge = New(o)
	act := func(w http.ResponseWriter, r *http.Request) error { return h.do(w, r) }
	h.Mount(App{Name: account.MemberApp, Base: "/", SignIn: "/sign-in"},
		Route{"GET /{$}", account.ActPublic, "", act},
		Route{"GET /thing/{id}", account.ActPublic, "", act},
		Route{"POST /thing/{id}", account.ActPublic, "", act},
		Route{"GET /me", account.ActMemberUse, "", act},
		Route{"POST /me", account.ActMemberUse, "", act},
	)
	h.Mount(App{Name: account.TillApp, Base: "/till/", SignIn: "/till/sign-in"},
		Route{"GET /till/{$}", account.ActTillUse, "", act},
	)
	h.Mount(App{Name: account.APIApp, Base: "/api/v1/"},
		Route{"GET /api/v1/me", account.ActMemberUse, "", act},
		Route{"GET /api/v1/open", account.ActPublic, "", act},
	)
	return h
}

func hello(w http.ResponseWriter, r *http.Request) error {
	p := Page(r)
	return Render(w, r, http.StatusOK, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return ui.Layout(p).Render(templ.WithChildren(ctx, templ.Raw("<p>hello</p>")), out)
	}))
}

// ask sends a request; headers come as names and values in turn.
func (h *house) ask(method, path, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestErrorsBecomeAnswers proves that what a handler returns decides the
// status, and that people read a sentence and devices a code.
func TestErrorsBecomeAnswers(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7: password wrong")
	for _, test := range []struct {
		name   string
		err    error
		status int
		code   string
		says   string
	}{
		{"a fault says its sentence", errFull, 409, "webtest.full", "满了，请等一下。"},
		{"a wrapped fault too", fmt.Errorf("redeem: scan: %w", errFull), 409, "webtest.full", "满了，请等一下。"},
		{"an unknown error shows nothing of itself", secret, 500, "web.broken", "我们这边出了错"},
		{"a database that is away says so", fmt.Errorf("x: %w", db.ErrUnavailable), 503, "web.unavailable", "系统正忙"},
		{"a server of an earlier life says that it is closed", db.ErrFenced, 503, "web.closed", "付过的钱不会丢"},
		{"a crowded database says so", db.ErrBusy, 503, "web.unavailable", "系统正忙"},
		{"an unknown outcome says to look first", db.ErrUnknown, 503, "web.outcome_unknown", "请先看记录"},
		{"a deadline says that it took too long", context.DeadlineExceeded, 503, "web.slow", "等得太久"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse(t, Options{})
			h.do = func(http.ResponseWriter, *http.Request) error { return test.err }
			page := h.ask("GET", "/", "")
			body := text(t, page)
			if page.StatusCode != test.status || !strings.Contains(body, test.says) {
				t.Errorf("page: %d, %s", page.StatusCode, body)
			}
			if strings.Contains(body, "password") {
				t.Error("the page shows our error")
			}
			if test.status == 503 && page.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			answer := h.ask("GET", "/api/v1/open", "")
			var p problemBody
			if err := json.Unmarshal([]byte(text(t, answer)), &p); err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != test.status || p.Code != test.code || p.Status != test.status || p.Request == "" || p.Title == "" {
				t.Errorf("problem: %d %+v", answer.StatusCode, p)
			}
			if got := answer.Header.Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("problem is %s", got)
			}
		})
	}
}

// TestEveryKindHasItsStatus walks the closed list of kinds.
func TestEveryKindHasItsStatus(t *testing.T) {
	want := map[fault.Kind]int{
		fault.Invalid: 400, fault.Unsupported: 415, fault.TooLarge: 413, fault.SignedOut: 401, fault.Denied: 403, fault.NotFound: 404,
		fault.Conflict: 409, fault.Gone: 410, fault.Mismatch: 422, fault.TooMany: 429, fault.Unavailable: 503,
	}
	for kind, status := range want {
		if got := Status(kind); got != status {
			t.Errorf("%s: %d, want %d", kind, got, status)
		}
	}
	for _, f := range fault.All() {
		if _, ok := want[f.Kind]; !ok {
			t.Errorf("%s has a kind without status", f.Code)
		}
	}
}

// TestPanicsArePages proves that a bug costs one request and is logged with
// its place.
func TestPanicsArePages(t *testing.T) {
	h := newHouse(t, Options{})
	h.do = func(http.ResponseWriter, *http.Request) error { panic("a bug with 13800000001 in it") }
	r := h.ask("GET", "/", "")
	if body := text(t, r); r.StatusCode != 500 || strings.Contains(body, "bug") || !strings.Contains(body, r.Header.Get("X-Request-Id")) {
		t.Errorf("%d %s", r.StatusCode, body)
	}
	if log := h.log.String(); !strings.Contains(log, "a bug with ***") || !strings.Contains(log, "web_test.go") || strings.Contains(log, "13800000001") {
		t.Errorf("log: %s", log)
	}
}

// TestLogHoldsNoSecrets proves that a request leaves one line with the route's
// pattern, and neither path nor query nor form.
func TestLogHoldsNoSecrets(t *testing.T) {
	h := newHouse(t, Options{})
	h.ask("POST", "/thing/tok_secret?phone=13900000001", "code=770000000000000000")
	log := strings.TrimSpace(h.log.String())
	if strings.Count(log, "\n") != 0 {
		t.Errorf("more than a line: %s", log)
	}
	for _, secret := range []string{"tok_secret", "13900000001", "7700"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %s: %s", secret, log)
		}
	}
	for _, fact := range []string{`route="POST /thing/{id}"`, "status=200", "took=", "id="} {
		if !strings.Contains(log, fact) {
			t.Errorf("the log lacks %s: %s", fact, log)
		}
	}
}

// TestOtherSitesAreRefused proves G1: what another origin's page sends changes
// nothing, and the reader is told.
func TestOtherSitesAreRefused(t *testing.T) {
	for _, test := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"our own page", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"typed by the person", []string{"Sec-Fetch-Site", "none"}, 200},
		{"no browser at all", nil, 200},
		{"our own origin without fetch metadata", []string{"Origin", "http://example.com"}, 200},
		{"another site", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a sibling host", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"origin null", []string{"Origin", "null"}, 403},
		{"origin evil", []string{"Origin", "https://evil.example"}, 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse(t, Options{})
			done := false
			h.do = func(w http.ResponseWriter, r *http.Request) error { done = true; return hello(w, r) }
			r := h.ask("POST", "/thing/1", "a=b", test.headers...)
			if r.StatusCode != test.status || done != (test.status == 200) {
				t.Errorf("%d, done %v", r.StatusCode, done)
			}
			if r.StatusCode == 403 && !strings.Contains(text(t, r), "来自别的网站") {
				t.Error("the page does not say why")
			}
		})
	}
}

// TestHeadersAreOnEveryAnswer proves G7 and G9 for pages, errors, files and
// redirects alike.
func TestHeadersAreOnEveryAnswer(t *testing.T) {
	h := newHouse(t, Options{Secure: true, Cashier: []string{"https://pay.example"}})
	for _, path := range []string{"/", "/nowhere", "/me", "/assets/none.js", "/healthz", "/api/v1/nowhere", ui.Asset("app.css")} {
		r := h.ask("GET", path, "")
		csp := r.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "form-action 'self' https://pay.example;", "base-uri 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: policy lacks %s", path, part)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

// TestOnlyTheScannerMayUseTheCamera proves that a page has to ask, and that
// demonstrations may frame our own pages and nobody else's.
func TestOnlyTheScannerMayUseTheCamera(t *testing.T) {
	h := newHouse(t, Options{Demo: true})
	plain := h.ask("GET", "/", "")
	if got := plain.Header.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") {
		t.Errorf("permissions: %s", got)
	}
	if got := plain.Header.Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'self'") {
		t.Errorf("policy: %s", got)
	}
	h.do = func(w http.ResponseWriter, r *http.Request) error {
		Allow(w, r, Camera)
		return hello(w, r)
	}
	scanner := h.ask("GET", "/", "")
	if got := scanner.Header.Get("Permissions-Policy"); !strings.Contains(got, "camera=(self)") {
		t.Errorf("permissions: %s", got)
	}
	if got := scanner.Header.Get("Content-Security-Policy"); !strings.Contains(got, "script-src 'self' 'wasm-unsafe-eval';") {
		t.Errorf("policy: %s", got)
	}
}

// TestPathsAndMethods proves that what is not there is 404 in the app's
// shell and language, and that a wrong method says which are right.
func TestPathsAndMethods(t *testing.T) {
	h := newHouse(t, Options{})
	for _, test := range []struct {
		method, path, lang string
		status             int
		shows              string
	}{
		{"GET", "/nowhere", "zh-CN", 404, "这里没有你要找的页面"},
		{"GET", "/nowhere", "en-GB,en;q=0.8", 404, "There is no such page"},
		{"GET", "/till/nowhere", "zh-CN", 404, `href="/till/"`},
		{"GET", "/api/v1/nowhere", "en", 404, `"code":"web.nowhere"`},
		{"DELETE", "/thing/1", "en", 405, "does not take that method"},
		{"TRACE", "/", "en", 405, "does not take that method"},
		{"GET", "/.git/config", "en", 404, "no such page"},
		{"GET", "/debug/pprof/", "en", 404, "no such page"},
		{"GET", "/metrics", "en", 404, "no such page"},
		{"GET", "/assets/", "en", 404, "no such page"},
		{"GET", "/assets/manifest.json", "en", 404, "no such page"},
	} {
		r := h.ask(test.method, test.path, "", "Accept-Language", test.lang)
		body := text(t, r)
		if r.StatusCode != test.status || !strings.Contains(body, test.shows) {
			t.Errorf("%s %s: %d %s", test.method, test.path, r.StatusCode, body)
		}
		if strings.Contains(body, "我们来处理") || strings.Contains(body, "Our move") {
			t.Errorf("%s %s: says that we are at it, and nobody is", test.method, test.path)
		}
		if test.status == 405 && r.Header.Get("Allow") == "" {
			t.Errorf("%s %s: no Allow", test.method, test.path)
		}
	}
	if r := h.ask("HEAD", "/", ""); r.StatusCode != 200 || text(t, r) != "" {
		t.Errorf("HEAD: %d", r.StatusCode)
	}
}

// TestBodiesAreBounded proves that a form above the bound is refused, and that
// a route may ask for more.
func TestBodiesAreBounded(t *testing.T) {
	h := newHouse(t, Options{})
	h.do = func(w http.ResponseWriter, r *http.Request) error {
		if r.PathValue("id") == "large" {
			Large(w, r, 1<<20)
		}
		f, err := Form(r)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(w, len(f.Value("a", "")))
		return err
	}
	body := "a=" + strings.Repeat("x", bodyMax)
	if r := h.ask("POST", "/thing/1", body); r.StatusCode != 413 {
		t.Errorf("%d, want 413", r.StatusCode)
	}
	if r := h.ask("POST", "/thing/large", body); r.StatusCode != 200 {
		t.Errorf("%d, want 200", r.StatusCode)
	}
	if r := h.ask("POST", "/thing/1", "{}", "Content-Type", "text/plain"); r.StatusCode != 415 {
		t.Errorf("%d, want 415", r.StatusCode)
	}
	if r := h.ask("POST", "/thing/1", "a=%00"); r.StatusCode != 400 {
		t.Errorf("%d, want 400", r.StatusCode)
	}
}

// TestMountRefusesMistakes proves that a route without permission or without
// method never gets to serve.
func TestMountRefusesMistakes(t *testing.T) {
	for name, route := range map[string]Route{
		"an action that is not in the table": {"GET /x", "no.such.action", "", hello},
		"a pattern without method":           {"/x", account.ActPublic, "", hello},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was mounted")
				}
			}()
			New(Options{}).Mount(App{Name: account.MemberApp, Base: "/"}, route)
		})
	}
}

// TestFormsComeBack proves that a refused form is shown with its values and
// the sentence beside its field, and says by cookie that it was answered.
func TestFormsComeBack(t *testing.T) {
	h := newHouse(t, Options{})
	h.do = func(w http.ResponseWriter, r *http.Request) error {
		f, err := Form(r)
		if err != nil {
			return err
		}
		_, err = Amount(f, "amount")
		return Again(w, r, err, f, func(f ui.Form) templ.Component {
			p := Page(r)
			return ui.Input(ui.Field{Name: "amount", Label: "Amount", Value: f.Value("amount", ""), Error: f.Error(p, "amount")})
		})
	}
	r := h.ask("POST", "/thing/1", "amount=12.345&idem=ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	body := text(t, r)
	if r.StatusCode != 422 || !strings.Contains(body, `value="12.345"`) || !strings.Contains(body, `aria-describedby="amount-error"`) || !strings.Contains(body, "请填写金额") {
		t.Errorf("%d %s", r.StatusCode, body)
	}
	if got := r.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "answered=ABCDEFGHIJKLMNOPQRSTUVWXYZ;") {
		t.Errorf("cookie %q", got)
	}
}
