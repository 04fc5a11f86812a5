package abuse

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"citywalk/account"
	"citywalk/fault"
	"citywalk/web/api"
	"citywalk/web/webtest"
)

type object = map[string]any

// A user is a program that uses the API with a token, "" for nobody's.
type user struct {
	*town
	id    account.ID
	phone string
	token string
}

func (w *town) nobody() user { return user{town: w} }

// phone is the n-th person's number.
func phone(n int) string { return fmt.Sprintf("138%04d%04d", n, n) }

// enter makes a person with the grants and signs in at the API.
func (w *town) enter(grants ...account.Grant) user {
	w.Helper()
	w.people++
	u := user{town: w, phone: phone(w.people)}
	var err error
	for _, g := range append([]account.Grant{{}}, grants...) {
		u.id, err = w.account.Appoint(w.Context(), u.phone, "", g)
		w.must(err)
	}
	u.token, _, err = w.account.Enter(w.Context(), u.id, account.APIApp, account.Client{})
	w.must(err)
	return u
}

// page is the user's browser without script, signed in to an app.
func (u user) page(app account.App) *webtest.Client {
	u.Helper()
	token, _, err := u.account.Enter(u.Context(), u.id, app, account.Client{})
	u.must(err)
	c := webtest.NewClient(u.T, u.base)
	c.Header.Set("Cookie", string(app)+"="+token)
	return c
}

// key returns an idempotency key that nobody has used.
func (w *town) key() string {
	w.keys++
	return fmt.Sprintf("abuse-key-%016d", w.keys)
}

// An answer is what the product said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) String() string { return fmt.Sprintf("%d %.400s", a.status, a.body) }

// problem decodes a refusal; it is empty if the answer is none.
func (a answer) problem() (p api.Problem) {
	json.Unmarshal(a.body, &p)
	return p
}

// request makes a request of the API under a new key; headers come as names
// and values in turn, and an empty value takes a header away.
func (u user) request(method, path, body string, headers ...string) *http.Request {
	u.Helper()
	r, err := http.NewRequestWithContext(u.Context(), method, u.base+api.Prefix+path, strings.NewReader(body))
	u.must(err)
	if u.token != "" {
		r.Header.Set("Authorization", "Bearer "+u.token)
	}
	if method != http.MethodGet {
		r.Header.Set("Idempotency-Key", u.key())
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return r
}

// send sends a request; raw sends one that is made already.
func (u user) send(method, path, body string, headers ...string) answer {
	u.Helper()
	return u.raw(u.request(method, path, body, headers...))
}

func (w *town) raw(r *http.Request) answer {
	w.Helper()
	got, err := http.DefaultTransport.RoundTrip(r)
	w.must(err)
	defer got.Body.Close()
	b, err := io.ReadAll(got.Body)
	w.must(err)
	return answer{got.StatusCode, got.Header, b}
}

// do sends what must be answered 2xx, and decodes the answer.
func do[T any](u user, method, path string, body any) (v T) {
	u.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		u.must(err)
		text = string(b)
	}
	a := u.send(method, path, text)
	if a.status < 200 || a.status > 299 {
		u.Fatalf("%s %s: %v", method, path, a)
	}
	if len(a.body) > 0 {
		u.must(json.Unmarshal(a.body, &v))
	}
	return v
}

func get[T any](u user, path string) T {
	u.Helper()
	return do[T](u, http.MethodGet, path, nil)
}

// A try is a request that must be refused.
type try struct {
	as     user
	do     string // "POST /codes"; the path below the API's.
	body   string
	header []string // Names and values in turn.

	status int
	code   string   // "a.b|c.d" if either will do.
	may    []string // Tables that the refusal may write.
}

// refused sends the try in both languages and holds the refusals to all that a
// refusal must be.
func (w *town) refused(t try) {
	w.Helper()
	for _, lang := range []fault.Lang{fault.Zh, fault.En} {
		method, path, _ := strings.Cut(t.do, " ")
		a := t.as.send(method, path, t.body, append([]string{"Accept-Language", string(lang)}, t.header...)...)
		what := fmt.Sprintf("%.90s %.90q", t.do, t.body)
		if !w.says(what, a, lang, t.status, t.code) {
			return
		}
		w.unchanged(what, t.may...)
	}
}

// says reports whether an answer is a refusal with the status and the code, in
// the language, from which the caller learns what to do and nothing else.
func (w *town) says(what string, a answer, lang fault.Lang, status int, code string) bool {
	w.Helper()
	p := a.problem()
	if a.status != status || !slices.Contains(strings.Split(code, "|"), p.Code) {
		w.Errorf("%s: %v; want %d %s", what, a, status, code)
		return false
	}
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" || p.Status != status || p.Request == "" || p.Type != "urn:citywalk:fault:"+p.Code {
		w.Errorf("%s: a %s with %+v is no whole problem", what, kind, p)
	}
	at := slices.IndexFunc(fault.All(), func(f *fault.Error) bool { return f.Code == p.Code })
	if at < 0 {
		w.Errorf("%s: %s is in no catalogue", what, p.Code)
	} else if f := fault.All()[at]; string(f.Move) != p.Move || !fills(f.Say(lang), p.Title) {
		w.Errorf("%s: it says %q and it is %q's move; the catalogue says %q and %q's", what, p.Title, p.Move, f.Say(lang), f.Move)
	}
	w.tellsNothing(what, string(a.body))
	return true
}

// fills reports whether said is a sentence of the catalogue with its places
// filled.
func fills(sentence, said string) bool {
	parts := regexp.MustCompile(`\{\w+\}`).Split(sentence, -1)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return sentence != "" && regexp.MustCompile("(?s)^"+strings.Join(parts, ".*")+"$").MatchString(said)
}

// quoted is a text as JSON writes it.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// membersOf returns the names of an answer's members, sorted.
func membersOf(w *town, a answer) []string {
	w.Helper()
	var members map[string]any
	w.must(json.Unmarshal(a.body, &members))
	return slices.Sorted(maps.Keys(members))
}

// form encodes a form; fields come as names and values in turn.
func form(fields ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return v.Encode()
}

// inside are words that only our own errors use.
var inside = []string{"sqlite", "sqlstate", "postgres", "syntax error", "goroutine", ".go:", "constraint", "panic", "/root/", "runtime error"}

// tellsNothing fails if an answer tells of the inside.
func (w *town) tellsNothing(what, text string) {
	w.Helper()
	for _, word := range inside {
		if strings.Contains(strings.ToLower(text), word) {
			w.Errorf("%s: the answer says %q: %.400s", what, word, text)
		}
	}
}

// A city is an operator, a merchant with a shop that gives 10 %, its staff,
// and a member with a pass.
type city struct {
	operator, owner, staff, member user
	merchant, shop, number         string
	at                             string // "/shops/" and the shop.
}

// found makes a city where a member may use the card so often a day.
func (w *town) found(perDay int) city {
	w.Helper()
	c := city{operator: w.enter(account.Grant{Role: account.Operator})}
	c.merchant = do[struct{ ID string }](c.operator, "POST", "/merchants", object{"name": "老王"}).ID
	c.shop, c.number = w.addShop(c, perDay)
	c.at = "/shops/" + c.shop
	c.owner = w.enter(account.Grant{Role: account.Merchant, Merchant: c.merchant})
	c.staff = w.enter(c.staffGrant())
	c.member = w.enter()
	w.buy(c.member, "agree")
	return c
}

func (c city) staffGrant() account.Grant {
	return account.Grant{Role: account.Staff, Merchant: c.merchant, Shop: c.shop}
}

// addShop opens another shop of the merchant.
func (w *town) addShop(c city, perDay int) (id, number string) {
	w.Helper()
	s := do[struct{ ID, Number string }](c.operator, "POST", "/shops", object{"name": "Wang Teahouse", "city": "上海", "category": "茶馆", "lat": 31.23, "lng": 121.47})
	at := "/shops/" + s.ID
	do[object](c.operator, "PUT", at+"/merchant", object{"merchant": c.merchant})
	do[object](c.operator, "PUT", at+"/terms", object{"kind": "percent", "percent": 10, "per_day": perDay})
	do[object](c.operator, "PUT", at+"/state", object{"state": "live"})
	return s.ID, s.Number
}

// buy buys a pass for a member and presses a button of the cashier: pay, or
// agree, with which later payments need no cashier.
func (w *town) buy(m user, button string) {
	w.Helper()
	w.cashier(do[struct {
		PayURL string `json:"pay_url"`
	}](m, "POST", "/passes", object{"plan": "annual"}).PayURL, button)
}

// cashier presses a button of the institution's page.
func (w *town) cashier(payURL, button string) {
	w.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.PostForm(payURL, url.Values{"do": {button}})
	w.must(err)
	got.Body.Close()
	if got.StatusCode >= 400 {
		w.Fatalf("the cashier answered %s", got.Status)
	}
	w.work()
}

// A bill is a redemption as the API shows it.
type bill struct {
	ID, State, Receipt, Day, Why, Match string
	PayURL                              string `json:"pay_url"`
	Due                                 int
	Quote                               struct {
		Version        int
		Hash           string
		Bill, Off, Due int
	}
}

// agreement is the body with which a member confirms the bill.
func (b bill) agreement() string {
	return fmt.Sprintf(`{"version":%d,"hash":%q}`, b.Quote.Version, b.Quote.Hash)
}

// code has the member show a code.
func (c city) code() string { return showCode(c.member) }

func showCode(m user) string {
	m.Helper()
	return do[struct{ Code string }](m, "POST", "/codes", nil).Code
}

// scanned has the member show a code and the staff scan it.
func (c city) scanned() bill {
	c.staff.Helper()
	return do[bill](c.staff, "POST", c.at+"/scans", object{"code": c.code()})
}

// priced is a bill that waits for the member's yes.
func (c city) priced(fen int) bill {
	c.staff.Helper()
	return do[bill](c.staff, "POST", "/redemptions/"+c.scanned().ID+"/quotes", object{"bill": fen})
}

// paid is a bill that is paid.
func (c city) paid(fen int) bill {
	c.staff.Helper()
	b := c.priced(fen)
	b = do[bill](c.member, "POST", "/redemptions/"+b.ID+"/confirm", object{"version": b.Quote.Version, "hash": b.Quote.Hash})
	if b.State != "committed" {
		c.staff.Fatalf("paid %+v", b)
	}
	return b
}
