package discover

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/geo"
)

// TestAnchorIsABlockAndAConsent is what is kept of where a member lives: the
// middle of a block, with the words he agreed to; never what he pointed at,
// never what was before, and nothing when he takes it back.
func TestAnchorIsABlockAndAConsent(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		ctx, who := t.Context(), gateMember("a")
		g.open(middle, 0, "黄浦区", "面馆", tenth)
		house := geo.Point{Lat: 31.2312345, Lng: 121.4741234}
		_, err := g.SetAnchor(ctx, who, Home, house, "")
		g.refused("without a consent", err, ErrConsent)
		_, err = g.SetAnchor(ctx, who, Home, house, "2020-01")
		g.refused("by words of another day", err, ErrConsent)
		_, err = g.SetAnchor(ctx, who, "gym", house, Consent)
		g.refused("of another kind", err, ErrAnchorKind)
		_, err = g.SetAnchor(ctx, who, Home, geo.Point{Lat: 48.85, Lng: 2.35}, Consent)
		g.refused("far away", err, ErrAnchorFar)

		a, err := g.SetAnchor(ctx, who, Home, house, Consent)
		g.must(err)
		if a.Point() != house.Block() || a.District != "黄浦区" || a.City != "上海" || geo.Distance(a.Point(), house) > 130 {
			t.Errorf("kept %+v of %v", a, house)
		}
		g.clock.Advance(time.Second)
		moved := geo.Point{Lat: 31.2411111, Lng: 121.4822222}
		_, err = g.SetAnchor(ctx, who, Home, moved, Consent)
		g.must(err)
		g.clock.Advance(time.Second)
		_, err = g.SetAnchor(ctx, who, Work, house, Consent)
		g.must(err)
		mine, err := g.Anchors(ctx, who)
		g.must(err)
		if len(mine) != 2 || mine[0].Kind != Home || mine[0].Point() != moved.Block() || mine[1].Point() != house.Block() {
			t.Errorf("mine are %+v", mine)
		}
		if others, err := g.Anchors(ctx, gateMember("b")); err != nil || len(others) != 0 {
			t.Errorf("another's are %v %v", others, err)
		}
		g.clock.Advance(time.Second)
		g.must(g.DropAnchors(ctx, who))
		g.must(g.DropAnchors(ctx, who))
		if n := gateRows(t, g.DB, `SELECT COUNT(*) FROM discover_anchors`); n != 0 {
			t.Errorf("%d anchors are left", n)
		}
		g.must(g.DB.View(ctx, func(tx *db.Tx) error {
			all, err := account.Audits(tx, "per_a", 0, 100)
			var acts []string
			for _, e := range all {
				acts = append(acts, e.Action)
				if strings.Contains(e.Detail, "31.") || strings.Contains(e.Detail, "121.") || !strings.Contains(e.Detail, Consent) {
					t.Errorf("the audit says %s", e.Detail)
				}
			}
			if got := strings.Join(acts, " "); got != "discover.anchor_dropped discover.anchor discover.anchor discover.anchor" {
				t.Errorf("audited: %s", got)
			}
			return err
		}))
	})
}

// TestAnchorsAreTakenOutWithNothingElse has the member's own copy name nobody.
func TestAnchorsAreTakenOutWithNothingElse(t *testing.T) {
	b, err := json.Marshal(Anchor{Person: "per_a", Kind: Home, City: "上海", District: "黄浦区", Lat: 31.2, Lng: 121.4, Consent: Consent})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"kind":"home","city":"上海","district":"黄浦区","lat":31.2,"lng":121.4,"consent":"2026-11","at":"0001-01-01T00:00:00Z"}`; string(b) != want {
		t.Errorf("%s, want %s", b, want)
	}
}

// TestSpots finds places by a word: stations with and without 站, in another
// case, and shops; each leads to where it is.
func TestSpots(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		ctx := t.Context()
		sh := g.open(middle, 0, "黄浦区", "面馆", tenth)
		g.must(g.DB.Update(ctx, func(tx *db.Tx) error {
			_, _, err := PutPlaces(tx, "per_operator", []Place{
				{City: "上海", Kind: Metro, Name: "人民广场", En: "People's Square", Point: geo.Point{Lat: 31.2330, Lng: 121.4750}, Source: "t", SourceID: "1"},
				{City: "杭州", Kind: Metro, Name: "人民广场", Point: geo.Point{Lat: 30.2, Lng: 120.2}, Source: "t", SourceID: "2"},
			})
			return err
		}))
		for _, text := range []string{"人民广场", "人民广场站", " people's square "} {
			all, err := g.FindSpots(ctx, "上海", text)
			g.must(err)
			if len(all) != 1 || all[0].Kind != "metro" {
				t.Fatalf("%s finds %+v", text, all)
			}
			at, err := g.SpotPoint(ctx, all[0].ID)
			g.must(err)
			if at != (geo.Point{Lat: 31.2330, Lng: 121.4750}) {
				t.Errorf("%s is at %v", text, at)
			}
		}
		all, err := g.FindSpots(ctx, "上海", sh.Name)
		g.must(err)
		if len(all) != 1 || all[0].ID != string(sh.ID) || all[0].District != "黄浦区" {
			t.Errorf("a shop finds %+v", all)
		}
		if none, err := g.FindSpots(ctx, "上海", "  "); err != nil || none != nil {
			t.Errorf("nothing finds %v %v", none, err)
		}
		for _, id := range []string{"plc_none", "shp_none", "", "x"} {
			_, err := g.SpotPoint(ctx, id)
			g.refused(id, err, ErrSpot)
		}
		if name, err := g.StationNear(ctx, "上海", middle); err != nil || name != "人民广场" {
			t.Errorf("the station nearby is %q %v", name, err)
		}
	})
}
