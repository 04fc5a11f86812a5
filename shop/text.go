package shop

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"citywalk/fault"
	"citywalk/sheet"

	"golang.org/x/text/unicode/norm"
)

// Refusals of texts that people typed; each names the form's field.
var (
	ErrMissing = fault.New(fault.Invalid, "shop.missing", fault.Operator, "这一项不能为空。", "This must not be empty.")
	ErrLong    = fault.New(fault.Invalid, "shop.long", fault.Operator, "太长了，最多 {max} 个字。", "This is too long; at most {max} characters.")
	ErrText    = fault.New(fault.Invalid, "shop.text", fault.Operator, "里面有看不见的控制字符，请重新输入。", "This holds invisible control characters. Type it again.")
)

// text trims s and refuses what could not be stored or would deceive a reader:
// control characters, and the marks that turn the direction of what follows.
// max counts characters. An empty text passes.
func text(field, s string, max int) (string, error) {
	s = strings.TrimSpace(s)
	if !sheet.Printable(s) {
		return "", ErrText.In(field)
	}
	if utf8.RuneCountInString(s) > max {
		return "", ErrLong.With("max", max).In(field)
	}
	return s, nil
}

// needed is text that must not be empty.
func needed(field, s string, max int) (string, error) {
	s, err := text(field, s, max)
	if err == nil && s == "" {
		err = ErrMissing.In(field)
	}
	return s, err
}

// fold returns s as search sees it: compatibility forms made one, lower case,
// nothing but letters and digits. So "Ｍ·Stand (外滩店)" and "m stand外滩" meet,
// and no wildcard of LIKE is left in what a person typed.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// words returns what Search looks in. The parts stay apart, so that no match
// runs from one into the next.
func (s Shop) words() string {
	parts := []string{fold(s.Name), fold(s.Category)}
	for _, d := range s.Dishes {
		parts = append(parts, fold(d))
	}
	return strings.Join(parts, "\n")
}
