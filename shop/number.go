package shop

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	"citywalk/fault"

	"golang.org/x/text/unicode/norm"
)

// Refusals of numbers.
var (
	ErrNumber  = fault.New(fault.Invalid, "shop.number", fault.Member, "门店号是六位数字，这个号不对，请对照立牌再输一次。", "A shop's number has six digits and this one is not right. Compare it with the sign and type it again.")
	ErrNumbers = fault.New(fault.Unavailable, "shop.numbers", fault.Operator, "没有可用的门店号了，请联系技术支持。", "No shop numbers are left. Ask technical support.")
)

// A number has six digits: the first is not zero, so that a spreadsheet does
// not eat it, and the last is a check digit by Damm's scheme, which, unlike
// Luhn's, catches every single wrong digit and every two neighbours swapped.
// That leaves 90,000 shops to a programme. Numbers are drawn at random: they
// tell nothing of how many shops there are, and mistyped ones rarely exist.

// damm is a totally anti-symmetric quasigroup of order ten.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// checkDigit returns the digit that makes digits a number.
func checkDigit(digits string) byte {
	var interim byte
	for i := range len(digits) {
		interim = damm[interim][digits[i]-'0']
	}
	return '0' + interim
}

// ParseNumber reads a shop's number as people type it, with spaces or hyphens
// between the digits or in full width, and returns its six digits.
func ParseNumber(s string) (string, error) {
	if len(s) > 64 {
		return "", ErrNumber
	}
	s = strings.NewReplacer(" ", "", "-", "").Replace(norm.NFKC.String(s))
	if len(s) != 6 || s[0] == '0' {
		return "", ErrNumber
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", ErrNumber
		}
	}
	if checkDigit(s[:5]) != s[5] {
		return "", ErrNumber
	}
	return s, nil
}

// drawsMax bounds how often a taken number is drawn anew. Even when nine of
// ten numbers are taken, 64 draws fail once in 800 times.
const drawsMax = 64

// drawNumber returns a random number.
func drawNumber() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(90_000))
	if err != nil {
		return "", fmt.Errorf("shop: draw number: %w", err)
	}
	digits := fmt.Sprint(10_000 + n.Int64())
	return digits + string(checkDigit(digits)), nil
}
