package discover

import (
	"fmt"
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
func (w Why) Say(lang fault.Lang) string {
	zh, en := "", ""
	switch w.Reason {
	case IsNear:
		n := strconv.Itoa(w.N)
		zh, en = "步行 "+n+" 分钟", n+" min walk"
	case AtStation:
		zh, en = fmt.Sprintf("%s站步行 %d 分钟", w.Text, w.N), fmt.Sprintf("%d min walk from %s", w.N, w.Text)
	case CameBack:
		zh, en = fmt.Sprintf("%d%% 的本地人又来过", w.N), fmt.Sprintf("%d %% of locals came back", w.N)
	case InList:
		zh, en = fmt.Sprintf("%s榜第 %d", listName(w.Text, fault.Zh), w.N), fmt.Sprintf("no. %d in “%s”", w.N, listName(w.Text, fault.En))
	case IsNew:
		zh, en = "新店", "new here"
	case HasDish:
		zh, en = "有"+w.Text, "serves "+w.Text
	case WasProved:
		zh, en = fmt.Sprintf("%d 条到店实付笔记", w.N), plural(w.N, "note after a paid visit", "notes after paid visits")
	case IsCurated:
		zh, en = "精选", "curated"
	case CardNow:
		zh, en = "会员卡现在可用："+w.Text, "card now: "+w.Text
	case CardLater:
		zh, en = "会员卡这会儿不可用", "card not at this hour"
	case NoCard:
		zh, en = "还不能用会员卡", "does not take the card yet"
	case ShutNow:
		zh, en = "现在不营业，"+w.Text+" 开门", "closed now, opens "+w.Text
	}
	if lang == fault.En {
		return en
	}
	return zh
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// listName is what a public list is called.
func listName(list string, lang fault.Lang) string {
	names := map[string][2]string{
		"back":  {"本地人回头", "locals came back"},
		"trip":  {"值得专程", "worth the trip"},
		"small": {"小而被爱", "small and loved"},
	}[list]
	if lang == fault.En {
		return names[1]
	}
	return names[0]
}

// WalkMinutes is how many minutes one walks a distance as the crow flies, at
// least one.
func WalkMinutes(metres float64) int {
	return max(1, int(math.Ceil(metres*geo.Detour/geo.MetresAMinute)))
}

// why is what speaks for a listing at a local time; distance is negative where
// nobody asked from a place. dish is the dish that was asked for, or "".
func (l Listing) why(distance float64, dish string, local time.Time, lang fault.Lang) (all []Why) {
	if distance >= 0 {
		all = append(all, Why{Reason: IsNear, N: WalkMinutes(distance)})
	} else if l.Station != "" {
		all = append(all, Why{Reason: AtStation, N: WalkMinutes(float64(l.Walk)), Text: l.Station})
	}
	if dish != "" {
		all = append(all, Why{Reason: HasDish, Text: dish})
	}
	switch {
	case l.Back >= 0:
		all = append(all, Why{Reason: CameBack, N: l.Back})
	case l.List == "new":
		all = append(all, Why{Reason: IsNew})
	case l.Place > 0:
		all = append(all, Why{Reason: InList, N: l.Place, Text: l.List})
	case l.Verified > 0:
		all = append(all, Why{Reason: WasProved, N: l.Verified})
	case l.Curated:
		all = append(all, Why{Reason: IsCurated})
	}
	all = append(all, l.card(local, lang))
	return all[:min(len(all), reasonsSaid)]
}

// card says what the card does at the shop at a local time.
func (l Listing) card(local time.Time, lang fault.Lang) Why {
	sh := shop.Shop{State: l.State, Terms: l.Terms, Opens: l.Opens, Closes: l.Closes}
	open, known := sh.OpenAt(local)
	switch {
	case l.State != shop.Live:
		return Why{Reason: NoCard}
	case known && !open:
		return Why{Reason: ShutNow, Text: fmt.Sprintf("%02d:%02d", l.Opens/60, l.Opens%60)}
	case !sh.CardAt(local).Now:
		return Why{Reason: CardLater}
	}
	return Why{Reason: CardNow, Text: l.Terms.Short(lang)}
}

// away is the distance from a point, or -1 where nobody asked from one.
func (l Listing) away(from *geo.Point) float64 {
	if from == nil {
		return -1
	}
	return geo.Distance(*from, l.Point)
}
