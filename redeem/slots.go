package redeem

import (
	"errors"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// dailyMax is how many uses a member has a day, over all shops.
const dailyMax = 6

// anyShop is the scope of the slots that count over all shops.
const anyShop = "*"

// A slot is one use that a member has taken of a day. The primary key
// (person, day, scope, n) with n below the limit is what keeps the limit: two
// redemptions cannot hold the same n.
type slot struct {
	Scope string
	N     int
}

// freeSlots returns the slots that a use at the shop takes, or ErrUses or
// ErrDaily. The day is the one on which the use begins; one that is paid after
// midnight keeps its slots.
func freeSlots(tx *db.Tx, person account.ID, sh shop.Shop, day ledger.Day) ([]slot, error) {
	taken, err := db.All[slot](tx, `SELECT scope, n FROM redeem_slots WHERE person = $1 AND day = $2`, person, day)
	if err != nil {
		return nil, wrap("read slots", err)
	}
	perDay := max(sh.Terms.PerDay, 1)
	here, ok := firstFree(taken, string(sh.ID), perDay)
	if !ok {
		return nil, ErrUses.With("shop", sh.Name, "n", perDay)
	}
	all, ok := firstFree(taken, anyShop, dailyMax)
	if !ok {
		return nil, ErrDaily.With("n", dailyMax)
	}
	return []slot{{string(sh.ID), here}, {anyShop, all}}, nil
}

// firstFree returns the lowest number below limit that the scope has free.
func firstFree(taken []slot, scope string, limit int) (int, bool) {
	used := make(map[int]bool, len(taken))
	for _, s := range taken {
		if s.Scope == scope {
			used[s.N] = true
		}
	}
	for n := range limit {
		if !used[n] {
			return n, true
		}
	}
	return 0, false
}

// take reserves the slots for r.
func take(tx *db.Tx, r row, slots []slot) error {
	for _, s := range slots {
		err := tx.Change(`
			INSERT INTO redeem_slots (person, day, scope, n, redemption) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT DO NOTHING`, r.Person, r.SlotDay, s.Scope, s.N, r.ID)
		if errors.Is(err, db.ErrNone) {
			return ErrUses.With("shop", r.ShopName, "n", max(r.Terms.PerDay, 1))
		} else if err != nil {
			return wrap("take a slot", err)
		}
	}
	return nil
}

// release gives back what r held: its slots and its share of the budget.
func release(tx *db.Tx, r *row) error {
	if _, err := tx.Exec(`DELETE FROM redeem_slots WHERE redemption = $1`, r.ID); err != nil {
		return wrap("free slots", err)
	}
	if r.Budget == 0 {
		return nil
	}
	err := tx.Change(`
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
