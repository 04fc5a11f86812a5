package discover

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/db/dbtest"
	"citywalk/geo"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

var operator = account.Session{Person: "usr_operator", Grants: []account.Grant{{Role: account.Operator}}}

const here = "试镇"

var centre = geo.Point{Lat: 31.23, Lng: 121.47}

// A stage is a city with shops, and one node.
type stage struct {
	t     *testing.T
	db    *db.DB
	clock *dbtest.Clock
	shops *shop.Service
	node  *Service
	n     int
}

func each(t *testing.T, fn func(t *testing.T, g *stage)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		g := &stage{t: t, db: d, clock: clock, shops: &shop.Service{DB: d, Zone: dbtest.Zone}}
		g.node = g.another()
		fn(t, g)
	})
}

// another is another node of the same database.
func (g *stage) another() *Service { return &Service{DB: g.db, Zone: dbtest.Zone} }

func (g *stage) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// open makes a shop that takes the card.
func (g *stage) open(sh shop.Shop, terms shop.Terms) shop.Shop {
	g.t.Helper()
	g.n++
	ctx := g.t.Context()
	m, err := g.shops.AddMerchant(ctx, operator, fmt.Sprint(sh.Name, "公司", g.n))
	g.must(err)
	sh.Merchant = m.ID
	if sh.City == "" {
		sh.City = here
	}
	if sh.Point == (geo.Point{}) {
		sh.Point = centre
	}
	if sh.Opens == 0 && sh.Closes == 0 {
		sh.Opens, sh.Closes = -1, -1
	}
	sh, err = g.shops.Add(ctx, operator, sh)
	g.must(err)
	_, err = g.shops.SetTerms(ctx, operator, sh.ID, terms)
	g.must(err)
	g.must(g.shops.Open(ctx, operator, sh.ID))
	g.clock.Advance(time.Second)
	return sh
}

var tenOff = shop.Terms{Kind: shop.Percent, Percent: 10}

// find asks the node and returns the names found, in their order.
func (g *stage) find(s *Service, q Query) (names []string) {
	g.t.Helper()
	if q.City == "" {
		q.City = here
	}
	a, err := s.Search(g.t.Context(), q)
	g.must(err)
	for _, h := range a.Hits {
		names = append(names, h.Name)
	}
	return names
}

func (g *stage) digests(s *Service) map[string]string {
	g.t.Helper()
	sums, err := s.Digests(g.t.Context())
	g.must(err)
	return sums
}

// Whatever happens to a shop, the next question knows.
func TestTheIndexFollows(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		ctx := t.Context()
		if got := g.find(g.node, Query{}); got != nil {
			t.Fatalf("an empty city has %v", got)
		}
		sh := g.open(shop.Shop{Name: "巷口面馆", Category: "面馆"}, tenOff)
		if got := g.find(g.node, Query{Text: "面馆"}); fmt.Sprint(got) != "[巷口面馆]" {
			t.Fatalf("found %v", got)
		}
		_, err := g.shops.SetTerms(ctx, operator, sh.ID, shop.Terms{Kind: shop.Fixed, Off: 500})
		g.must(err)
		if got := g.find(g.node, Query{Gives: "percent"}); got != nil {
			t.Errorf("old terms are found: %v", got)
		}
		g.must(g.db.Update(ctx, func(tx *db.Tx) error { return shop.Enlist(tx, sh.ID) }))
		if got := g.find(g.node, Query{Curated: true, Gives: "fixed"}); len(got) != 1 {
			t.Errorf("a shop that came onto the list is not found: %v", got)
		}
		g.must(g.shops.Pause(ctx, operator, sh.ID, "装修"))
		if got := g.find(g.node, Query{}); got != nil {
			t.Errorf("a paused shop is found: %v", got)
		}
		if got := g.find(g.node, Query{Everywhere: true}); len(got) != 1 {
			t.Errorf("a paused shop is not even found everywhere: %v", got)
		}
		g.must(g.shops.Resume(ctx, operator, sh.ID))
		g.must(g.shops.Leave(ctx, operator, sh.ID, "关店"))
		if got := g.find(g.node, Query{Everywhere: true}); got != nil {
			t.Errorf("a shop that left is found: %v", got)
		}
	})
}

// play makes n random changes, which nodes hear of at random moments.
func (g *stage) play(r *rand.Rand, n int, hear func()) {
	var all []shop.Shop
	ctx := g.t.Context()
	for i := range n {
		switch k := r.IntN(10); {
		case k < 4 || len(all) == 0:
			all = append(all, g.open(shop.Shop{Name: fmt.Sprintf("第%d家面馆", i), Category: []string{"面馆", "咖啡", ""}[r.IntN(3)],
				City: []string{here, "另镇"}[r.IntN(2)], District: []string{"东区", "西区", ""}[r.IntN(3)], Price: money.Amount(r.IntN(200)) * money.Yuan,
				Point: geo.Point{Lat: centre.Lat + r.NormFloat64()/50, Lng: centre.Lng + r.NormFloat64()/50}}, tenOff))
		case k < 6:
			sh := all[r.IntN(len(all))]
			g.must(g.db.Update(ctx, func(tx *db.Tx) error { return shop.Enlist(tx, sh.ID) }))
		case k < 8:
			sh := all[r.IntN(len(all))]
			if _, err := g.shops.SetTerms(ctx, operator, sh.ID, shop.Terms{Kind: shop.Percent, Percent: 5 + r.IntN(20)}); err != nil {
				continue // It has left.
			}
		default:
			j := r.IntN(len(all))
			g.must(g.shops.Leave(ctx, operator, all[j].ID, "关店"))
			all = append(all[:j], all[j+1:]...)
		}
		g.clock.Advance(time.Duration(r.IntN(3000)) * time.Millisecond)
		if r.IntN(4) == 0 {
			hear()
		}
	}
}

// An index is what the database holds, however a node came to it: read at
// once, followed step by step, or put right after it missed everything.
func TestAllNodesAreAlike(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		ctx := t.Context()
		deaf := g.another()
		deaf.guide.following.Store(true) // It never looks by itself.
		g.must(deaf.KeepUp(ctx))
		g.play(rand.New(rand.NewPCG(7, 1)), 60, func() { g.must(g.node.KeepUp(ctx)) })
		followed, fresh := g.digests(g.node), g.digests(g.another())
		if !maps.Equal(followed, fresh) {
			t.Errorf("followed %v, read at once %v", followed, fresh)
		}
		if maps.Equal(g.digests(deaf), fresh) {
			t.Fatal("the deaf node has heard something")
		}
		g.must(deaf.Compare(ctx))
		if got := g.digests(deaf); !maps.Equal(got, fresh) {
			t.Errorf("compared %v, read at once %v", got, fresh)
		}
	})
}

// A node that was away for longer than news are kept puts itself right at its
// next turn.
func TestAGapIsMadeGood(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		ctx := t.Context()
		g.must(g.node.turn(ctx))
		sh := g.open(shop.Shop{Name: "巷口面馆"}, tenOff)
		g.clock.Advance(72 * time.Hour)
		g.must(g.db.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`DELETE FROM outbox_items WHERE key = $1`, sh.ID)
			return err
		}))
		g.node.guide.following.Store(true)
		g.must(g.node.turn(ctx))
		g.node.guide.background.Wait()
		if got := g.find(g.node, Query{}); len(got) != 1 {
			t.Errorf("found %v", got)
		}
	})
}

// A snapshot brings back the index as it was, and what happened since is
// followed. One that is damaged, of another program or of another life of the
// database is left alone.
func TestSnapshots(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		ctx, folder := context.WithoutCancel(t.Context()), t.TempDir()
		keep := func(program string) *Service {
			s := g.another()
			s.Folder, s.Program = folder, program
			return s
		}
		g.play(rand.New(rand.NewPCG(3, 3)), 30, func() {})
		first := keep("one")
		g.must(first.KeepUp(ctx))
		g.must(first.Keep(ctx))
		g.clock.Advance(time.Minute)
		g.open(shop.Shop{Name: "后来的面馆"}, tenOff)

		second := keep("one")
		if _, at, ok := second.recallAs(t, here); !ok || at.IsZero() {
			t.Fatal("the snapshot is not taken")
		}
		g.must(second.KeepUp(ctx)) // Begins.
		g.must(second.KeepUp(ctx)) // Hears the news.
		if want := g.digests(g.another()); !maps.Equal(g.digests(second), want) {
			t.Errorf("with a snapshot %v, without %v", g.digests(second), want)
		}
		if _, _, ok := keep("two").recallAs(t, here); ok {
			t.Error("another program's snapshot is taken")
		}
		g.must(g.db.Update(ctx, func(tx *db.Tx) error {
			_, _, err := PutPlaces(tx, operator.Person, []Place{{City: here, Kind: Metro, Name: "新站", Point: centre, Source: "test", SourceID: "1"}})
			return err
		}))
		if _, _, ok := keep("one").recallAs(t, here); ok {
			t.Error("a snapshot of other surroundings is taken")
		}
		g.damage(folder)
		told := 0
		third := keep("one")
		third.OnError = func(error) { told++ }
		if got, want := g.digests(third), g.digests(g.another()); !maps.Equal(got, want) {
			t.Errorf("with damaged snapshots %v, without %v", got, want)
		}
		if told == 0 {
			t.Error("nobody was told of the damage")
		}
	})
}

// recallAs is recall by a node that has looked which life this is.
func (s *Service) recallAs(t *testing.T, city string) (any, time.Time, bool) {
	t.Helper()
	if _, err := s.present(t.Context()); err != nil {
		t.Fatal(err)
	}
	around, err := s.around(t.Context(), city)
	if err != nil {
		t.Fatal(err)
	}
	x, at, ok := s.recall(city, around.stamp)
	return x, at, ok
}

// damage flips a bit in the centre of every snapshot.
func (g *stage) damage(folder string) {
	g.t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.atlas"))
	g.must(err)
	if len(files) == 0 {
		g.t.Fatal("there are no snapshots")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		g.must(err)
		b[len(b)/2] ^= 1
		g.must(os.WriteFile(f, b, 0o600))
	}
}

// While it runs, a node hears of changes by itself, and keeps a snapshot when
// it is stopped.
func TestARunningNodeFollows(t *testing.T) {
	each(t, func(t *testing.T, g *stage) {
		ctx, stop := context.WithCancel(t.Context())
		s := g.another()
		s.Folder, s.Program = t.TempDir(), "one"
		s.OnError = func(err error) { t.Error(err) }
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		g.open(shop.Shop{Name: "巷口面馆"}, tenOff)
		for found := false; !found; {
			a, err := s.Search(t.Context(), Query{City: here})
			found = err == nil && len(a.Hits) == 1
		}
		stop()
		g.must(<-done)
		if files, _ := filepath.Glob(filepath.Join(s.Folder, "*.atlas")); len(files) != 1 {
			t.Errorf("snapshots %v", files)
		}
	})
}

// A listing comes back from the index as it went in.
func TestListingsRoundTrip(t *testing.T) {
	l := Listing{ID: "shp_1", Number: "123456", Name: "巷口", Category: "面馆", District: "东区", Address: "某路 1 号", Dishes: []string{"面", "汤"},
		Point: centre, Price: 3500, Opens: 600, Closes: 1500, State: shop.Live, Curated: true, Notes: 3, Verified: 1, Station: "某站",
		Walk: 350, Back: 62, Place: 3, List: "back", Plain: true, stamp: 77,
		Terms: shop.Terms{Version: 1, Kind: shop.Percent, Percent: 10, PerDay: 1, Blackout: []ledger.Day{"2026-10-01"}}}
	b := l.encode(`{"version":1,"kind":"percent","percent":10,"per_day":1,"blackout":["2026-10-01"]}`)
	got, err := decode(b)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(l) {
		t.Errorf("%+v, %v; want %+v", got, err, l)
	}
	if p := pointOf(b); p != got.Point {
		t.Errorf("it stands at %v, want %v", p, got.Point)
	}
	for cut := range b {
		if _, err := decode(b[:cut]); err == nil {
			t.Fatalf("a listing cut to %d of %d bytes is read", cut, len(b))
		}
	}
}
