package webtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"citywalk/web/ui"
	"citywalk/web/webtest"
)

// The till's scanner, as it is built and under the policy that it needs, reads
// what is held before the fake camera. A payment code of another system is
// money: it is refused in the browser, and the server never hears of it.
func TestScannerReadsOurCodesAndSendsNoOthers(t *testing.T) {
	const member, foreign = "771234567890123450", "134567890123456789"
	sent := make(chan string, 10)
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", http.FileServerFS(ui.Dist())))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; script-src 'self' 'wasm-unsafe-eval'")
		fmt.Fprintf(w, `<!doctype html><html lang=zh-CN><title>扫码</title><link rel=icon href=data:>
			<script type=module src=%s></script><main><h1>扫码</h1>
			<div data-scanner data-say-aim=请对准 data-say-foreign=这是付款码>
			<video playsinline muted></video><p data-scanner-say></p>
			<form method=post action=/scan><input type=hidden name=code></form></div></main>`, ui.Asset("till.js"))
	})
	mux.HandleFunc("POST /scan", func(w http.ResponseWriter, r *http.Request) {
		sent <- r.FormValue("code")
		fmt.Fprint(w, `<!doctype html><link rel=icon href=data:>got it`)
	})
	server := httptest.NewServer(mux)
	defer server.Close()

	staff := webtest.Open(t, webtest.Phone, server.URL)
	staff.WaitText("请对准")
	staff.SeeQR(foreign)
	staff.WaitText("这是付款码")
	staff.SeeQR(member)
	staff.WaitText("got it")
	close(sent)
	var all []string
	for code := range sent {
		all = append(all, code)
	}
	if got := strings.Join(all, " "); got != member {
		t.Errorf("the server got %q, want %q", got, member)
	}
}
