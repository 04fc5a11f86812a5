package redeem

import (
	"testing"
	"time"

	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"

	"pgregory.net/rapid"
)

// noon is a Monday.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.FixedZone("CST", 8*60*60))

func yuan(n money.Amount) money.Amount { return n * money.Yuan }

// TestBestPrice has a row for each way in which an option wins or loses. off is
// what the winner takes; lost names why each other option lost, in the order in
// which they are shown.
func TestBestPrice(t *testing.T) {
	ten := shop.Terms{Kind: shop.Percent, Percent: 10}
	for _, c := range []struct {
		name   string
		terms  shop.Terms
		offers []shop.Offer
		left   money.Amount
		bill   money.Amount
		wins   string
		off    money.Amount
		gift   string
		lost   []string
	}{
		{name: "the card against the plain price", terms: ten, bill: 12850, wins: "card", off: 1285,
			lost: []string{"redeem.plain"}},
		{name: "the shop's own offer takes more", terms: ten, bill: yuan(100), wins: "offer", off: yuan(15),
			offers: []shop.Offer{{Title: "满减", Kind: shop.Fixed, Off: yuan(15)}}, lost: []string{"redeem.not_best", "redeem.plain"}},
		{name: "equal: the card wins", terms: ten, bill: yuan(100), wins: "card", off: yuan(10),
			offers: []shop.Offer{{Title: "满减", Kind: shop.Fixed, Off: yuan(10)}}, lost: []string{"redeem.not_best", "redeem.plain"}},
		{name: "below the floor of the card", terms: shop.Terms{Kind: shop.Percent, Percent: 50, Floor: yuan(50)}, bill: 4999, wins: "plain",
			lost: []string{"shop.floor"}},
		{name: "capped", terms: shop.Terms{Kind: shop.Percent, Percent: 50, Cap: yuan(30)}, bill: yuan(100), wins: "card", off: yuan(30),
			lost: []string{"redeem.plain"}},
		{name: "outside the hours", terms: shop.Terms{Kind: shop.Percent, Percent: 10, Hours: []shop.Hours{{From: 17 * 60, Until: 21 * 60}}}, bill: yuan(100),
			wins: "plain", lost: []string{"shop.hours"}},
		{name: "on a blackout day", terms: shop.Terms{Kind: shop.Percent, Percent: 10, Blackout: []ledger.Day{"2026-03-02"}}, bill: yuan(100),
			wins: "plain", lost: []string{"shop.blackout"}},
		{name: "the budget lasts exactly", terms: shop.Terms{Kind: shop.Percent, Percent: 10, Budget: yuan(500)}, left: yuan(10), bill: yuan(100),
			wins: "card", off: yuan(10), lost: []string{"redeem.plain"}},
		{name: "the budget is a fen short", terms: shop.Terms{Kind: shop.Percent, Percent: 10, Budget: yuan(500)}, left: yuan(10) - 1, bill: yuan(100),
			wins: "plain", lost: []string{"redeem.budget_left"}},
		{name: "a gift and no lower price", terms: shop.Terms{Kind: shop.Gift, Gift: "一杯茶"}, bill: yuan(100),
			wins: "card", gift: "一杯茶", lost: []string{"redeem.plain"}},
		{name: "a gift against a lower price", terms: shop.Terms{Kind: shop.Gift, Gift: "一杯茶"}, bill: yuan(100), wins: "offer", off: 1,
			offers: []shop.Offer{{Title: "一分钱", Kind: shop.Fixed, Off: 1}}, lost: []string{"redeem.not_best", "redeem.plain"}},
		{name: "no terms at all", bill: yuan(100), wins: "plain"},
		{name: "more off than the bill", terms: shop.Terms{Kind: shop.Fixed, Off: yuan(20)}, bill: 1, wins: "card", off: 1,
			lost: []string{"redeem.plain"}},
		{name: "several offers, the best first", bill: yuan(100), wins: "offer", off: yuan(20),
			offers: []shop.Offer{{Title: "a", Kind: shop.Fixed, Off: yuan(5)}, {Title: "b", Kind: shop.Fixed, Off: yuan(20)}, {Title: "c", Kind: shop.Fixed, Off: yuan(30), Floor: yuan(200)}},
			lost:   []string{"redeem.not_best", "redeem.plain", "shop.floor"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := basis{Terms: c.terms, Offers: c.offers, Left: c.left, Local: noon}.price("red_1", "shp_1", 1, c.bill, noon)
			best := q.Options[0]
			if !best.Wins || best.Kind != c.wins || best.Off != c.off || q.Off != c.off || q.Due != c.bill-c.off || q.Gift != c.gift {
				t.Errorf("quote %+v", q)
			}
			if len(q.Options) != len(c.lost)+1 {
				t.Fatalf("%d options, want %d", len(q.Options), len(c.lost)+1)
			}
			for i, want := range c.lost {
				if o := q.Options[i+1]; o.Wins || o.Lost != want || o.Zh == "" || o.En == "" {
					t.Errorf("option %+v, want it lost by %s", o, want)
				}
			}
		})
	}
}

// TestQuoteIsNeverBelowNothing: whatever the terms, offers and bill, the due
// sum is within the bill, exactly one option wins and none that is lawful takes
// more.
func TestQuoteIsNeverBelowNothing(t *testing.T) {
	amount := rapid.Int64Range(0, int64(BillMax)*2)
	rapid.Check(t, func(t *rapid.T) {
		b := basis{Local: noon, Left: money.Amount(amount.Draw(t, "left")), Terms: shop.Terms{
			Kind:    rapid.SampledFrom([]shop.Kind{shop.None, shop.Percent, shop.Fixed, shop.Gift}).Draw(t, "kind"),
			Percent: rapid.IntRange(1, 90).Draw(t, "percent"), Off: money.Amount(amount.Draw(t, "off")), Gift: "茶",
			Floor: money.Amount(amount.Draw(t, "floor")), Cap: money.Amount(amount.Draw(t, "cap")), Budget: money.Amount(amount.Draw(t, "budget")),
		}}
		for range rapid.IntRange(0, 4).Draw(t, "offers") {
			b.Offers = append(b.Offers, shop.Offer{Title: "x", Kind: shop.Fixed, Off: money.Amount(amount.Draw(t, "o")), Floor: money.Amount(amount.Draw(t, "f"))})
		}
		bill := money.Amount(rapid.Int64Range(int64(BillMin), int64(BillMax)).Draw(t, "bill"))
		q := b.price("red_1", "shp_1", 1, bill, noon)
		wins := 0
		for _, o := range q.Options {
			if o.Wins {
				wins++
			}
			if o.Lost == "" && !o.Wins || o.Off > q.Off {
				t.Fatalf("%+v beside %+v", o, q.Options[0])
			}
		}
		if wins != 1 || q.Due < 0 || q.Due > bill || q.Due+q.Off != bill {
			t.Fatalf("%+v", q)
		}
	})
}

// TestHashCoversWhatIsAgreed: everything that the two sides see is under the
// hash.
func TestHashCoversWhatIsAgreed(t *testing.T) {
	terms := shop.Terms{Kind: shop.Percent, Percent: 10}
	base := basis{Terms: terms, Local: noon}
	first := base.price("red_1", "shp_1", 1, 1000, noon)
	other := terms
	other.Percent = 11
	for name, q := range map[string]Quote{
		"redemption": base.price("red_2", "shp_1", 1, 1000, noon),
		"shop":       base.price("red_1", "shp_2", 1, 1000, noon),
		"version":    base.price("red_1", "shp_1", 2, 1000, noon),
		"bill":       base.price("red_1", "shp_1", 1, 1001, noon),
		"until":      base.price("red_1", "shp_1", 1, 1000, noon.Add(time.Millisecond)),
		"terms":      basis{Terms: other, Local: noon}.price("red_1", "shp_1", 1, 1000, noon),
	} {
		if q.Hash == first.Hash {
			t.Errorf("another %s has the same hash", name)
		}
	}
	if again := base.price("red_1", "shp_1", 1, 1000, noon); again.Hash != first.Hash {
		t.Error("the same quote has another hash")
	}
}

// TestBillsThatATillTakes is abuse case A2, and the sums of A1.
func TestBillsThatATillTakes(t *testing.T) {
	for bill, ok := range map[money.Amount]bool{-1: false, 0: false, 1: true, 5_000_000: true, 5_000_001: false, 1_000_000_000_000: false, 1<<63 - 1: false, -1 << 63: false} {
		if err := checkBill(bill); (err == nil) != ok {
			t.Errorf("%d: %v", bill, err)
		}
	}
}
