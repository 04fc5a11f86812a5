package member

import (
	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web/ui"
)

// An option is one price of a quote as the short list shows it.
type option struct {
	Title string
	Why   string // Why it lost.
	Off   money.Amount
	Wins  bool
}

// options are the prices that were considered, the one that applies first. The
// full price is worth a line only when nothing is better.
func options(p ui.Page, terms shop.Terms, q redeem.Quote) []option {
	var all []option
	for _, o := range q.Options {
		if o.Kind == "plain" && !o.Wins {
			continue
		}
		title, why := o.TitleEn, o.En
		if p.Zh() {
			title, why = o.Title, o.Zh
		}
		if o.Kind == "card" {
			title = p.T("quote.card", "terms", terms.Short(p.Lang))
		}
		all = append(all, option{Title: title, Why: why, Off: o.Off, Wins: o.Wins})
	}
	return all
}

// payLabel is the one button that agrees to a sum.
func payLabel(p ui.Page, due money.Amount) string {
	if due == 0 {
		return p.T("pay.confirm.free")
	}
	return p.T("pay.confirm", "due", due)
}
