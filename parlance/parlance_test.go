package parlance

import (
	"slices"
	"strings"
	"testing"

	"citywalk/atlas"
	"citywalk/geo"
)

// town is a small invented city.
var town = []struct {
	id   string
	text Text
}{
	{"granny", Text{Name: "外婆家(湖边店)", Category: "江浙菜", Dishes: []string{"茶香鸡", "西湖醋鱼"}, District: "湖滨区"}},
	{"beans", Text{Name: "豆子咖啡(塔下店)", Category: "咖啡店", District: "湖滨区"}},
	{"pot", Text{Name: "海底捞火锅(桥头店)", Category: "火锅", District: "江北区"}},
	{"temple", Text{Name: "灵隐寺", Category: "历史古迹", District: "湖滨区"}},
	{"tower", Text{Name: "东方明珠", Category: "人文景观", District: "江北区"}},
	{"turning", Text{Name: "东方明珠·空中旋转餐厅", Category: "自助餐", District: "江北区"}},
	{"bread", Text{Name: "Sunny's Bakery 晴天", Category: "面包甜点", District: "江北区"}},
	{"rosie", Text{Name: "Rosie Grill House", Category: "西餐", District: "江北区"}},
	{"noodle", Text{Name: "老王面馆", Category: "小吃", Dishes: []string{"片儿川"}, District: "江北区"}},
	{"paris", Text{Name: "小巴黎法式餐厅", Category: "西餐", District: "江北区"}},
}

var townSpots = []Spot{
	{Kind: District, Name: "湖滨区"}, {Kind: District, Name: "江北区"},
	{Kind: Station, Name: "人民广场", Point: geo.Point{Lat: 30.01, Lng: 120.01}},
	{Kind: Station, Name: "定安路", Point: geo.Point{Lat: 30.02, Lng: 120.02}},
	{Kind: Landmark, Name: "西湖", Point: geo.Point{Lat: 30.03, Lng: 120.03}},
}

func townIndex(t testing.TB) (*atlas.Index, *City) {
	t.Helper()
	x := atlas.New(1)
	for i, p := range town {
		d := atlas.Doc{ID: p.id, Point: geo.Point{Lat: 30 + float64(i)/1000, Lng: 120}, Terms: Terms(p.text), District: p.text.District, Category: p.text.Category}
		if err := x.Apply(atlas.Batch{Put: []atlas.Doc{d}}); err != nil {
			t.Fatal(err)
		}
	}
	return x, NewCity(Vocabulary{Spots: townSpots, Cheap: 5000, Dear: 50000, DF: x.DF})
}

// first asks and returns the ids found by the first question that finds any.
func first(t testing.TB, x *atlas.Index, c *City, query string) (ids []string, used Ask) {
	t.Helper()
	r := c.Read(query)
	for _, ask := range append([]Ask{r.Ask}, r.Looser()...) {
		a, err := x.Search(ask.Query())
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		for _, h := range a.Hits {
			ids = append(ids, h.ID)
		}
		if len(ids) > 0 {
			return ids, ask
		}
	}
	return nil, r.Ask
}

// However somebody says it, the same place is found first.
func TestManyWaysToSayIt(t *testing.T) {
	x, c := townIndex(t)
	for want, queries := range map[string][]string{
		"granny": {"外婆家", "waipojia", "wpj", "wai po jia", "waipoj", "外婆", "外婆佳", "外家婆", "waipojai", "茶香鸡", "西湖醋鱼", "xihucuyu", "外　婆　家", "外婆家😀", "grandma's home"},
		"beans":  {"咖啡", "咖啡馆", "咖啡廳", "coffee", "CAFÉ", "kafei", "kafe", "kf", "cofee", "ｃｏｆｆｅｅ", "湖滨区 咖啡", "湖滨咖啡", "coffee in hubin", "想喝咖啡"},
		"pot":    {"海底捞", "海底撈", "hdl", "haidilao", "haidil", "海底涝", "火锅", "火鍋", "hot pot", "hotpot", "打边炉", "huoguo", "海底捞 江北"},
		"temple": {"灵隐寺", "靈隱寺", "lingyinsi", "灵音寺", "Lingyin Temple", "寺庙"},
		"tower":  {"东方明珠", "dfmz", "oriental pearl", "东方明朱"},
		"bread":  {"bakery", "面包", "mianbao", "sunny", "Sunny's", "suny's bakery", "晴天"},
		"rosie":  {"rosie", "rosie gril", "rozie"},
		"noodle": {"面馆", "noodles", "片儿川", "麵館", "laowang mianguan"},
		"paris":  {"法国菜", "french", "小巴黎", "xbl"},
	} {
		for _, q := range queries {
			if got, _ := first(t, x, c, q); len(got) == 0 || got[0] != want {
				t.Errorf("%q finds %v first, want %s", q, got, want)
			}
		}
	}
}

// What is asked for beside words is understood, and every part says where in
// the query it stands, so that leaving it out leaves the rest.
func TestWishesPricesAndSpots(t *testing.T) {
	_, c := townIndex(t)
	for _, want := range []struct {
		query      string
		wishes     Wishes
		least      int32
		most       int32
		spot       string
		district   string
		clauses    int
		withoutAny string // What stays of the query without its understood parts.
	}{
		{query: "附近的咖啡", wishes: NearMe, clauses: 1},
		{query: "coffee near me open now", wishes: NearMe | OpenNow, clauses: 1},
		{query: "现在营业的火锅 人均100以内", wishes: OpenNow, most: 10000, clauses: 1},
		{query: "under 100 coffee", most: 10000, clauses: 1},
		{query: "火锅 50-100元", least: 5000, most: 10000, clauses: 1},
		{query: "200元以上的日料", least: 20000, clauses: 1, withoutAny: "的"},
		{query: "人均80左右", least: 6000, most: 10000},
		{query: "便宜的面", wishes: Cheap, most: 5000, clauses: 1},
		{query: "能用卡的西餐", wishes: CardNow, clauses: 1, withoutAny: "的"},
		{query: "card works now hot pot", wishes: CardNow, clauses: 1},
		{query: "精选 到店实付 满减", wishes: Curated | Verified | FixedOff},
		{query: "人民广场站附近的火锅", spot: "人民广场", clauses: 1, withoutAny: "站附近的"},
		{query: "hot pot near People's Square", spot: "人民广场", clauses: 1, withoutAny: "near"},
		{query: "noodles near Ding'an Road", spot: "定安路", clauses: 1, withoutAny: "near"},
		{query: "江北 面包", district: "江北区", clauses: 1},
		{query: "西湖附近", spot: "西湖", withoutAny: "附近"},
		{query: "西湖醋鱼", clauses: 1},
		{query: "1933", clauses: 1},
		{query: "的", withoutAny: "的"},
	} {
		r := c.Read(want.query)
		spot, district := "", ""
		if r.Spot != nil {
			spot = r.Spot.Name
		}
		if len(r.Districts) > 0 {
			district = r.Districts[0]
		}
		if r.Wishes != want.wishes || r.PriceMin != want.least || r.PriceMax != want.most || spot != want.spot || district != want.district || len(r.Clauses) != want.clauses {
			t.Errorf("%q: wishes %b, price %d to %d, spot %q, district %q, %d clauses: %+v", want.query, r.Wishes, r.PriceMin, r.PriceMax, spot, district, len(r.Clauses), r.Parts)
		}
		rest := want.query
		for _, p := range slices.Backward(r.Parts) {
			rest = rest[:p.From] + rest[p.To:]
		}
		if rest = strings.Join(strings.Fields(rest), ""); rest != want.withoutAny && want.clauses > 0 {
			t.Errorf("%q: %q is left without its parts", want.query, rest)
		}
	}
}

// What had to be given up, and what was assumed, is told.
func TestNothingIsGivenUpInSilence(t *testing.T) {
	x, c := townIndex(t)
	ids, ask := first(t, x, c, "人均100以内的咖啡") // Nobody knows its price.
	if !slices.Contains(ids, "beans") || len(ask.Gave) != 1 || ask.Gave[0].Kind != Price {
		t.Errorf("%v, gave %+v", ids, ask.Gave)
	}
	if ids, ask = first(t, x, c, "cofee"); !slices.Contains(ids, "beans") || ask.Spelt != "coffee" {
		t.Errorf("%v, spelt %q", ids, ask.Spelt)
	}
	if ids, _ = first(t, x, c, "qqzzxx"); len(ids) > 0 {
		t.Errorf("nonsense finds %v", ids)
	}
}

// What is suggested can be typed in any script.
func TestSuggestionsHaveKeys(t *testing.T) {
	says := Says(Text{Name: "外婆家(湖边店)", Category: "咖啡店", Dishes: []string{"茶香鸡"}, District: "湖滨区", Stations: []string{"定安路"}})
	keys := map[byte][]string{}
	for _, s := range says {
		keys[s.Kind] = append(keys[s.Kind], s.Keys...)
	}
	for kind, want := range map[byte][]string{
		KindShop:     {"外婆家", "waipojia", "wpj"},
		KindCategory: {"咖啡店", "kafeidian", "kfd", "coffee"},
		KindDish:     {"茶香鸡", "chaxiangji", "cxj"},
		KindDistrict: {"湖滨区", "hubinqu"},
		KindStation:  {"定安路", "dinganlu", "dal"},
	} {
		for _, k := range want {
			if !slices.Contains(keys[kind], k) {
				t.Errorf("kind %d lacks %q: %v", kind, k, keys[kind])
			}
		}
	}
	if got := Typed(" WaiPo Jia"); got != "waipojia" {
		t.Errorf("%q", got)
	}
}

// A category has an English name only if the thesaurus knows all of it.
func TestEnglishNamesOfCategories(t *testing.T) {
	for zh, en := range map[string]string{
		"火锅": "Hot pot", "咖啡厅": "Coffee", "书店": "Bookstore", "面馆": "Noodles", "面包甜点": "Bakery, dessert", "东南亚菜": "Southeast Asian", "中东料理": "Middle Eastern",
		"烧烤": "BBQ", "茶馆/茶室": "Tea house", "冰淇淋": "Ice cream", "茶铺": "Tea house", "本地菜": "Local food", "手作": "Crafts", "": "", "其他": "", "咖啡与什么": "", "创意菜": "", "  ": "",
	} {
		if got := English(zh); got != en {
			t.Errorf("%q is %q, want %q", zh, got, en)
		}
	}
}
