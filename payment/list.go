package payment

import (
	"context"
	"time"

	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
)

// List returns payments by state ("" for all), newest first, after the number
// `after`.
func (s *Service) List(ctx context.Context, state State, after string, limit int) (all []Payment, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = list(tx, state, after, limit)
		return err
	})
	return all, err
}

// Refunds returns refunds, of one payment and in one state ("" for all),
// newest first. Those in state "stuck" wait for a person.
func (s *Service) Refunds(ctx context.Context, payment, state string, limit int) (all []Refund, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = listRefunds(tx, payment, state, limit)
		return err
	})
	return all, err
}

// A Doubt is something a provider said that cannot be true.
type Doubt struct {
	Payment string // The number it was said of, which need not be ours.
	What    string // "amount", "currency", "second trade", ...
	Said    string // JSON of what was said.
	Times   int
	First   time.Time
	Last    time.Time
}

// Doubts returns the latest doubts, for the people who reconcile.
func (s *Service) Doubts(ctx context.Context, limit int) (all []Doubt, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = doubts(tx, limit)
		return err
	})
	return all, err
}

// Control is the sub-ledger of ledger.Refunds: what is on its way back.
func (s *Service) Control() ledger.Control {
	return ledger.Control{Name: "refunds", Account: ledger.Refunds, Sums: func(tx *db.Tx) (map[string]money.Amount, error) {
		owed, err := owedRefunds(tx)
		sums := make(map[string]money.Amount, len(owed))
		for _, r := range owed {
			sums[RefundParty(r.Payment, r.Key)] -= r.Amount
		}
		return sums, err
	}}
}
