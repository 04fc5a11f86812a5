package redeem

import (
	"fmt"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// Prove checks that what is reserved is what redemptions hold: each that is
// under way or committed has its use here and its use of the day, no other
// has any, and each budget is the sum of what is held of it. An empty result is
// the proof. It reads everything and belongs in a View.
func Prove(tx *db.Tx) ([]ledger.Finding, error) {
	type count struct {
		ID    ID
		State State
		Slots int
	}
	var all []ledger.Finding
	counts, err := db.All[count](tx, `
		SELECT r.id, r.state, COUNT(s.redemption) AS slots
		FROM redeem_redemptions r LEFT JOIN redeem_slots s ON s.redemption = r.id AND s.person = r.person AND s.day = r.slot_day
		GROUP BY r.id, r.state`)
	if err != nil {
		return nil, wrap("prove the slots", err)
	}
	for _, c := range counts {
		want := 0
		if c.State.holds() {
			want = 2
		}
		if c.Slots != want {
			all = append(all, ledger.Finding{Rule: "slots", What: fmt.Sprintf("%s is %s and holds %d", c.ID, c.State, c.Slots)})
		}
	}
	type budget struct {
		Shop     shop.ID
		Day      ledger.Day
		Reserved money.Amount
		Held     money.Amount
	}
	budgets, err := db.All[budget](tx, `
		SELECT b.shop, b.day, b.reserved, CAST(COALESCE(SUM(r.budget), 0) AS BIGINT) AS held
		FROM redeem_budgets b LEFT JOIN redeem_redemptions r ON r.shop = b.shop AND r.budget_day = b.day
		GROUP BY b.shop, b.day, b.reserved`)
	if err != nil {
		return nil, wrap("prove the budgets", err)
	}
	for _, b := range budgets {
		if b.Reserved != b.Held {
			all = append(all, ledger.Finding{Rule: "budget", What: fmt.Sprintf("%s on %s: %v is held", b.Shop, b.Day, b.Held), Amount: b.Reserved})
		}
	}
	loose, err := db.All[account.ID](tx, `
		SELECT s.person FROM redeem_slots s LEFT JOIN redeem_redemptions r ON r.id = s.redemption WHERE COALESCE(r.id, '') = ''`)
	for _, p := range loose {
		all = append(all, ledger.Finding{Rule: "slots", What: "a slot of " + string(p) + " belongs to no redemption"})
	}
	return all, wrap("prove the slots", err)
}
