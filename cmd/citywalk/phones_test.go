package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/web/webtest"
)

// A city is the whole program on loopback: the server and the provider's own,
// each on a port of its own, and the service that sends messages.
type city struct {
	t     *testing.T
	cfg   Config
	parts *parts
	sms   *messages
	base  string
	seen  map[string]bool // Pages that were looked at; nil if none is to be.
}

// found starts a city over an empty database of the engine.
func found(t *testing.T, engine db.Engine) *city {
	t.Helper()
	c := &city{t: t, sms: receiveMessages(t)}
	if engine == db.SQLite {
		c.seen = map[string]bool{}
	}
	c.cfg = Config{
		Database: Database{DB: dbtest.URL(t, engine)}, Programme: Programme{Name: "城市漫步卡", Zone: "Asia/Shanghai", City: "上海"},
		Listen: freePort(t), SandboxListen: freePort(t), Payment: "sandbox", Workers: 4,
		Secrets: filepath.Join(t.TempDir(), "secrets.json"), SMSWebhook: c.sms.url, SMSSecret: c.sms.secret,
	}
	ctx, stop := context.WithCancel(context.Background())
	a, err := open(ctx, c.cfg)
	if err != nil {
		t.Fatal(err)
	}
	box, err := openCounter(ctx, c.cfg, a.secrets, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	edge, err := a.edge(slog.New(slog.DiscardHandler), false)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.serve(ctx, edge, box) }()
	t.Cleanup(func() {
		stop()
		for _, err := range []error{<-done, box.close(), a.close()} {
			if err != nil {
				t.Errorf("stop the city: %v", err)
			}
		}
	})
	c.parts, c.base = a, c.cfg.baseURL()
	return c
}

// command runs a command of the program against the city's database.
func (c *city) command(args ...string) string {
	c.t.Helper()
	var out, errs bytes.Buffer
	args = append(args, "--db", c.cfg.DB, "--secrets", c.cfg.Secrets)
	if err := run(c.t.Context(), args, &out, &errs); err != nil {
		c.t.Fatalf("citywalk %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return out.String()
}

// messages is the service that one-time codes are posted to.
type messages struct {
	url, secret string
	mu          sync.Mutex
	come        *sync.Cond
	codes       map[string]string // By number, the newest.
}

func receiveMessages(t *testing.T) *messages {
	t.Helper()
	m := &messages{secret: base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("m"), 32)), codes: map[string]string{}}
	m.come = sync.NewCond(&m.mu)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Phone, Code string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get("Webhook-Signature") == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.codes[strings.TrimPrefix(body.Phone, "+86")] = body.Code
		m.come.Broadcast()
	}))
	t.Cleanup(server.Close)
	m.url = server.URL
	return m
}

// code waits for the code that is sent to a number.
func (m *messages) code(phone string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.codes[phone] == "" {
		m.come.Wait()
	}
	code := m.codes[phone]
	delete(m.codes, phone)
	return code
}

// signIn goes through the sign-in that a page has led to.
func (c *city) signIn(p *webtest.Page, phone string) {
	c.t.Helper()
	p.Fill("手机号", phone)
	p.Click("获取验证码")
	p.Fill("验证码", c.sms.code(phone))
	p.Click("去登录")
}

// look holds a page against axe and takes its picture, once; one that may be
// loaded again, also in English and in the dark.
func (c *city) look(p *webtest.Page, name string, again bool) {
	c.t.Helper()
	if c.seen == nil || c.seen[name] {
		return
	}
	c.seen[name] = true
	p.Axe()
	p.Screenshot(name + "-zh")
	if !again {
		return
	}
	p.SetCookie(c.base, "lang", "en")
	p.Reload()
	p.Axe()
	p.Screenshot(name + "-en")
	p.SetCookie(c.base, "lang", "zh-CN")
	p.Dark(true)
	p.Reload()
	p.Axe()
	p.Screenshot(name + "-dark")
	p.Dark(false)
	p.Reload()
}

// choose puts a file of the shared data into the page's file field.
func choose(t *testing.T, p *webtest.Page, name string) {
	t.Helper()
	b, err := os.ReadFile(dbtest.Data(t, name))
	if err != nil {
		t.Fatal(err)
	}
	webtest.Eval[bool](p, `(() => {
		const files = new DataTransfer();
		files.items.add(new File([`+strconv.Quote(string(b))+`], `+strconv.Quote(filepath.Base(name))+`, {type: "text/csv"}));
		const field = document.querySelector("input[type=file]");
		field.files = files.files;
		field.dispatchEvent(new Event("change", {bubbles: true}));
		return true;
	})()`)
}

// one returns what the page's text matches first, which must be there.
func one(t *testing.T, p *webtest.Page, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindString(p.Text())
	if found == "" {
		t.Fatalf("%s does not stand on %s:\n%s", pattern, p.URL(), p.Text())
	}
	return found
}
