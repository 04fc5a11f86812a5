package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// TestCuration plays curation as people do, with desks and phones: notes are
// imported and fitted, a reviewer visits the shop that is loved most with a
// camera and puts it on the list, a member sees the badge and why; a colleague
// wants it off again, which a second person confirms; the merchant appeals, and
// a third person, who had no part in it, puts it back.
func TestCuration(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			c := found(t, engine)
			for i, name := range []string{"周运营", "吴运营", "郑运营"} {
				c.command("operator", "add", fmt.Sprintf("1390000000%d", i+1), "--name", name)
			}
			c.importNotes()
			zhou := c.desk("13900000001")
			merchant := c.openLoved(zhou)
			member := c.buyFor(loved)
			review := c.queueTop(zhou)
			c.visitWithPhoto(zhou, review)
			c.include(zhou, review)
			c.badge(member, true)
			c.remove(c.desk("13900000002"), zhou, review)
			c.badge(member, false)
			c.appeal(merchant)
			c.overturn(c.desk("13900000003"), review)
			c.badge(member, true)
			if out := c.command("ledger", "prove"); out != "The books prove.\n" {
				t.Errorf("prove: %s", out)
			}
		})
	}
}

// loved is the shop of the test that people love.
const loved = "巷口面馆"

// importNotes imports shops and what people wrote about them, by the commands
// of the README, and fits the city.
func (c *city) importNotes() {
	dir := c.t.TempDir()
	shops, notes := filepath.Join(dir, "shops.csv"), filepath.Join(dir, "notes.jsonl")
	c.write(shops, func(b *bytes.Buffer) {
		w := csv.NewWriter(b)
		w.Write([]string{"id", "name", "lat", "lng", "category", "district"})
		for i := range 12 {
			name := loved
			if i > 0 {
				name = fmt.Sprintf("%c记面馆", '甲'+rune(i))
			}
			w.Write([]string{strconv.Itoa(i), name, fmt.Sprintf("%.4f", 31.22+float64(i)/1000), "121.45", "面馆", "静安区"})
		}
		w.Flush()
	})
	c.write(notes, func(b *bytes.Buffer) {
		r := rand.New(rand.NewPCG(7, 7))
		for i := range 12 {
			for n := range 36 {
				good := 0.2 + 0.05*float64(i)
				if i == 0 {
					good = 0.95
				}
				json.NewEncoder(b).Encode(map[string]any{"id": fmt.Sprintf("%d-%d", i, n), "shop": strconv.Itoa(i), "author": fmt.Sprintf("a%d", r.IntN(400)),
					"text": said(r, good), "time": time.Now().AddDate(0, 0, -1-r.IntN(600)).Format(time.DateOnly), "stars": math.Round(min(5, 1.6+3.2*good+0.7*r.NormFloat64())), "likes": r.IntN(9)})
			}
		}
	})
	c.command("import", "shops", "--city", "上海", "--crs", "wgs84", "--source", "town", shops)
	out := c.command("import", "notes", "--format", "jsonl", "--map", "id=id,shop=shop,author=author,text=text,time=time,stars=stars,likes=likes", "--source", "town", notes)
	if !strings.Contains(out, "432 new") {
		c.t.Errorf("import notes: %s", out)
	}
	if out = c.command("import", "notes", "--format", "jsonl", "--source", "town", notes); !strings.Contains(out, "432 as before") {
		c.t.Errorf("import notes again: %s", out)
	}
	if out = c.command("curate", "city", "上海"); !strings.Contains(out, "432 notes on 12 shops") {
		c.t.Errorf("curate city: %s", out)
	}
}

func (c *city) write(path string, fill func(*bytes.Buffer)) {
	c.t.Helper()
	var b bytes.Buffer
	fill(&b)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// said is a note about a shop that is good in so many of its sides.
func said(r *rand.Rand, good float64) string {
	var all []string
	for range 3 + r.IntN(3) {
		words := demoBad
		if r.Float64() < good {
			words = demoGood
		}
		s := words[r.IntN(len(words))]
		if strings.Contains(s, "%s") {
			s = fmt.Sprintf(s, []string{"葱油拌面", "大排面", "素鸡", "辣肉面"}[r.IntN(4)])
		}
		all = append(all, s)
	}
	return strings.Join(all, "，") + "。"
}

// desk signs somebody in to the console.
func (c *city) desk(phone string) *webtest.Page {
	desk := webtest.Open(c.t, webtest.Desktop, c.base+"/console/")
	c.signIn(desk, phone)
	desk.WaitText("今天")
	return desk
}

// openLoved gives the loved shop a merchant and terms, opens it, and signs the
// merchant in.
func (c *city) openLoved(desk *webtest.Page) *webtest.Page {
	desk.Open(c.base + "/console/shops")
	desk.Click(loved)
	desk.Fill("或者新商家的名称", "巷口餐饮")
	desk.Click("[action$=assign] button")
	desk.Click("设置会员权益")
	desk.Fill("减百分之几", "10")
	desk.Click("保存")
	desk.Click("上线，开始收会员卡")
	desk.WaitText("已上线")
	desk.Click("巷口餐饮")
	desk.Click("[action$=team] button")
	merchant := webtest.Open(c.t, webtest.Phone, one(c.t, desk, `http\S+/console/join/\S+`))
	merchant.Click("用手机号登录")
	c.signIn(merchant, "13800000009")
	merchant.Click("接受邀请")
	return merchant
}

// buyFor has a member buy a pass, after which the list is not one person's to
// shorten.
func (c *city) buyFor(name string) *webtest.Page {
	member := webtest.Open(c.t, webtest.Phone, c.base+"/")
	member.WaitText(name)
	member.Open(c.base + "/card")
	member.Click("登录后开卡")
	c.signIn(member, "13800000003")
	member.Click("¥168.00")
	member.Click("支付 ¥168.00")
	member.WaitText("出示会员码")
	return member
}

// queueTop finds the loved shop in the queue and returns its review's address.
func (c *city) queueTop(desk *webtest.Page) string {
	desk.Open(c.base + "/console/curation")
	c.look(desk, "curation-queue", true)
	desk.Click(loved)
	desk.WaitText("大家怎么说")
	c.look(desk, "curation-review", true)
	return strings.Split(desk.URL(), "?")[0]
}

// visitWithPhoto writes down a visit on the reviewer's phone, with a picture
// whose file says where it was taken.
func (c *city) visitWithPhoto(desk *webtest.Page, review string) {
	phone := webtest.Open(c.t, webtest.Phone, "")
	phone.SetCookie(c.base, "console", desk.Cookies()["console"]) // The second device of one person.
	phone.Open(review)
	c.look(phone, "curation-review-phone", true)
	phone.Open(review + "/visit")
	phone.Click(`[name=mark][value="5"]`)
	phone.Fill("人均", "38")
	photo := filepath.Join(c.t.TempDir(), "shop.jpg")
	c.write(photo, picture)
	phone.Choose("input[name=photo]", photo)
	phone.WaitCount("[data-tiles] img", 1)
	c.look(phone, "curation-visit", false)
	phone.Click("保存")
	phone.WaitText("这次探店已经在档案里")
	phone.Open(review)
	phone.WaitCount(".thumbs img", 1)
}

// picture is a photo as a camera would take one.
func picture(b *bytes.Buffer) {
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for i := range 640 * 480 {
		img.Set(i%640, i/640, color.RGBA{uint8(i % 251), uint8(i / 640 % 256), 90, 255})
	}
	if err := jpeg.Encode(b, img, nil); err != nil {
		panic(err) // Into memory, of a picture of ours.
	}
}

// rule fills in a decision.
func rule(p *webtest.Page, verdict, reason string) {
	p.Click(`[name=verdict][value=` + verdict + `]`)
	p.Fill("公开理由", reason)
	p.Click(`[name=tied][value=no]`)
}

func (c *city) include(desk *webtest.Page, review string) {
	desk.Open(review)
	desk.WaitCount(".thumbs img", 1)
	rule(desk, "included", "两次实地去过，汤头和浇头都稳。")
	desk.Click("#decide [type=submit]")
	desk.WaitText("已收录")
}

// badge looks as a member whether the shop bears the badge, and why.
func (c *city) badge(member *webtest.Page, on bool) {
	c.t.Helper()
	want := 0
	if on {
		want = 1
	}
	hits, err := c.parts.shop.Search(c.t.Context(), shop.Query{City: "上海", Name: loved, Curated: true})
	if err != nil || len(hits) != want {
		c.t.Errorf("a search for curated shops finds %d, %v", len(hits), err)
	}
	c.listed(member, on)
	member.Open(c.base + "/")
	member.Click(loved)
	if got := strings.Contains(member.Text(), "为什么在这里"); got != on {
		c.t.Errorf("the shop's page says why it is on the list: %v, want %v\n%s", got, on, member.Text())
	}
	if on {
		c.look(member, "curation-badge", true)
	}
}

// listed looks whether the search for curated shops finds the shop, once the
// node has heard of the decision. A shop that is not on the list may be offered
// instead, but not as found.
func (c *city) listed(member *webtest.Page, want bool) {
	c.t.Helper()
	for range 40 { // Each look takes some tenths of a second, and a node hears within one.
		member.Open(c.base + "/search?curated=1")
		if got := webtest.Eval[bool](member, "!!document.querySelector('.found')") && strings.Contains(member.Text(), loved); got == want {
			return
		}
	}
	c.t.Errorf("in the list of curated shops: want %v\n%s", want, member.Text())
}

// remove proposes to take the shop off the list, and has a second person
// confirm it.
func (c *city) remove(wu, zhou *webtest.Page, review string) {
	wu.Open(review)
	wu.WaitText("要第二位同事确认")
	rule(wu, "excluded", "最近两次去，汤头变淡，换了厨师。")
	wu.Click("#decide [type=submit]")
	wu.WaitText("等另一位同事确认")
	wu.Open(review)
	if wu.Count("[action$=confirm]") != 0 {
		c.t.Error("who proposed it may confirm it")
	}
	zhou.Open(c.base + "/console/")
	c.look(zhou, "curation-today", true)
	zhou.Open(review)
	c.look(zhou, "curation-proposed", true)
	zhou.Click("[action$=confirm] button")
	zhou.WaitText("已确认")
}

func (c *city) appeal(merchant *webtest.Page) {
	merchant.Open(c.base + "/console/shops")
	merchant.Click(loved)
	merchant.Click("精选档案")
	c.look(merchant, "curation-dossier", true)
	merchant.Fill("您的理由", "厨师只是休假两周，已经回来，请再来尝尝。")
	merchant.Click("提交申诉")
	merchant.WaitText("申诉已收到")
}

// overturn judges the appeal and puts the shop back.
func (c *city) overturn(zheng *webtest.Page, review string) {
	zheng.Open(c.base + "/console/curation")
	zheng.Click(loved)
	c.look(zheng, "curation-appeal", true)
	zheng.Click("[name=outcome][value=overturned]")
	zheng.Fill("给商家的答复", "周末去过，汤头和从前一样。")
	rule(zheng, "included", "复查后恢复：厨师已回，味道如前。")
	zheng.Click("答复商家")
	zheng.WaitText("已答复商家")
}
