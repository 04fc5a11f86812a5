package discover

import (
	"context"
	"fmt"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/redeem"
	"citywalk/shop"
)

const (
	// HonourDays is how far back a shop's honour record looks.
	HonourDays = 180
	// HonourFew is from how many members on a record says something.
	HonourFew = 10

	honourLife = 10 * time.Minute
)

// An Honour is how often a shop kept its promise to members who asked to use
// the card there, see Service.Honour.
type Honour struct {
	Members int // Who asked, each once.
	Kept    int // Of them, those whose last asking came to a use.
}

// Enough reports whether the record is of enough members to say something of
// the shop and nothing of a single one of them.
func (h Honour) Enough() bool { return h.Members >= HonourFew }

// Percent is the share of promises kept, rounded down: only a shop that kept
// all has a hundred.
func (h Honour) Percent() int {
	if h.Members == 0 {
		return 0
	}
	return 100 * h.Kept / h.Members
}

// Honour returns the honour record of a shop over the last HonourDays.
//
// Members ask when staff scans their code or when they send a bill from the
// shop's sign. All bills of a member on a day are one visit. It was kept if one
// of them was paid and not undone. It was broken if none was and the shop
// turned one down, or let one that was sent from the sign pass without an
// answer. What else came to nothing (the member cancelled, did not confirm or
// could not pay; staff undid a wrong amount) is not counted. Each member counts
// once, by the last visit that counts, so that nobody can make or break a
// record alone.
func (s *Service) Honour(ctx context.Context, id shop.ID, now time.Time) (Honour, error) {
	return s.honours.get(id, now, honourLife, func() (h Honour, err error) {
		err = s.DB.View(ctx, func(tx *db.Tx) error {
			h, err = honour(tx, id, tx.Now().AddDate(0, 0, -HonourDays))
			return err
		})
		return h, err
	})
}

// A visit is what became of a member's bills at a shop on one day.
type visit struct {
	Person account.ID
	Day    ledger.Day
	Kept   bool
	Broken bool
}

func honour(tx *db.Tx, id shop.ID, since time.Time) (h Honour, err error) {
	last := map[account.ID]visit{}
	err = db.Each(tx, func(v visit) error {
		if v.Kept || v.Broken {
			last[v.Person] = v // They come by day.
		}
		return nil
	}, `
		SELECT r.person AS person, r.slot_day AS day,
			MAX(CASE WHEN r.committed > 0 AND r.undone = 0 THEN 1 ELSE 0 END) AS kept,
			MAX(CASE WHEN r.state = $3 AND (r.door = $4 AND r.why = $5 OR r.why = $6 AND s.actor <> '' AND s.actor <> r.person)
				THEN 1 ELSE 0 END) AS broken
		FROM redeem_redemptions r LEFT JOIN redeem_steps s ON s.redemption = r.id AND s.version = r.version
		WHERE r.shop = $1 AND r.created > $2
		GROUP BY r.person, r.slot_day ORDER BY r.slot_day`,
		id, since, redeem.Voided, redeem.BySign, redeem.ErrOver.Code, redeem.ErrDeclined.Code)
	if err != nil {
		return h, fmt.Errorf("discover: honour of %s: %w", id, err)
	}
	for _, v := range last {
		h.Members++
		if v.Kept {
			h.Kept++
		}
	}
	return h, nil
}
