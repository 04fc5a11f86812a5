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
