package console

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/web/webtest"
)

func TestOperatorTakesADraftLive(t *testing.T) {
	g := newRig(t)
	s := g.draft("新开的店")
	at := shopPath(s.ID)
	shows(t, g.operator.get(at), "上线前还要做的", "指定商家")
	g.operator.refused(http.StatusUnprocessableEntity, "这一项不能为空", at+"/assign", "merchant", "", "name", "")
	g.operator.refused(http.StatusConflict, "已经有同名的商家", at+"/assign", "name", "老张面馆商贸")
	g.operator.done(at, at+"/assign", "name", "新店商贸")
	got := g.operator.send(at + "/open")
	shows(t, got.Text, "还没有会员权益", `href="`+at+`/terms"`)
	g.operator.done(at, at+"/terms", "kind", "percent", "percent", "20", "act", "save")
	g.operator.done(at, at+"/open")
	shows(t, g.operator.get(at), "营业中", "八折")

	shows(t, g.operator.get(at+"/pause"), "会员马上不能在这家店用卡")
	g.operator.refused(http.StatusUnprocessableEntity, "这一项不能为空", at+"/pause", "reason", " ")
	g.operator.done(at, at+"/pause", "reason", "装修")
	shows(t, g.operator.get(at), "原因：装修", "恢复收会员卡")
	shows(t, g.operator.get("/console/"), "有 1 家门店暂停中")
	g.operator.done(at, at+"/resume")
	shows(t, g.operator.get(at+"/leave"), "不能恢复")
	g.operator.done(at, at+"/leave", "reason", "转让")
	shows(t, g.operator.get(at), "已经退出", "转让")
}

// A form of terms is shown again with what was written and with a sentence
// beside every field that is wrong, not only the first.
func TestTermsSayAllThatIsWrong(t *testing.T) {
	g := newRig(t)
	at := shopPath(g.ours.ID) + "/terms"
	text := g.merchant.refused(http.StatusUnprocessableEntity, "减免比例在 1% 到 90% 之间", at,
		"kind", "percent", "percent", "九折", "floor", "五十", "per_day", "99", "hours0from", "10:00", "hours0day", "1", "blackout", "2026-02-30", "excluded", "酒水", "act", "save")
	shows(t, text, `value="九折"`, `value="五十"`, "金额不对", "每人每天可用 1 到 10 次", "时段不对", "日期不对", "酒水", `aria-describedby="percent-hint percent-error"`)

	preview := g.merchant.send(at, "kind", "fixed", "off", "8", "floor", "30", "hours0from", "22:00", "hours0until", "02:00", "hours0day", "5", "hours0day", "6",
		"blackout", "2026-10-01~2026-10-03", "act", "preview")
	shows(t, preview.Text, "会员会读到", "减 ¥8", "周五", "10月1日至3日")
	g.merchant.done(shopPath(g.ours.ID), at, "kind", "fixed", "off", "8", "floor", "30", "hours0from", "22:00", "hours0until", "02:00", "hours0day", "5", "blackout", "2026-10-01~2026-10-03", "act", "save")
	s, err := g.Shop.Get(t.Context(), g.ours.ID)
	g.must(err)
	if h := s.Terms.Hours; len(h) != 1 || h[0].From != 22*60 || h[0].Until != 26*60 || len(s.Terms.Blackout) != 3 || s.Terms.Off != 800 {
		t.Errorf("kept terms %+v", s.Terms)
	}
	shows(t, g.merchant.get(at), `value="22:00"`, `value="02:00"`, "2026-10-03")
	g.merchant.done(shopPath(g.ours.ID), at, "kind", "gift", "gift", "桂花糕一份", "off", "x", "act", "save")
}

func TestOffersAreDeclaredAndEnded(t *testing.T) {
	g := newRig(t)
	at := shopPath(g.ours.ID) + "/offers"
	g.merchant.refused(http.StatusUnprocessableEntity, "结束日期要晚于开始日期", at, "title", "春季", "kind", "percent", "percent", "20", "from", "2026-04-02", "until", "2026-03-01", "act", "save")
	g.merchant.done(at, at, "title", "下午茶", "kind", "percent", "percent", "20", "hours0from", "14:00", "hours0until", "17:00", "until", "2026-03-31", "act", "save")
	s, err := g.Shop.Get(t.Context(), g.ours.ID)
	g.must(err)
	if len(s.Offers) != 1 || s.Offers[0].Until != "2026-04-01" {
		t.Fatalf("offers %+v", s.Offers)
	}
	shows(t, g.merchant.get(at), "下午茶", "14:00–17:00")
	g.merchant.done(at, at+"/"+s.Offers[0].ID+"/end")
	g.merchant.done(at, at+"/"+s.Offers[0].ID+"/end") // Gone already is as it was wanted.
	shows(t, g.merchant.get(shopPath(g.ours.ID)), "没有申报")
}

func TestInvitationsAreHandedOverAndAccepted(t *testing.T) {
	g := newRig(t)
	link := regexp.MustCompile(`<code>(http[^<]*)</code>`)
	letter := g.merchant.send(shopPath(g.ours.ID) + "/team")
	if m := link.FindStringSubmatch(letter.Text); m == nil || !strings.Contains(m[1], "/till/join/") {
		t.Fatalf("no link for staff in %.2000s", letter.Text)
	}
	letter = g.operator.send(merchantPath(g.theirs.Merchant) + "/team")
	m := link.FindStringSubmatch(letter.Text)
	if m == nil || !strings.HasPrefix(m[1], g.url+"/console/join/") {
		t.Fatalf("no link for owners in %.2000s", letter.Text)
	}
	path := strings.TrimPrefix(m[1], g.url)
	stranger := webtest.NewClient(t, g.url)
	shows(t, stranger.Do(t, "GET "+path).Text, "商家负责人 · 隔壁火锅商贸", "/console/signin?back=")
	heir := g.enter("13900000007", "新老板", account.Grant{}, account.ConsoleApp)
	shows(t, heir.Do(t, "GET /console/").Text, "还没有后台权限", "退出登录")
	heir.done("/console/", path)
	shows(t, heir.get("/console/shops"), "隔壁火锅")
	shows(t, g.operator.get(merchantPath(g.theirs.Merchant)), "新老板")
	if again := webtest.NewClient(t, g.url).Do(t, "GET "+path); again.Status != http.StatusGone {
		t.Errorf("a used invitation answers %d", again.Status)
	}

	out := merchantPath(g.theirs.Merchant) + "/team/" + string(heir.Person)
	shows(t, g.operator.get(out), "正在用的手机会退出登录", "移除 新老板")
	g.operator.done(merchantPath(g.theirs.Merchant), out)
	if got := heir.Do(t, "GET /console/shops"); got.Status == http.StatusOK {
		t.Error("who was dismissed still sees the shops")
	}
	if got := g.operator.Do(t, "GET "+out); got.Status != http.StatusNotFound {
		t.Errorf("dismissing again is offered with %d", got.Status)
	}
	g.operator.refused(http.StatusBadRequest, "请选好角色", "/console/access", "role", "staff")
	shows(t, g.operator.send("/console/access", "role", "auditor").Text, "/console/join/")
}

func TestAFileIsTriedAndThenImported(t *testing.T) {
	g := newRig(t)
	upload := func(name, content string, fields map[string]string) webtest.Reply {
		t.Helper()
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		for k, v := range fields {
			g.must(form.WriteField(k, v))
		}
		if name != "" {
			part, err := form.CreateFormFile("file", name)
			g.must(err)
			_, err = part.Write([]byte(content))
			g.must(err)
		}
		g.must(form.Close())
		r, err := http.NewRequestWithContext(t.Context(), "POST", g.url+"/console/shops/import", &b)
		g.must(err)
		for k, v := range g.operator.Header {
			r.Header[k] = v
		}
		r.Header.Set("Content-Type", form.FormDataContentType())
		return send(t, r)
	}
	fields := map[string]string{"city": "上海", "crs": "gcj02", "map": "name=Name, lat=Lat\nlng=Lon"}
	const file = "Name,Lat,Lon\n东方小馆,31.2397,121.4998\n坏的一家,百度,121.4\n西施豆腐,31.2250,121.4810\n"

	shows(t, upload("", "", fields).Text, "请选择要导入的文件")
	shows(t, upload("shops.csv", file, map[string]string{"city": "上海", "crs": "gcj02", "map": "Name"}).Text, "写法是", "Name")
	shows(t, upload("shops.csv", file, map[string]string{"city": "上海", "crs": "mars"}).Text, "坐标系应是")
	shows(t, upload("shops.csv", file, map[string]string{"city": "上海", "crs": "gcj02", "map": "name=Nome"}).Text, "Nome")
	dry := upload("shops.csv", file, fields)
	shows(t, dry.Text, "还没有导入", "导入：新增 2 家", "不能导入的 1 条")
	if text := g.operator.get("/console/shops?q=%E4%B8%9C%E6%96%B9"); strings.Contains(text, "东方小馆") {
		t.Error("trying wrote a shop")
	}
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(dry.Text)
	if token == nil {
		t.Fatalf("no token in %.2000s", dry.Text)
	}
	fields["token"] = token[1]
	shows(t, upload("", "", fields).Text, "导入完成", "新增 2 家")
	shows(t, g.operator.get("/console/shops?state=draft"), "东方小馆", "西施豆腐")
	shows(t, upload("", "", fields).Text, "新增 0 家") // A second press changes nothing.
	fields["token"] = "NOSUCHTOKEN"
	if got := upload("", "", fields); got.Status != http.StatusGone {
		t.Errorf("a file that is gone answers %d", got.Status)
	}
}

func send(t *testing.T, r *http.Request) webtest.Reply {
	t.Helper()
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(w.Body); err != nil {
		t.Fatal(err)
	}
	return webtest.Reply{Status: w.StatusCode, Header: w.Header, Text: strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(b.String())}
}

// TestEnglishConsoleCallsDistrictsInEnglish: where a file of districts gives an
// English name, the list and the page of a shop have it.
func TestEnglishConsoleCallsDistrictsInEnglish(t *testing.T) {
	g := newRig(t)
	s := g.draft("老张面馆")
	corner := geo.Point{Lat: s.Point.Lat - 0.01, Lng: s.Point.Lng - 0.01}
	ring := []geo.Point{corner, {Lat: corner.Lat, Lng: corner.Lng + 0.02}, {Lat: corner.Lat + 0.02, Lng: corner.Lng + 0.02}, {Lat: corner.Lat + 0.02, Lng: corner.Lng}, corner}
	g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
		_, _, err := discover.PutAreas(tx, g.operator.Person, []discover.Area{{City: s.City, Kind: discover.District, Name: s.District, En: "Huangpu",
			Shape: discover.ShapeOf([][][]geo.Point{{ring}}, nil), Source: "test", SourceID: "1"}})
		return err
	}))
	g.must(g.Discover.KeepUp(t.Context()))
	g.operator.Header.Set("Accept-Language", "en")
	for _, page := range []string{"/console/shops", "/console/shops/" + string(s.ID)} {
		if text := g.operator.Do(t, "GET "+page).Text; !strings.Contains(text, "Huangpu") || strings.Contains(text, s.District) {
			t.Errorf("%s: %s", page, text)
		}
	}
}
