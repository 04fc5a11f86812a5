package member

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/opinion"
	"citywalk/web/webtest"
)

// TestWritingANote goes from the form to the shop's page: with stars, words and
// marks, by somebody who paid there, and shown without a name.
func TestWritingANote(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p := g.member()
		g.paid(p, 12850)
		shopPage, form := "/shops/"+string(g.shop.ID), "/shops/"+string(g.shop.ID)+"/note"
		seen(t, "the form", p.get(form), "老张面馆", "几颗星", "会计入这家店的得分", "没起名就写“会员”", "你随时可以删掉它", "吃了什么", "大排面", "照片（选填）", "分项打分", "口味", "/rules/curation", `name="stars" value="5"`)
		sent := p.send(form, "text", "葱油拌面很香 <b>等了二十分钟</b>", "stars", "4", "mark0", "5", "mark4", "2", "dish0", "葱油拌面")
		if !strings.HasPrefix(sent.Location, "/notes/nte_") {
			t.Fatalf("a note answers %d to %q: %.300s", sent.Status, sent.Location, sent.Text)
		}
		alone := p.get(sent.Location)
		seen(t, "the note", alone, "已发布", "葱油拌面很香", "4 星，满分 5 星", "到店实付", "会员 · ", "老张面馆", "在这里用卡", `href="/card"`, "口味", "确定删除", `data-draft-done="`)
		text := p.get(shopPage)
		seen(t, "the shop", text, "葱油拌面很香", "等了二十分钟", "4 星，满分 5 星", "到店实付", "会员 · ")
		for _, hidden := range []string{"王小明", "138****"} {
			if strings.Contains(text+alone, hidden) {
				t.Errorf("a page shows %q", hidden)
			}
		}
		if again := p.get(sent.Location); strings.Contains(again, "已发布") || strings.Contains(again, "data-draft-done") {
			t.Error("the page says twice that the note was taken")
		}
		n, err := g.Curate.Notes(t.Context(), g.shop.ID, "", 10)
		g.must(err)
		whole, err := g.Curate.Get(t.Context(), g.operator, n[0].ID)
		g.must(err)
		if whole.Marks != (curate.Marks{opinion.Taste: 5, opinion.Waiting: 2}) || whole.Stars != 4 {
			t.Errorf("the note has %v stars and the marks %v", whole.Stars, whole.Marks)
		}

		// A guest has not paid, so the note does not say so.
		other := g.stranger()
		other.send(form, "text", "路过看看，还没吃")
		if text := other.get(shopPage); strings.Count(text, `class="visited"`) != 1 {
			t.Error("a note of somebody who never paid says that he did")
		}
	})
}

// TestRefusedNotes shows each refusal with its sentence, the form with what was
// written, and that nothing was published.
func TestRefusedNotes(t *testing.T) {
	g := sqlite(t)
	p := g.stranger()
	out := webtest.NewClient(t, g.url)
	form := "/shops/" + string(g.shop.ID) + "/note"
	webtest.Run(t,
		webtest.Scenario{Name: "signed out", As: out, Do: "GET " + form, Status: 303, Shows: []string{"/signin?back="}},
		webtest.Scenario{Name: "posted signed out", As: out, Do: "POST " + form + " text=x", Status: 303, Shows: []string{"/signin"}},
		webtest.Scenario{Name: "no such shop", As: p.Client, Do: "GET /shops/shp_00000000000000000000000000/note", Status: 404},
		webtest.Scenario{Name: "no words", As: p.Client, Do: "POST " + form + " idem=refused-note-000000001&text=+&stars=3", Status: 422, Shows: []string{"写几个字再发布", `value="3" checked`}},
		webtest.Scenario{Name: "six stars", As: p.Client, Do: "POST " + form + " idem=refused-note-000000002&text=好吃&stars=6", Status: 422, Shows: []string{"1 到 5 星", "好吃"}},
		webtest.Scenario{Name: "half a mark", As: p.Client, Do: "POST " + form + " idem=refused-note-000000003&text=好吃&mark2=1.5", Status: 422, Shows: []string{"1 到 5 星", "open"}},
		webtest.Scenario{Name: "too long", As: p.Client, Do: "POST " + form + " idem=refused-note-000000004&text=" + strings.Repeat("x", 10_001), Status: 422, Shows: []string{"最多 10000 个字"}},
		webtest.Scenario{Name: "control characters", As: p.Client, Do: "POST " + form + " idem=refused-note-000000005&text=a%07b", Status: 422, Shows: []string{"控制字符"}},
	)
	if n, err := g.Curate.Notes(t.Context(), g.shop.ID, "", 10); err != nil || len(n) > 0 {
		t.Errorf("%d refused notes were published, %v", len(n), err)
	}

	if r := p.send(form, "text", "第一条"); r.Status != http.StatusSeeOther {
		t.Fatalf("the first note answers %d", r.Status)
	}
	again := p.send(form, "text", "第二条")
	if again.Status != http.StatusTooManyRequests || !strings.Contains(again.Text, "明天再来写吧") || !strings.Contains(again.Text, "第二条") {
		t.Errorf("a second note of the day answers %d: %.200s", again.Status, again.Text)
	}
	g.clock.Advance(24 * time.Hour)
	if r := p.send(form, "text", "第二条"); r.Status != http.StatusSeeOther {
		t.Errorf("the next day's note answers %d", r.Status)
	}

	// Who works for the merchant cannot praise its shops.
	_, token := g.enter("13900000009", "老板", account.Grant{Role: account.Merchant, Merchant: string(g.shop.Merchant)}, account.MemberApp)
	owner := &person{Client: webtest.NewClient(t, g.url), g: g}
	owner.Header = http.Header{"Cookie": {"member=" + token}}
	if r := owner.send(form, "text", "全城最好吃"); r.Status != http.StatusForbidden || !strings.Contains(r.Text, "你在这家商家任职") {
		t.Errorf("the owner's note answers %d", r.Status)
	}
	if n, err := g.Curate.Notes(t.Context(), g.shop.ID, "", 10); err != nil || len(n) != 2 {
		t.Errorf("there are %d notes, want 2; %v", len(n), err)
	}
}

// TestSendingANoteTwiceIsOneNote repeats a form whose answer was lost.
func TestSendingANoteTwiceIsOneNote(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p := g.stranger()
		do := "POST /shops/" + string(g.shop.ID) + "/note idem=the-answer-was-lost-1&text=汤很鲜&stars=5"
		for range 2 {
			if r := p.Do(t, do); r.Status != http.StatusSeeOther {
				t.Errorf("it answers %d", r.Status)
			}
		}
		if n, err := g.Curate.Notes(t.Context(), g.shop.ID, "", 10); err != nil || len(n) != 1 {
			t.Errorf("there are %d notes, want 1; %v", len(n), err)
		}
	})
}

// TestDraftSurvives writes a note in a browser, loses the page, finds the words
// again, publishes them with a tap on a star, and finds the form empty.
func TestDraftSurvives(t *testing.T) {
	g := sqlite(t)
	p := g.stranger()
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "member", p.token)
	form := g.url + "/shops/" + string(g.shop.ID) + "/note"
	page.Open(form)
	page.WaitCount("form.scripted", 1)
	page.Fill("#text", "汤很鲜，排队十分钟")
	webtest.Eval[bool](page, `(document.querySelectorAll(".star-field.big input")[3].click(), true)`)
	page.Open(g.url + "/card")
	page.Open(form)
	page.WaitText("已经帮你放回来了")
	if got := webtest.Eval[string](page, `document.querySelector("#text").value + document.querySelector("[name=stars]:checked").value`); got != "汤很鲜，排队十分钟4" {
		t.Errorf("the form came back with %q", got)
	}
	page.Click(".fixed .button.primary")
	page.WaitText("已发布")
	page.Open(form)
	if got := webtest.Eval[string](page, `document.querySelector("#text").value`); got != "" {
		t.Errorf("after it was sent the form still holds %q", got)
	}
}
