package abuse

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A node is a JSON value as it will be written, right or wrong: an object may
// have a member twice, and a leaf may be no JSON.
type node struct {
	schema  *openapi3.Schema
	kind    byte    // '{', '[', or 0 for a leaf.
	raw     string  // A leaf as it is written.
	members []entry // Of an object.
	items   []*node // Of an array.
}

type entry struct {
	name  string
	value *node
}

// text is the value as it is sent.
func (n *node) text() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *node) write(b *strings.Builder) {
	switch n.kind {
	case '{':
		b.WriteByte('{')
		for i, m := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoted(m.name) + ":")
			m.value.write(b)
		}
		b.WriteByte('}')
	case '[':
		b.WriteByte('[')
		for i, item := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.write(b)
		}
		b.WriteByte(']')
	default:
		b.WriteString(n.raw)
	}
}

// all are the node and what stands in it.
func (n *node) all() []*node {
	all := []*node{n}
	for _, m := range n.members {
		all = append(all, m.value.all()...)
	}
	for _, item := range n.items {
		all = append(all, item.all()...)
	}
	return all
}

// read makes nodes of JSON that follows the schema.
func read(text string, s *openapi3.Schema) *node {
	n := &node{schema: s, raw: text}
	switch text[0] {
	case '{':
		var members map[string]json.RawMessage
		mustParse(text, &members)
		n.kind = '{'
		for _, name := range slices.Sorted(maps.Keys(members)) {
			n.members = append(n.members, entry{name, read(string(members[name]), memberOf(s, name))})
		}
	case '[':
		var items []json.RawMessage
		mustParse(text, &items)
		n.kind = '['
		for _, item := range items {
			n.items = append(n.items, read(string(item), s.Items.Value))
		}
	}
	return n
}

func mustParse(text string, v any) {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		panic(fmt.Sprintf("%s: %v", text, err))
	}
}

// memberOf is the schema of an object's member.
func memberOf(s *openapi3.Schema, name string) *openapi3.Schema {
	if p := s.Properties[name]; p != nil {
		return p.Value
	}
	if p := s.AdditionalProperties.Schema; p != nil {
		return p.Value
	}
	panic("the document has no member " + name)
}

// A grower draws values from a seed: the same from the same one.
type grower struct{ *rand.Rand }

func pick[T any](g grower, from []T) T { return from[g.IntN(len(from))] }

// grow draws a value that follows the schema.
func (g grower) grow(s *openapi3.Schema) *node {
	n := &node{schema: s}
	switch {
	case len(s.Enum) > 0:
		n.raw = quoted(fmt.Sprint(pick(g, s.Enum)))
	case s.Type.Is("object"):
		n.kind = '{'
		g.members(n)
	case s.Type.Is("array"):
		n.kind = '['
		for range g.IntN(1 + int(min(3, most(s.MaxItems)))) {
			n.items = append(n.items, g.grow(s.Items.Value))
		}
	case s.Type.Is("integer"), s.Type.Is("number"):
		low, high := bounds(s)
		n.raw = number(pick(g, []float64{low, high, min(low+1, high), low + float64(int((high-low)*g.Float64()))}))
	case s.Type.Is("boolean"):
		n.raw = strconv.FormatBool(g.IntN(2) == 0)
	case s.Format == "date":
		n.raw = quoted(pick(g, []string{"2026-03-02", "2026-03-01", "2028-02-29", "1970-01-01", "2999-12-31"}))
	default:
		n.raw = quoted(g.line(int(s.MinLength), int(min(most(s.MaxLength), 30))))
	}
	return n
}

func (g grower) members(n *node) {
	for _, name := range slices.Sorted(maps.Keys(n.schema.Properties)) {
		if slices.Contains(n.schema.Required, name) || g.IntN(2) == 0 {
			n.members = append(n.members, entry{name, g.grow(n.schema.Properties[name].Value)})
		}
	}
	if more := n.schema.AdditionalProperties.Schema; more != nil {
		for i := range g.IntN(3) {
			n.members = append(n.members, entry{fmt.Sprint("x", i), g.grow(more.Value)})
		}
	}
}

// line draws a text of a number of characters.
func (g grower) line(from, to int) string {
	text := make([]rune, from+g.IntN(max(to-from, 0)+1))
	for i := range text {
		text[i] = pick(g, []rune("abcXYZ0129-_ .店面上海王é茶"))
	}
	return string(text)
}

// most is a bound, or a large number where there is none.
func most(bound *uint64) uint64 {
	if bound == nil {
		return 1 << 20
	}
	return *bound
}

// bounds are the smallest and the largest number that a schema takes, or what
// is sane where it has no bound.
func bounds(s *openapi3.Schema) (low, high float64) {
	low, high = 0, 10_000
	if s.Min != nil {
		low = *s.Min
	}
	if s.Max != nil {
		high = *s.Max
	}
	return low, max(low, high)
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
