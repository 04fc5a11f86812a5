package console

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/jobs"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// everywhere are the pages that need nothing but to be opened.
var everywhere = []string{
	"/console/", "/console/shops", "/console/shops.csv", "/console/shops/import", "/console/merchants", "/console/members", "/console/passes", "/console/passes?state=active",
	"/console/redemptions", "/console/redemptions.csv", "/console/statements", "/console/statements.csv", "/console/trial", "/console/trial.csv",
	"/console/entries", "/console/entries.csv", "/console/proof", "/console/jobs", "/console/audit", "/console/audit/proof",
	"/console/plans", "/console/plans/new", "/console/access",
}

// forMerchants are those of them that merchants may open.
var forMerchants = map[string]bool{
	"/console/": true, "/console/shops": true, "/console/shops.csv": true, "/console/redemptions": true, "/console/redemptions.csv": true, "/console/statements": true, "/console/statements.csv": true,
}

func TestEachRoleOpensItsPagesAndNoOthers(t *testing.T) {
	g := newRig(t)
	g.paid(12850)
	staff := g.enter("13900000003", "", account.Grant{Role: account.Staff, Merchant: string(g.ours.Merchant), Shop: string(g.ours.ID)}, account.ConsoleApp)
	writes := map[string]bool{"/console/shops/import": true, "/console/plans/new": true, "/console/access": true}
	want := func(ok bool) int {
		if ok {
			return http.StatusOK
		}
		return http.StatusForbidden
	}
	for _, path := range everywhere {
		for _, c := range []struct {
			who    *person
			name   string
			status int
		}{
			{g.operator, "operator", http.StatusOK},
			{g.auditor, "auditor", want(!writes[path])},
			{g.merchant, "merchant", want(forMerchants[path])},
			{staff, "staff", http.StatusForbidden},
		} {
			if got := c.who.Do(t, "GET "+path); got.Status != c.status {
				t.Errorf("%s gets %s with %d, want %d: %.300s", c.name, path, got.Status, c.status, got.Text)
			}
		}
		if got := webtest.NewClient(t, g.url).Do(t, "GET "+path); got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Location, "/console/signin") {
			t.Errorf("a stranger gets %s with %d, led to %q", path, got.Status, got.Location)
		}
	}
}

func TestMenuShowsOnlyWhatTheRoleMayOpen(t *testing.T) {
	g := newRig(t)
	href := regexp.MustCompile(`<nav class="menu"[\s\S]*?</nav>`)
	for name, who := range map[string]*person{"operator": g.operator, "auditor": g.auditor, "merchant": g.merchant} {
		menu := href.FindString(who.get("/console/"))
		for _, m := range regexp.MustCompile(`href="(/console/[^"]*)"`).FindAllStringSubmatch(menu, -1) {
			if got := who.Do(t, "GET "+m[1]); got.Status != http.StatusOK {
				t.Errorf("the %s's menu has %s, which answers %d", name, m[1], got.Status)
			}
		}
	}
}

// What is a stranger's is not there for a merchant, and an auditor changes
// nothing.
func TestWhatIsNotOnesOwnIsNotThere(t *testing.T) {
	g := newRig(t)
	red := g.paid(12850)
	foreign := g.enter("13900000004", "外人", account.Grant{Role: account.Merchant, Merchant: string(g.theirs.Merchant)}, account.ConsoleApp)
	at, house := shopPath(g.ours.ID), string(g.ours.Merchant)
	for _, path := range []string{
		at, at + "/terms", at + "/offers", at + "/pause", at + "/leave", at + "/sign", at + "/sign.svg",
		"/console/merchants/" + house, "/console/redemptions/" + string(red.ID), "/console/statements/" + house + "/2026-03-02",
		"/console/statements/" + house + "/2026-03-02/csv", "/console/shops?merchant=" + house, "/console/redemptions?merchant=" + house,
		"/console/redemptions?shop=" + string(g.ours.ID), "/console/statements?merchant=" + house, "/console/?merchant=" + house,
	} {
		if got := foreign.Do(t, "GET "+path); got.Status != http.StatusNotFound {
			t.Errorf("GET %s answers %d to another merchant", path, got.Status)
		}
		if got := g.merchant.Do(t, "GET "+path); got.Status != http.StatusOK {
			t.Errorf("GET %s answers %d to its merchant: %.300s", path, got.Status, got.Text)
		}
	}
	for _, path := range []string{
		at + "/open", at + "/pause", at + "/resume", at + "/leave", at + "/terms", at + "/offers", at + "/offers/off_1/end", at + "/team",
		at + "/team/" + string(g.staff.Person), "/console/redemptions/" + string(red.ID) + "/undo",
	} {
		if got := foreign.send(path, "reason", "x", "kind", "percent", "percent", "20", "title", "x"); got.Status != http.StatusNotFound {
			t.Errorf("POST %s answers %d to another merchant", path, got.Status)
		}
		if got := g.auditor.send(path, "reason", "x"); got.Status != http.StatusForbidden {
			t.Errorf("POST %s answers %d to an auditor", path, got.Status)
		}
	}
	now, err := g.Shop.Get(t.Context(), g.ours.ID)
	g.must(err)
	if now.State != shop.Live || now.Terms.Version != g.ours.Terms.Version {
		t.Errorf("the shop was changed: %+v", now)
	}
}

func TestARedemptionIsSeenFromTillToBooks(t *testing.T) {
	g := newRig(t)
	red := g.paid(12850)
	path := "/console/redemptions/" + string(red.ID)
	shows(t, g.merchant.get("/console/"), "¥115.65", "¥12.85")
	shows(t, g.merchant.get("/console/redemptions?state=committed&day=2026-03-02&shop="+string(g.ours.ID)), "¥115.65", "已收款", "王*")
	page := g.operator.get(path)
	shows(t, page, "价格怎么来的", "九折", red.Payment, "CWR1.", "小李", "redeem/"+string(red.ID), "应付商户")
	if own := g.merchant.get(path); strings.Contains(own, "/console/entries") || strings.Contains(own, "/console/members") {
		t.Error("a merchant is led to the books or to members")
	}
	shows(t, g.operator.get("/console/entries/redeem/"+string(red.ID)), "老张面馆商贸", "¥114.96")
	shows(t, g.operator.get("/console/trial?day=2026-03-02"), "借贷平衡")
	shows(t, g.operator.get("/console/entries?day=2026-03-02&account=merchant.pending"), "¥114.96", "核销")
	shows(t, g.operator.get("/console/proof"), "账是平的")
	shows(t, g.merchant.get("/console/statements/"+string(g.ours.Merchant)+"/2026-03-02"), "未结账", "¥114.96")

	shows(t, g.merchant.get(path), "撤销并退款 ¥115.65")
	g.merchant.done(path, path+"/undo")
	if page := g.merchant.get(path); strings.Contains(page, "撤销并退款") {
		t.Error("undoing is still offered")
	}
	g.clock.Set(dbtest.Day.Add(15 * time.Hour)) // 01:00 on the next day.
	g.drain()
	g.merchant = g.enter("13900000002", "", account.Grant{Role: account.Merchant, Merchant: string(g.ours.Merchant)}, account.ConsoleApp) // The session of the day before is over.
	shows(t, g.merchant.get("/console/statements"), "已结账")
	shows(t, g.merchant.get("/console/statements/"+string(g.ours.Merchant)+"/2026-03-02"), "已结账", "撤销", "-¥115.65")
	file := g.merchant.Do(t, "GET /console/statements/"+string(g.ours.Merchant)+"/2026-03-02/csv")
	shows(t, file.Text, "115.65", "-115.65")
	if !strings.Contains(file.Header.Get("Content-Disposition"), "statement-2026-03-02.csv") {
		t.Errorf("the file is called %q", file.Header.Get("Content-Disposition"))
	}
}

// A phone number is asked for in a form that is posted, and never stands in an
// address.
func TestMembersAreFoundByNameOrWholeNumber(t *testing.T) {
	g := newRig(t)
	path := "/console/members/" + string(g.member.Person)
	g.operator.done(path, "/console/members/find", "q", "138 0000 0001")
	g.operator.done("/console/members?q=%E5%B0%8F%E6%98%8E", "/console/members/find", "q", "小明")
	shows(t, g.operator.get("/console/members?q=%E5%B0%8F%E6%98%8E"), "王小明", "138****0001")
	text := g.operator.refused(http.StatusNotFound, "没有找到这个人", "/console/members/find", "q", "13812345678")
	if strings.Contains(text, "13812345678") {
		t.Error("the number is shown again")
	}
	g.operator.refused(http.StatusUnprocessableEntity, "手机号不对", "/console/members/find", "q", "1381234567")
	shows(t, g.auditor.get(path), "体验卡", "有效")
	if text := g.operator.get("/console/members"); regexp.MustCompile(`\b1[3-9]\d{9}\b`).MatchString(text) {
		t.Error("a whole phone number is shown")
	}
}

func TestADeadJobIsSeenAndRunAgain(t *testing.T) {
	g := newRig(t)
	g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error { return jobs.Enqueue(tx, "broken", "one", time.Time{}, nil) }))
	g.Runner.Handle("broken", 1, time.Second, func(context.Context, jobs.Job) error { return errors.New("no luck") })
	g.drain()
	shows(t, g.operator.get("/console/"), "有 1 个任务失败了")
	list := g.operator.get("/console/jobs?state=dead")
	shows(t, list, "broken", "no luck", "重新运行")
	if strings.Contains(g.auditor.get("/console/jobs?state=dead"), "重新运行") {
		t.Error("an auditor is offered to run it again")
	}
	rerun := regexp.MustCompile(`action="(/console/jobs/[^"]+/rerun)"`).FindStringSubmatch(list)
	g.operator.done("/console/jobs", rerun[1])
	shows(t, g.operator.get("/console/jobs"), "排队中")
	if got := g.operator.send(rerun[1]); got.Status != http.StatusNotFound {
		t.Errorf("running it twice answers %d", got.Status)
	}
	shows(t, g.operator.get("/console/audit"), "重新运行任务")
}

func TestAuditIsReadAndVerified(t *testing.T) {
	g := newRig(t)
	shows(t, g.auditor.get("/console/audit?object="+string(g.ours.ID)), "改会员权益", "门店上线", "林运营")
	_, err := account.Seal(t.Context(), g.DB)
	g.must(err)
	shows(t, g.auditor.get("/console/audit/proof"), "全部对得上", "链头")
}

func TestPlansAreAddedAndChanged(t *testing.T) {
	g := newRig(t)
	g.operator.refused(http.StatusUnprocessableEntity, "代号用 2 到 32 个", "/console/plans", "code", "Half Year", "zh", "半年卡", "en", "Half a year", "price", "98", "days", "182", "sold", "1")
	text := g.operator.refused(http.StatusUnprocessableEntity, "金额不对", "/console/plans", "code", "half", "zh", "半年卡", "en", "Half a year", "price", "九十八", "days", "182")
	shows(t, text, `value="半年卡"`)
	g.operator.done("/console/plans", "/console/plans", "code", "half", "zh", "半年卡", "en", "Half a year", "price", "98", "days", "182", "sold", "1")
	shows(t, g.auditor.get("/console/plans"), "半年卡", "¥98.00", "在售")
	shows(t, g.operator.get("/console/plans/half"), `value="98.00"`)
	if got := g.operator.Do(t, "GET /console/plans/none"); got.Status != http.StatusNotFound {
		t.Errorf("a plan that is not there answers %d", got.Status)
	}
}

func TestTheSignIsAFileThatStandsAlone(t *testing.T) {
	g := newRig(t)
	shows(t, g.merchant.get(shopPath(g.ours.ID)+"/sign"), "/sign.svg", g.url+"/s/"+g.ours.Number)
	svg := g.merchant.Do(t, "GET "+shopPath(g.ours.ID)+"/sign.svg?keep=1")
	shows(t, svg.Text, "<svg", "老张面馆", "城市漫步")
	if !strings.Contains(svg.Header.Get("Content-Disposition"), "sign-"+g.ours.Number) {
		t.Errorf("it is kept as %q", svg.Header.Get("Content-Disposition"))
	}
}

func TestMalformedAddressesAreRefusedQuietly(t *testing.T) {
	g := newRig(t)
	for path, status := range map[string]int{
		"/console/redemptions?day=yesterday": http.StatusBadRequest, "/console/redemptions?state=lost": http.StatusNotFound,
		"/console/redemptions?shop=shp_x": http.StatusNotFound, "/console/redemptions?person=per_x": http.StatusNotFound,
		"/console/shops?state=open": http.StatusNotFound, "/console/shops?after=!": http.StatusBadRequest, "/console/shops/shp_x": http.StatusNotFound,
		"/console/merchants/mer_x": http.StatusNotFound, "/console/members/per_x": http.StatusNotFound, "/console/members/" + string(g.ours.ID): http.StatusNotFound,
		"/console/statements?before=x": http.StatusBadRequest, "/console/statements/mer_x/2026-03-02": http.StatusNotFound,
		"/console/statements/" + string(g.ours.Merchant) + "/today": http.StatusNotFound, "/console/entries?account=tea": http.StatusNotFound,
		"/console/entries/no/such/key": http.StatusNotFound, "/console/jobs?state=lost": http.StatusNotFound, "/console/audit?before=x": http.StatusNotFound,
		"/console/trial?day=2026-13-01": http.StatusBadRequest, "/console/join/nothing": http.StatusGone, "/console/nowhere": http.StatusNotFound,
	} {
		if got := g.operator.Do(t, "GET "+path); got.Status != status {
			t.Errorf("GET %s answers %d, want %d", path, got.Status, status)
		}
	}
}

// A merchant of several houses chooses whose day it sees.
func TestSeveralMerchantsAreChosenBetween(t *testing.T) {
	g := newRig(t)
	_, err := g.Account.Appoint(t.Context(), "13900000002", "", account.Grant{Role: account.Merchant, Merchant: string(g.theirs.Merchant)})
	g.must(err)
	shows(t, g.merchant.get("/console/"), "老张面馆商贸", "隔壁火锅商贸")
	shows(t, g.merchant.get("/console/shops?merchant="+string(g.theirs.Merchant)), "隔壁火锅")
	shows(t, g.merchant.get("/console/redemptions?shop="+string(g.theirs.ID)), "还没有核销")
}

// TestTodaySaysThatCodesAreHeldBack shows both reasons to the operator, and
// leads to where the audit says more.
func TestTodaySaysThatCodesAreHeldBack(t *testing.T) {
	g := newRig(t)
	if page := g.operator.get("/console/"); strings.Contains(page, "验证码") {
		t.Error("codes are spoken of though none is held back")
	}
	g.Account.Limits = account.Limits{Sample: 1, Day: 1}
	_, err := g.Account.Challenge(t.Context(), "13800000099", account.Client{})
	g.must(err)
	g.clock.Advance(5 * time.Minute)
	put, err := g.Account.Watch(t.Context())
	g.must(err)
	if len(put) != 2 {
		t.Fatalf("put %v", put)
	}
	shows(t, g.operator.get("/console/"), "最近一小时发了 1 条验证码，只有 0 条被用上。", "今天的 1 条验证码已经发完", `href="/console/audit?object=unmet"`)
	shows(t, g.operator.get("/console/audit?object=unmet"), "验证码暂缓发送")
	if page := g.merchant.get("/console/"); strings.Contains(page, "验证码") {
		t.Error("a merchant is told of it")
	}
}
