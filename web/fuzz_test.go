package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/money"
	"citywalk/once"
)

// A command is what FuzzDecodeJSON decodes into: all that bodies of ours are
// made of.
type command struct {
	Amount money.Amount      `json:"amount"`
	Name   string            `json:"name,omitempty"`
	Minute *int              `json:"minute,omitempty"`
	Tags   []string          `json:"tags,omitempty"`
	Lat    float64           `json:"lat,omitempty"`
	Sold   bool              `json:"sold,omitempty"`
	Map    map[string]string `json:"map,omitempty"`
	Parts  []struct {
		From int `json:"from"`
	} `json:"parts,omitempty"`
}

// FuzzDecodeJSON shows that what is taken reads the same when it is written
// and read again, and that what is not taken is refused with a sentence.
func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{
		`{"amount":12850,"name":"阿娘面馆","minute":5,"tags":["a"],"lat":31.2,"sold":true,"map":{"a":"b"},"parts":[{"from":1}]}`,
		`{"amount":1,"Amount":2}`, `{"amount":1,"amount":2}`, `{"amount":1e2}`, `{"amount":-0}`, `{"amount":1.5}`, `{"amount":null}`, `{"minute":null}`, `{"tags":null}`, `{"tags":[null]}`,
		`{"amount":9223372036854775808}`, `{"name":"\ud800"}`, `{"name":"\u0000"}`, `{"ſold":true}`, `{"parts":[{"from":1,"From":2}]}`, `{"map":{"a":"b","A":"c"}}`, `{"map":{"a":null}}`, `{}{}`, `[]`, `{"lat":1e400}`, `{"lat":0.1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var c, again command
		if err := DecodeJSON(data, &c); err != nil {
			if _, ok := fault.From(err); !ok {
				t.Fatalf("%q: %v is no sentence", data, err)
			}
			return
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(written), "e-") || strings.Contains(string(written), "e+") {
			return // A small fraction is written with an exponent, which is not ours to read.
		}
		err = DecodeJSON(written, &again)
		if rewritten, _ := json.Marshal(again); err != nil || !bytes.Equal(rewritten, written) {
			t.Fatalf("%q reads as %+v, and %q as %+v, %v", data, c, written, again, err)
		}
		if bytes.Contains(bytes.ToLower(data), []byte(`\u0000`)) || !utf8.Valid(data) {
			t.Fatalf("%q is taken", data)
		}
	})
}

// FuzzForm shows that whatever a form sends is refused with a sentence or is
// text that a database keeps.
func FuzzForm(f *testing.F) {
	const urlencoded, multipart = "application/x-www-form-urlencoded", `multipart/form-data; boundary="x"`
	for _, s := range []string{"a=1&b=%E5%BA%97", "a=%00", "a=%ff", "%ff=1", "a=1;b=2", "a=%", "&&=&", strings.Repeat("a=1&", 2000), "bill=128.50&idem=form-key-00000001"} {
		f.Add(urlencoded, s)
	}
	f.Add(multipart, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n")
	f.Add(multipart, "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../a\"\r\n\r\n1\r\n--x--\r\n")
	f.Add(multipart, "--x\r\n\r\n")
	f.Add("multipart/form-data", "--x")
	f.Add("text/plain", "a=1")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		form, err := Form(r)
		if r.MultipartForm != nil {
			defer r.MultipartForm.RemoveAll()
		}
		if err != nil {
			if _, ok := fault.From(err); !ok || form.Values != nil {
				t.Fatalf("%q is refused with %v", body, err)
			}
			return
		}
		for name, values := range form.Values {
			for _, v := range append(values, name) {
				if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
					t.Fatalf("%q lets %q through", body, v)
				}
			}
			if a, err := Amount(form, name); err == nil && (a <= 0 || a > money.Max) {
				t.Fatalf("%q is an amount of %d", form.Value(name, ""), a)
			}
			if n, err := Number(form, name, 3, 9); err == nil && (n < 3 || n > 9) {
				t.Fatalf("%q is the number %d", form.Value(name, ""), n)
			}
			if d, err := Day(form, name); err == nil && len(d) != 10 {
				t.Fatalf("%q is the day %q", form.Value(name, ""), d)
			}
		}
	})
}

// FuzzToken shows that an app takes its own cookie and nothing else for a
// token, and the API what stands behind Bearer.
func FuzzToken(f *testing.F) {
	for _, s := range []string{"till=abc", "till=abc; till=def", "console=abc", " till = abc", "Till=abc", "till=\"abc\"", "till=a=b", "till=;", "__Host-till=abc", "\x00", "till=a b"} {
		f.Add(s, "Bearer abc")
		f.Add(s, "bearer abc")
	}
	f.Add("", "Basic Ym9i")
	f.Add("api=abc", "")
	f.Fuzz(func(t *testing.T, cookies, authorization string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Cookie"], r.Header["Authorization"] = []string{cookies}, []string{authorization}
		for _, secure := range []bool{false, true} {
			e := &Edge{opts: Options{Secure: secure}}
			if token := e.token(r, account.APIApp); token != "" && authorization != "Bearer "+token && !strings.HasPrefix(authorization, "Bearer ") {
				t.Fatalf("%q is the token %q", authorization, token)
			}
			token := e.token(r, account.TillApp)
			if token != "" && (!strings.Contains(cookies, e.cookie(account.TillApp)) || !strings.Contains(cookies, token)) {
				t.Fatalf("%q holds the till's token %q", cookies, token)
			}
			if strings.ContainsAny(token, "\r\n\x00;") {
				t.Fatalf("%q: token %q", cookies, token)
			}
		}
	})
}

// FuzzKey shows that pages and commands mean the same by a key, and that a key
// that is none runs nothing.
func FuzzKey(f *testing.F) {
	d, _ := dbtest.Open(f, db.SQLite)
	before := dbtest.Snap(f, d)
	for _, s := range []string{"0123456789abcdef", "0123456789abcde", strings.Repeat("k", 255), strings.Repeat("k", 256), "钥匙钥匙钥匙钥匙", "0123456789abcdef\n", "0123456789 abcdef", "", "\x00", "0123456789abcde\u212a", "_-_-_-_-_-_-_-_-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, key string) {
		defer before.Restore()
		ran := false
		run := func() (int, bool, error) {
			k := once.Key{Principal: "per_1", Route: "fuzz", Key: key, Fingerprint: once.Print(1)}
			return once.Do(t.Context(), d, k, func(*db.Tx) (int, error) { ran = true; return 7, nil })
		}
		n, replayed, err := run()
		if valid := validKey(key); valid == errors.Is(err, once.ErrKey) || valid != ran || valid != (n == 7) || replayed {
			t.Fatalf("%q: a page takes it: %v; the command: %d, %v, %v", key, valid, n, ran, err)
		}
		if err == nil {
			if n, replayed, err = run(); n != 7 || !replayed || err != nil {
				t.Fatalf("%q again: %d %v %v", key, n, replayed, err)
			}
		} else if changed := before.Changed(); len(changed) > 0 {
			t.Fatalf("%q is refused, and changed %v", key, changed)
		}
	})
}

// FuzzLocal shows that no link back leads to another site, however a browser
// reads it.
func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/card", "/s/123453?x=1#y", "//evil.example", `/\evil.example`, "/%2f/evil.example", "https:evil.example", "/\t/evil.example", "/%5cevil.example", "javascript:alert(1)", "/..//evil.example", "/.//evil.example", "/a/..//evil.example", "\u2028//evil.example", "/;//evil.example", "?//evil.example"} {
		f.Add(s)
	}
	here, err := url.Parse("https://card.example/till/signin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		got := Local(path, "/home")
		if got != path && got != "/home" {
			t.Fatalf("%q leads to %q", path, got)
		}
		to, err := here.Parse(got)
		if err != nil || to.Host != here.Host || to.Scheme != "https" || to.User != nil {
			t.Fatalf("%q leads to %v, %v", path, to, err)
		}
		// A browser drops tabs and line breaks and takes \ for /.
		browsers := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(got)
		if strings.HasPrefix(browsers, "//") || !strings.HasPrefix(browsers, "/") {
			t.Fatalf("%q leads a browser to %q", path, browsers)
		}
	})
}

// FuzzCSV shows that a cell of an exported file is what was to be written or
// that behind an apostrophe, and that no spreadsheet runs it.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"=1+1", "@SUM(A1)", "\t=1", "+86 138", "-5.00", "-1+cmd|' /C calc'!A0", "\u00a0=1", "＝1", "a\r\n=1", `"`, "", "'=1", "\ufeff=1", "\u200b=1", ";=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if !utf8.ValidString(cell) || strings.ContainsRune(cell, '\r') {
			return // What is kept is UTF-8, and a reader of CSV drops returns.
		}
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if err := CSV(w, r, "x.csv", []string{"a", "b"}, func(row func(...string) error) error { return row(cell, "end") }); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 {
			t.Fatalf("%q is written %q, which reads %q, %v", cell, w.Body, rows, err)
		}
		got := rows[1][0]
		if got != cell && got != "'"+cell {
			t.Fatalf("%q is written %q", cell, got)
		}
		if start := strings.TrimLeftFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }); start != "" && strings.ContainsRune("=@＝＠", []rune(start)[0]) {
			t.Fatalf("%q is written %q, which is a formula", cell, got)
		}
	})
}
