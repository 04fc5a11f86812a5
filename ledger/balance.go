package ledger

import (
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/money"
)

// Balance returns an account's balance, over all parties if party is "".
func Balance(tx *db.Tx, a Account, party string) (money.Amount, error) {
	sum, err := selectBalance(tx, a, party)
	if err != nil {
		return 0, fmt.Errorf("ledger: balance of %s: %w", a, err)
	}
	return sum, nil
}

// Balances returns the non-zero balances of an account by party.
func Balances(tx *db.Tx, a Account) (map[string]money.Amount, error) {
	all, err := selectBalances(tx, a)
	if err != nil {
		return nil, fmt.Errorf("ledger: balances of %s: %w", a, err)
	}
	by := make(map[string]money.Amount, len(all))
	for _, b := range all {
		by[b.Party] = b.Amount
	}
	return by, nil
}

// A Sum is one line of a trial balance.
type Sum struct {
	Account Account
	Opening money.Amount // Balance before the day.
	Debits  money.Amount // Of the day, positive.
	Credits money.Amount // Of the day, negative.
	Closing money.Amount
}

// TrialBalance returns a line per account of the chart for one day; the
// closings add up to zero.
func TrialBalance(tx *db.Tx, day Day) ([]Sum, error) {
	moved, err := selectSums(tx, day)
	if err != nil {
		return nil, fmt.Errorf("ledger: trial balance of %s: %w", day, err)
	}
	sums := make([]Sum, len(chart))
	for i, l := range chart {
		sums[i].Account = l.Account
		for _, m := range moved {
			if m.Account == l.Account {
				sums[i] = m
			}
		}
		sums[i].Closing = money.Sum(sums[i].Opening, sums[i].Debits, sums[i].Credits)
	}
	return sums, nil
}

// A Written is an entry as it stands in the books.
type Written struct {
	ID       string
	Key      string
	Memo     string
	Day      Day
	At       time.Time
	Postings []Posting
}

// Entries returns the entries of a day (all days if ""), of one account (all
// if ""), the newest day first and of a day the newest, at most limit, starting
// after the entry id `after`.
func Entries(tx *db.Tx, day Day, a Account, after string, limit int) ([]Written, error) {
	all, err := selectEntries(tx, day, a, after, limit)
	if err != nil {
		return nil, fmt.Errorf("ledger: entries: %w", err)
	}
	return all, nil
}

// Find returns the entry under a key, or db.ErrNone.
func Find(tx *db.Tx, key string) (Written, error) {
	w, err := selectEntry(tx, key)
	if err != nil {
		return Written{}, fmt.Errorf("ledger: find entry %s: %w", key, err)
	}
	return w, nil
}
