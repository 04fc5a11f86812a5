package abuse

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"

	"citywalk/account"
	"citywalk/web/api"
)

// input is section A: what is no sane request is refused before anything is
// done with it.
var input = []Case{
	{ID: "A1", Says: "an amount that is none, or that nobody pays, is refused", both: amountsThatAreNone},
	{ID: "A2", Says: "one fen and 50,000 yuan are bills, one fen more is none", both: smallestAndLargestBill},
	{ID: "A5", Says: "what is not one JSON value in UTF-8 is refused, and nothing of it kept", both: textThatIsNotJSON, at: "curate.TestImportTakesNoHostileText"},
	{ID: "A6", Says: "a body that is too large, deep or crowded costs no memory", one: bodiesThatBurst, at: "web.FuzzStrictJSON curate.TestImportTakesNoHostileText sheet.TestMemoryIsBounded"},
	{ID: "A7", Says: "a route that takes JSON takes nothing else", both: otherMedia},
	{ID: "A8", Says: "a field that would give a right or change a price is refused, on every route that writes", both: extraFields},
	{ID: "A9", Says: "an id that is none is not there, whatever it was meant to do", both: idsThatAreNone},
	{ID: "A10", Says: "a name is bounded in characters, deceives nobody, and stands by itself on a page", both: names, at: "curate.TestImportTakesNoHostileText"},
	{ID: "A11", Says: "a day that is none is refused, the 29th of February of a leap year is one", both: days},
}

// An amountRoute takes an amount; %s stands for it.
type amountRoute struct {
	as       user
	do, body string
	field    string
}

func amountRoutes(w *town, c city, priced bill) []amountRoute {
	pass := get[struct{ Passes []struct{ ID string } }](c.member, "/passes").Passes[0].ID
	return []amountRoute{
		{c.staff, "POST /redemptions/" + priced.ID + "/quotes", `{"bill":%s}`, "bill"},
		{c.member, "POST " + c.at + "/estimates", `{"bill":%s}`, "bill"},
		{c.member, "POST " + c.at + "/requests", `{"bill":%s,"due":4500}`, "bill"},
		{c.member, "POST " + c.at + "/requests", `{"bill":5000,"due":%s}`, "due"},
		{c.member, "POST /passes/" + pass + "/refund", `{"amount":%s}`, "amount"},
	}
}

func amountsThatAreNone(w *town) {
	c := w.found(3)
	routes := amountRoutes(w, c, c.priced(5000))
	w.hold()
	for _, r := range routes {
		for _, amount := range []string{"-1", "0", "1.5", `"100"`, "1e2", "null", "9223372036854775807", "9223372036854775808", "1000000000000", "-0", "1.0", "[100]", "{}", "true", "0x10", "NaN", "+1", "01", ""} {
			// A sum that is well formed and not what is due is a conflict.
			status, code := 400, "api.request|web.json|web.json_value"
			if r.field != "bill" && (amount == "0" || amount == "1000000000000" || amount == "9223372036854775807") {
				status, code = 409, "redeem.open|pass.refund_changed"
			}
			w.refused(try{as: r.as, do: r.do, body: strings.Replace(r.body, "%s", amount, 1), status: status, code: code, may: remembered})
		}
		missing := strings.NewReplacer(`"`+r.field+`":%s,`, "", `,"`+r.field+`":%s`, "", `"`+r.field+`":%s`, "").Replace(r.body)
		w.refused(try{as: r.as, do: r.do, body: missing, status: 400, code: "api.request"})
	}
}

// remembered is where the refusal of a command that was understood stands, so
// that its repetition is answered the same.
var remembered = []string{"once_keys"}

func smallestAndLargestBill(w *town) {
	c := w.found(3)
	path := "/redemptions/" + c.priced(5000).ID + "/quotes"
	for _, fen := range []int{1, 5_000_000} {
		if b := do[bill](c.staff, "POST", path, object{"bill": fen}); b.Quote.Bill != fen {
			w.Errorf("priced %d as %+v", fen, b.Quote)
		}
	}
	w.hold()
	w.refused(try{as: c.staff, do: "POST " + path, body: `{"bill":5000001}`, status: 400, code: "api.request"})
}

func textThatIsNotJSON(w *town) {
	c := w.found(3)
	price := "POST /redemptions/" + c.priced(5000).ID + "/quotes"
	w.hold()
	for _, body := range map[string]string{
		"two values":       `{"bill":5000}{}`,
		"a mark":           "\ufeff" + `{"bill":5000}`,
		"UTF-16":           "{\x00\"\x00b\x00}\x00",
		"twice":            `{"bill":5000,"bill":6000}`,
		"other case":       `{"Bill":5000}`,
		"twice, by case":   `{"bill":5000,"BILL":6000}`,
		"a long s":         `{"bill":5000,"ſhop":"x"}`,
		"a comment":        `{"bill":5000/*1*/}`,
		"a trailing comma": `{"bill":5000,}`,
		"single quotes":    `{'bill':5000}`,
		"an array":         `[5000]`,
		"null":             `null`,
		"nothing":          "",
	} {
		w.refused(try{as: c.staff, do: price, body: body, status: 400, code: "api.request|web.json|web.json_member", header: []string{"Content-Type", "application/json"}})
	}
	for _, name := range []string{"a\xffb", `a\u0000b`, `a\ud800b`, `a\udc00\ud800b`, "a\x00b", "\xed\xa0\x80", `a\u202eb`} {
		w.refused(try{as: c.operator, do: "POST /merchants", body: `{"name":"` + name + `"}`, status: 400, code: "api.request|web.json|shop.text"})
		w.refused(try{as: c.member, do: "PUT /name", body: `{"name":"` + name + `"}`, status: 400, code: "api.request|web.json|account.name"})
	}
}

func bodiesThatBurst(w *town) {
	c := w.found(3)
	price := "POST /redemptions/" + c.priced(5000).ID + "/quotes"
	w.hold()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(bytes.Repeat([]byte(" "), 64<<20))
	z.Close()
	for _, b := range []struct {
		name, body string
		status     int
		code       string
		header     []string
	}{
		{"arrays 10,000 deep", strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), 400, "api.request|web.json", nil},
		{"objects 10,000 deep", strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), 400, "api.request|web.json", nil},
		{"100,000 members", `{"bill":5000` + strings.Repeat(`,"x":1`, 100_000) + `}`, 413, "web.too_large", nil},
		{"30,000 members", `{"bill":5000` + strings.Repeat(`,"x":1`, 30_000) + `}`, 400, "api.request|web.json", nil},
		{"10 MB", `{"bill":5000,"x":"` + strings.Repeat("x", 10<<20) + `"}`, 413, "web.too_large", nil},
		{"64 MB in a zip", zipped.String(), 415, "web.media", []string{"Content-Encoding", "gzip"}},
	} {
		before := allocated()
		w.refused(try{as: c.staff, do: price, body: b.body, status: b.status, code: b.code, header: b.header})
		// Both languages' requests, the client's own part included.
		if cost := allocated() - before; cost > 20<<20+2*2*uint64(len(b.body)) {
			w.Errorf("%s: cost %d MB of memory", b.name, cost>>20)
		}
	}
}

// allocated is how much memory this process has ever asked for: an upper bound
// of what was held at once since.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func otherMedia(w *town) {
	c := w.found(3)
	priced := c.priced(5000)
	w.hold()
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/problem+json", "application/cbor", "text/json", "application/json, text/plain"} {
		for _, t := range []try{
			{as: c.staff, do: "POST /redemptions/" + priced.ID + "/quotes", body: `{"bill":5000}`},
			{as: c.staff, do: "POST /redemptions/" + priced.ID + "/undo", body: `{}`},
			{as: c.operator, do: "POST /merchants", body: `{"name":"新商家"}`},
			{as: w.nobody(), do: "POST /challenges", body: `{"phone":"13800138000"}`},
		} {
			t.status, t.code, t.header = 415, "web.media", []string{"Content-Type", kind}
			w.refused(t)
		}
	}
}

func extraFields(w *town) {
	all := w.enter(account.Grant{Role: account.Operator}, account.Grant{Role: account.Merchant, Merchant: "mer_x"}, account.Grant{Role: account.Staff, Merchant: "mer_x", Shop: "shp_x"})
	w.hold()
	routes := 0
	for _, r := range w.edge.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path, ours := strings.CutPrefix(path, api.Prefix)
		if !ours || method == http.MethodGet {
			continue
		}
		routes++
		for _, field := range []string{"tenant_id", "created_at", "fee_rate", "discount", "grants", "is_admin", "__proto__"} {
			w.refused(try{as: all, do: method + " " + fill(path, "none"), body: `{"` + field + `":1}`, status: 400, code: "api.request|web.json_member"})
		}
	}
	if routes < 30 {
		w.Errorf("only %d routes write", routes)
	}
	w.refused(try{as: all, do: "GET /shops?rule=1", status: 400, code: "api.request"})
}

// fill puts a value into every place of a pattern.
func fill(pattern, value string) string {
	parts := strings.Split(pattern, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = value
		}
	}
	return strings.Join(parts, "/")
}

func idsThatAreNone(w *town) {
	c := w.found(3)
	w.hold()
	for _, id := range []string{c.shop + "x", c.merchant, strings.ToUpper(c.shop), "%2e%2e%2f", "..%5c", "%00", "%ff", "0", "-1", strings.Repeat("x", 10_000), "'%20OR%201=1--", "1;DROP%20TABLE%20shop_shops", "%0d%0aX:1", "%25"} {
		for _, t := range []try{
			{as: c.staff, do: "GET /shops/" + id},
			{as: c.staff, do: "GET /redemptions/" + id},
			{as: c.staff, do: "POST /redemptions/" + id + "/quotes", body: `{"bill":5000}`},
			{as: c.staff, do: "POST /redemptions/" + id + "/undo"},
			{as: c.staff, do: "POST /shops/" + id + "/scans", body: `{"code":"x"}`},
			{as: c.member, do: "POST /redemptions/" + id + "/confirm", body: `{"version":1,"hash":"x"}`},
			{as: c.member, do: "POST /passes/" + id + "/refund", body: `{"amount":1}`},
			{as: c.member, do: "DELETE /sessions/" + id},
			{as: c.operator, do: "POST /jobs/" + id + "/rerun"},
			{as: c.operator, do: "PUT /shops/" + id + "/state", body: `{"state":"live"}`},
			{as: c.owner, do: "DELETE /shops/" + c.shop + "/team/" + id},
			{as: c.member, do: "GET /signs/" + id},
		} {
			w.notThere(t)
		}
	}
	// The same in the addresses of pages.
	page := c.member.page(account.MemberApp)
	for _, id := range []string{"red_", "red_..%2f..%2fetc%2fpasswd", "red_" + strings.Repeat("0", 26), "%00", strings.Repeat("9", 5000)} {
		for _, path := range []string{"/pay/", "/r/", "/passes/", "/shops/", "/s/"} {
			got := page.Do(w.T, "GET "+path+id)
			if got.Status != 404 && got.Status != 400 {
				w.Errorf("GET %s%.60s: %d", path, id, got.Status)
			}
			w.tellsNothing(path, got.Text)
		}
	}
}

// notThere sends a request for what does not exist. Which of the two the
// answer is, "no such thing" or "no such request", does not matter.
func (w *town) notThere(t try) {
	w.Helper()
	method, path, _ := strings.Cut(t.do, " ")
	a := t.as.send(method, path, t.body, "Accept-Language", "zh-CN")
	if !slices.Contains([]int{400, 404, 414, 431}, a.status) {
		w.Errorf("%.120s: %v", t.do, a)
	}
	w.tellsNothing(t.do, string(a.body))
	w.unchanged(t.do, remembered...)
}

func names(w *town) {
	c := w.found(3)
	w.hold()
	deceiving := map[string]string{
		"an override":             "王\u202e小明",
		"an isolate":              "王\u2066小明",
		"a left-to-right mark":    "王\u200e小明",
		"no width":                "王\u200b小明",
		"a soft hyphen":           "王\u00ad小明",
		"a line":                  "王\u2028小明",
		"a byte order mark":       "王\ufeff小明",
		"10,000 characters":       strings.Repeat("店", 10_000),
		"41 characters":           strings.Repeat("店", 41),
		"500 marks on one letter": "a" + strings.Repeat("\u0301", 500),
		"blanks":                  " \t　",
	}
	for _, value := range deceiving {
		w.refused(try{as: c.member, do: "PUT /name", body: fmt.Sprintf(`{"name":%q}`, value), status: 400, code: "account.name|api.request|web.json"})
	}
	page := c.member.page(account.MemberApp)
	w.hold()
	for name, value := range deceiving {
		got := page.Do(w.T, "POST /me/name "+form("name", value, "idem", w.key()))
		if got.Status != 422 {
			w.Errorf("%s on the page: %d", name, got.Status)
		}
		w.unchanged(name)
	}
	// What is only unusual is a name, and every page that shows it keeps it apart.
	odd := `🇨🇳 Renée <b>"مرحبا"`
	do[object](c.member, "PUT", "/name", object{"name": odd})
	if got := string(page.Do(w.T, "GET /me").Body); !strings.Contains(got, "&lt;b&gt;") || strings.Contains(got, "<b>") {
		w.Error("the member's page shows the name as markup")
	}
	list := string(c.operator.page(account.ConsoleApp).Do(w.T, "GET /console/members").Body)
	if !strings.Contains(list, "<bdi>🇨🇳 Renée &lt;b&gt;") {
		w.Error("the console's list does not show the name apart from what stands around it")
	}
}

func days(w *town) {
	c := w.found(3)
	w.hold()
	for _, day := range []string{"2026-02-30", "2027-02-29", "2026-13-01", "2026-3-2", "99999-01-01", "9999-99-99", "9999-12-31", "0000-01-01", "now", "1772416800000", "2026-03-02T24:00", "2026-03-02-08:00", "%00"} {
		for _, t := range []try{
			{as: c.operator, do: "GET /ledger/trial?day=" + day},
			{as: c.operator, do: "GET /ledger/entries?day=" + day},
			{as: c.operator, do: "GET /statements?before=" + day},
			{as: c.staff, do: "GET " + c.at + "/redemptions?day=" + day},
			{as: c.owner, do: "GET /statements/" + c.merchant + "/" + day},
			{as: c.owner, do: "PUT " + c.at + "/terms", body: fmt.Sprintf(`{"kind":"percent","percent":10,"blackout":[%q]}`, day)},
			{as: c.owner, do: "PUT " + c.at + "/offers", body: fmt.Sprintf(`{"offers":[{"title":"茶位","kind":"fixed","off":100,"from":%q}]}`, day)},
		} {
			w.notThere(t)
		}
	}
	for _, minute := range []string{"-1", "1441", "24:00", `"10:00"`, "1e3", "1772416800000"} {
		w.notThere(try{as: c.owner, do: "PUT " + c.at + "/terms", body: `{"kind":"percent","percent":10,"hours":[{"from":` + minute + `,"until":1440}]}`})
	}
	do[object](c.owner, "PUT", c.at+"/terms", object{"kind": "percent", "percent": 10, "blackout": []string{"2028-02-29"}})
	get[object](c.operator, "/ledger/trial?day=2028-02-29")
}
