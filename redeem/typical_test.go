package redeem

import (
	"testing"
	"time"

	"citywalk/db/dbtest"
	"citywalk/money"
	"citywalk/shop"
)

func TestTypicalBillSaysWhatTheCardIsWorth(t *testing.T) {
	noon := time.Date(2026, 11, 26, 12, 0, 0, 0, dbtest.Zone)
	ten := shop.Terms{Kind: shop.Percent, Percent: 10}
	offer := func(off money.Amount) []shop.Offer {
		return []shop.Offer{{Title: "满减", Kind: shop.Fixed, Off: off * money.Yuan, Floor: 100 * money.Yuan}}
	}
	for _, c := range []struct {
		name             string
		terms            shop.Terms
		offers           []shop.Offer
		price            money.Amount
		best             string
		due, card, worth money.Amount
	}{
		{"the card alone", ten, nil, 60, "card", 108, 12, 12},
		{"the shop's own is less", ten, offer(8), 60, "card", 108, 12, 4},
		{"the shop's own is as good", ten, offer(12), 60, "card", 108, 12, 0},
		{"the shop's own is better", ten, offer(20), 60, "offer", 100, 12, 0},
		{"below the shop's own floor", ten, offer(20), 40, "card", 72, 8, 8},
		{"below the card's floor", shop.Terms{Kind: shop.Percent, Percent: 10, Floor: 200 * money.Yuan}, nil, 60, "plain", 120, 0, 0},
		{"capped", shop.Terms{Kind: shop.Percent, Percent: 50, Cap: 20 * money.Yuan}, nil, 60, "card", 100, 20, 20},
		{"a whole day's budget", shop.Terms{Kind: shop.Percent, Percent: 50, Budget: 60 * money.Yuan}, nil, 60, "card", 60, 60, 60},
		{"more than a day's budget", shop.Terms{Kind: shop.Percent, Percent: 50, Budget: 50 * money.Yuan}, nil, 60, "plain", 120, 0, 0},
		{"no terms", shop.Terms{}, nil, 60, "plain", 120, 0, 0},
		{"in the afternoon only", shop.Terms{Kind: shop.Percent, Percent: 10, Hours: []shop.Hours{{From: 14 * 60, Until: 17 * 60}}}, nil, 60, "plain", 120, 0, 0},
	} {
		s, ok := Typical(shop.Shop{Terms: c.terms, Offers: c.offers, Price: c.price * money.Yuan}, noon)
		if !ok || s.Best.Kind != c.best || s.Bill != 2*c.price*money.Yuan || s.Due != c.due*money.Yuan || s.Card != c.card*money.Yuan || s.Worth != c.worth*money.Yuan {
			t.Errorf("%s: %v pays %v by the %s, card %v worth %v", c.name, s.Bill, s.Due, s.Best.Kind, s.Card, s.Worth)
		}
	}
	gift, ok := Typical(shop.Shop{Terms: shop.Terms{Kind: shop.Gift, Gift: "小食"}, Price: 30 * money.Yuan}, noon)
	if !ok || gift.Gift != "小食" || gift.Due != gift.Bill {
		t.Errorf("a gift: %+v", gift)
	}
	if _, ok := Typical(shop.Shop{Terms: ten}, noon); ok {
		t.Error("an unknown price has a typical bill")
	}
}

// TestTypicalBillIsTheTills prices the same bill at a real till.
func TestTypicalBillIsTheTills(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		sh, err := g.shops.SetOffers(t.Context(), g.operator, g.shop.ID, []shop.Offer{{Title: "满减", Kind: shop.Fixed, Off: 9 * money.Yuan, Floor: 100 * money.Yuan}})
		g.must(err)
		sh.Price = 61*money.Yuan + 73
		s, ok := Typical(sh, g.clock.Now().In(dbtest.Zone))
		if !ok {
			t.Fatal("no typical bill")
		}
		r := g.priced(g.member(), s.Bill)
		if r.Quote.Due != s.Due || r.Quote.Options[0].Off != s.Best.Off || r.Quote.Options[0].Kind != s.Best.Kind {
			t.Errorf("the till asks for %v by %+v, the page says %v by %+v", r.Quote.Due, r.Quote.Options[0], s.Due, s.Best)
		}
	})
}
