package redeem

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// codeSeeds are codes of ours, of payment institutions, and what people and
// scanners make of them.
func codeSeeds(f *testing.F) {
	for range 3 {
		code, err := mint()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(code)
		f.Add(code[:9] + " " + code[9:])
		f.Add(code + "\n")
		f.Add(strings.Map(func(r rune) rune { return r - '0' + '０' }, code))
	}
	for _, s := range []string{"", "77", "770000000000000000", "777777777777777777", "131234567890123456", "281234567890123456", "6212345678901234567",
		"https://card.example/s/123453", "javascript:alert(1)", "WIFI:S:x;;", "BEGIN:VCARD", "\x00", "77٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠"} {
		f.Add(s)
	}
}

// FuzzCode shows that a text is a code of ours in one spelling only, that no
// payment code is one, and that a slip of one digit never makes another code.
func FuzzCode(f *testing.F) {
	codeSeeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		if foreign(s) && canonical(s) {
			t.Fatalf("%q is a payment code and ours", s)
		}
		if foreign(s) && strings.Trim(s, "0123456789") != "" {
			t.Fatalf("%q is a payment code that is not of digits", s)
		}
		if !canonical(s) {
			return
		}
		if len(s) != codeDigits || strings.Trim(s, "0123456789") != "" || !strings.HasPrefix(s, codePrefix) {
			t.Fatalf("%q is taken for a code", s)
		}
		for i := range s {
			for d := byte('0'); d <= '9'; d++ {
				if other := s[:i] + string(d) + s[i+1:]; other != s && canonical(other) {
					t.Fatalf("%q and %q differ in one digit and both are codes", s, other)
				}
			}
		}
		if canonical(" "+s) || canonical(s+"0") || canonical(s[1:]) {
			t.Fatalf("%q has other spellings", s)
		}
	})
}

func receiptKeys() (ed25519.PublicKey, ed25519.PrivateKey) {
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat("r", 32)))
	return key.Public().(ed25519.PublicKey), key
}

// FuzzVerify shows that a receipt has one spelling: whatever is taken is what
// we sign for what it says, byte for byte.
func FuzzVerify(f *testing.F) {
	public, private := receiptKeys()
	text, err := sign(Proof{"R1", "red_1", "阿娘面馆", 12850, 1285, 11565, time.UnixMilli(1772418000000)}, private)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{text, text + "=", text + "\n", strings.ToLower(text), strings.Replace(text, "CWR1", "CWR2", 1), text[:len(text)-1], "CWR1..", "CWR1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Verify(s, public)
		if err != nil {
			if p != (Proof{}) {
				t.Fatalf("refused, and said %+v", p)
			}
			return
		}
		if again, err := sign(p, private); err != nil || again != s {
			t.Fatalf("%q is taken; it says what %q says, %v", s, again, err)
		}
	})
}

// FuzzReceipt signs any body with the right key, as somebody would who got
// hold of a signature: what is not written as we write it is refused all the same.
func FuzzReceipt(f *testing.F) {
	public, private := receiptKeys()
	for _, body := range []string{
		`{"receipt":"R1","id":"red_1","shop":"面","bill":12850,"off":1285,"paid":11565,"at":1772418000000}`,
		`{"receipt":"R1","id":"red_1","shop":"面","bill":12850,"off":1285,"paid":11565,"at":1772418000000,"paid":1}`,
		`{"Receipt":"R1"}`, `{"receipt":"R1","id":"","shop":"\u003c","bill":1e2,"off":-0,"paid":0,"at":9223372036854775807}`, `null`, `[]`, `{}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text := receiptKind + "." + base64.RawURLEncoding.EncodeToString(body)
		text += "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(private, []byte(text)))
		p, err := Verify(text, public)
		if err != nil {
			return
		}
		if again, err := sign(p, private); err != nil || again != text {
			t.Fatalf("%q is taken, and is written %q, %v", body, again, err)
		}
	})
}

// TestReceiptsReadBack shows that whatever we sign is taken and says the same.
func TestReceiptsReadBack(t *testing.T) {
	public, private := receiptKeys()
	rapid.Check(t, func(t *rapid.T) {
		p := Proof{rapid.String().Draw(t, "receipt"), ID(rapid.String().Draw(t, "id")), rapid.String().Draw(t, "shop"), 1, 2, 3, time.UnixMilli(rapid.Int64Range(0, 1<<45).Draw(t, "at")).UTC()}
		text, err := sign(p, private)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Verify(text, public); err != nil || got != p {
			t.Fatalf("%+v reads back as %+v, %v", p, got, err)
		}
	})
}
