package discover

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/outbox"
	"citywalk/shop"
)

// north is a point so many metres north of the stage's centre.
func north(metres float64) geo.Point {
	return geo.Point{Lat: centre.Lat + metres/111_195, Lng: centre.Lng}
}

// town is a small city: what there is of it decides what is found.
func (g *stage) town() {
	g.t.Helper()
	ctx := g.t.Context()
	g.must(g.db.Update(ctx, func(tx *db.Tx) error {
		_, _, err := PutPlaces(tx, "per_operator", []Place{
			{City: here, Kind: Metro, Name: "石塘桥", En: "Shitang Bridge", Point: north(3000), Source: "test", SourceID: "1"},
			{City: here, Kind: Metro, Name: "渡口", Point: north(0), Source: "test", SourceID: "2"},
		})
		return err
	}))
	lunch := tenOff
	lunch.Hours = []shop.Hours{{From: 11 * 60, Until: 14 * 60}}
	for _, x := range []struct {
		sh    shop.Shop
		terms shop.Terms
	}{
		{shop.Shop{Name: "半亩咖啡", Category: "咖啡馆", Point: north(300), Price: 35 * money.Yuan, Opens: 8 * 60, Closes: 22 * 60, Dishes: []string{"手冲"}}, tenOff},
		{shop.Shop{Name: "旧灯咖啡", Category: "咖啡馆", Point: north(3100), Price: 48 * money.Yuan, Opens: 8 * 60, Closes: 20 * 60}, lunch},
		{shop.Shop{Name: "巷口面馆", Category: "面馆", Point: north(500), Price: 28 * money.Yuan, Opens: 7 * 60, Closes: 21 * 60, Dishes: []string{"葱油拌面"}}, shop.Terms{Kind: shop.Fixed, Off: 5 * money.Yuan}},
		{shop.Shop{Name: "西窗日料", Category: "日本料理", Point: north(900), Price: 260 * money.Yuan, Opens: 17 * 60, Closes: 23 * 60}, shop.Terms{Kind: shop.Gift, Gift: "小食"}},
	} {
		g.open(x.sh, x.terms)
	}
}

// at sets the clock to an hour of a day.
func (g *stage) at(hour int) {
	day := ledger.DayOf(g.clock.Now(), dbtest.Zone).Start(dbtest.Zone)
	g.clock.Set(day.AddDate(0, 0, 1).Add(time.Duration(hour) * time.Hour))
}

// What is typed finds what is meant, whatever the script.
func TestWordsFindWhatIsMeant(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		g.town()
		g.at(15)
		me := north(0)
		for _, x := range []struct {
			q    Query
			want string
		}{
			{Query{Text: "咖啡", Near: &me}, "[半亩咖啡 旧灯咖啡]"},
			{Query{Text: "kafei", Near: &me}, "[半亩咖啡 旧灯咖啡]"},
			{Query{Text: "coffee", Near: &me}, "[半亩咖啡 旧灯咖啡]"},
			{Query{Text: "咖啡店 石塘桥站"}, "[旧灯咖啡 半亩咖啡]"},
			{Query{Text: "cafe near Shitang Bridge"}, "[旧灯咖啡 半亩咖啡]"},
			{Query{Text: "葱油拌面"}, "[巷口面馆]"},
			{Query{Text: "xkmg"}, "[巷口面馆]"},
			{Query{Text: "面馆 人均50以内"}, "[巷口面馆]"},
			{Query{Text: "咖啡 会员卡可用", Near: &me}, "[半亩咖啡]"},
			{Query{Text: "现在营业的日料"}, "[]"},
			{Query{Gives: "gift"}, "[西窗日料]"},
			{Query{PriceMin: 100 * money.Yuan}, "[西窗日料]"},
			{Query{Station: "石塘桥"}, "[旧灯咖啡]"},
			{Query{Near: &me, Sort: Distance}, "[半亩咖啡 巷口面馆 西窗日料 旧灯咖啡]"},
			{Query{Sort: Savings}, "[旧灯咖啡 半亩咖啡 巷口面馆 西窗日料]"},
			{Query{Near: &me, Sort: Distance, Within: 400}, "[半亩咖啡]"},
			{Query{Categories: []string{"面馆", "日本料理"}, Sort: Distance, Near: &me}, "[巷口面馆 西窗日料]"},
		} {
			if got := fmt.Sprint(g.find(g.node, x.q)); got != x.want {
				t.Errorf("%+v: found %s, want %s", x.q, got, x.want)
			}
		}
	})
}

// Where nothing is found, the answer says what there is instead, and what had
// to be given up for it.
func TestAnEmptyAnswerOffersTheNearestThing(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		g.town()
		g.at(15)
		me := north(0)
		for _, x := range []struct {
			q        Query
			dropped  string
			gave     string
			instead  string
			anything bool
		}{
			{q: Query{Categories: []string{"日本料理"}, Open: true}, dropped: "[open]", instead: "[西窗日料]"},
			{q: Query{Categories: []string{"日本料理"}, PriceMax: 100 * money.Yuan}, dropped: "[price]", instead: "[西窗日料]"},
			{q: Query{Text: "日料", Near: &me, Within: 500}, dropped: "[near]", instead: "[西窗日料]"},
			{q: Query{Text: "现在营业的日料"}, gave: "[现在营业]", dropped: "[]", instead: "[西窗日料]"},
			{q: Query{Text: "没有这样的东西", Near: &me}, dropped: "[words]", anything: true},
		} {
			x.q.City = here
			a, err := g.node.Search(t.Context(), x.q)
			g.must(err)
			if len(a.Hits) > 0 || a.Instead == nil {
				t.Errorf("%+v: %d hits, instead %v", x.q, len(a.Hits), a.Instead)
				continue
			}
			var names, gave []string
			for _, h := range a.Instead.Hits {
				names = append(names, h.Name)
			}
			for _, p := range a.Instead.Gave {
				gave = append(gave, strings.TrimSuffix(x.q.Text[p.From:p.To], "的"))
			}
			if got := fmt.Sprint(a.Instead.Dropped); got != x.dropped && !(x.dropped == "" && got == "[]") {
				t.Errorf("%+v: dropped %s, want %s", x.q, got, x.dropped)
			}
			if x.gave != "" && fmt.Sprint(gave) != x.gave {
				t.Errorf("%+v: gave up %v, want %s", x.q, gave, x.gave)
			}
			if got := fmt.Sprint(names); !x.anything && got != x.instead || len(names) == 0 {
				t.Errorf("%+v: instead %s, want %s", x.q, got, x.instead)
			}
		}
	})
}

// Every hit says why it is there, in both languages, and says of the card what
// the till would.
func TestEveryHitSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		g.town()
		me := north(0)
		say := func(hour int, q Query) map[string]string {
			g.at(hour)
			q.City, q.Near, q.Everywhere = here, &me, true
			a, err := g.node.Search(t.Context(), q)
			g.must(err)
			all := map[string]string{}
			for _, h := range a.Hits {
				var said []string
				for _, w := range h.Why {
					said = append(said, w.Say(q.Lang))
				}
				all[h.Name] = strings.Join(said, " · ")
			}
			return all
		}
		afternoon := say(15, Query{Lang: fault.Zh})
		for name, want := range map[string]string{
			"半亩咖啡": "步行 5 分钟 · 会员卡现在可用：九折",
			"旧灯咖啡": "步行 51 分钟 · 会员卡这会儿不可用",
			"西窗日料": "步行 15 分钟 · 现在不营业，17:00 开门",
		} {
			if afternoon[name] != want {
				t.Errorf("%s says %q, want %q", name, afternoon[name], want)
			}
		}
		if got, want := say(12, Query{Lang: fault.En})["旧灯咖啡"], "51 min walk · card now: 10% off"; got != want {
			t.Errorf("at noon it says %q, want %q", got, want)
		}
		if got := say(12, Query{Lang: fault.Zh, Text: "葱油拌面"})["巷口面馆"]; !strings.Contains(got, "有葱油拌面") {
			t.Errorf("who asks for a dish is told %q", got)
		}
	})
}

// Pages follow one another without a gap or a repetition, and end.
func TestPagesEnd(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		for i := range 23 {
			g.open(shop.Shop{Name: fmt.Sprintf("第%d家面馆", i), Category: "面馆", Point: north(float64(i) * 50)}, tenOff)
		}
		me := north(0)
		for _, sort := range []Sort{Best, Distance, Ranking, Savings} {
			q, seen := Query{City: here, Text: "面馆", Near: &me, Sort: sort, Limit: 10}, []string{}
			for range 4 {
				a, err := g.node.Search(t.Context(), q)
				g.must(err)
				for _, h := range a.Hits {
					seen = append(seen, h.Name)
				}
				if q.After = a.Next; q.After == "" {
					break
				}
			}
			if n := len(seen); n != 23 || q.After != "" {
				t.Errorf("%s: %d shops, next %q", sort, n, q.After)
			}
			if slices.Sort(seen); len(slices.Compact(seen)) != 23 {
				t.Errorf("%s: a shop came twice", sort)
			}
		}
	})
}

func TestSearchRefusesWhatIsNoQuestion(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		g.town()
		pole := geo.Point{Lat: 91}
		for _, x := range []struct {
			q    Query
			want error
		}{
			{Query{Near: &pole}, ErrNear}, {Query{Within: -1}, ErrNear}, {Query{Sort: Distance}, ErrSort},
			{Query{After: "x"}, ErrCursor}, {Query{After: "0.x"}, ErrCursor}, {Query{After: "9.AAAA"}, ErrCursor},
		} {
			x.q.City = here
			if _, err := g.node.Search(t.Context(), x.q); !errors.Is(err, x.want) {
				t.Errorf("%+v: %v, want %v", x.q, err, x.want)
			}
		}
		if a, err := g.node.Search(t.Context(), Query{City: "无此城"}); err != nil || len(a.Hits) > 0 {
			t.Errorf("a city that is not there: %v, %v", a, err)
		}
	})
}

// The order is nobody's own unless somebody asks for his own.
func TestOnlyWhoAsksGetsHisOwnOrder(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		g.open(shop.Shop{Name: "一号面馆", Category: "面馆"}, tenOff)
		g.open(shop.Shop{Name: "二号茶铺", Category: "茶铺"}, tenOff)
		taste := map[string]float32{"茶铺": 1}
		if got := g.find(g.node, Query{Taste: taste}); got[0] != "一号面馆" {
			t.Errorf("a taste that nobody asked to count counts: %v", got)
		}
		if got := g.find(g.node, Query{Taste: taste, Sort: ForMe}); got[0] != "二号茶铺" {
			t.Errorf("a taste that was asked to count does not: %v", got)
		}
		if likes, err := g.node.Taste(t.Context(), account.Session{Person: "per_nobody"}); err != nil || len(likes) > 0 {
			t.Errorf("who was nowhere likes %v, %v", likes, err)
		}
	})
}

func TestSuggestionsCompleteWhatIsTyped(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		g.town()
		for typed, want := range map[string]string{"半": "半亩咖啡", "banmu": "半亩咖啡", "bmkf": "半亩咖啡", "面": "面馆", "congyou": "葱油拌面", "石塘": "石塘桥"} {
			all, err := g.node.Suggest(t.Context(), here, typed)
			g.must(err)
			if !slices.ContainsFunc(all, func(s Suggestion) bool { return s.Text == want }) {
				t.Errorf("%q is completed to %v, want %s among them", typed, all, want)
			}
		}
		if all, err := g.node.Suggest(t.Context(), here, strings.Repeat("面", 100)); err != nil || all != nil {
			t.Errorf("a hundred characters are completed to %v, %v", all, err)
		}
	})
}

// A note that is hidden from public pages proves nothing, and does again when
// it is shown.
func TestHiddenNotesProveNothing(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		sh := g.open(shop.Shop{Name: "巷口面馆"}, tenOff)
		change := func(sql string, args ...any) {
			t.Helper()
			g.clock.Advance(time.Second)
			g.must(g.db.Update(t.Context(), func(tx *db.Tx) error {
				if _, err := tx.Exec(sql, args...); err != nil {
					return err
				}
				return outbox.Put(tx, shop.Topic, string(sh.ID))
			}))
		}
		proved := func() int { return len(g.find(g.node, Query{Proved: true})) }
		change(`INSERT INTO curate_notes (id, source, source_id, city, shop, author, written, rating, text, visit, state, taken)
			VALUES ('nte_1', 'test', '1', $1, $2, $3, 1, 500, '好', 'rdm_1', 'linked', 1)`, here, sh.ID, strings.Repeat("a", 32))
		if proved() != 1 {
			t.Error("a note after a paid visit proves nothing")
		}
		change(`INSERT INTO community_cases (thing, kind, note, author, state, at, changed) VALUES ('nte_1', 'note', 'nte_1', 'per_1', 'open', 1, 1)`)
		if proved() != 1 {
			t.Error("a report alone hides a note")
		}
		change(`UPDATE community_cases SET state = 'hidden', reason = 'other', judge = 'per_2' WHERE thing = 'nte_1'`)
		if proved() != 0 {
			t.Error("a hidden note proves a visit")
		}
	})
}
