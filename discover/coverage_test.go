package discover

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"citywalk/account"
	"citywalk/cover"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/shop"
)

// An instance holds the live shops as signed, the curated drafts and no others
// as candidates, and what the field team knows of them.
func TestCoverInstance(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		at := g.shop.Point
		ask := CoverAsk{City: g.shop.City, Walk: 800, Chance: 500, Visit: 100_00}
		instance := func(ask CoverAsk) (*cover.Instance, error) { return g.CoverInstance(t.Context(), ask) }
		refusal := func(want error, ask CoverAsk) {
			t.Helper()
			if _, err := instance(ask); !errors.Is(err, want) {
				t.Errorf("%+v: %v, want %v", ask, err, want)
			}
		}
		elsewhere := ask
		elsewhere.City = "北京"
		refusal(ErrCoverCity, elsewhere)
		if _, err := instance(elsewhere); err != nil {
			if f, ok := fault.From(err); !ok || !strings.Contains(f.Say(fault.Zh), g.shop.City) {
				t.Errorf("%v does not say which cities there are", err)
			}
		}
		refusal(ErrCoverShops, ask)

		draft := func(name, category string, curated bool) shop.ID {
			var sh shop.Shop
			g.must(g.DB.Update(t.Context(), func(tx *db.Tx) (err error) {
				sh, err = shop.AddDraft(tx, g.operator.Person, shop.Shop{City: ask.City, Name: name, Category: category, Point: at, Opens: -1, Closes: -1, Source: "test", SourceID: name})
				if err == nil && curated {
					err = shop.Enlist(tx, sh.ID)
				}
				return err
			}))
			return sh.ID
		}
		coffee, tea := draft("乙咖啡", "咖啡店", true), draft("丙茶馆", "茶馆", false)
		refusal(ErrCoverPlaces, ask)
		station := Place{City: ask.City, Kind: Metro, Name: "站", Point: geo.Point{Lat: at.Lat + 0.003, Lng: at.Lng}, Source: "test", SourceID: "1"}
		g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
			_, _, err := PutPlaces(tx, g.operator.Person, []Place{station})
			return err
		}))

		in, err := instance(ask)
		g.must(err)
		if len(in.Shops) != 2 || len(in.Places) != 1 || in.City != ask.City {
			t.Fatalf("%d shops, %d places of %s", len(in.Shops), len(in.Places), in.City)
		}
		for _, s := range in.Shops {
			signed := s.ID == string(g.shop.ID)
			if s.Signed != signed || !signed && (s.ID != string(coffee) || s.Category != "coffee" || s.Chance != 500 || s.Cost != 200_00) {
				t.Errorf("%+v", s)
			}
		}
		ask.Uncurated = true
		ask.Overrides = map[shop.ID]CoverOverride{tea: {Chance: 250, Cost: -1}, coffee: {Cost: 5_00}}
		in, err = instance(ask)
		g.must(err)
		costs := map[string]int64{}
		for _, s := range in.Shops {
			costs[s.ID] = s.Cost
		}
		if len(in.Shops) != 3 || costs[string(tea)] != 400_00 || costs[string(coffee)] != 5_00 {
			t.Errorf("%d shops, costs %v", len(in.Shops), costs)
		}
		p, err := cover.Make(t.Context(), in, cover.Limits{Shops: 1}, cover.Options{Effort: 0.001})
		if g.must(err); len(p.Chosen) != 1 || in.Shops[p.Chosen[0].Shop].ID != string(coffee) {
			t.Errorf("%+v", p)
		}
	})
}

// Where members live weighs in a plan, but no place of few members shows.
func TestCoverAnchorsHideTheFew(t *testing.T) {
	eachTill(t, func(t *testing.T, g *tillRig) {
		anchors := func(people, from int, lat float64) {
			g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
				for i := range people {
					a := Anchor{Person: account.ID(fmt.Sprint("per_", from+i)), Kind: Home, City: "试镇", Lat: lat, Lng: 121.455, Consent: Consent, At: tx.Now()}
					if err := putAnchor(tx, a); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		points := func(places int) (all []cover.Point) {
			g.must(g.DB.View(t.Context(), func(tx *db.Tx) (err error) {
				all, err = coverAnchors(tx, "试镇", places)
				return err
			}))
			return all
		}
		anchors(CoverFew-1, 0, 31.201)
		if all := points(100); len(all) != 0 {
			t.Errorf("%d members are shown: %+v", CoverFew-1, all)
		}
		// The same people once more, as one moves work to the square, are no crowd.
		g.must(g.DB.Update(t.Context(), func(tx *db.Tx) error {
			return putAnchor(tx, Anchor{Person: "per_0", Kind: Work, City: "试镇", Lat: 31.203, Lng: 121.455, Consent: Consent, At: tx.Now()})
		}))
		if all := points(100); len(all) != 0 {
			t.Errorf("%d members with two anchors are shown: %+v", CoverFew-1, all)
		}
		anchors(1, 50, 31.204)
		if all := points(100); len(all) != 1 || all[0].Weight != CoverFew+1 || all[0].At.Lat != 31.201 {
			t.Errorf("a square of %d: %+v", CoverFew, all)
		}
		anchors(20, 100, 31.305)
		if all := points(100); len(all) != 2 || all[1].Weight != 20 || all[1].At.Lat != 31.305 {
			t.Errorf("and a block of 20: %+v", all)
		}
		sum := 0.0
		for _, p := range points(5) {
			sum += p.Weight
		}
		if math.Abs(sum-5) > 1e-9 {
			t.Errorf("anchors weigh %f, five places 5", sum)
		}
	})
}
