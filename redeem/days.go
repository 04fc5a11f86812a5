package redeem

import (
	"context"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/money"
	"citywalk/shop"
)

// A DaySum is what was redeemed on one business day.
type DaySum struct {
	Day    ledger.Day
	Count  int          // Redemptions that committed.
	Undone int          // Of them, those that were undone since.
	Paid   money.Amount // By members, without what was undone.
	Saved  money.Amount // By members, without what was undone.
}

// Days adds up each business day from one on, of a merchant or, for operators
// and auditors, of all. Days without a redemption are left out.
func (s *Service) Days(ctx context.Context, who account.Session, m shop.MerchantID, from ledger.Day) ([]DaySum, error) {
	if m == "" && !account.Allowed(who, account.ActConsoleRead) || m != "" && !who.Reads(string(m)) {
		return nil, ErrDenied
	}
	var all []DaySum
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		all, err = sumDays(tx, m, from, ID("red_"+db.NewID(from.Start(s.Zone).Add(-commitAfter))))
		return wrap("add up days", err)
	})
	return all, err
}

// sumDays reads from an id on, since ids sort by time and days have no index.
func sumDays(tx *db.Tx, m shop.MerchantID, from ledger.Day, id ID) ([]DaySum, error) {
	return db.All[DaySum](tx, `
		SELECT day, COUNT(*) AS count,
			CAST(SUM(CASE WHEN undone > 0 THEN 1 ELSE 0 END) AS BIGINT) AS undone,
			CAST(SUM(CASE WHEN undone > 0 THEN 0 ELSE due END) AS BIGINT) AS paid,
			CAST(SUM(CASE WHEN undone > 0 THEN 0 ELSE off END) AS BIGINT) AS saved
		FROM redeem_redemptions
		WHERE id >= $1 AND day >= $2 AND (CAST($3 AS TEXT) = '' OR merchant = $3)
		GROUP BY day ORDER BY day`, id, from, m)
}
