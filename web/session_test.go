package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
)

// newPeople returns an account service over an empty database.
func newPeople(t *testing.T) (*account.Service, *dbtest.Clock) {
	t.Helper()
	d, clock := dbtest.Open(t, db.SQLite)
	key := bytes.Repeat([]byte{7}, 32)
	return &account.Service{DB: d, Keys: account.Keys{Seal: key, Index: key, Code: key}}, clock
}

// enter signs a person in to an app.
func enter(t *testing.T, s *account.Service, phone string, app account.App, g account.Grant) string {
	t.Helper()
	id, err := s.Appoint(t.Context(), phone, "", g)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Enter(t.Context(), id, app, account.Client{})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestWhoMayCome proves the edge's part of D1: who is signed out is led to
// sign in or told 401, another app's cookie does not serve, a role that may
// not is told 403, and an expired session is no session.
func TestWhoMayCome(t *testing.T) {
	people, clock := newPeople(t)
	h := newHouse(t, Options{Account: people})
	member := enter(t, people, "13800000001", account.MemberApp, account.Grant{Role: account.Staff, Merchant: "mer_a", Shop: "shp_a"})
	till := enter(t, people, "13800000002", account.TillApp, account.Grant{Role: account.Staff, Merchant: "mer_a", Shop: "shp_a"})
	tillStranger := enter(t, people, "13800000003", account.TillApp, account.Grant{Role: account.Auditor})
	api := enter(t, people, "13800000004", account.APIApp, account.Grant{Role: account.Auditor})
	ask := func(path, want string, headers ...string) {
		t.Helper()
		r := h.ask("GET", path, "", headers...)
		got := fmt.Sprintf("%d %s", r.StatusCode, r.Header.Get("Location"))
		if strings.TrimSpace(got) != want {
			t.Errorf("%s %v: %s, want %s", path, headers, got, want)
		}
	}
	ask("/me?a=b", "303 /sign-in?back=%2Fme%3Fa%3Db")
	ask("/me", "401", "X-Fragment", "1")
	ask("/me", "401", "Accept", "application/json")
	ask("/me", "200", "Cookie", "member="+member)
	ask("/me", "303 /sign-in?back=%2Fme", "Cookie", "member="+till)
	ask("/me", "303 /sign-in?back=%2Fme", "Cookie", "till="+till)
	ask("/till/", "303 /till/sign-in?back=%2Ftill%2F", "Cookie", "member="+member)
	ask("/till/", "200", "Cookie", "till="+till)
	ask("/till/", "403", "Cookie", "till="+tillStranger)
	ask("/api/v1/me", "401")
	ask("/api/v1/me", "401", "Cookie", "api="+api)
	ask("/api/v1/me", "200", "Authorization", "Bearer "+api)
	ask("/api/v1/me", "401", "Authorization", "Bearer "+member)
	clock.Advance(100 * 24 * time.Hour)
	ask("/me", "303 /sign-in?back=%2Fme", "Cookie", "member="+member)
}

// TestWhoWasSignedOutIsToldSo asks for the page of signing in with a session
// that is over, and with none.
func TestWhoWasSignedOutIsToldSo(t *testing.T) {
	people, clock := newPeople(t)
	h := newHouse(t, Options{Account: people})
	h.Mount(App{Name: account.ConsoleApp, Base: "/console/", SignIn: "/console/signin"}, h.SignIn(account.ConsoleApp, "/console/")...)
	cookie := "console=" + enter(t, people, "13800000001", account.ConsoleApp, account.Grant{Role: account.Auditor})
	clock.Advance(100 * 24 * time.Hour)
	for given, over := range map[string]bool{"": false, "member=1": false, cookie: true} {
		page := text(t, h.ask("GET", "/console/signin", "", "Accept-Language", "en", "Cookie", given))
		if strings.Contains(page, "You were signed out") != over || strings.Contains(page, "gets an account by itself") == over {
			t.Errorf("with %q: %s", given, page)
		}
	}
}

// TestCookiesAreBoundToTheHost proves G3 for cookies that the edge sets.
func TestCookiesAreBoundToTheHost(t *testing.T) {
	for _, secure := range []bool{true, false} {
		h := newHouse(t, Options{Secure: secure})
		h.do = func(w http.ResponseWriter, r *http.Request) error {
			Keep(w, r, account.MemberApp, "tok")
			Drop(w, r, account.TillApp)
			return See(w, r, "/")
		}
		cookies := h.ask("GET", "/", "").Cookies()
		want := []string{"member", "till"}
		for i, c := range cookies {
			name := want[i]
			if secure {
				name = "__Host-" + name
			}
			if c.Name != name || c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("secure %v: %v", secure, c)
			}
		}
		if len(cookies) != 2 || cookies[1].MaxAge >= 0 {
			t.Errorf("secure %v: %v", secure, cookies)
		}
	}
}

// TestBrowserIsKnownAgain shows that a browser gets a tag with the page that
// asks for a number, keeps it as it keeps a session, and is counted by it:
// two browsers at one address that call themselves the same are two.
func TestBrowserIsKnownAgain(t *testing.T) {
	for _, secure := range []bool{true, false} {
		people, _ := newPeople(t)
		h := newHouse(t, Options{Account: people, Secure: secure})
		h.Mount(App{Name: account.ConsoleApp, Base: "/console/", SignIn: "/console/signin"}, h.SignIn(account.ConsoleApp, "/console/")...)
		name := map[bool]string{true: "__Host-device", false: "device"}[secure]
		tag := func() string {
			t.Helper()
			got := h.ask("GET", "/console/signin", "").Cookies()
			if len(got) != 1 || got[0].Name != name || got[0].Secure != secure || !got[0].HttpOnly || got[0].SameSite != http.SameSiteLaxMode || got[0].Path != "/" || got[0].Domain != "" || got[0].MaxAge <= 0 {
				t.Fatalf("secure %v: %v", secure, got)
			}
			return name + "=" + got[0].Value
		}
		mine, others := tag(), tag()
		if again := h.ask("GET", "/console/signin", "", "Cookie", mine).Cookies(); len(again) != 0 {
			t.Errorf("a browser that has a tag gets %v", again)
		}
		if again := h.ask("GET", "/console/signin", "", "Cookie", mine+"0").Cookies(); len(again) != 1 {
			t.Error("a tag that is not ours is kept")
		}
		for i, cookie := range []string{mine, mine, mine, mine, others, name + "=mine", "x=1"} {
			want := map[bool]int{true: http.StatusTooManyRequests, false: http.StatusOK}[i == 3]
			got := h.ask("POST", "/console/signin", fmt.Sprintf("phone=138%04d0001", i), "Cookie", cookie)
			if said := text(t, got); got.StatusCode != want || strings.Contains(said, "这台设备刚要过好几次验证码") != (i == 3) {
				t.Errorf("code %d with %q: %d %.2000s", i, cookie, got.StatusCode, said)
			}
		}
	}
}

// TestHeldCodesAreTold shows that the page which asks for a code says in the
// reader's language why it may not come, to everybody alike.
func TestHeldCodesAreTold(t *testing.T) {
	people, clock := newPeople(t)
	people.Limits = account.Limits{Sample: 1, PhoneGap: -1}
	h := newHouse(t, Options{Account: people})
	h.Mount(App{Name: account.ConsoleApp, Base: "/console/", SignIn: "/console/signin"}, h.SignIn(account.ConsoleApp, "/console/")...)
	enter(t, people, "13800000001", account.MemberApp, account.Grant{})
	ask := func(phone, lang string) string {
		t.Helper()
		got := h.ask("POST", "/console/signin", "phone="+phone, "Accept-Language", lang, "Cookie", "device="+people.NewTag())
		if got.StatusCode != http.StatusOK {
			t.Fatalf("asking is answered %d", got.StatusCode)
		}
		return text(t, got)
	}
	if page := ask("13800000002", "zh"); strings.Contains(page, "异常多") || !strings.Contains(page, "六位数字已发到你的手机") {
		t.Errorf("while nothing is held: %s", page)
	}
	clock.Advance(5 * time.Minute)
	if put, err := people.Watch(t.Context()); err != nil || len(put) != 1 {
		t.Fatalf("no brake: %v, %v", put, err)
	}
	for lang, says := range map[string][2]string{
		"zh": {"登录过的号码会收到六位数字，五分钟内有效", "请过 30 分钟再来。"},
		"en": {"A number that signed in before gets six digits; they are good for five minutes", "come back in 30 minutes."},
	} {
		for _, phone := range []string{"13800000001", "13800000003"} {
			if page := ask(phone, lang); !strings.Contains(page, says[0]) || !strings.Contains(page, says[1]) {
				t.Errorf("%s in %s: %s", phone, lang, page)
			}
		}
	}
}
