package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/curate"
)

// An operator goes from the queue to a decision and on to the next shop.
func TestAQueueIsWorkedOff(t *testing.T) {
	g := newRig(t)
	shows(t, g.operator.get("/console/curation"), "还没有候选门店", "citywalk import notes", "现在打分")
	g.settle()
	list := g.operator.get("/console/curation")
	shows(t, list, "老张面馆", "几乎肯定", "60 条里算", "未评审", "上次全城打分", reviewPath(g.ours.ID))
	if strings.Contains(g.auditor.get("/console/curation?view=watched"), "现在打分") {
		t.Error("an auditor is offered to score a city")
	}
	at := reviewPath(g.ours.ID)
	page := g.operator.get(at)
	shows(t, page, "老张面馆", "大家怎么说", "每周的笔记", "各方面", "最可疑的笔记", "周围", "你的决定", `name="seen" value=""`)

	refused := g.operator.refused(http.StatusUnprocessableEntity, "请选择收录、观察或不收录", at+"/decide", "reason", "汤头好", "tied", "no", "days", "30")
	shows(t, refused, "汤头好", `value="30"`)
	g.operator.refused(http.StatusUnprocessableEntity, "商家和会员都会看到", at+"/decide", "verdict", "included", "tied", "no")
	g.operator.refused(http.StatusUnprocessableEntity, "没有关系也请选", at+"/decide", "verdict", "included", "reason", "汤头好")
	g.operator.refused(http.StatusUnprocessableEntity, "没有关系也请选", at+"/decide", "verdict", "included", "reason", "汤头好", "tied", "yes")
	g.operator.refused(http.StatusUnprocessableEntity, "有效期在 1 到", at+"/decide", "verdict", "included", "reason", "汤头好", "tied", "no", "days", "0")
	g.operator.done("/console/curation/shops/", at+"/decide", "verdict", "included", "reason", "汤头好", "tied", "no", "seen", "")
	shows(t, g.operator.get(at), "收录", "汤头好", "林运营", "移出要第二位同事确认")
	shows(t, g.operator.get("/console/curation?view=included"), "老张面馆")
	g.operator.refused(http.StatusConflict, "同事已经作了新的决定", at+"/decide", "verdict", "watched", "reason", "x", "tied", "no", "seen", "")

	csv := g.operator.get("/console/curation.csv?view=scored")
	shows(t, csv, "一夜红面馆", "老张面馆")
	shows(t, g.operator.get("/console/curation?view=scored&q="+url.QueryEscape("一夜")), "一夜红面馆")
	if text := g.operator.get("/console/curation?view=scored&q=" + url.QueryEscape("一夜")); strings.Contains(text, "老张面馆") {
		t.Error("a search for a name shows others")
	}
	for _, bad := range []string{"/console/curation?view=x", "/console/curation?from=-1", at + "?view=x"} {
		if got := g.operator.Do(t, "GET "+bad); got.Status != http.StatusNotFound {
			t.Errorf("%s answers %d", bad, got.Status)
		}
	}
}

// Taking a listed shop off the list takes two people, and each is told what is
// his part.
func TestARemovalTakesTwo(t *testing.T) {
	g := newRig(t)
	v := g.settle()
	d := g.included(g.operator, g.ours.ID)
	at := reviewPath(g.ours.ID)
	g.operator.done("/console/curation/shops/", at+"/decide", "verdict", "excluded", "reason", "换了老板", "tied", "no", "seen", string(d.ID))
	shows(t, g.operator.get(at), "要另一位同事来确认", "有一个决定在等第二位同事")
	shows(t, g.operator.get("/console/curation?view=proposed"), "你提议“不收录”")
	shows(t, v.colleague.get("/console/curation?view=confirm"), "林运营 提议“不收录”")
	page := v.colleague.get(at)
	shows(t, page, "换了老板", "徽章马上消失", "确认", "驳回")
	f, err := g.Curate.File(t.Context(), g.operator.Session, g.ours.ID)
	g.must(err)
	settle := at + "/decisions/" + string(f.Proposed.ID)
	if got := g.operator.send(settle + "/confirm"); got.Status != http.StatusForbidden || !strings.Contains(got.Text, "不能自己确认") {
		t.Errorf("confirming one's own answers %d: %.300s", got.Status, got.Text)
	}
	v.colleague.done(at, settle+"/reject")
	shows(t, v.colleague.get(at), "被驳回", "周同事 驳回")
	if got := v.third.send(settle + "/confirm"); got.Status != http.StatusConflict {
		t.Errorf("confirming what was rejected answers %d", got.Status)
	}
}

// A merchant's appeal is judged by somebody who had no part in the decision.
func TestAnAppealIsJudgedByAnother(t *testing.T) {
	g := newRig(t)
	v := g.settle()
	at := reviewPath(g.ours.ID)
	g.operator.done("/console/curation", at+"/decide", "verdict", "excluded", "reason", "等位太久", "tied", "no")
	a, err := g.Curate.Appeal(t.Context(), g.merchant.Session, g.ours.ID, "我们加了位子，请再来看看。")
	g.must(err)
	shows(t, g.operator.get(at), "我们加了位子", "你参与过原来的决定")
	shows(t, g.operator.get("/console/curation?view=alarms"), "老张面馆", "商家申诉")
	judge := at + "/appeals/" + string(a.ID)
	if got := g.operator.send(judge, "outcome", "upheld", "answer", "看过了"); got.Status != http.StatusForbidden {
		t.Errorf("judging one's own decision answers %d", got.Status)
	}
	v.colleague.refused(http.StatusUnprocessableEntity, "请选择维持原决定", judge, "answer", "看过了")
	v.colleague.refused(http.StatusUnprocessableEntity, "写几个字", judge, "outcome", "upheld")
	text := v.colleague.refused(http.StatusUnprocessableEntity, "请选择收录、观察或不收录", judge, "outcome", "overturned", "answer", "去看过了", "reason", "位子多了", "tied", "no")
	shows(t, text, "去看过了", "位子多了")
	v.colleague.done(at, judge, "outcome", "overturned", "answer", "去看过了", "verdict", "included", "reason", "位子多了", "tied", "no")
	shows(t, v.colleague.get(at), "改变了决定", "答复：去看过了", "位子多了")
	if got := v.third.send(judge, "outcome", "upheld", "answer", "x"); got.Status != http.StatusConflict {
		t.Errorf("judging twice answers %d", got.Status)
	}
}

// What a reviewer says of a note is kept, shown to him alone, and changed by
// his next word. Nothing on the page is about an author.
func TestNotesAreLabelled(t *testing.T) {
	g := newRig(t)
	v := g.settle()
	at := reviewPath(v.praised.ID)
	r, err := g.Curate.Review(t.Context(), g.operator.Session, v.praised.ID)
	g.must(err)
	note := r.Suspects[0].Note
	label := at + "/notes/" + string(note.ID) + "/label"
	if text := g.operator.get(at); strings.Contains(text, string(note.Author)) || strings.Contains(text, "这是你说的") {
		t.Error("the page names an author, or a word that nobody said")
	}
	g.operator.done(at, label, "label", "bought")
	shows(t, g.operator.get(at), "这是你说的", `value="bought" aria-pressed="true"`)
	if text := v.colleague.get(at); strings.Contains(text, "这是你说的") {
		t.Error("a colleague is shown what another said")
	}
	g.operator.done(at, label, "label", "honest")
	shows(t, g.operator.get(at), `value="honest" aria-pressed="true"`)
	if got := g.operator.send(label, "label", "x"); got.Status != http.StatusBadRequest {
		t.Errorf("a word that is none answers %d", got.Status)
	}
	if text := g.auditor.get(at); strings.Contains(text, "像买的") || strings.Contains(text, `name="verdict"`) {
		t.Error("an auditor is offered to decide")
	}
}

// Notes of which nobody knows the shop are given one by a person, or none.
func TestWaitingNotesFindTheirShop(t *testing.T) {
	g := newRig(t)
	shows(t, g.operator.get("/console/curation/waiting"), "都认好了")
	for i, text := range []string{"那家老张，汤头真鲜。", "路边摊的烤串，辣得过瘾。"} {
		results, err := g.Curate.Take(t.Context(), g.operator.Session, "test", []curate.Draft{{SourceID: fmt.Sprint("w", i), City: "上海", Author: "a",
			Written: g.clock.Now(), Likes: -1, Followers: -1, Text: text}})
		g.must(err)
		if results[0].State != curate.Waiting {
			t.Fatalf("the note is %s", results[0].State)
		}
	}
	notes, err := g.Curate.Waiting(t.Context(), g.operator.Session, "上海", 10)
	g.must(err)
	at := "/console/curation/waiting"
	first, second := at+"/"+string(notes[0].ID), at+"/"+string(notes[1].ID)
	shows(t, g.operator.get(at), "那家老张", "还有 2 条", "都不是")
	shows(t, g.operator.get("/console/"), "2 条笔记不知是哪家店")
	if text := g.auditor.get(at); strings.Contains(text, "都不是") {
		t.Error("an auditor is offered to link a note")
	}
	shows(t, g.operator.get(at+"?note="+string(notes[0].ID)+"&q="+url.QueryEscape("老张面")), "老张面馆", string(g.ours.ID))
	shows(t, g.operator.get(at+"?note="+string(notes[0].ID)+"&q="+url.QueryEscape("不存在的店")), "没有找到「不存在的店」")
	g.operator.refused(http.StatusUnprocessableEntity, "先选一家店", first, "act", "link")
	g.operator.refused(http.StatusUnprocessableEntity, "控制字符", first, "act", "link", "shop", string(g.ours.ID), "alias", "老\u202e张")
	g.operator.done(at, first, "act", "link", "shop", string(g.ours.ID), "alias", "老张")
	if got := g.operator.send(first, "act", "link", "shop", string(g.theirs.ID)); got.Status != http.StatusConflict {
		t.Errorf("linking what is linked answers %d", got.Status)
	}
	g.operator.done(at, second, "act", "none")
	shows(t, g.operator.get(at), "都认好了")
	n, err := g.Curate.Get(t.Context(), g.operator.Session, notes[0].ID)
	g.must(err)
	if n.Shop != g.ours.ID || n.State != curate.Linked {
		t.Errorf("the note is %s of %s", n.State, n.Shop)
	}
}

// Today begins with what curation raised, counts what waits, and each line
// leads to its rows; the shop's page says where it stands.
func TestTodaySaysWhatCurationWaitsFor(t *testing.T) {
	g := newRig(t)
	v := g.settle()
	d := g.included(g.operator, g.ours.ID)
	shows(t, g.operator.get(shopPath(g.ours.ID)), "去评审", reviewPath(g.ours.ID), "街坊常来", "收录")
	shows(t, g.auditor.get(shopPath(g.ours.ID)), "看评审")
	if text := g.merchant.get(shopPath(g.ours.ID)); strings.Contains(text, "去评审") {
		t.Error("a merchant is led to the review")
	}
	_, err := g.Curate.Appeal(t.Context(), g.merchant.Session, g.ours.ID, "请再来看看。")
	g.must(err)
	g.operator.refused(http.StatusConflict, "x", reviewPath(g.ours.ID)+"/decide", "verdict", "excluded", "reason", "x", "tied", "no", "seen", "dec_x")
	_, err = g.Curate.Decide(t.Context(), g.operator.Session, g.ours.ID, curate.Ruling{Verdict: curate.Excluded, Reason: "关门了", Tie: curate.Tie{None: true}, Seen: d.ID}, g.key())
	g.must(err)
	shows(t, v.colleague.get("/console/"), "1 个商家申诉等答复", "1 个评审决定等你确认", "view=confirm", "view=appeals")
	if text := g.operator.get("/console/"); strings.Contains(text, "等你确认") {
		t.Error("who proposed is asked to confirm")
	}
	shows(t, v.colleague.get("/console/curation?view=appeals&city="+url.QueryEscape("上海")), "老张面馆")
	g.clock.Advance(366 * 24 * time.Hour)
	g.must(g.Curate.Watch(t.Context()))
	v.third = g.enter("13900000012", "吴复核", account.Grant{Role: account.Operator}, account.ConsoleApp)
	shows(t, v.third.get("/console/"), "「老张面馆」评审到期了", reviewPath(g.ours.ID)+"?view=alarms")
	shows(t, v.third.get("/console/curation?view=alarms"), "评审到期", "商家申诉")
}

// What is internal to curation is not there for merchants.
func TestMerchantsDoNotReview(t *testing.T) {
	g := newRig(t)
	at := reviewPath(g.ours.ID)
	for _, path := range []string{"/console/curation", "/console/curation.csv", "/console/curation/waiting", at} {
		if got := g.merchant.Do(t, "GET "+path); got.Status != http.StatusForbidden {
			t.Errorf("GET %s answers a merchant %d", path, got.Status)
		}
	}
	for _, who := range []*person{g.merchant, g.auditor} {
		if got := who.send(at+"/decide", "verdict", "included", "reason", "x", "tied", "no"); got.Status != http.StatusForbidden {
			t.Errorf("deciding answers %d", got.Status)
		}
	}
	both := g.enter("13900000013", "兼职", account.Grant{Role: account.Operator}, account.ConsoleApp)
	_, err := g.Account.Appoint(t.Context(), "13900000013", "兼职", account.Grant{Role: account.Merchant, Merchant: string(g.ours.Merchant)})
	g.must(err)
	shows(t, both.get(at), "不能评审它的门店")
	if got := g.operator.Do(t, "GET "+reviewPath("shp_00000000000000000000000000")); got.Status != http.StatusNotFound {
		t.Errorf("a shop that is not there answers %d", got.Status)
	}
}
