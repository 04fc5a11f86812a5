package account

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"citywalk/fault"
)

// ErrPhone refuses what is not a number we send to.
var ErrPhone = fault.New(fault.Invalid, "account.phone", fault.Member,
	"手机号不对，请填 11 位中国大陆手机号。", "This is not a phone number we can send to. Use an 11-digit mobile number of mainland China.")

// A Phone is a number in its one canonical form: the eleven digits of a mobile
// number of mainland China. However it is printed, logged or encoded, it shows
// itself masked; only Digits gives it away. Two things the language does not let
// it hide from: printing a struct that holds it in an unexported field, and JSON
// of a map that has it for a key.
type Phone string

// phoneMax bounds what ParsePhone looks at.
const phoneMax = 64

// ParsePhone reads a number as people type it: with spaces and dashes, in
// full-width digits, with +86, 0086 or 86 before it. Whatever is not a mobile
// number of mainland China is refused, which also keeps the programme from
// being made to send expensive messages abroad.
func ParsePhone(s string) (Phone, error) {
	if len(s) > phoneMax {
		return "", ErrPhone.In("phone")
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case (r == '+' || r == '＋') && b.Len() == 0:
			b.WriteByte('+')
		case strings.ContainsRune(phoneGaps, r):
		default:
			return "", ErrPhone.In("phone")
		}
	}
	digits := b.String()
	for _, prefix := range []string{"+86", "0086", "86"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok && len(rest) == 11 {
			digits = rest
			break
		}
	}
	if len(digits) != 11 || digits[0] != '1' || digits[1] < '3' {
		return "", ErrPhone.In("phone")
	}
	return Phone(digits), nil
}

// phoneGaps are what people and address books put between digits: spaces,
// also the non-breaking and the ideographic one, and kinds of dashes.
const phoneGaps = " \t\u00a0\u2007\u202f\u3000-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d"

// Digits returns the number itself.
func (p Phone) Digits() string { return string(p) }

// Mask returns what may be shown: "138****0001".
func (p Phone) Mask() string {
	if len(p) != 11 {
		return "****"
	}
	return string(p[:3]) + "****" + string(p[7:])
}

// String returns the mask.
func (p Phone) String() string { return p.Mask() }

// Format writes the mask, whatever the verb.
func (p Phone) Format(f fmt.State, _ rune) { io.WriteString(f, p.Mask()) }

// LogValue is the mask.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.Mask()) }

// MarshalText is the mask.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.Mask()), nil }

// prefix is the number without its last four digits: who buys numbers to
// pump messages buys them in such blocks.
func (p Phone) prefix() string { return string(p[:7]) }
