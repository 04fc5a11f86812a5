package abuse

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"citywalk/account"
	"citywalk/db/dbtest"
)

// money is section B: what would move money, or a use of the card, that must
// not move.
var money = []Case{
	{ID: "B7", Says: "who confirms a price that staff has changed since is shown the new one and pays nothing", both: confirmTheOldPrice},
	{ID: "B8", Says: "a quote is confirmed whole, in time, once, and by nobody but its member", both: confirmWrongly},
	{ID: "B9", Says: "of many scans of one code at two nodes one begins a bill", both: oneCodeAtTwoNodes, at: "proof.TestOneCodeAtTwoNodes redeem.TestOneCodeManyScans"},
	{ID: "B12", Says: "a use a day is one use, however many are asked for at once", both: oneUseADay, at: "redeem.TestSlotsAreGivenOnce"},
	{ID: "B15", Says: "never more is given back than was paid, and never twice", both: giveBackTwice, at: "payment.TestRefundSum"},
	{ID: "B19", Says: "a bill paid across midnight belongs to the day of its payment and stands on one statement", both: acrossMidnight},
	{ID: "B20", Says: "a price whose ground was taken away between quote and yes is refused, and nothing is charged", both: groundTakenAway},
}

func confirmTheOldPrice(w *town) {
	c := w.found(3)
	old := c.priced(10_000)
	stale := old.agreement()
	do[bill](c.staff, "POST", "/redemptions/"+old.ID+"/quotes", object{"bill": 12_000})
	w.hold()
	w.refused(try{as: c.member, do: "POST /redemptions/" + old.ID + "/confirm", body: stale, status: 409, code: "redeem.quote_stale", may: remembered})
	if p := c.member.send("POST", "/redemptions/"+old.ID+"/confirm", stale, "Accept-Language", "zh-CN").problem(); p.Title != "价格变了，现在应付 ¥108.00，没有扣款。看过新价格再确认。" {
		w.Errorf("the refusal says %q", p.Title)
	}
}

func confirmWrongly(w *town) {
	c := w.found(3)
	other := w.enter()
	w.buy(other, "agree")
	b := c.priced(10_000)
	confirm := "POST /redemptions/" + b.ID + "/confirm"
	w.hold()
	for _, body := range []string{
		fmt.Sprintf(`{"version":%d,"hash":"x"}`, b.Quote.Version),
		fmt.Sprintf(`{"version":%d,"hash":%q}`, b.Quote.Version+1, b.Quote.Hash),
		fmt.Sprintf(`{"version":%d,"hash":""}`, b.Quote.Version),
	} {
		w.refused(try{as: c.member, do: confirm, body: body, status: 409, code: "redeem.quote_stale", may: remembered})
	}
	w.refused(try{as: other, do: confirm, body: b.agreement(), status: 404, code: "redeem.unknown", may: remembered})
	w.refused(try{as: c.staff, do: confirm, body: b.agreement(), status: 404, code: "redeem.unknown", may: remembered})
	w.refused(try{as: w.nobody(), do: confirm, body: b.agreement(), status: 401, code: "account.signed_out"})

	w.clock.Advance(2*time.Minute + time.Millisecond)
	w.refused(try{as: c.member, do: confirm, body: b.agreement(), status: 410, code: "redeem.over|redeem.quote_over", may: remembered})
	w.work()

	// In time and twice, under one key and under two, it is one payment.
	b = c.priced(10_000)
	w.clock.Advance(2*time.Minute - time.Millisecond)
	path := "/redemptions/" + b.ID + "/confirm"
	first := c.member.send("POST", path, b.agreement(), "Idempotency-Key", "confirm-key-0000001")
	again := c.member.send("POST", path, b.agreement(), "Idempotency-Key", "confirm-key-0000001")
	other2 := c.member.send("POST", path, b.agreement())
	if first.status != 200 || again.status != 200 || again.header.Get("Idempotent-Replayed") != "true" || other2.status != 200 {
		w.Errorf("first %v\nagain %v\nunder another key %v", first, again, other2)
	}
	if n := w.count(`SELECT COUNT(*) FROM payment_payments WHERE purpose = 'redeem' AND state = 'paid'`); n != 1 {
		w.Errorf("paid %d times", n)
	}
}

// atOnce sends n requests at once, spread over users, and counts the answers
// by "status code".
func atOnce(n int, send func(i int) answer) map[string]int {
	got := make([]answer, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { <-start; got[i] = send(i) })
	}
	close(start)
	wg.Wait()
	kinds := map[string]int{}
	for _, a := range got {
		kinds[fmt.Sprint(a.status, " ", a.problem().Code)]++
	}
	return kinds
}

// prepared makes n requests beforehand, each under a key of its own, and sends
// them at once.
func (w *town) prepared(n int, request func(i int) *http.Request) map[string]int {
	w.Helper()
	requests := make([]*http.Request, n)
	for i := range requests {
		requests[i] = request(i)
	}
	return atOnce(n, func(i int) answer { return w.raw(requests[i]) })
}

func oneCodeAtTwoNodes(w *town) {
	const n = 40
	c := w.found(3)
	second := newTownOn(w.T, dbtest.Again(w.T, w.db, w.clock), w.clock)
	body := fmt.Sprintf(`{"code":%q}`, c.code())
	kinds := w.prepared(n, func(i int) *http.Request {
		u := c.staff
		u.town = []*town{w, second}[i%2]
		return u.request("POST", c.at+"/scans", body, "Idempotency-Key", w.key())
	})
	if kinds["200 "] != 1 || kinds["409 redeem.used"] != n-1 {
		w.Errorf("the scans were answered %v", kinds)
	}
	if rows := w.count(`SELECT COUNT(*) FROM redeem_redemptions`); rows != 1 {
		w.Errorf("%d bills began", rows)
	}
}

func oneUseADay(w *town) {
	const n = 40
	c := w.found(1)
	ask := func() map[string]int {
		return w.prepared(n, func(int) *http.Request {
			return c.member.request("POST", c.at+"/requests", `{"bill":10000,"due":9000}`)
		})
	}
	if kinds := ask(); kinds["200 "] != 1 || kinds["409 redeem.open"] != n-1 {
		w.Errorf("while one is open: %v", kinds)
	}
	b := get[bill](c.member, "/redemptions/current")
	do[bill](c.staff, "POST", "/redemptions/"+b.ID+"/accept", nil)
	if kinds := ask(); kinds["409 redeem.uses"] != n {
		w.Errorf("after the use: %v", kinds)
	}
	w.hold()
	w.refused(try{as: c.member, do: "POST " + c.at + "/requests", body: `{"bill":10000,"due":9000}`, status: 409, code: "redeem.uses", may: remembered})
	if n := w.count(`SELECT COUNT(*) FROM redeem_slots`); n != 2 {
		w.Errorf("%d places of the day are taken, want one at the shop and one in all", n)
	}
}

func giveBackTwice(w *town) {
	c := w.found(5)
	b := c.paid(10_000)
	undo := "/redemptions/" + b.ID + "/undo"
	const n = 20
	if kinds := w.prepared(n, func(int) *http.Request { return c.staff.request("POST", undo, "") }); kinds["200 "] != n {
		w.Errorf("undoing twice is undoing once: %v", kinds)
	}
	w.work()
	if n := w.count(`SELECT COUNT(*) FROM payment_refunds`); n != 1 {
		w.Errorf("%d refunds of one undo", n)
	}

	// A pass is given back at the sum that is due, whole, once.
	pass := get[struct{ Passes []struct{ ID string } }](c.member, "/passes").Passes[0].ID
	refund := "/passes/" + pass + "/refund"
	w.hold()
	for _, fen := range []int{1, 10_080, 16_801, 33_600} { // 60 % of 168 yuan among them.
		w.refused(try{as: c.member, do: "POST " + refund, body: fmt.Sprintf(`{"amount":%d}`, fen), status: 409, code: "pass.refund_changed", may: remembered})
	}
	stranger := w.enter()
	w.hold()
	w.refused(try{as: stranger, do: "POST " + refund, body: `{"amount":16800}`, status: 404, code: "pass.unknown", may: remembered})
	kinds := w.prepared(n, func(int) *http.Request { return c.member.request("POST", refund, `{"amount":16800}`) })
	if kinds["200 "] != 1 || kinds["409 pass.refunding"] != n-1 {
		w.Errorf("the refunds were answered %v", kinds)
	}
	w.work()
	w.hold()
	w.refused(try{as: c.member, do: "POST " + refund, body: `{"amount":16800}`, status: 409, code: "pass.refunding", may: remembered})
	if n := w.count(`SELECT CAST(SUM(amount) AS BIGINT) FROM payment_refunds`); n != 9_000+16_800 {
		w.Errorf("gave back %d fen in all, want what was paid: 25800", n)
	}
}

// acrossMidnight pays at the cashier 0.1 s after midnight what was confirmed
// 0.1 s before it. It then undoes a bill whose day is closed already: the
// merchant owes it, on the next statement.
func acrossMidnight(w *town) {
	c := w.found(5)
	w.clock.Set(time.Date(2026, 3, 2, 23, 55, 0, 0, dbtest.Zone))
	early := c.paid(20_000)
	do[object](c.member, "DELETE", "/agreement", nil)
	w.clock.Set(time.Date(2026, 3, 2, 23, 59, 30, 0, dbtest.Zone))
	b := c.priced(10_000)
	w.clock.Set(time.Date(2026, 3, 2, 23, 59, 59, 900e6, dbtest.Zone))
	b = do[bill](c.member, "POST", "/redemptions/"+b.ID+"/confirm", object{"version": b.Quote.Version, "hash": b.Quote.Hash})
	if b.State != "paying" || b.PayURL == "" {
		w.Fatalf("confirmed %+v", b)
	}
	w.clock.Set(time.Date(2026, 3, 3, 0, 0, 0, 100e6, dbtest.Zone))
	w.cashier(b.PayURL, "pay")
	if b = get[bill](c.member, "/redemptions/"+b.ID); b.State != "committed" || b.Day != "2026-03-03" || early.Day != "2026-03-02" {
		w.Fatalf("paid after midnight: %+v; before it: %+v", b, early)
	}
	w.clock.Set(time.Date(2026, 3, 3, 0, 9, 59, 0, dbtest.Zone))
	do[bill](c.staff, "POST", "/redemptions/"+early.ID+"/undo", nil)
	w.work()

	for _, day := range []int{4, 5} {
		w.clock.Set(time.Date(2026, 3, day, 2, 0, 0, 0, dbtest.Zone))
		for range 2 { // Closing again closes nothing.
			if _, err := w.settle.Close(w.Context()); err != nil {
				w.Fatal(err)
			}
		}
	}
	owner := c.owner.again()
	lines := map[string]int{}
	for _, day := range []string{"2026-03-02", "2026-03-03"} {
		for _, l := range get[struct {
			Lines []struct {
				Redemption string
				Undo       bool
			}
		}](owner, "/statements/"+c.merchant+"/"+day).Lines {
			lines[fmt.Sprint(day, " ", l.Redemption, " ", l.Undo)]++
		}
	}
	want := map[string]int{"2026-03-02 " + early.ID + " false": 1, "2026-03-03 " + early.ID + " true": 1, "2026-03-03 " + b.ID + " false": 1}
	if fmt.Sprint(lines) != fmt.Sprint(want) {
		w.Errorf("the statements hold %v, want %v", lines, want)
	}
}

// again signs the user in anew: a day ends the API's sessions.
func (u user) again() user {
	u.Helper()
	var err error
	u.token, _, err = u.account.Enter(u.Context(), u.id, account.APIApp, account.Client{})
	u.must(err)
	return u
}

func groundTakenAway(w *town) {
	c := w.found(9)
	charge := func(b bill, status int, code string) {
		w.Helper()
		w.hold()
		w.refused(try{as: c.member, do: "POST /redemptions/" + b.ID + "/confirm", body: b.agreement(), status: status, code: code, may: remembered})
		do[bill](c.member, "POST", "/redemptions/"+b.ID+"/decline", nil)
	}
	b := c.priced(10_000)
	do[object](c.owner, "PUT", c.at+"/terms", object{"kind": "percent", "percent": 20, "per_day": 9})
	charge(b, 409, "redeem.terms")

	b = c.priced(10_000)
	do[object](c.owner, "PUT", c.at+"/state", object{"state": "paused", "reason": "装修"})
	charge(b, 409, "redeem.shop")
	do[object](c.owner, "PUT", c.at+"/state", object{"state": "live"})

	// The pass ends at midnight, between the price and the yes.
	w.clock.Set(time.Date(2027, 3, 1, 23, 59, 30, 0, dbtest.Zone))
	c.member, c.staff = c.member.again(), c.staff.again()
	b = c.priced(10_000)
	w.clock.Set(time.Date(2027, 3, 2, 0, 0, 1, 0, dbtest.Zone))
	charge(b, 409, "redeem.pass")
	if n := w.count(`SELECT COUNT(*) FROM payment_payments WHERE purpose = 'redeem'`); n != 0 {
		w.Errorf("%d payments were begun", n)
	}
}
