package ledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"citywalk/db"
	"citywalk/money"
)

// A Control is a sub-ledger kept elsewhere that an account must equal, party
// by party. Sums returns balances in the ledger's sign.
type Control struct {
	Name    string
	Account Account
	Sums    func(tx *db.Tx) (map[string]money.Amount, error)
}

// A Finding is something that does not hold.
type Finding struct {
	Rule   string // "balanced", "whole", "sign", "control"
	What   string
	Amount money.Amount
}

// Prove checks that every entry and the whole add up to zero, that no entry
// lost postings or its day, that every account (and party) stands on its side,
// and that the controls agree. An empty result is the proof.
func Prove(tx *db.Tx, controls ...Control) ([]Finding, error) {
	var found []Finding
	for _, rule := range []func(*db.Tx) ([]Finding, error){balanced, whole, signs} {
		f, err := rule(tx)
		if err != nil {
			return nil, fmt.Errorf("ledger: prove: %w", err)
		}
		found = append(found, f...)
	}
	for _, c := range controls {
		f, err := c.agrees(tx)
		if err != nil {
			return nil, fmt.Errorf("ledger: prove %s: %w", c.Name, err)
		}
		found = append(found, f...)
	}
	return found, nil
}

func balanced(tx *db.Tx) ([]Finding, error) {
	odd, err := selectUnbalanced(tx)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, o := range odd {
		found = append(found, Finding{"balanced", "entry " + o.Entry + " does not add up to zero", o.Amount})
	}
	sum, err := selectTotal(tx)
	if err == nil && sum != 0 {
		found = append(found, Finding{"balanced", "the books do not add up to zero", sum})
	}
	return found, err
}

// whole looks for traces of rows that were taken out or changed.
func whole(tx *db.Tx) ([]Finding, error) {
	torn, err := selectTorn(tx)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, t := range torn {
		found = append(found, Finding{"whole", "entry " + t.Entry + " has lost postings, its heading or its day", t.Amount})
	}
	return found, nil
}

func signs(tx *db.Tx) ([]Finding, error) {
	var found []Finding
	for _, l := range chart {
		by, err := Balances(tx, l.Account)
		if err != nil {
			return nil, err
		}
		for _, party := range slices.Sorted(maps.Keys(by)) {
			if l.wrong(by[party]) {
				found = append(found, Finding{"sign", name(l.Account, party) + " stands on the wrong side", by[party]})
			}
		}
	}
	return found, nil
}

// agrees compares the account with the sub-ledger. The amount of a finding is
// what the account has more than the sub-ledger.
func (c Control) agrees(tx *db.Tx) ([]Finding, error) {
	books, err := Balances(tx, c.Account)
	if err != nil {
		return nil, err
	}
	sums, err := c.Sums(tx)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for party, sum := range sums {
		books[party] -= sum
	}
	for party, difference := range books {
		if difference != 0 {
			what := name(c.Account, party) + " differs from " + c.Name
			found = append(found, Finding{"control", what, difference})
		}
	}
	slices.SortFunc(found, func(a, b Finding) int { return cmp.Compare(a.What, b.What) })
	return found, nil
}

func name(a Account, party string) string {
	if party == "" {
		return string(a)
	}
	return string(a) + " of " + party
}
