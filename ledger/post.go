package ledger

import (
	"fmt"
	"slices"
	"strings"

	"citywalk/db"
	"citywalk/money"
)

// A Posting moves an amount on an account: debit positive, credit negative.
type Posting struct {
	Account Account
	Party   string
	Amount  money.Amount
}

// An Entry is one balanced change of the books.
type Entry struct {
	Key      string // Unique for ever, "redeem/red_...".
	Memo     string // For auditors, in English.
	Day      Day    // Business day.
	Postings []Posting
}

// Post writes an entry. Postings of zero are left out; an entry of only zeros
// is not written. An entry whose key is there with the same postings is a
// no-op; with others it is an error. It never reads a balance.
func Post(tx *db.Tx, e Entry) error {
	postings, err := e.check()
	if err != nil {
		return fmt.Errorf("ledger: post %q: %w", e.Key, err)
	}
	if len(postings) == 0 {
		return nil
	}
	id := db.RandomID("ent")
	written, err := insertEntry(tx, id, e)
	if err != nil {
		return fmt.Errorf("ledger: post %q: %w", e.Key, err)
	}
	if !written {
		return same(tx, e.Key, postings)
	}
	if err := insertPostings(tx, id, e.Day, postings); err != nil {
		return fmt.Errorf("ledger: post %q: %w", e.Key, err)
	}
	return nil
}

// check returns the postings that are not zero, or why the entry may not be
// written.
func (e Entry) check() ([]Posting, error) {
	if e.Key == "" {
		return nil, fmt.Errorf("the entry has no key")
	}
	if _, err := ParseDay(string(e.Day)); err != nil {
		return nil, err
	}
	var sum int64
	postings := make([]Posting, 0, len(e.Postings))
	for _, p := range e.Postings {
		l, ok := line(p.Account)
		switch {
		case !ok:
			return nil, fmt.Errorf("account %q is not in the chart", p.Account)
		case l.ByParty && p.Party == "":
			return nil, fmt.Errorf("a posting to %s names no party", p.Account)
		case !l.ByParty && p.Party != "":
			return nil, fmt.Errorf("a posting to %s names party %q, but the account is not kept by party", p.Account, p.Party)
		case p.Amount == 0:
			continue
		}
		next, overflow := add(sum, int64(p.Amount))
		if overflow {
			return nil, fmt.Errorf("the postings are too large")
		}
		sum = next
		postings = append(postings, p)
	}
	if sum != 0 {
		return nil, fmt.Errorf("the postings add up to %v, not to zero", money.Amount(sum))
	}
	return postings, nil
}

// add adds and tells of overflow, which would make an unbalanced entry look
// balanced.
func add(a, b int64) (sum int64, overflow bool) {
	sum = a + b
	return sum, b != 0 && (b > 0) != (sum > a)
}

// same returns nil if the entry under key has these postings, in any order.
func same(tx *db.Tx, key string, postings []Posting) error {
	there, err := postingsUnder(tx, key)
	if err != nil {
		return fmt.Errorf("ledger: post %q: %w", key, err)
	}
	want := slices.Clone(postings)
	slices.SortFunc(there, byAccount)
	slices.SortFunc(want, byAccount)
	if !slices.Equal(there, want) {
		return fmt.Errorf("ledger: post %q: an entry with other postings has this key", key)
	}
	return nil
}

func byAccount(a, b Posting) int {
	if c := strings.Compare(string(a.Account), string(b.Account)); c != 0 {
		return c
	}
	if c := strings.Compare(a.Party, b.Party); c != 0 {
		return c
	}
	return int(min(max(a.Amount-b.Amount, -1), 1))
}
