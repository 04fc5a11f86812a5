package member

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"citywalk/money"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// links are the addresses on a page that lead to a search, with their words.
func links(page string) map[string]string {
	all := map[string]string{}
	for _, m := range regexp.MustCompile(`(?s)<a class="pick[^"]*" href="([^"]*)"[^>]*>(.*?)</a>`).FindAllStringSubmatch(page, -1) {
		words := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(regexp.MustCompile(`(?s)<(svg|span class="sr").*?</(svg|span)>`).ReplaceAllString(m[2], ""), " ")
		all[strings.Join(strings.Fields(words), " ")] = html.UnescapeString(m[1])
	}
	return all
}

// found are the names of the shops on a page, in order.
func found(page string) (names []string) {
	for _, m := range regexp.MustCompile(`(?s)<strong class="shop-name"><bdi>(.*?)</bdi>`).FindAllStringSubmatch(page, -1) {
		names = append(names, m[1])
	}
	return names
}

func askedFrom(address string) asked {
	return askedOf(httptest.NewRequest("GET", address, nil))
}

func TestTheAddressCarriesTheWholeQuestion(t *testing.T) {
	for given, want := range map[string]string{
		"/search": "/search",
		"/search?q=+面馆+&cat=面馆&cat=咖啡&cat=面馆&open=1&nonsense=1&sort=saving": "/search?cat=面馆&cat=咖啡&open=1&q=面馆&sort=saving",
		"/search?lat=31.2&lng=121.4&metro=人民广场":                             "/search?lat=31.2&lng=121.4&metro=人民广场",
		"/search?lat=31.2&lng=oops&q=":                                      "/search",
		"/search?min=50&max=100&after=0.abc":                                "/search?after=0.abc&max=100&min=50",
	} {
		if got, _ := url.QueryUnescape(askedFrom(strings.ReplaceAll(given, " ", "+")).link()); got != want {
			t.Errorf("%s is carried as %s, want %s", given, got, want)
		}
	}
	x := askedFrom("/search?q=面馆&cat=面馆&after=0.abc")
	for what, c := range map[string]struct {
		got  asked
		want string
	}{
		"another kind":    {x.toggled("cat", "咖啡"), "/search?cat=面馆&cat=咖啡&q=面馆"},
		"not that kind":   {x.toggled("cat", "面馆"), "/search?q=面馆"},
		"open":            {x.toggled("open", "1"), "/search?cat=面馆&open=1&q=面馆"},
		"open and not":    {x.toggled("open", "1").toggled("open", "1"), "/search?cat=面馆&q=面馆"},
		"without words":   {x.without(0, len("面馆")), "/search?cat=面馆"},
		"without nothing": {x.without(5, 900), "/search?after=0.abc&cat=面馆&q=面馆"},
		"elsewhere":       {askedFrom("/search?lat=31.2&lng=121.4&sort=distance&q=面").elsewhere(), "/search?q=面"},
	} {
		if got, _ := url.QueryUnescape(c.got.link()); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	if got, _ := url.QueryUnescape(askedFrom("/search?q=人民广场+咖啡+安静").without(len("人民广场 "), len("人民广场 咖啡")).link()); got != "/search?q=人民广场 安静" {
		t.Errorf("a part in the middle left out: %s", got)
	}
}

// market adds shops that can be told apart.
func (g *rig) market() {
	g.town()
	g.addShop("弄堂咖啡", "咖啡厅", 31.2400, shop.Terms{Kind: shop.Percent, Percent: 20})
	g.addShop("咖啡小站", "咖啡厅", 31.2420, shop.Terms{Kind: shop.Fixed, Off: 5 * money.Yuan})
}

// TestSearchWithoutScript asks in several ways, as a browser without script.
func TestSearchWithoutScript(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.market()
		out := webtest.NewClient(t, g.url)
		coffee := []string{"梧桐咖啡（永康路店）", "弄堂咖啡", "咖啡小站"}
		webtest.Run(t,
			webtest.Scenario{Name: "a kind", As: out, Do: "GET /search?q=咖啡", Status: 200, Shows: append(coffee, "3 家", "会员卡现在可用"), Hides: []string{"石库门火锅"}},
			webtest.Scenario{Name: "pinyin", As: out, Do: "GET /search?q=kafei", Status: 200, Shows: coffee, Hides: []string{"石库门火锅"}},
			webtest.Scenario{Name: "initials", As: out, Do: "GET /search?q=kf", Status: 200, Shows: coffee},
			webtest.Scenario{Name: "English", As: out, Do: "GET /search?q=coffee", Status: 200, Shows: coffee},
			webtest.Scenario{Name: "near", As: out, Do: "GET /search?lat=31.2304&lng=121.4737", Status: 200, Shows: []string{"步行 1 分钟", "老张面馆", "离得近", `href="/search" aria-current="true"`}},
			webtest.Scenario{Name: "a gift", As: out, Do: "GET /search?gives=gift", Status: 200, Shows: []string{"福州路旧书店"}, Hides: []string{"老张面馆"}},
			webtest.Scenario{Name: "nothing like it", As: out, Do: "GET /search?q=咖啡&gives=gift", Status: 200, Shows: []string{"没有找到完全符合的店", "不看“会员卡给什么”的话，有这些", coffee[0]}},
			webtest.Scenario{Name: "a word that is nowhere", As: out, Do: "GET /search?q=zzzqqq", Status: 200, Shows: []string{"没有找到“zzzqqq”", "看看这些，或者换个词"}},
			webtest.Scenario{Name: "what cannot be seen", As: out, Do: "GET /search?q=%00%01%E5%92%96%E5%95%A1%EF%BF%BD", Status: 200, Shows: append(coffee, `value="咖啡"`, "<title>找“咖啡”")},
			webtest.Scenario{Name: "from another city", As: out, Do: "GET /search?lat=39.9&lng=116.4", Status: 200, Shows: []string{"老张面馆", " 公里"}, Hides: []string{"步行"}},
			webtest.Scenario{Name: "by distance without a place", As: out, Do: "GET /search?sort=distance", Status: 200, Shows: []string{"请先定位", "老张面馆"}},
			webtest.Scenario{Name: "no page", As: out, Do: "GET /search?after=x", Status: 400, Shows: []string{"翻页标记不对", "全部门店"}},
			webtest.Scenario{Name: "completed", As: out, Do: "GET /suggest?q=kaf", Status: 200, Shows: []string{`data-value="`}},
			webtest.Scenario{Name: "inside a name", As: out, Do: "GET /suggest?q=小站", Status: 200, Shows: []string{`data-value="咖啡小站"`}},
			webtest.Scenario{Name: "misspelt", As: out, Do: "GET /suggest?q=cofee", Status: 200, Shows: []string{`data-value="弄堂咖啡"`}},
			webtest.Scenario{Name: "nothing to complete", As: out, Do: "GET /suggest?q=", Status: 200, Hides: []string{"data-value"}},
		)
	})
}

// TestSearchIsNarrowedByLinks follows what a page offers, there and back.
func TestSearchIsNarrowedByLinks(t *testing.T) {
	g := sqlite(t)
	g.market()
	out := webtest.NewClient(t, g.url)
	all := string(out.Do(t, "GET /search").Body)
	offered := links(all)
	follow := func(from, label string) string {
		t.Helper()
		to, ok := links(from)[label]
		if !ok {
			t.Fatalf("there is no %q among %v", label, links(from))
		}
		return string(out.Do(t, "GET "+to).Body)
	}
	if offered["咖啡厅 3"] == "" || offered["黄浦区 6"] == "" || offered["¥50 以下 6"] == "" {
		t.Fatalf("a search offers %v", offered)
	}
	narrowed := follow(all, "咖啡厅 3")
	if got := found(narrowed); len(got) != 3 {
		t.Fatalf("coffee is %v", got)
	}
	if got := found(follow(narrowed, "打折 1")); fmt.Sprint(got) != "[弄堂咖啡]" {
		t.Errorf("a percentage off coffee is %v", got)
	}
	both := follow(narrowed, "面馆 1")
	if got := found(both); len(got) != 4 {
		t.Errorf("coffee and noodles are %v", got)
	}
	if got := found(follow(follow(both, "咖啡厅"), "面馆")); len(got) != 6 {
		t.Errorf("with everything taken away again there are %v", got)
	}
	if got := found(follow(all, "省得多")); got[0] != "弄堂咖啡" {
		t.Errorf("what saves most is %v", got)
	}
}

// TestWhatWasUnderstoodCanBeLeftOut offers each part of the words by itself.
func TestWhatWasUnderstoodCanBeLeftOut(t *testing.T) {
	g := sqlite(t)
	g.market()
	out := webtest.NewClient(t, g.url)
	offered := links(string(out.Do(t, "GET /search?q="+url.QueryEscape("50块以下的咖啡")).Body))
	for label, want := range map[string]string{"¥50 以下": "咖啡", "咖啡": "50块以下的"} {
		to, err := url.Parse(offered[label])
		if err != nil || !strings.Contains(to.Query().Get("q"), strings.TrimSuffix(want, "的")) || strings.Contains(to.Query().Get("q"), label) {
			t.Errorf("without %s the words are %q (%v)", label, to.Query().Get("q"), offered)
		}
	}
}

// TestSearchForMeIsChosen and offered only to who is signed in.
func TestSearchForMeIsChosen(t *testing.T) {
	g := sqlite(t)
	g.market()
	out := webtest.NewClient(t, g.url)
	if text := out.Do(t, "GET /search?sort=for_me").Text; strings.Contains(text, "为我排") || strings.Contains(text, "半年里去过的店") {
		t.Error("a stranger has an order of his own")
	}
	p := g.member()
	g.paid(p, 12850)
	page := p.get("/search")
	if strings.Contains(page, "半年里去过的店") || links(page)["为我排"] != "/search?sort=for_me" {
		t.Error("an order of one's own is not a choice")
	}
	mine := p.get("/search?sort=for_me")
	seen(t, "an order of one's own", mine, "半年里去过的店", "不保存")
	if got := found(mine); got[0] != g.shop.Name {
		t.Errorf("who eats noodles is shown %v", got)
	}
}

// TestSearchEnds pages through many shops, each once.
func TestSearchEnds(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		for i := range 44 {
			g.addShop(fmt.Sprintf("第%d家小馆", i), "本帮菜", 31.2304+float64(i)/1e4, shop.Terms{Kind: shop.Percent, Percent: 10 + i%3, Floor: money.Amount(i) * money.Yuan})
		}
		out := webtest.NewClient(t, g.url)
		for _, address := range []string{"/search", "/search?q=小馆", "/search?lat=31.23&lng=121.47&sort=distance", "/search?sort=saving"} {
			met, next, pages := map[string]int{}, address, 0
			for ; next != "" && pages < 9; pages++ {
				r := out.Do(t, "GET "+next)
				if r.Status != http.StatusOK {
					t.Fatalf("%s answers %d", next, r.Status)
				}
				for _, name := range found(string(r.Body)) {
					met[name]++
				}
				next = ""
				if m := regexp.MustCompile(`href="([^"]*)" rel="next"`).FindSubmatch(r.Body); m != nil {
					next = html.UnescapeString(string(m[1]))
				}
			}
			want := 45
			if strings.Contains(address, "q=") {
				want = 44
			}
			if pages != 3 || len(met) != want {
				t.Errorf("%s has %d shops on %d pages, want %d on 3", address, len(met), pages, want)
			}
			for name, n := range met {
				if n != 1 {
					t.Errorf("%s shows %s %d times", address, name, n)
				}
			}
		}
	})
}
