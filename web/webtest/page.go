package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

const (
	// patience is how long an action waits for what it needs: long, because
	// the machine may be busy, and a test that passes never waits for it.
	patience = 30 * time.Second
	tick     = 20 * time.Millisecond
)

//go:embed page.js
var script string

// A Page is what one device shows. Its methods fail the test that opened it.
type Page struct {
	t       testing.TB
	ctx     context.Context
	device  Device
	browser *chromium
	watch   *watch
	frame   string // The frame the actions are in; empty is the page itself.
}

// In returns the same page with all actions inside a frame, which is named by
// a CSS selector and comes from our own server.
func (p *Page) In(frame string) *Page {
	inner := *p
	inner.frame = frame
	return &inner
}

// Open shows the page at url.
func (p *Page) Open(url string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		p.t.Fatalf("open %s: %v", url, err)
	}
	p.settle()
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.t.Helper()
	p.Open(p.URL())
}

// URL returns the address of the page.
func (p *Page) URL() string {
	p.t.Helper()
	return Eval[string](p, "location.href")
}

// Click presses what a person would: a button, link or label by its text, or
// anything by a CSS selector that begins with '#', '.' or '['. It waits until
// it can be pressed, and until the page it leads to is loaded.
func (p *Page) Click(what string) {
	p.t.Helper()
	at := p.await("press "+what, "press", what, "")
	press := chromedp.MouseClickXY(at.X, at.Y)
	if p.device.Touch {
		press = chromedp.TapXY(at.X, at.Y)
	}
	p.do("press "+what, press)
	p.settle()
}

// Fill types a value into the field with this label, name or id, in place of
// what it held. In a list it chooses the entry with this value or text.
func (p *Page) Fill(field, value string) {
	p.t.Helper()
	if got := p.await("fill "+field, "fill", field, value); !got.Type {
		return
	}
	// Nothing to insert would leave the old value, so it is deleted.
	if value == "" {
		p.do("empty "+field, chromedp.KeyEvent("\b"))
	} else {
		p.do("fill "+field, call(input.InsertText, input.InsertTextParams{Text: value}))
	}
}

// Press sends one key, such as kb.Enter, to what has the focus.
func (p *Page) Press(key string) {
	p.t.Helper()
	p.do("press a key", chromedp.KeyEvent(key))
	p.settle()
}

// Value returns what the field with this label, name or id holds.
func (p *Page) Value(field string) string {
	p.t.Helper()
	return p.await("read "+field, "value", field, "").Text
}

// Text returns the words that can be seen.
func (p *Page) Text() string {
	p.t.Helper()
	return p.await("read the page", "text", "", "").Text
}

// Count returns how many elements that match a CSS selector can be seen.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return p.await("count "+selector, "count", selector, "").Count
}

// WaitText waits until the words can be seen.
func (p *Page) WaitText(words string) {
	p.t.Helper()
	p.waitFor("the words "+words, func() bool { return p.has(words) })
}

// WaitGone waits until the words can no longer be seen.
func (p *Page) WaitGone(words string) {
	p.t.Helper()
	p.waitFor("the words to go: "+words, func() bool { return !p.has(words) })
}

// WaitURL waits until the page's address contains part.
func (p *Page) WaitURL(part string) {
	p.t.Helper()
	p.waitFor("an address with "+part, func() bool { return strings.Contains(p.URL(), part) })
}

// WaitCount waits until n elements that match a CSS selector can be seen.
func (p *Page) WaitCount(selector string, n int) {
	p.t.Helper()
	p.waitFor(fmt.Sprintf("%d of %s", n, selector), func() bool { return p.Count(selector) == n })
}

// Eval returns the value of a JavaScript expression, awaited if it is a
// promise. It is for what no person can do or see.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	v, err := eval[T](p, expression)
	if err != nil {
		p.t.Fatalf("evaluate %.200s: %v", expression, err)
	}
	return v
}

// Dark sets the system to dark or light.
func (p *Page) Dark(on bool) {
	p.t.Helper()
	p.do("change the colours", call(emulation.SetEmulatedMedia, media(on)))
}

// Cookies returns the cookies that the page's server would get.
func (p *Page) Cookies() map[string]string {
	p.t.Helper()
	got, err := chromedp.Call(p.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		p.t.Fatalf("read the cookies: %v", err)
	}
	all := map[string]string{}
	for _, c := range got.Cookies {
		all[c.Name] = c.Value
	}
	return all
}

// SetCookie gives the device a cookie for the server at url.
func (p *Page) SetCookie(url, name, value string) {
	p.t.Helper()
	p.do("set a cookie", call(network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: url}))
}

// Expect says that errors in the page's console that contain part are right.
func (p *Page) Expect(part string) { p.watch.expect(part) }

// SeeQR holds a QR code of the text before the camera, or nothing if the text
// is empty, until the next one or the end of the test. All pages of the
// process have one camera.
func (p *Page) SeeQR(text string) {
	p.t.Helper()
	p.t.Cleanup(func() { p.browser.camera.show("") })
	if err := p.browser.camera.show(text); err != nil {
		p.t.Fatalf("hold a QR code before the camera: %v", err)
	}
}

// Screenshot writes what the screen shows to <name>.png in the folder that
// CITYWALK_SHOTS names, else in one that goes with the test, and returns the
// picture.
func (p *Page) Screenshot(name string) []byte {
	p.t.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatalf("take a picture: %v", err)
	}
	dir := os.Getenv("CITYWALK_SHOTS")
	if dir == "" {
		dir = p.t.TempDir()
	}
	path := filepath.Join(dir, name+".png")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
	return picture
}

// An answer is what page.js returns.
type answer struct {
	OK    bool    `json:"ok"`
	Why   string  `json:"why"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	Type  bool    `json:"type"`
	Text  string  `json:"text"`
	Count int     `json:"count"`
}

func (p *Page) ask(act, what, value string) (answer, error) {
	args, err := json.Marshal([]string{p.frame, act, what, value})
	if err != nil {
		return answer{}, err
	}
	return eval[answer](p, "("+strings.TrimSuffix(strings.TrimSpace(script), ";")+")(..."+string(args)+")")
}

// await asks until the page says yes.
func (p *Page) await(doing, act, what, value string) answer {
	p.t.Helper()
	var got answer
	var err error
	until := time.Now().Add(patience)
	for {
		if got, err = p.ask(act, what, value); err == nil && got.OK {
			return got
		}
		if time.Now().After(until) {
			p.fail(fmt.Sprintf("%s: %s %v", doing, got.Why, err))
		}
		time.Sleep(tick)
	}
}

func (p *Page) waitFor(what string, ok func() bool) {
	p.t.Helper()
	for until := time.Now().Add(patience); !ok(); time.Sleep(tick) {
		if time.Now().After(until) {
			p.fail("waited in vain for " + what)
		}
	}
}

func (p *Page) has(words string) bool {
	got, err := p.ask("text", "", "")
	return err == nil && strings.Contains(got.Text, words)
}

// fail ends the test, telling what the page shows.
func (p *Page) fail(what string) {
	p.t.Helper()
	if os.Getenv("CITYWALK_SHOTS") != "" {
		p.Screenshot("failed-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
	}
	got, _ := p.ask("text", "", "")
	url, _ := eval[string](p, "location.href")
	p.t.Fatalf("%s\nat %s, which shows:\n%.2000s\nconsole: %v", what, url, got.Text, p.watch.problems())
}

func (p *Page) do(what string, a chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, a); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// settle waits until what the last action set off is loaded. Two turns of the
// page's own loop come first: a form is submitted one turn after its button is
// pressed, and by then the browser has said that a page is on its way.
func (p *Page) settle() {
	p.t.Helper()
	_, _ = eval[bool](p, "new Promise(done => setTimeout(() => setTimeout(() => done(true))))")
	p.waitFor("the page to load", func() bool {
		if p.watch.busy() {
			return false
		}
		ready, err := eval[bool](p, "document.readyState === 'complete'")
		return err == nil && ready
	})
}

// eval asks again when the page it asked went away meanwhile.
func eval[T any](p *Page, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		if err == nil || !navigated(err) || ctx.Err() != nil {
			return v, err
		}
		time.Sleep(tick)
	}
}

// navigated reports whether the browser, and not the page's script, refused:
// the page that was asked is no longer there.
func navigated(err error) bool {
	var refused *cdproto.Error
	return errors.As(err, &refused)
}
