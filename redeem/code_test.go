package redeem

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestLuhn holds the check digit against numbers from outside.
func TestLuhn(t *testing.T) {
	for _, s := range []string{"79927398713", "4539148803436467", "18"} {
		if got := luhn(s[:len(s)-1]); got != s[len(s)-1] {
			t.Errorf("check digit of %s is %c", s, got)
		}
	}
}

// TestMintedCodesAreCanonicalAndDiffer: what we make we accept, and no payment
// institution would.
func TestMintedCodesAreCanonicalAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		c, err := mint()
		if err != nil {
			t.Fatal(err)
		}
		if !canonical(c) || foreign(c) || seen[c] {
			t.Fatalf("minted %s: canonical %v, foreign %v, seen %v", c, canonical(c), foreign(c), seen[c])
		}
		seen[c] = true
	}
}

// TestOneSpelling: changing any one character of a code makes it none of ours,
// so a mistyped digit is refused before anything is looked up.
func TestOneSpelling(t *testing.T) {
	code, err := mint()
	if err != nil {
		t.Fatal(err)
	}
	for i := range code {
		for c := range byte(128) {
			if c == code[i] {
				continue
			}
			if s := code[:i] + string(c) + code[i+1:]; canonical(s) {
				t.Errorf("%q is canonical beside %q", s, code)
			}
		}
	}
	for _, s := range []string{"", code[1:], code + "0", " " + code, code + "\n", strings.Replace(code, "7", "７", 1),
		"https://example.com/" + code, "javascript:alert(1)", "<script>", "WIFI:T:WPA;S:x;P:y;;", "BEGIN:VCARD",
		strings.Repeat("7", 4296), code[:9] + "\x00" + code[10:]} {
		if canonical(s) {
			t.Errorf("%.30q is canonical", s)
		}
	}
}

// TestForeignCodesAreKnown has a row for each institution's range and its
// edges.
func TestForeignCodesAreKnown(t *testing.T) {
	tail := strings.Repeat("0", 30)
	for _, c := range []struct {
		prefix string
		digits int
		want   bool
	}{
		{"10", 18, true}, {"13", 18, true}, {"15", 18, true}, {"09", 18, false}, {"16", 18, false}, {"13", 17, false}, {"13", 19, false},
		{"25", 16, true}, {"28", 18, true}, {"30", 24, true}, {"24", 18, false}, {"31", 18, false}, {"28", 15, false}, {"28", 25, false},
		{"62", 19, true}, {"62", 18, false}, {"62", 20, false}, {"61", 19, false},
		{"77", 18, false},
	} {
		if s := c.prefix + tail[:c.digits-2]; foreign(s) != c.want {
			t.Errorf("%s… with %d digits: foreign %v, want %v", c.prefix, c.digits, !c.want, c.want)
		}
	}
	for _, s := range []string{"", "1", "13000000000000000x", "１３0000000000000000"} {
		if foreign(s) {
			t.Errorf("%q is foreign", s)
		}
	}
}

// TestNoTextIsBothOursAndForeign: whatever a camera reads, at most one of the
// two is true, and nothing panics.
func TestNoTextIsBothOursAndForeign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{14,26}`), rapid.StringMatching(`77[0-9]{16}`)).Draw(t, "text")
		if canonical(s) && foreign(s) {
			t.Fatalf("%q is both", s)
		}
	})
}

// TestHashNeedsThePepper: the hash of a code is nothing without the key.
func TestHashNeedsThePepper(t *testing.T) {
	a, b := &Service{Keys: Keys{Code: []byte("a")}}, &Service{Keys: Keys{Code: []byte("b")}}
	const code = "770000000000000000"
	if a.hash(code) == b.hash(code) || strings.Contains(a.hash(code), code) {
		t.Error("the hash does not depend on the pepper alone")
	}
}
