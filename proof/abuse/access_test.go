package abuse

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db/dbtest"
	"citywalk/web/api"
)

// access is section D: nobody reaches for what is not his, and who was let in
// once is not let in for ever.
var access = []Case{
	{ID: "D1", Says: "each route turns away who is signed out, over, at another app or without the role", at: "cmd/citywalk.TestMatrix cmd/citywalk.TestEveryRouteHasARow web.TestWhoMayCome web/api.TestOtherTokensAreNone"},
	{ID: "D2", Says: "what is another merchant's, shop's or member's is not there", at: "cmd/citywalk.TestMatrix web/api.TestNeighboursSeeNothing web/console.TestWhatIsNotOnesOwnIsNotThere"},
	{ID: "D3", Says: "an auditor writes nothing, and an operator sees no whole phone number", both: auditorsReadOnly, at: "web/api.TestAuditorsWriteNothing"},
	{ID: "D4", Says: "nobody gives himself a role by a field of his own profile", both: rolesAreNotFields},
	{ID: "D7", Says: "who is taken out of the staff is out at the next call, at every node, and his pages end", both: dismissedEverywhere, at: "account.TestDismiss web/api.TestDismissalBitesAtTheNextCall"},
	{ID: "D8", Says: "a session that was copied to another device is listed, and ended for both", both: copiedSession},
	{ID: "D9", Says: "nobody uses his own card where he works or what he owns", both: ownShop},
	{ID: "D11", Says: "a payout account is changed with a hold of 24 hours", none: "the programme pays nothing out yet and knows no payout account: statements say what is owed"},
}

// auditorsReadOnly calls every route that writes as an auditor, at the API and
// at the console, about things that are there; and reads every page and list
// as an operator.
func auditorsReadOnly(w *town) {
	c := w.found(3)
	auditor := w.enter(account.Grant{Role: account.Auditor})
	console := auditor.page(account.ConsoleApp)
	w.hold()
	writes := 0
	for _, r := range w.edge.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if method == http.MethodGet || r.Action == "" || r.Action == account.ActPublic || r.Action == account.ActMemberUse || r.Pattern == "POST /console/members/find" {
			continue
		}
		path = c.put(path)
		if rest, ok := strings.CutPrefix(path, api.Prefix); ok {
			writes++
			w.refused(try{as: auditor, do: method + " " + rest, body: `{}`, status: 403, code: "account.denied"})
		} else if strings.HasPrefix(path, "/console/") {
			writes++
			if got := console.Do(w.T, method+" "+path+" "+form("name", "x", "idem", w.key())); got.Status != 403 {
				w.Errorf("%s as an auditor: %d", r.Pattern, got.Status)
			}
			w.unchanged(r.Pattern)
		}
	}
	if writes < 35 {
		w.Errorf("only %d routes write", writes)
	}
	c.paid(5_000)
	for _, page := range w.read(c, c.operator) {
		for n := range w.people {
			if strings.Contains(page.body, phone(n+1)) {
				w.Errorf("%s shows an operator a whole number", page.path)
			}
		}
	}
}

// put fills the places of a pattern with the city's things.
func (c city) put(path string) string {
	return fill(strings.NewReplacer("{$}", "", "{shop}", c.shop, "{merchant}", c.merchant, "{number}", c.number, "{person}", string(c.staff.id), "{day}", "2026-03-02", "{plan}", "annual").Replace(path), "none")
}

// A leaf is something that was read.
type leaf struct {
	path, kind, body string
	status           int
	header           http.Header
}

// read reads every route that reads, at the API and at the apps, as somebody.
func (w *town) read(c city, u user) (all []leaf) {
	w.Helper()
	pages := map[account.App]func(string) leaf{}
	for _, app := range []account.App{account.MemberApp, account.TillApp, account.ConsoleApp} {
		browser := u.page(app)
		pages[app] = func(path string) leaf {
			got := browser.Do(w.T, "GET "+path)
			return leaf{path, got.Header.Get("Content-Type"), string(got.Body), got.Status, got.Header}
		}
	}
	for _, r := range w.edge.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if method != http.MethodGet || strings.HasSuffix(path, "/live") || strings.HasPrefix(path, "/assets/") {
			continue
		}
		path = c.put(path)
		switch rest, ours := strings.CutPrefix(path, api.Prefix); {
		case ours:
			a := u.send(method, rest, "")
			all = append(all, leaf{path, a.header.Get("Content-Type"), string(a.body), a.status, a.header})
		case strings.HasPrefix(path, "/till/"):
			all = append(all, pages[account.TillApp](path))
		case strings.HasPrefix(path, "/console/"):
			all = append(all, pages[account.ConsoleApp](path))
		default:
			all = append(all, pages[account.MemberApp](path))
		}
	}
	return all
}

func rolesAreNotFields(w *town) {
	c := w.found(3)
	w.hold()
	for _, field := range []string{`"role":"operator"`, `"tenant_id":"x"`, `"grants":[{"role":"operator"}]`, `"person":"` + string(c.operator.id) + `"`, `"phone":"13800000001"`} {
		w.refused(try{as: c.member, do: "PUT /name", body: `{"name":"王小明",` + field + `}`, status: 400, code: "api.request|web.json_member"})
		w.refused(try{as: c.member, do: "PATCH /name", body: `{` + field + `}`, status: 405, code: "web.method"})
	}
	// A page's form takes the fields that it knows.
	grants := w.count(`SELECT COUNT(*) FROM account_grants`)
	got := c.member.page(account.MemberApp).Do(w.T, "POST /me/name "+form("name", "王小明", "role", "operator", "grants", "operator", "person", string(c.operator.id), "idem", w.key()))
	if n := w.count(`SELECT COUNT(*) FROM account_grants`); got.Status != 303 || n != grants {
		w.Errorf("answered %d; %d grants, then %d", got.Status, grants, n)
	}
	if n := w.count(`SELECT COUNT(*) FROM account_people WHERE name = '王小明'`); n != 1 {
		w.Errorf("%d people were renamed", n)
	}
	again := c.member.again()
	w.hold()
	w.refused(try{as: again, do: "GET /jobs", status: 403, code: "account.denied"})
}

// dismissedEverywhere takes somebody out of the staff at one node while he
// works at another, with a page that follows what happens there.
func dismissedEverywhere(w *town) {
	c := w.found(3)
	second := newTownOn(w.T, dbtest.Again(w.T, w.db, w.clock), w.clock)
	there := c.staff
	there.town = second
	till := there.page(account.TillApp)
	cookie := till.Header.Get("Cookie")
	r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, second.base+"/till/shops/"+c.shop+"/live", nil)
	w.must(err)
	r.Header.Set("Cookie", cookie)
	r.Header.Set("Accept", "text/event-stream")
	live, err := http.DefaultTransport.RoundTrip(r)
	w.must(err)
	defer live.Body.Close()
	if live.StatusCode != http.StatusOK {
		w.Fatalf("the page follows nothing: %s", live.Status)
	}
	get[object](there, c.at+"/redemptions")
	bill := c.priced(5_000)

	do[object](c.owner, "DELETE", c.at+"/team/"+string(c.staff.id), nil)
	second.hold()
	second.refused(try{as: there, do: "GET " + c.at + "/redemptions", status: 401, code: "account.signed_out"})
	second.refused(try{as: there, do: "POST /redemptions/" + bill.ID + "/quotes", body: `{"bill":1}`, status: 401, code: "account.signed_out"})
	if got := till.Do(w.T, "GET /till/shops/"+c.shop); got.Status != 303 || !strings.HasPrefix(got.Location, "/till/signin") {
		w.Errorf("the till answers %d %s", got.Status, got.Location)
	}
	lines := bufio.NewScanner(live.Body)
	over := false
	for lines.Scan() {
		over = over || lines.Text() == "data: over"
	}
	if !over {
		w.Errorf("the page's stream ended without saying so: %v", lines.Err())
	}
	// A new session of the same person has nothing of it.
	fresh := c.staff.again()
	fresh.town = second
	second.hold()
	second.refused(try{as: fresh, do: "GET " + c.at + "/redemptions", status: 403, code: "account.denied"})
}

func copiedSession(w *town) {
	c := w.found(3)
	phone := c.staff.page(account.TillApp)
	phone.Header.Set("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1")
	thief := c.staff.page(account.TillApp)
	thief.Header.Set("Cookie", phone.Header.Get("Cookie"))
	thief.Header.Set("User-Agent", "curl/8")
	at := "GET /till/shops/" + c.shop
	if phone.Do(w.T, at).Status != 200 || thief.Do(w.T, at).Status != 200 {
		w.Fatal("the session does not serve before it is ended")
	}
	// Its owner sees it in his list and ends all that he does not know.
	type list struct {
		Sessions []struct{ ID, App, Device string }
	}
	ended := 0
	for _, s := range get[list](c.staff, "/sessions").Sessions {
		if s.App == string(account.TillApp) {
			do[object](c.staff, "DELETE", "/sessions/"+s.ID, nil)
			ended++
		}
	}
	if ended != 2 {
		w.Errorf("%d sessions of the till are listed", ended)
	}
	w.hold()
	for _, p := range []string{phone.Do(w.T, at).Location, thief.Do(w.T, at).Location} {
		if !strings.HasPrefix(p, "/till/signin") {
			w.Errorf("the session serves on: %q", p)
		}
	}
	if got := thief.Do(w.T, "POST /till/shops/"+c.shop+"/scan "+form("code", c.code(), "idem", w.key())); !strings.HasPrefix(got.Location, "/till/signin") {
		w.Errorf("the copied session scans on: %d", got.Status)
	}
	// A till's session lasts a shift, however much it is used.
	last := c.staff.page(account.TillApp)
	for range 12 {
		w.clock.Advance(time.Hour)
		last.Do(w.T, at)
	}
	if got := last.Do(w.T, at); !strings.HasPrefix(got.Location, "/till/signin") {
		w.Errorf("after twelve hours of use the till answers %d", got.Status)
	}
}

func ownShop(w *town) {
	c := w.found(5)
	colleague := w.enter(c.staffGrant())
	for name, self := range map[string]user{"staff": c.staff, "owner": c.owner} {
		w.buy(self, "agree")
		code := showCode(self)
		w.hold()
		scan := fmt.Sprintf(`{"code":%q}`, code)
		w.refused(try{as: colleague, do: "POST " + c.at + "/scans", body: scan, status: 403, code: "redeem.self"})
		if name == "staff" {
			w.refused(try{as: self, do: "POST " + c.at + "/scans", body: scan, status: 403, code: "redeem.self"})
		}
		w.refused(try{as: self, do: "POST " + c.at + "/requests", body: `{"bill":10000,"due":9000}`, status: 403, code: "redeem.self"})
		w.refused(try{as: self, do: "POST " + c.at + "/estimates", body: `{"bill":10000}`, status: 403, code: "redeem.self"})
	}
	// Elsewhere his card is a card like any other.
	other := do[struct{ ID string }](c.operator, "POST", "/merchants", object{"name": "别家"}).ID
	theirs := c
	theirs.merchant = other
	shop, _ := w.addShop(theirs, 5)
	if b := do[bill](c.staff, "POST", "/shops/"+shop+"/requests", object{"bill": 10_000, "due": 9_000}); b.State == "" {
		w.Errorf("refused elsewhere: %+v", b)
	}
}
