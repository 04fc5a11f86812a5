package member

import (
	"net/http"

	"citywalk/money"
	"citywalk/redeem"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// pageOfReceipts is how many receipts a list shows at once.
const pageOfReceipts = 30

// A line is a receipt in the list.
type line struct {
	Shop  string
	When  string
	Href  string
	Paid  money.Amount
	Badge string // What became of it, when it is no longer plainly paid.
}

// A receiptList is the member's receipts, newest first.
type receiptList struct {
	Lines []line
	Saved money.Amount
	First string
	After string
}

// receipts lists what the member paid with the card, and what that saved.
func (a *App) receipts(w http.ResponseWriter, r *http.Request) error {
	who := web.Session(r)
	after := cut(r.URL.Query().Get("after"), 40)
	mine, err := a.Redeem.Mine(r.Context(), who, redeem.ID(after), pageOfReceipts)
	if err != nil {
		return err
	}
	_, saved, err := a.passes(r.Context(), who)
	if err != nil {
		return err
	}
	p := a.page(r, "receipts.title", "tab.me")
	list := receiptList{Saved: saved}
	for _, red := range mine {
		list.Lines = append(list.Lines, line{
			Shop: red.ShopName, When: a.moment(p, red.Committed), Href: "/r/" + string(red.ID), Paid: red.Due, Badge: became(p, red.State),
		})
	}
	if after != "" {
		list.First = "/receipts"
	}
	if len(mine) == pageOfReceipts {
		list.After = "/receipts?after=" + string(mine[len(mine)-1].ID)
	}
	return web.Render(w, r, http.StatusOK, receiptsPage(p, list))
}

// became is the word for what became of a paid bill; empty while it stands.
func became(p ui.Page, s redeem.State) string {
	if s == redeem.Committed {
		return ""
	}
	return p.T("receipt." + string(s))
}

// A receiptView is one receipt, with the question about its visit.
type receiptView struct {
	redeem.Receipt
	Place shop.Shop
	When  string
	Ask   askView
}

// receipt is the signed proof of one bill.
func (a *App) receipt(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "id", "red")
	if err != nil {
		return err
	}
	got, err := a.Redeem.Receipt(r.Context(), web.Session(r), redeem.ID(id))
	if err != nil {
		return web.Next(err, web.Page(r).T("me.receipts"), "/receipts")
	}
	p := a.page(r, "receipt.title", "tab.me")
	place, err := a.Shop.Get(r.Context(), got.Redemption.Shop)
	if err != nil {
		return err
	}
	v := receiptView{Receipt: got, Place: place, When: a.moment(p, got.Redemption.Committed)}
	question, ok, err := a.Community.AskAbout(r.Context(), web.Session(r), got.Redemption.ID)
	if err != nil {
		return err
	}
	v.Ask = a.askView(p, question, ok)
	return web.Render(w, r, http.StatusOK, receiptPage(p, v))
}

// uses sends every use of the member's passes as a table (L6).
func (a *App) uses(w http.ResponseWriter, r *http.Request) error {
	p, who := web.Page(r), web.Session(r)
	header := []string{p.T("uses.time"), p.T("uses.shop"), p.T("uses.bill"), p.T("uses.off"), p.T("uses.paid"), p.T("uses.state"), p.T("uses.receipt")}
	return web.CSV(w, r, "citywalk-uses.csv", header, func(row func(...string) error) error {
		for after := redeem.ID(""); ; {
			mine, err := a.Redeem.Mine(r.Context(), who, after, 100)
			if err != nil {
				return err
			}
			for _, red := range mine {
				err := row(red.Committed.In(a.Zone).Format("2006-01-02 15:04:05"), red.ShopName, red.Quote.Bill.Decimal(),
					red.Quote.Off.Decimal(), red.Due.Decimal(), p.T("receipt."+string(red.State)), red.Receipt)
				if err != nil {
					return err
				}
				after = red.ID
			}
			if len(mine) < 100 {
				return nil
			}
		}
	})
}
