package account

import (
	"context"
	"fmt"
	"time"

	"citywalk/db"
)

const (
	challengeKept  = 24 * time.Hour
	sessionKept    = 30 * 24 * time.Hour
	invitationKept = 90 * 24 * time.Hour
)

// Forget deletes what is over and of no more use: challenges after a day,
// which hold numbers of people who never came in, sessions and invitations
// after some weeks, limits whose window ended. It returns how many rows.
func (s *Service) Forget(ctx context.Context) (int64, error) {
	return update(ctx, s.DB, func(tx *db.Tx) (int64, error) {
		n, err := forget(tx, tx.Now().Add(-challengeKept), tx.Now().Add(-sessionKept), tx.Now().Add(-invitationKept))
		if err != nil {
			return 0, fmt.Errorf("account: forget: %w", err)
		}
		return n, nil
	})
}
