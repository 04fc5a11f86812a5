package member

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/opinion"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// pictured writes a note with pictures about the first shop, has others like,
// comment and answer it.
func (g *rig) pictured(p *person) community.Note {
	g.t.Helper()
	ctx := g.t.Context()
	g.must(g.Community.Rename(ctx, p.session, "面条侦探"))
	n, err := g.Community.Write(ctx, p.session, g.shop.ID, community.Writing{
		Written: community.Written{
			Written: curate.Written{Text: "葱油拌面的葱是现熬的，香得很克制。周六中午等了二十分钟，靠窗的位置能看到后厨。下次想试试大排。", Stars: 4.5, Marks: curate.Marks{opinion.Taste: 5, opinion.Waiting: 2}},
			Dishes:  []string{"葱油拌面", "大排面"}},
		Files: readers(snap(g.t, 1600, 1200), snap(g.t, 900, 1200), snap(g.t, 1200, 900), snap(g.t, 800, 800)),
	}, g.key())
	g.must(err)
	q := g.stranger()
	g.must(g.Community.Like(ctx, q.session, n.ID))
	_, err = g.Community.Comment(ctx, q.session, n.ID, "同意，葱油是灵魂。工作日一点以后不用等。", g.key())
	g.must(err)
	_, err = g.Community.Comment(ctx, p.session, n.ID, "谢谢，记下了。", g.key())
	g.must(err)
	owner, _ := g.enter("13900000019", "老板", account.Grant{Role: account.Merchant, Merchant: string(g.shop.Merchant)}, account.ConsoleApp)
	_, err = g.Community.Answer(ctx, owner, n.ID, "谢谢你来。周末我们加了一口锅，等位会短一些。")
	g.must(err)
	return n
}

// TestCommunityOnAPhone looks at every page of notes as a member does.
func TestCommunityOnAPhone(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := sqlite(t)
			g.praised(g.shop, 12)
			p := g.member()
			red := g.paid(p, 12850)
			g.clock.Advance(24 * time.Hour)
			page := webtest.Open(t, device, "")
			page.SetCookie(g.url, "member", p.token)
			look := func(shot, path string) {
				t.Helper()
				page.Open(g.url + path)
				settled(t, page, name+"-"+shot)
			}
			look("feed-following-none", "/notes?by=following")
			look("home-ask", "/")
			look("receipt-ask", "/r/"+string(red.ID))
			look("mine-none", "/me/notes")
			look("note-visit", "/shops/"+string(g.shop.ID)+"/note?visit="+string(red.ID))
			n := g.pictured(p)
			look("shop-notes", "/shops/"+string(g.shop.ID)+"#notes")
			look("feed", "/notes")
			look("feed-near", "/notes?lat=31.2304&lng=121.4700")
			look("note-mine", notePath(n))
			g.must(g.Community.SaveNote(t.Context(), p.session, n.ID))
			g.must(g.Community.Follow(t.Context(), p.session, g.shop.ID))
			g.clock.Advance(time.Minute)
			_, err := g.Shop.SetTerms(t.Context(), g.operator, g.shop.ID, shop.Terms{Kind: shop.Percent, Percent: 15, PerDay: 3})
			g.must(err)
			look("feed-following", "/notes?by=following")
			look("saved-notes", "/saved?tab=notes")
			look("saved-none", "/saved")
			look("report", "/report/"+string(n.ID))
			g.must(g.Community.Hide(t.Context(), g.operator, string(n.ID), community.Ruling{Reason: "privacy", Words: "照片里有别人的脸，换一张就可以恢复。"}))
			look("mine-hidden", "/me/notes")
			guest := webtest.Open(t, device, "")
			g.must(g.Community.Restore(t.Context(), g.operator, string(n.ID), "换过了"))
			guest.Open(g.url + notePath(n))
			settled(t, guest, name+"-note-guest")
		})
	}
}

// TestFromReadingToPaying opens a note that somebody was sent, and pays at its
// shop with two taps: the card, and the bill that the till sent.
func TestFromReadingToPaying(t *testing.T) {
	g := sqlite(t)
	n := g.pictured(g.stranger())
	p := g.member()
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "member", p.token)
	page.Open(g.url + notePath(n))
	page.Click("在这里用卡") // The first tap.
	page.WaitCount("[data-code] .qr", 1)
	code := strings.ReplaceAll(webtest.Eval[string](page, `document.querySelector(".code-digits").textContent`), " ", "")
	red, err := g.Redeem.Scan(t.Context(), g.staff, g.shop.ID, code, g.key())
	g.must(err)
	_, err = g.Redeem.Price(t.Context(), g.staff, red.ID, 12850, g.key())
	g.must(err)
	page.WaitText("115.65")
	page.Click("确认支付") // The second.
	page.WaitURL(g.sandbox.Provider.Origin())
}

// TestNoteAfterAVisit is the loop: the first page asks the day after, the
// member taps stars and a dish, adds a photo, and the note stands on the shop's
// page as one that was paid for; nothing is asked again.
func TestNoteAfterAVisit(t *testing.T) {
	g := sqlite(t)
	p := g.member()
	red := g.paid(p, 12850)
	g.clock.Advance(24 * time.Hour)
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "member", p.token)
	page.Open(g.url + "/")
	page.WaitText("老张面馆怎么样？")
	page.Click("写一条")
	page.WaitURL("visit=" + string(red.ID))
	page.WaitCount("form.scripted", 1)
	webtest.Eval[bool](page, `(document.querySelectorAll(".star-field.big input")[4].click(), true)`)
	page.Fill("#text", "汤很鲜，排队十分钟")
	page.Click("葱油拌面")
	picture := filepath.Join(t.TempDir(), "IMG_0001.jpg")
	g.must(os.WriteFile(picture, snap(t, 2400, 1800), 0o600))
	page.Choose("input[name=photo]", picture)
	page.Click(".fixed .button.primary")
	page.WaitText("已发布")
	page.WaitText("到店实付")
	page.WaitCount(".note-pictures img", 1)
	page.Screenshot("note-published")
	page.Axe()
	page.Open(g.url + "/shops/" + string(g.shop.ID) + "?by=verified#notes")
	page.WaitText("汤很鲜，排队十分钟")
	page.WaitCount(".note-photos img", 1)
	page.Open(g.url + "/")
	page.WaitGone("老张面馆怎么样？")
	n, _, err := g.Community.OfShop(t.Context(), p.session, g.shop.ID, community.Verified, "", 10)
	g.must(err)
	if len(n) != 1 || len(n[0].Photos) != 1 || n[0].Photos[0].Width != 1600 || strings.Join(n[0].Dishes, "") != "葱油拌面" || n[0].Stars != 5 {
		t.Errorf("there is %+v", n)
	}
}

// TestANoteWithoutANetwork writes a note with a photo in a cellar: what was
// chosen outlasts the page, publishing keeps the note on the phone, and out in
// the street it is published by itself, once.
func TestANoteWithoutANetwork(t *testing.T) {
	g := sqlite(t)
	p := g.stranger()
	page := webtest.Open(t, webtest.Phone, "")
	page.Expect("ERR_INTERNET_DISCONNECTED")
	page.SetCookie(g.url, "member", p.token)
	form := g.url + "/shops/" + string(g.shop.ID) + "/note"
	picture := filepath.Join(t.TempDir(), "IMG_0001.jpg")
	g.must(os.WriteFile(picture, snap(t, 2400, 1800), 0o600))
	page.Open(form)
	page.WaitCount("form.scripted", 1)
	page.Fill("#text", "地下一层，没有信号")
	page.Choose("input[name=photo]", picture)
	page.WaitCount(".album-field .tile img", 1)
	page.Open(g.url + "/me")
	page.Open(form)
	page.WaitCount(".album-field .tile img", 1)
	if got := page.Value("#text"); got != "地下一层，没有信号" {
		t.Errorf("the words came back as %q", got)
	}
	page.Offline(true)
	page.Click(".fixed .button.primary")
	page.WaitText("已存在手机里，有网时自动发布。")
	page.Screenshot("note-offline")
	page.Axe()
	page.Offline(false)
	page.WaitURL("/notes/nte_")
	page.WaitText("已发布")
	page.WaitCount(".note-pictures img", 1)
	n, _, err := g.Community.OfShop(t.Context(), p.session, g.shop.ID, community.Recent, "", 10)
	g.must(err)
	if len(n) != 1 || len(n[0].Photos) != 1 || n[0].Text != "地下一层，没有信号" {
		t.Errorf("there is %+v", n)
	}
	page.Open(form)
	page.WaitCount("form.scripted", 1)
	page.WaitCount(".album-field .tile img", 0)
	if got := page.Value("#text"); got != "" {
		t.Errorf("after it was published the form holds %q", got)
	}

	// A second note of the day is refused, and says so where it is kept.
	page.Fill("#text", "再来一条")
	page.Click(".fixed .button.primary")
	page.WaitText("明天再来写吧")
	page.Open(g.url + "/me/notes")
	page.WaitText("没有发布：同一家店一天写一条笔记")
	page.Screenshot("note-refused-kept")
	page.Axe()
	page.Click("删掉")
	page.WaitGone("没有发布")
}
