package demo

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/web"
	"citywalk/web/ui"
	"citywalk/web/webtest"
)

const cashier = "http://127.0.0.1:9"

// newDemo returns the address of a demo whose cast has signed in nowhere, and
// the count of sessions that were opened.
func newDemo(t *testing.T) (base string, sessions func() int) {
	t.Helper()
	d, _ := dbtest.Open(t, db.SQLite)
	key := bytes.Repeat([]byte{7}, 32)
	people := &account.Service{DB: d, Keys: account.Keys{Seal: key, Index: key, Code: key}}
	appoint := func(phone string, g account.Grant) account.ID {
		id, err := people.Appoint(t.Context(), phone, "", g)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	cast := Cast{Shop: "shp_00000000000000000000000000", Number: "123455"}
	cast.Member = appoint("19900002000", account.Grant{Role: account.Member})
	cast.Newcomer = appoint("19900002999", account.Grant{Role: account.Member})
	cast.Staff = appoint("19900003000", account.Grant{Role: account.Staff, Merchant: "mer_a", Shop: string(cast.Shop)})
	cast.Operator = appoint("19900000001", account.Grant{Role: account.Operator})
	edge := web.New(web.Options{Account: people, Demo: true, Cashier: []string{cashier}})
	New(Parts{Edge: edge, Account: people, Cast: cast}).Mount(edge)
	server := httptest.NewServer(edge.Handler())
	t.Cleanup(server.Close)
	return server.URL, func() (n int) {
		for _, id := range []account.ID{cast.Member, cast.Newcomer, cast.Staff, cast.Operator} {
			all, err := people.Sessions(t.Context(), account.Session{Person: id})
			if err != nil {
				t.Fatal(err)
			}
			n += len(all)
		}
		return n
	}
}

// TestAPressLetsInAndALookDoesNot proves that only the button opens sessions,
// one of each app, and that the stage is shown to who has all three.
func TestAPressLetsInAndALookDoesNot(t *testing.T) {
	base, sessions := newDemo(t)
	guest := webtest.NewClient(t, base)
	webtest.Run(t,
		webtest.Scenario{Name: "the entrance", As: guest, Do: "GET /demo/", Status: 200, Shows: []string{"走进这座城市", "虚构城市"}},
		webtest.Scenario{Name: "without the slash", As: guest, Do: "GET /demo", Status: 307, Shows: []string{"/demo/"}},
		webtest.Scenario{Name: "no stage yet", As: guest, Do: "GET /demo/stage", Status: 303, Shows: []string{"/demo/"}},
		webtest.Scenario{Name: "a look is no press", As: guest, Do: "GET /demo/enter", Status: 405},
	)
	if n := sessions(); n != 0 {
		t.Errorf("looking opened %d sessions", n)
	}
	for _, press := range []string{"POST /demo/enter a=b", "POST /demo/newcomer a=b"} {
		before := sessions()
		r := guest.Do(t, press)
		var names []string
		for _, c := range r.Header.Values("Set-Cookie") {
			name, _, _ := strings.Cut(c, "=")
			names = append(names, name)
		}
		if got := strings.Join(names, " "); r.Status != 303 || r.Location != "/demo/stage" || got != "member till console" {
			t.Errorf("%s: %d to %s with the cookies %s", press, r.Status, r.Location, got)
		}
		if n := sessions() - before; n != 3 {
			t.Errorf("%s opened %d sessions", press, n)
		}
	}
	webtest.Run(t, webtest.Scenario{Name: "the stage", As: guest, Do: "GET /demo/stage", Status: 200,
		Shows: []string{`src="/card"`, `src="/till/shops/shp_`, `src="/console/"`, `data-sign="/s/123455"`, "虚构城市"}})
}

// TestTheStageFramesUsAndTheCashier proves what the page may frame, that it
// has no camera, and that nobody else may frame it.
func TestTheStageFramesUsAndTheCashier(t *testing.T) {
	base, _ := newDemo(t)
	guest := webtest.NewClient(t, base)
	guest.Do(t, "POST /demo/enter a=b")
	h := guest.Do(t, "GET /demo/stage").Header
	for _, part := range []string{"frame-src 'self' " + cashier + ";", "frame-ancestors 'self'"} {
		if got := h.Get("Content-Security-Policy"); !strings.Contains(got, part) {
			t.Errorf("the policy lacks %q: %s", part, got)
		}
	}
	if got := h.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") {
		t.Errorf("permissions: %s", got)
	}
}

// TestWords checks the page's words, and that every step has its three.
func TestWords(t *testing.T) {
	words := Words()
	ui.CheckWords(t, ".", words)
	for _, s := range steps {
		for _, part := range []string{".title", ".text", ".do"} {
			if !words.Has("demo." + s.key + part) {
				t.Errorf("demo.%s%s is not said", s.key, part)
			}
		}
	}
}
