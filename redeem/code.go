package redeem

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/pass"
)

// A code is eighteen digits: "77", fifteen random ones and a Luhn digit. The
// prefix collides with no payment code, so that a till can tell them apart
// before it reads them.
const (
	codePrefix = "77"
	codeDigits = 18
)

// codeKept is how long a code is remembered after its time, so that a late
// scan is told "over" and "used" rather than "unknown".
const codeKept = 24 * time.Hour

// mint returns a new code.
func mint() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000_000_000_000))
	if err != nil {
		return "", fmt.Errorf("redeem: draw a code: %w", err)
	}
	body := fmt.Sprintf("%s%015d", codePrefix, n)
	return body + string(luhn(body)), nil
}

// luhn returns the check digit that goes behind the digits.
func luhn(digits string) byte {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

// digits reports whether s is n ASCII digits and nothing else.
func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range n {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// canonical reports whether s is written as a code of ours is.
func canonical(s string) bool {
	return digits(s, codeDigits) && s[:2] == codePrefix && s[codeDigits-1] == luhn(s[:codeDigits-1])
}

// foreign reports whether s looks like a code that authorises a payment:
// WeChat (10 to 15 and 18 digits), Alipay (25 to 30 and 16 to 24 digits),
// UnionPay (62 and 19 digits). Such a code is money in somebody's hand; it is
// refused before anything is done with it, and never stored, logged or
// repeated.
func foreign(s string) bool {
	if len(s) < 16 || len(s) > 24 || !digits(s, len(s)) {
		return false
	}
	switch p := s[:2]; {
	case p >= "10" && p <= "15":
		return len(s) == 18
	case p >= "25" && p <= "30":
		return true
	case p == "62":
		return len(s) == 19
	}
	return false
}

// hash returns what the database keeps of a code. Without the pepper the few
// digits could be found by trying them all.
func (s *Service) hash(code string) string {
	m := hmac.New(sha256.New, s.Keys.Code)
	m.Write([]byte("citywalk/code\x00"))
	m.Write([]byte(code))
	return hex.EncodeToString(m.Sum(nil))
}

// A kept is a code as the database has it.
type kept struct {
	Hash   string
	Person account.ID
	Until  time.Time
	Used   time.Time
	Live   bool // The last that the person was shown.
}

// refuse says why a code cannot begin a redemption now, or nil.
func (k kept) refuse(now time.Time) error {
	switch {
	case !k.Used.IsZero():
		return ErrUsed
	case !k.Live:
		return ErrRenewed
	case !now.Before(k.Until):
		return ErrExpired
	}
	return nil
}

// Show makes a code for the member's valid pass and kills the one before.
func (s *Service) Show(ctx context.Context, who account.Session) (Code, error) {
	digits, err := mint()
	if err != nil {
		return Code{}, err
	}
	hash := s.hash(digits)
	var c Code
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		p, err := pass.Valid(tx, who.Person, ledger.DayOf(now, s.Zone))
		if err != nil {
			return err
		}
		c = Code{Digits: digits, Until: now.Add(CodeLife), Renew: now.Add(CodeShown), Pass: p.ID}
		return addCode(tx, who.Person, hash, c.Until)
	})
	return c, err
}
