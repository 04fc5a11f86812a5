package sheet

import (
	"strings"
	"unicode/utf8"
)

// An Entry is one name of a dictionary with what stands under it.
type Entry struct{ Name, Value string }

const (
	entriesMax = 64
	dictMax    = 4 << 10 // Bytes.
)

// Dict reads a cell that holds a flat dictionary as Python or JSON writes it,
// {'口味': '3.5', "环境": 4}; ok is false for everything else, for more than 64
// entries and for more than 4 KiB.
func Dict(cell string) (all []Entry, ok bool) {
	s := strings.TrimSpace(cell)
	if len(s) < 2 || len(s) > dictMax || s[0] != '{' || s[len(s)-1] != '}' {
		return nil, false
	}
	s = strings.TrimSpace(s[1 : len(s)-1])
	for s != "" {
		var e Entry
		if e.Name, s, ok = atom(s); !ok || !strings.HasPrefix(s, ":") {
			return nil, false
		}
		if e.Value, s, ok = atom(strings.TrimSpace(s[1:])); !ok || len(all) == entriesMax {
			return nil, false
		}
		all = append(all, e)
		if s == "" {
			break
		}
		// A comma may also end the last entry, as Python has it.
		if s[0] != ',' {
			return nil, false
		}
		s = strings.TrimSpace(s[1:])
	}
	return all, true
}

// atom reads a quoted text or a bare word and returns what follows it.
func atom(s string) (value, rest string, ok bool) {
	if s == "" {
		return "", "", false
	}
	quote := s[0]
	if quote != '\'' && quote != '"' {
		n := strings.IndexAny(s, `:,'"{}[]`)
		if n < 0 {
			n = len(s)
		}
		value = strings.TrimSpace(s[:n])
		return value, s[n:], value != ""
	}
	var b strings.Builder
	for i := 1; i < len(s); {
		switch c := s[i]; {
		case c == quote:
			return b.String(), strings.TrimSpace(s[i+1:]), true
		case c == '\\' && i+1 < len(s):
			i++
			fallthrough
		default:
			_, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+size])
			i += size
		}
	}
	return "", "", false
}

// Plain takes off the wrapping that MongoDB's exports put around a value: a cell
// {'$oid': 'X'} is X. Other cells are what they are.
func Plain(cell string) string {
	if !strings.HasPrefix(strings.TrimSpace(cell), "{") {
		return cell
	}
	all, ok := Dict(cell)
	if !ok || len(all) != 1 || !strings.HasPrefix(all[0].Name, "$") {
		return cell
	}
	return all[0].Value
}
