package member

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/money"
	"citywalk/shop"
	"citywalk/web/ui"
	"citywalk/web/webtest"
)

func TestEveryWordIsThereInBothLanguages(t *testing.T) {
	ui.CheckWords(t, ".", Words())
	for _, tab := range tabs(account.Session{}) {
		if !Words().Has(tab.Key) {
			t.Errorf("the tab %q has no word", tab.Key)
		}
	}
}

func TestEveryStateHasItsWords(t *testing.T) {
	for _, key := range []string{
		"pay.back.late_paid", "pay.back.late_refunded", "pay.back.refunding", "pay.back.refunded", "pay.back.stuck",
		"receipt.committed", "receipt.refunding", "receipt.refunded", "receipt.stuck",
		"pass.state.ordered", "pass.state.active", "pass.state.lapsed", "pass.state.refunding", "pass.state.refunded",
		"me.app.member", "me.app.till", "me.app.console", "me.app.api", "say.renamed", "say.ended", "say.onetap",
	} {
		if !Words().Has(key) {
			t.Errorf("no word for %s", key)
		}
	}
}

func each(t *testing.T, fn func(t *testing.T, g *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { fn(t, newRig(t, d, clock)) })
}

func sqlite(t *testing.T) *rig {
	t.Helper()
	d, clock := dbtest.Open(t, db.SQLite)
	return newRig(t, d, clock)
}

// seen fails the test unless the text holds every part.
func seen(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not show %q", what, part)
		}
	}
}

func TestWhoIsSignedOutSeesShopsAndIsLedToSignInForTheRest(t *testing.T) {
	g := sqlite(t)
	out := webtest.NewClient(t, g.url)
	webtest.Run(t,
		webtest.Scenario{Name: "explore", As: out, Do: "GET /", Status: 200, Shows: []string{"老张面馆", "九折 · 满 50 可用"}},
		webtest.Scenario{Name: "near", As: out, Do: "GET /search?lat=31.2304&lng=121.4700", Status: 200, Shows: []string{"步行"}},
		webtest.Scenario{Name: "nothing found", As: out, Do: "GET /search?q=没有这家", Status: 200, Shows: []string{"没有找到", "全部门店"}},
		webtest.Scenario{Name: "shop", As: out, Do: "GET /shops/" + string(g.shop.ID), Status: 200, Shows: []string{"老张面馆", "九折，满 ¥50 可用，每人每天 10 次。", "09:00–22:00", "/s/" + g.shop.Number}},
		webtest.Scenario{Name: "no such shop", As: out, Do: "GET /shops/shp_00000000000000000000000000", Status: 404},
		webtest.Scenario{Name: "no shop's id", As: out, Do: "GET /shops/x", Status: 404},
		webtest.Scenario{Name: "card", As: out, Do: "GET /card", Status: 200, Shows: []string{"168.00", "7 天内", "登录后开卡", "上海 1 家店"}},
		webtest.Scenario{Name: "sign", As: out, Do: "GET /s/" + g.shop.Number, Status: 303, Shows: []string{"/signin?back=%2Fs%2F" + g.shop.Number}},
		webtest.Scenario{Name: "me", As: out, Do: "GET /me", Status: 303, Shows: []string{"/signin?back=%2Fme"}},
		webtest.Scenario{Name: "download", As: out, Do: "GET /uses.csv", Status: 303, Shows: []string{"/signin"}},
		webtest.Scenario{Name: "sign in page", As: out, Do: "GET /signin?back=/card", Status: 200, Shows: []string{"手机号", `value="/card"`, "先逛逛"}},
		webtest.Scenario{Name: "back to another host", As: out, Do: "GET /signin?back=//evil.example", Status: 200, Shows: []string{`name="back" value="/"`}, Hides: []string{`action="//evil`}},
	)
}

func TestSigningInAtTheSignLeadsBackToIt(t *testing.T) {
	g := sqlite(t)
	p := &person{Client: webtest.NewClient(t, g.url), g: g}
	sign := "/s/" + g.shop.Number
	to := p.Do(t, "GET "+sign).Location
	page := p.get(to)
	if r := p.send("/signin", "phone", "12", "back", sign); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong number answers %d", r.Status)
	}
	seen(t, "the sign-in", page, "手机号", `value="`+sign+`"`)
	asked := p.send("/signin", "phone", "138 0000 0007", "back", sign)
	seen(t, "the code's page", asked.Text, "输入验证码", "没收到，再发一次")
	g.deliver()
	challenge := regexp.MustCompile(`name="challenge" value="([^"]+)"`).FindStringSubmatch(asked.Text)
	if challenge == nil || g.codes.code == "" {
		t.Fatalf("no challenge or no code: %.1000s", asked.Text)
	}
	wrong := "000000"
	if g.codes.code == wrong {
		wrong = "000001"
	}
	values := []string{"challenge", challenge[1], "phone", "13800000007", "back", sign, "code"}
	if r := p.send("/signin/code", append(values, wrong)...); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Text, "还可以试") {
		t.Errorf("a wrong code answers %d", r.Status)
	}
	if r := p.send("/signin/code", append(values, g.codes.code)...); r.Location != sign {
		t.Errorf("the right code answers %d to %q", r.Status, r.Location)
	}
	seen(t, "me", p.get("/me"), "138****0007", "还没有会员卡")
	p.send("/signout")
	if r := p.Do(t, "GET /me"); r.Status != http.StatusSeeOther {
		t.Errorf("signed out, me answers %d", r.Status)
	}
}

func TestLookingAtTheCardMakesNoCode(t *testing.T) {
	g := sqlite(t)
	p := g.member()
	page := p.get("/card")
	if regexp.MustCompile(`77\d{4} \d{6} \d{6}`).MatchString(page) {
		t.Error("GET /card shows a code")
	}
	seen(t, "the card", page, "已省 ¥0.00，离回本还差 ¥168.00", "年卡", "出示会员码", "老张面馆")
	if shown := p.press(page, "/card/code"); !regexp.MustCompile(`77\d{4} \d{6} \d{6}`).MatchString(shown.Text) {
		t.Errorf("the button answers %d and shows no code", shown.Status)
	}
}

func TestFirstDoorFromTheCodeToTheReceipt(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p := g.member()
		red := g.scanned(p)
		bill := "/pay/" + string(red.ID)
		if r := p.Do(t, "GET /card"); r.Location != bill {
			t.Errorf("with an open bill the card leads to %q, want %s", r.Location, bill)
		}
		seen(t, "the scanned bill", p.get(bill), "店员扫到了")
		_, err := g.Redeem.Price(t.Context(), g.staff, red.ID, 12850, g.key())
		g.must(err)
		page := p.get(bill)
		seen(t, "the price", page, "确认支付 ¥115.65", "-¥12.85", "金额不对", "取消", "老张面馆")
		r := p.press(page, bill+"/confirm")
		if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, g.sandbox.URL) {
			t.Fatalf("confirming answers %d to %q, want the cashier", r.Status, r.Location)
		}
		seen(t, "the bill that is being paid", p.get(bill), "去付款 ¥115.65")
		g.cashier(r.Location, "pay")
		seen(t, "the bill after the cashier", p.get(bill), "付好了", "115.65", "给店员看这一屏", "这次省 ¥12.85", red.Match)
		seen(t, "the receipts", p.get("/receipts"), "老张面馆", "¥115.65", "一共省了 ¥12.85")
		seen(t, "the receipt", p.get("/r/"+string(red.ID)), "CWR1.", "¥128.50", "¥115.65", "citywalk receipt verify")
		table := p.Do(t, "GET /uses.csv")
		seen(t, "the table of uses", table.Text, "时间,门店,账单（元）", "老张面馆,128.50,12.85,115.65,已付")
		seen(t, "the card", p.get("/card"), "已省 ¥12.85，离回本还差 ¥155.15")
		g.deliver()
		g.sound()
	})
}

func TestSecondDoorFromTheSignToThePayment(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p := g.member()
		sign := "/s/" + g.shop.Number
		seen(t, "the sign", p.get(sign), "老张面馆", "账单金额")
		page := p.send(sign, "bill", "128.50")
		seen(t, "the estimate", page.Text, "确认支付 ¥115.65", "-¥12.85")
		r := p.press(page.Text, sign+"/pay")
		if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, "/pay/red_") {
			t.Fatalf("agreeing answers %d to %q", r.Status, r.Location)
		}
		bill := r.Location
		red, err := g.Redeem.Current(t.Context(), p.session)
		g.must(err)
		seen(t, "the request", p.get(bill), "等店员确认", red.Match)
		_, err = g.Redeem.Accept(t.Context(), g.staff, red.ID, g.key())
		g.must(err)
		red, err = g.Redeem.ForMember(t.Context(), p.session, red.ID)
		g.must(err)
		seen(t, "the accepted request", p.get(bill), "去付款 ¥115.65", red.PayURL)
		g.cashier(red.PayURL, "agree")
		seen(t, "the paid request", p.get(bill), "付好了")

		// He has agreed to one-tap payments: the next bill needs no cashier.
		next := g.priced(p, 10000)
		path := "/pay/" + string(next.ID)
		if r := p.press(p.get(path), path+"/confirm"); r.Location != path {
			t.Errorf("with an agreement confirming leads to %q, want %s", r.Location, path)
		}
		seen(t, "the bill charged at once", p.get(path), "付好了", "90.00")
		seen(t, "me", p.get("/me"), "已开通")
		if r := p.send("/me/agreement/end"); r.Location != "/me" {
			t.Errorf("ending the agreement answers %d", r.Status)
		}
		seen(t, "me afterwards", p.get("/me"), "没有开通")
		g.deliver()
		g.sound()
	})
}

func TestBillThatIsWrongGoesBackAndCanBeCancelled(t *testing.T) {
	g := sqlite(t)
	p := g.member()
	red := g.priced(p, 12850)
	bill := "/pay/" + string(red.ID)
	if r := p.send(bill + "/dispute"); r.Location != bill {
		t.Fatalf("disputing answers %d: %.300s", r.Status, r.Text)
	}
	seen(t, "the disputed bill", p.get(bill), "正在输入金额")
	if r := p.send(bill + "/cancel"); r.Location != bill {
		t.Fatalf("cancelling answers %d", r.Status)
	}
	seen(t, "the cancelled bill", p.get(bill), "没有扣款", "重新出示会员码", "/card")
}

func TestStalePriceIsShownAnewAndNothingIsCharged(t *testing.T) {
	g := sqlite(t)
	p := g.member()
	red := g.priced(p, 12850)
	bill := "/pay/" + string(red.ID)
	old := p.get(bill)
	_, err := g.Redeem.Price(t.Context(), g.staff, red.ID, 20000, g.key())
	g.must(err)
	r := p.press(old, bill+"/confirm")
	if r.Status != http.StatusConflict {
		t.Errorf("agreeing to an old price answers %d, want 409", r.Status)
	}
	seen(t, "the refusal", r.Text, "价格变了，现在应付 ¥180.00", "确认支付 ¥180.00")

	g.must2(g.Redeem.Decline(t.Context(), p.session, red.ID, g.key()))
	sign := "/s/" + g.shop.Number
	page := p.send(sign, "bill", "128.50").Text
	_, err = g.Shop.SetTerms(t.Context(), g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 20, PerDay: 10})
	g.must(err)
	r = p.press(page, sign+"/pay")
	if r.Status != http.StatusConflict {
		t.Errorf("agreeing to an old estimate answers %d, want 409", r.Status)
	}
	seen(t, "the refusal at the sign", r.Text, "确认支付 ¥102.80", "价格变了")
}

// must2 is must for calls that also return a redemption.
func (g *rig) must2(_ any, err error) {
	g.t.Helper()
	g.must(err)
}

func TestTheSignRefusesWithAWayOn(t *testing.T) {
	g := sqlite(t)
	p, without := g.member(), g.stranger()
	sign := "/s/" + g.shop.Number
	webtest.Run(t,
		webtest.Scenario{Name: "no pass", As: without.Client, Do: "GET " + sign, Status: 409, Shows: []string{"还没有会员卡", `href="/card"`}},
		webtest.Scenario{Name: "wrong number", As: p.Client, Do: "GET /s/123456", Status: 400, Shows: []string{"门店号", `href="/"`}},
		webtest.Scenario{Name: "no amount", As: p.Client, Do: "POST " + sign + " bill=&idem=0123456789abcdef", Status: 422, Shows: []string{`role="alert"`, "账单金额"}},
		webtest.Scenario{Name: "too much", As: p.Client, Do: "POST " + sign + " bill=60000&idem=0123456789abcdef", Status: 422, Shows: []string{"到 ¥50000.00 之间"}},
	)
	red := g.priced(p, 12850)
	webtest.Run(t, webtest.Scenario{Name: "another bill is open", As: p.Client, Do: "POST " + sign + " bill=10&idem=0123456789abcdef", Status: 409,
		Shows: []string{"老张面馆", "/pay/" + string(red.ID)}})
	other := g.member()
	webtest.Run(t, webtest.Scenario{Name: "another member's bill", As: other.Client, Do: "GET /pay/" + string(red.ID), Status: 404})
}

func TestPassIsBoughtAtTheCashierAndGivenBack(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p := g.stranger()
		r := p.press(p.get("/card"), "/buy/annual")
		if !strings.HasPrefix(r.Location, g.sandbox.URL) {
			t.Fatalf("buying answers %d to %q: %.500s", r.Status, r.Location, r.Text)
		}
		mine, err := g.Pass.Mine(t.Context(), p.session)
		g.must(err)
		page := "/passes/" + string(mine[0].ID)
		seen(t, "the order", p.get(page), "等你付款", "去付款 ¥168.00")
		g.cashier(r.Location, "pay")
		seen(t, "the pass after the cashier", p.get(page), "出示会员码", "365 天", "全额退")
		seen(t, "the refund", p.get(page+"/refund"), "退卡，拿回 ¥168.00", "可以全额退", "L1")
		if r := p.send(page+"/refund", "amount", "100.00"); r.Status != http.StatusConflict || !strings.Contains(r.Text, "¥168.00") {
			t.Errorf("another amount answers %d: %.300s", r.Status, r.Text)
		}
		if r := p.press(p.get(page+"/refund"), page+"/refund"); r.Location != page {
			t.Fatalf("giving back answers %d to %q", r.Status, r.Location)
		}
		seen(t, "the pass given back", p.get(page), "正在退款")
		g.deliver()
		seen(t, "the card afterwards", p.get("/card"), "168.00")
		g.sound()
	})
}

func TestTrialIsFreeOnceAndBeginsAtOnce(t *testing.T) {
	g := sqlite(t)
	p := g.stranger()
	r := p.press(p.get("/card"), "/buy/trial")
	if !strings.HasPrefix(r.Location, "/passes/pas_") {
		t.Fatalf("the trial answers %d to %q", r.Status, r.Location)
	}
	seen(t, "the card", p.get("/card"), "体验还剩 14 天", "/buy/annual")
	again := p.send("/buy/trial")
	if again.Status != http.StatusConflict {
		t.Errorf("a second trial answers %d, want 409", again.Status)
	}
	seen(t, "the refusal", again.Text, "体验卡每人一次", `href="/card"`)
	g.clock.Advance(14 * 24 * time.Hour)
	page := p.get("/card")
	seen(t, "the card that lapsed", page, "会员卡已到期", "开年卡 ¥168.00")
	if strings.Contains(page, "/buy/trial") {
		t.Error("who had the trial is offered another")
	}
}

func TestShopThatIsPausedSaysSoBeforeTheAmountIsTyped(t *testing.T) {
	g := sqlite(t)
	p := g.member()
	g.must(g.Shop.Pause(t.Context(), g.operator, g.shop.ID, "装修"))
	webtest.Run(t,
		webtest.Scenario{Name: "sign", As: p.Client, Do: "GET /s/" + g.shop.Number, Status: 409, Shows: []string{"老张面馆现在不收会员卡", `href="/"`}},
		webtest.Scenario{Name: "shop", As: p.Client, Do: "GET /shops/" + string(g.shop.ID), Status: 200, Shows: []string{"暂时不收会员卡：装修"}, Hides: []string{"到店付"}},
	)
}

func TestMeRenamesAndSignsDevicesOut(t *testing.T) {
	g := sqlite(t)
	p := g.member()
	_, _, err := g.Account.Enter(t.Context(), p.session.Person, "member", account.Client{Device: "Mozilla/5.0 (Linux; Android 15) Chrome/130 Mobile Safari/537.36"})
	g.must(err)
	seen(t, "me", p.get("/me"), "王小明", "138****0001", "iPhone · Safari", "年卡", "这台")
	if r := p.send("/me/name", "name", ""); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("an empty name answers %d", r.Status)
	}
	p.send("/me/name", "name", "王小红")
	page := p.get("/me")
	seen(t, "me renamed", page, "王小红")
	end := regexp.MustCompile(`/me/sessions/[^"]+/end`).FindString(page)
	if r := p.press(page, end); r.Location != "/me" {
		t.Errorf("signing a device out answers %d", r.Status)
	}
	if strings.Contains(p.get("/me"), "/me/sessions/") {
		t.Error("the other device is still signed in")
	}
}

// The first page is what somebody with a slow network waits for: everything
// that it loads, compressed.
func TestFirstPageIsLight(t *testing.T) {
	const limit = 60_000
	g := sqlite(t)
	for i := range 20 {
		g.addShop("梧桐小馆"+strings.Repeat("分店", i%3)+string(rune('A'+i)), "本帮菜", 31.2304, shop.Terms{Kind: shop.Fixed, Off: 10 * money.Yuan, Floor: 80 * money.Yuan})
	}
	p := g.member()
	for _, path := range []string{"/", "/card", "/shops/" + string(g.shop.ID)} {
		page := p.get(path)
		total := zipped(t, page)
		for _, m := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(page, -1) {
			file := p.get(m[1])
			total += zipped(t, file)
			for _, part := range regexp.MustCompile(`from"\./([^"]+)"`).FindAllStringSubmatch(file, -1) {
				total += zipped(t, p.get("/assets/"+part[1]))
			}
		}
		t.Logf("%s loads %d bytes", path, total)
		if total > limit {
			t.Errorf("%s loads %d bytes compressed, more than %d", path, total, limit)
		}
	}
}

func zipped(t *testing.T, text string) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}
