package account

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"citywalk/db"
	"citywalk/db/dbtest"
)

// FuzzPhone shows that a number has one canonical form, whatever it is typed
// like, and is nowhere shown whole.
func FuzzPhone(f *testing.F) {
	for _, s := range []string{"13800000001", "+86 138 0000 0001", "0086-138-0000-0001", "８６１３８００００００００１", "86138", "+1 900 555 0100", "138\u30000000\u20130001", "+", "++8613800000001", "12345678901", "1380000000١"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePhone(s)
		if err != nil {
			if p != "" || !errors.Is(err, ErrPhone) || strings.Contains(err.Error(), s) && len(s) > 3 {
				t.Fatalf("%q is refused with %q, %v", s, p.Digits(), err)
			}
			return
		}
		d := p.Digits()
		if len(d) != 11 || d[0] != '1' || strings.Trim(d, "0123456789") != "" {
			t.Fatalf("%q is taken as %q", s, d)
		}
		wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, d)
		for _, typed := range []string{d, "+86" + d, "0086 " + d, "86-" + d, d[:3] + " " + d[3:7] + "\u3000" + d[7:], wide, "＋86" + wide} {
			if again, err := ParsePhone(typed); err != nil || again != p {
				t.Fatalf("%q is %q, and %q is %q, %v", s, d, typed, again.Digits(), err)
			}
		}
		if strings.Contains(p.Mask(), d[3:7]) && d[3:7] != "****" || p.String() != p.Mask() {
			t.Fatalf("%q shows itself as %q", d, p)
		}
	})
}

// FuzzName shows that a name that is taken is text that can stand in a line,
// and that taking it again changes nothing.
func FuzzName(f *testing.F) {
	for _, s := range []string{"王小明", " Ann  Lee ", "a\u202eb", "a\u200bb", "\u0301\u0301", "👨‍👩‍👧", strings.Repeat("店", 41), "=1+1", "\x00", "\xff", "ﬁ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := foldName(s)
		if err != nil {
			return
		}
		if again, err := foldName(name); err != nil || again != name {
			t.Fatalf("%q becomes %q, and that %q, %v", s, name, again, err)
		}
		if !utf8.ValidString(name) || name == "" || strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl) {
			t.Fatalf("%q is taken as %q", s, name)
		}
		for _, r := range name {
			if unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q turns the text around it: %q", s, name)
			}
		}
	})
}

// FuzzToken shows that nothing but the token itself, at its own app, opens a
// session, and that asking leaves no trace.
func FuzzToken(f *testing.F) {
	d, _ := dbtest.Open(f, db.SQLite)
	s := &Service{DB: d, Keys: testKeys()}
	id, err := s.Appoint(f.Context(), alice, "", Grant{Role: Operator})
	if err != nil {
		f.Fatal(err)
	}
	token, _, err := s.Enter(f.Context(), id, ConsoleApp, Client{})
	if err != nil {
		f.Fatal(err)
	}
	before := dbtest.Snap(f, d)
	for _, seed := range []string{token, token + "=", strings.ToLower(token), token[1:], strings.Repeat("x", len(token)), "", "' OR 1=1--", token + "\x00"} {
		f.Add(seed, string(ConsoleApp))
	}
	f.Add(token, string(APIApp))
	f.Add(token, "")
	f.Fuzz(func(t *testing.T, given, app string) {
		who, err := s.Authenticate(t.Context(), given, App(app))
		if right := given == token && App(app) == ConsoleApp; right != (err == nil) || right != (who.Person == id) {
			t.Fatalf("%q at %q: %+v, %v", given, app, who, err)
		}
		if err != nil && !errors.Is(err, ErrSignedOut) {
			t.Fatalf("%q: %v", given, err)
		}
		if changed := before.Changed(); len(changed) > 0 {
			t.Fatalf("%q changed %v", given, changed)
		}
	})
}
