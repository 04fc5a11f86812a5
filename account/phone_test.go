package account

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestParsePhone shows that a number has one canonical form however it is
// typed, and that everything else is refused (H4).
func TestParsePhone(t *testing.T) {
	for _, in := range []string{
		"13812345678", " 138 1234 5678 ", "138-1234-5678", "+86 138 1234 5678", "+8613812345678", "8613812345678",
		"008613812345678", "１３８１２３４５６７８", "＋８６ １３８－１２３４－５６７８", "138\u00a01234\u30005678", "+86-138—1234—5678",
	} {
		if got, err := ParsePhone(in); err != nil || got.Digits() != "13812345678" {
			t.Errorf("%q: got %s, %v", in, got.Digits(), err)
		}
	}
	for _, in := range []string{
		"", " ", "1381234567", "138123456789", "12812345678", "03812345678", "０１３８", "013812345678", "+1900123456", "+19001234567",
		"+852 6123 4567", "8687654321098", "+138 1234 5678 ", "138+12345678", "++8613812345678", "+86+8613812345678",
		"86 86 13812345678", "138.1234.5678", "138a1234567", "13812345678;x", "١٣٨١٢٣٤٥٦٧٨", "13812345678\x00", strings.Repeat(" ", 100) + "13812345678",
	} {
		if got, err := ParsePhone(in); err == nil {
			t.Errorf("%q: got %s, want a refusal", in, got.Digits())
		} else {
			want(t, err, ErrPhone)
		}
	}
}

// TestParsePhoneProperty shows that gaps and prefixes never change the number.
func TestParsePhoneProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`1[3-9][0-9]{9}`).Draw(t, "digits")
		typed := rapid.SampledFrom([]string{"", "86", "+86", "0086", "＋86"}).Draw(t, "prefix")
		for _, r := range digits {
			if rapid.Bool().Draw(t, "wide") {
				r += '０' - '0'
			}
			typed += rapid.SampledFrom([]string{"", "", "", " ", "-", "　"}).Draw(t, "gap") + string(r)
		}
		if len(typed) > phoneMax {
			return
		}
		if got, err := ParsePhone(typed); err != nil || got.Digits() != digits {
			t.Fatalf("%q: got %s, %v", typed, got.Digits(), err)
		}
	})
}

// TestPhoneDoesNotLeak shows that no way of printing a Phone shows the number.
func TestPhoneDoesNotLeak(t *testing.T) {
	p := Phone(canary)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "phone", p, "in", struct{ P Phone }{p})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "phone", p, "in", map[string]Phone{"p": p})
	b, err := json.Marshal(map[string]any{"p": p, "all": []Phone{p}})
	if err != nil {
		t.Fatal(err)
	}
	out := log.String() + string(b) + fmt.Sprint(p, []Phone{p}, &p) + p.String()
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%X", "%d", "%20s"} {
		out += fmt.Sprintf(verb, p) + fmt.Sprintf(verb, struct{ P Phone }{p})
	}
	if strings.Contains(out, canary) || strings.Contains(out, fmt.Sprintf("%x", canary)) {
		t.Errorf("the number leaks: %s", out)
	}
	if p.Mask() != "139****0001" || !strings.Contains(out, "139****0001") {
		t.Errorf("the mask is %s", p.Mask())
	}
}

// TestSealed shows that what is sealed opens only for its row and column, with
// its key and undamaged, and never looks the same twice.
func TestSealed(t *testing.T) {
	k := testKeys()
	a, err := k.encrypt("per_1", "phone", canary)
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.encrypt("per_1", "phone", canary)
	if err != nil || a == b {
		t.Fatalf("sealed twice the same: %v", err)
	}
	if got, err := k.decrypt("per_1", "phone", a); err != nil || got != canary {
		t.Fatalf("opened %q, %v", got, err)
	}
	other := testKeys()
	other.Seal = bytes.Repeat([]byte{9}, 32)
	for name, open := range map[string]func() (string, error){
		"another row":    func() (string, error) { return k.decrypt("per_2", "phone", a) },
		"another column": func() (string, error) { return k.decrypt("per_1", "name", a) },
		"another key":    func() (string, error) { return other.decrypt("per_1", "phone", a) },
		"a short key":    func() (string, error) { return Keys{Seal: []byte("short")}.decrypt("per_1", "phone", a) },
		"no mark":        func() (string, error) { return k.decrypt("per_1", "phone", a[len(sealedV1):]) },
		"a cut text":     func() (string, error) { return k.decrypt("per_1", "phone", a[:10]) },
	} {
		if got, err := open(); err == nil {
			t.Errorf("%s opened %q", name, got)
		}
	}
	for i := len(sealedV1); i < len(a); i++ {
		c := byte('A')
		if a[i] == c {
			c = 'B'
		}
		if got, err := k.decrypt("per_1", "phone", a[:i]+string(c)+a[i+1:]); err == nil && got != canary {
			t.Errorf("byte %d changed, opened %q", i, got)
		}
	}
}
