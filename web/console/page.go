package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// rowsMax is how many rows a page of a list has, and csvMax how many a file.
const (
	rowsMax = 50
	csvMax  = 10_000
)

// page is web.Page with a title and the entry of the menu that it belongs to.
func (a *App) page(r *http.Request, title, tab string) ui.Page {
	p := web.Page(r)
	p.Title, p.Tab = p.T(title), tab
	return p
}

// readsAll reports whether the session sees everybody's things.
func readsAll(who account.Session) bool { return account.Allowed(who, account.ActConsoleRead) }

// runs reports whether the session may change what is everybody's.
func runs(who account.Session) bool { return account.Allowed(who, account.ActConsoleWrite) }

// own are the merchants that the session acts for by a grant.
func own(who account.Session) (all []shop.MerchantID) {
	for _, g := range who.Grants {
		if g.Role == account.Merchant {
			all = append(all, shop.MerchantID(g.Merchant))
		}
	}
	return all
}

// scope is whose things a list shows: the merchant that the address names, or
// everybody ("") to those who see everything, or the first of one's own.
func scope(r *http.Request) (shop.MerchantID, error) {
	who, named := web.Session(r), r.URL.Query().Get("merchant")
	switch mine := own(who); {
	case named != "" && !who.Reads(named):
		return "", shop.ErrMerchantUnknown
	case named != "" || readsAll(who):
		return shop.MerchantID(named), nil
	case len(mine) > 0:
		return mine[0], nil
	}
	return "", account.ErrDenied
}

// shopOf returns the shop of the path; to those who may not read what is its
// merchant's, it is not there.
func (a *App) shopOf(r *http.Request) (shop.Shop, error) {
	id, err := web.ID(r, "shop", "shp")
	if err != nil {
		return shop.Shop{}, err
	}
	s, err := a.Shop.Get(r.Context(), shop.ID(id))
	if err == nil && !web.Session(r).Reads(string(s.Merchant)) {
		err = shop.ErrUnknown
	}
	return s, err
}

// merchantOf returns the merchant of the path; to others it is not there.
func (a *App) merchantOf(r *http.Request) (m shop.Merchant, err error) {
	id, err := web.ID(r, "merchant", "mer")
	if err != nil {
		return m, err
	}
	if !web.Session(r).Reads(id) {
		return m, shop.ErrMerchantUnknown
	}
	err = a.DB.View(r.Context(), func(tx *db.Tx) error {
		m, err = shop.FindMerchant(tx, shop.MerchantID(id))
		return err
	})
	return m, err
}

// names finds what merchants are called.
func (a *App) names(ctx context.Context, ids ...shop.MerchantID) (map[shop.MerchantID]string, error) {
	found := map[shop.MerchantID]string{}
	err := a.DB.View(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			if _, done := found[id]; done || id == "" {
				continue
			}
			m, err := shop.FindMerchant(tx, id)
			if err != nil {
				return err
			}
			found[id] = m.Name
		}
		return nil
	})
	return found, err
}

// choices are the merchants of a session that acts for several, to choose
// from; nil when there is nothing to choose.
func (a *App) choices(ctx context.Context, who account.Session) ([]ui.Choice, error) {
	mine := own(who)
	if readsAll(who) || len(mine) < 2 {
		return nil, nil
	}
	called, err := a.names(ctx, mine...)
	var all []ui.Choice
	for _, id := range mine {
		all = append(all, ui.Choice{Value: string(id), Label: called[id]})
	}
	return all, err
}

// dayAsked is the day that the address names, or "".
func dayAsked(r *http.Request) (ledger.Day, error) {
	s := r.URL.Query().Get("day")
	if s == "" {
		return "", nil
	}
	d, err := web.Day(ui.Form{Values: r.URL.Query()}, "day")
	return ledger.Day(d), err
}

func (a *App) today() ledger.Day { return ledger.DayOf(a.Now(), a.Zone) }

// at puts an address together; parameters without a value are left out.
func at(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// columns are a table's; a key that begins with ">" is of a column of numbers.
func columns(p ui.Page, keys ...string) []ui.Column {
	all := make([]ui.Column, len(keys))
	for i, key := range keys {
		name, right := strings.CutPrefix(key, ">")
		all[i] = ui.Column{Label: p.T("col." + name), Right: right}
	}
	return all
}

// labels are the columns' headings, for a file.
func labels(cols []ui.Column) []string {
	var all []string
	for _, c := range cols {
		all = append(all, c.Label)
	}
	return all
}

func count(n int) string { return strconv.Itoa(n) }

var weekdays = []rune("日一二三四五六")

// date prints a business day as people read it: "11月22日 周日".
func (a *App) date(p ui.Page, d ledger.Day) string {
	if d == "" {
		return ""
	}
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return printed(p, t, a.Now().In(a.Zone).Year())
}

// moment prints a time as people read it: "11月22日 周日 18:05".
func (a *App) moment(p ui.Page, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(a.Zone)
	return printed(p, t, a.Now().In(a.Zone).Year()) + " " + t.Format("15:04")
}

// printed prints a date, with its year if that is not this one.
func printed(p ui.Page, t time.Time, year int) string {
	switch {
	case p.Zh() && t.Year() != year:
		return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
	case p.Zh():
		return fmt.Sprintf("%d月%d日 周%c", t.Month(), t.Day(), weekdays[t.Weekday()])
	case t.Year() != year:
		return t.Format("2 Jan 2006")
	}
	return t.Format("Mon 2 Jan")
}

// key is the hidden key of the form that was sent.
func key(f ui.Form) string { return f.Value("idem", "") }
