package console

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/geo"
	"citywalk/shop"
)

// A village is the city of the rig with notes: ours is loved, a few others
// around are not, and one was praised all at once.
type village struct {
	colleague, third *person
	praised          shop.Shop
	others           []shop.Shop
}

// What authors choose from when they like a shop, and when they do not.
var (
	praise = []string{"面条劲道", "汤头鲜", "葱油香", "老板记得熟客", "店员热情", "服务周到", "价格实惠", "分量足", "环境干净", "碗筷都消过毒",
		"上菜快", "浇头给得多", "带爸妈来过", "从小吃到大", "就是周末要等位半小时", "停车不方便", "味道稳定", "小菜清爽", "人均三十吃得饱", "坐着舒服"}
	blame = []string{"味道一般", "面坨了", "汤太咸", "服务员爱答不理", "催了两遍才上", "价格偏贵", "不值这个价", "桌子油腻", "环境还行",
		"等位太久", "隔壁桌很吵", "浇头给得少", "碗边有缺口", "下次换别家", "酸菜不错", "离地铁近", "空调不凉", "店面偏小"}
)

// settle fills the city with notes and scores it.
func (g *rig) settle() village {
	g.t.Helper()
	v := village{
		colleague: g.enter("13900000011", "周同事", account.Grant{Role: account.Operator}, account.ConsoleApp),
		third:     g.enter("13900000012", "吴复核", account.Grant{Role: account.Operator}, account.ConsoleApp),
	}
	g.notes(g.ours.ID, 60, 4.8)
	for i, name := range []string{"阿婆面馆", "弄堂馄饨", "转角饺子", "石库门小笼", "南货店粥铺", "锦江拌面", "梧桐里汤包", "老虎灶生煎", "书隐茶点", "天井私房菜", "河滨炒饭"} {
		s := g.around(name, float64(i))
		v.others = append(v.others, s)
		g.notes(s.ID, 25, 3+float64(i%5)*0.35)
	}
	v.praised = g.around("一夜红面馆", 9.5)
	g.notes(v.praised.ID, 14, 3.4)
	g.burst(v.praised.ID, 26)
	_, err := g.Curate.FitCity(g.t.Context(), "上海", nil)
	g.must(err)
	return v
}

// around adds a shop in the neighbourhood.
func (g *rig) around(name string, i float64) shop.Shop {
	g.t.Helper()
	s, err := g.Shop.Add(g.t.Context(), g.operator.Session, shop.Shop{Name: name, City: "上海", District: "黄浦区", Address: "云南中路 8 号", Category: "面馆",
		Point: geo.Point{Lat: 31.23 + 0.0006*(i-4), Lng: 121.47 + 0.0009*float64(int(i*7)%9-4)}, Opens: -1, Closes: -1})
	g.must(err)
	return s
}

// notes are what honest authors write of a shop in two years.
func (g *rig) notes(id shop.ID, n int, stars float64) {
	g.t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), uint64(stars*100)))
	all := make([]curate.Draft, n)
	for i := range all {
		given := min(5, max(1, float64(int(stars+r.NormFloat64()*0.6+0.5))))
		all[i] = curate.Draft{SourceID: fmt.Sprintf("%s-%d", id, i), Shop: id, Author: fmt.Sprintf("a%d", r.IntN(4_000)),
			Written: g.clock.Now().Add(-time.Duration(r.IntN(700*24)) * time.Hour), Stars: given, Likes: r.IntN(20), Followers: r.IntN(500),
			Joined: g.clock.Now().AddDate(-4, 0, -r.IntN(900)), Text: written(r, (given-1)/4)}
	}
	g.take(all)
}

// written is a text whose clauses are content in about the share given.
func written(r *rand.Rand, content float64) string {
	var all []string
	for range 4 + r.IntN(3) {
		from := blame
		if r.Float64() < content {
			from = praise
		}
		all = append(all, from[r.IntN(len(from))])
	}
	return strings.Join(all, "，") + "。"
}

// burst is praise by new accounts within a week.
func (g *rig) burst(id shop.ID, n int) {
	g.t.Helper()
	all := make([]curate.Draft, n)
	for i := range all {
		all[i] = curate.Draft{SourceID: fmt.Sprintf("%s-b%d", id, i), Shop: id, Author: fmt.Sprintf("new%d", i),
			Written: g.clock.Now().Add(-200*24*time.Hour + time.Duration(i*5)*time.Hour), Stars: 5, Likes: 300, Followers: 3,
			Joined: g.clock.Now().AddDate(0, -7, 0), Text: "宝藏小店，味道绝了，环境超美，必须打卡，闭眼冲。"}
	}
	g.take(all)
}

func (g *rig) take(all []curate.Draft) {
	g.t.Helper()
	results, err := g.Curate.Take(g.t.Context(), g.operator.Session, "test", all)
	g.must(err)
	for i, r := range results {
		if r.Outcome != curate.Added {
			g.t.Fatalf("note %d: %s %v", i, r.Outcome, r.Err)
		}
	}
}

// included puts a shop on the list.
func (g *rig) included(who *person, id shop.ID) curate.Decision {
	g.t.Helper()
	d, err := g.Curate.Decide(g.t.Context(), who.Session, id, curate.Ruling{Verdict: curate.Included, Reason: "街坊常来，汤头多年没变。", Tie: curate.Tie{None: true}}, g.key())
	g.must(err)
	return d
}

// appealed has a colleague exclude a shop, and its merchant appeal; and notes
// come in of which nobody knows the shop.
func (g *rig) appealed(v village, id shop.ID) {
	g.t.Helper()
	ctx := g.t.Context()
	m, err := g.Shop.AddMerchant(ctx, g.operator.Session, "弄堂餐饮")
	g.must(err)
	g.must(g.Shop.Assign(ctx, g.operator.Session, id, m.ID))
	owner := g.enter("13900000021", "许老板", account.Grant{Role: account.Merchant, Merchant: string(m.ID)}, account.ConsoleApp)
	_, err = g.Curate.Decide(ctx, v.colleague.Session, id, curate.Ruling{Verdict: curate.Excluded, Reason: "等位太久", Tie: curate.Tie{None: true}}, g.key())
	g.must(err)
	_, err = g.Curate.Appeal(ctx, owner.Session, id, "我们加了位子，请再来看看。")
	g.must(err)
	g.take([]curate.Draft{
		{SourceID: "w1", City: "上海", Author: "a", Name: "小笼", Written: g.clock.Now(), Stars: 4, Likes: -1, Followers: -1, Text: "那家小笼皮薄汁多，上次带朋友去吃的。"},
		{SourceID: "w2", City: "上海", Author: "b", Written: g.clock.Now(), Likes: -1, Followers: -1, Text: "路边摊的烤串，辣得过瘾。"},
	})
}
