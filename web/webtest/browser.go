// Package webtest drives the web apps as people do: with requests, and with a
// real browser that has a phone's screen, fingers and camera.
//
// One Chromium is started per test process, at the first Open. Every Page is a
// device of its own: it shares no cookies, no storage and no cache with the
// others. A page fails its test at the end if its console showed an error, a
// script threw, the Content-Security-Policy was violated, or the server
// answered one of its requests with a 5xx.
//
//	member := webtest.Open(t, webtest.Phone, server.URL)
//	member.Fill("手机号", "13800000001")
//	member.Click("发送验证码")
//	member.WaitText("六位数字")
//	member.Axe()
//
// Actions wait until what they act on is there, visible, enabled and not
// covered, and then until the page that they led to is loaded. There is no
// sleeping: whoever waits for news waits for its text.
//
// All pages look through one camera, and SeeQR holds a code before it.
package webtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"citywalk/db/dbtest"
)

// A Device is what a person holds.
type Device struct {
	Width, Height int64
	Scale         float64 // Pixels of the screen per pixel of the page.
	Touch         bool    // A finger and no mouse.
	Dark          bool    // The system is set to dark.
	Language      string  // What the browser asks for; empty means zh-CN.
	Zone          string  // Empty means Asia/Shanghai.
}

var (
	Phone   = Device{Width: 390, Height: 844, Scale: 2, Touch: true}
	Desktop = Device{Width: 1280, Height: 900, Scale: 1}
)

// sweep removes the browser's folder when its standard input ends, which is
// when the test process ends, however it ends. Chromium dies with the process
// too, but its children may write a moment longer.
const sweep = `
trap '' INT TERM HUP
read -r _
for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && exit; sleep 1; done
`

// A chromium is the browser of this test process.
type chromium struct {
	ctx     context.Context
	version string // 141.0.7390.65
	camera  *camera
	life    io.Closer // Held open and never closed: the end of the process does that.
}

var theBrowser = sync.OnceValues(startChromium)

func startChromium() (*chromium, error) {
	path, err := findChromium()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "citywalk-chromium-")
	if err != nil {
		return nil, err
	}
	sweeper := exec.Command("/bin/sh", "-c", sweep, "sh", dir)
	sweeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	life, err := sweeper.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := sweeper.Start(); err != nil {
		return nil, err
	}
	cam, err := newCamera(filepath.Join(dir, "camera.y4m"))
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(filepath.Join(dir, "profile")),
		// Tests run as root in containers, where the sandbox cannot start. They
		// open no pages but ours.
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("mute-audio", true),
		chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-video-capture", cam.path),
	)
	// Both live as long as the process: nothing cancels them.
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(ctx, chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet))
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("webtest: start %s: %w", path, err)
	}
	v, err := chromedp.CallBrowser(ctx, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return nil, fmt.Errorf("webtest: ask for the browser's version: %w", err)
	}
	_, version, _ := strings.Cut(v.Product, "/")
	return &chromium{ctx: ctx, version: version, camera: cam, life: life}, nil
}

// quiet drops what chromedp has to say about protocol messages that it does
// not know: Debian's Chromium may be newer than it.
func quiet(string, ...any) {}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("webtest: Chromium is not installed: apt-get install chromium fonts-noto-cjk, " +
		"or leave these tests out with CITYWALK_TEST_SKIP=browser")
}

// Open gives the test a new device and shows it the page at url, unless url is
// empty. It fails the test if there is no Chromium, and leaves it out only if
// CITYWALK_TEST_SKIP names "browser".
func Open(t testing.TB, d Device, url string) *Page {
	t.Helper()
	dbtest.Skip(t, "browser")
	b, err := theBrowser()
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{t: t, device: d, browser: b, watch: newWatch()}
	var cancel context.CancelFunc
	p.ctx, cancel = chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.watch.see))
	t.Cleanup(func() {
		for _, problem := range p.watch.problems() {
			t.Errorf("the page's console: %s", problem)
		}
		cancel()
	})
	if err := chromedp.Do(p.ctx, d.emulate(b.version)); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	if url != "" {
		p.Open(url)
	}
	return p
}

// emulate makes a tab into the device.
func (d Device) emulate(version string) chromedp.Action[chromedp.Void] {
	agent := "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + version + " Safari/537.36"
	if d.Touch {
		agent = "Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + version + " Mobile Safari/537.36"
	}
	language, zone := d.Language, d.Zone
	if language == "" {
		language = "zh-CN"
	}
	if zone == "" {
		zone = "Asia/Shanghai"
	}
	view := []chromedp.EmulateViewportOption{chromedp.EmulateScale(d.Scale)}
	if d.Touch {
		view = append(view, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	return chromedp.Steps(
		chromedp.EmulateViewport(d.Width, d.Height, view...),
		call(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: language}),
		call(emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone}),
		call(emulation.SetEmulatedMedia, media(d.Dark)),
	)
}

// media sets the colour scheme. Motion is always reduced, so that pictures are
// of the end of a movement.
func media(dark bool) emulation.SetEmulatedMediaParams {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	return emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}}
}

// call makes an action of a protocol command whose answer nobody needs.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}
