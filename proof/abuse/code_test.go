package abuse

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
)

// codes is section C: a code serves once, for a minute, for whom it was made
// for, and cannot be found by trying.
var codes = []Case{
	{ID: "C1", Says: "a code that was used at one node is used at the other, 10 ms later", both: usedAtTheOtherNode},
	{ID: "C2", Says: "a code is good at 59 s and over at 61 s, and its newer one ends it", both: windowOfACode},
	{ID: "C8", Says: "codes that cannot serve are refused in one shape, whatever the reason", both: oneShapeOfRefusal},
	{ID: "C9", Says: "a member has one bill open, at whatever shop and by whatever door", both: twoOpenBills, at: "redeem.TestOneOpenRedemption"},
	{ID: "C12", Says: "whatever a QR holds is text: not opened, not shown, not kept", both: strangeCodes},
	{ID: "C13", Says: "10,000 guesses by one of the staff find a lock after 20, and colleagues go on", both: guesses},
}

func usedAtTheOtherNode(w *town) {
	c := w.found(3)
	second := newTownOn(w.T, dbtest.Again(w.T, w.db, w.clock), w.clock)
	body := fmt.Sprintf(`{"code":%q}`, c.code())
	if a := c.staff.send("POST", c.at+"/scans", body); a.status != 200 {
		w.Fatalf("the first scan: %v", a)
	}
	w.clock.Advance(10 * time.Millisecond)
	there := c.staff
	there.town = second
	second.hold()
	second.refused(try{as: there, do: "POST " + c.at + "/scans", body: body, status: 409, code: "redeem.used", may: remembered})
}

func windowOfACode(w *town) {
	c := w.found(5)
	scan := "POST " + c.at + "/scans"
	code := c.code()
	w.clock.Advance(59 * time.Second)
	b := do[bill](c.staff, "POST", c.at+"/scans", object{"code": code})
	do[bill](c.member, "POST", "/redemptions/"+b.ID+"/decline", nil)

	old := c.code()
	code = c.code()
	w.hold()
	w.refused(try{as: c.staff, do: scan, body: fmt.Sprintf(`{"code":%q}`, old), status: 409, code: "redeem.renewed", may: remembered})
	w.clock.Advance(60 * time.Second) // Half open: at 60 s it is over.
	w.refused(try{as: c.staff, do: scan, body: fmt.Sprintf(`{"code":%q}`, code), status: 410, code: "redeem.expired", may: remembered})
	w.clock.Advance(time.Second)
	w.refused(try{as: c.staff, do: scan, body: fmt.Sprintf(`{"code":%q}`, code), status: 410, code: "redeem.expired", may: remembered})
}

// misses is where a wrong code is counted.
var misses = append([]string{"redeem_misses"}, remembered...)

func oneShapeOfRefusal(w *town) {
	c := w.found(5)
	used := c.code()
	b := do[bill](c.staff, "POST", c.at+"/scans", object{"code": used})
	do[bill](c.member, "POST", "/redemptions/"+b.ID+"/decline", nil)
	renewed := c.code()
	c.code()
	over := w.enter() // Whose pass is given back after the code was shown.
	w.buy(over, "pay")
	of := showCode(over)
	pass := get[struct{ Passes []struct{ ID string } }](over, "/passes").Passes[0].ID
	do[object](over, "POST", "/passes/"+pass+"/refund", object{"amount": 16800})
	w.work()

	members := map[string]bool{}
	for _, k := range []struct {
		code   string
		status int
		fault  string
	}{
		{used, 409, "redeem.used"},
		{renewed, 409, "redeem.renewed"},
		{of, 409, "pass.none|pass.refunding"},
		{"770000000000000007", 404, "redeem.code"},   // Ours by its looks: nobody's, or another programme's.
		{"770000000000000001", 404, "redeem.code"},   // With a wrong check digit.
		{"77000000000000000７", 404, "redeem.code"},   // Not as a code is written.
		{"CW1:UIAQEAYEAUDAOCDJ", 404, "redeem.code"}, // A form that is not in use.
	} {
		w.hold()
		w.refused(try{as: c.staff, do: "POST " + c.at + "/scans", body: fmt.Sprintf(`{"code":%q}`, k.code), status: k.status, code: k.fault, may: misses})
		a := c.staff.send("POST", c.at+"/scans", fmt.Sprintf(`{"code":%q}`, k.code))
		members[strings.Join(membersOf(w, a), " ")] = true
		if strings.Contains(string(a.body), k.code) {
			w.Errorf("the refusal repeats the code: %v", a)
		}
	}
	if len(members) != 1 {
		w.Errorf("the refusals have different members: %v", members)
	}
}

func twoOpenBills(w *town) {
	c := w.found(5)
	shop, _ := w.addShop(c, 5)
	other := w.enter(account.Grant{Role: account.Staff, Merchant: c.merchant, Shop: shop})
	c.scanned()
	code := c.code()
	w.hold()
	w.refused(try{as: other, do: "POST /shops/" + shop + "/scans", body: fmt.Sprintf(`{"code":%q}`, code), status: 409, code: "redeem.open", may: remembered})
	w.refused(try{as: c.member, do: "POST /shops/" + shop + "/requests", body: `{"bill":10000,"due":9000}`, status: 409, code: "redeem.open", may: remembered})
	w.refused(try{as: c.staff, do: "POST " + c.at + "/scans", body: fmt.Sprintf(`{"code":%q}`, code), status: 409, code: "redeem.open", may: remembered})
	w.refused(try{as: c.member, do: "POST " + c.at + "/estimates", body: `{"bill":10000}`, status: 409, code: "redeem.open"})
}

// strangeCodes scans what other people's QR codes hold. Payment codes are
// money in somebody's hand: nothing of them is kept anywhere, not even a hash.
func strangeCodes(w *town) {
	c := w.found(5)
	page := c.staff.page(account.TillApp)
	w.hold()
	for _, content := range []string{
		"https://evil.example/pay?x=1", "javascript:alert(1)", "<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`,
		"BEGIN:VCARD\nFN:王\nEND:VCARD", "WIFI:T:WPA;S:shop;P:secret;;", "tel:10086", strings.Repeat("7", 4296), "weixin://wxpay/bizpayurl?pr=1", "{{7*7}}", "' OR 1=1--",
	} {
		w.hold()
		a := c.staff.send("POST", c.at+"/scans", fmt.Sprintf(`{"code":%s}`, quoted(content)))
		w.strange(content, a.status, string(a.body), 400, 404)
		got := page.Do(w.T, "POST /till/shops/"+c.shop+"/scan "+form("code", content, "idem", w.key()))
		w.strange(content, got.Status, string(got.Body), 404)
		if got.Location != "" {
			w.Errorf("%.40q leads to %s", content, got.Location)
		}
		w.unchanged(content, misses...)
	}
	for _, paying := range []string{"134567890123456789", "280123456789012345", "6212345678901234567"} {
		w.refused(try{as: c.staff, do: "POST " + c.at + "/scans", body: fmt.Sprintf(`{"code":%q}`, paying), status: 400, code: "redeem.foreign"})
		if strings.Contains(w.log.String(), paying) {
			w.Error("the log holds a payment code")
		}
	}
	a := c.staff.send("POST", c.at+"/scans", `{"code":"7700000000000\u00000000"}`)
	w.strange("a NUL", a.status, string(a.body), 400)
}

func (w *town) strange(content string, status int, text string, want ...int) {
	w.Helper()
	if !slices.Contains(want, status) {
		w.Errorf("%.40q: %d %.300s", content, status, text)
	}
	if len(content) > 10 && strings.Contains(text, content[:10]) {
		w.Errorf("%.40q is shown again: %.300s", content, text)
	}
	w.tellsNothing(content, text)
}

// guesses sends random codes from one session as fast as it goes: after twenty
// wrong ones in ten minutes nothing is looked at, the audit has the alarm, and
// a colleague at the same shop scans on.
func guesses(w *town) {
	n := 10_000
	if w.db.Engine() == db.Postgres {
		n = 2_000
	}
	c := w.found(5)
	colleague := w.enter(c.staffGrant())
	hands := make(chan int)
	go func() {
		defer close(hands)
		for i := range n {
			hands <- i
		}
	}()
	wrong := make([]map[string]int, 128)
	atOnce(len(wrong), func(hand int) answer {
		wrong[hand] = map[string]int{}
		for i := range hands {
			r := c.staff.request("POST", c.at+"/scans", fmt.Sprintf(`{"code":"77%016d"}`, rand.Int64N(1e16)), "Idempotency-Key", fmt.Sprintf("guess-key-%016d", i))
			a := w.raw(r)
			wrong[hand][fmt.Sprint(a.status, " ", a.problem().Code)]++
		}
		return answer{}
	})
	kinds := map[string]int{}
	for _, one := range wrong {
		for kind, times := range one {
			kinds[kind] += times
		}
	}
	if kinds["404 redeem.code"] != 20 || kinds["429 redeem.locked"] != n-20 {
		w.Errorf("%d guesses were answered %v; want 20 looked at", n, kinds)
	}
	if alarms := w.count(`SELECT COUNT(*) FROM account_audits WHERE action = 'redeem.locked'`); alarms != 1 {
		w.Errorf("the audit has %d alarms", alarms)
	}
	w.hold()
	w.refused(try{as: c.staff, do: "POST " + c.at + "/scans", body: fmt.Sprintf(`{"code":%q}`, "770000000000000007"), status: 429, code: "redeem.locked"})
	c.staff = colleague
	if b := c.scanned(); b.State != "presented" {
		w.Errorf("the colleague's scan: %+v", b)
	}
	// The lock ends by itself, ten minutes after the first wrong one.
	w.clock.Advance(10*time.Minute + time.Second)
	if a := c.staff.send(http.MethodPost, c.at+"/scans", `{"code":"770000000000000007"}`); a.status != 404 {
		w.Errorf("after ten minutes: %v", a)
	}
}
