package curate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/jobs"
	"citywalk/shop"
)

var ctx = context.Background()

// A rig is the package over a real database, with people and shops.
type rig struct {
	*Service
	t      testing.TB
	clock  *dbtest.Clock
	shops  *shop.Service
	people *account.Service
	jobs   *jobs.Runner
	paid   bool // Whether members paid for a pass.
	keys   int

	ann, bo, cy account.Session // Operators.
	audit       account.Session
	member      account.Session
}

const here = "试镇"

func each(t *testing.T, fn func(t *testing.T, g *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) { fn(t, newRig(t, d, clock)) })
}

func newRig(t testing.TB, d *db.DB, clock *dbtest.Clock) *rig {
	key := []byte(strings.Repeat("k", 32))
	g := &rig{t: t, clock: clock, jobs: jobs.NewRunner(d, 2),
		shops:  &shop.Service{DB: d, Zone: dbtest.Zone},
		people: &account.Service{DB: d, Keys: account.Keys{Seal: key, Index: key, Code: key}, Sender: account.LogSender{W: t.Output()}}}
	g.Service = &Service{DB: d, Key: key, Zone: dbtest.Zone, Relied: func(*db.Tx, shop.ID) (bool, error) { return g.paid, nil }}
	g.Register(g.jobs, 0)
	g.ann = g.person("13900000001", account.Grant{Role: account.Operator})
	g.bo = g.person("13900000002", account.Grant{Role: account.Operator})
	g.cy = g.person("13900000003", account.Grant{Role: account.Operator})
	g.audit = g.person("13900000004", account.Grant{Role: account.Auditor})
	g.member = g.person("13900000005", account.Grant{Role: account.Member})
	return g
}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// refused checks that something was refused for the reason wanted.
func (g *rig) refused(what string, err, want error) {
	g.t.Helper()
	if !errors.Is(err, want) {
		g.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func (g *rig) person(phone string, grant account.Grant) account.Session {
	g.t.Helper()
	id, err := g.people.Appoint(ctx, phone, "", grant)
	g.must(err)
	s := account.Session{Person: id, App: account.ConsoleApp}
	if grant.Role != account.Member {
		s.Grants = []account.Grant{grant}
	}
	return s
}

// shop makes a shop of a merchant of its own, and that merchant.
func (g *rig) shop(name string) (shop.Shop, account.Session) {
	g.t.Helper()
	m, err := g.shops.AddMerchant(ctx, g.ann, name+"公司")
	g.must(err)
	sh, err := g.shops.Add(ctx, g.ann, shop.Shop{Merchant: m.ID, City: here, District: "东区", Category: "面馆", Name: name,
		Point: geo.Point{Lat: 31.23, Lng: 121.47}, Opens: -1, Closes: -1})
	g.must(err)
	g.keys++
	return sh, g.person(fmt.Sprintf("138%08d", g.keys), account.Grant{Role: account.Merchant, Merchant: string(m.ID)})
}

func (g *rig) key() string {
	g.keys++
	return fmt.Sprintf("test-key-%016d", g.keys)
}

// A voice is what a shop's notes say.
type voice struct {
	stars float64
	texts []string
}

var (
	loved = voice{4.7, []string{"面条劲道", "汤头鲜得很", "葱油拌面每次都点", "老板很热情", "店员会记得熟客", "服务周到不催人", "价格实惠", "人均三十吃得饱",
		"环境干净明亮", "坐着舒服", "碗筷都烫过", "上菜很快", "浇头分量足", "辣油是自己熬的", "带爸妈来过两回", "从小吃到大", "就是周末要等位半小时", "停车不太方便"}}
	plain = voice{2.8, []string{"味道一般", "面有点坨", "汤偏咸", "服务员爱答不理", "催了两遍才上", "价格偏贵", "不太值这个价", "桌子有点油", "环境还行",
		"等位太久", "隔壁桌很吵", "浇头给得少", "碗边有缺口", "路过吃一次罢了", "没有传说中好", "下次换别家", "酸菜倒是不错", "离地铁近"}}
)

// drafts are n honest notes about a shop, spread over two years.
func (g *rig) drafts(sh shop.ID, n int, v voice) []Draft {
	g.keys++
	r := rand.New(rand.NewPCG(uint64(n), uint64(g.keys)))
	all := make([]Draft, n)
	for i := range all {
		all[i] = Draft{SourceID: fmt.Sprintf("%s-%d", sh, i), Shop: sh, Author: fmt.Sprintf("a%d", r.IntN(5_000)),
			Written: g.clock.Now().Add(-time.Duration(r.IntN(700*24)) * time.Hour),
			Stars:   min(5, max(1, float64(int(v.stars+r.NormFloat64()*0.6+0.5)))), Likes: r.IntN(20), Followers: r.IntN(500),
			Joined: g.clock.Now().Add(-1500 * day), Text: v.say(r)}
	}
	return all
}

// say is what one author says: a few things of his own choosing and order.
func (v voice) say(r *rand.Rand) string {
	var said []string
	for _, i := range r.Perm(len(v.texts))[:4+r.IntN(3)] {
		said = append(said, v.texts[i])
	}
	return strings.Join(said, "，") + "。"
}

// notes takes drafts and wants all of them added.
func (g *rig) notes(drafts []Draft) {
	g.t.Helper()
	for from := 0; from < len(drafts); from += BatchMax {
		results, err := g.Take(ctx, g.ann, "test", drafts[from:min(len(drafts), from+BatchMax)])
		g.must(err)
		for i, r := range results {
			if r.Outcome != Added {
				g.t.Fatalf("note %d: %s %v", from+i, r.Outcome, r.Err)
			}
		}
	}
}

// village makes shops with notes and fits them: the first is loved.
func (g *rig) village() (sh shop.Shop, merchant account.Session) {
	g.t.Helper()
	sh, merchant = g.shop("巷口面馆")
	g.notes(g.drafts(sh.ID, 40, loved))
	for i := range 11 {
		other, _ := g.shop(fmt.Sprintf("%c家面馆", '甲'+rune(i)))
		v := plain
		v.stars += 0.1 * float64(i) // Shops differ, and one is loved.
		g.notes(g.drafts(other.ID, 25, v))
	}
	_, err := g.FitCity(ctx, here, nil)
	g.must(err)
	return sh, merchant
}

func (g *rig) file(id shop.ID) File {
	g.t.Helper()
	f, err := g.File(ctx, g.audit, id)
	g.must(err)
	return f
}

// ruled decides and wants it to come so far.
func (g *rig) ruled(who account.Session, id shop.ID, v Verdict, want Step) Decision {
	g.t.Helper()
	d, err := g.Decide(ctx, who, id, Ruling{Verdict: v, Reason: "街坊常来，汤头多年没变。", Tie: Tie{None: true}, Seen: g.file(id).Decision}, g.key())
	g.must(err)
	if d.Step != want {
		g.t.Fatalf("%s is %s, want %s", v, d.Step, want)
	}
	return d
}

func (g *rig) curated(id shop.ID) bool {
	g.t.Helper()
	sh, err := g.shops.Get(ctx, id)
	g.must(err)
	return sh.Curated
}
