package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"citywalk/geo"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// TestAShopIsAddedByHand: what is wrong stands beside its field with what was
// written, and one sending makes one shop however often it arrives.
func TestAShopIsAddedByHand(t *testing.T) {
	g := newRig(t)
	const at = "/console/shops/add"
	shows(t, g.operator.get("/console/shops"), `href="`+at+`"`)
	shows(t, g.operator.get(at), `name="city"`, `value="上海"`, `value="gcj02" selected`)
	text := g.operator.refused(http.StatusUnprocessableEntity, "写成“纬度,经度”", at, "name", " ", "city", "上海", "point", "外滩", "crs", "gcj02", "price", "三十", "opens", "25:00", "category", "面馆")
	shows(t, text, "这一项不能为空", "金额不对", "营业时间不对", `value="外滩"`, `value="三十"`, `value="面馆"`)
	g.operator.refused(http.StatusUnprocessableEntity, "请选择坐标系", at, "name", "弄堂面馆", "city", "上海", "point", "31.23,121.47", "crs", "mars")
	g.operator.refused(http.StatusUnprocessableEntity, "位置不在中国境内", at, "name", "弄堂面馆", "city", "上海", "point", "121.47,31.23", "crs", "wgs84")
	g.operator.refused(http.StatusUnprocessableEntity, "太长了", at, "name", strings.Repeat("长", 200), "city", "上海", "point", "31.23,121.47", "crs", "wgs84")

	sent := url.Values{"idem": {g.key()}, "name": {"弄堂面馆"}, "city": {"上海"}, "district": {"静安区"}, "point": {"31.2304， 121.4737"}, "crs": {"gcj02"},
		"price": {"32"}, "opens": {"17:00"}, "closes": {"02:00"}, "dishes": {"大排面、辣肉面"}}.Encode()
	first := g.operator.Do(t, "POST "+at+" "+sent)
	again := g.operator.Do(t, "POST "+at+" "+sent)
	if first.Status != http.StatusSeeOther || first.Location != again.Location {
		t.Fatalf("sent twice: %d to %s, %d to %s", first.Status, first.Location, again.Status, again.Location)
	}
	shows(t, g.operator.get(first.Location), "门店已添加", "弄堂面馆", "17:00–02:00", "¥32.00", "大排面", "手工添加", "未上线")
	s, err := g.Shop.Get(t.Context(), shop.ID(strings.TrimPrefix(first.Location, "/console/shops/")))
	g.must(err)
	want, err := geo.In(geo.GCJ02, 31.2304, 121.4737)
	g.must(err)
	if s.Point != want || s.Opens != 17*60 || s.Closes != 26*60 {
		t.Errorf("added %+v", s)
	}
}

// TestAShopIsCorrected: the name and the position are the operators'; a form
// that is sent as it was shown moves nothing.
func TestAShopIsCorrected(t *testing.T) {
	g := newRig(t)
	at := shopPath(g.ours.ID) + "/about"
	shows(t, g.merchant.get(shopPath(g.ours.ID)), `href="`+at+`"`)
	text := g.merchant.get(at)
	shows(t, text, `value="福州路 20 号"`, "店名和位置由运营修改")
	if strings.Contains(text, `name="point"`) {
		t.Error("a merchant is offered the position")
	}
	g.merchant.refused(http.StatusUnprocessableEntity, "营业时间不对", at, "opens", "25:00")
	g.merchant.done(shopPath(g.ours.ID), at, "name", "别的店", "point", "30,120", "crs", "wgs84", "address", "福州路 21 号", "category", "面馆", "dishes", "葱油拌面", "price", "40", "opens", "09:00", "closes", "")
	s, err := g.Shop.Get(t.Context(), g.ours.ID)
	g.must(err)
	if s.Name != "老张面馆" || s.Point != g.ours.Point || s.Address != "福州路 21 号" || s.Price != 4000 || s.Opens != 540 || s.Closes != -1 {
		t.Errorf("by the merchant: %+v", s)
	}

	values := aboutValues(s)
	values.Set("name", "老张面馆（福州路店）")
	var pairs []string
	for name := range values {
		pairs = append(pairs, name, values.Get(name))
	}
	g.operator.done(shopPath(s.ID), at, pairs...)
	after, err := g.Shop.Get(t.Context(), s.ID)
	g.must(err)
	if after.Name != "老张面馆（福州路店）" || after.Point != s.Point || after.Address != s.Address || after.Opens != 540 {
		t.Errorf("by an operator: %+v", after)
	}
	for who, p := range map[string]*person{"an auditor": g.auditor, "a neighbour": g.merchant} {
		path := at
		if p == g.merchant {
			path = shopPath(g.theirs.ID) + "/about"
		}
		if got := p.send(path, "address", "x"); got.Status < 400 {
			t.Errorf("%s changes the shop: %d", who, got.Status)
		}
	}
}

// TestAddingOnAPhone looks at the form when it was refused.
func TestAddingOnAPhone(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			page := webtest.Open(t, device, "")
			page.SetCookie(g.url, "console", g.operator.token)
			page.Open(g.url + "/console/shops/add")
			page.Expect("422")
			if device.Language == "en" {
				page.Fill("Position", "the Bund")
				page.Click("Add")
				page.WaitText("Write latitude, then longitude")
			} else {
				page.Fill("位置", "外滩")
				page.Click("添加")
				page.WaitText("写成“纬度,经度”")
			}
			page.Axe()
			page.Screenshot(name + "-add-refused")
			if wide := webtest.Eval[int64](page, "document.documentElement.scrollWidth"); wide > device.Width {
				t.Errorf("it is %d px wide", wide)
			}
		})
	}
}
