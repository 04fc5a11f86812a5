package console

import (
	"os"
	"strings"
	"testing"

	"citywalk/curate"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// looks are the ways in which people look at the console. The others are
// looked at when the pictures are wanted.
func looks() map[string]webtest.Device {
	look := func(d webtest.Device, dark bool, language string) webtest.Device {
		d.Dark, d.Language = dark, language
		return d
	}
	all := map[string]webtest.Device{"desktop-zh": look(webtest.Desktop, false, "zh-CN"), "phone-en-dark": look(webtest.Phone, true, "en")}
	if os.Getenv("CITYWALK_SHOTS") != "" {
		all["desktop-en-dark"], all["phone-zh"] = look(webtest.Desktop, true, "en"), look(webtest.Phone, false, "zh-CN")
	}
	return all
}

// TestPagesOnDesktopAndPhone looks at every page as an operator does: nothing
// is wider than the screen, everything is large enough, and axe finds nothing.
func TestPagesOnDesktopAndPhone(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			red := g.paid(12850)
			g.paid(3300)
			draft := g.draft("还没签的店")
			at := shopPath(g.ours.ID)
			v := g.settle()
			proposed, appealed, listed := v.others[0].ID, v.others[1].ID, v.others[2].ID
			g.included(g.operator, listed)
			_, err := g.Curate.Decide(t.Context(), v.colleague.Session, proposed, curate.Ruling{Verdict: curate.Included, Reason: "汤头好", Tie: curate.Tie{Words: "店主是表哥"}}, g.key())
			g.must(err)
			g.appealed(v, appealed)
			reported := casePath(string(g.noted().ID))
			page := webtest.Open(t, device, "")
			look := func(shot string) {
				t.Helper()
				page.Axe()
				page.Screenshot(name + "-" + shot)
				if wide := webtest.Eval[int64](page, "document.documentElement.scrollWidth"); wide > device.Width {
					t.Errorf("%s is %d px wide", shot, wide)
				}
				if small := webtest.Eval[string](page, smallTargets); small != "" {
					t.Errorf("%s has targets below 44 px: %s", shot, small)
				}
			}
			page.Open(g.url + "/console/signin")
			look("signin")
			page.SetCookie(g.url, "console", g.operator.token)
			for _, p := range []struct{ shot, path string }{
				{"today", "/console/"}, {"curation", "/console/curation"}, {"curation-alarms", "/console/curation?view=alarms"}, {"waiting", "/console/curation/waiting"},
				{"review", reviewPath(v.praised.ID)}, {"review-listed", reviewPath(listed)},
				{"review-proposed", reviewPath(proposed)}, {"review-appealed", reviewPath(appealed)},
				{"visit", visitPath(g.ours.ID)}, {"visits", visitsPath},
				{"shops", "/console/shops"}, {"shop", at}, {"draft", shopPath(draft.ID)}, {"terms", at + "/terms"},
				{"offers", at + "/offers"}, {"pause", at + "/pause"}, {"leave", at + "/leave"}, {"sign", at + "/sign"}, {"import", "/console/shops/import"}, {"add", "/console/shops/add"}, {"about", at + "/about"},
				{"staff", at + "/team/" + string(g.staff.Person)}, {"merchants", "/console/merchants"}, {"merchant", merchantPath(g.ours.Merchant)},
				{"members", "/console/members"}, {"passes", "/console/passes?state=active"}, {"member", "/console/members/" + string(g.member.Person)},
				{"redemptions", "/console/redemptions?shop=" + string(g.ours.ID)}, {"redemption", "/console/redemptions/" + string(red.ID)},
				{"statements", "/console/statements"}, {"statement", "/console/statements/" + string(g.ours.Merchant) + "/2026-03-02"},
				{"trial", "/console/trial"}, {"entries", "/console/entries"}, {"entry", "/console/entries/redeem/" + string(red.ID)}, {"proof", "/console/proof"},
				{"reports", reportsPath}, {"reported", reported}, {"notes", shopNotesPath(g.ours.ID)}, {"jobs", "/console/jobs"}, {"audit", "/console/audit"}, {"audit-proof", "/console/audit/proof"},
				{"plans", "/console/plans"}, {"plan", "/console/plans/annual"}, {"access", "/console/access"},
			} {
				page.Open(g.url + p.path)
				look(p.shot)
			}
			page.SetCookie(g.url, "console", g.merchant.token)
			page.Open(g.url + dossierPath(g.ours.ID))
			look("dossier-none")
			g.written(g.ours)
			g.decided(g.ours, curate.Excluded, "汤头好，可是等位太久，大家说得很重。等位短下来，再来看。")
			page.Open(g.url + dossierPath(g.ours.ID))
			look("dossier")
			_, err = g.Curate.Appeal(t.Context(), g.merchant.Session, g.ours.ID, "上个月加了十二个座位，周末等位从四十分钟降到十分钟，请再来看看。")
			g.must(err)
			page.Reload()
			look("dossier-appealed")
			page.Open(g.url + "/console/")
			look("today-merchant")
		})
	}
}

// smallTargets names what can be pressed and is lower than a finger.
const smallTargets = `[...document.querySelectorAll("a.button, button, .menu a, summary, select, .radio, .back, .chip, .day, .tri span, .marks span, .tile, .visit-more")]
	.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80)).join("\n")`

// An operator takes a city from a file to its first shop with a team, in a
// browser, and watches the first bill come in.
func TestFromAFileToTheFirstBill(t *testing.T) {
	g := newRig(t)
	page := webtest.Open(t, webtest.Desktop, "")
	page.SetCookie(g.url, "console", g.operator.token)
	page.Open(g.url + "/console/shops/import")
	page.Expect("422")
	page.Fill("列的对应", "name=Name,lat=Lat,lng=Lon")
	choose(page, "shops.csv", "Name,Lat,Lon\n东方小馆,31.2397,121.4998\n坏的一家,百度,121.4\n")
	page.Click("试跑")
	page.WaitText("试跑结果，还没有导入")
	page.WaitText("不能导入的 1 条")
	page.Screenshot("import-dry")
	page.Axe()
	page.Click("导入：新增 1 家，更新 0 家")
	page.WaitText("导入完成")
	page.Click("看未上线的门店")
	page.Click("东方小馆")
	page.Fill("或者新商家的名称", "东方餐饮")
	page.Click("指定")
	page.WaitText("已指定商家")
	page.Click("设置会员权益")
	page.Fill("减百分之几", "九十九")
	page.Click("保存")
	page.WaitText("减免比例在 1% 到 90% 之间")
	page.Screenshot("terms-refused")
	page.Axe()
	page.Fill("减百分之几", "12")
	page.Click("看看会员怎么读")
	page.WaitText("八八折")
	page.Screenshot("terms-preview")
	page.Click("保存")
	page.WaitText("会员权益已保存")
	page.Click("上线，开始收会员卡")
	page.WaitText("已上线")
	page.Click("邀请店员")
	page.WaitText("请对方用手机扫这个码")
	page.Screenshot("invite")
	page.Axe()

	page.Open(g.url + "/console/")
	page.WaitText("还没有核销")
	g.paid(12850)
	page.WaitText("¥115.65") // It comes by itself.
	hits, err := g.Shop.Search(t.Context(), shop.Query{Name: "东方小馆", State: shop.Live})
	g.must(err)
	if len(hits) != 1 || hits[0].Terms.Percent != 12 {
		t.Errorf("found %+v", hits)
	}
}

// choose puts a file into the page's field, which no key can.
func choose(page *webtest.Page, name, content string) {
	script := strings.NewReplacer("NAME", name, "CONTENT", strings.ReplaceAll(content, "\n", `\n`)).Replace(`(() => {
		const files = new DataTransfer();
		files.items.add(new File(["CONTENT"], "NAME", {type: "text/csv"}));
		document.querySelector("input[type=file]").files = files.files;
		return true;
	})()`)
	webtest.Eval[bool](page, script)
}

// j and k walk a table, and enter opens the row.
func TestTablesAreWalkedByKeys(t *testing.T) {
	g := newRig(t)
	page := webtest.Open(t, webtest.Desktop, "")
	page.SetCookie(g.url, "console", g.operator.token)
	page.Open(g.url + "/console/shops")
	page.Press("j")
	page.Press("j")
	page.Press("k")
	page.Press("j")
	page.WaitCount("tr[aria-selected=true]", 1)
	page.Axe()
	page.Press("\r")
	page.WaitURL("/console/shops/shp_")
}

// A reviewer decides by keys alone and is led from shop to shop.
func TestAReviewByKeys(t *testing.T) {
	g := newRig(t)
	g.settle()
	page := webtest.Open(t, webtest.Desktop, "")
	page.SetCookie(g.url, "console", g.operator.token)
	page.Open(g.url + "/console/curation")
	page.Press("j")
	page.WaitCount("tr[aria-selected=true]", 1)
	page.Press("\r")
	page.WaitURL("/console/curation/shops/shp_")
	first := page.URL()
	page.Press("n")
	page.WaitText("评审队列 2/")
	page.Press("p")
	page.WaitText("评审队列 1/")
	if page.URL() != first {
		t.Errorf("n and p lead from %s to %s", first, page.URL())
	}
	page.Press("?")
	page.WaitCount("details[data-keys-help][open]", 1)
	page.Axe()
	page.Press("2")
	page.WaitCount("input[name=verdict][value=watched]:checked", 1)
	page.Fill("公开理由", "等新菜单出来再看")
	page.Click("没有")
	page.Screenshot("review-decide")
	page.Click("决定")
	page.WaitText("上一家已记为观察")
	if at := page.URL(); at == first || !strings.Contains(at, "/console/curation/shops/shp_") {
		t.Errorf("after a decision the page is %s", at)
	}
	page.Press("1")
	page.Click("会请第二位同事确认")
	page.Fill("是什么关系", "店主是我表哥")
	page.Fill("公开理由", "汤头好")
	page.Screenshot("review-tie")
	page.Axe()
	page.Click("决定")
	page.WaitText("等另一位同事确认")
}
