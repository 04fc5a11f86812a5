package member

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
	"citywalk/web/ui"
	"citywalk/web/webtest"
)

// TestHomeTellsTheCardsState follows somebody from a first look to a card that
// has ended.
func TestHomeTellsTheCardsState(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		out := webtest.NewClient(t, g.url)
		seen(t, "home without a session", out.Do(t, "GET /").Text, "还没有会员卡", "¥168 用 365 天", `action="/search"`, "全部 1 家", "现在能用卡", "会员卡现在可用：九折 · 满 50 可用")
		seen(t, "home without a card", g.stranger().get("/"), "还没有会员卡")
		p := g.member()
		seen(t, "home with a new card", p.get("/"), "年卡，还剩 365 天", "已省 ¥0.00")
		g.paid(p, 12850)
		seen(t, "home after a use", p.get("/"), "已省 ¥12.85")
		g.clock.Advance(400 * 24 * time.Hour)
		if text := p.get("/"); strings.Contains(text, "还剩") || !strings.Contains(text, "¥168 用 365 天") {
			t.Error("a card that ended is told as one that runs")
		}
	})
}

// TestHomeTellsWhatIsOnThisWeek shows only what is so.
func TestHomeTellsWhatIsOnThisWeek(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.clock.Advance(10 * 24 * time.Hour)
		out := webtest.NewClient(t, g.url)
		if text := out.Do(t, "GET /").Text; strings.Contains(text, "这一周") {
			t.Error("a week without news has a section")
		}
		today := ledger.DayOf(g.clock.Now(), g.Zone)
		g.addShop("梧桐咖啡", "咖啡厅", 31.2312, shop.Terms{Kind: shop.Fixed, Off: 8 * money.Yuan, Floor: 30 * money.Yuan})
		g.addShop("石库门火锅", "火锅", 31.2330, shop.Terms{Kind: shop.Percent, Percent: 12, Blackout: []ledger.Day{today.Next(2)}})
		g.must2(g.Shop.SetTerms(t.Context(), g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 15}))
		g.clock.Advance(time.Minute)
		text := out.Do(t, "GET /").Text
		seen(t, "home", text, "这一周", "梧桐咖啡", "起收卡，减 ¥8 · 满 30 可用", "现在八五折，原来九折 · 满 50 可用", "石库门火锅这天不能用卡",
			g.day(ui.Page{Lang: fault.Zh}, g.clock.Now().AddDate(0, 0, 2)))
		for i := range 5 {
			g.addShop("新店"+string(rune('A'+i)), "面馆", 31.2330, shop.Terms{Kind: shop.Percent, Percent: 12})
		}
		g.clock.Advance(time.Minute)
		seen(t, "home with many new shops", out.Do(t, "GET /").Text, "另有 4 家店最近一周加入")
	})
}

// TestShopTellsWhenTheCardWorksAndWhatItSaves reads a shop's page at several
// hours.
func TestShopTellsWhenTheCardWorksAndWhatItSaves(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		out := webtest.NewClient(t, g.url)
		day := ledger.DayOf(g.clock.Now(), g.Zone)
		at := func(hour int) {
			t.Helper()
			for day.Start(g.Zone).Add(time.Duration(hour) * time.Hour).Before(g.clock.Now()) {
				day = day.Next(1)
			}
			g.clock.Advance(day.Start(g.Zone).Add(time.Duration(hour) * time.Hour).Sub(g.clock.Now()))
		}
		page := "GET /shops/" + string(g.shop.ID)
		at(12)
		seen(t, "at noon", out.Do(t, page).Text, "现在可用，22:00 为止", "两个人大约 ¥76，用卡付 ¥68.40，省 ¥7.60。", "想用卡的会员还太少", "门店号 "+g.shop.Number, "09:00–22:00")
		at(23)
		seen(t, "at night", out.Do(t, page).Text, "明天 09:00 起可用", "用卡付 ¥68.40")
		seen(t, "the list at night", out.Do(t, "GET /").Text, "现在不营业，09:00 开门")

		at(12)
		today := ledger.DayOf(g.clock.Now(), g.Zone)
		g.must2(g.Shop.SetTerms(t.Context(), g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 10, Floor: 100 * money.Yuan, Excluded: "酒水",
			Hours: []shop.Hours{{From: 14 * 60, Until: 17 * 60}}, Blackout: []ledger.Day{today.Next(-20), today, today.Next(10)}}))
		text := out.Do(t, page).Text
		seen(t, "on a blackout day", text, "明天 14:00 起可用", "每天 14:00–17:00 可用", "除外", "不含酒水", "两个人大约 ¥76，会员卡不减：满 ¥100.00 才能用，还差 ¥24.00。")
		if gone := today.Next(-20).Start(g.Zone).Format("1月2日"); strings.Contains(text, gone) {
			t.Errorf("a day that is over, %s, is told", gone)
		}
		g.must2(g.Shop.SetTerms(t.Context(), g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 10, Budget: 200 * money.Yuan, PerDay: 9}))
		g.must2(g.Shop.SetOffers(t.Context(), g.operator, g.shop.ID, []shop.Offer{{Title: "老客", Kind: shop.Fixed, Off: 5 * money.Yuan}}))
		seen(t, "with an offer of its own", out.Do(t, page).Text, "今天的额度还有 ¥200.00", "用卡付 ¥68.40，省 ¥7.60", "店里自己的优惠也减 ¥5，所以卡多省 ¥2.60")
		g.must2(g.Shop.SetOffers(t.Context(), g.operator, g.shop.ID, []shop.Offer{{Title: "老客", Kind: shop.Fixed, Off: 20 * money.Yuan}}))
		seen(t, "with a better one", out.Do(t, page).Text, "付 ¥56：店里自己的优惠减 ¥20，比会员卡的 ¥7.60 多，不用卡也有")

		g.must(g.Shop.Pause(t.Context(), g.operator, g.shop.ID, "装修"))
		if text := out.Do(t, page).Text; strings.Contains(text, "可用，到") || strings.Contains(text, "两个人大约") || !strings.Contains(text, "装修") {
			t.Error("a paused shop promises something")
		}
	})
}

// TestShopTellsWhichStationIsNear names it with its lines and the walk.
func TestShopTellsWhichStationIsNear(t *testing.T) {
	g := sqlite(t)
	out := webtest.NewClient(t, g.url)
	page := "GET /shops/" + string(g.shop.ID)
	if strings.Contains(out.Do(t, page).Text, "地铁") {
		t.Error("a city without a metro has one")
	}
	g.clock.Advance(time.Hour)
	g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
		_, _, err := discover.PutPlaces(tx, g.operator.Person, []discover.Place{{City: cityOfTests, Kind: discover.Metro, Name: "人民广场", En: "People's Square",
			Lines: []discover.Line{{Name: "1号线"}, {Name: "2号线"}}, Point: geo.Point{Lat: g.shop.Point.Lat + 0.003, Lng: g.shop.Point.Lng}, Source: "test", SourceID: "1"}})
		return err
	}))
	seen(t, "the shop", out.Do(t, page).Text, "人民广场站（1号线、2号线），步行约 6 分钟", "uri.amap.com/navigation")
	out.Header = http.Header{"Accept-Language": {"en"}}
	seen(t, "the shop in English", out.Do(t, page).Text, "People's Square (1号线, 2号线), about 6 min on foot")
}

// TestShopTellsHowItKeepsItsPromises has eleven members ask.
func TestShopTellsHowItKeepsItsPromises(t *testing.T) {
	g := sqlite(t)
	page := "/shops/" + string(g.shop.ID)
	for range 10 {
		g.paid(g.member(), 12850)
	}
	p := g.member()
	red := g.scanned(p)
	g.must2(g.Redeem.Decline(t.Context(), g.staff, red.ID, g.key()))
	g.clock.Advance(10 * time.Minute)
	seen(t, "the shop", p.get(page), "说话算数", "11 位会员想用卡，10 位用成了（90%）", "自己取消、没付款")
	en := webtest.NewClient(t, g.url)
	en.Header = http.Header{"Accept-Language": {"en"}}
	seen(t, "the shop in English", en.Do(t, "GET "+page).Text, "10 of 11 members who asked could use it (90%)", "How to pay", "For two about ¥76")
}
