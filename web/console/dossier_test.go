package console

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// written has people write about a shop and a city be fitted.
func (g *rig) written(sh shop.Shop) {
	g.t.Helper()
	texts := []string{"面条劲道，汤头鲜，好吃。老板很热情，服务周到。", "味道很好，价格实惠，环境干净，会再来。", "服务员态度很差，等位太久。汤很鲜。"}
	var drafts []curate.Draft
	for i := range 40 {
		drafts = append(drafts, curate.Draft{SourceID: fmt.Sprintf("%s-%d", sh.ID, i), Shop: sh.ID, Author: fmt.Sprintf("writer-%d", i),
			Written: g.clock.Now().Add(-time.Duration(24*(1+i*17)) * time.Hour), Stars: float64(4 + i%2), Likes: i % 7, Followers: 100,
			Joined: g.clock.Now().Add(-1500 * 24 * time.Hour), Text: texts[i%len(texts)] + fmt.Sprintf(" 第%d次来。", i+1)})
	}
	_, err := g.Curate.Take(g.t.Context(), g.operator.Session, "test", drafts)
	g.must(err)
	_, err = g.Curate.FitCity(g.t.Context(), "上海", nil)
	g.must(err)
}

// decided takes a decision about a shop as an operator.
func (g *rig) decided(sh shop.Shop, v curate.Verdict, reason string) {
	g.t.Helper()
	f, err := g.Curate.File(g.t.Context(), g.operator.Session, sh.ID)
	g.must(err)
	_, err = g.Curate.Decide(g.t.Context(), g.operator.Session, sh.ID, curate.Ruling{Verdict: v, Reason: reason, Remark: "只给同事看",
		Tie: curate.Tie{None: true}, Seen: f.Decision}, g.key())
	g.must(err)
}

// A merchant reads where its shop stands and why, appeals once, reads the
// answer of somebody else, and nothing that is not its own.
func TestMerchantReadsAndAppeals(t *testing.T) {
	g := newRig(t)
	page, appeal := dossierPath(g.ours.ID), shopPath(g.ours.ID)+"/appeal"
	webtest.Run(t,
		webtest.Scenario{Name: "undecided", As: g.merchant.Client, Do: "GET " + page, Status: 200, Shows: []string{"还没有人评审过这家店", "/rules/curation"}, Hides: []string{"提交申诉"}},
		webtest.Scenario{Name: "nothing to appeal against", As: g.merchant.Client, Do: "POST " + appeal + " text=请看看", Status: 409, Shows: []string{"没有可以申诉的内容"}},
		webtest.Scenario{Name: "today before", As: g.merchant.Client, Do: "GET /console/", Status: 200, Shows: []string{"未评审", page}},
		webtest.Scenario{Name: "another's shop", As: g.merchant.Client, Do: "GET " + dossierPath(g.theirs.ID), Status: 404},
		webtest.Scenario{Name: "appeal for another", As: g.merchant.Client, Do: "POST " + shopPath(g.theirs.ID) + "/appeal text=x", Status: 404},
	)
	g.written(g.ours)
	g.decided(g.ours, curate.Excluded, "等位太久，大家说得很重。")
	webtest.Run(t,
		webtest.Scenario{Name: "decided", As: g.merchant.Client, Do: "GET " + page, Status: 200,
			Shows: []string{"不收录", "等位太久，大家说得很重。", "来自 40 条笔记", "去过的人平均", "说不足", "上次评审", "提交申诉", "没有参与过这个决定", curate.RulesVersion, `maxlength="1000"`},
			Hides: []string{"只给同事看", "林运营", string(g.operator.Person), "这一页和商家看到的一样"}},
		webtest.Scenario{Name: "an operator reads it", As: g.operator.Client, Do: "GET " + page, Status: 200, Shows: []string{"这一页和商家看到的一样"}, Hides: []string{"提交申诉", "只给同事看"}},
		webtest.Scenario{Name: "an auditor reads it", As: g.auditor.Client, Do: "GET " + page, Status: 200, Hides: []string{"提交申诉"}},
		webtest.Scenario{Name: "an operator cannot appeal", As: g.operator.Client, Do: "POST " + appeal + " text=x", Status: 404},
		webtest.Scenario{Name: "an auditor cannot appeal", As: g.auditor.Client, Do: "POST " + appeal + " text=x", Status: 403},
		webtest.Scenario{Name: "no words", As: g.merchant.Client, Do: "POST " + appeal + " text=+", Status: 422, Shows: []string{"写几个字"}},
		webtest.Scenario{Name: "too long", As: g.merchant.Client, Do: "POST " + appeal + " text=" + strings.Repeat("长", 1001), Status: 422, Shows: []string{"最多 1000 个字", "长长长"}},
		webtest.Scenario{Name: "appeal", As: g.merchant.Client, Do: "POST " + appeal + " text=我们加了座位，请再来看看。", Status: 303, Shows: []string{page}},
		webtest.Scenario{Name: "the same again", As: g.merchant.Client, Do: "POST " + appeal + " text=我们加了座位，请再来看看。", Status: 303},
		webtest.Scenario{Name: "another one", As: g.merchant.Client, Do: "POST " + appeal + " text=还有一句。", Status: 409, Shows: []string{"已经申诉过"}},
		webtest.Scenario{Name: "appealed", As: g.merchant.Client, Do: "GET " + page, Status: 200, Shows: []string{"我们加了座位", "等待裁定", "您已对这个决定申诉过"}, Hides: []string{"提交申诉"}},
		webtest.Scenario{Name: "today after", As: g.merchant.Client, Do: "GET /console/", Status: 200, Shows: []string{"申诉等待裁定", "不收录"}},
		webtest.Scenario{Name: "shop page", As: g.merchant.Client, Do: "GET " + shopPath(g.ours.ID), Status: 200, Shows: []string{page, "精选档案"}},
	)

	judge := g.enter("13900000010", "周裁定", account.Grant{Role: account.Operator}, account.ConsoleApp)
	f, err := g.Curate.File(t.Context(), judge.Session, g.ours.ID)
	g.must(err)
	_, err = g.Curate.Judge(t.Context(), judge.Session, f.Appeals[0].ID, curate.Judgement{Answer: "去看过，座位确实加了。",
		Ruling: &curate.Ruling{Verdict: curate.Included, Reason: "座位加了，等位短了。", Tie: curate.Tie{None: true}}})
	g.must(err)
	webtest.Run(t,
		webtest.Scenario{Name: "answered", As: g.merchant.Client, Do: "GET " + page, Status: 200,
			Shows: []string{"在精选名单上", "座位加了，等位短了。", "去看过，座位确实加了。", "换成新的决定", "提交申诉"}, Hides: []string{"周裁定"}},
	)
	g.clock.Advance(366 * 24 * time.Hour)
	later := g.enter("13900000002", "张老板", account.Grant{Role: account.Merchant, Merchant: string(g.ours.Merchant)}, account.ConsoleApp)
	if r := later.Do(t, "GET "+page); r.Status != http.StatusOK || !strings.Contains(r.Text, "已经该复审了") {
		t.Errorf("a year later the dossier answers %d and does not say that its review is due", r.Status)
	}
}
