package console

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"citywalk/account"
	"citywalk/web/webtest"
)

// A street is the network between a phone and the server. It can lose the
// reply to what was done.
type street struct {
	url  string
	lose atomic.Pointer[string] // The path whose next answered POST is not heard of.
	lost atomic.Int64
}

func (g *rig) street() *street {
	g.t.Helper()
	to, err := url.Parse(g.url)
	g.must(err)
	s := &street{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		part := s.lose.Load()
		if part == nil || r.Request.Method != http.MethodPost || !strings.HasSuffix(r.Request.URL.Path, *part) || r.StatusCode != http.StatusOK {
			return nil
		}
		s.lose.CompareAndSwap(part, nil)
		s.lost.Add(1)
		// A browser repeats by itself what no byte came back for; so one does.
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), iotest.ErrReader(io.ErrUnexpectedEOF)))
		return nil
	}
	proxy.FlushInterval, proxy.ErrorLog = -1, log.New(io.Discard, "", 0)
	server := httptest.NewServer(proxy)
	g.t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// snap writes a picture that tells where it was taken, as a camera does.
func snap(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "IMG_0001.jpg")
	if err := os.WriteFile(path, locatedPhoto(t, 2400, 1800), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A reviewer opens the page, walks into a cellar without a network, opens the
// page again, fills it in with a photo, and saves. Out in the street it is sent
// by itself; the reply is lost once, and once more for the photo, and there is
// one visit with one photo, which tells no place.
func TestAVisitWithoutANetwork(t *testing.T) {
	g := newRig(t)
	g.clock.Set(time.Now()) // The browser's own clock says when a visit was.
	g.operator = g.enter("13900000021", "外勤", account.Grant{Role: account.Operator}, account.ConsoleApp)
	s := g.street()
	page := webtest.Open(t, webtest.Phone, "")
	page.Expect("ERR_INTERNET_DISCONNECTED")
	page.Expect("ERR_INCOMPLETE_CHUNKED_ENCODING")
	page.Expect("ERR_CONTENT_LENGTH_MISMATCH")
	page.Locate(31.23041, 121.47371, 15)
	page.SetCookie(s.url, "console", g.operator.token)
	page.Open(s.url + visitPath(g.ours.ID))
	keeps(t, page, visitPath(g.ours.ID)+" "+visitsPath)

	page.Offline(true)
	page.Reload()
	page.WaitText("老张面馆")
	page.Click("[name=check_open][value=yes]")
	page.Click("[name=check_terms][value=no]")
	page.Click("[name=mark][value='4']")
	page.Fill("人均", "38")
	page.Fill("店里怎么说会员权益", "店员说只有工作日")
	page.Choose("input[name=photo]", snap(t))
	page.WaitCount(".album-field .tile img", 1)
	page.Click("记录我的位置")
	page.WaitText("误差约 15 米")
	page.Fill("给同事的话", "后厨看得见")
	page.WaitText("去掉位置")
	page.Reload() // A phone that was put away: what was written is there.
	page.WaitCount(".album-field .tile img", 1)
	if got := page.Value("给同事的话"); got != "后厨看得见" {
		t.Errorf("the remark came back as %q", got)
	}
	page.Screenshot("visit-offline-filled")
	page.Click("保存")
	page.WaitText("已存在手机里")
	page.WaitText("有网时自动上传 · 1 条待上传")
	page.Screenshot("visit-offline-saved")
	page.Axe()
	page.Click("看我的探店")
	page.WaitText("待上传")
	page.WaitText("已存在手机里，有网时自动上传 · 1 条待上传")
	page.Screenshot("visits-offline")
	page.Axe()
	if n := len(g.visitsTo()); n != 0 {
		t.Fatalf("%d visits came without a network", n)
	}

	lose := "/visits"
	s.lose.Store(&lose)
	page.Offline(false)
	page.WaitText("服务器正忙，会自己再试")
	if all := g.visitsTo(); len(all) != 1 || len(all[0].Photos) != 0 {
		t.Fatalf("before it was heard of there is %+v", all)
	}
	lose2 := "/photos"
	s.lose.Store(&lose2)
	page.Click("现在上传")
	page.WaitText("服务器正忙，会自己再试")
	page.Click("现在上传")
	page.WaitText("没有待上传的")
	page.WaitText("后厨看得见") // From the server.
	page.WaitCount("[data-live-region=visits] img", 1)
	page.Screenshot("visits-sent")
	page.Axe()
	if s.lost.Load() != 2 {
		t.Errorf("%d replies were lost, want 2", s.lost.Load())
	}
	all := g.visitsTo()
	if len(all) != 1 || len(all[0].Photos) != 1 {
		t.Fatalf("there is %+v", all)
	}
	v := all[0]
	if v.Value != 4 || v.Seen.Price != 3800 || v.Seen.Remark != "后厨看得见" || v.Point == nil || v.Point.Lat != 31.2304 || v.Point.Lng != 121.4737 {
		t.Errorf("kept %+v at %v", v, v.Point)
	}
	got := g.operator.Do(t, "GET "+photoPath(v.Photos[0], "whole"))
	if got.Status != 200 || bytes.Contains(got.Body, []byte("GPS")) || bytes.Contains(got.Body, []byte("Exif")) {
		t.Errorf("the photo answers %d and may tell a place", got.Status)
	}
}
