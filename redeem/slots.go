package redeem

import (
	"errors"
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// dailyMax is how many uses a member has a day, over all shops.
const dailyMax = 6

// anyShop is the scope of the slots that count over all shops.
const anyShop = "*"

// A limit is how many uses a scope has a day. The primary key (person, day,
// scope, n) of redeem_slots, with n below the limit, is what keeps it: two
// redemptions cannot hold the same n.
type limit struct {
	scope  string
	max    int
	refuse *fault.Error
}

func limits(sh shop.ID, name string, t shop.Terms) []limit {
	perDay := max(t.PerDay, 1)
	return []limit{
		{string(sh), perDay, ErrUses.With("shop", name, "n", perDay)},
		{anyShop, dailyMax, ErrDaily.With("n", dailyMax)},
	}
}

// take reserves a use here and a use of the day for r, or returns ErrUses or
// ErrDaily. The day is the one on which the use begins; one that is paid after
// midnight keeps its slots.
//
// It takes the lowest number that is free of each scope, both in one
// statement, by trying: to look first would be to read what others write.
func take(tx *db.Tx, r row) error {
	all := limits(r.Shop, r.ShopName, r.Terms)
	left := []string{all[0].scope, all[1].scope}
	for n := 0; left[0] != "" || left[1] != ""; n++ {
		for i, l := range all {
			if left[i] != "" && n == l.max {
				return l.refuse
			}
		}
		taken, err := takeBoth(tx, r, n, left)
		if err != nil {
			return err
		}
		for i, scope := range left {
			if slices.Contains(taken, scope) {
				left[i] = ""
			}
		}
	}
	return nil
}

// takeBoth takes the number n of the scopes, an empty one left out, and returns
// those of which it was free.
func takeBoth(tx *db.Tx, r row, n int, scopes []string) ([]string, error) {
	taken, err := db.All[string](tx, `
		INSERT INTO redeem_slots (person, day, scope, n, redemption)
		SELECT $1, $2, v.column1, CAST($3 AS BIGINT), $4
		FROM (VALUES (CAST($5 AS TEXT)), ($6)) AS v
		WHERE v.column1 <> ''
		ON CONFLICT DO NOTHING RETURNING scope`, r.Person, r.SlotDay, n, r.ID, scopes[0], scopes[1])
	return taken, wrap("take slots", err)
}

// slotsLeft refuses a person who has no use left at the shop or of the day. It
// is for looking ahead; what counts is take.
func slotsLeft(tx *db.Tx, person account.ID, sh shop.Shop, day ledger.Day) error {
	taken, err := db.All[string](tx, `SELECT scope FROM redeem_slots WHERE person = $1 AND day = $2`, person, day)
	if err != nil {
		return wrap("read slots", err)
	}
	for _, l := range limits(sh.ID, sh.Name, sh.Terms) {
		n := 0
		for _, scope := range taken {
			if scope == l.scope {
				n++
			}
		}
		if n >= l.max {
			return l.refuse
		}
	}
	return nil
}

// release gives back what r held: its slots and its share of the budget.
func release(tx *db.Tx, r *row) error {
	_, err := tx.Exec(`DELETE FROM redeem_slots WHERE person = $1 AND day = $2 AND redemption = $3`, r.Person, r.SlotDay, r.ID)
	if err != nil {
		return wrap("free slots", err)
	}
	if r.Budget == 0 {
		return nil
	}
	err = tx.Change(`
		UPDATE redeem_budgets SET reserved = reserved - $1 WHERE shop = $2 AND day = $3`, r.Budget, r.Shop, r.BudgetDay)
	r.Budget, r.BudgetDay = 0, ""
	return wrap("give back budget", err)
}

// budgetLeft returns what the shop may still give on the day; of a shop
// without a budget it is zero and nobody asks.
func budgetLeft(tx *db.Tx, sh shop.Shop, day ledger.Day) (money.Amount, error) {
	if sh.Terms.Budget == 0 {
		return 0, nil
	}
	reserved, err := db.One[money.Amount](tx, `SELECT reserved FROM redeem_budgets WHERE shop = $1 AND day = $2`, sh.ID, day)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return 0, wrap("read a budget", err)
	}
	return max(sh.Terms.Budget-reserved, 0), nil
}

// spend reserves what the card takes off r's bill from the shop's budget of
// the day. The limit stands in the statement: of all who agree at once, only
// those get it for whom it lasts.
func spend(tx *db.Tx, r *row, day ledger.Day) error {
	if r.Terms.Budget == 0 || r.Off == 0 || len(r.Quote.Options) == 0 || r.Quote.Options[0].Kind != "card" {
		return nil
	}
	if _, err := tx.Exec(`
		INSERT INTO redeem_budgets (shop, day, reserved) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING`, r.Shop, day); err != nil {
		return wrap("open a budget", err)
	}
	err := tx.Change(`
		UPDATE redeem_budgets SET reserved = reserved + $1 WHERE shop = $2 AND day = $3 AND reserved + $1 <= $4`,
		r.Off, r.Shop, day, r.Terms.Budget)
	if errors.Is(err, db.ErrNone) {
		return ErrBudget
	}
	r.Budget, r.BudgetDay = r.Off, day
	return wrap("reserve budget", err)
}
