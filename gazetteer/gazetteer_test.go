package gazetteer

import (
	"reflect"
	"slices"
	"testing"

	"citywalk/geo"
)

// town is a few invented shops of every kind that is hard.
var town = []Entry{
	{ID: "tang", Name: "汤记面馆(梧桐路店)", District: "徐汇区", Address: "梧桐路 18 号", Category: "面馆", Point: geo.Point{Lat: 31.2100, Lng: 121.4400}},
	{ID: "tang2", Name: "汤记面馆（江湾店）", District: "杨浦区", Address: "江湾大道 200 号", Category: "面馆", Point: geo.Point{Lat: 31.3000, Lng: 121.5100}},
	{ID: "granny", Name: "外婆家(古北店)", District: "长宁区", Address: "古北路 5 号", Category: "江浙菜", Point: geo.Point{Lat: 31.2050, Lng: 121.4000}},
	{ID: "auntie", Name: "阿婆的灶", District: "长宁区", Address: "古北路 9 号", Category: "江浙菜", Point: geo.Point{Lat: 31.2052, Lng: 121.4003}},
	{ID: "crane", Name: "白鹤亭·手作豆花", Aliases: []string{"鹤亭豆花", "老白家"}, District: "静安区", Address: "云母巷 3 号", Category: "小吃", Point: geo.Point{Lat: 31.2300, Lng: 121.4500}},
	{ID: "anchor", Name: "Rusty Anchor 铁锚餐吧", District: "黄浦区", Address: "码头路 88 号", Category: "西餐", Point: geo.Point{Lat: 31.2350, Lng: 121.4900}},
	{ID: "must", Name: "MUST(码头店)", District: "黄浦区", Address: "码头路 90 号", Category: "西餐", Point: geo.Point{Lat: 31.2351, Lng: 121.4901}},
	{ID: "dragon", Name: "龍燒樓·炭火烧肉", District: "静安区", Address: "云母巷 30 号", Category: "日本料理", Point: geo.Point{Lat: 31.2301, Lng: 121.4502}},
	{ID: "hotel1", Name: "栖霞大酒店·听松阁", District: "静安区", Address: "栖霞路 1 号", Category: "粤菜", Point: geo.Point{Lat: 31.2201, Lng: 121.4602}},
	{ID: "hotel2", Name: "栖霞大酒店·映月自助餐厅", District: "静安区", Address: "栖霞路 1 号", Category: "自助餐", Point: geo.Point{Lat: 31.2201, Lng: 121.4602}},
}

func point(lat, lng float64) *geo.Point { return &geo.Point{Lat: lat, Lng: lng} }

func TestFindNamesAndMentions(t *testing.T) {
	g := New(town)
	for name, c := range map[string]struct {
		q    Query
		want Decision
		id   string
	}{
		"a name with its branch":             {Query{Name: "汤记面馆（梧桐路店）"}, Linked, "tang"},
		"a brand and a branch's street":      {Query{Name: "汤记面馆", Address: "梧桐路18号1楼"}, Linked, "tang"},
		"a brand and a place near":           {Query{Name: "汤记面馆", Point: point(31.3003, 121.5102)}, Linked, "tang2"},
		"a brand alone":                      {Query{Name: "汤记面馆"}, Ambiguous, ""},
		"another branch than we know":        {Query{Name: "汤记面馆(浦东机场店)"}, None, ""},
		"an alias":                           {Query{Name: "鹤亭豆花"}, Linked, "crane"},
		"without what follows the dot":       {Query{Name: "白鹤亭", District: "静安"}, Linked, "crane"},
		"full width and capitals":            {Query{Name: "ＲＵＳＴＹ　ａｎｃｈｏｒ"}, Linked, "anchor"},
		"simplified for traditional":         {Query{Name: "龙烧楼"}, Linked, "dragon"},
		"zero-width and bidi marks":          {Query{Name: "白\u200b鹤\u202e亭·手作豆花"}, Linked, "crane"},
		"nobody's name":                      {Query{Name: "蓝鲸小栈"}, None, ""},
		"only a word for a kind of place":    {Query{Name: "餐厅"}, None, ""},
		"a hotel alone":                      {Query{Name: "栖霞大酒店"}, Ambiguous, ""},
		"a hotel's restaurant":               {Query{Name: "栖霞大酒店听松阁"}, Linked, "hotel1"},
		"nothing":                            {Query{}, None, ""},
		"a text with name and branch":        {Query{Text: "周末去了汤记面馆（江湾店），面很劲道。"}, Linked, "tang2"},
		"a text with the branch unbracketed": {Query{Text: "在汤记面馆江湾店吃了碗阳春面"}, Linked, "tang2"},
		"a text with the district":           {Query{Text: "徐汇这家汤记面馆排队好久，味道不错"}, Linked, "tang"},
		"a text with the brand alone":        {Query{Text: "汤记面馆的浇头真足，推荐！"}, Ambiguous, ""},
		"a text with an alias":               {Query{Text: "老白家的豆花，从小吃到大，打卡"}, Linked, "crane"},
		"a text in Latin letters":            {Query{Text: "Brunch at the rusty anchor, lovely eggs"}, Linked, "anchor"},
		"a relative's house":                 {Query{Text: "我外婆家的院子里有棵枇杷树，小时候常去。"}, Ambiguous, ""},
		"a relative's house or a chain":      {Query{Text: "去我外婆家吃饭，味道还是那么好，环境也好"}, Ambiguous, ""},
		"a name that is a thing":             {Query{Text: "阿婆的灶味道真好，人均 60"}, Linked, "auntie"},
		"a relative's thing":                 {Query{Text: "我阿婆的灶味道真好，别处吃不到"}, Ambiguous, ""},
		"the beginning of a longer word":     {Query{Text: "a rusty anchorage, good view, nice food"}, None, ""},
		"the chain with its branch":          {Query{Text: "外婆家（古北店）人均 80，服务员很热情"}, Linked, "granny"},
		"a word that is a name":              {Query{Text: "you must try the dumplings"}, None, ""},
		"part of a longer word":              {Query{Text: "mustard on everything"}, None, ""},
		"nothing of ours":                    {Query{Text: "今天天气很好，沿着河边走了一圈。"}, None, ""},
	} {
		t.Run(name, func(t *testing.T) {
			ms := g.Find(c.q)
			got, m := Decide(ms)
			if got != c.want || got == Linked && m.ID != c.id {
				t.Errorf("%v %v, want %v %s: %+v", got, m.ID, c.want, c.id, ms)
			}
			total := 0.0
			for _, m := range ms {
				if m.Probability < 0 || m.Probability > 1 || len(m.Why) == 0 {
					t.Errorf("%+v", m)
				}
				total += m.Probability
			}
			if c.q.Text == "" && total > 1+1e-9 {
				t.Errorf("the probabilities of one name add up to %f", total)
			}
		})
	}
}

// Where a mall is, is learnt from the branches of other brands: an address
// without a position then tells the branch beside it from the one across town.
func TestAreasAreLearnt(t *testing.T) {
	east, west := geo.Point{Lat: 31.30, Lng: 121.55}, geo.Point{Lat: 31.18, Lng: 121.35}
	g := New([]Entry{
		{ID: "east", Name: "蓝罐小馆(东城店)", Point: east},
		{ID: "west", Name: "蓝罐小馆(西城店)", Point: west},
		{ID: "x", Name: "松果茶(银杏坊店)", Point: east},
		{ID: "y", Name: "赤豆铺(银杏坊店)", Point: geo.Point{Lat: 31.301, Lng: 121.551}},
	})
	ms := g.Find(Query{Name: "蓝罐小馆", Address: "望海路 9 号银杏坊 3 楼"})
	if len(ms) != 2 || ms[0].ID != "east" || ms[0].Probability < 2*ms[1].Probability {
		t.Errorf("%+v", ms)
	}
}

// A text that mentions several shops gives each of them, and no link for the
// whole of it.
func TestTextWithSeveralShops(t *testing.T) {
	g := New(town)
	ms := g.Find(Query{Text: "先在汤记面馆（梧桐路店）吃面，晚上去白鹤亭·手作豆花打卡，最后 Rusty Anchor 喝一杯"})
	var ids []string
	for _, m := range ms {
		if m.Probability >= linkedLeast {
			ids = append(ids, m.ID)
		}
	}
	slices.Sort(ids)
	if !slices.Equal(ids, []string{"anchor", "crane", "tang"}) {
		t.Errorf("%+v", ms)
	}
	if d, _ := Decide(ms); d != Ambiguous {
		t.Errorf("decided %v", d)
	}
}

// A note about a chain goes to a branch only if that is named or near.
func TestAttribute(t *testing.T) {
	g := New(town)
	chain := Chains([]string{town[0].Name, town[1].Name})[0]
	if chain == "" {
		t.Fatal("no chain")
	}
	for name, c := range map[string]struct {
		q    Query
		want []Target
	}{
		"the branch is named": {Query{Text: "汤记面馆（江湾店）排队"}, []Target{{"tang2", chain}}},
		"the branch is near":  {Query{Text: "汤记面馆真好吃", Point: point(31.2101, 121.4401)}, []Target{{"tang", chain}}},
		"the brand alone":     {Query{Text: "汤记面馆的服务员真好，推荐"}, []Target{{"", chain}}},
		"a name of the brand": {Query{Name: "汤记面馆"}, []Target{{"", chain}}},
		"two of them":         {Query{Text: "汤记面馆（江湾店）比汤记面馆（梧桐路店）好吃"}, []Target{{"tang2", chain}, {"tang", chain}}},
		"no chain":            {Query{Text: "打卡白鹤亭·手作豆花"}, []Target{{"crane", ""}}},
		"nothing":             {Query{Text: "今天下雨"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := g.Attribute(c.q); !slices.Equal(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestChains(t *testing.T) {
	names := []string{
		"星巴克(人民广场店)", "星巴克（外滩店）", "大牌大·传统杭帮菜(湖滨店)", "大牌大·融合杭帮菜", "汤记面馆", "汤記麵館(东店)",
		"栖霞大酒店·听松阁", "栖霞大酒店·映月自助餐厅", "独一家", "火锅", "火锅(南店)", "",
	}
	got := Chains(names)
	same := func(a, b int) bool { return got[a] != "" && got[a] == got[b] }
	if !same(0, 1) || !same(2, 3) || !same(4, 5) || same(0, 2) {
		t.Errorf("%q", got)
	}
	for _, i := range []int{6, 7, 8, 9, 10, 11} {
		if got[i] != "" {
			t.Errorf("%s has the brand %q", names[i], got[i])
		}
	}
}

// The same question has the same answer, from whatever order of asking and
// however many ask.
func TestAnswersAreTheSameAgain(t *testing.T) {
	g, h := New(town), New(town)
	questions := []Query{{Name: "汤记面馆"}, {Text: "先去汤记面馆，再去外婆家，推荐"}, {Name: "栖霞大酒店听松阁", District: "静安"}}
	want := make([][]Match, len(questions))
	for i, q := range questions {
		want[i] = g.Find(q)
	}
	done := make(chan bool)
	for range 4 {
		go func() {
			defer func() { done <- true }()
			for i := len(questions) - 1; i >= 0; i-- {
				if got := h.Find(questions[i]); !reflect.DeepEqual(got, want[i]) {
					t.Errorf("%+v, want %+v", got, want[i])
				}
			}
		}()
	}
	for range 4 {
		<-done
	}
}

func TestFoldedNames(t *testing.T) {
	for name, want := range map[string]title{
		"星巴克（人民广场店）":         {whole: "星巴克", branch: "人民广场店"},
		"【舞渔】日料·美人胶原锅":       {whole: "舞渔日料美人胶原锅", parts: []string{"舞渔", "日料", "美人胶原锅"}},
		"Ｍ·Stand (外滩店)":      {whole: "mstand", parts: []string{"m", "stand"}, branch: "外滩店"},
		"月芽·自由餐厅·中大银泰店":      {whole: "月芽自由餐厅", parts: []string{"月芽", "自由餐厅"}, branch: "中大银泰店"},
		"Rêver ·玥":           {whole: "rever玥", parts: []string{"rever", "玥"}},
		"食好点(上海旗舰店）":         {whole: "食好点", branch: "上海旗舰店"},
		"没有关上(的括号":           {whole: "没有关上", branch: "的括号"},
		"）（":                 {},
		"YI LONG COURT逸龙阁":   {whole: "yilongcourt逸龙阁", parts: []string{"yilongcourt", "逸龙阁"}},
		"奈雪の茶":               {whole: "奈雪的茶"},
		"\u202e\u200d\u0301": {},
	} {
		if got := take(name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if len([]rune(old))%2 != 0 {
		t.Error("a character without its pair")
	}
}
