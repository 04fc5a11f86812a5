package abuse

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3filter"

	"citywalk/account"
	"citywalk/fault"
	"citywalk/web/api"
)

// play makes a call in one language and, if it is refused, in the other.
func (i *inspector) play(k int, c *call) {
	i.Helper()
	what := func() string {
		return fmt.Sprintf("seed %d, request %d (%s): %s", *seed, k, strings.Join(c.did, ", "), i.curl(c))
	}
	langs := []fault.Lang{fault.Zh, fault.En}
	if k%2 == 0 {
		slices.Reverse(langs)
	}
	first := i.once(c, langs[0], what)
	if first.status < 400 {
		return
	}
	if !slices.Contains(c.did, "key") {
		c.key = i.key() // To be asked anew.
	}
	if second := i.once(c, langs[1], what); second.status != first.status || second.problem().Code != first.problem().Code {
		i.Errorf("%s\n%s: %v\n%s: %v", what(), langs[0], first, langs[1], second)
	}
}

// once makes the call and looks at what came of it.
func (i *inspector) once(c *call, lang fault.Lang, what func() string) answer {
	i.Helper()
	a := i.answer(c, lang)
	i.counts[a.status]++
	defer i.before.Restore()
	for _, wrong := range i.judge(c, a, lang) {
		i.complaints++
		i.Errorf("%s\n%s\nit was answered %v", what(), wrong, a)
	}
	return a
}

// answer makes the call and returns what came back, if it was one that the
// document allows.
func (i *inspector) answer(c *call, lang fault.Lang) answer {
	i.Helper()
	r := i.callers[c.as].request(c.method, c.address(), c.content(), "Content-Type", c.kind, "Idempotency-Key", c.key, "Accept-Language", string(lang))
	a := i.raw(r)
	if a.status == http.StatusRequestHeaderFieldsTooLarge {
		return a // By net/http itself, before anything of ours.
	}
	if err := i.allowed(r, a); err != nil {
		i.Errorf("%s as %s: %v: %v", c.op.id, c.as, a, err)
	}
	return a
}

// allowed reports why the document does not allow the answer.
func (i *inspector) allowed(r *http.Request, a answer) error {
	route, params, err := i.router.FindRoute(r)
	if err != nil {
		return nil // What is not in the document is refused all the same: judge says so.
	}
	return openapi3filter.ValidateResponse(i.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(string(a.body))),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
}

// judge lists what is wrong with an answer.
func (i *inspector) judge(c *call, a answer, lang fault.Lang) (wrong []string) {
	changed := i.before.Changed()
	if a.status >= 500 {
		return []string{"ours to be ashamed of"}
	}
	if a.status < 400 {
		if a.status < 200 || a.status > 299 {
			wrong = append(wrong, "neither served nor refused")
		}
		if c.wrong {
			wrong = append(wrong, "the document forbids it")
		}
		if c.method == http.MethodGet && len(changed) > 0 {
			wrong = append(wrong, fmt.Sprintf("reading changed %v", changed))
		}
		if !i.lets(c) {
			wrong = append(wrong, "this caller may not")
		}
		return wrong
	}
	if a.status == http.StatusRequestHeaderFieldsTooLarge {
		return nil
	}
	code := a.problem().Code
	if len(c.did) == 0 && c.op.id != "" && strings.HasPrefix(code, "api.request") {
		wrong = append(wrong, "it follows the document")
	}
	if c.method == c.op.method && !i.lets(c) && a.status != 401 && a.status != 403 && a.status != 404 && a.status != 431 {
		wrong = append(wrong, "this caller should be turned away")
	}
	changed = slices.DeleteFunc(changed, func(table string) bool {
		return slices.Contains(mayWrite[code], table) || a.decided() && table == "once_keys"
	})
	if len(changed) > 0 {
		wrong = append(wrong, fmt.Sprintf("a refusal changed %v", changed))
	}
	i.says(fmt.Sprintf("%s (%s)", c.op.id, strings.Join(c.did, ", ")), a, lang, a.status, code)
	return wrong
}

// mayWrite is what a refusal may leave behind: what is counted.
var mayWrite = map[string][]string{
	"redeem.code":  {"redeem_misses"},
	"account.code": {"account_challenges"},
}

// decided reports whether the refusal is one that a command has decided, which
// is kept so that its repetition is answered the same.
func (a answer) decided() bool {
	return slices.Contains([]int{404, 409, 410, 422}, a.status)
}

// lets reports whether the permission table lets the caller in.
func (i *inspector) lets(c *call) bool {
	roles := map[string]account.Role{"nobody": account.Anyone, "forged": account.Anyone, "foreign": account.Anyone, "operator": account.Operator, "merchant": account.Merchant, "staff": account.Staff, "auditor": account.Auditor}
	role, ok := roles[c.as]
	if !ok {
		role = account.Member
	}
	for _, allowed := range account.Permissions[c.op.action] {
		if allowed == role || allowed == account.Anyone || allowed == account.Member && role != account.Anyone {
			return true
		}
	}
	return false
}

// curl is the call as one could type it.
func (i *inspector) curl(c *call) string {
	line := fmt.Sprintf("curl -X %s '%s%s'", c.method, api.Prefix, c.address())
	if c.as != "nobody" {
		line += " -H 'Authorization: Bearer $" + c.as + "'"
	}
	if c.key != "" {
		line += " -H 'Idempotency-Key: " + c.key + "'"
	}
	if c.kind != "" {
		line += " -H 'Content-Type: " + c.kind + "'"
	}
	if body := c.content(); body != "" {
		line += fmt.Sprintf(" --data-binary %.1000q", body)
	}
	return line
}
