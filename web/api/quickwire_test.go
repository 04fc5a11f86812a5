package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"citywalk/account"
)

// streets is a small town: a name that JSON has to escape, a shop that does not
// take the card, one whose card works at lunch alone.
func (g *rig) streets() {
	operator := g.enter(account.Grant{Role: account.Operator})
	merchant := do[struct{ ID string }](operator, "POST", "/merchants", object{"name": "老王"}).ID
	for i, s := range []struct {
		said  object
		terms object
	}{
		{object{"name": "半亩咖啡", "category": "咖啡馆", "district": "东区", "address": "石榴路 1 号", "dishes": []string{"手冲"}, "opens": 480, "closes": 1320, "price": 3500}, object{"kind": "percent", "percent": 10}},
		{object{"name": `旧灯 <Bar> & "咖啡"`, "category": "咖啡馆", "opens": 600, "closes": 700}, object{"kind": "gift", "gift": `"小食" & 茶`}},
		{object{"name": "巷口面馆", "category": "面馆", "district": "西区", "dishes": []string{"葱油<拌>面"}}, object{"kind": "fixed", "off": 500, "floor": 5000, "hours": []object{{"from": 660, "until": 840}}}},
		{object{"name": "西窗日料", "category": "日本料理", "price": 26000}, nil},
	} {
		s.said["city"], s.said["lat"], s.said["lng"] = "上海", 31.2+float64(i)/300, 121.5
		at := "/shops/" + do[aPlace](operator, "POST", "/shops", s.said).ID
		do[object](operator, "PUT", at+"/merchant", object{"merchant": merchant})
		if s.terms != nil {
			s.terms["per_day"] = 1
			do[object](operator, "PUT", at+"/terms", s.terms)
			do[object](operator, "PUT", at+"/state", object{"state": "live"})
		}
	}
}

// What is answered by hand and what the operation answers are the same bytes
// under the same headers, but for how the end of the body is told. The same
// question is asked twice: as nearly everybody writes it, and with an Accept
// that says the same and is left to the operation.
func TestQuickAnswersAreTheOperations(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.streets()
		day := g.clock.Now().Truncate(24 * time.Hour)
		for _, hour := range []int{4, 12, 24} { // Noon, eight in the evening and eight in the morning there.
			g.clock.Set(day.Add(time.Duration(hour) * time.Hour))
			for _, lang := range []string{"", "zh-CN", "en-GB,en;q=0.9"} {
				asks := 0
				for _, path := range append(quickAsks(), slowAsks()...) {
					u := g.nobody()
					u.lang = lang
					asks += sameAnswer(t, u, path)
				}
				if asks < 30 {
					t.Errorf("only %d questions were answered", asks)
				}
			}
		}
	})
}

// quickAsks are questions as they are asked.
func quickAsks() (all []string) {
	here := "/search?city=" + url.QueryEscape("上海")
	for _, rest := range []string{"", "&sort=best", "&lat=31.2&lng=121.5&sort=distance", "&lat=31.2&lng=121.5&within=500", "&open=true", "&card=true&open=false",
		"&everywhere=true", "&counts=true", "&counts=true&everywhere=true&lat=31.2&lng=121.5", "&curated=true", "&proved=true&everywhere=true", "&gives=gift", "&gives=fixed",
		"&sort=saving", "&sort=ranking&limit=1", "&limit=2", "&limit=100", "&price_min=1000&price_max=5000", "&category=" + url.QueryEscape("咖啡馆,面馆"),
		"&district=" + url.QueryEscape("东区"), "&area=x", "&station=x", "&q=" + url.QueryEscape("咖啡"), "&q=kafei", "&q=coffee+now", "&q=" + url.QueryEscape("葱油<拌>面"),
		"&q=" + url.QueryEscape("没有这样的东西") + "&lat=31.2&lng=121.5", "&q=" + url.QueryEscape("现在营业的日料"), "&q=cofee", "&q=%22%3C%26%3E",
		// Refused by the index, and said by the operation.
		"&after=x", "&after=0.AAAA", "&sort=distance", "&lat=91", "&q=" + strings.Repeat("x", 81)} {
		all = append(all, here+rest)
	}
	for _, typed := range []string{"", "&q=ka", "&q=k", "&q=" + url.QueryEscape("咖"), "&q=" + url.QueryEscape("旧灯"), "&q=jd", "&q=+", "&q=" + strings.Repeat("k", 41)} {
		all = append(all, strings.Replace(here, "search", "suggest", 1)+typed)
	}
	return append(all, "/search", "/search?city=x", "/suggest", "/suggest?city=x&q=k")
}

// slowAsks are questions that few write, or nobody should.
func slowAsks() []string {
	return []string{"/search?city=", "/search?q=", "/search?open=1", "/search?open=yes", "/search?limit=0", "/search?limit=101", "/search?limit=%31", "/search?limit=+5",
		"/search?limit=1e1", "/search?limit=99999999999999999999", "/search?lat=NaN", "/search?lat=1e1&lng=2", "/search?lat=31..2", "/search?lat=-&lng=2", "/search?lat=",
		"/search?colour=red", "/search?Q=x", "/search?q=a&q=b", "/search?q=a&&sort=best", "/search?q", "/search?q=a;b", "/search?q=%zz", "/search?q=%00", "/search?q=%ff",
		"/search?q=a%0Ab", "/search?sort=for_me", "/search?sort=Best", "/search?gives=", "/search?gives=x", "/search?within=-1", "/search?within=50001", "/search?price_min=100000001",
		"/search?%71=x", "/suggest?city=x&limit=3", "/suggest?q=%ff", "/suggest?q=a&q=b", "/search?lat=-0&lng=0", "/search?lat=31.2&lng=121.5&sort=distance&"}
}

// sameAnswer asks by hand and the operation, also for the head alone, and
// returns 1 if it was answered.
func sameAnswer(t *testing.T, u user, path string) int {
	t.Helper()
	answered := 0
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		one, two := u.send(method, path, "", "Accept", "application/json"), u.send(method, path, "", "Accept", "application/json, text/x")
		if id := one.header.Get("X-Request-Id"); id != "" {
			one.body = []byte(strings.ReplaceAll(string(one.body), id, two.header.Get("X-Request-Id")))
		}
		for _, name := range []string{"Date", "X-Request-Id", "Content-Length"} {
			one.header.Del(name)
			two.header.Del(name)
		}
		if one.status != two.status || string(one.body) != string(two.body) {
			t.Errorf("%s %s:\n%d %s\n%d %s", method, path, one.status, one.body, two.status, two.body)
		}
		for name := range two.header {
			if a, b := one.header[name], two.header[name]; strings.Join(a, "\n") != strings.Join(b, "\n") {
				t.Errorf("%s %s: %s is %q and %q", method, path, name, a, b)
			}
		}
		if len(one.header) != len(two.header) {
			t.Errorf("%s %s: headers %v and %v", method, path, one.header, two.header)
		}
		if method == http.MethodGet && one.status == http.StatusOK && len(one.body) > 20 {
			answered = 1
		}
	}
	return answered
}

// What everybody asks is not left to the operation, and what few do is.
func TestTheUsualIsQuick(t *testing.T) {
	reads := func(path string) bool {
		path, query, _ := strings.Cut(path, "?")
		if path == "/suggest" {
			return readQuery(query, new(suggestIn).take)
		}
		return readQuery(query, new(searchIn).take)
	}
	refused := map[string]bool{"&lat=91": true, "&q=" + strings.Repeat("x", 81): true, "&q=" + strings.Repeat("k", 41): true}
	for _, path := range quickAsks() {
		i := strings.Index(path, "&")
		if want := i < 0 || !refused[path[i:]]; reads(path) != want {
			t.Errorf("%s is read: %v", path, !want)
		}
	}
	for _, path := range slowAsks() {
		if path != "/search?lat=-0&lng=0" && !strings.HasSuffix(path, "&") && reads(path) {
			t.Errorf("%s is read", path)
		}
	}
}
