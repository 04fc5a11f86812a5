package api

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
)

// effects is what money and its records have come to: the rows of every table
// that a command on a money route may write, and how often redemptions changed.
// That a key was refused may be remembered.
func (g *rig) effects() (rows []int) {
	g.t.Helper()
	g.must(g.db.View(g.t.Context(), func(tx *db.Tx) (err error) {
		rows, err = db.All[int](tx, `
			SELECT COUNT(*) FROM redeem_redemptions UNION ALL SELECT COUNT(*) FROM redeem_steps
			UNION ALL SELECT COUNT(*) FROM redeem_codes UNION ALL SELECT COUNT(*) FROM redeem_slots
			UNION ALL SELECT COUNT(*) FROM redeem_budgets UNION ALL SELECT COUNT(*) FROM pass_passes
			UNION ALL SELECT COUNT(*) FROM payment_payments UNION ALL SELECT COUNT(*) FROM payment_refunds
			UNION ALL SELECT COUNT(*) FROM ledger_entries UNION ALL SELECT COUNT(*) FROM ledger_postings
			UNION ALL SELECT COUNT(*) FROM jobs_jobs
			UNION ALL SELECT COUNT(*) FROM account_audits UNION ALL SELECT COUNT(*) FROM shop_merchants
			UNION ALL SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM redeem_redemptions`)
		return err
	}))
	return rows
}

// refused sends a request that must be refused with one of the statuses, say
// so as a problem, and have no effect.
func (g *rig) refused(t *testing.T, u user, method, path, body string, want []int, headers ...string) Problem {
	t.Helper()
	before := g.effects()
	a := u.send(method, path, body, headers...)
	what := fmt.Sprintf("%s %.80s %.80q", method, path, body)
	if !slices.Contains(want, a.status) {
		t.Errorf("%s: %d %.300s; want one of %v", what, a.status, a.body, want)
		return Problem{}
	}
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("%s: answered as %s", what, kind)
	}
	p := a.problem(t)
	if p.Status != a.status || p.Code == "" || p.Title == "" || p.Move == "" || p.Type != "urn:citywalk:fault:"+p.Code || p.Request == "" {
		t.Errorf("%s: the problem is %+v", what, p)
	}
	if text := strings.ToLower(string(a.body)); strings.Contains(text, "sqlite") || strings.Contains(text, "sqlstate") || strings.Contains(text, "syntax") {
		t.Errorf("%s: the answer tells of the database: %s", what, a.body)
	}
	if after := g.effects(); !slices.Equal(before, after) {
		t.Errorf("%s: had effects: %v, then %v", what, before, after)
	}
	return p
}

// A stage is a main job with one bill priced, a committed one, and where
// amounts and texts go in.
type stage struct {
	mainJob
	priced, paid aRedemption
	at           string // The shop.
}

func (g *rig) stage() stage {
	g.t.Helper()
	s := stage{mainJob: g.prepare(3)}
	s.paid = s.pay(10000)
	s.at = "/shops/" + s.shop.ID
	code := do[struct{ Code string }](s.member, "POST", "/codes", nil)
	r := do[aRedemption](s.staff, "POST", s.at+"/scans", object{"code": code.Code})
	s.priced = do[aRedemption](s.staff, "POST", "/redemptions/"+r.ID+"/quotes", object{"bill": 5000})
	return s
}

// A moneyRoute is a route that takes an amount; %s stands for it.
type moneyRoute struct {
	as             user
	path, body, of string
}

func (s stage) moneyRoutes(g *rig) []moneyRoute {
	pass := get[struct{ Passes []struct{ ID string } }](s.member, "/passes").Passes[0].ID
	return []moneyRoute{
		{s.staff, "/redemptions/" + s.priced.ID + "/quotes", `{"bill":%s}`, "bill"},
		{s.member, s.at + "/estimates", `{"bill":%s}`, "bill"},
		{s.member, s.at + "/requests", `{"bill":%s,"due":4500}`, "bill"},
		{s.member, s.at + "/requests", `{"bill":5000,"due":%s}`, "due"},
		{s.member, "/passes/" + pass + "/refund", `{"amount":%s}`, "amount"},
	}
}

// TestAmountsThatAreNone is A1: whatever is no amount of fen, or none that
// anybody pays, is refused without effect.
func TestAmountsThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		for _, route := range s.moneyRoutes(g) {
			for _, amount := range []string{"-1", "0", "1.5", `"100"`, "1e2", "null", "9223372036854775808", "1000000000000", "-0", "1.0", "[100]", "true", "0x10", "NaN", "+1", "01"} {
				want := []int{400}
				if amount == "0" && route.of != "bill" || amount == "1000000000000" && route.of != "bill" {
					want = []int{400, 409} // Well formed, and not the sum that is due.
				}
				g.refused(t, route.as, "POST", route.path, strings.Replace(route.body, "%s", amount, 1), want)
			}
			g.refused(t, route.as, "POST", route.path, strings.NewReplacer(`"`+route.of+`":%s,`, "", `,"`+route.of+`":%s`, "", `"`+route.of+`":%s`, "").Replace(route.body), []int{400})
		}
	})
}

// TestSmallestAndLargestAmount is A2.
func TestSmallestAndLargestAmount(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		path := "/redemptions/" + s.priced.ID + "/quotes"
		for _, bill := range []int{1, 5_000_000} {
			if r := do[aRedemption](s.staff, "POST", path, object{"bill": bill}); r.Quote.Bill != bill {
				t.Errorf("priced %d as %+v", bill, r.Quote)
			}
		}
		if p := g.refused(t, s.staff, "POST", path, `{"bill":5000001}`, []int{400}); p.Field != "bill" {
			t.Errorf("%+v", p)
		}
	})
}

// TestTextThatIsNotJSON is A5 and A6: nothing but one JSON value in UTF-8 of a
// sane shape and size is read, and nothing of it is kept.
func TestTextThatIsNotJSON(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		price := "/redemptions/" + s.priced.ID + "/quotes"
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		z.Write([]byte(`{"bill":` + strings.Repeat(" ", 10<<20) + `5000}`))
		z.Close()
		for name, body := range map[string]string{
			"two values":       `{"bill":5000}{}`,
			"a mark":           "\ufeff" + `{"bill":5000}`,
			"UTF-16":           "{\x00\"\x00b\x00}\x00",
			"twice":            `{"bill":5000,"bill":6000}`,
			"other case":       `{"Bill":5000}`,
			"twice, by case":   `{"bill":5000,"BILL":6000}`,
			"deep":             strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000),
			"10 MB":            `{"bill":5000,"x":"` + strings.Repeat("x", 10<<20) + `"}`,
			"100,000 members":  `{"bill":5000` + strings.Repeat(`,"x":1`, 100_000) + `}`,
			"a comment":        `{"bill":5000/*1*/}`,
			"a trailing comma": `{"bill":5000,}`,
			"an array":         `[5000]`,
			"null":             `null`,
			"nothing":          "",
		} {
			t.Run(name, func(t *testing.T) {
				g.refused(t, s.staff, "POST", price, body, []int{400, 413}, "Content-Type", "application/json")
			})
		}
		g.refused(t, s.staff, "POST", price, zipped.String(), []int{415}, "Content-Encoding", "gzip")
		for _, name := range []string{"a\xffb", `a\u0000b`, `a\ud800b`, "a\x00b", strings.Repeat("店", 10_000)} {
			g.refused(t, s.operator, "POST", "/merchants", `{"name":"`+name+`"}`, []int{400})
		}
	})
}

// TestNothingIsReadTwoWays: an optional member that is null, a parameter that
// stands twice and a path that leads elsewhere are refused, not guessed at.
// A day of another age is none.
func TestNothingIsReadTwoWays(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		g.refused(t, s.operator, "POST", "/invitations", `{"role":"staff","shop":"`+s.shop.ID+`","merchant":null}`, []int{400})
		g.refused(t, s.merchant, "PUT", s.at+"/terms", `{"kind":"percent","percent":10,"hours":[{"days":[null],"from":0,"until":60}]}`, []int{400})
		g.refused(t, s.operator, "GET", "/audit?limit=1&limit=2", "", []int{400})
		for _, path := range []string{s.at + "/../" + s.shop.ID, s.at + "/./team", "//shops"} {
			g.refused(t, s.operator, "GET", path, "", []int{404})
		}
		g.refused(t, s.staff, "GET", s.at+"/redemptions?day=9999-12-31", "", []int{400})
	})
}

// TestOtherMediaAreRefused is A7.
func TestOtherMediaAreRefused(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/problem+json", "application/cbor"} {
			for _, path := range []string{"/redemptions/" + s.priced.ID + "/quotes", "/redemptions/" + s.paid.ID + "/undo"} {
				if p := g.refused(t, s.staff, "POST", path, `{"bill":5000}`, []int{415}, "Content-Type", kind); p.Code != "web.media" {
					t.Errorf("%q: %+v", kind, p)
				}
			}
		}
	})
}

// TestUnknownMembersAreRefused is A8 and D4: on every route that writes,
// members that would give a right or change a price are refused, not ignored.
func TestUnknownMembersAreRefused(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		all := g.enter(account.Grant{Role: account.Operator}, account.Grant{Role: account.Merchant, Merchant: "mer_x"}, account.Grant{Role: account.Staff, Merchant: "mer_x", Shop: "shp_x"})
		for _, r := range g.api.Routes() {
			method, path, _ := strings.Cut(r.Pattern, " ")
			if method == http.MethodGet {
				continue
			}
			for _, member := range []string{"tenant_id", "created_at", "fee_rate", "discount", "grants", "is_admin"} {
				p := g.refused(t, all, method, fill(strings.TrimPrefix(path, Prefix), "none"), `{"`+member+`":1}`, []int{400})
				if told := p.Code == "web.json_member" || slices.ContainsFunc(p.Errors, func(s string) bool { return strings.Contains(s, "unexpected property") }); !told {
					t.Errorf("%s with %s: %+v", r.Pattern, member, p)
				}
			}
		}
		if p := g.refused(t, all, "GET", "/shops?rule=1", "", []int{400}); p.Field != "rule" {
			t.Errorf("an unknown parameter: %+v", p)
		}
	})
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

// TestIdsThatAreNone is A9.
func TestIdsThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		for _, id := range []string{s.shop.ID + "x", s.merchantID, "%2e%2e%2f", "%00", "%ff", "0", "-1", strings.Repeat("x", 10_000), "'%20OR%201=1--", "%0d%0aX:1"} {
			want := []int{400, 404}
			g.refused(t, s.staff, "GET", "/shops/"+id, "", want)
			g.refused(t, s.staff, "GET", "/redemptions/"+id, "", want)
			g.refused(t, s.staff, "POST", "/redemptions/"+id+"/quotes", `{"bill":5000}`, want)
			g.refused(t, s.staff, "POST", "/redemptions/"+id+"/undo", "", want)
			g.refused(t, s.staff, "POST", "/shops/"+id+"/scans", `{"code":"x"}`, append(want, 403))
			g.refused(t, s.member, "POST", "/redemptions/"+id+"/confirm", `{"version":1,"hash":"x"}`, want)
			g.refused(t, s.member, "POST", "/passes/"+id+"/refund", `{"amount":1}`, want)
			g.refused(t, s.member, "DELETE", "/sessions/"+id, "", want)
			g.refused(t, s.operator, "POST", "/jobs/"+id+"/rerun", "", want)
			g.refused(t, s.operator, "PUT", "/shops/"+id+"/state", `{"state":"live"}`, want)
			g.refused(t, s.member, "GET", "/signs/"+id, "", want)
		}
		for _, day := range []string{"2026-02-30", "9999-99-99", "now", "1772416800000", "2026-3-2", "%00"} {
			g.refused(t, s.operator, "GET", "/ledger/trial?day="+day, "", []int{400})
			g.refused(t, s.operator, "GET", "/ledger/entries?day="+day, "", []int{400})
			g.refused(t, s.operator, "GET", "/statements?before="+day, "", []int{400})
		}
	})
}

// TestCommandsNeedAKey shows that every route whose document asks for an
// Idempotency-Key refuses to act without a good one.
func TestCommandsNeedAKey(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		n := 0
		for path, item := range document(t, g.api).Paths.Map() {
			op := item.GetOperation("POST")
			if op == nil || op.Parameters.GetByInAndName("header", "Idempotency-Key") == nil {
				continue
			}
			n++
			u := s.member
			if slices.Contains([]string{"scan", "price", "acceptRequest", "undo"}, op.OperationID) {
				u = s.staff
			} else if slices.Contains([]string{"addShop", "decide", "startPlan"}, op.OperationID) {
				u = s.operator
			}
			for _, key := range []string{"", "short", "with blanks in it here", strings.Repeat("k", 256), "钥匙钥匙钥匙钥匙钥匙钥匙"} {
				if p := g.refused(t, u, "POST", fill(path, s.paid.ID), "", []int{400}, "Idempotency-Key", key); p.Code != "once.key" {
					t.Errorf("%s with key %q: %+v", path, key, p)
				}
			}
		}
		if n != 16 {
			t.Errorf("%d routes ask for a key, want 16", n)
		}
	})
}

// TestRefusalsSpeakTheCallersLanguage shows title, code, move and the time to
// come back, of refusals by the document, by the edge and by a service.
func TestRefusalsSpeakTheCallersLanguage(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		s := g.stage()
		for _, test := range []struct {
			as                       user
			method, path, body, code string
			move                     fault.Move
			zh, en                   string
			headers                  []string
		}{
			{s.member, "POST", "/passes", `{"plan":7}`, "api.request", fault.Us, "请求不符合接口文档。", "The request does not follow the document.", nil},
			{s.member, "POST", "/passes", `{"plan":"annual"}`, "once.key", fault.Us, "请求缺少有效的 Idempotency-Key。", "The request needs an Idempotency-Key of 16 to 255 letters, digits, - or _.", []string{"Idempotency-Key", ""}},
			{s.member, "POST", "/passes", `{"plan":"annual"}`, "pass.held", fault.Member, "你的会员卡还在有效期内，到期后再续。", "Your pass is still valid. Get the next one when it ends.", nil},
			{g.nobody(), "POST", "/passes", `{"plan":"annual"}`, "account.signed_out", fault.Member, "登录已失效，请重新登录。", "You are signed out. Please sign in again.", nil},
			{s.member, "GET", "/jobs", "", "account.denied", fault.Operator, "这个账号没有做这件事的权限，需要的话请找负责人开通。", "This account may not do that. If it should, ask whoever is in charge to allow it.", nil},
			{s.member, "GET", "/nothing", "", "web.nowhere", fault.Us, "这里没有你要找的页面。", "There is no such page here.", nil},
		} {
			for lang, title := range map[string]string{"zh-CN": test.zh, "en": test.en, "": test.zh} {
				test.as.lang = lang
				a := test.as.send(test.method, test.path, test.body, test.headers...)
				if p := a.problem(t); p.Code != test.code || p.Move != string(test.move) || p.Title != title {
					t.Errorf("%s in %q: %d %+v", test.path, lang, a.status, p)
				}
			}
		}
	})
}

// TestRetryAfter shows that who is told "later" is told when.
func TestRetryAfter(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ask := func() answer { return g.nobody().send("POST", "/challenges", `{"phone":"13800100009"}`) }
		if a := ask(); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		g.clock.Advance(20 * time.Second)
		a := ask()
		p := a.problem(t)
		if a.status != 429 || p.Code != "account.soon" || p.RetryAfter != 40 || a.header.Get("Retry-After") != strconv.Itoa(p.RetryAfter) {
			t.Errorf("%d %+v, Retry-After %q", a.status, p, a.header.Get("Retry-After"))
		}
	})
}

// TestDevice shows that a device is counted by what we called it, and others
// at its address apart from it; and that what was not asked for is told too.
func TestDevice(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.account.Limits = account.Limits{Sample: 3}
		n := 0
		ask := func(device string) answer {
			n++
			return g.nobody().send("POST", "/challenges", fmt.Sprintf(`{"phone":"138%04d0001","device":%q}`, n, device))
		}
		type asked struct {
			Challenge, Device string
			Notice            *notice
		}
		first := read[asked](g.nobody(), ask(""), "first")
		if first.Challenge == "" || !g.account.OwnTag(first.Device) || first.Notice != nil {
			t.Errorf("first: %+v", first)
		}
		for range 3 {
			if again := read[asked](g.nobody(), ask(first.Device), "again"); again.Device != first.Device {
				t.Errorf("a device is called %q, then %q", first.Device, again.Device)
			}
		}
		a := ask(first.Device)
		if p := a.problem(t); a.status != 429 || p.Code != "account.device" || p.RetryAfter != 600 || !strings.Contains(p.Title, "10 分钟") {
			t.Errorf("the fourth: %d %+v", a.status, p)
		}
		if other := read[asked](g.nobody(), ask(first.Device+"0"), "other"); other.Device == first.Device || !g.account.OwnTag(other.Device) {
			t.Errorf("what is not ours is called %q", other.Device)
		}
		g.clock.Advance(5 * time.Minute)
		if put, err := g.account.Watch(t.Context()); err != nil || len(put) != 1 {
			t.Fatalf("no brake: %v, %v", put, err)
		}
		held := read[asked](g.nobody(), ask(""), "held")
		if f := held.Notice; held.Challenge == "" || f == nil || f.Code != "account.held" || f.RetryAfter != 1800 || !strings.Contains(f.Title, "30 分钟") {
			t.Errorf("held: %+v %+v", held, held.Notice)
		}
	})
}
