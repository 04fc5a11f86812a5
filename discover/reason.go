package discover

import (
	"math"
	"strconv"
	"time"

	"citywalk/fault"
	"citywalk/geo"
	"citywalk/shop"
)

// A Reason is one thing that speaks for a shop in an answer.
type Reason string

// Reasons, in the order in which they are said.
const (
	IsNear      Reason = "near"       // N minutes on foot.
	AtStation   Reason = "station"    // N minutes on foot from the metro station Text.
	CameBack    Reason = "back"       // N percent of locals came back.
	InList      Reason = "list"       // Place N of the public list Text.
	IsNew       Reason = "new"        // It takes the card since not long ago; new shops are listed and not ranked.
	HasDish     Reason = "dish"       // It serves Text.
	WasProved   Reason = "proved"     // N notes after paid visits.
	IsCurated   Reason = "curated"    // It is on the curated list.
	CardNow     Reason = "card"       // The card gives Text now.
	CardLater   Reason = "card_later" // The card gives Text, but not at this hour.
	NoCard      Reason = "no_card"    // It does not take the card.
	ShutNow     Reason = "shut"       // It is closed now; Text is when it opens.
	reasonsSaid        = 4
)

// A Why is a reason with what there is to say about it.
type Why struct {
	Reason Reason `json:"reason"`
	N      int    `json:"n,omitempty"`
	Text   string `json:"text,omitempty"`
}

// Say says the reason in a few words.
func (w Why) Say(lang fault.Lang) string { return string(w.AppendSay(nil, lang)) }

// AppendSay appends what Say says. An answer says some sixty reasons.
func (w Why) AppendSay(b []byte, lang fault.Lang) []byte {
	if lang == fault.En {
		return w.appendEn(b)
	}
	return w.appendZh(b)
}

func (w Why) appendZh(b []byte) []byte {
	switch w.Reason {
	case IsNear:
		if w.N > WalkedMost {
			return counted(b, "约 ", w.kilometres(), " 公里")
		}
		return counted(b, "步行 ", w.N, " 分钟")
	case AtStation:
		return counted(append(b, w.Text...), "站步行 ", w.N, " 分钟")
	case CameBack:
		return counted(b, "", w.N, "% 的本地人又来过")
	case InList:
		return counted(append(b, listName(w.Text, fault.Zh)...), "榜第 ", w.N, "")
	case IsNew:
		return append(b, "新店"...)
	case HasDish:
		return append(append(b, "有"...), w.Text...)
	case WasProved:
		return counted(b, "", w.N, " 条到店实付笔记")
	case IsCurated:
		return append(b, "精选"...)
	case CardNow:
		return append(append(b, "会员卡现在可用："...), w.Text...)
	case CardLater:
		return append(b, "会员卡这会儿不可用"...)
	case NoCard:
		return append(b, "还不能用会员卡"...)
	case ShutNow:
		return append(append(append(b, "现在不营业，"...), w.Text...), " 开门"...)
	}
	return b
}

func (w Why) appendEn(b []byte) []byte {
	switch w.Reason {
	case IsNear:
		if w.N > WalkedMost {
			return counted(b, "", w.kilometres(), " km away")
		}
		return counted(b, "", w.N, " min walk")
	case AtStation:
		return append(counted(b, "", w.N, " min walk from "), w.Text...)
	case CameBack:
		return counted(b, "", w.N, "% of locals came back")
	case InList:
		return append(append(counted(b, "no. ", w.N, " in \""), listName(w.Text, fault.En)...), '"')
	case IsNew:
		return append(b, "new here"...)
	case HasDish:
		return append(append(b, "serves "...), w.Text...)
	case WasProved:
		if w.N == 1 {
			return append(b, "1 note after a paid visit"...)
		}
		return counted(b, "", w.N, " notes after paid visits")
	case IsCurated:
		return append(b, "curated"...)
	case CardNow:
		return append(append(b, "card now: "...), w.Text...)
	case CardLater:
		return append(b, "card not at this hour"...)
	case NoCard:
		return append(b, "does not take the card yet"...)
	case ShutNow:
		return append(append(b, "closed now, opens "...), w.Text...)
	}
	return b
}

// counted appends a number and what stands around it.
func counted(b []byte, before string, n int, after string) []byte {
	return append(strconv.AppendInt(append(b, before...), int64(n), 10), after...)
}

// kilometres is how far as the crow flies a walk of N minutes leads.
func (w Why) kilometres() int { return int(math.Round(geo.Stroll(w.N) / 1000)) }

// listName is what a public list is called.
func listName(list string, lang fault.Lang) string {
	zh, en := "", ""
	switch list {
	case "back":
		zh, en = "本地人回头", "locals came back"
	case "trip":
		zh, en = "值得专程", "worth the trip"
	case "small":
		zh, en = "小而被爱", "small and loved"
	}
	if lang == fault.En {
		return en
	}
	return zh
}

// WalkedMost is how many minutes people walk to a shop. What is farther is said
// in kilometres: nobody can picture a walk of 300 minutes.
const WalkedMost = 60

// WalkMinutes is how many minutes one walks a distance as the crow flies, at
// least one.
func WalkMinutes(metres float64) int {
	return max(1, int(math.Ceil(metres*geo.Detour/geo.MetresAMinute)))
}

// why appends what speaks for a shop at a local time. dish is the dish that was
// asked for, or "".
func (h *Hit) why(all []Why, dish string, local time.Time) []Why {
	begun := len(all)
	if h.Distance >= 0 {
		all = append(all, Why{Reason: IsNear, N: WalkMinutes(h.Distance)})
	} else if h.Station != "" {
		all = append(all, Why{Reason: AtStation, N: WalkMinutes(float64(h.Walk)), Text: h.Station})
	}
	if dish != "" {
		all = append(all, Why{Reason: HasDish, Text: dish})
	}
	switch {
	case h.Back >= 0:
		all = append(all, Why{Reason: CameBack, N: h.Back})
	case h.List == "new":
		all = append(all, Why{Reason: IsNew})
	case h.Place > 0:
		all = append(all, Why{Reason: InList, N: h.Place, Text: h.List})
	case h.Verified > 0:
		all = append(all, Why{Reason: WasProved, N: h.Verified})
	case h.Curated:
		all = append(all, Why{Reason: IsCurated})
	}
	all = append(all, h.card(local))
	return all[:min(len(all), begun+reasonsSaid)]
}

// card says what the card does at the shop at a local time.
func (h *Hit) card(local time.Time) Why {
	open, known := shop.OpenAt(h.Opens, h.Closes, local)
	switch {
	case h.State != shop.Live:
		return Why{Reason: NoCard}
	case known && !open:
		return Why{Reason: ShutNow, Text: clock(h.Opens)}
	case !h.Terms.ApplyAt(local):
		return Why{Reason: CardLater}
	}
	return Why{Reason: CardNow, Text: h.Gives}
}

// clock is a minute of the day as people write it.
func clock(minute int) string {
	h, m := minute/60, minute%60
	return string([]byte{'0' + byte(h/10), '0' + byte(h%10), ':', '0' + byte(m/10), '0' + byte(m%10)})
}
