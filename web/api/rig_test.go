package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/discover"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/pass"
	"citywalk/payment"
	"citywalk/payment/sandbox/sandboxtest"
	"citywalk/redeem"
	"citywalk/settle"
	"citywalk/shop"
	"citywalk/web"
)

// A rig is the API over real HTTP, with every service below it for real and a
// sandbox institution that is reached only over HTTP.
type rig struct {
	t       *testing.T
	db      *db.DB
	clock   *dbtest.Clock
	box     sandboxtest.Sandbox
	api     *API
	account *account.Service
	runner  *jobs.Runner
	sent    bytes.Buffer // What was sent by SMS.
	base    string
	keys    int
	people  int
	check   func(r *http.Request, answer *http.Response, body []byte) error // Asked about every answer, if set.
}

var receiptKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte("r"), 32))

// each runs fn with a new rig on each engine.
func each(t *testing.T, fn func(t *testing.T, g *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { fn(t, newRig(t, d, clock)) })
}

func newRig(t *testing.T, d *db.DB, clock *dbtest.Clock) *rig {
	t.Helper()
	secret := func(c string) []byte { return []byte(strings.Repeat(c, 32)) }
	box := sandboxtest.Start(t, clock.Now)
	g := &rig{t: t, db: d, clock: clock, box: box}
	server := httptest.NewUnstartedServer(nil)
	g.base = "http://" + server.Listener.Addr().String()

	g.account = &account.Service{DB: d, Keys: account.Keys{Seal: secret("a"), Index: secret("b"), Code: secret("c")}, Sender: account.LogSender{W: &g.sent}}
	shops := &shop.Service{DB: d, Zone: dbtest.Zone}
	pay := &payment.Service{DB: d, Provider: box.Provider, Currency: "CNY", BaseURL: g.base, Secret: secret("p"), Zone: dbtest.Zone}
	passes := &pass.Service{DB: d, Payment: pay, Zone: dbtest.Zone}
	till := &redeem.Service{DB: d, Payment: pay, Zone: dbtest.Zone, Keys: redeem.Keys{Code: secret("k"), Receipt: receiptKey}}
	books := &settle.Service{DB: d, Zone: dbtest.Zone}
	pay.On("pass", passes.Outcome())
	pay.On("redeem", till.Outcome())
	g.runner = jobs.NewRunner(d, 2)
	g.account.Register(g.runner)
	pay.Register(g.runner)

	notes := &curate.Service{DB: d, Key: secret("n"), Zone: dbtest.Zone, Visited: redeem.LastAt}
	g.api = New(Parts{DB: d, Account: g.account, Shop: shops, Pass: passes, Payment: pay, Redeem: till, Settle: books,
		Curate: notes, Now: clock.Now, Version: "test",
		Community: &community.Service{DB: d, Curate: notes, Zone: dbtest.Zone}, Discover: &discover.Service{DB: d, Zone: dbtest.Zone},
		Prove: func(ctx context.Context) (found []ledger.Finding, err error) {
			err = d.View(ctx, func(tx *db.Tx) error {
				found, err = ledger.Prove(tx, append(books.Controls(), passes.Control(), pay.Control())...)
				return err
			})
			return found, err
		}})
	edge := web.New(web.Options{Account: g.account, Log: slog.New(slog.DiscardHandler)})
	g.api.Mount(edge)
	edge.Handle("POST "+payment.CallbackPath, http.HandlerFunc(pay.Callback))
	server.Config.Handler = edge.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return g
}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// A caller of the API, with a token or without one.
type user struct {
	g     *rig
	token string
	lang  string
}

func (g *rig) nobody() user { return user{g: g} }

// enter makes a person with the grants and signs in.
func (g *rig) enter(grants ...account.Grant) user {
	g.t.Helper()
	g.people++
	phone := fmt.Sprintf("138%08d", g.people)
	id, err := g.account.Appoint(g.t.Context(), phone, "", account.Grant{})
	for _, grant := range grants {
		g.must(err)
		id, err = g.account.Appoint(g.t.Context(), phone, "", grant)
	}
	g.must(err)
	token, _, err := g.account.Enter(g.t.Context(), id, account.APIApp, account.Client{})
	g.must(err)
	return user{g: g, token: token}
}

// key returns an idempotency key that nobody has used.
func (g *rig) key() string {
	g.keys++
	return fmt.Sprintf("test-key-%016d", g.keys)
}

// An answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends a request with a new key; headers come as names and values in
// turn, and an empty value takes a header away.
func (u user) send(method, path, body string, headers ...string) answer {
	u.g.t.Helper()
	r, err := http.NewRequestWithContext(u.g.t.Context(), method, u.g.base+Prefix+path, strings.NewReader(body))
	u.g.must(err)
	if u.token != "" {
		r.Header.Set("Authorization", "Bearer "+u.token)
	}
	if u.lang != "" {
		r.Header.Set("Accept-Language", u.lang)
	}
	if method != http.MethodGet {
		r.Header.Set("Idempotency-Key", u.g.key())
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	w, err := http.DefaultClient.Do(r)
	u.g.must(err)
	defer w.Body.Close()
	got, err := io.ReadAll(w.Body)
	u.g.must(err)
	if u.g.check != nil {
		if err := u.g.check(r, w, got); err != nil {
			u.g.t.Error(err)
		}
	}
	return answer{w.StatusCode, w.Header, got}
}

// get and do send a request, which must be answered 2xx, and decode what it says.
func get[T any](u user, path string) T {
	u.g.t.Helper()
	return read[T](u, u.send("GET", path, ""), "GET "+path)
}

func do[T any](u user, method, path string, body any) T {
	u.g.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		u.g.must(err)
		text = string(b)
	}
	return read[T](u, u.send(method, path, text), method+" "+path)
}

func read[T any](u user, a answer, what string) (v T) {
	u.g.t.Helper()
	if a.status < 200 || a.status > 299 {
		u.g.t.Fatalf("%s: %d %s", what, a.status, a.body)
	}
	if len(a.body) > 0 {
		u.g.must(json.Unmarshal(a.body, &v))
	}
	return v
}

// problem decodes a refusal.
func (a answer) problem(t *testing.T) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return p
}

type object = map[string]any

// signIn goes through the challenge, with the code that was sent.
func (g *rig) signIn(phone string) user {
	g.t.Helper()
	c := do[struct{ Challenge string }](g.nobody(), "POST", "/challenges", object{"phone": phone})
	g.work()
	code := regexp.MustCompile(`: (\d{6})\n$`).FindStringSubmatch(g.sent.String())
	if code == nil {
		g.t.Fatalf("no code was sent: %q", g.sent.String())
	}
	s := do[struct{ Token string }](g.nobody(), "POST", "/sessions", object{"challenge": c.Challenge, "code": code[1]})
	return user{g: g, token: s.Token}
}

// work does the background work that is due.
func (g *rig) work() {
	g.t.Helper()
	_, err := g.runner.Drain(g.t.Context())
	g.must(err)
}

// cashier presses a button of the provider's page.
func (g *rig) cashier(payURL, button string) {
	g.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.PostForm(payURL, url.Values{"do": {button}})
	g.must(err)
	w.Body.Close()
	if w.StatusCode >= 400 {
		g.t.Fatalf("the cashier answered %s", w.Status)
	}
	_, err = g.box.Deliver(g.t.Context())
	g.must(err)
	g.work()
}

// shanghai is the file of the real restaurants, whole or its first lines.
func (g *rig) shanghai(lines int) string {
	g.t.Helper()
	b, err := os.ReadFile(dbtest.Data(g.t, "chinatravel-poi/restaurants/restaurants_shanghai.csv"))
	g.must(err)
	all := strings.SplitAfter(string(b), "\n")
	if lines > 0 {
		all = all[:lines+1]
	}
	return strings.Join(all, "")
}
