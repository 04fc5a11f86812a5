package payment

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/db/dbtest"
)

var noticeKey = []byte("a key for fuzzing only")

// noticeBodies are callbacks: right ones, and such as a careless reader takes
// for something else than a careful one.
var noticeBodies = []string{
	`{"id":"n1","charge":{"no":"CW1","status":"paid","trade":"T1","amount":100,"currency":"CNY","payer":"per_1","cashier":"/cashier/x","agreement":"","paid_at":1},"refund":null,"agreed":false}`,
	`{"id":"n2","charge":null,"refund":{"no":"CR1","status":"refunded","amount":100},"agreed":true}`,
	`{"id":"n3","id":"n4"}`, `{"ID":"n5"}`, `{"id":"n6"}{}`, `{"id":"n7","more":1}`, `[]`, `null`, ``, `{"id":"\ud800"}`, "{\"id\":\"\xff\"}", "\ufeff{}", `{"id":"n8","charge":{"amount":1e2}}`,
	`{"id":"n9","charge":{"amount":9223372036854775808}}`, `{"id":"","charge":{"amount":"100"}}`, strings.Repeat(`{"charge":`, 200),
}

// FuzzStrict shows that what is taken has one reading: it is an object, no
// member stands twice at any depth, and every reader finds the same in it.
func FuzzStrict(f *testing.F) {
	for _, body := range noticeBodies {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var w wireNotice
		if strict(body, &w) != nil {
			return
		}
		if trimmed := bytes.TrimSpace(body); !json.Valid(body) || trimmed[0] != '{' {
			t.Fatalf("%q is taken", body)
		}
		again, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		var back, plain wireNotice
		if err := strict(again, &back); err != nil {
			t.Fatalf("%q is taken, and as we write it, %q, it is not: %v", body, again, err)
		}
		if err := json.Unmarshal(body, &plain); err != nil {
			t.Fatalf("%q is taken and no JSON: %v", body, err)
		}
		one, _ := json.Marshal(back)
		two, _ := json.Marshal(plain)
		if !bytes.Equal(one, again) || !bytes.Equal(two, again) {
			t.Fatalf("%q reads as %q, %q and %q", body, again, one, two)
		}
	})
}

// FuzzVerify shows that a notice is taken only with the one signature over the
// very bytes, under one time, and says what the bytes say.
func FuzzVerify(f *testing.F) {
	box, err := NewSandbox(SandboxOptions{Endpoint: "http://127.0.0.1:1", Key: noticeKey, Clock: time.Now})
	if err != nil {
		f.Fatal(err)
	}
	for i, body := range noticeBodies {
		at := strconv.Itoa(1772418000000 + i)
		right := SandboxSign(noticeKey, at, "NOTICE", CallbackPath, []byte(body))
		f.Add(at, right, "", []byte(body))
		f.Add(at, strings.ToUpper(right), "", []byte(body))
		f.Add("+"+at, SandboxSign(noticeKey, "+"+at, "NOTICE", CallbackPath, []byte(body)), "", []byte(body))
		f.Add(at, right, right, []byte(body))
		f.Add(at, SandboxSign(noticeKey, at, "POST", CallbackPath, []byte(body)), "", []byte(body))
		f.Add(at, "WECHATPAY/SIGNTEST/"+right, "", []byte(body))
	}
	f.Fuzz(func(t *testing.T, at, signature, second string, body []byte) {
		h := http.Header{SandboxTime: {at}, SandboxSignature: {signature}}
		if second != "" {
			h.Add(SandboxSignature, second)
		}
		n, err := box.Verify(h, body)
		want := SandboxSign(noticeKey, at, "NOTICE", CallbackPath, body)
		if err == nil && (signature != want || second != "") {
			t.Fatalf("%q is taken under %q and %q", body, signature, second)
		}
		if err != nil && (n != Notice{}) {
			t.Fatalf("refused, and said %+v", n)
		}
		if signature != want || second != "" {
			if !errors.Is(err, ErrForged) {
				t.Fatalf("forged, and refused with %v", err)
			}
			return
		}
		if ms, wrong := strconv.ParseInt(at, 10, 64); err == nil && (wrong != nil || n.At.UnixMilli() != ms) {
			t.Fatalf("the time %q is read as %d", at, n.At.UnixMilli())
		}
	})
}

// FuzzCallback posts whatever is signed to the handler. What is refused has no
// effect; what is taken is one notice with one job, and comes in once.
func FuzzCallback(f *testing.F) {
	d, clock := dbtest.Open(f, db.SQLite)
	box, err := NewSandbox(SandboxOptions{Endpoint: "http://127.0.0.1:1", Key: noticeKey, Clock: clock.Now})
	if err != nil {
		f.Fatal(err)
	}
	s := &Service{DB: d, Provider: box, Currency: "CNY", Zone: dbtest.Zone}
	before := dbtest.Snap(f, d)
	for _, body := range noticeBodies {
		f.Add([]byte(body), int64(0), true)
		f.Add([]byte(body), int64(400_000), true)
		f.Add([]byte(body), int64(0), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, late int64, signed bool) {
		defer before.Restore()
		at := strconv.FormatInt(clock.Now().UnixMilli()-late, 10)
		post := func() int {
			r := httptest.NewRequest(http.MethodPost, CallbackPath, bytes.NewReader(body))
			r.Header.Set(SandboxTime, at)
			if r.Header.Set(SandboxSignature, "forged"); signed {
				r.Header.Set(SandboxSignature, SandboxSign(noticeKey, at, "NOTICE", CallbackPath, body))
			}
			w := httptest.NewRecorder()
			s.Callback(w, r)
			return w.Code
		}
		code := post()
		changed := before.Changed()
		switch code {
		case http.StatusNoContent:
			if late > noticeSkew.Milliseconds() || late < -noticeSkew.Milliseconds() || !signed || len(changed) != 2 {
				t.Fatalf("%q is taken %d ms late, signed %v, and changed %v", body, late, signed, changed)
			}
			if post() != code {
				t.Fatalf("%q is taken only once", body)
			}
		case http.StatusUnauthorized, http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			if len(changed) > 0 {
				t.Fatalf("%q is refused with %d, and changed %v", body, code, changed)
			}
		default:
			t.Fatalf("%q: %d", body, code)
		}
	})
}
