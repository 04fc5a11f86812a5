package abuse

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"citywalk/account"
	"citywalk/web/webtest"
)

// This file is what pages show of what people have written, and to whom.

// hostile is what a shop calls itself to run script in others' pages.
const hostile = `<img src=x onerror=alert(1)>"'{{7*7}}`

// rename has an operator call the city's shop and merchant something, and the
// member and the staff call themselves so.
func (c city) rename(name string) {
	c.operator.Helper()
	do[object](c.operator, "PUT", c.at+"/description", object{"name": name, "city": name, "district": name, "address": name, "category": name, "dishes": []string{name}, "lat": 31.23, "lng": 121.47})
	do[object](c.owner, "PUT", c.at+"/offers", object{"offers": []object{{"title": name, "kind": "fixed", "off": 100}}})
	for _, u := range []user{c.member, c.staff, c.owner, c.operator} {
		do[object](u, "PUT", "/name", object{"name": name})
	}
}

func hostileNames(w *town) {
	c := w.found(9)
	c.rename(hostile)
	c.paid(10_000)
	c.priced(5_000)
	shown := 0
	for _, u := range []user{c.member, c.staff, c.owner, c.operator} {
		for _, p := range append(w.walk(u), w.read(c, u)...) {
			switch {
			case strings.HasPrefix(p.kind, "text/html"), strings.HasPrefix(p.kind, "image/svg"):
				if strings.Contains(p.body, "<img src=x") || strings.Contains(p.body, `onerror=alert(1)>"`) || strings.Contains(p.body, `="javascript:`) {
					w.Errorf("%s has the name as markup", p.path)
				}
			case strings.HasPrefix(p.kind, "application/json"):
				if p.header.Get("X-Content-Type-Options") != "nosniff" {
					w.Errorf("%s may be taken for a page", p.path)
				}
			}
			if strings.Contains(p.body, "onerror") {
				shown++
				if !strings.Contains(p.body, "{{7*7}}") {
					w.Errorf("%s changed the name", p.path)
				}
			}
		}
	}
	if shown < 30 {
		w.Errorf("the name stood on %d pages only", shown)
	}
}

var values = regexp.MustCompile(`="[^"]*"`)

// inlined is script or style in a page's lines; values are looked at apart.
var inlined = regexp.MustCompile(`(?i)<[^>]+\son[a-z]+\s*=|<script(?:\s[^>]*)?>[^<\s]|\sstyle\s*=\s*"|<style`)

// policies looks at every page there is, and then has a browser open the main
// ones: it would say which rule was broken, and fail the test.
func policies(w *town) {
	c := w.found(9)
	c.rename(hostile)
	open := c.priced(5_000)
	looked := 0
	for _, u := range []user{w.enter(), c.member, c.staff, c.owner, c.operator} {
		all := append(w.walk(u), w.read(c, u)...)
		browser := u.page(account.MemberApp)
		for _, line := range []string{"GET /nowhere", "DELETE /card", "POST /me/name " + form("name", strings.Repeat("x", 300<<10)), "POST /me/name {}", "POST /pay/none/confirm " + form("idem", w.key()), "GET /%00", "POST /signin " + form("phone", "1")} {
			got := browser.Do(w.T, line)
			all = append(all, leaf{line, got.Header.Get("Content-Type"), string(got.Body), got.Status, got.Header})
		}
		for _, p := range all {
			csp := p.header.Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe-inline") || strings.Contains(csp, "'unsafe-eval'") || !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "require-trusted-types-for 'script'") {
				w.Errorf("%s (%d) has the policy %q", p.path, p.status, csp)
			}
			if strings.HasPrefix(p.kind, "text/html") {
				looked++
				if found := inlined.FindString(values.ReplaceAllString(p.body, `=""`)); found != "" {
					w.Errorf("%s (%d) has %.200q in its lines", p.path, p.status, found)
				}
				if strings.Contains(p.body, `="javascript:`) {
					w.Errorf("%s (%d) has script in a link", p.path, p.status)
				}
			}
		}
	}
	if looked < 100 {
		w.Errorf("looked at %d pages only", looked)
	}
	device := webtest.Open(w.T, webtest.Phone, "")
	for app, u := range map[account.App]user{account.MemberApp: c.member, account.TillApp: c.staff, account.ConsoleApp: c.operator} {
		device.SetCookie(w.base, string(app), w.tokenOf(u, app))
	}
	at, console := "/shops/"+c.shop, "/console/shops/"+c.shop
	for _, path := range []string{"/", at, "/card", "/s/" + c.number, "/pay/" + open.ID, "/receipts", "/me", "/nowhere",
		"/till/", "/till" + at, "/till" + at + "/type", "/till" + at + "/today", "/till/bills/" + open.ID,
		"/console/", console, console + "/terms", console + "/offers", console + "/sign", "/console/members", "/console/redemptions", "/console/redemptions/" + open.ID, "/console/statements", "/console/trial", "/console/audit", "/console/access"} {
		device.Open(w.base + path)
		if n := webtest.Eval[int](device, `document.querySelectorAll("img[src=x],[onerror]").length`); n > 0 {
			w.Errorf("%s: the shop's name is markup", path)
		}
	}
}

// frames has another site put the confirmation into a frame: a browser shows
// nothing there.
func frames(w *town) {
	c := w.found(3)
	b := c.priced(10_000)
	evil := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(rw, `<!doctype html><title>win</title><iframe id="f" src="%s/pay/%s" width="400" height="800"></iframe>`, w.base, b.ID)
	}))
	w.Cleanup(evil.Close)
	device := webtest.Open(w.T, webtest.Phone, "")
	device.SetCookie(w.base, "member", w.tokenOf(c.member, account.MemberApp))
	device.Open(w.base + "/pay/" + b.ID)
	device.WaitText("90.00")
	device.Expect("frame-ancestors")
	device.Expect("favicon")
	device.Open(strings.Replace(evil.URL, "127.0.0.1", "localhost", 1))
	if seen := webtest.Eval[bool](device, `(() => { try { return !!document.getElementById("f").contentDocument } catch { return false } })()`); seen {
		w.Error("the frame's page can be read from outside")
	}
	if text := device.Text(); strings.Contains(text, "90.00") {
		w.Errorf("the frame shows %q", text)
	}
	got := c.member.page(account.MemberApp).Do(w.T, "GET /pay/"+b.ID)
	if got.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		w.Errorf("the page says %v", got.Header)
	}
}

func formulas(w *town) {
	c := w.found(9)
	files := 0
	for _, name := range []string{`=HYPERLINK("http://evil.example")`, "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-1+1", "＝1+1"} {
		c.merchant = do[struct{ ID string }](c.operator, "POST", "/merchants", object{"name": name}).ID
		c.shop, c.number = w.addShop(c, 9)
		c.at = "/shops/" + c.shop
		do[object](c.operator, "PUT", c.at+"/description", object{"name": name, "city": name, "district": name, "address": name, "category": name, "lat": 31.23, "lng": 121.47})
		do[object](c.member, "PUT", "/name", object{"name": name})
		c.staff = w.enter(c.staffGrant())
		c.paid(5_000)
		for _, u := range []user{c.member, c.operator} {
			for _, p := range append(w.read(c, u), w.walk(u)...) {
				if strings.HasPrefix(p.kind, "text/csv") {
					files++
					w.inert(p)
				}
			}
		}
	}
	if files < 30 {
		w.Errorf("looked at %d files only", files)
	}
}

// inert fails if a cell of a file is more than text or a number.
func (w *town) inert(p leaf) {
	w.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.body, "\ufeff"))).ReadAll()
	w.must(err)
	for _, cell := range slices.Concat(rows...) {
		start := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
		number := regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`).MatchString(start)
		if start != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(start)[0]) && !number {
			w.Errorf("%s has the cell %q", p.path, cell)
		}
	}
}
