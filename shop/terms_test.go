package shop

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"citywalk/db/dbtest"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"

	"pgregory.net/rapid"
)

// at returns a time of the week of Monday 2 March 2026.
func at(weekday time.Weekday, clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-03-02 "+clock, dbtest.Zone)
	if err != nil {
		panic(err)
	}
	return t.AddDate(0, 0, int(weekday+6)%7)
}

// TestTakePrecedence is the order in which refusals win. Terms that are broken
// in one way and in all the ways below it are refused for that one.
func TestTakePrecedence(t *testing.T) {
	now := at(time.Monday, "12:30")
	ways := []struct {
		want  error
		spoil func(*Terms)
	}{
		{ErrTermsNone, func(t *Terms) { t.Kind = None }},
		{ErrBlackout, func(t *Terms) { t.Blackout = []ledger.Day{"2026-03-02"} }},
		{ErrHours, func(t *Terms) { t.Hours = []Hours{{From: 840, Until: 1020}} }},
		{ErrFloor, func(t *Terms) { t.Floor = 100_01 }},
	}
	for n, way := range ways {
		terms := Terms{Kind: Percent, Percent: 10}
		for _, below := range ways[n:] {
			below.spoil(&terms)
		}
		if off, err := terms.Take(100_00, now); !errors.Is(err, way.want) || off != 0 {
			t.Errorf("%v, %v, want %v", off, err, way.want)
		}
	}
	// And the same of an offer.
	offers := []struct {
		want  error
		spoil func(*Offer)
	}{
		{ErrTermsNone, func(o *Offer) { o.Kind = None }},
		{ErrOver, func(o *Offer) { o.Until = "2026-03-02" }},
		{ErrEarly, func(o *Offer) { o.From = "2026-03-03" }},
		{ErrHours, func(o *Offer) { o.Hours = []Hours{{From: 840, Until: 1020}} }},
		{ErrFloor, func(o *Offer) { o.Floor = 100_01 }},
	}
	for n, way := range offers {
		offer := Offer{Title: "满减", Kind: Fixed, Off: 20_00}
		for _, below := range offers[n:] {
			below.spoil(&offer)
		}
		if off, err := offer.Take(100_00, now); !errors.Is(err, way.want) || off != 0 {
			t.Errorf("%v, %v, want %v", off, err, way.want)
		}
	}
}

func TestTake(t *testing.T) {
	now := at(time.Monday, "12:30")
	for _, row := range []struct {
		name  string
		terms Terms
		bill  money.Amount
		want  money.Amount
	}{
		{"ten percent", Terms{Kind: Percent, Percent: 10}, 128_50, 12_85},
		{"half a fen goes up", Terms{Kind: Percent, Percent: 15}, 10, 2},
		{"the cap holds", Terms{Kind: Percent, Percent: 10, Cap: 10_00}, 128_50, 10_00},
		{"the floor itself is enough", Terms{Kind: Percent, Percent: 10, Floor: 50_00}, 50_00, 5_00},
		{"a fixed sum", Terms{Kind: Fixed, Off: 20_00}, 128_50, 20_00},
		{"a fixed sum is at most the bill", Terms{Kind: Fixed, Off: 20_00}, 15_00, 15_00},
		{"a fixed sum is at most the cap", Terms{Kind: Fixed, Off: 20_00, Cap: 8_00}, 15_00, 8_00},
		{"a gift takes nothing off", Terms{Kind: Gift, Gift: "酸梅汤一杯"}, 128_50, 0},
		{"nothing of nothing", Terms{Kind: Percent, Percent: 90}, 0, 0},
	} {
		if got, err := row.terms.Take(row.bill, now); got != row.want || err != nil {
			t.Errorf("%s: %v, %v, want %v", row.name, got, err, row.want)
		}
	}
}

// TestTakeBounds: whatever valid terms and bill, what is taken is neither
// negative nor more than the bill or the cap, and an offer of the same numbers
// takes the same.
func TestTakeBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Map(rapid.Int64Range(0, int64(money.Max)), func(n int64) money.Amount { return money.Amount(n) })
		terms := Terms{
			Kind:    rapid.SampledFrom([]Kind{Percent, Fixed, Gift}).Draw(t, "kind"),
			Percent: rapid.IntRange(1, 90).Draw(t, "percent"),
			Off:     amount.Draw(t, "off") + 1,
			Cap:     amount.Draw(t, "cap"),
			Floor:   amount.Draw(t, "floor"),
			Gift:    "礼物",
		}
		bill := amount.Draw(t, "bill")
		off, err := terms.Take(bill, at(time.Monday, "12:30"))
		if err != nil && !(errors.Is(err, ErrFloor) && bill < terms.Floor) {
			t.Fatal(err)
		}
		if off < 0 || off > bill || terms.Cap > 0 && off > terms.Cap {
			t.Fatalf("%v off a bill of %v", off, bill)
		}
		offer := Offer{Kind: terms.Kind, Percent: terms.Percent, Off: terms.Off, Cap: terms.Cap, Floor: terms.Floor}
		if same, _ := offer.Take(bill, at(time.Monday, "12:30")); terms.Kind != Gift && same != off {
			t.Fatalf("the offer takes %v, the terms %v", same, off)
		}
	})
}

// TestHours: windows are half-open and those past midnight belong to the day
// on which they began.
func TestHours(t *testing.T) {
	friday := Hours{Days: []time.Weekday{time.Friday}, From: 22 * 60, Until: 26 * 60}
	lunch := Hours{From: 11 * 60, Until: 14 * 60}
	for _, row := range []struct {
		h    Hours
		at   time.Time
		want bool
	}{
		{lunch, at(time.Monday, "10:59"), false}, {lunch, at(time.Monday, "11:00"), true},
		{lunch, at(time.Sunday, "13:59"), true}, {lunch, at(time.Sunday, "14:00"), false},
		{friday, at(time.Friday, "21:59"), false}, {friday, at(time.Friday, "22:00"), true},
		{friday, at(time.Saturday, "01:59"), true}, {friday, at(time.Saturday, "02:00"), false},
		{friday, at(time.Friday, "01:00"), false}, {friday, at(time.Saturday, "22:00"), false},
	} {
		if got := row.h.Holds(row.at); got != row.want {
			t.Errorf("%+v at %s: %v", row.h, row.at.Format("Mon 15:04"), got)
		}
	}
}

func TestFloorSaysWhatIsMissing(t *testing.T) {
	_, err := Terms{Kind: Percent, Percent: 10, Floor: 50_00}.Take(32_50, at(time.Monday, "12:30"))
	f, _ := fault.From(err)
	if f == nil || f.Say(fault.Zh) != "满 ¥50.00 才能用，还差 ¥17.50。" {
		t.Errorf("%v", err)
	}
}

// TestTermsFaults: each row spoils one thing of good terms and is told beside
// the field.
func TestTermsFaults(t *testing.T) {
	good := Terms{Kind: Percent, Percent: 10, Floor: 50_00, Cap: 30_00, PerDay: 2, Hours: []Hours{{From: 660, Until: 840}}, Blackout: []ledger.Day{"2026-10-01"}, Excluded: "酒水", Budget: 500_00}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name  string
		spoil func(*Terms)
		want  error
		field string
	}{
		{"no kind", func(t *Terms) { t.Kind = None }, ErrKind, "kind"},
		{"a strange kind", func(t *Terms) { t.Kind = "free" }, ErrKind, "kind"},
		{"nothing off", func(t *Terms) { t.Percent = 0 }, ErrPercent, "percent"},
		{"more than ninety percent", func(t *Terms) { t.Percent = 91 }, ErrPercent, "percent"},
		{"no sum off", func(t *Terms) { t.Kind, t.Off = Fixed, 0 }, ErrOff, "off"},
		{"a sum beyond all bills", func(t *Terms) { t.Kind, t.Off = Fixed, money.Max+1 }, ErrAmount, "off"},
		{"no gift", func(t *Terms) { t.Kind, t.Gift = Gift, " " }, ErrMissing, "gift"},
		{"a gift too long to say", func(t *Terms) { t.Kind, t.Gift = Gift, longText(41) }, ErrLong, "gift"},
		{"a negative floor", func(t *Terms) { t.Floor = -1 }, ErrAmount, "floor"},
		{"a negative cap", func(t *Terms) { t.Cap = -1 }, ErrAmount, "cap"},
		{"a negative budget", func(t *Terms) { t.Budget = -1 }, ErrAmount, "budget"},
		{"too many uses a day", func(t *Terms) { t.PerDay = 11 }, ErrPerDay, "per_day"},
		{"a window that ends before it begins", func(t *Terms) { t.Hours[0].Until = 600 }, ErrWindow, "hours"},
		{"a window that begins tomorrow", func(t *Terms) { t.Hours[0] = Hours{From: 1440, Until: 1500} }, ErrWindow, "hours"},
		{"a window of more than a day", func(t *Terms) { t.Hours[0].Until = 660 + 1441 }, ErrWindow, "hours"},
		{"an eighth weekday", func(t *Terms) { t.Hours[0].Days = []time.Weekday{7} }, ErrWindow, "hours"},
		{"too many windows", func(t *Terms) { t.Hours = make([]Hours, 22) }, ErrWindows, "hours"},
		{"a day that is none", func(t *Terms) { t.Blackout = []ledger.Day{"2026-02-30"} }, ErrDay, "blackout"},
		{"too many days", func(t *Terms) { t.Blackout = make([]ledger.Day, 367) }, ErrDays, "blackout"},
		{"an override in the exclusions", func(t *Terms) { t.Excluded = "a\u202eb" }, ErrText, "excluded"},
	} {
		t.Run(row.name, func(t *testing.T) {
			terms := good
			terms.Hours = append([]Hours(nil), good.Hours...)
			row.spoil(&terms)
			wantFault(t, terms.Validate(), row.want, row.field)
		})
	}
	all := Terms{Kind: Percent, Floor: -1, Cap: -1}.Faults()
	if len(all) != 3 {
		t.Errorf("all at once: %v", all)
	}
}

func TestOfferFaults(t *testing.T) {
	good := Offer{Title: "下午茶", Kind: Percent, Percent: 20, From: "2026-03-01", Until: "2026-04-01"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name  string
		spoil func(*Offer)
		want  error
		field string
	}{
		{"no title", func(o *Offer) { o.Title = "" }, ErrMissing, "title"},
		{"a gift, which has no price to compare", func(o *Offer) { o.Kind = Gift }, ErrKind, "kind"},
		{"an end before the beginning", func(o *Offer) { o.Until = o.From }, ErrOrder, "until"},
		{"a day that is none", func(o *Offer) { o.From = "tomorrow" }, ErrDay, "from"},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := good
			row.spoil(&o)
			wantFault(t, o.Validate(), row.want, row.field)
		})
	}
}

// TestTermsKeepTheirJSON: terms come back from the database as they were
// tidied, or setting the same again would be a change.
func TestTermsKeepTheirJSON(t *testing.T) {
	for _, terms := range []Terms{
		{Kind: Percent, Percent: 10, Hours: []Hours{{Days: []time.Weekday{5, 1, 5}, From: 660, Until: 840}, {Days: []time.Weekday{}, From: 0, Until: 1440}}},
		{Kind: Fixed, Off: 20_00, Blackout: []ledger.Day{}, Hours: []Hours{}},
		{Kind: Gift, Gift: "酸梅汤", Percent: 10, Off: 5, Cap: 7, Budget: 9},
	} {
		tidied := terms.Tidy()
		b, err := json.Marshal(tidied)
		if err != nil {
			t.Fatal(err)
		}
		var back Terms
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, tidied) {
			t.Errorf("%+v came back as %+v, %v", tidied, back, err)
		}
		if again := tidied.Tidy(); !reflect.DeepEqual(again, tidied) {
			t.Errorf("tidied twice: %+v", again)
		}
	}
}
