package shop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
)

// Say returns the terms in one sentence, with all their conditions:
// "九折，满 ¥50 可用，单笔最多减 ¥30，周一至周五 11:00–14:00 可用，不含酒水，每人每天 1 次。"
func (t Terms) Say(lang fault.Lang) string {
	if t.Kind == None {
		return pick(lang, "暂无会员权益。", "No terms for members yet.")
	}
	parts := sayBenefit(lang, t.Kind, t.Percent, t.Off, t.Gift, t.Floor, t.Cap)
	if len(t.Hours) > 0 {
		parts = append(parts, pick(lang, spaced(sayHours(t.Hours, lang))+"可用", sayHours(t.Hours, lang)))
	}
	if len(t.Blackout) > 0 {
		parts = append(parts, pick(lang, sayDays(t.Blackout, lang)+"除外", "not on "+sayDays(t.Blackout, lang)))
	}
	if t.Excluded != "" {
		parts = append(parts, pick(lang, "不含"+t.Excluded, "not on: "+t.Excluded))
	}
	parts = append(parts, sayPerDay(t.PerDay, lang))
	if t.Budget > 0 {
		parts = append(parts, sayBudget(t.Budget, lang))
	}
	return sentence(lang, parts)
}

// SayLimits returns, in one sentence, when and on what the terms do not apply;
// it is empty if there is no such limit:
// "不满 ¥50 不可用，10月1日至7日不可用，不含酒水。"
func (t Terms) SayLimits(lang fault.Lang) string {
	var parts []string
	if t.Floor > 0 {
		parts = append(parts, pick(lang, "不满 "+yuan(t.Floor)+" 不可用", "not on bills under "+yuan(t.Floor)))
	}
	if len(t.Hours) > 0 {
		hours := sayHours(t.Hours, lang)
		parts = append(parts, pick(lang, spaced(hours)+"以外不可用", "only "+hours))
	}
	if len(t.Blackout) > 0 {
		days := sayDays(t.Blackout, lang)
		parts = append(parts, pick(lang, days+"不可用", "not on "+days))
	}
	if t.Excluded != "" {
		parts = append(parts, pick(lang, "不含"+t.Excluded, "not on: "+t.Excluded))
	}
	if t.Budget > 0 {
		parts = append(parts, sayBudget(t.Budget, lang))
	}
	return sentence(lang, parts)
}

// Short returns the terms for a list: "九折 · 满 50 可用".
func (t Terms) Short(lang fault.Lang) string {
	if t.Kind == None {
		return ""
	}
	s := benefit(lang, t.Kind, t.Percent, t.Off, t.Gift)
	if t.Floor > 0 {
		s += pick(lang, " · 满 "+strings.TrimPrefix(yuan(t.Floor), "¥")+" 可用", " · from "+yuan(t.Floor))
	}
	return s
}

// Say returns the offer in one sentence: "下午茶：八折，14:00–17:00 可用。"
func (o Offer) Say(lang fault.Lang) string {
	parts := sayBenefit(lang, o.Kind, o.Percent, o.Off, "", o.Floor, o.Cap)
	if len(o.Hours) > 0 {
		parts = append(parts, pick(lang, spaced(sayHours(o.Hours, lang))+"可用", sayHours(o.Hours, lang)))
	}
	if o.From != "" {
		parts = append(parts, pick(lang, sayDay(o.From, lang, true)+"起", "from "+sayDay(o.From, lang, true)))
	}
	if o.Until != "" {
		last := sayDay(o.Until.Next(-1), lang, true)
		parts = append(parts, pick(lang, last+"止", "until "+last))
	}
	return o.Title + pick(lang, "：", ": ") + sentence(lang, parts)
}

// sayBenefit is what is given, from which bill on and up to what.
func sayBenefit(lang fault.Lang, k Kind, percent int, off money.Amount, gift string, floor, limit money.Amount) []string {
	parts := []string{benefit(lang, k, percent, off, gift)}
	if floor > 0 {
		parts = append(parts, pick(lang, "满 "+yuan(floor)+" 可用", "on bills of "+yuan(floor)+" or more"))
	}
	if limit > 0 {
		parts = append(parts, pick(lang, "单笔最多减 "+yuan(limit), "up to "+yuan(limit)+" off a bill"))
	}
	return parts
}

func benefit(lang fault.Lang, k Kind, percent int, off money.Amount, gift string) string {
	switch k {
	case Percent:
		return pick(lang, zhe(percent), strconv.Itoa(percent)+"% off")
	case Fixed:
		return pick(lang, "减 "+yuan(off), yuan(off)+" off")
	case Gift:
		return pick(lang, "送"+gift, "free: "+gift)
	}
	return ""
}

// zhe says percent off as what is left in tenths, as Chinese does: 10 is 九折,
// 15 is 八五折.
func zhe(percent int) string {
	digits := []rune("〇一二三四五六七八九")
	left := 100 - percent
	if left < 10 || left >= 100 { // No terms are so.
		return fmt.Sprintf("减 %d%%", percent)
	}
	if left%10 == 0 {
		return string(digits[left/10]) + "折"
	}
	return string(digits[left/10]) + string(digits[left%10]) + "折"
}

func sayPerDay(n int, lang fault.Lang) string {
	n = max(n, 1)
	if n == 1 {
		return pick(lang, "每人每天 1 次", "once per member and day")
	}
	return pick(lang, fmt.Sprintf("每人每天 %d 次", n), fmt.Sprintf("%d times per member and day", n))
}

func sayBudget(a money.Amount, lang fault.Lang) string {
	return pick(lang, "全店每天共优惠 "+yuan(a)+"，用完为止", "while the shop's "+yuan(a)+" a day last")
}

// sayHours says windows: "周一至周五 11:00–14:00、周日".
func sayHours(windows []Hours, lang fault.Lang) string {
	var all []string
	for _, h := range windows {
		days := sayWeekdays(h.Days, lang)
		clock := sayClock(h.From) + "–" + pick(lang, sayUntilZh(h.Until), sayUntilEn(h.Until))
		switch {
		case h.From == 0 && h.Until == day && days == "":
			all = append(all, pick(lang, "全天", "all day"))
		case h.From == 0 && h.Until == day:
			all = append(all, days)
		case days == "":
			all = append(all, pick(lang, "每天 ", "daily ")+clock)
		default:
			all = append(all, days+" "+clock)
		}
	}
	return strings.Join(all, pick(lang, "、", ", "))
}

// spaced parts a Chinese word from the clock before it.
func spaced(s string) string {
	if c := s[len(s)-1]; c >= '0' && c <= '9' {
		return s + " "
	}
	return s
}

func sayClock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60%24, minute%60) }

func sayUntilZh(minute int) string {
	if minute > day {
		return "次日 " + sayClock(minute)
	}
	return sayUntilEn(minute)
}

// sayUntilEn leaves the next day to the reader, who sees that the end is
// before the beginning. Midnight at the end of a day is 24:00.
func sayUntilEn(minute int) string {
	if minute == day {
		return "24:00"
	}
	return sayClock(minute)
}

var (
	weekdaysZh = []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}
	weekdaysEn = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
)

// sayWeekdays says days of the week from Monday on, three or more in a row as
// a run; every day is "".
func sayWeekdays(days []time.Weekday, lang fault.Lang) string {
	if len(days) == 0 || len(days) == 7 {
		return ""
	}
	monday := func(d time.Weekday) int { return int(d+6) % 7 }
	days = slices.Clone(days)
	slices.SortFunc(days, func(a, b time.Weekday) int { return monday(a) - monday(b) })
	names := weekdaysEn
	if lang == fault.Zh {
		names = weekdaysZh
	}
	var all []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && monday(days[j+1]) == monday(days[j])+1 {
			j++
		}
		if j-i < 2 {
			j = i
			all = append(all, names[days[i]])
		} else {
			all = append(all, names[days[i]]+pick(lang, "至", "–")+names[days[j]])
		}
		i = j + 1
	}
	return strings.Join(all, pick(lang, "、", ", "))
}

// runsMax is how many runs of days a sentence lists before it counts the rest.
const runsMax = 4

// sayDays says days in order, neighbours as a run: "10月1日至7日、12月25日". The
// year is said only if the days are of several.
func sayDays(days []ledger.Day, lang fault.Lang) string {
	year := days[0][:4] != days[len(days)-1][:4]
	var all []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1] == days[j].Next(1) {
			j++
		}
		if len(all) == runsMax {
			rest := len(days) - i
			return strings.Join(all, pick(lang, "、", ", ")) + pick(lang, fmt.Sprintf("等（另有 %d 天）", rest), fmt.Sprintf(" and %d more days", rest))
		}
		run := sayDay(days[i], lang, year)
		if j > i {
			run += pick(lang, "至", "–") + sayEnd(days[i], days[j], lang, year)
		}
		all = append(all, run)
		i = j + 1
	}
	return strings.Join(all, pick(lang, "、", ", "))
}

// sayEnd says the last day of a run without what its first day said already.
func sayEnd(first, last ledger.Day, lang fault.Lang, year bool) string {
	if lang == fault.Zh && first[:7] == last[:7] {
		return strings.TrimLeft(string(last[8:]), "0") + "日"
	}
	return sayDay(last, lang, year && first[:4] != last[:4])
}

// sayDay says a day as the interface does: "11月22日", "22 Nov".
func sayDay(d ledger.Day, lang fault.Lang, year bool) string {
	t := d.Start(time.UTC)
	layout := pick(lang, "1月2日", "2 Jan")
	if year {
		layout = pick(lang, "2006年1月2日", "2 Jan 2006")
	}
	return t.Format(layout)
}

// yuan prints whole yuan without decimals, as a sentence wants them.
func yuan(a money.Amount) string { return strings.TrimSuffix(a.String(), ".00") }

// sentence joins parts and ends them; nothing stays nothing.
func sentence(lang fault.Lang, parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, pick(lang, "，", ", "))
	if lang != fault.Zh {
		first, size := utf8.DecodeRuneInString(s)
		return string(unicode.ToUpper(first)) + s[size:] + "."
	}
	return s + "。"
}

func pick(lang fault.Lang, zh, en string) string {
	if lang == fault.Zh {
		return zh
	}
	return en
}
