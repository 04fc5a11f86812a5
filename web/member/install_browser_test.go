package member

import (
	"strings"
	"testing"

	"citywalk/web/webtest"
)

// kept waits until the worker rules over the page and has kept it.
const kept = `(async () => {
	await navigator.serviceWorker.ready;
	for (;;) {
		const pages = await caches.open("member:pages:1");
		if (navigator.serviceWorker.controller && await pages.match(location.pathname + location.search, {ignoreVary: true}) && await pages.match("/offline", {ignoreVary: true})) return true;
		await new Promise(done => setTimeout(done, 20));
	}
})()`

// keptPages are the addresses of what is kept.
const keptPages = `(async () => (await (await caches.open("member:pages:1")).keys()).map(r => new URL(r.url).pathname).sort())()`

// What was read is there without a network, the map with its list too; what was
// not leads to a page that says what is.
func TestPagesAreThereOffline(t *testing.T) {
	g := sqlite(t)
	g.mapped(12)
	p := g.member()
	page := webtest.Open(t, webtest.Phone, "")
	page.SetCookie(g.url, "member", p.token)
	page.SetCookie(g.url, "lang", "zh-CN") // The worker does not share the language that a test's page is given.
	shopURL := g.url + "/shops/" + string(g.shop.ID)
	page.Open(shopURL)
	webtest.Eval[bool](page, kept)
	page.Open(g.url + "/map")
	page.WaitCount("[data-map-ready]", 1)
	webtest.Eval[bool](page, kept)
	before := webtest.Eval[[]string](page, listed)
	if len(before) != 13 {
		t.Fatalf("%d shops on the map", len(before))
	}
	page.Open(g.url + "/card")
	page.WaitCount("[data-code] .qr", 1)

	page.Expect("ERR_EMPTY_RESPONSE")
	page.Expect("Failed to fetch")
	g.wire.Store(wireCut)
	page.Open(shopURL)
	page.WaitText("老张面馆")
	page.WaitText("现在没有网络")
	settled(t, page, "offline-shop")
	page.Open(g.url + "/map")
	page.WaitCount("[data-map-ready]", 1)
	page.WaitText("现在没有网络")
	if after := webtest.Eval[[]string](page, listed); len(after) != len(before) {
		t.Errorf("%d shops in the list offline, %d before", len(after), len(before))
	}
	settled(t, page, "offline-map")
	page.Open(g.url + "/card")
	page.WaitText("这一页要联网才能看")
	page.WaitText("老张面馆")
	settled(t, page, "offline-page")
	page.Click("老张面馆")
	page.WaitText("现在没有网络")
	for _, path := range webtest.Eval[[]string](page, keptPages) {
		switch path {
		case "/card", "/me", "/receipts", "/signin":
			t.Errorf("%s is kept", path)
		}
	}
	// A network that gives no answer is no better than none.
	g.wire.Store(wireSlow)
	page.Open(shopURL)
	page.WaitText("现在没有网络")
	g.wire.Store(wireWhole)
	for range 10 {
		if page.Open(shopURL); !strings.Contains(page.Text(), "现在没有网络") {
			return
		}
	}
	t.Error("the network is back, and the page is still from before")
}

// Nobody is shown the pages of whoever held the phone before: not after another
// signed in, and not after signing out.
func TestKeptPagesAreTheReadersOwn(t *testing.T) {
	g := sqlite(t)
	g.town()
	first, second := g.member(), g.stranger()
	page := webtest.Open(t, webtest.Phone, "")
	page.Expect("ERR_EMPTY_RESPONSE")
	page.Expect("Failed to fetch")
	shopURL := g.url + "/shops/" + string(g.shop.ID)
	page.SetCookie(g.url, "member", first.token)
	page.SetCookie(g.url, "lang", "zh-CN")
	page.Open(shopURL)
	webtest.Eval[bool](page, kept)

	page.SetCookie(g.url, "member", second.token)
	page.Open(g.url + "/")
	webtest.Eval[bool](page, kept)
	g.wire.Store(wireCut)
	page.Open(shopURL)
	page.WaitText("这一页要联网才能看")
	g.wire.Store(wireWhole)

	page.Open(shopURL)
	webtest.Eval[bool](page, kept)
	page.Open(g.url + "/me")
	page.Click("退出登录")
	page.WaitCount(".tabs, [name=phone]", 1)
	g.wire.Store(wireCut)
	page.Open(shopURL)
	page.WaitText("这一页要联网才能看")
	if got := webtest.Eval[[]string](page, keptPages); len(got) > 3 {
		t.Errorf("still kept: %v", got)
	}
}
