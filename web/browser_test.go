package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/web"
	"citywalk/web/ui"
	"citywalk/web/webtest"
)

// TestGuideIsAccessible looks at every screen of the guide in both languages,
// in light and dark: axe finds nothing, and the policy is not violated.
func TestGuideIsAccessible(t *testing.T) {
	server := httptest.NewServer(web.New(web.Options{Demo: true}).Handler())
	defer server.Close()
	device := webtest.Phone
	device.Dark, device.Language = true, "en"
	for name, d := range map[string]webtest.Device{"light zh": webtest.Phone, "dark en": device} {
		t.Run(name, func(t *testing.T) {
			p := webtest.Open(t, d, server.URL+"/guide")
			p.Axe()
			for _, show := range []string{"card", "explore", "confirm", "paid", "form", "scan", "till", "wait", "console"} {
				p.Open(server.URL + "/guide?show=" + show)
				p.Axe()
				if wide := webtest.Eval[int](p, "document.documentElement.scrollWidth"); wide > 390 {
					t.Errorf("%s is %d px wide on a phone", show, wide)
				}
			}
			if small := webtest.Eval[string](p, smallTargets); small != "" {
				t.Errorf("targets below 44 px: %s", small)
			}
		})
	}
}

// smallTargets names what is shown, can be pressed and is lower than a finger.
// A link within a sentence or a cell is no target of its own.
const smallTargets = `[...document.querySelectorAll("a.button, button, .tab, .menu a, summary, select, .radio")]
	.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80)).join("\n")`

// A stage is a server whose one page a test writes.
type stage struct {
	*httptest.Server
	edge *web.Edge
	page func(ui.Page) templ.Component
	post func(http.ResponseWriter, *http.Request) error
	mark atomic.Int64 // The version of the page.
	till bool         // The page is the till's scanner.

	islands []string // Of the page, besides code.
}

func newStage(t *testing.T) *stage {
	s := &stage{edge: web.New(web.Options{})}
	show := func(w http.ResponseWriter, r *http.Request) error {
		p := web.Page(r)
		p.Live, p.Islands, p.Title = "/live", append([]string{"code"}, s.islands...), "Stage"
		if s.till {
			p.Islands = []string{"till"}
			web.Allow(w, r, web.Camera)
		}
		return web.Render(w, r, http.StatusOK, within(p, s.page(p)))
	}
	s.edge.Mount(web.App{Name: account.MemberApp, Base: "/"},
		web.Route{Pattern: "GET /{$}", Action: account.ActPublic, Handle: show},
		web.Route{Pattern: "POST /{$}", Action: account.ActPublic, Handle: func(w http.ResponseWriter, r *http.Request) error { return s.post(w, r) }},
		web.Route{Pattern: "GET /live", Action: account.ActPublic, Handle: func(w http.ResponseWriter, r *http.Request) error {
			return web.Live(w, r, []string{"stage"}, func(context.Context) (string, error) { return fmt.Sprint(s.mark.Load()), nil })
		}},
	)
	s.Server = httptest.NewServer(s.edge.Handler())
	t.Cleanup(s.Close)
	t.Cleanup(s.edge.Hub.Close)
	return s
}

func within(p ui.Page, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return ui.Layout(p).Render(templ.WithChildren(ctx, body), w)
	})
}

// join renders parts one after the other.
func join(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, part := range parts {
			if err := part.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestPagesFollowTheServer proves that a live region changes when the server
// says so, and that what somebody is typing is not taken from under him.
func TestPagesFollowTheServer(t *testing.T) {
	s := newStage(t)
	s.page = func(ui.Page) templ.Component {
		n := s.mark.Load()
		return templ.Raw(fmt.Sprintf(`<h1>Stage</h1><section data-live-region="a"><p>now %d</p></section>
			<section data-live-region="b"><label for="x">X</label><input id="x" name="x"><p>then %d</p></section><p data-live-state></p>`, n, n))
	}
	p := webtest.Open(t, webtest.Phone, s.URL+"/")
	p.WaitText("已连接")
	p.Fill("X", "half a word")
	s.mark.Add(1)
	s.edge.Hub.Publish("stage")
	p.WaitText("now 1")
	if got := p.Value("X"); got != "half a word" {
		t.Errorf("the field holds %q", got)
	}
}

// TestPressingTwiceSendsOnce proves that a form is sent once however often it
// is pressed, and that after an answer the next sending has a key of its own.
func TestPressingTwiceSendsOnce(t *testing.T) {
	s := newStage(t)
	s.page = func(p ui.Page) templ.Component {
		form := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return ui.Post(p, "/").Render(templ.WithChildren(ctx, ui.Button("Pay", ui.Primary)), w)
		})
		return join(templ.Raw("<h1>Stage</h1>"), form, templ.Raw(fmt.Sprintf("<p>sent %d</p>", s.mark.Load())))
	}
	var mu sync.Mutex
	var keys []string
	s.post = func(w http.ResponseWriter, r *http.Request) error {
		if _, err := web.Form(r); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		keys = append(keys, r.PostForm.Get("idem"))
		s.mark.Add(1)
		return web.See(w, r, "/")
	}
	p := webtest.Open(t, webtest.Phone, s.URL+"/")
	webtest.Eval[bool](p, `(() => { const b = document.querySelector("form[data-form] button"); b.click(); b.click(); b.click(); return true })()`)
	p.WaitText("sent 1")
	p.Click("Pay")
	p.WaitText("sent 2")
	if len(keys) != 2 || keys[0] == keys[1] || len(keys[0]) < 16 {
		t.Errorf("keys %v", keys)
	}
}

// TestLostAnswerKeepsTheKey proves that when no answer came, sending the same
// form again from a new page sends the same key.
func TestLostAnswerKeepsTheKey(t *testing.T) {
	s := newStage(t)
	s.page = func(p ui.Page) templ.Component {
		form := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return ui.Post(p, "/").Render(templ.WithChildren(ctx, join(ui.Hidden("fen", "11565"), ui.Button("Pay", ui.Primary))), w)
		})
		return join(templ.Raw("<h1>Stage</h1>"), form, templ.Raw(fmt.Sprintf("<p>sent %d</p>", s.mark.Load())))
	}
	keys := make(chan string, 4)
	s.post = func(w http.ResponseWriter, r *http.Request) error {
		if _, err := web.Form(r); err != nil {
			return err
		}
		keys <- r.PostForm.Get("idem")
		if s.mark.Add(1) == 1 {
			w.WriteHeader(http.StatusNoContent) // The page stays, as after a lost reply; without the cookie.
			return nil
		}
		return web.See(w, r, "/")
	}
	p := webtest.Open(t, webtest.Phone, s.URL+"/")
	// The answer is lost: what the server said of it never arrives.
	webtest.Eval[bool](p, `(() => { document.querySelector("form[data-form]").requestSubmit(); return true })()`)
	first := <-keys
	webtest.Eval[bool](p, `(() => { document.cookie = "answered=; Max-Age=0; Path=/"; return true })()`)
	p.Open(s.URL + "/")
	p.Click("Pay")
	p.WaitText("sent 2")
	if second := <-keys; second != first {
		t.Errorf("first %s, then %s", first, second)
	}
}

// TestCodeRenewsItself proves that the card fetches a new code before the ring
// is empty and puts it in place of the old one.
func TestCodeRenewsItself(t *testing.T) {
	s := newStage(t)
	codes := []string{"770123456789012348", "771234567890123450"}
	card := func(p ui.Page) templ.Component {
		n := s.mark.Load()
		shown := 2 // Short, so that it renews at once.
		if n > 0 {
			shown = 45
		}
		return join(templ.Raw("<h1>Stage</h1>"), ui.CodeCard(p, ui.CodeView{Code: codes[n], Shown: shown, Renew: "/"}))
	}
	s.page = card
	s.post = func(w http.ResponseWriter, r *http.Request) error {
		s.mark.Store(1)
		p := web.Page(r)
		return web.Render(w, r, http.StatusOK, within(p, card(p)))
	}
	p := webtest.Open(t, webtest.Phone, s.URL+"/")
	p.WaitText("771234 567890 123450")
	if n := p.Count("[data-code]"); n != 1 {
		t.Errorf("%d cards", n)
	}
}

// TestKeypadTypes proves that the pad writes amounts as people read them and
// stops at two decimals.
func TestKeypadTypes(t *testing.T) {
	s := newStage(t)
	s.page = func(p ui.Page) templ.Component {
		return join(templ.Raw("<h1>Stage</h1>"), ui.Input(ui.Field{Name: "amount", Label: "Amount", Prefix: "¥"}), ui.Keypad(p, "amount", "amount"))
	}
	p := webtest.Open(t, webtest.Phone, s.URL+"/")
	for _, key := range strings.Split("0 1 2 8 . . 5 0 9", " ") {
		webtest.Eval[bool](p, `(() => { document.querySelector('[data-key="`+key+`"]').click(); return true })()`)
	}
	if got := p.Value("Amount"); got != "128.50" {
		t.Errorf("the field holds %q", got)
	}
	p.Axe()
}

// TestScannerUnderThePolicy proves that the camera, the reader's wasm and the
// trusted types get along with the edge's own policy, and that what is read
// arrives.
func TestScannerUnderThePolicy(t *testing.T) {
	s := newStage(t)
	s.till = true
	s.page = func(p ui.Page) templ.Component { return join(ui.Unseen("Scan"), ui.Scanner(p, "/")) }
	s.post = func(w http.ResponseWriter, r *http.Request) error {
		f, err := web.Form(r)
		if err != nil {
			return err
		}
		p := web.Page(r)
		return web.Render(w, r, http.StatusOK, within(p, templ.Raw("<h1>got "+f.Value("code", "")+"</h1>")))
	}
	p := webtest.Open(t, webtest.Phone, s.URL+"/")
	p.WaitText("对准会员码")
	p.SeeQR("771234567890123450")
	p.WaitText("got 771234567890123450")
}

// TestTypedPaymentCodesStayInTheBrowser proves that a code of another payment
// system is refused before it is sent, and that ours is sent.
func TestTypedPaymentCodesStayInTheBrowser(t *testing.T) {
	s := newStage(t)
	s.till = true
	s.page = func(p ui.Page) templ.Component {
		form := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return ui.Post(p, "/").Render(templ.WithChildren(ctx, join(ui.MemberCode(p, ui.Form{}), ui.Button("Go", ui.Primary))), w)
		})
		return join(ui.Unseen("Type"), form)
	}
	got := make(chan string, 10)
	s.post = func(w http.ResponseWriter, r *http.Request) error {
		f, err := web.Form(r)
		if err != nil {
			return err
		}
		got <- f.Value("code", "")
		p := web.Page(r)
		return web.Render(w, r, http.StatusOK, within(p, templ.Raw("<h1>arrived</h1>")))
	}
	p := webtest.Open(t, webtest.Phone, s.URL+"/")
	for _, code := range []string{
		"101234567890123456", "134567 890123 456789", "158888888888888888", // WeChat
		"2512345678901234", "281234567890123456", "301234567890123456789012", // Alipay
		"6212345678901234567", // UnionPay
	} {
		p.Fill("会员码", code)
		p.Click("Go")
		if left := p.Value("会员码"); left != "" {
			t.Errorf("%s stays in the field as %q", code, left)
		}
	}
	p.Fill("会员码", "771234 567890 123450")
	p.Click("Go")
	p.WaitText("arrived")
	if first := <-got; first != "771234 567890 123450" || len(got) != 0 {
		t.Errorf("the server got %q and %d more", first, len(got))
	}
}
