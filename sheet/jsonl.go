package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// jsonRows reads one JSON object a line.
type jsonRows struct {
	*lines
	fields map[string][]string // A member's name -> the fields that are read from it.
}

func newJSONL(l *lines, o Options) *jsonRows {
	j := &jsonRows{lines: l, fields: map[string][]string{}}
	for _, c := range o.Columns {
		j.fields[c.Name] = append(j.fields[c.Name], c.Field)
	}
	return j
}

func (j *jsonRows) next() (Row, error) {
	if err := j.blank(); err != nil {
		return Row{}, err
	}
	l, err := j.peek(0)
	if err != nil {
		return Row{}, err
	}
	row := Row{Line: j.line}
	j.drop(1)
	if l.long {
		row.Bad = tooLong
		return row, nil
	}
	row.Fields, row.Bad = j.object(l.s)
	return row, nil
}

// object reads the members of a line that were asked for.
func (j *jsonRows) object(line string) (map[string]string, *Flaw) {
	switch {
	case !utf8.ValidString(line):
		return nil, &Flaw{Zh: "不是 UTF-8 编码", En: "the line is not UTF-8"}
	case halfPair(line):
		return nil, &Flaw{Zh: "含有半个代理字符", En: "the line holds half of a surrogate pair"}
	}
	broken := &Flaw{Zh: "不是一个 JSON 对象", En: "the line is not one JSON object"}
	d := json.NewDecoder(strings.NewReader(line))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, broken
	}
	fields := make(map[string]string, len(j.fields))
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, _ := t.(string)
		if err != nil {
			return nil, broken
		}
		if seen[name] {
			return nil, &Flaw{Zh: "同一个成员出现了两次", En: "a member stands there twice"}
		}
		seen[name] = true
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, broken
		}
		for _, field := range j.fields[name] {
			fields[field] = cell(raw)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, broken
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, broken
	}
	return fields, nil
}

// cell returns a JSON value as the text that a CSV file would have: a string is
// itself, null is nothing, everything else is as it is written, without space.
func cell(raw json.RawMessage) string {
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
	}
	if string(raw) == "null" {
		return ""
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return ""
	}
	return b.String()
}

// halfPair reports whether JSON escapes one half of a surrogate pair without
// the other, which is no character and which the decoder would replace.
func halfPair(line string) bool {
	for {
		i := strings.IndexByte(line, '\\')
		if i < 0 {
			return false
		}
		line = line[i:]
		c, long := escaped(line)
		switch {
		case !long:
			line = line[min(2, len(line)):]
			continue
		case c >= 0xDC00 && c <= 0xDFFF:
			return true
		case c >= 0xD800 && c <= 0xDBFF:
			if low, long := escaped(line[6:]); !long || low < 0xDC00 || low > 0xDFFF {
				return true
			}
			line = line[6:]
		}
		line = line[6:]
	}
}

// escaped reads \uXXXX at the beginning of s.
func escaped(s string) (c uint16, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for _, b := range []byte(s[2:6]) {
		c <<= 4
		switch {
		case b >= '0' && b <= '9':
			c |= uint16(b - '0')
		case b >= 'a' && b <= 'f':
			c |= uint16(b-'a') + 10
		case b >= 'A' && b <= 'F':
			c |= uint16(b-'A') + 10
		default:
			return 0, false
		}
	}
	return c, true
}
