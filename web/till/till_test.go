package till

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web/ui"
	"citywalk/web/webtest"
)

func TestEveryWordIsThereInBothLanguages(t *testing.T) {
	ui.CheckWords(t, ".", Words())
	for _, s := range []redeem.State{
		redeem.Presented, redeem.Priced, redeem.Requested, redeem.Paying, redeem.Reversing, redeem.Committed, redeem.Voided,
		redeem.LatePaid, redeem.LateRefunded, redeem.Refunding, redeem.Refunded, redeem.Stuck,
	} {
		if !Words().Has("state." + string(s)) {
			t.Errorf("no word for the state %s", s)
		}
		if undone(redeem.Redemption{State: s}) && !Words().Has("undone."+string(s)) {
			t.Errorf("no sentence for the state %s", s)
		}
	}
	for _, key := range []string{"tab.scan", "tab.today", "shop.live", "shop.paused", "shop.draft", "shop.left"} {
		if !Words().Has(key) {
			t.Errorf("no word for %s", key)
		}
	}
}

func TestAmountsAreSaidAsPeopleSayThem(t *testing.T) {
	for amount, want := range map[money.Amount]string{
		11565: "115 元 6 角 5 分",
		11560: "115 元 6 角",
		11500: "115 元",
		11505: "115 元零 5 分",
		50:    "5 角",
		5:     "5 分",
		0:     "0 元",
	} {
		if got := aloud(amount); got != want {
			t.Errorf("%s is said %q, want %q", amount, got, want)
		}
	}
}

// TestJoinByLink is somebody's first minute: the link, signing in, and back to
// the link; then the till of the shop, on the camera.
func TestJoinByLink(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		in, err := g.Account.Invite(t.Context(), g.operator, account.Grant{Role: account.Staff, Merchant: string(g.shop.Merchant), Shop: string(g.shop.ID)})
		g.must(err)
		link := "/till/join/" + in.Token
		phone := webtest.NewClient(t, g.url)
		first := phone.Do(t, "GET "+link)
		seen(t, "the invitation", first.Text, "老张面馆", "/till/signin?back="+url.QueryEscape(link))
		unseen(t, "the invitation", first.Text, "接受邀请</button>")
		if r := phone.Do(t, "POST "+link+" idem="+g.key()); r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, "/till/signin") {
			t.Errorf("accepting signed out answers %d to %s", r.Status, r.Location)
		}

		asked := phone.Do(t, "POST /till/signin "+url.Values{"phone": {"13700000001"}, "back": {link}}.Encode())
		g.deliver()
		challenge := regexp.MustCompile(`name="challenge" value="([^"]+)"`).FindStringSubmatch(asked.Text)
		if challenge == nil {
			t.Fatalf("no code is asked for: %d %.600s", asked.Status, asked.Text)
		}
		in2 := phone.Do(t, "POST /till/signin/code "+url.Values{"challenge": {challenge[1]}, "code": {g.sent["13700000001"]}, "back": {link}}.Encode())
		if in2.Location != link {
			t.Fatalf("signing in leads to %q (%d), not back to the invitation", in2.Location, in2.Status)
		}
		back := phone.Do(t, "GET "+link)
		seen(t, "the invitation, signed in", back.Text, "接受邀请", "137****0001")
		joined := phone.Do(t, "POST "+link+" idem="+g.key())
		if joined.Location != at(g.shop.ID) {
			t.Fatalf("accepting leads to %q (%d)", joined.Location, joined.Status)
		}
		seen(t, "the till", phone.Do(t, "GET "+joined.Location).Text, "你可以在这家店收会员卡了", "老张面馆", "137****0001", "data-scanner")
		if r := phone.Do(t, "GET /till/"); r.Location != at(g.shop.ID) {
			t.Errorf("the till's start leads to %q", r.Location)
		}
		stranger := webtest.NewClient(t, g.url)
		if r := stranger.Do(t, "GET "+link); r.Status < 400 {
			t.Errorf("an invitation that was taken answers %d", r.Status)
		}
	})
}

func TestShopsAreChosenOnce(t *testing.T) {
	g := sqlite(t)
	second := g.addShop(g.shop.Merchant, "老张面馆（徐家汇店）", shop.Terms{Kind: shop.Percent, Percent: 5})
	boss := g.clerk("老张", account.Grant{Role: account.Merchant, Merchant: string(g.shop.Merchant)})
	seen(t, "the chooser", boss.get("/till/"), at(g.shop.ID), at(second.ID), "徐家汇店", "老张")
	seen(t, "the day", boss.get(at(second.ID)+"/today"), "换一家店")
	nobody := g.clerk("路人", account.Grant{})
	seen(t, "who has no shop", nobody.get("/till/"), "还没有门店", "邀请链接", "/till/signout")
	if r := g.staff(g.shop).Do(t, "GET /till/"); r.Location != at(g.shop.ID) {
		t.Errorf("staff of one shop is led to %q", r.Location)
	}
}

// TestOthersShopsAreNotThere answers 404 for what belongs to another shop, and
// for what is no id at all.
func TestOthersShopsAreNotThere(t *testing.T) {
	g := sqlite(t)
	other := g.staff(g.addShop("", "别家茶馆", shop.Terms{Kind: shop.Percent, Percent: 5}))
	red := g.priced(g.staff(g.shop), g.member("王小明"), "128.50")
	out := webtest.NewClient(t, g.url)
	var all []webtest.Scenario
	for name, path := range map[string]string{
		"camera": at(g.shop.ID), "typing": at(g.shop.ID) + "/type", "today": at(g.shop.ID) + "/today", "requests": at(g.shop.ID) + "/live",
		"bill": bill(red.ID), "change": bill(red.ID) + "/change", "record": bill(red.ID) + "/record", "following": bill(red.ID) + "/live",
		"no shop's id": "/till/shops/x", "no bill's id": "/till/bills/red_x",
	} {
		all = append(all,
			webtest.Scenario{Name: name, As: other.Client, Do: "GET " + path, Status: 404, Hides: []string{"老张面馆", "128.50"}},
			webtest.Scenario{Name: name + " signed out", As: out, Do: "GET " + path, Status: 303, Shows: []string{"/till/signin?back="}})
	}
	for _, act := range []string{"price", "accept", "decline", "undo"} {
		all = append(all, webtest.Scenario{Name: act, As: other.Client, Do: "POST " + bill(red.ID) + "/" + act + " bill=5&idem=" + g.key(), Status: 404})
	}
	all = append(all, webtest.Scenario{Name: "scan", As: other.Client, Do: "POST " + at(g.shop.ID) + "/scan code=770000000000000000&idem=" + g.key(), Status: 404})
	webtest.Run(t, all...)
	if got := g.look(g.staff(g.shop), red.ID); got.Version != red.Version {
		t.Error("another shop's staff changed the bill")
	}
}

// TestFirstDoor is the main job at the till, without script.
func TestFirstDoor(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		c, who := g.staff(g.shop), g.member("王小明")
		camera := c.get(at(g.shop.ID))
		seen(t, "the camera", camera, "老张面馆", "小陈", "data-scanner", "输入会员码", at(g.shop.ID)+"/type", "<noscript><meta http-equiv=\"refresh\"")
		typed := c.press(c.get(at(g.shop.ID)+"/type"), at(g.shop.ID)+"/scan", "code", ui.Group(g.code(who)))
		page := c.get(typed.Location)
		seen(t, "the amount", page, "王*", "输入金额", "data-keypad=\"bill\"", "发给会员确认")
		unseen(t, "the amount", page, "http-equiv=\"refresh\"", "王小明")
		asked := c.press(page, typed.Location+"/price", "bill", "128.50")
		if asked.Location != typed.Location {
			t.Fatalf("a price leads to %q (%d)", asked.Location, asked.Status)
		}
		seen(t, "waiting", c.get(typed.Location), "会员正在确认", "¥128.50", "-¥12.85", "¥115.65", "改金额", "取消", "http-equiv=\"refresh\"")

		red := g.look(c, redeem.ID(strings.TrimPrefix(typed.Location, "/till/bills/")))
		_, err := g.confirm(who, red)
		g.must(err)
		seen(t, "paying", c.get(typed.Location), "会员正在付款", "http-equiv=\"refresh\"")
		g.settle(who, red.ID)
		page = c.get(typed.Location)
		red = g.look(c, red.ID)
		seen(t, "paid", page, "whole good", "收款成功", "115.65", red.Match, `data-speak="收款成功，115 元 6 角 5 分"`, `data-chime="good"`, "下一位", "15:00", typed.Location+"/undo")
		unseen(t, "paid", page, "http-equiv=\"refresh\"")
		if strings.Index(page, "下一位") > strings.Index(page, "/undo") {
			t.Error("undo stands before the next")
		}
		g.sound()
	})
}

// TestSecondDoor is the sign: the request slides in with its number, and staff
// answers.
func TestSecondDoor(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		c, who := g.staff(g.shop), g.member("王小明")
		unseen(t, "the camera", c.get(at(g.shop.ID)), "request-in")
		wrong := g.asked(who, 12850)
		for _, path := range []string{"", "/type", "/today"} {
			seen(t, "with a request "+path, c.get(at(g.shop.ID)+path), "王* 要付款", `<p class="match">`+wrong.Match, "¥115.65", bill(wrong.ID)+"/accept", bill(wrong.ID)+"/decline")
		}
		if r := c.press(c.get(at(g.shop.ID)), bill(wrong.ID)+"/decline"); r.Location != at(g.shop.ID) {
			t.Errorf("turning a request away leads to %q (%d)", r.Location, r.Status)
		}
		page := c.get(at(g.shop.ID))
		unseen(t, "after turning it away", page, "request-in")

		right := g.asked(who, 12850)
		if r := c.press(c.get(at(g.shop.ID)), bill(right.ID)+"/accept"); r.Location != bill(right.ID) {
			t.Fatalf("accepting leads to %q (%d): %.600s", r.Location, r.Status, r.Text)
		}
		seen(t, "accepted", c.get(bill(right.ID)), "会员正在付款")
		g.settle(who, right.ID)
		seen(t, "paid", c.get(bill(right.ID)), "收款成功", right.Match)
		late := c.send(bill(wrong.ID) + "/accept")
		seen(t, "accepting what is cancelled", late.Text, "whole bad", "这一单取消了", "看看这一单")
		g.sound()
	})
}

// TestRefusedScanSpeaks: the sentence, whose move, one button; and never the
// code, which may be somebody's money.
func TestRefusedScanSpeaks(t *testing.T) {
	g := sqlite(t)
	c, who := g.staff(g.shop), g.member("王小明")
	used := g.code(who)
	red := g.scanned(c, who)
	g.must2(g.Redeem.Decline(t.Context(), who, red.ID, g.key()))
	over := g.code(who)
	g.clock.Advance(61 * time.Second)
	self := g.clerk("自己", account.Grant{Role: account.Staff, Merchant: string(g.shop.Merchant), Shop: string(g.shop.ID)})
	_, page, err := g.pass.Buy(t.Context(), self.session, "annual", g.key())
	g.must(err)
	g.cashier(page)
	g.deliver()
	for _, s := range []struct {
		name, code, sentence, move string
		status                     int
	}{
		{"another's payment code", "134567890123456789", "这是付款码，不是会员码", "轮到你", 400},
		{"nobody's code", "770000000000000018", "没有认出这个码", "轮到你", 404},
		{"a code that is over", over, "这个码过期了", "轮到会员", 410},
		{"not a code", "你好", "没有认出这个码", "轮到你", 404},
		{"one's own", g.code(self.session), "在自己工作的店里", "轮到会员", 403},
	} {
		r := c.send(at(g.shop.ID)+"/scan", "code", s.code)
		if r.Status != s.status {
			t.Errorf("%s answers %d, want %d", s.name, r.Status, s.status)
		}
		seen(t, s.name, r.Text, "whole bad", s.sentence, s.move, `data-chime="bad"`, "重新扫码")
		unseen(t, s.name, r.Text, s.code, used)
		if n := strings.Count(r.Text, `class="button`); n != 1 {
			t.Errorf("%s has %d buttons", s.name, n)
		}
	}
	en := webtest.NewClient(t, g.url)
	en.Header.Set("Cookie", "till="+c.token)
	en.Header.Set("Accept-Language", "en")
	r := en.Do(t, "POST "+at(g.shop.ID)+"/scan code=134567890123456789&idem="+g.key())
	seen(t, "in English", r.Text, "This is a payment code", "Your move", "Scan again")
	unseen(t, "in English", r.Text, "134567890123456789")
}

func (g *rig) must2(_ redeem.Redemption, err error) {
	g.t.Helper()
	g.must(err)
}

// TestRefusedAmountComesBack with its sentence beside the field.
func TestRefusedAmountComesBack(t *testing.T) {
	g := sqlite(t)
	c, who := g.staff(g.shop), g.member("王小明")
	red := g.scanned(c, who)
	check := func(value, sentence string) {
		t.Helper()
		r := c.send(bill(red.ID)+"/price", "bill", value)
		if r.Status != 422 {
			t.Errorf("%q answers %d", value, r.Status)
		}
		seen(t, value, r.Text, sentence, `value="`+value+`"`, `aria-describedby="bill`, `aria-invalid="true"`, `role="alert"`, `data-live-page="`+bill(red.ID))
	}
	check("12,8o", "请填写金额，例如 128.50。")
	check("0", "请填写金额")
	check("60000", "金额要在 ¥0.01 到 ¥50000.00 之间")
	c.send(bill(red.ID)+"/price", "bill", "128.50")
	check("0", "请填写金额")
	if got := g.look(c, red.ID); got.State != redeem.Priced || got.Quote.Bill != 12850 {
		t.Errorf("a refused correction left %s %s", got.State, got.Quote.Bill)
	}
}

// TestBillIsCorrectedWhileTheMemberConfirms: the old quote is dead at once.
func TestBillIsCorrectedWhileTheMemberConfirms(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		c, who := g.staff(g.shop), g.member("王小明")
		old := g.priced(c, who, "182.50")
		seen(t, "waiting", c.get(bill(old.ID)), bill(old.ID)+"/change")
		page := c.get(bill(old.ID) + "/change")
		seen(t, "the correction", page, "上次输入的是 ¥182.50", "data-keypad", `data-live-page="`+bill(old.ID)+`/change"`)
		if r := c.press(page, bill(old.ID)+"/price", "bill", "128.50"); r.Location != bill(old.ID) {
			t.Fatalf("a correction leads to %q (%d)", r.Location, r.Status)
		}
		seen(t, "corrected", c.get(bill(old.ID)), "¥115.65")
		if _, err := g.confirm(who, old); !errors.Is(err, redeem.ErrQuoteStale) {
			t.Errorf("the old quote: %v", err)
		}
		red := g.look(c, old.ID)
		_, err := g.confirm(who, red)
		g.must(err)
		if r := c.Do(t, "GET "+bill(red.ID)+"/change"); r.Location != bill(red.ID) {
			t.Errorf("correcting what is being paid leads to %q (%d)", r.Location, r.Status)
		}
		tooLate := c.send(bill(red.ID)+"/price", "bill", "1")
		seen(t, "a correction too late", tooLate.Text, "正在付款", "whole bad", "看看这一单")
		g.settle(who, red.ID)
		g.sound()
	})
}

// TestDisputedBillIsEnteredAgain: staff sees why.
func TestDisputedBillIsEnteredAgain(t *testing.T) {
	g := sqlite(t)
	c, who := g.staff(g.shop), g.member("王小明")
	red := g.priced(c, who, "182.50")
	g.must2(g.Redeem.Dispute(t.Context(), who, red.ID, g.key()))
	page := c.get(bill(red.ID))
	seen(t, "disputed", page, "会员说金额不对，请核对后重新输入。", "上次输入的是 ¥182.50", "输入金额")
	c.press(page, bill(red.ID)+"/price", "bill", "128.50")
	page = c.get(bill(red.ID))
	seen(t, "entered again", page, "会员正在确认", "¥115.65")
	unseen(t, "entered again", page, "金额不对")
}

// TestCancelledBills: staff's own cancelling leads on, the member's fills the
// screen.
func TestCancelledBills(t *testing.T) {
	g := sqlite(t)
	c, who := g.staff(g.shop), g.member("王小明")
	red := g.priced(c, who, "128.50")
	if r := c.press(c.get(bill(red.ID)), bill(red.ID)+"/decline"); r.Location != at(g.shop.ID) {
		t.Errorf("cancelling leads to %q (%d)", r.Location, r.Status)
	}
	seen(t, "the old bill", c.get(bill(red.ID)), "whole bad", "这一单取消了，没有扣款")
	red = g.priced(c, who, "128.50")
	g.clock.Advance(121 * time.Second)
	seen(t, "a quote that is over", c.get(bill(red.ID)), "whole bad", "报价两分钟内有效", "轮到你", "重新扫码")
}

// TestUndoCountsDown, gives the money back, and is not offered when it is too
// late.
func TestUndoCountsDown(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		c, who := g.staff(g.shop), g.member("王小明")
		red := g.paid(c, who, "128.50")
		g.clock.Advance(14*time.Minute + 30*time.Second)
		seen(t, "half a minute before", c.get(bill(red.ID)+"/record"), "0:30", bill(red.ID)+"/undo")
		if r := c.press(c.get(bill(red.ID)), bill(red.ID)+"/undo"); r.Location != bill(red.ID) {
			t.Fatalf("undo leads to %q (%d)", r.Location, r.Status)
		}
		page := c.get(bill(red.ID))
		seen(t, "undone", page, "已撤销，钱退给会员", "¥115.65", `data-once="undone/`)
		unseen(t, "undone", page, "whole good", "/undo\"")
		g.deliver()
		seen(t, "given back", c.get(bill(red.ID)), "钱已退回")

		kept := g.paid(c, who, "100")
		g.clock.Advance(15 * time.Minute)
		for _, path := range []string{"", "/record"} {
			page := c.get(bill(kept.ID) + path)
			unseen(t, "too late "+path, page, "/undo")
			seen(t, "too late "+path, page, "90.00")
		}
		seen(t, "the record", c.get(bill(kept.ID)+"/record"), "撤销时间到", "联系平台")
		late := c.send(bill(kept.ID) + "/undo")
		seen(t, "undoing too late", late.Text, "whole bad", "已经过了", "请找平台")
		g.sound()
	})
}

// TestTodayAddsUp: each total leads to its rows, and each row to what can be
// done with it.
func TestTodayAddsUp(t *testing.T) {
	g := sqlite(t)
	c, who, other := g.staff(g.shop), g.member("王小明"), g.member("李雷")
	today := at(g.shop.ID) + "/today"
	seen(t, "an empty day", c.get(today), "今天还没有收款", "¥0.00")
	one := g.paid(c, who, "128.50")
	two := g.paid(c, who, "100")
	c.send(bill(two.ID) + "/undo")
	open := g.priced(c, other, "77")
	page := c.get(today)
	seen(t, "the day", page, "¥115.65", today+"?only=paid", today+"?only=undone", bill(one.ID)+"/record", bill(two.ID)+"/record", `href="`+bill(open.ID)+`"`,
		"王*", "李*", "10:00", "English", "退出登录")
	unseen(t, "the day of one shop", page, "换一家店")
	paid := c.get(today + "?only=paid")
	seen(t, "what was paid", paid, bill(one.ID), "看全部")
	unseen(t, "what was paid", paid, bill(two.ID), bill(open.ID))
	back := c.get(today + "?only=undone")
	seen(t, "what was undone", back, bill(two.ID))
	unseen(t, "what was undone", back, bill(one.ID), bill(open.ID))
	seen(t, "a record", c.get(bill(one.ID)+"/record"), "¥128.50", "-¥12.85", "115.65", one.Receipt, one.Match, "王*", "撤销")
	if r := c.Do(t, "GET "+bill(open.ID)+"/record"); r.Location != bill(open.ID) {
		t.Errorf("the record of an open bill leads to %q", r.Location)
	}
}

// TestClosedShopSaysSo before anybody scans.
func TestClosedShopSaysSo(t *testing.T) {
	g := sqlite(t)
	c := g.staff(g.shop)
	g.must(g.Shop.Pause(t.Context(), g.operator, g.shop.ID, "装修"))
	seen(t, "the camera", c.get(at(g.shop.ID)), "这家店现在不收会员卡")
}
