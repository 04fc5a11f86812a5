package shop

import (
	"testing"
	"time"

	"citywalk/fault"
	"citywalk/ledger"
)

// TestSay is what people read, in both languages.
func TestSay(t *testing.T) {
	weekdays := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	golden := []ledger.Day{"2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04", "2026-10-05", "2026-10-06", "2026-10-07"}
	for _, row := range []struct {
		terms                          Terms
		zh, en, limits, short, shortEn string
	}{
		{
			Terms{Kind: Percent, Percent: 10, Floor: 50_00, Cap: 30_00, Hours: []Hours{{Days: weekdays, From: 660, Until: 840}}, Blackout: golden, Excluded: "酒水"},
			"九折，满 ¥50 可用，单笔最多减 ¥30，周一至周五 11:00–14:00 可用，10月1日至7日除外，不含酒水，每人每天 1 次。",
			"10% off, on bills of ¥50 or more, up to ¥30 off a bill, Mon–Fri 11:00–14:00, not on 1 Oct–7 Oct, not on: 酒水, once per member and day.",
			"不满 ¥50 不可用，周一至周五 11:00–14:00 以外不可用，10月1日至7日不可用，不含酒水。",
			"九折 · 满 50 可用", "10% off · from ¥50",
		},
		{
			Terms{Kind: Percent, Percent: 12, PerDay: 3},
			"八八折，每人每天 3 次。", "12% off, 3 times per member and day.", "", "八八折", "12% off",
		},
		{
			Terms{Kind: Fixed, Off: 20_50, Floor: 100_00, Budget: 500_00},
			"减 ¥20.50，满 ¥100 可用，每人每天 1 次，全店每天共优惠 ¥500，用完为止。",
			"¥20.50 off, on bills of ¥100 or more, once per member and day, while the shop's ¥500 a day last.",
			"不满 ¥100 不可用，全店每天共优惠 ¥500，用完为止。",
			"减 ¥20.50 · 满 100 可用", "¥20.50 off · from ¥100",
		},
		{
			Terms{Kind: Gift, Gift: "酸梅汤一杯", Hours: []Hours{{From: 1080, Until: 1560}, {Days: []time.Weekday{0, 6}, From: 0, Until: 1440}}},
			"送酸梅汤一杯，每天 18:00–次日 02:00、周六、周日可用，每人每天 1 次。",
			"Free: 酸梅汤一杯, daily 18:00–02:00, Sat, Sun, once per member and day.",
			"每天 18:00–次日 02:00、周六、周日以外不可用。",
			"送酸梅汤一杯", "free: 酸梅汤一杯",
		},
		{Terms{}, "暂无会员权益。", "No terms for members yet.", "", "", ""},
	} {
		for _, got := range [][2]string{
			{row.terms.Say(fault.Zh), row.zh}, {row.terms.Say(fault.En), row.en}, {row.terms.SayLimits(fault.Zh), row.limits},
			{row.terms.Short(fault.Zh), row.short}, {row.terms.Short(fault.En), row.shortEn},
		} {
			if got[0] != got[1] {
				t.Errorf("got  %s\nwant %s", got[0], got[1])
			}
		}
	}
}

func TestZhe(t *testing.T) {
	for percent, want := range map[int]string{10: "九折", 15: "八五折", 12: "八八折", 50: "五折", 90: "一折", 1: "九九折", 5: "九五折", 88: "一二折"} {
		if got := zhe(percent); got != want {
			t.Errorf("%d%% off is %s, want %s", percent, got, want)
		}
	}
}

func TestSayDays(t *testing.T) {
	for _, row := range []struct {
		days   []ledger.Day
		zh, en string
	}{
		{[]ledger.Day{"2026-12-25"}, "12月25日", "25 Dec"},
		{[]ledger.Day{"2026-12-31", "2027-01-01"}, "2026年12月31日至2027年1月1日", "31 Dec 2026–1 Jan 2027"},
		{[]ledger.Day{"2026-09-30", "2026-10-01"}, "9月30日至10月1日", "30 Sep–1 Oct"},
		{[]ledger.Day{"2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"},
			"1月1日、2月1日、3月1日、4月1日等（另有 2 天）", "1 Jan, 1 Feb, 1 Mar, 1 Apr and 2 more days"},
	} {
		if zh, en := sayDays(row.days, fault.Zh), sayDays(row.days, fault.En); zh != row.zh || en != row.en {
			t.Errorf("%s / %s", zh, en)
		}
	}
}

func TestOfferSay(t *testing.T) {
	o := Offer{Title: "下午茶", Kind: Percent, Percent: 20, Hours: []Hours{{From: 840, Until: 1020}}, From: "2026-03-01", Until: "2026-04-01"}
	if got, want := o.Say(fault.Zh), "下午茶：八折，每天 14:00–17:00 可用，2026年3月1日起，2026年3月31日止。"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := o.Say(fault.En), "下午茶: 20% off, daily 14:00–17:00, from 1 Mar 2026, until 31 Mar 2026."; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
