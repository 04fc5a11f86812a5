package redeem

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var proof = Proof{Receipt: "7K3M9QZX2A", ID: "red_1", Shop: "老张面馆 <b>", Bill: 12850, Off: 1285, Paid: 11565,
	At: time.Date(2026, 3, 2, 2, 0, 0, 123_000_000, time.UTC)}

func receiptKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(seed), ed25519.SeedSize)))
}

// TestReceiptIsVerifiedOffline: what is signed is read back unchanged, with the
// public key alone.
func TestReceiptIsVerifiedOffline(t *testing.T) {
	key := receiptKey('a')
	text, err := sign(proof, key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Verify(text, key.Public().(ed25519.PublicKey))
	if diff := cmp.Diff(proof, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// TestReceiptTampering: every change of a character, another key, another kind,
// another spelling of the same payload are refused.
func TestReceiptTampering(t *testing.T) {
	key := receiptKey('a')
	public := key.Public().(ed25519.PublicKey)
	text, err := sign(proof, key)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what, text string, key ed25519.PublicKey) {
		t.Helper()
		if p, err := Verify(text, key); !errors.Is(err, ErrReceipt) || p != (Proof{}) {
			t.Errorf("%s: %+v, %v", what, p, err)
		}
	}
	for i := range text {
		for _, c := range []byte{'A', 'B', '.', '=', '\n', text[i] ^ 1, text[i] ^ 0x20} {
			if c != text[i] {
				refused("changed", text[:i]+string(rune(c))+text[i+1:], public)
			}
		}
	}
	parts := strings.Split(text, ".")
	refused("another key", text, receiptKey('b').Public().(ed25519.PublicKey))
	refused("no key", text, nil)
	refused("cut", text[:len(text)-1], public)
	refused("longer", text+"A", public)
	refused("padded", text+"==", public)
	refused("broken line", text[:40]+"\n"+text[40:], public)
	refused("no signature", parts[0]+"."+parts[1], public)
	refused("another kind", "CWR2."+parts[1]+"."+parts[2], public)
	refused("empty", "", public)

	// Signed by us, but not as we write it.
	for what, body := range map[string]string{
		"another order": `{"id":"red_1","receipt":"x","shop":"","bill":1,"off":0,"paid":1,"at":1}`,
		"spaces":        `{"receipt": "x","id":"","shop":"","bill":1,"off":0,"paid":1,"at":1}`,
		"twice":         `{"receipt":"x","id":"","shop":"","bill":1,"bill":2,"off":0,"paid":1,"at":1}`,
		"other case":    `{"Receipt":"x","id":"","shop":"","bill":1,"off":0,"paid":1,"at":1}`,
		"more":          `{"receipt":"x","id":"","shop":"","bill":1,"off":0,"paid":1,"at":1,"x":1}`,
		"no JSON":       `receipt`,
	} {
		signed := "CWR1." + base64.RawURLEncoding.EncodeToString([]byte(body))
		mark := base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(signed)))
		refused(what, signed+"."+mark, public)
	}
}
