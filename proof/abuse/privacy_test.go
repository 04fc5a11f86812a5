package abuse

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"citywalk/db"
	"citywalk/proof"
)

// privacy is section I: where a phone number must never stand.
var privacy = []Case{
	{ID: "I1", Says: "a phone number is used everywhere and stands nowhere", real: canaryEverywhere, at: "account.TestCanary account.TestPhoneDoesNotLeak"},
}

// canaryNumber is nobody's in any other test; canaryTyped is how its owner
// writes it.
const (
	canaryNumber = "13986427531"
	canaryTyped  = "+86 139-8642 7531"
)

// A canary is a person whose number we look for: a member who becomes staff
// and an owner, in an installation of the real binary. Whatever the nodes say
// to anybody is kept.
type canary struct {
	*testing.T
	*proof.Installation
	node    *proof.Node
	city    *proof.City
	member  proof.Client
	mu      sync.Mutex
	told    []telling
	secrets []string // What else must not be in logs and files: tokens and codes.
	failed  int      // Messages that did not go through.
}

// A telling is what somebody was told.
type telling struct{ what, text string }

// canaryEverywhere uses the number in all flows, then looks for it wherever it
// may have been left: in answers and addresses, at the payment institution, in
// the output of commands, the log, and every file, the databases' own with
// what they keep of the past.
func canaryEverywhere(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			c := &canary{T: t, Installation: proof.Found(t, engine)}
			institution := httptest.NewServer(http.HandlerFunc(c.institution))
			t.Cleanup(institution.Close)
			messages := httptest.NewServer(http.HandlerFunc(c.messages))
			t.Cleanup(messages.Close)
			c.node = c.Start("--sandbox-url", institution.URL, "--sms-webhook", messages.URL)
			c.city = c.node.Settle(9)
			c.lives()
			c.works()
			c.isLookedAt()
			c.goesAstray()
			c.commands()
			c.searched()
		})
	}
}

func (c *canary) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *canary) tell(what string, text ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, telling{what, fmt.Sprint(text...)})
}

// institution is the payment institution, whose mail is read.
func (c *canary) institution(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.Error(err)
	}
	c.tell("the institution", r.URL, r.Header, string(body))
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.Sandbox.ServeHTTP(w, r)
}

// messages is the message service on a bad day: the first of the canary's
// messages it refuses, saying the number again, and the second it drops.
func (c *canary) messages(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.Error(err)
	}
	if bytes.Contains(body, []byte(canaryNumber)) {
		c.mu.Lock()
		c.failed++
		failed := c.failed
		c.mu.Unlock()
		switch failed {
		case 1:
			http.Error(w, "cannot send "+string(body), http.StatusInternalServerError)
			return
		case 2:
			panic(http.ErrAbortHandler)
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.SMS.ServeHTTP(w, r)
}

// RoundTrip lets a client's answers be read, but for the form in which the
// owner has just written the number.
func (c *canary) RoundTrip(r *http.Request) (*http.Response, error) {
	w, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	w.Body = io.NopCloser(bytes.NewReader(body))
	what := r.Method + " " + r.URL.Path
	c.tell(what, w.Header)
	if r.Method != http.MethodPost || !strings.Contains(r.URL.Path, "/signin") {
		c.tell(what, string(body))
	}
	return w, err
}

// A browser has no script and keeps cookies.
type browser struct {
	c    *canary
	http http.Client
}

func (c *canary) browser() browser {
	c.Helper()
	jar, err := cookiejar.New(nil)
	c.must(err)
	return browser{c, http.Client{Jar: jar, Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// do sends a form, or asks for a page if there are no fields.
func (b browser) do(path string, fields ...string) (status int, location, body string) {
	b.c.Helper()
	method := http.MethodGet
	if len(fields) > 0 {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(b.c.Context(), method, b.c.node.Base+path, strings.NewReader(form(fields...)))
	b.c.must(err)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := b.http.Do(r)
	b.c.must(err)
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	b.c.must(err)
	return w.StatusCode, w.Header.Get("Location"), string(text)
}

// is fails if a form was not answered as it must be.
func (b browser) is(want int, path string, fields ...string) (location, body string) {
	b.c.Helper()
	status, location, body := b.do(path, fields...)
	if status != want {
		b.c.Fatalf("%s %.80q: %d, want %d\n%.2000s", path, fields, status, want, body)
	}
	return location, body
}

var challengeField = regexp.MustCompile(`name="challenge" value="([^"]+)"`)

// later forgets what was asked for, as if a day had passed.
func (c *canary) later() {
	c.Helper()
	d, err := db.Open(c.Context(), c.DB, db.Options{})
	c.must(err)
	defer d.Close()
	c.must(d.Update(c.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM account_limits`)
		return err
	}))
}

// signIn signs a number in to an app, after a wrong code and a code too many.
func (c *canary) signIn(base, number string) browser {
	c.Helper()
	c.later()
	b := c.browser()
	b.is(200, base+"signin")
	_, page := b.is(200, base+"signin", "phone", number, "back", base)
	b.is(429, base+"signin", "phone", number, "back", base)
	challenge := challengeField.FindStringSubmatch(page)[1]
	code := c.SMS.Code(strings.TrimPrefix(strings.NewReplacer(" ", "", "-", "").Replace(number), "+86"))
	b.is(422, base+"signin/code", "challenge", challenge, "phone", number, "code", another(code), "back", base)
	b.is(303, base+"signin/code", "challenge", challenge, "phone", number, "code", code, "back", base)
	return b
}

// lives is what a member does: by page and by program, buying, redeeming,
// having it undone and giving the pass back.
func (c *canary) lives() {
	b := c.signIn("/", canaryTyped)
	b.is(303, "/me/name", "name", "金丝雀", "idem", proof.Key())
	c.later()
	nobody := c.node.Client("")
	nobody.HTTP = &http.Client{Transport: c}
	asked := proof.Do[struct{ Challenge string }](nobody, "POST", "/challenges", object{"phone": canaryTyped})
	c.member = nobody
	c.member.Token = proof.Do[struct{ Token string }](nobody, "POST", "/sessions", object{"challenge": asked.Challenge, "code": c.SMS.Code(canaryNumber)}).Token
	c.secrets = append(c.secrets, c.member.Token)
	pass, err := c.member.Buy(c.Context(), "annual")
	c.must(err)
	for i, bill := range []int64{10_000, 20_000} {
		r, err := proof.Redeem(c.Context(), c.member, c.city.Staff, c.city.Shop, bill)
		c.must(err)
		if i == 0 {
			proof.Do[object](c.city.Staff, "POST", "/redemptions/"+r.ID+"/undo", nil)
		} else {
			proof.Get[object](c.member, "/redemptions/"+r.ID+"/receipt")
		}
	}
	b.walks("/", "/me", "/card", "/receipts")
	b.is(200, "/uses.csv")
	refund := proof.Get[struct{ Amount int }](c.member, "/passes/"+pass.ID+"/refund")
	proof.Do[object](c.member, "POST", "/passes/"+pass.ID+"/refund", object{"amount": refund.Amount})
}

// works has the canary join the staff of a shop and its owners.
func (c *canary) works() {
	for _, invitation := range []object{{"role": "staff", "shop": c.city.Shop}, {"role": "merchant", "merchant": c.city.Merchant}} {
		token := proof.Do[struct{ Token string }](c.city.Operator, "POST", "/invitations", invitation).Token
		c.secrets = append(c.secrets, token)
		proof.Do[object](c.member, "POST", "/invitations/accept", object{"token": token})
	}
	c.signIn("/till/", canaryTyped).walks("/till/")
	c.signIn("/console/", canaryTyped).walks("/console/", "/console/shops/"+c.city.Shop)
}

// isLookedAt has an operator find the canary by the number and read everything
// that the console and the API show.
func (c *canary) isLookedAt() {
	b := c.signIn("/console/", c.Operator)
	if to, _ := b.is(303, "/console/members/find", "q", canaryTyped); !strings.HasPrefix(to, "/console/members/per_") {
		c.Errorf("looking for the number leads to %q", to)
	} else {
		b.is(200, to)
	}
	b.is(404, "/console/members/find", "q", canaryNumber[:10]+"0")
	b.is(422, "/console/members/find", "q", canaryNumber+"0")
	b.is(303, "/console/members?q="+canaryNumber)
	b.walks("/console/", "/console/shops/"+c.city.Shop, "/console/merchants/"+c.city.Merchant)
	operator := c.city.Operator
	operator.HTTP = &http.Client{Transport: c}
	for _, path := range []string{"/people", "/people?q=%E9%87%91", "/audit", "/jobs", "/ledger/entries", "/ledger/trial", "/statements", "/merchants", "/shops/" + c.city.Shop + "/team", "/merchants/" + c.city.Merchant + "/redemptions"} {
		proof.Get[object](operator, path)
	}
	if a, err := operator.Send(c.Context(), "GET", "/people?q="+canaryNumber, "", nil); err != nil || a.Problem().Code != "api.phone" {
		c.Errorf("a number in an address: %v, %v", a, err)
	}
}

var href = regexp.MustCompile(`href="(/[^"#]*)`)

// walks follows every link from some pages, file downloads among them.
func (b browser) walks(from ...string) {
	b.c.Helper()
	const most = 150
	met := map[string]bool{}
	for len(from) > 0 && len(met) < most {
		path := strings.ReplaceAll(from[0], "&amp;", "&")
		from = from[1:]
		if met[path] || strings.HasPrefix(path, "/assets/") {
			continue
		}
		met[path] = true
		status, location, body := b.do(path)
		if status >= 500 {
			b.c.Errorf("GET %s: %d", path, status)
		}
		if strings.HasPrefix(location, "/") {
			from = append(from, location)
		}
		for _, link := range href.FindAllStringSubmatch(body, -1) {
			from = append(from, link[1])
		}
	}
	if len(met) < 5 {
		b.c.Errorf("walked only %v", met)
	}
}

// goesAstray sends the number to where it does not belong. What such a request
// is answered is its sender's own; the log must not keep it.
func (c *canary) goesAstray() {
	for _, astray := range []struct{ method, path, body string }{
		{"GET", "/" + canaryNumber, ""},
		{"GET", "/s/" + canaryNumber, ""},
		{"GET", "/shops/" + canaryNumber, ""},
		{"GET", "/search?q=" + canaryNumber, ""},
		{"GET", "/signin?phone=" + canaryNumber, ""},
		{"GET", "/console/audit?object=" + canaryNumber, ""},
		{"GET", "/api/v1/shops?q=" + canaryNumber, ""},
		{"GET", "/api/v1/redemptions/" + canaryNumber, ""},
		{"DELETE", "/api/v1/" + canaryNumber, ""},
		{"POST", "/api/v1/challenges", `{"phone":"` + canaryNumber + `"`},
		{"POST", "/api/v1/challenges", `{"phone":"` + canaryNumber + `0"}`},
		{"POST", "/api/v1/challenges", `{"` + canaryNumber + `":"1"}`},
		{"POST", "/api/v1/sessions", `{"challenge":"` + canaryNumber + `","code":"` + canaryNumber + `"}`},
		{"POST", "/api/v1/shops/" + c.city.Shop + "/scans", `{"code":"` + canaryNumber + `"}`},
	} {
		r, err := http.NewRequestWithContext(c.Context(), astray.method, c.node.Base+astray.path, strings.NewReader(astray.body))
		c.must(err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+c.city.Staff.Token)
		w, err := http.DefaultTransport.RoundTrip(r)
		c.must(err)
		w.Body.Close()
		if w.StatusCode >= 500 {
			c.Errorf("%s %s: %s", astray.method, astray.path, w.Status)
		}
	}
}

// commands are the tools of who runs the machine.
func (c *canary) commands() {
	for _, args := range [][]string{
		{"operator", "add", canaryTyped, "--name", "金丝雀"}, {"audit", "list", "--limit", "1000"}, {"audit", "list", "--json"}, {"audit", "verify"},
		{"jobs", "list"}, {"jobs", "list", "--json"}, {"ledger", "prove"}, {"ledger", "trial"}, {"doctor"},
		{"backup", filepath.Join(filepath.Dir(c.Secrets), "copy")},
	} {
		c.tell("citywalk "+args[0], c.Command(args...))
	}
	if strings.Contains(c.DB, "://") { // That copy is packed.
		text, err := exec.Command("pg_restore", "--file=-", filepath.Join(filepath.Dir(c.Secrets), "copy")).Output()
		if err != nil || !bytes.Contains(text, []byte("139****7531")) {
			c.Errorf("the copy cannot be read: %v", err)
		}
		c.tell("the copy", string(text))
	}
	out, err := c.Try("operator", "add", canaryNumber+"0")
	if err == nil {
		c.Error("a number with a digit too many is somebody")
	}
	c.tell("citywalk operator, refused", out)
	c.must(c.node.Signal(syscall.SIGUSR1))
}
