package abuse

import (
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/proof"
	"citywalk/web/webtest"
)

// pages is section G: browsers that are used against their owners.
var pages = []Case{
	{ID: "G1", Says: "another site's page changes nothing, and reading changes nothing", both: otherSites, at: "web.TestOtherSitesAreRefused cmd/citywalk.TestMatrix"},
	{ID: "G2", Says: "a form cannot pass for a program's request", both: formsAsPrograms},
	{ID: "G3", Says: "a session's cookie is the host's own, new at each sign-in, and dead after the sign-out", both: cookies, at: "web.TestCookiesAreBoundToTheHost"},
	{ID: "G4", Says: "nobody is signed in to a session that somebody else prepared", both: preparedSessions},
	{ID: "G5", Says: "who confirms in an old tab is shown the new price in his language, and pays nothing", both: twoTabs, at: "web/member.TestStalePriceIsShownAnewAndNothingIsCharged"},
	{ID: "G6", Says: "a shop's name is text wherever it stands", one: hostileNames},
	{ID: "G7", Says: "every page has the policy, breaks it nowhere, and has no script in its lines", one: policies, at: "web.TestHeadersAreOnEveryAnswer"},
	{ID: "G8", Says: "no link back leads to another site", one: redirects, at: "web.TestLocalPathsOnly web.FuzzLocal"},
	{ID: "G9", Says: "no other site frames the page on which a payment is confirmed", one: frames},
	{ID: "G16", Says: "a request that two readers would cut in two ways is refused", real: smuggling, at: "web.TestUnclearRequestsAreRefused web.FuzzWire"},
	{ID: "G17", Says: "a name that is a formula is text in every file", one: formulas, at: "web.TestTablesAreInert web.FuzzCSV settle.TestCSV"},
}

// otherSites sends every route that writes what another site's page can make a
// browser send, with the owner's cookies; and reads everything there is to
// read, as everybody.
func otherSites(w *town) {
	c := w.found(3)
	c.priced(5_000)
	all := w.enter(account.Grant{Role: account.Operator}, account.Grant{Role: account.Merchant, Merchant: c.merchant}, c.staffGrant())
	cookie := w.cookies(all)
	w.hold()
	for _, r := range w.edge.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if method == http.MethodGet {
			continue
		}
		for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "null"}, {"Origin", "https://evil.example"}, {"Origin", "http://" + w.host + ".evil.example"}} {
			q, err := http.NewRequestWithContext(w.Context(), method, w.base+c.put(path), strings.NewReader(form("name", "x", "idem", w.key())))
			w.must(err)
			q.Header.Set("Cookie", cookie)
			q.Header.Set("Authorization", "Bearer "+all.token)
			q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			q.Header.Set(header[0], header[1])
			if a := w.raw(q); a.status != 403 || !strings.Contains(string(a.body), "别的网站") {
				w.Errorf("%s from %v: %.200s", r.Pattern, header, a)
			}
		}
		w.unchanged(r.Pattern)
	}
	w.hold()
	for _, u := range []user{c.member, c.staff, c.owner, c.operator} {
		tokens := w.count(`SELECT COUNT(*) FROM account_sessions`)
		w.hold()
		w.walk(u)
		w.unchanged("reading", "account_sessions", "account_audits", "account_unsealed")
		if n := w.count(`SELECT COUNT(*) FROM account_sessions`) - tokens; n != 3 {
			w.Errorf("%d sessions came of reading", n-3)
		}
	}
}

// cookies are those of a browser that is signed in everywhere.
func (w *town) cookies(u user) string {
	w.Helper()
	var all []string
	for _, app := range []account.App{account.MemberApp, account.TillApp, account.ConsoleApp} {
		all = append(all, string(app)+"="+w.tokenOf(u, app))
	}
	return strings.Join(all, "; ")
}

var links = regexp.MustCompile(`(?:href|src)="(/[^"#]*)`)

// walk follows every link of ours from the apps' first pages, as somebody.
func (w *town) walk(u user) (seen []leaf) {
	w.Helper()
	browser := webtest.NewClient(w.T, w.base)
	browser.Header.Set("Cookie", w.cookies(u))
	to, known := []string{"/", "/card", "/me", "/receipts", "/till/", "/console/", "/signin", "/nowhere"}, map[string]bool{}
	for len(to) > 0 && len(known) < 400 {
		path := to[0]
		to = to[1:]
		if known[path] || strings.HasPrefix(path, "/assets/") || strings.HasSuffix(path, "/live") {
			continue
		}
		known[path] = true
		got := browser.Do(w.T, "GET "+path)
		if got.Status >= 500 {
			w.Errorf("GET %s: %d", path, got.Status)
		}
		seen = append(seen, leaf{path, got.Header.Get("Content-Type"), string(got.Body), got.Status, got.Header})
		for _, link := range links.FindAllStringSubmatch(got.Text, -1) {
			to = append(to, link[1])
		}
		if strings.HasPrefix(got.Location, "/") {
			to = append(to, got.Location)
		}
	}
	return seen
}

func formsAsPrograms(w *town) {
	c := w.found(3)
	b := c.priced(5_000)
	page := c.member.page(account.MemberApp)
	w.hold()
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
		for _, t := range []try{
			{as: c.member, do: "POST /redemptions/" + b.ID + "/confirm", body: b.agreement()},
			{as: c.operator, do: "POST /merchants", body: `{"name":"x"}`},
			{as: c.owner, do: "PUT " + c.at + "/state", body: `{"state":"paused","reason":"x"}`},
		} {
			t.status, t.code, t.header = 415, "web.media", []string{"Content-Type", kind}
			w.refused(t)
			t.status, t.code, t.header = 403, "web.foreign_page", append(t.header, "Origin", "https://evil.example")
			w.refused(t)
		}
	}
	// And a program's request is no form.
	if got := page.Do(w.T, `POST /pay/`+b.ID+`/confirm {"version":1}`); got.Status != 415 {
		w.Errorf("JSON as a form: %d", got.Status)
	}
	w.unchanged("JSON as a form")
}

func bodyOf(w *town, r *http.Response) string {
	w.Helper()
	b, err := io.ReadAll(r.Body)
	w.must(err)
	return string(b)
}

// signInAt goes through an app's sign-in in a browser that has these cookies,
// and returns the cookie that it is given.
func (w *town) signInAt(base, phone, cookies string) *http.Cookie {
	w.Helper()
	send := func(path, body string) *http.Response {
		r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.base+base+path, strings.NewReader(body))
		w.must(err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Cookie", cookies)
		got, err := http.DefaultTransport.RoundTrip(r)
		w.must(err)
		w.Cleanup(func() { got.Body.Close() })
		return got
	}
	w.clock.Advance(4 * 60e9) // Codes are sent once a minute, and three in ten minutes to a device.
	page := send("signin", form("phone", phone))
	challenge := regexp.MustCompile(`name="challenge" value="([^"]+)"`).FindStringSubmatch(bodyOf(w, page))
	if challenge == nil {
		w.Fatalf("no code is asked for: %s", page.Status)
	}
	w.work()
	done := send("signin/code", form("challenge", challenge[1], "code", w.codes.of(phone)))
	if done.StatusCode != http.StatusSeeOther || len(done.Cookies()) != 1 {
		w.Fatalf("signed in with %s %v", done.Status, done.Cookies())
	}
	return done.Cookies()[0]
}

func cookies(w *town) {
	s := newTownOn(w.T, w.db, w.clock, secure)
	for app, base := range map[account.App]string{account.MemberApp: "/", account.TillApp: "/till/"} {
		w.people++
		number := phone(w.people)
		first := s.signInAt(base, number, "")
		again := s.signInAt(base, number, first.Name+"="+first.Value)
		for _, c := range []*http.Cookie{first, again} {
			if c.Name != "__Host-"+string(app) || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				w.Errorf("the cookie is %v", c)
			}
		}
		if first.Value == again.Value {
			w.Error("signing in again keeps the session's id")
		}
		browser := webtest.NewClient(w.T, s.base)
		browser.Header.Set("Cookie", again.Name+"="+again.Value)
		home := map[account.App]string{account.MemberApp: "/me", account.TillApp: "/till/"}[app]
		if got := browser.Do(w.T, "GET "+home); got.Status != 200 {
			w.Errorf("signed in, %s answers %d", home, got.Status)
		}
		out := browser.Do(w.T, "POST "+base+"signout x=")
		if out.Status != 303 || !strings.Contains(out.Header.Get("Set-Cookie"), "Max-Age=0") {
			w.Errorf("signed out with %d, %s", out.Status, out.Header.Get("Set-Cookie"))
		}
		if got := browser.Do(w.T, "GET "+home); !strings.Contains(got.Location, "signin") {
			w.Errorf("the old cookie serves after the sign-out: %d", got.Status)
		}
		// Without its prefix, which any page of a neighbour host could set, it is none.
		browser.Header.Set("Cookie", string(app)+"="+first.Value)
		if got := browser.Do(w.T, "GET "+home); !strings.Contains(got.Location, "signin") {
			w.Errorf("a cookie without the prefix serves: %d", got.Status)
		}
	}
}

func preparedSessions(w *town) {
	attacker := w.enter()
	theirs := w.tokenOf(attacker, account.MemberApp)
	for _, planted := range []string{"member=" + strings.Repeat("x", len(theirs)), "member=" + theirs} {
		w.people++
		got := w.signInAt("/", phone(w.people), planted)
		if strings.Contains(planted, got.Value) {
			w.Error("the victim was signed in to the session that was prepared")
		}
		browser := webtest.NewClient(w.T, w.base)
		browser.Header.Set("Cookie", planted)
		me := browser.Do(w.T, "GET /me")
		if strings.Contains(planted, theirs) {
			if me.Status != 200 || strings.Contains(me.Text, phone(w.people)[7:]) {
				w.Errorf("the attacker's session shows the victim: %d", me.Status)
			}
		} else if !strings.Contains(me.Location, "signin") {
			w.Errorf("the invented session came to life: %d", me.Status)
		}
	}
	// Another site's page can not sign the victim in as the attacker.
	browser := webtest.NewClient(w.T, w.base)
	browser.Header.Set("Sec-Fetch-Site", "cross-site")
	w.hold()
	for _, path := range []string{"/signin", "/signin/code", "/till/signin/code", "/console/signin/code", "/signout"} {
		if got := browser.Do(w.T, "POST "+path+" "+form("phone", attacker.phone, "challenge", "x", "code", "123456")); got.Status != 403 || got.Header.Get("Set-Cookie") != "" {
			w.Errorf("%s from another site: %d %q", path, got.Status, got.Header.Get("Set-Cookie"))
		}
	}
	w.unchanged("signing in from another site")
}

func twoTabs(w *town) {
	c := w.found(3)
	old := c.priced(10_000)
	tab := c.member.page(account.MemberApp)
	if got := tab.Do(w.T, "GET /pay/"+old.ID); !strings.Contains(got.Text, "90.00") {
		w.Fatalf("the tab shows %d %.300s", got.Status, got.Text)
	}
	do[bill](c.staff, "POST", "/redemptions/"+old.ID+"/quotes", object{"bill": 12_000})
	w.hold()
	got := tab.Do(w.T, "POST /pay/"+old.ID+"/confirm "+form("version", fmt.Sprint(old.Quote.Version), "hash", old.Quote.Hash, "idem", w.key()))
	if got.Status != 409 || !strings.Contains(got.Text, "价格变了，现在应付 ¥108.00，没有扣款") {
		w.Errorf("the old tab is answered %d %.600s", got.Status, got.Text)
	}
	w.unchanged("confirming in an old tab", remembered...)
}

var backs = regexp.MustCompile(`name="back" value="([^"]*)"`)

func redirects(w *town) {
	c := w.found(3)
	page := c.member.page(account.MemberApp)
	stranger := webtest.NewClient(w.T, w.base)
	for _, to := range []string{"//evil.example", `/\evil.example`, "https:evil.example", "https://evil.example", "%2f%2fevil.example", "/%2f/evil.example", "/%5cevil.example", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "//" + w.host + "@evil.example", "http://" + w.host, "///evil.example", "/..//evil.example", "\u2028//evil.example"} {
		q := url.QueryEscape(to)
		for _, got := range []webtest.Reply{
			page.Do(w.T, "GET /signin?back="+q), page.Do(w.T, "GET /signin?next="+q),
			page.Do(w.T, "POST /lang "+form("lang", "zh-CN", "back", to)), page.Do(w.T, "POST /signout?back="+q+" "+form("back", to)),
			stranger.Do(w.T, "POST /till/lang "+form("lang", "en", "back", to)), stranger.Do(w.T, "GET /me?x="+q),
			stranger.Do(w.T, "GET //evil.example/%2e%2e"), stranger.Do(w.T, "GET /console?back="+q),
		} {
			if !w.stays(got.Location) {
				w.Errorf("%q leads to %q", to, got.Location)
			}
		}
		for _, field := range backs.FindAllStringSubmatch(string(stranger.Do(w.T, "GET /signin?back="+q).Body), -1) {
			if back := html.UnescapeString(field[1]); !w.stays(back) {
				w.Errorf("%q stands as %q in a form of the sign-in", to, back)
			}
		}
		page = c.member.page(account.MemberApp)
	}
}

// stays reports whether a link leads nowhere else, as browsers read it.
func (w *town) stays(link string) bool {
	here, err := url.Parse(w.base + "/")
	w.must(err)
	there, err := here.Parse(link)
	return err == nil && there.Host == here.Host && !strings.HasPrefix(link, "//") && !strings.Contains(link, `\`)
}

// smuggling sends the real server what proxies and servers have cut in two
// ways, with a second request inside.
func smuggling(t *testing.T) {
	node := proof.Found(t, db.SQLite).Start()
	address := strings.TrimPrefix(node.Base, "http://")
	const inner = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	post := "POST /signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	for name, request := range map[string]string{
		"a length and chunks":  post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"two lengths":          post + "Content-Length: 0\r\nContent-Length: " + fmt.Sprint(len(inner)) + "\r\n\r\n",
		"the same length":      post + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
		"line feeds":           strings.ReplaceAll(post, "\r", "") + "Content-Length: 0\n\n",
		"a folded line":        post + "X: a\r\n Content-Length: 9\r\nContent-Length: 0\r\n\r\n",
		"an encoding unheard":  post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"chunks with feeds":    post + "Transfer-Encoding: chunked\r\n\r\n0\n\n",
		"a length in the tail": post + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n",
	} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(time.Minute))
		io.WriteString(c, request+inner)
		got, _ := io.ReadAll(c) // To its end: the server must close.
		c.Close()
		if !strings.HasPrefix(string(got), "HTTP/1.1 400 ") || strings.Count(string(got), "HTTP/1.1 ") != 1 {
			t.Errorf("%s: answered %.300q", name, got)
		}
	}
}
