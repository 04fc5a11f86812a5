package account

import (
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/db"
)

// TestLives shows how long a session of each app lasts: unused, and at most.
func TestLives(t *testing.T) {
	for app, l := range map[App]life{
		MemberApp: {30 * 24 * time.Hour, 90 * 24 * time.Hour}, TillApp: {12 * time.Hour, 12 * time.Hour},
		ConsoleApp: {30 * time.Minute, 8 * time.Hour}, APIApp: {24 * time.Hour, 24 * time.Hour},
	} {
		t.Run(string(app), func(t *testing.T) {
			each(t, func(t *testing.T, w *town) {
				_, operator := w.as(alice, app, Grant{Role: Operator})
				enter := func() string {
					token, s, err := w.Enter(t.Context(), operator.Person, app, Client{})
					want(t, err, nil)
					if left := s.Expires.Sub(w.clock.Now()); left != l.idle {
						t.Errorf("expires in %v, want %v", left, l.idle)
					}
					return token
				}
				signedIn := func(token string) bool {
					_, err := w.Authenticate(t.Context(), token, app)
					if err != nil {
						want(t, err, ErrSignedOut)
					}
					return err == nil
				}
				token := enter()
				w.clock.Advance(l.idle - time.Millisecond)
				if !signedIn(token) {
					t.Error("over before its idle time")
				}
				token = enter()
				w.clock.Advance(l.idle)
				if signedIn(token) {
					t.Error("not over after its idle time")
				}
				token = enter()
				began, step := w.clock.Now(), l.idle/2
				for w.clock.Now().Sub(began)+step < l.most {
					w.clock.Advance(step)
					if !signedIn(token) {
						t.Fatalf("in use, but over after %v", w.clock.Now().Sub(began))
					}
				}
				w.clock.Set(began.Add(l.most))
				if signedIn(token) {
					t.Error("not over after its longest time")
				}
			})
		})
	}
}

// TestAuthenticate shows that a token opens its own app and nothing else, and
// that what is no token is refused.
func TestAuthenticate(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		token, s := w.as(alice, TillApp, Grant{Staff, "mer_1", "shp_1"})
		got, err := w.Authenticate(t.Context(), token, TillApp)
		want(t, err, nil)
		if got.ID != s.ID || !got.AtShop("mer_1", "shp_1") || got.Masked != "138****0002" {
			t.Errorf("session is %+v", got)
		}
		for _, app := range []App{MemberApp, ConsoleApp, APIApp, "", "other"} {
			_, err := w.Authenticate(t.Context(), token, app)
			want(t, err, ErrSignedOut)
		}
		for _, bad := range []string{"", "x", s.ID, token[1:], token + "x", strings.Repeat("A", tokenLen), "' OR 1=1--", strings.Repeat("x", 10_000)} {
			_, err := w.Authenticate(t.Context(), bad, TillApp)
			want(t, err, ErrSignedOut)
		}
		hash, err := view(t.Context(), w.DB, func(tx *db.Tx) (string, error) {
			return db.One[string](tx, `SELECT token FROM account_sessions`)
		})
		if err != nil || strings.Contains(hash, token) {
			t.Errorf("the database holds %q, %v", hash, err)
		}
		_, err = w.Authenticate(t.Context(), hash[:tokenLen], TillApp)
		want(t, err, ErrSignedOut)
	})
}

// TestMemberSessionHasNoGrants shows that the session on a member's phone does
// not carry what its owner may do at work.
func TestMemberSessionHasNoGrants(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		token, s := w.as(alice, MemberApp, Grant{Role: Operator})
		got, err := w.Authenticate(t.Context(), token, MemberApp)
		want(t, err, nil)
		if len(s.Grants)+len(got.Grants) != 0 || Allowed(got, ActConsoleRead) || !Allowed(got, ActMemberUse) {
			t.Errorf("session is %+v", got)
		}
	})
}

// TestSeen shows that use is written at most once a minute.
func TestSeen(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		token, s := w.as(alice, MemberApp, Grant{})
		seen := func() time.Duration {
			return time.UnixMilli(w.number(`SELECT seen FROM account_sessions`)).Sub(s.Created)
		}
		for _, c := range []struct{ at, want time.Duration }{
			{0, 0}, {59 * time.Second, 0}, {time.Minute, time.Minute}, {119 * time.Second, time.Minute}, {time.Hour, time.Hour},
		} {
			w.clock.Set(s.Created.Add(c.at))
			_, err := w.Authenticate(t.Context(), token, MemberApp)
			want(t, err, nil)
			if got := seen(); got != c.want {
				t.Errorf("after %v seen is %v, want %v", c.at, got, c.want)
			}
		}
	})
}

// TestSessionsAndRevoke shows that people see their own devices and end them,
// and nobody else's.
func TestSessionsAndRevoke(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		token, phone := w.as(alice, MemberApp, Grant{})
		w.clock.Advance(time.Second)
		_, laptop, err := w.Enter(t.Context(), phone.Person, MemberApp, Client{Device: "curl/8.5"})
		want(t, err, nil)
		strangerToken, stranger := w.as(bob, MemberApp, Grant{})
		list := func(who Session) (ids []string) {
			all, err := w.Sessions(t.Context(), who)
			want(t, err, nil)
			for _, s := range all {
				ids = append(ids, s.ID)
			}
			return ids
		}
		if got := list(phone); !slices.Equal(got, []string{laptop.ID, phone.ID}) {
			t.Errorf("sessions are %v", got)
		}
		want(t, w.Revoke(t.Context(), stranger, phone.ID), ErrSession)
		want(t, w.Revoke(t.Context(), phone, stranger.ID), ErrSession)
		want(t, w.Revoke(t.Context(), phone, laptop.ID), nil)
		want(t, w.Revoke(t.Context(), phone, laptop.ID), ErrSession)
		if got := list(phone); !slices.Equal(got, []string{phone.ID}) {
			t.Errorf("sessions are %v", got)
		}
		want(t, w.SignOut(t.Context(), phone), nil)
		want(t, w.SignOut(t.Context(), phone), nil)
		_, err = w.Authenticate(t.Context(), token, MemberApp)
		want(t, err, ErrSignedOut)
		_, err = w.Authenticate(t.Context(), strangerToken, MemberApp)
		want(t, err, nil)
	})
}

// TestRename shows which names are taken.
func TestRename(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		token, s := w.as(alice, MemberApp, Grant{})
		for _, name := range []string{"", "  ", strings.Repeat("长", nameMax+1), "a\x00b", "a\nb", "a\u202Eb", "a\u200Bb", "a\xffb", "a\u2028b"} {
			want(t, w.Rename(t.Context(), s, name), ErrName)
		}
		want(t, w.Rename(t.Context(), Session{}, "x"), ErrSignedOut)
		want(t, w.Rename(t.Context(), s, " "+strings.Repeat("长", nameMax)+" "), nil)
		got, err := w.Authenticate(t.Context(), token, MemberApp)
		want(t, err, nil)
		if got.Name != strings.Repeat("长", nameMax) {
			t.Errorf("the name is %q", got.Name)
		}
	})
}

func TestParseUserAgent(t *testing.T) {
	for ua, want := range map[string]string{
		iPhone: "iPhone · Safari",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36":                              "Android · Chrome",
		"Mozilla/5.0 (Linux; Android 14; V2) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.50": "Android · WeChat",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 AlipayClient/10.6":                "iPhone · Alipay",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":                          "Windows · Edge",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                          "Mac · Safari",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                         "Linux · Firefox",
		"Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0 Safari/537.36 ArkWeb/4.1 Mobile HuaweiBrowser/5.0":     "HarmonyOS · Huawei",
		"curl/8.5.0": "curl", "": "", "till at the door": "till at the door", "a\r\nSet-Cookie: x": "a",
		strings.Repeat("长", 100): strings.Repeat("长", deviceMax), "a\xffb": "ab",
	} {
		if got := ParseUserAgent(ua); got != want {
			t.Errorf("%q: got %q, want %q", ua, got, want)
		}
	}
}
