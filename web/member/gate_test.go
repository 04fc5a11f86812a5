package member

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/pass"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// guarded is a city with a district of shops and one without, both with a
// metro station, and a gate for all of it.
func guarded(t *testing.T) *rig {
	g := sqlite(t)
	g.Discover.City, g.Pass.Gate = cityOfTests, g.Discover.Admit
	g.Discover.Register(g.jobs, 0)
	for i, category := range []string{"面馆", "咖啡厅", "书店", "火锅"} {
		g.addShop(fmt.Sprint("福州路", i+1, "号"), category, 31.2310+float64(i)/1000, shop.Terms{Kind: shop.Percent, Percent: 10})
	}
	_, err := g.Shop.Add(t.Context(), g.operator, shop.Shop{Name: "远处", City: cityOfTests, District: "青浦区", Category: "面馆", Point: geo.Point{Lat: 31.15, Lng: 121.10}, Opens: 540, Closes: 1320})
	g.must(err)
	g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
		_, _, err := discover.PutPlaces(tx, g.operator.Person, []discover.Place{
			{City: cityOfTests, Kind: discover.Metro, Name: "人民广场", En: "People's Square", Point: geo.Point{Lat: 31.2325, Lng: 121.4737}, Source: "t", SourceID: "1"},
			{City: cityOfTests, Kind: discover.Metro, Name: "朱家角", En: "Zhujiajiao", Point: geo.Point{Lat: 31.1502, Lng: 121.1003}, Source: "t", SourceID: "2"},
		})
		return err
	}))
	for _, district := range []string{"黄浦区", "青浦区"} {
		_, err := g.Discover.SetGate(t.Context(), g.operator, "", discover.Conditions{City: cityOfTests, District: district, Share: 60, Shops: 5, Categories: 3, Minutes: 15, Hour: 19 * 60})
		g.must(err)
	}
	g.deliver()
	return g
}

// TestCheckoutIsShutWhereTheCardIsOfNoUse is the gate as buyers meet it: they
// choose where, read why not, ask to be told, and buy where it is of use with
// the number beside the price.
func TestCheckoutIsShutWhereTheCardIsOfNoUse(t *testing.T) {
	g := guarded(t)
	p := g.stranger()
	page := p.get("/card")
	for _, want := range []string{"先选一个你最常用卡的区", `<option value="青浦区"`} {
		if !strings.Contains(page, want) {
			t.Errorf("who has not said where is not shown %s", want)
		}
	}
	if strings.Contains(page, `action="/buy/`) {
		t.Error("who has not said where may buy")
	}
	shut := p.get("/card?district=" + url.QueryEscape("青浦区"))
	if !strings.Contains(shut, "青浦区还没开卖：只有 0% 的地方步行 15 分钟内有 5 家可用的店，到 60% 才卖") || strings.Contains(shut, `action="/buy/`) {
		t.Error("the page of a shut district does not say why, or sells")
	}
	r := p.send("/buy/annual", "district", "青浦区")
	if r.Status != http.StatusConflict || !strings.Contains(r.Text, "青浦区还没开卖") {
		t.Errorf("bought past the page: %d %.200s", r.Status, r.Text)
	}
	if r := p.send("/buy/annual"); r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusBadRequest {
		t.Errorf("bought without a place: %d", r.Status)
	}
	if r := p.press(shut, "/card/wish"); r.Status != http.StatusSeeOther {
		t.Errorf("the wish is answered %d", r.Status)
	}
	if page := p.get("/card?district=" + url.QueryEscape("青浦区")); !strings.Contains(page, "记下了。青浦区开卖时") {
		t.Error("the page does not remember the wish")
	}
	open := p.get("/card?district=" + url.QueryEscape("黄浦区"))
	if !strings.Contains(open, "黄浦区 100% 的地方，步行 15 分钟内有 5 家以上可用") {
		t.Error("the page of an open district does not say what holds there")
	}
	if r := p.press(open, "/buy/annual"); r.Status != http.StatusSeeOther {
		t.Errorf("the order is answered %d", r.Status)
	}
	mine, err := g.Pass.Mine(t.Context(), p.session)
	g.must(err)
	if len(mine) != 1 || mine[0].District != "黄浦区" || mine[0].Gate == "" {
		t.Errorf("ordered: %+v", mine)
	}
}

// TestPlacesOfAMember is how he says where he lives: found by a word, agreed to,
// kept as a block, shown beside the price, taken home in a file, and deleted.
func TestPlacesOfAMember(t *testing.T) {
	g := guarded(t)
	p := g.stranger()
	page := p.get("/me/places?q=" + url.QueryEscape("人民广场") + "&back=card")
	spot := between(page, `name="spot" value="`, `"`)
	if r := p.send("/me/places", "spot", spot, "kind", "home", "q", "人民广场"); r.Status == http.StatusSeeOther || !strings.Contains(r.Text, "要先同意") || !strings.Contains(r.Text, spot) {
		t.Errorf("kept without a consent: %d", r.Status)
	}
	if r := p.send("/me/places", "kind", "home", "consent", discover.Consent); r.Status == http.StatusSeeOther || !strings.Contains(r.Text, "先选一个地点") {
		t.Errorf("kept without a place: %d", r.Status)
	}
	if r := p.send("/me/places", "spot", spot, "kind", "home", "consent", discover.Consent, "back", "card"); r.Location != "/card?sell=1" {
		t.Errorf("leads to %q: %d %.300s", r.Location, r.Status, r.Text)
	}
	if r := p.send("/me/places", "lat", "31.2310", "lng", "121.4737", "kind", "work", "consent", discover.Consent); r.Location != "/me/places" {
		t.Errorf("leads to %q", r.Location)
	}
	page = p.get("/me/places")
	for _, want := range []string{"黄浦区，人民广场站附近的一个格子", "公司"} {
		if !strings.Contains(page, want) {
			t.Errorf("what is kept is not shown: %s", want)
		}
	}
	if sell := p.get("/card"); !strings.Contains(sell, "家附近步行 15 分钟内 5 家可用，4 类；19:00 开着 5 家") || !strings.Contains(sell, `action="/buy/annual"`) {
		t.Error("the number does not stand beside the price")
	}
	file := p.get("/me/places.json")
	if strings.Count(file, `"kind"`) != 2 || strings.Contains(file, "per_") || strings.Contains(file, "31.2310") {
		t.Errorf("the file is %s", file)
	}
	if r := p.press(page, "/me/places/drop"); r.Status != http.StatusSeeOther {
		t.Errorf("deleting is answered %d", r.Status)
	}
	if file := p.get("/me/places.json"); strings.TrimSpace(file) != "[]" {
		t.Errorf("what is left is %s", file)
	}
}

// TestCardSaysWhatBecameOfThePromise has the holder read that it does not hold,
// and then that the card goes on for longer.
func TestCardSaysWhatBecameOfThePromise(t *testing.T) {
	g := guarded(t)
	p := g.stranger()
	_, page, err := g.Pass.BuyAt(t.Context(), p.session, "annual", pass.Place{District: "黄浦区"}, g.key())
	g.must(err)
	g.cashier(page, "pay")
	g.deliver()
	if card := p.get("/card"); strings.Contains(card, "没做到") {
		t.Error("a promise that holds is said not to")
	}
	g.must(g.Shop.Pause(t.Context(), g.operator, g.shop.ID, "装修"))
	g.must(g.Discover.Follow(t.Context()))
	if card := p.get("/card"); !strings.Contains(card, "当初说黄浦区 60% 的地方步行 15 分钟内有 5 家可用，现在没做到") {
		t.Error("the card does not say that the promise does not hold")
	}
	alarms, err := g.Discover.Alarms(t.Context(), g.operator, 0)
	g.must(err)
	_, err = g.Discover.Extend(t.Context(), g.operator, alarms[0].ID, 30, 1, g.key())
	g.must(err)
	g.deliver()
	if card := p.get("/card"); !strings.Contains(card, "免费加了 30 天") {
		t.Error("the card does not say that it goes on for longer")
	}
	mine, err := g.Pass.Mine(t.Context(), p.session)
	g.must(err)
	if pass := p.get("/passes/" + string(mine[0].ID)); !strings.Contains(pass, "免费加的") || !strings.Contains(pass, "30 天") {
		t.Error("the pass does not show its days")
	}
}

// between returns what stands between two texts, or "".
func between(s, before, after string) string {
	_, rest, _ := strings.Cut(s, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

// TestGateOnAPhone looks at the pages of the gate and of places, and lets the
// browser give the position.
func TestGateOnAPhone(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := guarded(t)
			p := g.stranger()
			page := webtest.Open(t, device, "")
			page.SetCookie(g.url, "member", p.token)
			look := func(shot, path string) {
				t.Helper()
				page.Open(g.url + path)
				settled(t, page, name+"-"+shot)
			}
			look("gate-where", "/card")
			look("gate-shut", "/card?district="+url.QueryEscape("青浦区"))
			look("gate-open", "/card?district="+url.QueryEscape("黄浦区"))
			g.must(g.Discover.Wish(t.Context(), p.session, pass.Place{District: "青浦区"}))
			look("gate-wished", "/card?district="+url.QueryEscape("青浦区"))
			look("places", "/me/places")
			look("places-found", "/me/places?back=card&q="+url.QueryEscape("人民广场"))
			webtest.Eval[bool](page, `navigator.geolocation.getCurrentPosition = ok => ok({coords: {latitude: 31.23254444, longitude: 121.47374444}}), true`)
			webtest.Eval[bool](page, `document.querySelector("[name=consent]").click(), true`)
			webtest.Eval[bool](page, `document.querySelector("[data-place-fill]").click(), true`)
			page.WaitURL("/card?sell=1")
			settled(t, page, name+"-gate-home")
			mine, err := g.Discover.Anchors(t.Context(), p.session)
			g.must(err)
			if len(mine) != 1 || mine[0].Point() != (geo.Point{Lat: 31.2325, Lng: 121.4737}).Block() {
				t.Errorf("kept %+v", mine)
			}
			look("places-kept", "/me/places")
			g.fallen(p)
			look("gate-fallen", "/card")
		})
	}
}

// fallen gives the member a pass whose promise does not hold any more.
func (g *rig) fallen(p *person) {
	g.t.Helper()
	_, page, err := g.Pass.BuyAt(g.t.Context(), p.session, "annual", pass.Place{District: "黄浦区"}, g.key())
	g.must(err)
	g.cashier(page, "pay")
	g.deliver()
	g.must(g.Shop.Pause(g.t.Context(), g.operator, g.shop.ID, "装修"))
	g.must(g.Discover.Follow(g.t.Context()))
}
