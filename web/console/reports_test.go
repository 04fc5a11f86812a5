package console

import (
	"net/http"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/web/webtest"
)

// noted is a note that the member wrote about our shop, reported by another.
func (g *rig) noted() community.Note {
	g.t.Helper()
	ctx := g.t.Context()
	n, err := g.Community.Write(ctx, g.member, g.ours.ID, community.Writing{Written: community.Written{Written: curate.Written{Text: "加微信送券 <b>"}}}, g.key())
	g.must(err)
	other := g.enter("13800000077", "路人", account.Grant{}, account.MemberApp)
	g.must(g.Community.Report(ctx, other.Session, string(n.ID), "ad", "一看就是广告"))
	return n
}

// An operator sees what was reported, hides it with words to its author, and a
// colleague takes the second look; an auditor reads along.
func TestReportsAreWorkedOff(t *testing.T) {
	g := newRig(t)
	n := g.noted()
	at := casePath(string(n.ID))
	shows(t, g.operator.get("/console/"), "1 条举报或复核等着处理")
	shows(t, g.operator.get(reportsPath), "加微信送券", "广告或刷评 1", "老张面馆", at)
	page := g.operator.get(at)
	shows(t, page, "一看就是广告", "没有问题，保留", "告诉作者")
	for _, hidden := range []string{"王小明", "路人", "138****"} {
		if strings.Contains(page, hidden) {
			t.Errorf("who decides is shown %q", hidden)
		}
	}
	if strings.Contains(g.auditor.get(at), "告诉作者：哪里不对") {
		t.Error("an auditor is offered to hide")
	}
	if r := g.auditor.send(at, "act", "hide"); r.Status != http.StatusForbidden {
		t.Errorf("an auditor hides: %d", r.Status)
	}
	g.operator.refused(http.StatusUnprocessableEntity, "请选一个理由", at, "act", "hide", "words", "有外部联系方式")
	g.operator.refused(http.StatusUnprocessableEntity, "写几个字", at, "act", "hide", "reason", "ad")
	g.operator.done(reportsPath, at, "act", "hide", "reason", "ad", "words", "去掉微信号就可以恢复。")
	g.operator.refused(http.StatusConflict, "同事刚处理过", at, "act", "keep")
	shows(t, g.operator.get(reportsPath+"?state=hidden"), "加微信送券")

	g.must(g.Community.Appeal(t.Context(), g.member, string(n.ID), "是店里的活动"))
	shows(t, g.operator.get(at), "是店里的活动", "要由另一位同事来做")
	if r := g.operator.send(at, "act", "uphold", "words", "维持"); r.Status != http.StatusForbidden {
		t.Errorf("who hid it judges: %d", r.Status)
	}
	second := g.enter("13900000031", "同事", account.Grant{Role: account.Operator}, account.ConsoleApp)
	second.done(reportsPath, at, "act", "yield", "words", "确实是店里的活动，恢复。")
	if now, err := g.Community.Get(t.Context(), account.Session{}, n.ID); err != nil || now.Hidden {
		t.Errorf("it is not shown again: %v", err)
	}
	shows(t, g.operator.get(reportsPath), "没有要看的")
	webtest.Run(t,
		webtest.Scenario{Name: "what is no thing", As: g.operator.Client, Do: "GET " + casePath(string(g.ours.ID)), Status: 404},
		webtest.Scenario{Name: "what is not there", As: g.operator.Client, Do: "GET " + casePath("com_00000000000000000000000000"), Status: 404},
		webtest.Scenario{Name: "a merchant", As: g.merchant.Client, Do: "GET " + reportsPath, Status: 403},
	)
}

// A merchant answers a note about its own shop from its own pages, once.
func TestAMerchantAnswers(t *testing.T) {
	g := newRig(t)
	n := g.noted()
	at := shopNotesPath(g.ours.ID)
	shows(t, g.merchant.get(shopPath(g.ours.ID)), at)
	page := g.merchant.get(at)
	shows(t, page, "加微信送券", "会员 · ", "以商家名义回复")
	if strings.Contains(page, "王小明") {
		t.Error("the merchant is told who wrote")
	}
	g.merchant.refused(http.StatusUnprocessableEntity, "写几个字", at+"/"+string(n.ID), "text", " ")
	g.merchant.done(at, at+"/"+string(n.ID), "text", "谢谢，我们没有微信群。")
	shows(t, g.merchant.get(at), "谢谢，我们没有微信群。", "撤回回复")
	g.merchant.done(at, at+"/"+string(n.ID), "text", "谢谢，店里没有微信群。")
	now, err := g.Community.Get(t.Context(), account.Session{}, n.ID)
	g.must(err)
	if now.Answer == nil || now.Answer.Text != "谢谢，店里没有微信群。" || now.Answer.Edited.IsZero() {
		t.Errorf("readers see %+v", now.Answer)
	}
	if text := g.auditor.get(at); strings.Contains(text, "以商家名义回复") {
		t.Error("an auditor is offered to answer")
	}
	if r := g.operator.send(at+"/"+string(n.ID), "text", "我替他说"); r.Status != http.StatusNotFound {
		t.Errorf("an operator answers for the merchant: %d", r.Status)
	}
	g.merchant.done(at, at+"/"+string(n.ID), "act", "drop")
	if now, _ := g.Community.Get(t.Context(), account.Session{}, n.ID); now.Answer != nil {
		t.Error("the answer is there still")
	}
	if r := g.merchant.Do(t, "GET "+shopNotesPath(g.theirs.ID)); r.Status != http.StatusNotFound {
		t.Errorf("another's notes answer %d", r.Status)
	}
}
