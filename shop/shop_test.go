package shop

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/once"
)

var ctx = context.Background()

// The people of these tests. Two merchants each hold their own grant.
var operator = account.Session{Person: "per_operator", App: account.ConsoleApp, Grants: []account.Grant{{Role: account.Operator}}}

func merchantOf(m MerchantID) account.Session {
	return account.Session{Person: account.ID("per_" + string(m)), App: account.ConsoleApp, Grants: []account.Grant{{Role: account.Merchant, Merchant: string(m)}}}
}

// each runs fn with the service on both engines.
func each(t *testing.T, fn func(t *testing.T, s *Service, clock *dbtest.Clock)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		fn(t, &Service{DB: d, Zone: dbtest.Zone}, clock)
	})
}

var (
	bund   = geo.Point{Lat: 31.2397, Lng: 121.4900}
	tenOff = Terms{Kind: Percent, Percent: 10, Floor: 50 * money.Yuan, Cap: 30 * money.Yuan}
)

// add makes a draft of a merchant.
func add(t *testing.T, s *Service, m MerchantID, name string) Shop {
	t.Helper()
	sh, err := s.Add(ctx, operator, Shop{Merchant: m, City: "上海", Name: name, Point: bund, Opens: 600, Closes: 1320})
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

// live makes a shop that takes the card, and its merchant.
func live(t *testing.T, s *Service, name string) (Shop, account.Session) {
	t.Helper()
	m, err := s.AddMerchant(ctx, operator, name+"有限公司")
	if err != nil {
		t.Fatal(err)
	}
	sh := add(t, s, m.ID, name)
	if _, err := s.SetTerms(ctx, operator, sh.ID, tenOff); err != nil {
		t.Fatal(err)
	}
	if err := s.Open(ctx, operator, sh.ID); err != nil {
		t.Fatal(err)
	}
	return get(t, s, sh.ID), merchantOf(m.ID)
}

func get(t *testing.T, s *Service, id ID) Shop {
	t.Helper()
	sh, err := s.Get(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

// audits counts the events about an object.
func audits(t *testing.T, s *Service, object string) []string {
	t.Helper()
	var actions []string
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		events, err := account.Audits(tx, object, 0, 100)
		for _, e := range events {
			actions = append(actions, e.Action)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return actions
}

func TestAddAndFind(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		m, err := s.AddMerchant(ctx, operator, "  老王茶馆有限公司 ")
		if err != nil || m.Name != "老王茶馆有限公司" || !m.Created.Equal(dbtest.Day) {
			t.Fatalf("%+v, %v", m, err)
		}
		if _, err := s.AddMerchant(ctx, operator, m.Name); !errors.Is(err, ErrMerchantTaken) {
			t.Errorf("the same name again: %v", err)
		}
		want := Shop{
			Merchant: m.ID, City: "上海", District: "黄浦", Address: "中山东一路 1 号", Name: "老王茶馆", Category: "茶馆",
			Dishes: []string{"龙井", "瓜子"}, Point: bund, Price: 68 * money.Yuan, Opens: 600, Closes: 1560,
		}
		sh, err := s.Add(ctx, operator, want)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseNumber(sh.Number); err != nil {
			t.Errorf("number %s: %v", sh.Number, err)
		}
		found, err := s.ByNumber(ctx, sh.Number[:3]+" "+sh.Number[3:])
		if err != nil || !found.saysAs(want) || found.ID != sh.ID || found.State != Draft || found.Merchant != m.ID {
			t.Errorf("%+v, %v", found, err)
		}
		if _, err := s.Get(ctx, "shp_none"); !errors.Is(err, ErrUnknown) {
			t.Errorf("no such shop: %v", err)
		}
		all, err := s.Merchants(ctx, "", 0)
		if err != nil || len(all) != 1 || all[0] != m {
			t.Errorf("merchants %v, %v", all, err)
		}
		if got := audits(t, s, string(sh.ID)); len(got) != 1 || got[0] != "shop.add" {
			t.Errorf("audit %v", got)
		}
	})
}

func TestAddRefuses(t *testing.T) {
	good := Shop{City: "上海", Name: "老王茶馆", Point: bund, Opens: -1, Closes: -1}
	for _, row := range []struct {
		name   string
		change func(*Shop)
		want   error
		field  string
	}{
		{"no name", func(s *Shop) { s.Name = "  " }, ErrMissing, "name"},
		{"no city", func(s *Shop) { s.City = "" }, ErrMissing, "city"},
		{"a name that turns the text round", func(s *Shop) { s.Name = "老王\u202Eegap" }, ErrText, "name"},
		{"an isolate in the address", func(s *Shop) { s.Address = "a\u2066b" }, ErrText, "address"},
		{"a control character", func(s *Shop) { s.Category = "茶\x00馆" }, ErrText, "category"},
		{"a name that is too long", func(s *Shop) { s.Name = longText(101) }, ErrLong, "name"},
		{"a position in the sea off Africa", func(s *Shop) { s.Point = geo.Point{} }, ErrPlace, "point"},
		{"closing before opening", func(s *Shop) { s.Opens, s.Closes = 600, 600 }, ErrOpening, "opens"},
		{"open for more than a day", func(s *Shop) { s.Opens, s.Closes = 600, 600+day+1 }, ErrOpening, "opens"},
		{"a negative price", func(s *Shop) { s.Price = -1 }, ErrAmount, "price"},
	} {
		t.Run(row.name, func(t *testing.T) {
			sh := good
			row.change(&sh)
			_, err := sh.tidy()
			wantFault(t, err, row.want, row.field)
		})
	}
	if _, err := good.tidy(); err != nil {
		t.Errorf("a good shop: %v", err)
	}
}

func longText(n int) string {
	r := make([]rune, n)
	for i := range r {
		r[i] = '长'
	}
	return string(r)
}

// TestOpenAt walks the day of a shop that closes after midnight.
func TestOpenAt(t *testing.T) {
	at := func(clock string) time.Time {
		at, err := time.ParseInLocation("15:04", clock, dbtest.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	late := Shop{Opens: 18 * 60, Closes: 26 * 60}
	for _, row := range []struct {
		shop        Shop
		clock       string
		open, known bool
	}{
		{late, "17:59", false, true}, {late, "18:00", true, true}, {late, "23:59", true, true},
		{late, "00:00", true, true}, {late, "01:59", true, true}, {late, "02:00", false, true},
		{Shop{Opens: 0, Closes: day}, "00:00", true, true}, {Shop{Opens: 0, Closes: day}, "23:59", true, true},
		{Shop{Opens: -1, Closes: 600}, "09:00", false, false}, {Shop{Opens: 600, Closes: -1}, "11:00", false, false},
	} {
		open, known := row.shop.OpenAt(at(row.clock))
		if open != row.open || known != row.known {
			t.Errorf("%d-%d at %s: %v, %v", row.shop.Opens, row.shop.Closes, row.clock, open, known)
		}
	}
}

// TestWhoMay: a stranger learns nothing of another's shop, a merchant rules his
// own, and only operators make and give shops.
func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		sh, owner := live(t, s, "老王茶馆")
		other, err := s.AddMerchant(ctx, operator, "小李面馆有限公司")
		if err != nil {
			t.Fatal(err)
		}
		draft := add(t, s, "", "没签的店")
		staff := account.Session{Person: "per_staff", Grants: []account.Grant{{Role: account.Staff, Merchant: string(sh.Merchant), Shop: string(sh.ID)}}}
		auditor := account.Session{Person: "per_auditor", Grants: []account.Grant{{Role: account.Auditor}}}
		for name, who := range map[string]account.Session{
			"another merchant": merchantOf(other.ID), "its staff": staff, "an auditor": auditor, "nobody": {},
		} {
			for act, do := range map[string]func() error{
				"pause":      func() error { return s.Pause(ctx, who, sh.ID, "试试") },
				"leave":      func() error { return s.Leave(ctx, who, sh.ID, "试试") },
				"set terms":  func() error { _, err := s.SetTerms(ctx, who, sh.ID, tenOff); return err },
				"set offers": func() error { _, err := s.SetOffers(ctx, who, sh.ID, nil); return err },
			} {
				if err := do(); !errors.Is(err, ErrUnknown) {
					t.Errorf("%s may %s: %v", name, act, err)
				}
			}
		}
		for act, err := range map[string]error{
			"add":          second(s.Add(ctx, owner, draft)),
			"add merchant": second(s.AddMerchant(ctx, owner, "别的公司")),
			"assign":       s.Assign(ctx, owner, draft.ID, sh.Merchant),
		} {
			if !errors.Is(err, ErrDenied) {
				t.Errorf("a merchant may %s: %v", act, err)
			}
		}
		if err := s.Open(ctx, owner, draft.ID); !errors.Is(err, ErrUnknown) {
			t.Errorf("a merchant opens an unsigned shop: %v", err)
		}
		if err := s.Pause(ctx, owner, sh.ID, "装修"); err != nil {
			t.Errorf("the owner pauses: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// TestAddTwice: one sending makes one shop, also when both arrive at once.
func TestAddTwice(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		sh := Shop{City: "上海", Name: "老王茶馆", Point: bund, Opens: -1, Closes: -1, SourceID: "one-sending"}
		got := make([]Shop, 4)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() {
				var err error
				if got[i], err = s.Add(ctx, operator, sh); err != nil {
					t.Errorf("sending %d: %v", i, err)
				}
			})
		}
		all.Wait()
		for _, one := range got {
			if one.ID != got[0].ID || one.Number != got[0].Number {
				t.Errorf("made %s and %s", got[0].ID, one.ID)
			}
		}
		sh.Name = "别的店"
		if _, err := s.Add(ctx, operator, sh); !errors.Is(err, once.ErrMismatch) {
			t.Errorf("another shop in the same sending: %v", err)
		}
		if n, err := s.Count(ctx, "", Draft); err != nil || n != 1 {
			t.Errorf("%d shops, %v", n, err)
		}
	})
}

// TestDescribe: a merchant keeps its hours right; the name and the place on
// which members rely are the operators'.
func TestDescribe(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		sh, owner := live(t, s, "老王茶馆")
		to := Shop{City: "上海", Name: "别的店", Point: geo.Point{Lat: 30, Lng: 120}, Price: 70_00, Opens: 480, Closes: 1500, Dishes: []string{"毛尖"}}
		got, err := s.Describe(ctx, owner, sh.ID, to)
		if err != nil || got.Name != "老王茶馆" || got.Point != bund || got.Opens != 480 || got.Price != 70_00 {
			t.Errorf("by the merchant: %+v, %v", got, err)
		}
		if got, err = s.Describe(ctx, operator, sh.ID, to); err != nil || !got.saysAs(to) || !get(t, s, sh.ID).saysAs(to) || got.State != Live {
			t.Errorf("by an operator: %+v, %v", got, err)
		}
		events := len(audits(t, s, string(sh.ID)))
		if _, err = s.Describe(ctx, operator, sh.ID, to); err != nil || len(audits(t, s, string(sh.ID))) != events {
			t.Errorf("the same again: %v", err)
		}
		to.Name = ""
		_, err = s.Describe(ctx, operator, sh.ID, to)
		wantFault(t, err, ErrMissing, "name")
		_, err = s.Describe(ctx, account.Session{Person: "per_other"}, sh.ID, to)
		wantFault(t, err, ErrUnknown, "")
		if hits, err := s.Search(ctx, Query{Name: "毛尖"}); err != nil || len(hits) != 1 {
			t.Errorf("a new dish is not found: %v, %v", hits, err)
		}
	})
}

func TestAssign(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		sh, owner := live(t, s, "老王茶馆")
		m, err := s.AddMerchant(ctx, operator, "小李面馆有限公司")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Assign(ctx, operator, sh.ID, "mer_none"); !errors.Is(err, ErrMerchantUnknown) {
			t.Errorf("to nobody: %v", err)
		}
		if err := s.Assign(ctx, operator, sh.ID, m.ID); !errors.Is(err, ErrState) {
			t.Errorf("while live: %v", err)
		}
		if err := s.Pause(ctx, operator, sh.ID, "转让"); err != nil {
			t.Fatal(err)
		}
		if err := s.Assign(ctx, operator, sh.ID, m.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.Resume(ctx, owner, sh.ID); !errors.Is(err, ErrUnknown) {
			t.Errorf("the old owner resumes: %v", err)
		}
		if got := get(t, s, sh.ID).Merchant; got != m.ID {
			t.Errorf("merchant %s", got)
		}
	})
}

// TestTermsVersions: every change is a version that stays, and the same again
// is none.
func TestTermsVersions(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		sh, owner := live(t, s, "老王茶馆")
		again, err := s.SetTerms(ctx, owner, sh.ID, tenOff)
		if err != nil || again.Terms.Version != 1 {
			t.Fatalf("the same again: version %d, %v", again.Terms.Version, err)
		}
		t2 := Terms{Kind: Gift, Gift: " 酸梅汤一杯 ", Percent: 20, Blackout: []ledger.Day{"2026-10-02", "2026-10-01", "2026-10-02"}, Hours: []Hours{{From: 660, Until: 840}}}
		for range 2 {
			got, err := s.SetTerms(ctx, owner, sh.ID, t2)
			if err != nil || got.Terms.Version != 2 || got.Terms.Gift != "酸梅汤一杯" || got.Terms.Percent != 0 || len(got.Terms.Blackout) != 2 {
				t.Fatalf("%+v, %v", got.Terms, err)
			}
		}
		var versions []Terms
		err = s.DB.View(ctx, func(tx *db.Tx) error {
			type row struct {
				Body Terms `db:"body,json"`
			}
			rows, err := db.All[row](tx, `SELECT body FROM shop_terms WHERE shop = $1 ORDER BY version`, sh.ID)
			for _, r := range rows {
				versions = append(versions, r.Body)
			}
			return err
		})
		if err != nil || len(versions) != 2 || versions[0].Percent != 10 || versions[1].Kind != Gift {
			t.Errorf("history %+v, %v", versions, err)
		}
		if got := audits(t, s, string(sh.ID)); len(got) != 4 {
			t.Errorf("audit %v", got)
		}
	})
}

// TestNoOffersAreWrittenOneWay: who compares what a shop gives by what is kept
// sees no change where there is none.
func TestNoOffersAreWrittenOneWay(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *dbtest.Clock) {
		sh, owner := live(t, s, "老王茶馆")
		kept := func() (text string) {
			err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
				text, err = db.One[string](tx, `SELECT offers FROM shop_shops WHERE id = $1`, sh.ID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		never := kept()
		for _, list := range [][]Offer{{{Title: "九五折", Kind: Percent, Percent: 5}}, nil} {
			if _, err := s.SetOffers(ctx, owner, sh.ID, list); err != nil {
				t.Fatal(err)
			}
		}
		if again := kept(); again != never {
			t.Errorf("no offers are %q after some, and %q before", again, never)
		}
	})
}

// TestOffersNeverChange: an offer that stays keeps its id, another price is
// another offer, and what ended is kept with its time.
func TestOffersNeverChange(t *testing.T) {
	each(t, func(t *testing.T, s *Service, clock *dbtest.Clock) {
		sh, owner := live(t, s, "老王茶馆")
		tea := Offer{Title: "下午茶", Kind: Percent, Percent: 20, Hours: []Hours{{From: 840, Until: 1020}}}
		full := Offer{Title: "满减", Kind: Fixed, Off: 20 * money.Yuan, Floor: 100 * money.Yuan}
		first, err := s.SetOffers(ctx, owner, sh.ID, []Offer{tea, full})
		if err != nil || len(first.Offers) != 2 {
			t.Fatalf("%+v, %v", first.Offers, err)
		}
		clock.Advance(time.Hour)
		changed := first.Offers[1]
		changed.Off = 30 * money.Yuan
		next, err := s.SetOffers(ctx, owner, sh.ID, []Offer{first.Offers[0], changed})
		if err != nil {
			t.Fatal(err)
		}
		if next.Offers[0].ID != first.Offers[0].ID || next.Offers[1].ID == first.Offers[1].ID {
			t.Errorf("ids %v then %v", first.Offers, next.Offers)
		}
		if got := get(t, s, sh.ID).Offers; len(got) != 2 || got[1].Off != 30*money.Yuan {
			t.Errorf("stored %+v", got)
		}
		// An id that is not of this shop is not taken over.
		stolen := tea
		stolen.ID = "off_stolen"
		if got, err := s.SetOffers(ctx, owner, sh.ID, []Offer{stolen}); err != nil || got.Offers[0].ID == "off_stolen" {
			t.Errorf("%+v, %v", got.Offers, err)
		}
		ended := 0
		err = s.DB.View(ctx, func(tx *db.Tx) error {
			ended, err = db.One[int](tx, `SELECT COUNT(*) FROM shop_offers WHERE shop = $1 AND dropped > 0`, sh.ID)
			return err
		})
		if err != nil || ended != 3 {
			t.Errorf("%d ended offers are kept, %v", ended, err)
		}
	})
}
