package till

import (
	"os"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/fault"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// looks are the ways in which people look at the app. The other two are looked
// at when the pictures are wanted.
func looks() map[string]webtest.Device {
	look := func(dark bool, language string) webtest.Device {
		d := webtest.Phone
		d.Dark, d.Language = dark, language
		return d
	}
	all := map[string]webtest.Device{"zh-light": look(false, "zh-CN"), "en-dark": look(true, "en")}
	if os.Getenv("CITYWALK_SHOTS") != "" {
		all["zh-dark"], all["en-light"] = look(true, "zh-CN"), look(false, "en")
	}
	return all
}

func languageOf(d webtest.Device) fault.Lang {
	if d.Language == "en" {
		return fault.En
	}
	return fault.Zh
}

// settled looks at the page that is shown: axe finds nothing, nothing is wider
// than the screen, and what is pressed is large enough and in reach.
func settled(t *testing.T, page *webtest.Page, shot string) {
	t.Helper()
	page.Axe()
	page.Screenshot(shot)
	if wide := webtest.Eval[int](page, "document.documentElement.scrollWidth"); wide > 390 {
		t.Errorf("%s is %d px wide on a phone", shot, wide)
	}
	if small := webtest.Eval[string](page, smallTargets); small != "" {
		t.Errorf("%s has targets below 44 px: %s", shot, small)
	}
	if cut := webtest.Eval[string](page, cutSums); cut != "" {
		t.Errorf("%s cuts: %s", shot, cut)
	}
}

// smallTargets names what can be pressed and is lower than a finger; cutSums
// names amounts that are wider than their place.
const (
	smallTargets = `[...document.querySelectorAll("a.button, button, .till-nav a, .tally a, .row-main, .back")]
		.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80)).join("\n")`
	cutSums = `[...document.querySelectorAll(".big-sum, .match, .tally strong, h1, h2, .sum")]
		.filter(e => e.checkVisibility() && !e.matches(".sr") && (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 || e.getBoundingClientRect().right > 390)).map(e => e.outerHTML.slice(0, 80)).join("\n")`
	primaryInReach = `(() => { const b = [...document.querySelectorAll(".button.primary")].find(e => e.checkVisibility());
		const r = b.getBoundingClientRect(); return r.bottom <= innerHeight && r.top >= innerHeight / 2 })()`
)

// reached fails the test unless the screen's first button is in reach of the
// thumb, without scrolling.
func reached(t *testing.T, page *webtest.Page, what string) {
	t.Helper()
	if !webtest.Eval[bool](page, primaryInReach) {
		t.Errorf("%s: the button is out of reach", what)
	}
}

// A looking is one way of looking at the app, and whoever takes part.
type looking struct {
	*rig
	t          *testing.T
	name       string
	page       *webtest.Page
	c          *clerk
	who, other account.Session
}

func (l looking) at(shot, path string) {
	l.t.Helper()
	l.page.Open(l.url + path)
	settled(l.t, l.page, l.name+"-"+shot)
}

// TestPagesOnAPhone looks at every page as staff does, with a long name of a
// shop and a large bill.
func TestPagesOnAPhone(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := sqlite(t)
			g.shop = g.addShop("", "上海老张家本帮葱油面馆（南京西路静安寺旗舰店）", shop.Terms{Kind: shop.Percent, Percent: 10, PerDay: 10})
			l := looking{g, t, name, webtest.Open(t, device, ""), g.staff(g.shop), g.member("王小明"), g.member("李雷")}
			l.start(languageOf(device))
			l.bill()
			l.sign()
			l.refusals()
			l.otherShop()
		})
	}
}

// start is from the invitation to the camera.
func (l looking) start(lang fault.Lang) {
	in, err := l.Account.Invite(l.t.Context(), l.operator, account.Grant{Role: account.Staff, Merchant: string(l.shop.Merchant), Shop: string(l.shop.ID)})
	l.must(err)
	l.at("join", "/till/join/"+in.Token)
	l.at("signin", "/till/signin")
	l.page.SetCookie(l.url, "till", l.c.token)
	l.at("joinin", "/till/join/"+in.Token)
	l.page.SeeQR("")
	l.page.Open(l.url + at(l.shop.ID))
	l.page.WaitText(Words().Say(lang, "ui.scan.aim"))
	l.page.WaitCount(".link-state[data-ok=yes]", 1)
	settled(l.t, l.page, l.name+"-camera")
	l.at("type", at(l.shop.ID)+"/type")
	reached(l.t, l.page, "typing")
	l.at("today-none", at(l.shop.ID)+"/today")
}

// bill is the first door, with everything that may go wrong on the way.
func (l looking) bill() {
	ctx, page := l.t.Context(), l.page
	red := l.scanned(l.c, l.who)
	l.at("enter", bill(red.ID))
	reached(l.t, page, "the amount")
	page.Click(".keypad [data-key='0']")
	page.Click(".till-bill .button.primary")
	settled(l.t, page, l.name+"-amount-refused")
	reached(l.t, page, "the refused amount")
	l.must2(l.Redeem.Price(ctx, l.c.session, red.ID, 12850, l.key()))
	l.at("confirming", bill(red.ID))
	l.at("change", bill(red.ID)+"/change")
	l.must2(l.Redeem.Dispute(ctx, l.who, red.ID, l.key()))
	l.at("disputed", bill(red.ID))
	reached(l.t, page, "the disputed amount")
	l.must2(l.Redeem.Price(ctx, l.c.session, red.ID, 4_999_999, l.key()))
	l.must2(l.confirm(l.who, l.look(l.c, red.ID)))
	l.at("paying", bill(red.ID))
	l.settle(l.who, red.ID)
	l.at("paid", bill(red.ID))
	l.at("record", bill(red.ID)+"/record")
	undo := l.paid(l.c, l.who, "128.50")
	l.must2(l.Redeem.Undo(ctx, l.c.session, undo.ID, l.key()))
	l.at("undone", bill(undo.ID))
}

// sign is the second door.
func (l looking) sign() {
	asked := l.asked(l.who, 12850)
	l.page.Open(l.url + at(l.shop.ID))
	l.page.WaitCount(".request-in", 1)
	settled(l.t, l.page, l.name+"-request")
	reached(l.t, l.page, "the request")
	l.at("today", at(l.shop.ID)+"/today")
	l.must2(l.Redeem.Decline(l.t.Context(), l.who, asked.ID, l.key()))
	l.at("voided", bill(asked.ID))
	reached(l.t, l.page, "the voided bill")
	l.at("today-closed", at(l.shop.ID)+"/today")
}

func (l looking) refusals() {
	l.page.Open(l.url + at(l.shop.ID) + "/type")
	l.page.Fill("#code", "770000000000000018")
	l.page.Press("\r")
	l.page.WaitCount(".whole.bad", 1)
	settled(l.t, l.page, l.name+"-refused")
	reached(l.t, l.page, "the refusal")
	l.must(l.Shop.Pause(l.t.Context(), l.operator, l.shop.ID, "装修"))
	l.at("camera-closed", at(l.shop.ID))
}

// otherShop is one with a present, and somebody who has two shops.
func (l looking) otherShop() {
	gift := l.addShop(l.shop.Merchant, "老张茶馆", shop.Terms{Kind: shop.Gift, Gift: "桂花糕一份，配龙井"})
	boss := l.clerk("", account.Grant{Role: account.Merchant, Merchant: string(l.shop.Merchant)})
	l.page.SetCookie(l.url, "till", boss.token)
	l.at("chooser", "/till/")
	l.shop = gift
	l.at("confirming-gift", bill(l.priced(boss, l.member(""), "88").ID))
	red := l.priced(boss, l.other, "88")
	l.must2(l.confirm(l.other, red))
	l.clock.Advance(redeem.PayLife)
	l.at("reversing", bill(red.ID))
	l.settle(l.other, red.ID)
	l.at("unpaid", bill(red.ID))
	l.at("paid-gift", bill(l.paid(boss, l.other, "88").ID))
}

// TestShortScreens are those between a browser's own bars: the button is in
// reach there too, with the longest sentence above it.
func TestShortScreens(t *testing.T) {
	g := sqlite(t)
	c, who := g.staff(g.shop), g.member("王小明")
	device := webtest.Phone
	device.Height, device.Language = 664, "en"
	page := webtest.Open(t, device, "")
	page.SetCookie(g.url, "till", c.token)
	page.Open(g.url + at(g.shop.ID) + "/type")
	reached(t, page, "typing")
	red := g.priced(c, who, "128.50")
	page.Open(g.url + bill(red.ID))
	page.Screenshot("short-confirming")
	g.must2(g.Redeem.Dispute(t.Context(), who, red.ID, g.key()))
	page.WaitText("It was ¥128.50 before")
	page.Screenshot("short-disputed")
	reached(t, page, "the disputed amount")
}

// TestTillFollowsTheMember is the main job in a browser: the camera reads the
// code, the pad takes the amount, and the screen turns green by itself.
func TestTillFollowsTheMember(t *testing.T) {
	g := sqlite(t)
	c, who := g.staff(g.shop), g.member("王小明")
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "till", c.token)
	page.SeeQR(g.code(who))
	page.Open(g.url + "/till/")
	page.WaitText("输入金额")
	page.SeeQR("")
	page.WaitText("王*")
	for _, k := range strings.Split("128.50", "") {
		page.Click("[data-key='" + k + "']")
	}
	if got := page.Value("#bill"); got != "128.50" {
		t.Fatalf("the pad wrote %q", got)
	}
	page.Click("发给会员确认")
	page.WaitText("会员正在确认")
	id := redeem.ID(page.URL()[strings.LastIndex(page.URL(), "/")+1:])

	g.must2(g.Redeem.Dispute(t.Context(), who, id, g.key()))
	page.WaitText("会员说金额不对")
	page.Click("[data-key='9']")
	page.Click("发给会员确认")
	page.WaitText("会员正在确认")
	page.Click("改金额")
	for _, k := range strings.Split("128.50", "") {
		page.Click("[data-key='" + k + "']")
	}
	page.Click("发给会员确认")
	page.WaitText("¥115.65")

	// The member is faster than a second correction: the page gives way.
	page.Click("改金额")
	page.WaitText("上次输入的是 ¥128.50")
	_, err := g.confirm(who, g.look(c, id))
	g.must(err)
	page.WaitText("会员正在付款")
	hear(page)
	g.settle(who, id)
	page.WaitText("收款成功")
	if got := webtest.Eval[string](page, "heard.join()"); got != "收款成功，115 元 6 角 5 分" {
		t.Errorf("the till said %q", got)
	}
	if size := webtest.Eval[string](page, `getComputedStyle(document.querySelector(".whole .big-sum")).fontSize`); size != "72px" {
		t.Errorf("the amount is %s high", size)
	}
	if !webtest.Eval[bool](page, `(() => { const r = document.querySelector(".whole.good").getBoundingClientRect(); return r.width >= innerWidth && r.height >= innerHeight })()`) {
		t.Error("green does not fill the screen")
	}
	page.Axe()
	page.WaitText("撤销")
	g.clock.Advance(redeem.UndoLife)
	page.WaitGone("撤销")
	page.WaitText("收款成功")
	page.Click("下一位")
	page.WaitText("对准会员码")
}

// hear notes what the page says aloud from now on.
func hear(page *webtest.Page) {
	webtest.Eval[bool](page, `(window.heard = [], speechSynthesis.speak = w => heard.push(w.text), true)`)
}

// TestRequestSlidesIn over the camera, which goes on looking.
func TestRequestSlidesIn(t *testing.T) {
	g := sqlite(t)
	c, who, other := g.staff(g.shop), g.member("王小明"), g.member("李雷")
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "till", c.token)
	page.SeeQR("")
	page.Open(g.url + at(g.shop.ID))
	page.WaitText("对准会员码")
	webtest.Eval[bool](page, `(document.querySelector("video").mine = true)`)
	red := g.asked(who, 12850)
	page.WaitText("王* 要付款")
	page.WaitText(red.Match)
	if !webtest.Eval[bool](page, `document.querySelector("video").mine === true`) {
		t.Error("the camera was opened anew")
	}
	page.Click("不对")
	page.WaitText("已取消，没有扣款")
	red = g.asked(other, 12850)
	page.WaitText("李* 要付款")
	page.Click("对，收款")
	page.WaitText("会员正在付款")
	g.settle(other, red.ID)
	page.WaitText("收款成功")
	page.Click("撤销")
	page.WaitText("已撤销，钱退给会员")
	g.deliver()
	page.WaitText("钱已退回")
}

// TestForeignCodesStayOnThePhone: neither the camera nor the field sends
// somebody's payment code.
func TestForeignCodesStayOnThePhone(t *testing.T) {
	g := sqlite(t)
	c := g.staff(g.shop)
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "till", c.token)
	page.SeeQR("134567890123456789")
	page.Open(g.url + at(g.shop.ID))
	page.WaitText("这是付款码，不是会员码")
	page.SeeQR("")
	page.Click("输入会员码")
	page.Fill("#code", "134567890123456789")
	page.Click("下一步")
	if got := page.Value("#code"); got != "" || !strings.HasSuffix(page.URL(), "/type") {
		t.Errorf("the code %q is still there at %s", got, page.URL())
	}
	for _, k := range strings.Split("770000000000000018", "") {
		page.Click("[data-key='" + k + "']")
	}
	if got := page.Value("#code"); got != "770000 000000 000018" {
		t.Errorf("the pad wrote %q", got)
	}
	page.Click("下一步")
	page.WaitText("没有认出这个码")
	page.WaitText("轮到你")
	page.Click("重新扫码")
	page.WaitText("对准会员码")
}

// TestLanguageSwitch stands at the foot of the day.
func TestLanguageSwitch(t *testing.T) {
	g := sqlite(t)
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "till", g.staff(g.shop).token)
	page.SeeQR("")
	page.Open(g.url + at(g.shop.ID))
	page.Click("今日")
	page.Click("English")
	page.WaitText("Paid today")
}
