package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// A balance is the trial balance of a day.
type balance struct {
	Day  ledger.Day
	Sums []ledger.Sum
}

// total adds up one column; of all but the turnover it is nothing.
func (b balance) total(of func(ledger.Sum) money.Amount) (sum money.Amount) {
	for _, s := range b.Sums {
		sum += of(s)
	}
	return sum
}

func (a *App) balance(r *http.Request) (b balance, err error) {
	if b.Day, err = dayAsked(r); err != nil {
		return b, err
	}
	if b.Day == "" {
		b.Day = a.today()
	}
	err = a.DB.View(r.Context(), func(tx *db.Tx) error {
		b.Sums, err = ledger.TrialBalance(tx, b.Day)
		return err
	})
	return b, err
}

func (a *App) trial(w http.ResponseWriter, r *http.Request) error {
	b, err := a.balance(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.trialPage(a.page(r, "tab.trial", "tab.trial"), b))
}

func (a *App) trialFile(w http.ResponseWriter, r *http.Request) error {
	b, err := a.balance(r)
	if err != nil {
		return err
	}
	p := web.Page(r)
	header := labels(columns(p, "account", "name", "opening", "debit", "credit", "closing"))
	return web.CSV(w, r, "trial-"+string(b.Day)+".csv", header, func(row func(...string) error) error {
		for _, s := range b.Sums {
			if err := row(string(s.Account), accountName(p, s.Account), s.Opening.Decimal(), s.Debits.Decimal(), s.Credits.Decimal(), s.Closing.Decimal()); err != nil {
				return err
			}
		}
		return nil
	})
}

// A journal is a page of entries with its filter.
type journal struct {
	Day     ledger.Day
	Account ledger.Account
	After   string
	All     []ledger.Written
	Names   map[string]string // Of parties that are merchants.
}

func (j journal) path(base, after string) string {
	return at(base, "day", string(j.Day), "account", string(j.Account), "after", after)
}

func (j journal) first() string {
	if j.After == "" {
		return ""
	}
	return j.path("/console/entries", "")
}

func (j journal) next() string {
	if len(j.All) < rowsMax {
		return ""
	}
	return j.path("/console/entries", j.All[len(j.All)-1].ID)
}

// asked reads the journal's filter from the address.
func asked(r *http.Request) (j journal, err error) {
	q := r.URL.Query()
	j.Account, j.After = ledger.Account(q.Get("account")), q.Get("after")
	known := func(l ledger.Line) bool { return l.Account == j.Account }
	if j.Account != "" && !slices.ContainsFunc(ledger.Chart(), known) {
		return j, web.ErrNowhere
	}
	j.Day, err = dayAsked(r)
	return j, err
}

func (a *App) entries(w http.ResponseWriter, r *http.Request) error {
	j, err := asked(r)
	if err != nil {
		return err
	}
	err = a.DB.View(r.Context(), func(tx *db.Tx) error {
		j.All, err = ledger.Entries(tx, j.Day, j.Account, j.After, rowsMax)
		if err == nil {
			j.Names, err = parties(tx, j.All)
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.entriesPage(a.page(r, "tab.entries", "tab.entries"), j))
}

// parties finds what the merchants in postings are called.
func parties(tx *db.Tx, all []ledger.Written) (map[string]string, error) {
	found := map[string]string{}
	for _, e := range all {
		for _, p := range e.Postings {
			if _, done := found[p.Party]; done || !strings.HasPrefix(p.Party, "mer_") {
				continue
			}
			m, err := shop.FindMerchant(tx, shop.MerchantID(p.Party))
			if err != nil {
				return nil, err
			}
			found[p.Party] = m.Name
		}
	}
	return found, nil
}

func (a *App) entriesFile(w http.ResponseWriter, r *http.Request) error {
	j, err := asked(r)
	if err != nil {
		return err
	}
	header := labels(columns(web.Page(r), "id", "key", "memo", "day", "time", "account", "party", "amount"))
	return web.CSV(w, r, "entries.csv", header, func(row func(...string) error) error {
		const page = 500
		for sent := 0; sent < csvMax; sent += page {
			err := a.DB.View(r.Context(), func(tx *db.Tx) (err error) {
				j.All, err = ledger.Entries(tx, j.Day, j.Account, j.After, page)
				return err
			})
			if err != nil {
				return err
			}
			for _, e := range j.All {
				for _, p := range e.Postings {
					if err := row(e.ID, e.Key, e.Memo, string(e.Day), e.At.In(a.Zone).Format("2006-01-02 15:04:05"), string(p.Account), p.Party, p.Amount.Decimal()); err != nil {
						return err
					}
				}
				j.After = e.ID
			}
			if len(j.All) < page {
				return nil
			}
		}
		return nil
	})
}

// entry shows the one entry of a key.
func (a *App) entry(w http.ResponseWriter, r *http.Request) error {
	var e ledger.Written
	var called map[string]string
	err := a.DB.View(r.Context(), func(tx *db.Tx) (err error) {
		if e, err = ledger.Find(tx, r.PathValue("key")); err != nil {
			return err
		}
		called, err = parties(tx, []ledger.Written{e})
		return err
	})
	if errors.Is(err, db.ErrNone) {
		return web.Next(web.ErrNowhere, web.Page(r).T("entry.all"), "/console/entries")
	} else if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, a.entryPage(a.page(r, "entry.title", "tab.entries"), e, called))
}

// proof proves the books now.
func (a *App) proof(w http.ResponseWriter, r *http.Request) error {
	began := time.Now()
	found, err := a.Prove(r.Context())
	if err != nil {
		return err
	}
	a.lastProof.keep(found, a.Now())
	return web.Render(w, r, http.StatusOK, a.proofPage(a.page(r, "tab.proof", "tab.proof"), found, time.Since(began)))
}

// accountName is what an account is called in the page's language.
func accountName(p ui.Page, account ledger.Account) string {
	for _, l := range ledger.Chart() {
		if l.Account == account && p.Zh() {
			return l.Zh
		} else if l.Account == account {
			return l.En
		}
	}
	return string(account)
}

func accounts(p ui.Page) []ui.Choice {
	all := []ui.Choice{{Label: p.T("filter.all")}}
	for _, l := range ledger.Chart() {
		all = append(all, ui.Choice{Value: string(l.Account), Label: accountName(p, l.Account)})
	}
	return all
}

// source leads to what an entry is about, if that has a page.
func source(key string) string {
	part := strings.Split(key, "/")
	switch {
	case len(part) >= 2 && part[0] == "redeem":
		return "/console/redemptions/" + part[1]
	case len(part) == 3 && part[0] == "settle":
		return "/console/statements/" + part[1] + "/" + part[2]
	}
	return ""
}

// memo is what an entry is about, in words; auditors find its own memo in the
// file.
func memo(p ui.Page, e ledger.Written) string {
	part := strings.Split(e.Key, "/")
	kind := part[0] + "." + part[len(part)-1]
	switch {
	case part[0] == "redeem" && len(part) == 2, part[0] == "settle":
		kind = part[0]
	case part[0] == "payment" && len(part) == 3, len(part) > 1 && part[1] == "recognise":
		kind = part[0] + "." + part[1]
	}
	if p.Words.Has("entry." + kind) {
		return p.T("entry." + kind)
	}
	return e.Memo
}

// partyName is what a party is called: a merchant by its name, a cohort of
// passes by what they have in common, others by their id.
func partyName(p ui.Page, names map[string]string, posting ledger.Posting) string {
	if name := names[posting.Party]; name != "" {
		return name
	}
	part := strings.Split(posting.Party, "/")
	if posting.Account == ledger.PassUnearned && len(part) == 3 {
		price, err := strconv.ParseInt(part[1], 10, 64)
		if err == nil {
			return p.T("party.cohort", "first", part[0], "price", money.Amount(price), "days", part[2])
		}
	}
	return posting.Party
}
