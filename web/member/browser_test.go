package member

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"citywalk/curate"
	"citywalk/money"
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

// town adds shops worth looking at.
func (g *rig) town() {
	g.addShop("梧桐咖啡（永康路店）", "咖啡厅", 31.2312, shop.Terms{Kind: shop.Fixed, Off: 8 * money.Yuan, Floor: 30 * money.Yuan})
	g.addShop("石库门火锅", "火锅", 31.2330, shop.Terms{Kind: shop.Percent, Percent: 12, Floor: 100 * money.Yuan, Cap: 60 * money.Yuan, Excluded: "酒水"})
	g.addShop("福州路旧书店", "书店", 31.2350, shop.Terms{Kind: shop.Gift, Gift: "手绘地图一张"})
	sh, err := g.Shop.SetOffers(g.t.Context(), g.operator, g.shop.ID, []shop.Offer{
		{Title: "满减", Kind: shop.Fixed, Off: 10 * money.Yuan, Floor: 100 * money.Yuan},
		{Title: "下午茶", Kind: shop.Percent, Percent: 20, Hours: []shop.Hours{{From: 14 * 60, Until: 17 * 60}}},
	})
	g.must(err)
	g.shop = sh
}

// TestPagesOnAPhone looks at every page as a member does: nothing is wider than
// the screen, and axe finds nothing.
func TestPagesOnAPhone(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := sqlite(t)
			g.town()
			g.praised(g.shop, 40)
			g.ruled(g.shop, curate.Included)
			page := webtest.Open(t, device, "")
			look := func(shot, path string) {
				t.Helper()
				page.Open(g.url + path)
				settled(t, page, name+"-"+shot)
			}
			look("home", "/")
			look("explore", "/search")
			look("explore-near", "/search?lat=31.2304&lng=121.4700")
			look("explore-none", "/search?q=咖啡&gives=gift")
			look("explore-words", "/search?q="+url.QueryEscape("50块以下的咖啡"))
			look("explore-curated", "/search?curated=1")
			look("shop", "/shops/"+string(g.shop.ID))
			look("rules", "/rules/curation")
			look("sell", "/card")
			look("signin", "/signin?back=/card")

			guest := g.stranger()
			page.SetCookie(g.url, "member", guest.token)
			look("sell-member", "/card")
			_, _, err := g.Pass.Buy(t.Context(), guest.session, "trial", g.key())
			g.must(err)
			look("card-trial", "/card")
			p := g.member()
			page.SetCookie(g.url, "member", p.token)
			first := g.paid(p, 12850)
			page.Open(g.url + "/card")
			page.WaitCount("[data-code] .qr", 1)
			settled(t, page, name+"-card")
			look("note", "/shops/"+string(g.shop.ID)+"/note")
			look("sign", "/s/"+g.shop.Number)
			page.Fill("#bill", "128.50")
			page.Press("\r")
			page.WaitText("115.65")
			settled(t, page, name+"-estimate")
			red := g.priced(p, 12850)
			bill := "/pay/" + string(red.ID)
			look("confirm", bill)
			look("paid", "/pay/"+string(first.ID))
			g.must2(g.Redeem.Decline(t.Context(), p.session, red.ID, g.key()))
			look("voided", bill)
			look("presented", "/pay/"+string(g.scanned(p).ID))
			open, err := g.Redeem.Current(t.Context(), p.session)
			g.must(err)
			g.must2(g.Redeem.Decline(t.Context(), p.session, open.ID, g.key()))
			asked, err := g.Redeem.Request(t.Context(), p.session, g.shop.ID, 12850, 11565, g.key())
			g.must(err)
			look("requested", "/pay/"+string(asked.ID))
			look("receipts", "/receipts")
			look("receipt", "/r/"+string(first.ID))
			mine, err := g.Pass.Mine(t.Context(), p.session)
			g.must(err)
			look("pass", "/passes/"+string(mine[0].ID))
			look("refund", "/passes/"+string(mine[0].ID)+"/refund")
			look("me", "/me")
		})
	}
}

// settled looks at the page that is shown.
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
}

// smallTargets names what can be pressed and is lower than a finger.
const smallTargets = `[...document.querySelectorAll("a.button, button, .tab, summary, select, .radio, .back")]
	.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80)).join("\n")`

// paid takes a bill all the way.
func (g *rig) paid(p *person, amount money.Amount) redeem.Redemption {
	g.t.Helper()
	red := g.priced(p, amount)
	red, err := g.Redeem.Confirm(g.t.Context(), p.session, red.ID, red.Quote.Version, red.Quote.Hash, g.key())
	g.must(err)
	g.cashier(red.PayURL, "pay")
	g.deliver()
	return red
}

// TestPhoneFollowsTheTill is the main job in a browser: the code comes by
// itself, the bill comes by itself, and one press pays it.
func TestPhoneFollowsTheTill(t *testing.T) {
	g := sqlite(t)
	p := g.member()
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "member", p.token)
	page.Open(g.url + "/card")
	page.WaitCount("[data-code] .qr", 1)
	code := strings.ReplaceAll(webtest.Eval[string](page, `document.querySelector(".code-digits").textContent`), " ", "")

	red, err := g.Redeem.Scan(t.Context(), g.staff, g.shop.ID, code, g.key())
	g.must(err)
	page.WaitText("店员扫到了")
	_, err = g.Redeem.Price(t.Context(), g.staff, red.ID, 12850, g.key())
	g.must(err)
	page.WaitText("确认支付 ¥115.65")
	page.Click("确认支付 ¥115.65")
	page.Expect("favicon.ico") // The cashier has none.
	page.WaitText("沙盒收银台")
	page.Click("支付")
	page.WaitText("付好了")
	page.WaitText("给店员看这一屏")
	if !strings.Contains(page.URL(), "/pay/"+string(red.ID)) {
		t.Errorf("paid at %s", page.URL())
	}
	g.deliver()
	_, err = g.Redeem.Undo(t.Context(), g.staff, red.ID, g.key())
	g.must(err)
	page.WaitText("店员撤销了")
	g.deliver()
	page.WaitText("已退款")
}

// TestAcceptedRequestGoesToTheCashierByItself is the second door: two actions
// of the member's, and the cashier comes.
func TestAcceptedRequestGoesToTheCashierByItself(t *testing.T) {
	g := sqlite(t)
	p := g.member()
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "member", p.token)
	page.Open(g.url + "/s/" + g.shop.Number)
	page.Fill("账单金额", "128.50")
	page.Click("算一算")
	page.Click("确认支付 ¥115.65")
	page.WaitText("等店员确认")
	red, err := g.Redeem.Current(t.Context(), p.session)
	g.must(err)
	page.WaitText(red.Match)
	_, err = g.Redeem.Accept(t.Context(), g.staff, red.ID, g.key())
	g.must(err)
	page.Expect("favicon.ico") // The cashier has none.
	page.WaitText("沙盒收银台")
	page.Click("支付")
	page.WaitText("付好了")
	g.deliver()
}

// TestPositionIsAskedForByATap leads to what is near.
func TestPositionIsAskedForByATap(t *testing.T) {
	g := sqlite(t)
	page := webtest.Open(t, webtest.Phone, "")
	page.Open(g.url + "/")
	webtest.Eval[bool](page, `navigator.geolocation.getCurrentPosition = ok => ok({coords: {latitude: 31.23041234, longitude: 121.47001234}}), true`)
	page.Click("离我近的")
	page.WaitURL("lat=31.2304&lng=121.4700")
	page.WaitText("步行")
}
