package member

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/community"
	"citywalk/curate"
	"citywalk/money"
	"citywalk/score"
	"citywalk/shop"
	"citywalk/web/webtest"
)

// praised are the notes of a shop that people love and still have something
// to say against.
func (g *rig) praised(sh shop.Shop, n int) {
	g.t.Helper()
	texts := []string{"面条劲道，汤头鲜，好吃。老板很热情，服务周到。", "味道很好，价格实惠，环境干净，会再来。",
		"每次来都点葱油拌面，从没失望过。就是周末要排队等位半小时。", "服务员态度很差，上菜快，汤很鲜。"}
	r := rand.New(rand.NewPCG(7, uint64(n)))
	var drafts []curate.Draft
	for i := range n {
		drafts = append(drafts, curate.Draft{SourceID: fmt.Sprintf("%s-%d", sh.ID, i), Shop: sh.ID, Author: fmt.Sprintf("a%d", r.IntN(5_000)),
			Written: g.clock.Now().Add(-time.Duration(24+r.IntN(700*24)) * time.Hour), Stars: float64(4 + r.IntN(2)), Likes: r.IntN(20), Followers: r.IntN(500),
			Joined: g.clock.Now().Add(-1500 * 24 * time.Hour), Text: texts[r.IntN(len(texts))] + fmt.Sprintf(" 第%d次来。", i+1)})
	}
	results, err := g.Curate.Take(g.t.Context(), g.operator, "test", drafts)
	g.must(err)
	for _, r := range results {
		g.must(r.Err)
	}
	_, err = g.Curate.FitCity(g.t.Context(), cityOfTests, nil)
	g.must(err)
}

// ruled takes a decision about a shop.
func (g *rig) ruled(sh shop.Shop, v curate.Verdict) {
	g.t.Helper()
	f, err := g.Curate.File(g.t.Context(), g.operator, sh.ID)
	g.must(err)
	_, err = g.Curate.Decide(g.t.Context(), g.operator, sh.ID, curate.Ruling{Verdict: v, Reason: "街坊常来，汤头多年没变。", Remark: "只给同事看",
		Tie: curate.Tie{None: true}, Seen: f.Decision}, g.key())
	g.must(err)
}

// TestWhyItIsHere shows what everybody reads of a curated shop: the reason,
// the interval, clauses good and bad, dates and rules, and nothing of who
// decided, what colleagues said or who wrote.
func TestWhyItIsHere(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		out := webtest.NewClient(t, g.url)
		page := "/shops/" + string(g.shop.ID)
		read := func() string { return out.Do(t, "GET "+page).Text }
		if text := read(); strings.Contains(text, "为什么在这里") || !strings.Contains(text, "还没有人写过") {
			t.Error("a shop that nobody decided about says why it is here")
		}
		g.praised(g.shop, 40)
		if text := read(); strings.Contains(text, "为什么在这里") {
			t.Error("notes alone put a shop on the list")
		}
		g.ruled(g.shop, curate.Included)
		text := read()
		seen(t, "the shop", text, "精选", "为什么在这里", "街坊常来，汤头多年没变。", "来自 40 条笔记", "去过的人平均多半打", "说好", "说不足", "排队",
			"味道", "上次评审", "有效至", "/rules/curation", curate.RulesVersion, "来自其他平台", "下一页")
		for _, hidden := range []string{"只给同事看", string(g.operator.Person), "该复审"} {
			if strings.Contains(text, hidden) {
				t.Errorf("the shop's page shows %q", hidden)
			}
		}
		seen(t, "explore", out.Do(t, "GET /").Text, "精选")

		g.clock.Advance(366 * 24 * time.Hour)
		text = read()
		seen(t, "the shop a year later", text, "已经该复审了", "为什么在这里")
		g.ruled(g.shop, curate.Watched)
		if text := read(); !strings.Contains(text, "为什么在这里") {
			t.Error("a removal that waits for a second person took the shop off the list")
		}
	})
}

// TestNotesArePaged walks all notes of a shop, each once.
func TestNotesArePaged(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.praised(g.shop, 25)
		out := webtest.NewClient(t, g.url)
		met := map[string]int{}
		next, pages := "/shops/"+string(g.shop.ID), 0
		for next != "" {
			text := out.Do(t, "GET "+next).Text
			for i := range 25 {
				if strings.Contains(text, fmt.Sprintf(" 第%d次来。", i+1)) {
					met[fmt.Sprint(i)]++
				}
			}
			pages++
			next = ""
			if _, rest, ok := strings.Cut(text, `rel="next"`); ok {
				_ = rest
				before, _, _ := strings.Cut(text, `" rel="next"`)
				next = strings.TrimSuffix(before[strings.LastIndex(before, `href="`)+len(`href="`):], "#notes")
			}
		}
		if pages != 3 || len(met) != 25 {
			t.Errorf("%d notes on %d pages, want 25 on 3", len(met), pages)
		}
		for n, times := range met {
			if times != 1 {
				t.Errorf("note %s is shown %d times", n, times)
			}
		}
		if r := out.Do(t, "GET /shops/"+string(g.shop.ID)+"?after=%21"); r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusBadRequest {
			t.Errorf("a wrong cursor answers %d", r.Status)
		}
	})
}

// TestExploreOnlyCurated keeps the other filters.
func TestExploreOnlyCurated(t *testing.T) {
	g := sqlite(t)
	other := g.addShop("石库门火锅", "火锅", 31.2330, shop.Terms{Kind: shop.Percent, Percent: 12, Floor: 100 * money.Yuan})
	g.ruled(g.shop, curate.Included)
	out := webtest.NewClient(t, g.url)
	webtest.Run(t,
		webtest.Scenario{Name: "all", As: out, Do: "GET /", Status: 200, Shows: []string{g.shop.Name, other.Name}},
		webtest.Scenario{Name: "curated", As: out, Do: "GET /search?curated=1", Status: 200, Shows: []string{g.shop.Name, `name="curated" value="1"`, `class="pick on" href="/search"`}, Hides: []string{other.Name}},
		webtest.Scenario{Name: "curated and near", As: out, Do: "GET /search?curated=1&lat=31.2304&lng=121.4700&open=1", Status: 200, Shows: []string{g.shop.Name}, Hides: []string{other.Name}},
		webtest.Scenario{Name: "curated and a word", As: out, Do: "GET /search?curated=1&q=火锅", Status: 200, Shows: []string{"没有找到"}},
		webtest.Scenario{Name: "without notes", As: out, Do: "GET /shops/" + string(g.shop.ID), Status: 200, Shows: []string{"街坊常来", "笔记还太少"}},
	)
	p := g.member()
	seen(t, "the card", p.get("/card"), "badge curated")
}

// TestRulesAreTheProgrammes reads the public rules in both languages, with the
// numbers that the program works by.
func TestRulesAreTheProgrammes(t *testing.T) {
	g := sqlite(t)
	g.Curate.Rules = curate.Rules{Days: 123, Evidence: 7, Chain: 4, Category: 0.3, District: 0.35, Queue: 321}
	out := webtest.NewClient(t, g.url)
	webtest.Run(t,
		webtest.Scenario{Name: "zh", As: out, Do: "GET /rules/curation", Status: 200, Shows: []string{
			curate.RulesVersion, "2026年11月26日", "一般管 123 天", "至少有 7 条", "占 30%", "占 35%", "最多 4 家", "321 家", "最多引 6 句", "1000 个字", "点赞不算", "第二个人"}},
	)
	en := webtest.NewClient(t, g.url)
	en.Header = http.Header{"Accept-Language": {"en"}}
	seen(t, "the rules in English", en.Do(t, "GET /rules/curation").Text, "holds for 123 days", "at most 30%", "Likes never count", "interval", "second person")
}

// TestRulesSayWhatTheScoreDoes holds the sentences without numbers of the
// program to what the score does.
func TestRulesSayWhatTheScoreDoes(t *testing.T) {
	for i, name := range families {
		if got := score.Family(i).String(); got != name {
			t.Errorf("family %d is %q on the page and %q in the score", i, name, got)
		}
		if !Words().Has("rules.family." + name) {
			t.Errorf("the page does not say what %s is", name)
		}
	}
	if !(score.Estimate{Above: 0.05}).Fallen() || (score.Estimate{Above: 0.051}).Fallen() {
		t.Error("a shop is not fallen with 95 %, as the page says")
	}
}

// TestHiddenNotesAreNotQuoted hides the notes that a dossier quotes: their words
// are gone from the shop's page, from the API's answer and from the merchant's
// file, the rest stays, and one that is shown again is quoted again.
func TestHiddenNotesAreNotQuoted(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		ctx := t.Context()
		g.praised(g.shop, 40)
		g.ruled(g.shop, curate.Included)
		before, on, err := g.Community.WhyHere(ctx, g.shop.ID)
		g.must(err)
		if !on || len(before.Quotes) < 2 {
			t.Fatalf("the shop is quoted %d times", len(before.Quotes))
		}
		out := webtest.NewClient(t, g.url)
		quoted := func() int {
			return strings.Count(string(out.Do(t, "GET /shops/"+string(g.shop.ID)).Body), `<li class="quote`)
		}
		if n := quoted(); n != len(before.Quotes) {
			t.Fatalf("the page quotes %d of %d", n, len(before.Quotes))
		}
		hide := func(id curate.NoteID) {
			g.must(g.Community.Hide(ctx, g.operator, string(id), community.Ruling{Reason: "abuse", Words: "骂人"}))
		}
		first := before.Quotes[0].Note
		hide(first)
		got, _, err := g.Community.WhyHere(ctx, g.shop.ID)
		g.must(err)
		if slices.ContainsFunc(got.Quotes, func(q curate.Quote) bool { return q.Note == first }) || len(got.Quotes) == 0 || got.Notes != before.Notes {
			t.Errorf("after one was hidden: %+v", got)
		}
		if n := quoted(); n != len(got.Quotes) {
			t.Errorf("the page quotes %d, want %d", n, len(got.Quotes))
		}
		for _, q := range got.Quotes {
			if seen, _, err := g.Community.WhyHere(ctx, g.shop.ID); err == nil && slices.ContainsFunc(seen.Quotes, func(s curate.Quote) bool { return s.Note == q.Note }) {
				hide(q.Note)
			}
		}
		if n := quoted(); n != 0 {
			t.Errorf("all are hidden, and the page quotes %d", n)
		}
		own, err := g.Community.OwnFile(ctx, g.operator, g.shop.ID)
		g.must(err)
		if len(own.Quotes) != 0 || own.Reason == "" {
			t.Errorf("the merchant's file quotes %+v", own.Quotes)
		}
		g.must(g.Community.Restore(ctx, g.operator, string(first), "看错了"))
		if n := quoted(); n == 0 {
			t.Error("what is shown again is not quoted again")
		}
	})
}
