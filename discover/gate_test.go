package discover

import (
	"slices"
	"testing"
	"time"

	"citywalk/account"
	"citywalk/geo"
	"citywalk/pass"
	"citywalk/shop"
)

// TestCount is the number around a place, from what is given alone.
func TestCount(t *testing.T) {
	at := func(metres float64) geo.Point { return geo.Point{Lat: middle.Lat + metres/111_195, Lng: middle.Lng} }
	near := []Near{
		{at(0), "面馆", true}, {at(900), "面馆", false}, {at(922), "咖啡", true}, {at(924), "书店", true},
	}
	if got, want := Count(middle, 15, near), (Number{Shops: 3, Categories: 2, Open: 2, OpenCategories: 2}); got != want {
		t.Errorf("within 15 minutes: %+v, want %+v", got, want)
	}
	if got, want := Count(middle, 10, near), (Number{1, 1, 1, 1}); got != want {
		t.Errorf("within 10 minutes: %+v, want %+v", got, want)
	}
	if got := Count(middle, 15, nil); got != (Number{}) {
		t.Errorf("of no shops: %+v", got)
	}
}

// TestOpenAt is whether a shop counts at an hour.
func TestOpenAt(t *testing.T) {
	day := shop.Shop{Opens: 10 * 60, Closes: 22 * 60}
	terms := func(h ...shop.Hours) shop.Shop {
		s := day
		s.Terms.Hours = h
		return s
	}
	for _, c := range []struct {
		what string
		shop shop.Shop
		hour int
		want bool
	}{
		{"within its hours", day, 19 * 60, true},
		{"at its opening", day, 10 * 60, true},
		{"at its closing", day, 22 * 60, false},
		{"past midnight", shop.Shop{Opens: 18 * 60, Closes: 26 * 60}, 60, true},
		{"hours unknown", shop.Shop{Opens: -1, Closes: -1}, 19 * 60, false},
		{"terms at lunch only", terms(shop.Hours{From: 11 * 60, Until: 14 * 60}), 19 * 60, false},
		{"terms at lunch, at lunch", terms(shop.Hours{From: 11 * 60, Until: 14 * 60}), 12 * 60, true},
		{"terms on working days", terms(shop.Hours{Days: []time.Weekday{1, 2, 3, 4, 5}, From: 0, Until: 1440}), 19 * 60, true},
		{"terms at the weekend", terms(shop.Hours{Days: []time.Weekday{0, 6}, From: 0, Until: 1440}), 19 * 60, false},
	} {
		if got := OpenAt(c.shop, c.hour); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

// TestPick walks which gate counts: the district's before the city's, and the
// plan's own before that of all plans.
func TestPick(t *testing.T) {
	gate := func(id GateID, district, plan string) Gate {
		return Gate{ID: id, Plan: plan, Conditions: Conditions{City: "上海", District: district}}
	}
	all := []Gate{gate("city", "", ""), gate("city-trial", "", "trial"), gate("district", "黄浦区", ""), gate("district-annual", "黄浦区", "annual")}
	for _, c := range []struct {
		plan, district string
		want           GateID
	}{
		{"annual", "", "city"}, {"trial", "", "city-trial"}, {"annual", "静安区", "city"}, {"trial", "静安区", "city-trial"},
		{"annual", "黄浦区", "district-annual"}, {"trial", "黄浦区", "district"}, {"month", "黄浦区", "district"},
	} {
		got, found := pick(all, c.plan, pass.Place{City: "上海", District: c.district})
		if !found || got.ID != c.want {
			t.Errorf("%s in %q: %q", c.plan, c.district, got.ID)
		}
	}
	if _, found := pick(all[2:], "annual", pass.Place{City: "上海", District: "静安区"}); found {
		t.Error("a gate of one district counts in another")
	}
}

// TestGateMoves holds the table against the states.
func TestGateMoves(t *testing.T) {
	for _, c := range []struct {
		from, to GateState
		want     bool
	}{
		{GateNew, GateOpen, true}, {GateNew, GateClosed, true}, {GateNew, GateNew, false},
		{GateOpen, GateClosed, true}, {GateOpen, GateNew, true}, {GateOpen, GateOpen, false},
		{GateClosed, GateOpen, true}, {GateClosed, GateNew, true}, {GateClosed, GateClosed, false},
	} {
		if got := slices.Contains(gateMoves[c.from], c.to); got != c.want {
			t.Errorf("%s to %s: %v", c.from, c.to, got)
		}
	}
}

// TestMeasureMixes is the share of members and places: half each, members only
// if they are many enough, and nothing from nothing.
func TestMeasureMixes(t *testing.T) {
	for _, c := range []struct {
		m    Measure
		want int
	}{
		{Measure{}, -1},
		{Measure{Places: 3, PlacesReached: 1}, 3333},
		{Measure{Members: 20, MembersReached: 20}, 10000},
		{Measure{Members: 20, MembersReached: 20, Places: 4, PlacesReached: 1}, 6250},
	} {
		if got := c.m.mixed(); got != c.want {
			t.Errorf("%+v: %d, want %d", c.m, got, c.want)
		}
	}
	far := geo.Point{Lat: middle.Lat + 0.1, Lng: middle.Lng}
	g := &ground{places: []stand{{middle, "黄浦区", 1}, {far, "静安区", 1}}}
	for i, category := range []string{"a", "b", "c", "a", "b"} {
		g.shops = append(g.shops, shop.Shop{Category: category, District: "黄浦区", Opens: 0, Closes: 1440, Point: geo.Point{Lat: middle.Lat + float64(i)/1000, Lng: middle.Lng}})
	}
	c := Conditions{City: "上海", Share: 50, Shops: 5, Categories: 3, Minutes: 15, Hour: 19 * 60}
	g.members = []stand{{far, "静安区", membersLeast - 1}}
	if got, want := g.measure(c), (Measure{Reached: 5000, Places: 2, PlacesReached: 1, Shops: 5, Categories: 3}); got != want {
		t.Errorf("with too few members: %+v, want %+v", got, want)
	}
	g.members[0].N++
	if got := g.measure(c); got.Members != membersLeast || got.MembersReached != 0 || got.Reached != 2500 {
		t.Errorf("with enough members: %+v", got)
	}
	c.District = "黄浦区"
	if got := g.measure(c); got.Reached != 10000 || got.Places != 1 || got.Members != 0 {
		t.Errorf("of one district: %+v", got)
	}
}

// TestNumberAtIsWhatCountSays reads around a place from the database: only
// shops that take the card, and as a look at all of them would tell.
func TestNumberAtIsWhatCountSays(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		all := g.street(middle, "黄浦区")
		g.open(middle, 3000, "黄浦区", "火锅", tenth)
		_, err := g.shops.Add(t.Context(), g.operator, shop.Shop{City: "上海", Name: "草稿", Category: "火锅", Point: middle, Opens: -1, Closes: -1})
		g.must(err)
		lunch := tenth
		lunch.Hours = []shop.Hours{{From: 11 * 60, Until: 14 * 60}}
		g.open(middle, 50, "黄浦区", "日料", lunch)
		got, err := g.NumberAt(t.Context(), middle, 15, 19*60)
		g.must(err)
		if want := (Number{Shops: 6, Categories: 4, Open: 5, OpenCategories: 3}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		g.pause(all[4])
		if got, err = g.NumberAt(t.Context(), middle, 15, 12*60); err != nil || got != (Number{Shops: 5, Categories: 3, Open: 5, OpenCategories: 3}) {
			t.Errorf("when one is paused, at lunch: %+v %v", got, err)
		}
		_, err = g.NumberAt(t.Context(), middle, 0, 19*60)
		g.refused("a walk of no time", err, ErrWalk)
	})
}

// TestClosedGateSellsNothing is what stands between a wish and a sale: with no
// gate all is sold; one that is new, or falls short, sells nothing of its plan
// in its area, whoever asks; and one that holds leaves its promise on the pass.
func TestClosedGateSellsNothing(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		ctx := t.Context()
		shops := g.street(middle, "黄浦区")
		g.open(geo.Point{Lat: middle.Lat + 0.1, Lng: middle.Lng}, 0, "静安区", "面馆", tenth)
		free := g.bought(gateMember("early"), pass.Place{})
		if free.Gate != "" || free.City != "上海" {
			t.Errorf("without a gate: %+v", free)
		}
		buy := func(name, plan, district string) error {
			_, _, err := g.passes.BuyAt(ctx, gateMember(name), plan, pass.Place{District: district}, g.key())
			return err
		}
		fresh, err := g.SetGate(ctx, g.operator, "annual", Conditions{City: "上海", District: "黄浦区", Share: 60, Shops: 5, Categories: 3, Minutes: 15, Hour: 19 * 60})
		g.must(err)
		g.refused("before it is measured", buy("a", "annual", "黄浦区"), ErrUnmeasured)
		g.drain()
		g.refused("with nothing to measure from", buy("a", "annual", "黄浦区"), ErrUnmeasured)
		g.station(middle)
		g.station(geo.Point{Lat: middle.Lat + 0.1, Lng: middle.Lng})
		g.must(g.Follow(ctx))
		g.refused("who does not say where", buy("a", "annual", ""), ErrWhere)
		g.refused("in no district of ours", buy("a", "annual", "没有区"), ErrDistrict)
		_, _, err = g.passes.BuyAt(ctx, gateMember("a"), "annual", pass.Place{City: "没有市", District: "黄浦区"}, g.key())
		g.refused("in no city of ours", err, ErrDistrict)
		g.must(buy("a", "annual", "静安区"))
		g.must(buy("t", "trial", ""))
		sold := g.bought(gateMember("b"), pass.Place{District: "黄浦区"})
		if c, err := ReadPromise(sold.Promise); err != nil || sold.Gate != string(fresh.ID) || c != fresh.Conditions || sold.District != "黄浦区" {
			t.Errorf("the pass keeps %+v %v, want %+v", sold, err, fresh)
		}
		g.pause(shops[0])
		g.must(g.Follow(ctx))
		g.refused("below the gate", buy("c", "annual", "黄浦区"), ErrClosed)
		_, _, err = g.passes.Buy(ctx, gateMember("c"), "annual", g.key())
		g.refused("by another door", err, ErrWhere)
		g.must(g.EndGate(ctx, g.operator, fresh.ID))
		g.must(buy("c", "annual", "黄浦区"))
		g.refused("ended twice", g.EndGate(ctx, g.operator, fresh.ID), ErrGate)
	})
}

// TestOrderKeepsItsWord pays for an order after its gate closed.
func TestOrderKeepsItsWord(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		shops := g.street(middle, "黄浦区")
		g.station(middle)
		g.gate("", "黄浦区", 60)
		who, at := gateMember("a"), pass.Place{District: "黄浦区"}
		first, _, err := g.passes.BuyAt(t.Context(), who, "annual", at, g.key())
		g.must(err)
		g.pause(shops...)
		g.must(g.Follow(t.Context()))
		_, _, err = g.passes.BuyAt(t.Context(), gateMember("b"), "annual", at, g.key())
		g.refused("a new order", err, ErrClosed)
		if again := g.bought(who, at); again.ID != first.ID {
			t.Errorf("paid for %s, ordered %s", again.ID, first.ID)
		}
	})
}

// TestHomeDecidesWhere buys for where the member said that he lives, and for
// elsewhere when he says so.
func TestHomeDecidesWhere(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		ctx := t.Context()
		far := geo.Point{Lat: middle.Lat + 0.1, Lng: middle.Lng}
		g.street(middle, "黄浦区")
		g.open(far, 0, "静安区", "面馆", tenth)
		g.station(middle)
		g.station(far)
		g.gate("", "静安区", 60)
		who := gateMember("a")
		a, err := g.SetAnchor(ctx, who, Home, far, Consent)
		g.must(err)
		if a.District != "静安区" {
			t.Fatalf("the home is in %q", a.District)
		}
		_, _, err = g.passes.Buy(ctx, who, "annual", g.key())
		g.refused("at home", err, ErrClosed)
		o, err := g.Outlook(ctx, who, "annual", pass.Place{}, nil)
		g.must(err)
		if !o.Home || o.Here != (Number{1, 1, 1, 1}) || o.Refused == nil || o.Gate.Reached != 0 {
			t.Errorf("the outlook at home: %+v", o)
		}
		g.must(g.Wish(ctx, who, pass.Place{}))
		g.must(g.Wish(ctx, who, pass.Place{}))
		if open, err := g.Opened(ctx, who, "annual"); err != nil || len(open) > 0 {
			t.Errorf("opened already: %v %v", open, err)
		}
		if n, err := g.Wishes(ctx, "上海"); err != nil || n["静安区"] != 1 {
			t.Errorf("wishes: %v %v", n, err)
		}
		for i, category := range []string{"咖啡", "书店", "咖啡", "面馆"} {
			g.open(far, float64(60*i), "静安区", category, tenth)
		}
		g.must(g.Follow(ctx))
		if open, err := g.Opened(ctx, who, "annual"); err != nil || !slices.Equal(open, []pass.Place{{City: "上海", District: "静安区"}}) {
			t.Errorf("opened: %v %v", open, err)
		}
		p := g.bought(who, pass.Place{})
		if p.District != "静安区" || p.Gate == "" {
			t.Errorf("bought for %+v", p)
		}
		o, err = g.Outlook(ctx, gateMember("b"), "annual", pass.Place{District: "黄浦区"}, &middle)
		g.must(err)
		if o.Refused != nil || !o.Near || o.Here.Shops != 5 || o.Home || !slices.Equal(o.Districts, []string{"静安区", "黄浦区"}) {
			t.Errorf("the outlook elsewhere: %+v", o)
		}
	})
}

// TestGateForm refuses conditions that cannot be, and who may not set them.
func TestGateForm(t *testing.T) {
	eachGate(t, func(t *testing.T, g *gateRig) {
		ok := Conditions{City: "上海", Share: 60, Shops: 5, Categories: 3, Minutes: 15, Hour: 0}
		for what, change := range map[string]func(*Conditions){
			"no city": func(c *Conditions) { c.City = "" }, "no share": func(c *Conditions) { c.Share = 0 }, "over all": func(c *Conditions) { c.Share = 101 },
			"no shops": func(c *Conditions) { c.Shops = 0 }, "more categories than shops": func(c *Conditions) { c.Categories = 6 },
			"no walk": func(c *Conditions) { c.Minutes = 0 }, "a long walk": func(c *Conditions) { c.Minutes = 61 }, "no hour": func(c *Conditions) { c.Hour = 1440 },
		} {
			c := ok
			change(&c)
			if _, err := g.SetGate(t.Context(), g.operator, "", c); err == nil {
				t.Errorf("%s is taken", what)
			}
		}
		_, err := g.SetGate(t.Context(), account.Session{Person: "per_x", Grants: []account.Grant{{Role: account.Auditor}}}, "", ok)
		g.refused("an auditor", err, ErrDenied)
		first, err := g.SetGate(t.Context(), g.operator, "", ok)
		g.must(err)
		again, err := g.SetGate(t.Context(), g.operator, "", ok)
		g.must(err)
		if again != first {
			t.Errorf("the same again: %+v, was %+v", again, first)
		}
		ok.Share = 70
		changed, err := g.SetGate(t.Context(), g.operator, "", ok)
		g.must(err)
		if changed.ID != first.ID || changed.Version != 2 {
			t.Errorf("changed: %+v", changed)
		}
	})
}
