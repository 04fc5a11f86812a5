package curate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const sourceMax = 100

// namedSource checks the name of a source that is not the product itself.
func namedSource(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || name == MemberSource || !utf8.ValidString(name) || utf8.RuneCountInString(name) > sourceMax ||
		strings.ContainsFunc(name, unicode.IsControl) {
		return "", ErrSource.In("source")
	}
	return name, nil
}
