package main

import (
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/web/webtest"
)

// TestMainJob plays the whole main job as people do, with a desk and two
// phones, on the real restaurants of Shanghai: the operator imports them and
// opens one, its staff joins, a member buys a pass and pays a bill, staff
// undoes another, a third comes in by the sign, and the books prove.
func TestMainJob(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			c := found(t, engine)
			c.command("operator", "add", "13900000001", "--name", "周运营")
			desk := webtest.Open(t, webtest.Desktop, c.base+"/console/")
			c.signIn(desk, "13900000001")
			c.importShops(desk)
			link, number := c.openShop(desk)
			staff := c.joinStaff(link)
			member := c.buyPass()

			c.scan(staff, member, "128.50", "¥115.65")
			staff.Click("下一位")
			member.Click("完成")
			c.scan(staff, member, "200", "¥180.00")
			c.undo(staff, member)
			staff.Click("下一位")
			c.signDoor(staff, member, number)
			c.books(desk)
			if out := c.command("ledger", "prove"); out != "The books prove.\n" {
				t.Errorf("prove: %s", out)
			}
		})
	}
}

// importShops imports the file twice: all of it first, nothing the second time.
func (c *city) importShops(desk *webtest.Page) {
	desk.WaitText("今天")
	c.look(desk, "console-today-empty", true)
	desk.Click("门店")
	for _, first := range []bool{true, false} {
		desk.Click("导入门店")
		choose(c.t, desk, "chinatravel-poi/restaurants/restaurants_shanghai.csv")
		desk.Fill("坐标系", "gcj02")
		desk.Fill("列的对应", "name=Name,lat=Lat,lng=Lon,price=Price,category=CuisineName,opens=WeekdayOpenTime,closes=WeekdayCloseTime,dishes=RecommendedFood")
		c.look(desk, "console-import", false)
		desk.Click("试跑")
		desk.WaitText("试跑结果，还没有导入")
		if !first {
			desk.WaitText("没有要写入的，和现有的一样。")
			return
		}
		c.look(desk, "console-import-dry", false)
		desk.Click("导入：新增")
		desk.WaitText("导入完成")
		c.look(desk, "console-imported", false)
		desk.Open(c.base + "/console/shops")
	}
}

// openShop gives a shop a merchant and terms, opens it, and returns the link
// of an invitation for its staff and the number of its sign.
func (c *city) openShop(desk *webtest.Page) (link, number string) {
	desk.Open(c.base + "/console/shops")
	c.look(desk, "console-shops", true)
	desk.Fill("店名、类别或菜名", "福和慧")
	desk.Click("筛选")
	desk.Click("福和慧")
	c.look(desk, "console-shop-draft", true)
	number = one(c.t, desk, `\b\d{6}\b`)
	desk.Fill("或者新商家的名称", "福和慧餐饮")
	desk.Click("[action$=assign] button")
	desk.WaitText("已指定商家。")
	desk.Click("设置会员权益")
	desk.Fill("减百分之几", "10")
	desk.Fill("每人每天几次", "5")
	c.look(desk, "console-terms", false)
	desk.Click("保存")
	desk.WaitText("会员权益已保存")
	desk.Click("上线，开始收会员卡")
	desk.WaitText("已上线")
	desk.Click("邀请店员")
	c.look(desk, "console-invite", false)
	return one(c.t, desk, `http\S+/till/join/\S+`), number
}

// joinStaff opens the link on the phone of somebody who is new.
func (c *city) joinStaff(link string) *webtest.Page {
	staff := webtest.Open(c.t, webtest.Phone, link)
	c.look(staff, "till-join", true)
	staff.Click("用手机号登录")
	c.signIn(staff, "13800000002")
	staff.Click("接受邀请")
	staff.WaitText("你可以在这家店收会员卡了")
	c.look(staff, "till-shop", true)
	return staff
}

// buyPass finds the shop, signs in and buys the annual pass at the provider's
// cashier, with one-tap payments from then on.
func (c *city) buyPass() *webtest.Page {
	member := webtest.Open(c.t, webtest.Phone, c.base+"/")
	member.WaitText("福和慧")
	c.look(member, "member-explore", true)
	member.Click("福和慧")
	c.look(member, "member-shop", true)
	member.Open(c.base + "/card")
	c.look(member, "member-sell", true)
	member.Click("登录后开卡")
	c.look(member, "member-signin", true)
	c.signIn(member, "13800000003")
	member.Click("¥168.00")
	member.WaitText("沙盒收银台")
	c.look(member, "cashier", false)
	member.Click("支付并开通免密支付")
	member.WaitText("出示会员码")
	c.look(member, "member-pass", true)
	return member
}

// scan takes a bill from the member's code before the camera to the money.
func (c *city) scan(staff, member *webtest.Page, bill, due string) {
	member.Open(c.base + "/card")
	member.WaitCount(".code-qr svg", 1)
	c.look(member, "member-card", true)
	member.WaitCount(".code-qr svg", 1)
	digits := webtest.Eval[string](member, `document.querySelector(".code-digits").innerText.replace(/\s/g, "")`)
	staff.SeeQR(digits)
	staff.WaitURL("/till/bills/")
	staff.SeeQR("")
	c.look(staff, "till-enter", true)
	member.WaitText("店员扫到了")
	c.look(member, "member-presented", true)
	staff.Fill("输入金额", bill)
	staff.Click("发给会员确认")
	staff.WaitText("会员正在确认")
	c.look(staff, "till-confirming", true)
	member.WaitText("确认支付 " + due)
	c.look(member, "member-confirm", true)
	member.Click("确认支付 " + due)
	member.WaitText("付好了")
	member.WaitText(due)
	c.look(member, "member-paid", true)
	staff.WaitText("收款成功")
	staff.WaitText(due)
	c.look(staff, "till-paid", true)
}

// undo gives the bill back while there is time, and both phones say so.
func (c *city) undo(staff, member *webtest.Page) {
	if left := one(c.t, staff, `1[45]:\d\d`); left == "" {
		c.t.Error("the till does not say how long there is time")
	}
	staff.Click("撤销")
	staff.WaitText("已撤销，钱退给会员")
	c.look(staff, "till-undone", true)
	member.WaitText("退款")
	member.WaitText("这次用卡")
	c.look(member, "member-undone", true)
}

// signDoor takes a bill that the member enters at the shop's sign. It is above
// what is paid by one tap, so the phone goes to the cashier by itself.
func (c *city) signDoor(staff, member *webtest.Page, number string) {
	member.Open(c.base + "/s/" + number)
	c.look(member, "member-sign", true)
	member.Fill("账单金额", "600")
	member.Click("算一算")
	member.WaitText("确认支付 ¥540.00")
	c.look(member, "member-estimate", false)
	member.Click("确认支付 ¥540.00")
	member.WaitText("等店员确认")
	c.look(member, "member-requested", true)
	staff.WaitCount(".match", 1)
	c.look(staff, "till-request", true)
	match := webtest.Eval[string](member, `document.querySelector(".match").innerText`)
	if same := webtest.Eval[string](staff, `document.querySelector(".match").innerText`); same != match || len(match) != 2 {
		c.t.Errorf("the phones show %q and %q", match, same)
	}
	staff.Click("[action$=accept] button")
	staff.WaitText("会员正在付款")
	c.look(staff, "till-paying", true)
	member.WaitText("沙盒收银台")
	member.Click("支付 ¥540.00")
	member.WaitText("付好了")
	staff.WaitText("收款成功")
	staff.Click("下一位")
	staff.Click("今日")
	staff.WaitText("¥655.65")
	c.look(staff, "till-today", true)
	member.Click("看小票")
	member.WaitText("签名凭证")
	c.look(member, "member-receipt", true)
}

// books reads in the console what the day has come to.
func (c *city) books(desk *webtest.Page) {
	for _, page := range []struct {
		path, name string
		says       []string
	}{
		{"/console/", "console-today", []string{"¥655.65", "福和慧"}},
		{"/console/redemptions", "console-redemptions", []string{"¥115.65", "已退款", "**0003"}},
		{"/console/members", "console-members", []string{"138****0003"}},
		{"/console/statements", "console-statements", []string{"福和慧餐饮", "¥655.65", "¥3.93", "¥651.72"}},
		{"/console/trial", "console-trial", []string{"期末合计是 ¥0.00，借贷平衡。", "¥651.72"}},
		{"/console/entries", "console-entries", []string{"¥115.65"}},
		{"/console/proof", "console-proof", []string{"账是平的"}},
		{"/console/jobs", "console-jobs", nil},
		{"/console/audit", "console-audit", []string{"撤销核销"}},
		{"/console/audit/proof", "console-audit-proof", []string{"全部对得上"}},
	} {
		desk.Open(c.base + page.path)
		for _, words := range page.says {
			if !strings.Contains(desk.Text(), words) {
				c.t.Errorf("%s does not say %s:\n%s", page.path, words, desk.Text())
			}
		}
		if strings.Contains(desk.Text(), "13800000003") {
			c.t.Errorf("%s shows a whole phone number", page.path)
		}
		c.look(desk, page.name, true)
	}
}
