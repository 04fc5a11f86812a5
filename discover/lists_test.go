package discover

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"citywalk/db"
	"citywalk/esteem"
	"citywalk/ledger"
	"citywalk/outbox"
	"citywalk/shop"
)

// A street is a town in which people have been out for a year: shops at which a
// share of the people comes back.
type street struct {
	*tillRig
	shops  []shop.Shop
	people []string
	n      int
}

func (g *tillRig) street(back []float64) *street {
	st := &street{tillRig: g, shops: []shop.Shop{g.shop}}
	for i := range len(back) - 1 {
		st.shops = append(st.shops, g.open(string(rune('乙'+i))+"铺", shop.Terms{Kind: shop.Percent, Percent: 10}))
	}
	for range 60 {
		st.people = append(st.people, string(g.member().Person))
	}
	g.clock.Advance(300 * 24 * time.Hour)
	r := rand.New(rand.NewPCG(5, 5))
	g.must(g.DB.Update(g.t.Context(), func(tx *db.Tx) error {
		for i, share := range back {
			for _, p := range st.people {
				ago := 30 + r.IntN(130)
				if err := st.paid(tx, p, i, ago); err != nil {
					return err
				}
				if r.Float64() < share {
					if err := st.paid(tx, p, i, ago-1-r.IntN(25)); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}))
	return st
}

// paid enters a bill of somebody at a shop so many days ago, in the evening.
func (st *street) paid(tx *db.Tx, person string, at, ago int) error {
	st.n++
	sh := st.shops[at]
	when := ledger.DayOf(tx.Now(), st.Zone).Next(-ago).Start(st.Zone).Add(19 * time.Hour)
	id := fmt.Sprintf("rdm_list%08d", st.n)
	_, err := tx.Exec(`
		INSERT INTO redeem_redemptions (id, door, state, version, shop, shop_name, merchant, person, person_name, pass, match, number,
			terms, basis, bill, due, slot_day, day, receipt, created, committed)
		VALUES ($1, 'code', 'committed', 1, $2, $3, $4, $5, '', 'pss_x', '00', $1, '', '', 10000, 10000, $6, $6, $1, $7, $7)`,
		id, sh.ID, sh.Name, string(sh.Merchant), person, ledger.DayOf(when, st.Zone), when)
	return err
}

func (st *street) update(fn func(tx *db.Tx) error) {
	st.t.Helper()
	st.must(st.DB.Update(st.t.Context(), fn))
}

// made makes the lists of the day.
func (st *street) made() Made {
	st.t.Helper()
	m, err := st.MakeLists(st.t.Context(), "试镇")
	st.must(err)
	st.clock.Advance(2 * ListLife)
	return m
}

func (st *street) chart(kind esteem.Kind) Chart {
	st.t.Helper()
	c, err := st.Chart(st.t.Context(), ListKey{City: "试镇", Span: DaySpan, Kind: kind}, st.clock.Now())
	st.must(err)
	return c
}

// regardOf is what search shows of a shop.
func (st *street) regardOf(id shop.ID) (r regardRow) {
	st.t.Helper()
	st.must(st.DB.View(st.t.Context(), func(tx *db.Tx) (err error) {
		r, err = db.One[regardRow](tx, `SELECT shop, score, back, list, place FROM discover_regards WHERE shop = $1`, id)
		return err
	}))
	return r
}

var eight = []float64{0.85, 0.2, 0.25, 0.2, 0.6, 0.2, 0.15, 0.2}

// The shop to which most locals come back leads its list, with its share and
// its usual; search sees it; and made again on the day nothing is written.
func TestListsOfADay(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		st := g.street(eight)
		if c := st.chart(esteem.Back); c.Made || len(c.Entries) > 0 {
			t.Errorf("before the first night there is %+v", c)
		}
		news := outbox.Follow(g.DB, shop.SaidTopic, g.clock.Now().Add(-time.Second))
		m := st.made()
		if m.Ranked != len(eight) || m.Lists == 0 || m.Changed != m.Lists || m.Regards != len(eight) {
			t.Errorf("made %+v", m)
		}
		c := st.chart(esteem.Back)
		if !c.Made || c.Day != m.Day || len(c.Entries) < 2 || c.Entries[0].Shop != g.shop.ID || c.Entries[1].Shop != st.shops[4].ID {
			t.Fatalf("the list of those to which locals come back is %+v", c)
		}
		first := c.Entries[0]
		if first.Place != 1 || first.Best != 1 || first.Was != -1 || len(first.Reasons) == 0 || first.Reasons[0].What != esteem.CameBack ||
			first.Reasons[0].Share < 0.7 || first.Reasons[0].Of%5 != 0 || first.Reasons[0].Usual > 0.6 {
			t.Errorf("the first is %+v", first)
		}
		if r := st.regardOf(g.shop.ID); r.List != "back" || r.Place != 1 || r.Back < 70 || r.Score < 500 {
			t.Errorf("search shows %+v", r)
		}
		items, _, err := news.Next(t.Context())
		g.must(err)
		if len(items) != len(eight) {
			t.Errorf("%d news of shops, want %d", len(items), len(eight))
		}
		if again := st.made(); again.Changed != 0 || again.Regards != 0 {
			t.Errorf("made again: %+v", again)
		}
		stands, err := g.Standing(t.Context(), g.shop.ID)
		g.must(err)
		if i := slices.IndexFunc(stands, func(s Stand) bool { return s.Kind == esteem.Back && s.Span == DaySpan && s.Category == "" }); i < 0 || stands[i].Place != 1 {
			t.Errorf("it stands %+v", stands)
		}
		choice, err := g.Choices(t.Context(), ListKey{City: "试镇", Span: DaySpan, Kind: esteem.Back}, g.clock.Now())
		g.must(err)
		if !slices.Equal(choice.Categories, []string{"面馆"}) {
			t.Errorf("choices are %+v", choice)
		}
	})
}

// Lists of past days stay what they were; what comes to nothing ends; a shop
// that is closed is left out at once and gone the next night.
func TestListsKeepTheirHistory(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		st := g.street(eight)
		before := st.made().Day
		first := st.chart(esteem.Back)
		g.clock.Advance(8 * 24 * time.Hour)
		// All that was paid at the first shop is undone.
		st.update(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE redeem_redemptions SET undone = committed + 1, undo_day = day WHERE shop = $1`, g.shop.ID)
			return err
		})
		m := st.made()
		now := st.chart(esteem.Back)
		if slices.ContainsFunc(now.Entries, func(e Placed) bool { return e.Shop == g.shop.ID }) || m.Changed == 0 {
			t.Errorf("without what was undone: %+v", now)
		}
		if i := slices.IndexFunc(now.Entries, func(e Placed) bool { return e.Shop == st.shops[4].ID }); i != 0 || now.Entries[0].Was != 2 {
			t.Errorf("the second is not first now: %+v", now.Entries)
		}
		if r := st.regardOf(g.shop.ID); r != (regardRow{Shop: g.shop.ID, Back: -1}) {
			t.Errorf("search still shows %+v", r)
		}
		old, err := g.Chart(t.Context(), ListKey{City: "试镇", Span: DaySpan, Kind: esteem.Back, Day: before}, g.clock.Now())
		g.must(err)
		if len(old.Entries) != len(first.Entries) || old.Entries[0].Shop != g.shop.ID {
			t.Errorf("the list of %s is now %+v", before, old)
		}
		stands, err := g.Stands(t.Context(), g.shop.ID)
		g.must(err)
		if len(stands) < 2 || stands[0].Place != 0 || stands[0].Day != m.Day {
			t.Errorf("its places were %+v", stands)
		}
		g.must(g.shops.Pause(t.Context(), g.operator, st.shops[4].ID, "装修"))
		g.clock.Advance(2 * ListLife)
		if c := st.chart(esteem.Back); slices.ContainsFunc(c.Entries, func(e Placed) bool { return e.Shop == st.shops[4].ID }) {
			t.Error("a shop that is closed is on the list")
		}
		if _, err := g.Chart(t.Context(), ListKey{City: "试镇", Span: DaySpan, Kind: esteem.Back, Day: before.Next(1)}, g.clock.Now()); err == nil {
			t.Error("there is a list of a day without lists")
		}
		if _, err := g.Chart(t.Context(), ListKey{City: "试镇", Span: "decade", Kind: esteem.Back}, g.clock.Now()); err == nil {
			t.Error("there is a list of no span")
		}
	})
}

// Who works for a shop is no member there, fewer than fifteen members make no
// place, and a new shop is told of without one.
func TestWhoCounts(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		st := g.street(eight)
		st.shops = append(st.shops, g.open("新铺", shop.Terms{Kind: shop.Percent, Percent: 10}))
		fresh := len(st.shops) - 1
		g.clock.Advance(30 * 24 * time.Hour)
		st.update(func(tx *db.Tx) error {
			for _, p := range st.people[:esteem.Crowd-1] {
				if err := st.paid(tx, p, fresh, 10); err != nil {
					return err
				}
			}
			// Those who work there eat there every day.
			for ago := 1; ago < 20; ago++ {
				if err := st.paid(tx, string(g.staff.Person), 0, ago); err != nil {
					return err
				}
			}
			return nil
		})
		st.made()
		c := st.chart(esteem.New)
		if len(c.Entries) != 1 || c.Entries[0].Shop != st.shops[fresh].ID || c.Entries[0].Place != 0 {
			t.Errorf("new shops are %+v", c.Entries)
		}
		for _, kind := range []esteem.Kind{esteem.Back, esteem.Trip, esteem.Small} {
			if slices.ContainsFunc(st.chart(kind).Entries, func(e Placed) bool { return e.Shop == st.shops[fresh].ID }) {
				t.Errorf("a shop of %d members is on the list %s", esteem.Crowd-1, kind)
			}
		}
		var in *census
		g.must(g.DB.View(t.Context(), func(tx *db.Tx) (err error) {
			in, err = g.read(tx, "试镇")
			return err
		}))
		if _, counted := in.members[string(g.staff.Person)]; counted {
			t.Error("who works for a shop counts as its member")
		}
		st.update(func(tx *db.Tx) error { return st.paid(tx, st.people[20], fresh, 9) })
		g.clock.Advance(24 * time.Hour)
		st.made()
		if c := st.chart(esteem.New); len(c.Entries) != 0 {
			t.Errorf("a shop with a crowd is still new: %+v", c.Entries)
		}
	})
}

// The night enqueues one job for each city, and the second night's is another.
func TestListsAreMadeAtNight(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		g.must(g.NightlyLists(t.Context()))
		g.must(g.NightlyLists(t.Context()))
		g.must(g.DB.View(t.Context(), func(tx *db.Tx) error {
			all, err := db.All[string](tx, `SELECT body FROM jobs_jobs WHERE kind = $1`, listsJob)
			if got := strings.Join(all, " "); got != `"试镇"` {
				t.Errorf("jobs for %s", got)
			}
			return err
		}))
	})
}
