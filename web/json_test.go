package web

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"citywalk/fault"
)

type bill struct {
	Amount int64    `json:"amount"`
	Name   string   `json:"name"`
	Lat    float64  `json:"lat"`
	Note   *string  `json:"note"`
	Parts  []part   `json:"parts"`
	Tags   []string `json:"tags"`
}

type part struct {
	Fen int64 `json:"fen"`
}

// TestStrictJSON is abuse cases A1 and A5 to A8: what may be taken for
// something else by another reader is refused, and says which member it was.
func TestStrictJSON(t *testing.T) {
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	for _, test := range []struct {
		name, body, code, field string
	}{
		{"an honest body", `{"amount":12850,"name":"阿娘面馆","lat":31.2304,"note":null,"parts":[{"fen":1}],"tags":["a"]}`, "", ""},
		{"blanks and escapes", " {\n\t\"name\" : \"a\\u00e9\\n\\ud83d\\ude00\" } ", "", ""},
		{"a fraction for a whole number", `{"amount":1.5}`, "web.json_value", "amount"},
		{"a text for a number", `{"amount":"100"}`, "web.json_value", "amount"},
		{"an exponent", `{"amount":1e2}`, "web.json", ""},
		{"an exponent in a fraction", `{"lat":3.1E1}`, "web.json", ""},
		{"null for a number", `{"amount":null}`, "web.json_value", "amount"},
		{"null for a text", `{"name":null}`, "web.json_value", "name"},
		{"null in a list", `{"tags":[null]}`, "web.json_value", "tags"},
		{"a number that does not fit", `{"amount":9223372036854775808}`, "web.json_value", "amount"},
		{"minus zero", `{"amount":-0}`, "web.json", ""},
		{"a leading zero", `{"amount":0100}`, "web.json", ""},
		{"trailing data", `{}{}`, "web.json", ""},
		{"a byte order mark", "\uFEFF{}", "web.json", ""},
		{"UTF-16", "\xff\xfe{\x00}\x00", "web.json", ""},
		{"text that is not UTF-8", "{\"name\":\"\xc3\x28\"}", "web.json", ""},
		{"an overlong encoding", "{\"name\":\"\xc0\xaf\"}", "web.json", ""},
		{"a NUL", "{\"name\":\"a\x00b\"}", "web.json", ""},
		{"an escaped NUL", `{"name":"a\u0000b"}`, "web.json", ""},
		{"a lone high surrogate", `{"name":"\ud83d"}`, "web.json", ""},
		{"a lone low surrogate", `{"name":"\ude00"}`, "web.json", ""},
		{"a high surrogate before a letter", `{"name":"\ud83dx"}`, "web.json", ""},
		{"two high surrogates", `{"name":"\ud83d\ud83d"}`, "web.json", ""},
		{"a member twice", `{"amount":1,"amount":2}`, "web.json", ""},
		{"a member twice by escape", `{"amount":1,"am\u006funt":2}`, "web.json", ""},
		{"a member twice by case", `{"amount":1,"Amount":2}`, "web.json", ""},
		{"a member in another case", `{"Amount":1}`, "web.json_member", "Amount"},
		{"an unknown member", `{"amount":1,"role":"operator"}`, "web.json_member", "role"},
		{"an unknown member within", `{"parts":[{"fen":1,"price":0}]}`, "web.json_member", "price"},
		{"a member in another case within", `{"parts":[{"Fen":1}]}`, "web.json_member", "Fen"},
		{"too deep", `{"parts":` + deep + `}`, "web.json", ""},
		{"nothing", ``, "web.json", ""},
		{"only null", `null`, "web.json_value", ""},
		{"a list for an object", `[]`, "web.json_value", ""},
		{"a comma too many", `{"amount":1,}`, "web.json", ""},
		{"a comment", `{"amount":1/**/}`, "web.json", ""},
		{"single quotes", `{'amount':1}`, "web.json", ""},
		{"not a number", `{"amount":NaN}`, "web.json", ""},
		{"a hexadecimal number", `{"amount":0x10}`, "web.json", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b bill
			err := DecodeJSON([]byte(test.body), &b)
			if test.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			f, ok := fault.From(err)
			if !ok || f.Code != test.code {
				t.Fatalf("got %v, want %s", err, test.code)
			}
			if test.field != "" && f.Field != test.field {
				t.Errorf("about %q, want %q", f.Field, test.field)
			}
		})
	}
}

// TestReadJSONTakesOnlyJSON is A7: a form or a text that happens to be JSON is
// not taken for it, so that no plain form can reach a JSON route.
func TestReadJSONTakesOnlyJSON(t *testing.T) {
	for kind, ok := range map[string]bool{
		"application/json":                  true,
		"application/json; charset=utf-8":   true,
		"application/json; charset=utf-16":  false,
		"text/plain":                        false,
		"application/x-www-form-urlencoded": false,
		"multipart/form-data; boundary=x":   false,
		"":                                  false,
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(`{"amount":1}`))
		r.Header.Set("Content-Type", kind)
		var b bill
		if err := ReadJSON(r, &b); (err == nil) != ok {
			t.Errorf("%q: %v", kind, err)
		}
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"amount":1}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Encoding", "gzip")
	if err := ReadJSON(r, &bill{}); err == nil {
		t.Error("a compressed body was taken")
	}
}

// FuzzStrictJSON proves that the scanner neither panics nor takes what
// encoding/json does not.
func FuzzStrictJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,true,null,"x\u00e9"]}`, `[[[]]]`, `"\ud83d\ude00"`, `-1`, `{"a":{"b":{}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if StrictJSON(data) == nil && !json.Valid(data) {
			t.Errorf("taken, but no JSON: %q", data)
		}
	})
}

func BenchmarkStrictJSON(b *testing.B) {
	data := []byte(`{"amount":12850,"name":"阿娘面馆","lat":31.2304,"parts":[{"fen":1},{"fen":2}],"tags":["a","b"]}`)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if err := StrictJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}
