package member

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"citywalk/web/webtest"
)

// TestSearchAsPeopleType types in Chinese and in pinyin, takes what is
// suggested by key and by finger, and narrows by a tap.
func TestSearchAsPeopleType(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := sqlite(t)
			g.market()
			page := webtest.Open(t, device, "")
			page.Open(g.url + "/")
			field := map[bool]string{true: "找店", false: "Find a shop"}[strings.HasPrefix(name, "zh")]

			page.Fill(field, "kafei")
			page.WaitCount("[role=option]", 2)
			settled(t, page, name+"-suggest")
			state := func() string {
				return webtest.Eval[string](page, `(i => [i.getAttribute("aria-expanded"), document.getElementById(i.getAttribute("aria-activedescendant"))?.dataset.value ?? ""].join(" "))(document.querySelector("[role=combobox]"))`)
			}
			page.Press(kb.ArrowDown)
			first := state()
			if first == "true " || !strings.HasPrefix(first, "true ") {
				t.Errorf("after the arrow the box says %q", first)
			}
			page.Press(kb.ArrowUp)
			if got := state(); got != "true " {
				t.Errorf("back in the field the box says %q", got)
			}
			page.Press(kb.Escape)
			if got := state(); got != "false " || page.Value(field) != "kafei" {
				t.Errorf("after Escape the box says %q and holds %q", got, page.Value(field))
			}
			page.Press("\r")
			page.WaitURL("/search?q=kafei")
			page.WaitText("弄堂咖啡")
			settled(t, page, name+"-search-pinyin")

			page.Fill(field, "火锅")
			page.WaitCount("[role=option]", 1)
			page.Press(kb.ArrowDown)
			page.Press("\r")
			page.WaitURL("/search?q=" + "%E7%81%AB%E9%94%85")
			page.WaitText("石库门火锅")
			settled(t, page, name+"-search-chinese")

			page.Fill(field, "longtang")
			page.WaitCount("[role=option]", 1)
			page.Click("[role=option]")
			page.WaitText("弄堂咖啡")
			page.Open(g.url + "/search")
			page.Click(map[bool]string{true: "更多条件", false: "More filters"}[strings.HasPrefix(name, "zh")])
			settled(t, page, name+"-filters")
			page.Click("书店")
			page.WaitText("福州路旧书店")
			page.WaitGone("石库门火锅")
			settled(t, page, name+"-filtered")
		})
	}
}

// TestSuggestingNeedsNoNetwork searches all the same when what completes the
// words does not answer.
func TestSuggestingNeedsNoNetwork(t *testing.T) {
	g := sqlite(t)
	g.market()
	page := webtest.Open(t, webtest.Phone, "")
	page.Open(g.url + "/")
	webtest.Eval[bool](page, `window.fetch = () => Promise.reject(new TypeError("no network")), true`)
	page.Fill("找店", "火锅")
	page.Press("\r")
	page.WaitText("石库门火锅")
	if n := page.Count("[role=option]"); n != 0 {
		t.Errorf("%d suggestions came from nowhere", n)
	}
}
