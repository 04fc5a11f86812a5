package discover

import "unicode/utf8"

// PlainJSON reports whether a text stands in JSON as it is, between quotes, and
// that JSON in HTML. A listing is asked once, when it is put into the index, and
// not in each answer.
func PlainJSON[T string | []byte](s T) bool {
	ascii := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			ascii = false
			if c == 0xE2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]|1 == 0xA9 { // U+2028, U+2029
				return false
			}
		} else if c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return ascii || utf8.Valid([]byte(s))
}
