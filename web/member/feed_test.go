package member

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"citywalk/community"
	"citywalk/money"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// TestFeed shows notes near and recent to anybody, by time one tap away, and
// what a member follows to him alone.
func TestFeed(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		out := webtest.NewClient(t, g.url)
		seen(t, "an empty feed", out.Do(t, "GET /notes").Text, "还没有笔记")
		g.praised(g.shop, 105)
		p := g.member()
		g.paid(p, 12850)
		at := p.send("/shops/"+string(g.shop.ID)+"/note", "text", "今天的汤最鲜").Location
		text := out.Do(t, "GET /notes").Text
		seen(t, "the feed", text, "今天的汤最鲜", "附近", "最新", "关注", "老张面馆", "每个人看到的顺序都一样", "顺序是怎么来的", "下一页")
		seen(t, "the feed near the shop", out.Do(t, "GET /notes?lat=31.2304&lng=121.4700").Text, "今天的汤最鲜", " m", "lat=31.2304")
		page, n := "/notes?by=new", 0
		for ; n < 20; n++ {
			text = out.Do(t, "GET "+page).Text
			_, rest, more := strings.Cut(text, `rel="next"`)
			if !more {
				break
			}
			before := text[:len(text)-len(rest)-len(`rel="next"`)]
			page = before[strings.LastIndex(before, `href="`)+6:]
			page, _, _ = strings.Cut(page, `"`)
		}
		if n != 9 {
			t.Errorf("the feed has %d pages, want 10", n+1)
		}
		seen(t, "the last page", text, "就到这里，剩下的去街上看")
		if r := out.Do(t, "GET /notes?by=following"); r.Status != http.StatusSeeOther || !strings.Contains(r.Location, "/signin") {
			t.Errorf("what nobody follows answers %d", r.Status)
		}
		if r := out.Do(t, "GET /notes?after=zzz"); r.Status != http.StatusBadRequest {
			t.Errorf("a place that the feed has not answers %d", r.Status)
		}

		q := g.stranger()
		seen(t, "following nothing", q.get("/notes?by=following"), "还没有新消息")
		q.send("/shops/"+string(g.shop.ID)+"/follow", "do", "on")
		q.send("/shops/"+string(g.shop.ID)+"/save", "do", "on")
		q.send(at+"/save", "do", "on")
		g.clock.Advance(time.Minute)
		_, err := g.Shop.SetTerms(t.Context(), g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 15, Floor: 60 * money.Yuan, PerDay: 3})
		g.must(err)
		seen(t, "following a shop", q.get("/notes?by=following"), "权益更新", "满 ¥60", "今天的汤最鲜")
		seen(t, "what is saved", q.get("/saved"), "老张面馆")
		seen(t, "saved notes", q.get("/saved?tab=notes"), "今天的汤最鲜")
		seen(t, "followed", q.get("/saved?tab=following"), "老张面馆")
		seen(t, "the shop", q.get("/shops/"+string(g.shop.ID)), "已收藏", "已关注")
		q.send("/shops/"+string(g.shop.ID)+"/follow", "do", "off")
		seen(t, "following nothing again", q.get("/saved?tab=following"), "还没有关注门店")
	})
}

// TestReportAndSecondLook has a member report a note, an operator hide it, and
// its author told in words on his own page.
func TestReportAndSecondLook(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p, q := g.stranger(), g.stranger()
		at := p.send("/shops/"+string(g.shop.ID)+"/note", "text", "加微信送券").Location
		id := strings.TrimPrefix(at, "/notes/")
		seen(t, "the form", q.get("/report/"+id), "广告或刷评", "不知道是谁举报的")
		if r := q.send("/report/" + id); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Text, "请选一个理由") {
			t.Errorf("without a reason it answers %d", r.Status)
		}
		if r := q.send("/report/"+id, "reason", "ad"); r.Status != http.StatusSeeOther || r.Location != "/notes/"+id {
			t.Errorf("a report answers %d and leads to %q: %.300s", r.Status, r.Location, r.Text)
		}
		if r := q.send("/report/"+id, "reason", "ad"); r.Status != http.StatusConflict || !strings.Contains(r.Text, "已经举报过了") {
			t.Errorf("a second report answers %d", r.Status)
		}
		if r := q.Do(t, "GET /report/shp_00000000000000000000000000"); r.Status != http.StatusNotFound {
			t.Errorf("a report of a shop answers %d", r.Status)
		}
		g.must(g.Community.Hide(t.Context(), g.operator, id, community.Ruling{Reason: "ad", Words: "去掉微信号就可以恢复。"}))
		if r := q.Do(t, "GET "+at); r.Status != http.StatusNotFound {
			t.Errorf("what is hidden answers %d", r.Status)
		}
		seen(t, "the author's notes", p.get("/me/notes"), "这条笔记被隐藏了", "广告或刷评", "去掉微信号就可以恢复。", "申请复核")
		seen(t, "the note to its author", p.get(at), "只有你和运营人员看得到")
		if r := p.send("/appeal/"+id, "words", ""); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("an appeal without words answers %d", r.Status)
		}
		if r := p.send("/appeal/"+id, "words", "是店里的活动"); r.Status != http.StatusSeeOther {
			t.Errorf("an appeal answers %d", r.Status)
		}
		seen(t, "the author's notes later", p.get("/me/notes"), "另一位同事会看")
		if r := p.send("/appeal/"+id, "words", "再看看"); r.Status != http.StatusConflict {
			t.Errorf("a second appeal answers %d", r.Status)
		}
		if r := p.send("/me/notes/name", "name", "13800000001"); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Text, "不要写电话号码") {
			t.Errorf("a number as a name answers %d", r.Status)
		}
		p.send("/me/notes/name", "name", "面条侦探")
		seen(t, "signed", p.get("/me/notes"), "公开署名：面条侦探")
		if r := p.send(at + "/delete"); r.Location != "/me/notes" {
			t.Errorf("deleting answers %d to %q", r.Status, r.Location)
		}
		seen(t, "nothing left", p.get("/me/notes"), "还没有写过笔记")
	})
}

// TestAskedAfterAVisit asks on the first page, the card and the receipt the day
// after a visit, until the question is put away.
func TestAskedAfterAVisit(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p := g.member()
		red := g.paid(p, 12850)
		pages := []string{"/", "/card", "/r/" + string(red.ID)}
		asks := func(path string) bool { return strings.Contains(p.get(path), "老张面馆怎么样？") }
		for _, path := range pages {
			if asks(path) {
				t.Errorf("%s asks on the day of the visit", path)
			}
		}
		g.clock.Advance(24 * time.Hour)
		for _, path := range pages {
			if !asks(path) {
				t.Errorf("%s does not ask", path)
			}
		}
		form := "/shops/" + string(g.shop.ID) + "/note?visit=" + string(red.ID)
		seen(t, "the form", p.get(form), "的到店", `name="visit" value="`+string(red.ID))
		if text := g.stranger().get(form); strings.Contains(text, `name="visit"`) {
			t.Error("another's form names the visit")
		}
		if r := p.send("/asks/" + string(red.ID) + "/dismiss"); r.Status != http.StatusSeeOther {
			t.Errorf("putting it away answers %d", r.Status)
		}
		for _, path := range pages {
			if asks(path) {
				t.Errorf("%s asks again", path)
			}
		}
	})
}
