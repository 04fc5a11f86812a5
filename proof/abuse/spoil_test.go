package abuse

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A call is one request as it will be sent.
type call struct {
	op     *operation
	as     string // A name among the callers.
	method string
	path   map[string]string // What stands in its places, escaped.
	query  [][2]string
	key    string // Idempotency-Key; "" is none.
	kind   string // Content-Type.
	body   *node  // Nil is none.
	raw    string // Sent instead of the body, if it is not empty.
	tail   string // Follows the body.
	did    []string
	wrong  bool // Whether it must be refused.
}

// content is what the call carries.
func (c *call) content() string {
	switch {
	case c.raw != "":
		return c.raw
	case c.body != nil:
		return c.body.text() + c.tail
	}
	return ""
}

// ask sets a parameter of the query.
func (c *call) ask(name, value string) {
	c.query = append(slices.DeleteFunc(c.query, func(q [2]string) bool { return q[0] == name }), [2]string{name, value})
}

// address is the path and the query of the call.
func (c *call) address() string {
	path := c.op.path
	for name, value := range c.path {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	var query []string
	for _, q := range c.query {
		query = append(query, url.QueryEscape(q[0])+"="+url.QueryEscape(q[1]))
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	return path
}

// A spoiler does one thing to a call, if the call has what it takes.
type spoiler struct {
	name string
	do   func(g grower, c *call) bool
}

var spoilers = []spoiler{
	{"type", swapType}, {"type", swapType}, {"bound", overBound}, {"bound", overBound}, {"edge", atBound}, {"text", oddText}, {"text", oddText},
	{"number", oddNumber}, {"missing", missing}, {"extra", extra}, {"twice", twice}, {"case", otherCase}, {"tail", tail}, {"kind", otherKind},
	{"whole", otherWhole}, {"path", otherPlace}, {"path", otherPlace}, {"query", otherQuery}, {"query", otherQuery}, {"key", otherKey},
	{"caller", otherCaller}, {"caller", otherCaller}, {"method", otherMethod},
}

// spoil does something to the call, and says what.
func (c *call) spoil(g grower) {
	for range 50 {
		s := pick(g, spoilers)
		if s.do(g, c) {
			c.did = append(c.did, s.name)
			return
		}
	}
}

// part picks one of the body's nodes for which ok holds.
func (c *call) part(g grower, ok func(*node) bool) *node {
	if c.body == nil || c.raw != "" {
		return nil
	}
	all := slices.DeleteFunc(c.body.all(), func(n *node) bool { return n.schema == nil || n.schema.Type == nil || !ok(n) })
	if len(all) == 0 {
		return nil
	}
	return pick(g, all)
}

// becomes writes raw in place of a node.
func (n *node) becomes(raw string) { *n = node{raw: raw} }

func isA(kind string) func(*node) bool { return func(n *node) bool { return n.schema.Type.Is(kind) } }

// kinds are values of each type.
var kinds = map[string]string{"string": `"1"`, "number": "1.5", "boolean": "true", "array": "[]", "object": "{}", "null": "null"}

func swapType(g grower, c *call) bool {
	n := c.part(g, func(*node) bool { return true })
	if n == nil {
		return false
	}
	names := []string{"string", "number", "boolean", "array", "object", "null"}
	n.becomes(kinds[pick(g, slices.DeleteFunc(names, n.schema.Type.Is))])
	c.wrong = true
	return true
}

// overBound oversteps a bound by one.
func overBound(g grower, c *call) bool {
	n := c.part(g, func(n *node) bool { return len(over(n.schema)) > 0 })
	if n == nil {
		return false
	}
	n.becomes(pick(g, over(n.schema)))
	c.wrong = true
	return true
}

func over(s *openapi3.Schema) (all []string) {
	if s.Min != nil {
		all = append(all, number(*s.Min-1))
	}
	if s.Max != nil {
		all = append(all, number(*s.Max+1))
	}
	if s.MinLength > 0 {
		all = append(all, quoted(strings.Repeat("x", int(s.MinLength)-1)))
	}
	if s.MaxLength != nil {
		all = append(all, quoted(strings.Repeat("店", int(*s.MaxLength)+1)))
	}
	if len(s.Enum) > 0 {
		all = append(all, `"x"`, quoted(strings.ToUpper(fmt.Sprint(s.Enum[0]))), `""`)
	}
	if s.MaxItems != nil {
		all = append(all, "["+strings.Repeat(`"x",`, int(*s.MaxItems))+`"x"]`)
	}
	return all
}

// atBound goes to a bound and no further.
func atBound(g grower, c *call) bool {
	n := c.part(g, func(n *node) bool {
		return len(n.schema.Enum) == 0 && (n.schema.Max != nil || n.schema.MaxLength != nil)
	})
	if n == nil {
		return false
	}
	if n.schema.Max != nil {
		n.becomes(number(pick(g, []float64{*n.schema.Max, *n.schema.Min})))
		return true
	}
	n.becomes(quoted(strings.Repeat("店", int(*n.schema.MaxLength))))
	return true
}

// broken are texts that are none, as JSON writes them; odd ones are texts.
var (
	broken = []string{`"a\u0000b"`, "\"a\x00b\"", `"a\ud800b"`, `"\udc00\ud800"`, "\"a\xffb\"", "\"\xed\xa0\x80\"", `"a`, `'a'`, `"\x41"`, "\"a\nb\""}
	odd    = []string{"", " ", "\u202e\u0645\u2066x", "a\u200bb\ufeff", "e" + strings.Repeat("\u0301", 40), "👨‍👩‍👧🇨🇳", strings.Repeat("店", 10_000), "' OR 1=1--", "=1+1", "<b>{{7*7}}",
		"per_00000000000000000000000000", "../x", "%", "_", `\`, "null", "-1", "13800000001", "9999-99-99", "2028-02-29", "\u2028", "\t"}
)

func oddText(g grower, c *call) bool {
	n := c.part(g, isA("string"))
	if n == nil {
		return false
	}
	if g.IntN(3) == 0 {
		n.becomes(pick(g, broken))
		c.wrong = true
		return true
	}
	n.becomes(quoted(pick(g, odd)))
	return true
}

func oddNumber(g grower, c *call) bool {
	n := c.part(g, func(n *node) bool { return n.schema.Type.Is("integer") || n.schema.Type.Is("number") })
	if n == nil {
		return false
	}
	c.wrong = true
	all := []string{"-0", "1e2", "01", "+1", ".5", "1.", "0x10", "NaN", "Infinity", "1E400", "١", "1_000", "--1"}
	if n.schema.Type.Is("integer") {
		all = append(all, "1.5", "9223372036854775808", "-9223372036854775809", strings.Repeat("9", 400))
	}
	n.becomes(pick(g, all))
	return true
}

func hasMembers(n *node) bool { return n.kind == '{' && len(n.members) > 0 }

func missing(g grower, c *call) bool {
	n := c.part(g, func(n *node) bool { return hasMembers(n) && len(n.schema.Required) > 0 })
	if n == nil {
		return false
	}
	name := pick(g, n.schema.Required)
	n.members = slices.DeleteFunc(n.members, func(m entry) bool { return m.name == name })
	c.wrong = true
	return true
}

func extra(g grower, c *call) bool {
	n := c.part(g, func(n *node) bool { return n.kind == '{' && n.schema.AdditionalProperties.Schema == nil })
	if n == nil {
		return false
	}
	name := pick(g, []string{"role", "tenant_id", "price_", "__proto__", "constructor", "created_at", "fee_rate", "", "$ref", "名", strings.Repeat("x", 5000)})
	n.members = append(n.members, entry{name, &node{raw: pick(g, []string{"1", `"operator"`, "null", "{}", "true"})}})
	c.wrong = true
	return true
}

func twice(g grower, c *call) bool {
	n := c.part(g, hasMembers)
	if n == nil {
		return false
	}
	n.members = append(n.members, pick(g, n.members))
	c.wrong = true
	return true
}

// otherCase writes a member's name in another case, instead of it or besides.
func otherCase(g grower, c *call) bool {
	n := c.part(g, func(n *node) bool { return hasMembers(n) && n.schema.AdditionalProperties.Schema == nil })
	if n == nil {
		return false
	}
	i := g.IntN(len(n.members))
	m := n.members[i]
	m.name = pick(g, []string{strings.ToUpper(m.name), strings.ToUpper(m.name[:1]) + m.name[1:], strings.Replace(m.name, "s", "ſ", 1) + "ſ"})
	if g.IntN(2) == 0 {
		n.members[i] = m
	} else {
		n.members = append(n.members, m)
	}
	c.wrong = true
	return true
}

func tail(g grower, c *call) bool {
	if c.body == nil || c.raw != "" {
		return false
	}
	c.tail = pick(g, []string{"{}", "x", ",", "\x00", "null", "]", "//", "\ufeff", " 1"})
	c.wrong = true
	return true
}

func otherKind(g grower, c *call) bool {
	if c.content() == "" {
		return false
	}
	c.kind = pick(g, []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/xml", "application/problem+json", "x", "application/json, text/plain", "application/json; charset"})
	c.wrong = true
	return true
}

// otherWhole sends something else than an object, or something where nothing
// is asked for.
func otherWhole(g grower, c *call) bool {
	if c.method == http.MethodGet {
		return false
	}
	c.raw = pick(g, []string{"null", "[]", `"x"`, "1", "[{}]", " ", "{", strings.Repeat("[", 10_000), `{"a":` + strings.Repeat(`{"a":`, 30), "\ufeff{}", "{\"x\":1}", "%PDF", strings.Repeat(" ", 300<<10) + "{}"})
	c.kind = "application/json"
	c.wrong = true
	return true
}

// otherPlace puts something else into a place of the path.
func otherPlace(g grower, c *call) bool {
	names := placesOf(c.op.path)
	if len(names) == 0 || slices.Contains(c.did, "path") {
		return false
	}
	name := pick(g, names)
	was := c.path[name]
	c.path[name] = pick(g, append([]string{was + "x", strings.ToUpper(was), was[:len(was)-1], "none", "0", "-1", "%00", "%ff", "%2e%2e%2f", "..%5c", "..", ".", "%2e", "%2F", "'%20OR%201=1--", "%0d%0aX:1", "%25", "%E2%80%AE",
		strings.Repeat("x", 65), strings.Repeat("9", 5000), strings.Repeat("%E5%BA%97", 64), was + "%20", "%20" + was, was + ";x", was + "%3Fx", "2026-02-30", "9999-12-31", "0000-00-00"}, c.op.others...))
	return true
}

func placesOf(path string) (names []string) {
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") {
			names = append(names, strings.Trim(part, "{}"))
		}
	}
	return names
}

// otherQuery gives a parameter another value, once more, or another name.
func otherQuery(g grower, c *call) bool {
	if c.method != http.MethodGet || slices.Contains(c.did, "query") {
		return false
	}
	if len(c.op.query) == 0 || g.IntN(4) == 0 {
		c.query = append(c.query, [2]string{pick(g, []string{"rule", "Limit", "limit[]", "", "\x00", "店"}), "1"})
		c.wrong = true
		return true
	}
	p := pick(g, c.op.query)
	s := p.Schema.Value
	value := pick(g, odd)
	if !s.Type.Is("string") {
		value, c.wrong = pick(g, []string{"x", "1.5x", "9223372036854775808", "1e2x", "NaN", "[]", "\x00", "true1"}), true
	} else if len(s.Enum) > 0 {
		value, c.wrong = pick(g, []string{"x", "LIVE", "live,live"}), true
	}
	c.ask(p.Name, value)
	if g.IntN(6) == 0 {
		c.query = append(c.query, [2]string{p.Name, value})
		c.wrong = true
	}
	return true
}

func otherKey(g grower, c *call) bool {
	if !c.op.keyed {
		return false
	}
	c.key = pick(g, []string{"", "short", strings.Repeat("k", 256), "with blanks in it here", "钥匙钥匙钥匙钥匙钥匙钥匙", "0123456789abcdef;", "../../../../../../etc"})
	c.wrong = true
	return true
}

func otherCaller(g grower, c *call) bool {
	c.as = pick(g, append([]string{}, c.op.callers...))
	return true
}

// otherMethod asks the path for what it does not do.
func otherMethod(g grower, c *call) bool {
	c.method = pick(g, slices.DeleteFunc([]string{"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND", "get"}, func(m string) bool {
		return slices.Contains(c.op.methods, m)
	}))
	c.wrong = true
	return true
}
