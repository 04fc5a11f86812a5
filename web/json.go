package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"citywalk/fault"
)

// Refusals of JSON bodies.
var (
	ErrJSON      = fault.New(fault.Invalid, "web.json", fault.Us, "请求内容不是有效的 JSON：{why}。", "The body is not JSON as we take it: {why}.")
	ErrMember    = fault.New(fault.Invalid, "web.json_member", fault.Us, "请求里有不认识的字段 {name}。", "The body has a member that we do not know: {name}.")
	ErrJSONValue = fault.New(fault.Invalid, "web.json_value", fault.Us, "字段 {name} 的值类型不对。", "The member {name} has a value of the wrong type.")
)

// depthMax is how deep arrays and objects may stand in each other.
const depthMax = 20

// ReadJSON reads the request's body into v, a pointer to a struct. The body is
// application/json, strict as StrictJSON has it, and holds only members that v
// names, spelled the same. An integer takes no fraction and no exponent, and
// null stands only where v has a pointer.
func ReadJSON(r *http.Request, v any) error {
	if !IsJSON(r) {
		return ErrMedia
	}
	data, err := io.ReadAll(r.Body)
	if f := Fault(err); f != nil {
		return f
	} else if err != nil {
		return ErrJSON.With("why", "the body broke off")
	}
	return DecodeJSON(data, v)
}

// IsJSON reports whether the request says that its body is JSON as it is: in
// UTF-8 and not compressed.
func IsJSON(r *http.Request) bool {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := params["charset"]
	return err == nil && kind == "application/json" && (charset == "" || strings.EqualFold(charset, "utf-8")) &&
		r.Header.Get("Content-Encoding") == ""
}

// DecodeJSON is ReadJSON for bytes at hand.
func DecodeJSON(data []byte, v any) error {
	if err := StrictJSON(data); err != nil {
		return err
	}
	if err := spelled(data, reflect.TypeOf(v).Elem()); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return ErrJSONValue.With("name", kind.Field).In(kind.Field)
	case err != nil:
		return ErrJSON.With("why", "a value was refused")
	}
	return nil
}

// spelled reports members whose spelling differs from t's in case, which
// encoding/json would take, and nulls where t has no pointer, which it would
// pass over.
func spelled(data []byte, t reflect.Type) error {
	if t.Kind() == reflect.Pointer {
		if string(bytes.TrimSpace(data)) == "null" {
			return nil
		}
		return spelled(data, t.Elem())
	}
	if string(bytes.TrimSpace(data)) == "null" {
		return ErrJSONValue.With("name", "null")
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		return spelledObject(data, t)
	case reflect.Slice, reflect.Array:
		var parts []json.RawMessage
		if json.Unmarshal(data, &parts) != nil {
			return nil // The decoder says what is wrong.
		}
		for _, part := range parts {
			if err := spelled(part, t.Elem()); err != nil {
				return err
			}
		}
	}
	return nil
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func spelledObject(data []byte, t reflect.Type) error {
	var parts map[string]json.RawMessage
	if json.Unmarshal(data, &parts) != nil {
		return nil
	}
	for name, part := range parts {
		field, ok := fieldNamed(t, name)
		if !ok {
			return ErrMember.With("name", firstRunes(name, 40)).In(firstRunes(name, 40))
		}
		if err := spelled(part, field); err != nil {
			if f, ok := fault.From(err); ok && f.Field == "" {
				return f.With("name", name).In(name)
			}
			return err
		}
	}
	return nil
}

func fieldNamed(t reflect.Type, name string) (reflect.Type, bool) {
	for f := range t.Fields() {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "" {
			tag = f.Name
		}
		if f.IsExported() && tag == name {
			return f.Type, true
		}
	}
	return nil, false
}

// StrictJSON reports why data is not one JSON value as we take it. Besides
// what is no JSON at all it refuses: a byte order mark, text that is not
// UTF-8, NUL and lone surrogates even when escaped, members that an object has
// twice or that differ only in case, exponents and minus zero in numbers, and
// values deeper than twenty. It stops at the first fault, so a hostile body
// costs no more than reading it.
func StrictJSON(data []byte) error {
	s := scanner{data: data}
	why := s.value(0)
	if why == "" {
		if s.blank(); s.at < len(s.data) {
			why = "something follows the value"
		}
	}
	if why == "" {
		return nil
	}
	return ErrJSON.With("why", fmt.Sprintf("%s (byte %d)", why, s.at))
}

// A scanner walks JSON text. Its methods return what is wrong, or nothing.
type scanner struct {
	data []byte
	at   int
}

func (s *scanner) blank() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) value(depth int) string {
	s.blank()
	if depth > depthMax {
		return "too deep"
	}
	switch c := s.peek(); {
	case c == '{':
		return s.object(depth)
	case c == '[':
		return s.array(depth)
	case c == '"':
		_, why := s.text()
		return why
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.data[s.at:], []byte(word)) {
			s.at += len(word)
			return ""
		}
	}
	return "no value where one is due"
}

func (s *scanner) object(depth int) string {
	seen := map[string]bool{}
	s.at++
	if s.blank(); s.peek() == '}' {
		s.at++
		return ""
	}
	for {
		if s.blank(); s.peek() != '"' {
			return "no name where one is due"
		}
		name, why := s.text()
		if why != "" {
			return why
		}
		if folded := strings.ToLower(name); seen[folded] {
			return "a member stands twice"
		} else {
			seen[folded] = true
		}
		if s.blank(); s.peek() != ':' {
			return "no colon where one is due"
		}
		s.at++
		if why := s.value(depth + 1); why != "" {
			return why
		}
		if done, why := s.next('}'); done || why != "" {
			return why
		}
	}
}

func (s *scanner) array(depth int) string {
	s.at++
	if s.blank(); s.peek() == ']' {
		s.at++
		return ""
	}
	for {
		if why := s.value(depth + 1); why != "" {
			return why
		}
		if done, why := s.next(']'); done || why != "" {
			return why
		}
	}
}

// next takes the comma or the end of an object or array.
func (s *scanner) next(end byte) (done bool, why string) {
	s.blank()
	switch s.peek() {
	case end:
		s.at++
		return true, ""
	case ',':
		s.at++
		return false, ""
	}
	return false, "no comma where one is due"
}

// number takes an integer or a decimal fraction.
func (s *scanner) number() string {
	from := s.at
	if s.peek() == '-' {
		s.at++
	}
	first := s.at
	s.digits()
	if s.at == first || s.data[first] == '0' && s.at > first+1 {
		return "a number that is none"
	}
	if s.peek() == '.' {
		s.at++
		if at := s.at; s.digits() == at {
			return "a number that is none"
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		return "a number with an exponent"
	}
	if strings.Trim(string(s.data[from:s.at]), "-0.") == "" && s.data[from] == '-' {
		return "minus zero"
	}
	return ""
}

func (s *scanner) digits() int {
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.at++
	}
	return s.at
}

// text takes a string and returns what it says.
func (s *scanner) text() (string, string) {
	from, escaped := s.at, false
	s.at++
	for s.at < len(s.data) {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			if !escaped {
				return string(s.data[from+1 : s.at-1]), ""
			}
			var said string
			if json.Unmarshal(s.data[from:s.at], &said) != nil {
				return "", "a string that is none"
			}
			return said, ""
		case c == '\\':
			escaped = true
			if why := s.escape(); why != "" {
				return "", why
			}
		case c < 0x20:
			return "", "a control character"
		case c < utf8.RuneSelf:
			s.at++
		default:
			r, n := utf8.DecodeRune(s.data[s.at:])
			if r == utf8.RuneError && n == 1 {
				return "", "text that is not UTF-8"
			}
			s.at += n
		}
	}
	return "", "a string without end"
}

// escape takes one escape; a pair of surrogates is one.
func (s *scanner) escape() string {
	s.at++
	if c := s.peek(); c != 'u' {
		if c == 0 || !strings.ContainsRune(`"\/bfnrt`, rune(c)) {
			return "an escape that is none"
		}
		s.at++
		return ""
	}
	s.at++
	unit, ok := s.hex()
	switch {
	case !ok:
		return "an escape that is none"
	case unit == 0:
		return "a NUL"
	case unit >= 0xDC00 && unit <= 0xDFFF:
		return "a lone surrogate"
	case unit >= 0xD800 && unit <= 0xDBFF:
		if !bytes.HasPrefix(s.data[s.at:], []byte(`\u`)) {
			return "a lone surrogate"
		}
		s.at += 2
		if low, ok := s.hex(); !ok || low < 0xDC00 || low > 0xDFFF {
			return "a lone surrogate"
		}
	}
	return ""
}

func (s *scanner) hex() (unit rune, ok bool) {
	for range 4 {
		c := s.peek()
		switch {
		case c >= '0' && c <= '9':
			unit = unit<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			unit = unit<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			unit = unit<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
		s.at++
	}
	return unit, true
}
