package webtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// news is what the site's live page tells next.
var news = make(chan string)

// A site with a form, a slow page, a frame, and everything that a page must
// not do.
func site(t *testing.T) string {
	mux := http.NewServeMux()
	show := func(path, title, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
			fmt.Fprintf(w, `<!doctype html><html lang=zh-CN><meta name=viewport content="width=device-width"><title>%s</title><link rel=icon href=data:><main><h1>%s</h1>%s</main>`, title, title, body)
		})
	}
	show("/{$}", "门口", `<form method=post action=/in><label>手机号 <input name=phone></label>
		<label>城市 <select name=city><option value=sh>上海</option><option value=bj>北京</option></select></label>
		<label><input type=checkbox name=agree> 我同意</label>
		<p hidden>看不见</p><button>登录</button></form><a href=/frame>框</a>`)
	mux.HandleFunc("POST /in", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("agree") == "" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusUnprocessableEntity)
			fmt.Fprint(w, "请先同意")
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "who", Value: r.FormValue("phone") + r.FormValue("city"), Path: "/"})
		http.Redirect(w, r, "/welcome", http.StatusSeeOther)
	})
	show("/welcome", "欢迎 &amp; 你好", "<script src=/late.js></script><p id=late></p>")
	mux.HandleFunc("GET /late.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `setTimeout(() => late.textContent = matchMedia("(prefers-color-scheme: dark)").matches ? "夜里" : navigator.language + " " + innerWidth, 50)`)
	})
	show("/frame", "外面", "<iframe title=里面 src=/></iframe>")
	mux.HandleFunc("GET /favicon.ico", func(http.ResponseWriter, *http.Request) {})
	show("/inline", "内联", "<p style='color:red'>红</p>")
	show("/silent", "无字", "<img src=data:,>")
	show("/live", "直播", "<p id=news></p><script src=/live.js></script><a href=/list.csv>下载</a>")
	mux.HandleFunc("GET /live.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `new EventSource("/stream").onmessage = e => news.textContent = e.data`)
	})
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		http.NewResponseController(w).Flush()
		select {
		case words := <-news:
			fmt.Fprintf(w, "data: %s\n\n", words)
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("GET /list.csv", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment")
		fmt.Fprint(w, "a,b")
	})
	show("/scan", "扫码", "<video autoplay muted playsinline></video><script src=/scan.js></script>")
	mux.HandleFunc("GET /scan.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, scanJS)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// scanJS shows how many of the camera's pixels are nearly black.
const scanJS = `
const video = document.querySelector("video");
const canvas = document.createElement("canvas");
const dark = () => {
	canvas.width = video.videoWidth; canvas.height = video.videoHeight;
	if (!canvas.width) return requestAnimationFrame(dark);
	const g = canvas.getContext("2d");
	g.drawImage(video, 0, 0);
	const d = g.getImageData(0, 0, canvas.width, canvas.height).data;
	let n = 0;
	for (let i = 0; i < d.length; i += 4) if (d[i] < 40) n++;
	document.title = String(n);
	requestAnimationFrame(dark);
};
navigator.mediaDevices.getUserMedia({video: true}).then(s => { video.srcObject = s; dark(); });
`

func TestPageIsUsedAsAPersonUsesIt(t *testing.T) {
	p := Open(t, Phone, site(t))
	p.Axe()
	if strings.Contains(p.Text(), "看不见") {
		t.Error("Text tells what nobody sees")
	}
	p.Fill("手机号", "13800000002")
	p.Fill("phone", "13800000001")
	p.Fill("城市", "北京")
	p.Click("登录")
	p.WaitText("请先同意")
	p.Open(strings.TrimSuffix(p.URL(), "in"))
	p.Fill("手机号", "13800000001")
	p.Fill("城市", "北京")
	p.Click("我同意")
	p.Click("登录")
	if !strings.Contains(p.Text(), "欢迎 & 你好") {
		t.Errorf("Click came back before the next page was there: %s", p.Text())
	}
	p.WaitText("zh-CN 390")
	if got := p.Cookies()["who"]; got != "13800000001bj" {
		t.Errorf("cookie is %q", got)
	}
	p.Dark(true)
	p.Reload()
	p.WaitText("夜里")
	if picture := p.Screenshot("welcome"); len(picture) < 1000 {
		t.Errorf("the picture has %d bytes", len(picture))
	}
}

func TestDevicesShareNothing(t *testing.T) {
	url := site(t)
	one, other := Open(t, Phone, url), Open(t, Desktop, url)
	one.SetCookie(url, "who", "one")
	if got := other.Cookies(); len(got) != 0 {
		t.Errorf("the other device has %v", got)
	}
	other.Open(url + "/welcome")
	other.WaitText("1280")
}

func TestFrameIsAPageInside(t *testing.T) {
	p := Open(t, Phone, site(t)+"/frame")
	inner := p.In("iframe")
	inner.Fill("手机号", "13800000001")
	inner.Click("我同意")
	inner.Click("登录")
	inner.WaitText("欢迎")
	p.WaitText("外面")
}

// A page that stays connected is loaded all the same, and so is one whose link
// led to a file and not to a page.
func TestLivePageIsLoadedAndHearsNews(t *testing.T) {
	p := Open(t, Phone, site(t)+"/live")
	p.Click("下载")
	news <- "来了"
	p.WaitText("来了")
}

// recorder collects what a page would fail its test with.
type recorder struct {
	testing.TB
	errors   []string
	cleanups []func()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func TestPageFailsItsTestForWhatIsWrongInIt(t *testing.T) {
	for path, want := range map[string]string{
		"/inline":  "Content Security Policy",
		"/missing": "",
		"/silent":  "",
		"/":        "",
	} {
		r := &recorder{TB: t}
		Open(r, Phone, site(t)+path)
		for _, f := range r.cleanups {
			f()
		}
		if got := strings.Join(r.errors, "\n"); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: problems %q, want %q", path, got, want)
		}
	}
}

func TestAxeFindsAPictureWithoutWords(t *testing.T) {
	r := &recorder{TB: t}
	p := Open(r, Phone, site(t)+"/silent")
	p.Axe()
	for _, f := range r.cleanups {
		f()
	}
	if got := strings.Join(r.errors, "\n"); !strings.Contains(got, "image-alt") {
		t.Errorf("axe found %q", got)
	}
}

// The camera shows a code, and shows another one to a page that is already
// looking.
func TestCameraSeesACodeComeAndGo(t *testing.T) {
	p := Open(t, Phone, site(t)+"/scan")
	black := func(ok func(int) bool) func() bool {
		return func() bool { return ok(Eval[int](p, "Number(document.title) || 0")) }
	}
	p.SeeQR("770000000000000018")
	p.waitFor("a code", black(func(n int) bool { return n > 10000 }))
	p.SeeQR("")
	p.waitFor("a grey wall", black(func(n int) bool { return n == 0 }))
}

func TestScenarioSeesStatusAndWords(t *testing.T) {
	url := site(t)
	someone := NewClient(t, url)
	Run(t,
		Scenario{Name: "a refused form says why", As: someone, Do: "POST /in phone=1", Status: 422, Shows: []string{"请先同意"}},
		Scenario{Name: "a good form leads on", As: someone, Do: "POST /in phone=1&agree=on", Status: 303, Shows: []string{"/welcome"}, Hides: []string{"请先同意"}},
		Scenario{Name: "escapes are undone", As: someone, Do: "GET /welcome", Status: 200, Shows: []string{"欢迎 & 你好"}},
	)
}
