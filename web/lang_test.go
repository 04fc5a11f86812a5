package web

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"citywalk/fault"
)

// TestLocalPathsOnly is G8: nothing that a browser may read as another host
// is followed.
func TestLocalPathsOnly(t *testing.T) {
	for path, ok := range map[string]bool{
		"/":                             true,
		"/me?a=b&c=%2F%2Fx":             true,
		"/shops/吃?x=1#y":                true,
		"/s/123456":                     true,
		"//evil.example":                false,
		"///evil.example":               false,
		`/\evil.example`:                false,
		`\\evil.example`:                false,
		`/a\..\evil`:                    false,
		"https:evil.example":            false,
		"https://evil.example":          false,
		"javascript:alert(1)":           false,
		"%2f%2fevil.example":            false,
		"/%2fevil.example":              false,
		"/%2F%2Fevil.example":           false,
		"/%5cevil.example":              false,
		"/%09/evil.example":             false,
		"/\t/evil.example":              false,
		"/\n/evil.example":              false,
		" /evil":                        false,
		"/ /evil.example":               false,
		"":                              false,
		"me":                            false,
		"/%zz":                          false,
		"/" + strings.Repeat("a", 3000): false,
	} {
		want := "/home"
		if ok {
			want = path
		}
		if got := Local(path, "/home"); got != want {
			t.Errorf("Local(%q) = %q, want %q", path, got, want)
		}
	}
}

// TestLanguage proves that the switch counts most, then the browser, then
// Chinese.
func TestLanguage(t *testing.T) {
	for _, test := range []struct {
		cookie, header string
		want           fault.Lang
	}{
		{"", "", fault.Zh},
		{"", "en-GB,en;q=0.9", fault.En},
		{"", "en;q=0.2, zh-CN", fault.Zh},
		{"", "zh-TW", fault.Zh},
		{"", "fr-FR", fault.Zh},
		{"", "de, en;q=0.5", fault.En},
		{"", strings.Repeat("en,", 5000), fault.En},
		{"", "\x00\xff", fault.Zh},
		{"en", "zh-CN", fault.En},
		{"zh-CN", "en", fault.Zh},
		{"xx", "en", fault.En},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", test.header)
		if test.cookie != "" {
			r.Header.Set("Cookie", "lang="+test.cookie)
		}
		if got := languageOf(r); got != test.want {
			t.Errorf("cookie %q, header %.20q: %s, want %s", test.cookie, test.header, got, test.want)
		}
	}
}

// TestSwitchReturnsHere proves that the switch keeps the language and leads
// back to where the reader was, and nowhere else.
func TestSwitchReturnsHere(t *testing.T) {
	h := newHouse(t, Options{})
	for back, want := range map[string]string{"/thing/1?a=b": "/thing/1?a=b", "//evil.example": "/", "/%2fevil": "/"} {
		r := h.ask("POST", "/lang", "lang=en&back="+url.QueryEscape(back))
		if r.StatusCode != 303 || r.Header.Get("Location") != want {
			t.Errorf("back to %q: %d %s", back, r.StatusCode, r.Header.Get("Location"))
		}
		if got := r.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "lang=en;") {
			t.Errorf("cookie %q", got)
		}
	}
	if r := h.ask("POST", "/till/lang", "lang=xx&back=x"); r.Header.Get("Location") != "/till/" {
		t.Errorf("till: %s", r.Header.Get("Location"))
	}
}
