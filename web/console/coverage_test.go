package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/pass"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// covered is the console of a city with a metro station, whose passes are sold
// through gates.
func covered(t testing.TB) *rig {
	g := newRig(t)
	g.Discover.City, g.Pass.Gate = "上海", g.Discover.Admit
	g.Discover.Register(g.Runner, 0)
	g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
		_, _, err := discover.PutPlaces(tx, g.operator.Person, []discover.Place{{City: "上海", Kind: discover.Metro, Name: "人民广场", Point: geo.Point{Lat: 31.23, Lng: 121.47}, Source: "t", SourceID: "1"}})
		return err
	}))
	g.drain()
	return g
}

// gateID is the gate that the page of coverage leads to.
func gateID(t testing.TB, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, coverPath+"/gates/gat_")
	if !ok {
		t.Fatalf("the page leads to no gate: %.2000s", page)
	}
	return "gat_" + rest[:26]
}

// sold is so many passes that were paid for.
func (g *rig) sold(n int) (all []account.Session) {
	g.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for i := range n {
		who := g.enter(fmt.Sprintf("1370000%04d", i), "会员", account.Grant{}, account.MemberApp).Session
		_, page, err := g.Pass.BuyAt(g.t.Context(), who, "annual", pass.Place{District: "黄浦区"}, g.key())
		g.must(err)
		answer, err := client.PostForm(page, url.Values{"do": {"pay"}})
		g.must(err)
		answer.Body.Close()
		_, err = g.sandbox.Deliver(g.t.Context())
		g.must(err)
		g.drain()
		all = append(all, who)
	}
	return all
}

// TestCoverage is a gate from its setting to what becomes of those who bought
// through it: it shuts until it is measured, opens, is missed, alarms on Today,
// and days are given once, to as many as the operator saw.
func TestCoverage(t *testing.T) {
	g := covered(t)
	shows(t, g.operator.get(coverPath), "还没有开卖条件")
	form := []string{"city", "上海", "district", "黄浦区", "plan", "", "share", "60", "shops", "2", "categories", "1", "minutes", "15", "hour", "19:00"}
	bad := append([]string(nil), form...)
	bad[11] = "0"
	g.operator.refused(http.StatusUnprocessableEntity, "这里填 1 到 2 的整数", coverPath+"/gates", bad...)
	g.operator.done(coverPath+"/gates/gat_", coverPath+"/gates", form...)
	page := g.operator.get(coverPath)
	id := gateID(t, page)
	shows(t, page, "黄浦区", "测算中", "60% 的地点，步行 15 分钟内有 2 家、1 类以上 19:00 可用")
	g.drain()
	shows(t, g.operator.get(coverPath), "在卖", "100%")
	members := g.sold(2)
	g.must(g.Shop.Pause(t.Context(), g.operator.Session, g.theirs.ID, "装修"))
	g.must(g.Discover.Follow(t.Context()))
	shows(t, g.operator.get(coverPath), "停卖", "承诺没做到", "2 张卡受影响")
	today := g.operator.get("/console/")
	shows(t, today, "上海 黄浦区自 ", "达不到卖卡时承诺的 60%，2 张卡受影响", coverPath+"/alarms/alm_")
	_, rest, _ := strings.Cut(today, coverPath+"/alarms/alm_")
	alarm := coverPath + "/alarms/alm_" + rest[:26]
	shows(t, g.operator.get(alarm), "给 2 位会员延长")
	if strings.Contains(g.auditor.get(alarm), "给 2 位会员延长") {
		t.Error("an auditor is offered what he may not do")
	}
	if r := g.auditor.send(alarm+"/extend", "days", "30", "members", "2"); r.Status != http.StatusForbidden {
		t.Errorf("an auditor's extension is answered %d", r.Status)
	}
	g.operator.refused(http.StatusUnprocessableEntity, "延长 1 到 90 天", alarm+"/extend", "days", "91", "members", "2")
	g.operator.refused(http.StatusConflict, "受影响的会员变成 2 位", alarm+"/extend", "days", "30", "members", "1")
	g.operator.done(alarm, alarm+"/extend", "days", "30", "members", "2")
	shows(t, g.operator.get(alarm), "正在加：0/2 位，每位 30 天")
	g.drain()
	shows(t, g.operator.get(alarm), "已给 2 位会员各加 30 天")
	shows(t, g.operator.get("/console/"), "已延长 30 天")
	for _, who := range members {
		all, err := g.Pass.Mine(t.Context(), who)
		g.must(err)
		if all[0].Extra != 30 {
			t.Errorf("%s has %d days more", who.Person, all[0].Extra)
		}
	}
	shows(t, g.operator.get("/console/audit"), "定开卖条件", "达到条件，开卖", "低于条件，停卖", "承诺没做到", "决定延长会员卡", "延长会员卡")
	g.must(g.Shop.Resume(t.Context(), g.operator.Session, g.theirs.ID))
	g.must(g.Discover.Follow(t.Context()))
	shows(t, g.operator.get(coverPath), "已经恢复的警报", "延了 30 天")
	g.operator.done(coverPath, coverPath+"/gates/"+id+"/end")
	shows(t, g.operator.get(coverPath), "还没有开卖条件")
}

// TestCoverageOnDesktopAndPhone looks at the section's pages.
func TestCoverageOnDesktopAndPhone(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := covered(t)
			ctx, who := t.Context(), g.operator.Session
			_, err := g.Discover.SetGate(ctx, who, "", discover.Conditions{City: "上海", District: "黄浦区", Share: 60, Shops: 2, Categories: 1, Minutes: 15, Hour: 19 * 60})
			g.must(err)
			_, err = g.Discover.SetGate(ctx, who, "annual", discover.Conditions{City: "上海", Share: 30, Shops: 5, Categories: 3, Minutes: 15, Hour: 19 * 60})
			g.must(err)
			_, err = g.Shop.Add(ctx, who, shop.Shop{Name: "远处", City: "上海", District: "青浦区", Category: "面馆", Point: geo.Point{Lat: 31.15, Lng: 121.10}, Opens: 540, Closes: 1320})
			g.must(err)
			g.drain()
			g.sold(1)
			for day := range 6 {
				g.clock.Advance(24 * time.Hour)
				if day == 4 {
					g.must(g.Shop.Pause(ctx, who, g.theirs.ID, "装修"))
				}
				g.must(g.Discover.Watch(ctx))
			}
			token, _, err := g.Account.Enter(ctx, who.Person, account.ConsoleApp, account.Client{})
			g.must(err)
			alarms, err := g.Discover.Alarms(ctx, who, 0)
			g.must(err)
			page := webtest.Open(t, device, "")
			page.SetCookie(g.url, "console", token)
			for _, p := range []struct{ shot, path string }{
				{"coverage", coverPath}, {"coverage-new", coverPath + "/gates/new"}, {"coverage-gate", coverPath + "/gates/" + string(alarms[0].Gate)},
				{"coverage-alarm", coverPath + "/alarms/" + string(alarms[0].ID)}, {"coverage-today", "/console/"},
			} {
				page.Open(g.url + p.path)
				page.Axe()
				page.Screenshot(name + "-" + p.shot)
				if wide := webtest.Eval[int64](page, "document.documentElement.scrollWidth"); wide > device.Width {
					t.Errorf("%s is %d px wide", p.shot, wide)
				}
				if small := webtest.Eval[string](page, smallTargets); small != "" {
					t.Errorf("%s has targets below 44 px: %s", p.shot, small)
				}
			}
		})
	}
}
