package member

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/esteem"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// listed lets people go out for half a year, and makes the lists of a night and
// of the night a week later.
func (g *rig) listed() {
	g.t.Helper()
	ten := shop.Terms{Kind: shop.Percent, Percent: 10}
	shops := []shop.Shop{g.shop}
	for i, name := range []string{"德兴小馆", "城隍庙汤包", "永康路牛肉粉", "弄堂咖啡（思南路店）", "石库门火锅", "外滩书局", "苏州河面包房", "四川北路茶室", "新天地甜品", "静安小酒馆", "曹家渡羊肉面"} {
		shops = append(shops, g.addShop(name, []string{"面馆", "咖啡厅", "小吃快餐"}[i%3], 31.2304+0.012*float64(i%8), ten))
	}
	var people []string
	for i := range 60 {
		id, err := g.Account.Appoint(g.t.Context(), fmt.Sprintf("137%08d", i), "", account.Grant{})
		g.must(err)
		people = append(people, string(id))
	}
	g.clock.Advance(220 * 24 * time.Hour)
	r := rand.New(rand.NewPCG(3, 3))
	n := 0
	paid := func(tx *db.Tx, person string, sh shop.Shop, ago int) {
		n++
		when := ledger.DayOf(tx.Now(), g.Zone).Next(-ago).Start(g.Zone).Add(19 * time.Hour)
		_, err := tx.Exec(`
			INSERT INTO redeem_redemptions (id, door, state, version, shop, shop_name, merchant, person, person_name, pass, match, number,
				terms, basis, bill, due, slot_day, day, receipt, created, committed)
			VALUES ($1, 'code', 'committed', 1, $2, $3, $4, $5, '', 'pss_x', '00', $1, '', '', $6, $6, $7, $7, $1, $8, $8)`,
			fmt.Sprintf("rdm_list%08d", n), sh.ID, sh.Name, string(sh.Merchant), person, 60*money.Yuan, ledger.DayOf(when, g.Zone), when)
		g.must(err)
	}
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) error {
		for i, sh := range shops {
			for _, p := range people[:max(20, 60-5*i)] {
				ago := 20 + r.IntN(140)
				paid(tx, p, sh, ago)
				if r.Float64() < []float64{0.8, 0.3, 0.6, 0.2}[i%4] {
					paid(tx, p, sh, ago-1-r.IntN(18))
				}
			}
		}
		return nil
	}))
	fresh := g.addShop("新来的铺子", "面馆", 31.2304, ten)
	for range 2 {
		g.clock.Advance(7 * 24 * time.Hour)
		_, err := g.Discover.MakeLists(g.t.Context(), cityOfTests)
		g.must(err)
		g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) error {
			for _, p := range people[:10] {
				paid(tx, p, fresh, 1)
				paid(tx, p, shops[2], 1)
			}
			return nil
		}))
	}
	g.clock.Advance(2 * time.Minute)
}

// TestLists reads the lists as a guest does, in both languages and by API of
// addresses: which list it is stands in the address, and what is no list is said
// to be none.
func TestLists(t *testing.T) {
	g := sqlite(t)
	out := g.stranger().Client
	seen(t, "before the first night", out.Do(t, "GET /lists").Text, "榜单还没有出", "榜单怎么排")
	g.listed()

	list := out.Do(t, "GET /lists").Text
	seen(t, "the list", list, "回头客榜", "值得专程", "小而美", "新店", "日榜", "年榜", "老张面馆", "本地会员", "% 回头", "同类店一般", "九成把握", "榜单怎么排")
	if a, b := strings.Index(list, "老张面馆"), strings.Index(list, "德兴小馆"); b >= 0 && a > b {
		t.Error("a shop to which fewer come back stands before")
	}
	seen(t, "the year's of a kind", out.Do(t, "GET /lists?kind=back&span=year&category=面馆").Text, "老张面馆", "全城", "面馆")
	seen(t, "new shops", out.Do(t, "GET /lists?kind=new").Text, "新来的铺子", "刚开始收会员卡", "还没有名次")
	seen(t, "a list of a kind that has none", out.Do(t, "GET /lists?kind=back&category=书店").Text, "这个榜上还没有店", "至少 15 位会员", "看全城全部品类")
	for path, status := range map[string]int{"/lists?kind=best": http.StatusBadRequest, "/lists?span=decade": http.StatusBadRequest,
		"/lists?day=2001-01-01": http.StatusNotFound, "/lists?day=yesterday": http.StatusNotFound} {
		got := out.Do(t, "GET "+path)
		if got.Status != status {
			t.Errorf("%s is answered with %d, want %d", path, got.Status, status)
		}
		seen(t, path, got.Text, "全部榜单") // The same address again would be refused again.
	}

	seen(t, "the first page", out.Do(t, "GET /").Text, "本地人回头的店", "老张面馆", "全部榜单")
	page := "/shops/" + string(g.shop.ID)
	seen(t, "the shop", out.Do(t, "GET "+page).Text, "在榜", "上海 · 回头客榜", "第 1 名", "名次变化")
	seen(t, "its places", out.Do(t, "GET "+page+"/places").Text, "名次变化", "老张面馆", "回头客榜", "第 1 名", "起")
}

// TestListRules looks that the page of the rules tells the numbers that the
// program works by.
func TestListRules(t *testing.T) {
	g := sqlite(t)
	text := g.stranger().Do(t, "GET /rules/lists").Text
	seen(t, "the rules", text, "榜单怎么排", fmt.Sprintf("不到 %d 位，不排名", esteem.Crowd), fmt.Sprintf("%d 个星期", esteem.LocalWeeks), "5 公里",
		fmt.Sprintf("%d 米内有 %d 家", esteem.NearMetres, esteem.Choices), fmt.Sprintf("最近 %d 天", discover.DaySpan.Days()), "最近 365 天", "0.5 个标准差", "只算 50%", "s/(s+2)")
}

// TestListsOnAPhone looks at the lists as a member does.
func TestListsOnAPhone(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := sqlite(t)
			g.listed()
			page := webtest.Open(t, device, "")
			for shot, path := range map[string]string{
				"lists-home": "/", "lists": "/lists", "lists-year": "/lists?span=year&category=面馆", "lists-new": "/lists?kind=new", "lists-trip": "/lists?kind=trip",
				"lists-rules": "/rules/lists", "lists-shop": "/shops/" + string(g.shop.ID), "lists-places": "/shops/" + string(g.shop.ID) + "/places",
			} {
				page.Open(g.url + path)
				settled(t, page, name+"-"+shot)
			}
		})
	}
}
