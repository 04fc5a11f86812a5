package account

import (
	"context"
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/jobs"
)

const (
	sealEvery    = 5 * time.Second
	forgetEvery  = time.Hour
	sendAttempts = 5
	sendWait     = 2 * time.Second

	challengeKept  = 24 * time.Hour
	sessionKept    = 30 * 24 * time.Hour
	invitationKept = 90 * 24 * time.Hour
)

// Register hands the package's work to the runner: sending codes, sealing the
// audit and forgetting what is over. Watch is for the caller to have run every
// WatchEvery, since somebody has to be told what it finds.
func (s *Service) Register(r *jobs.Runner) {
	r.Handle(SendKind, sendAttempts, sendWait, s.SendJob)
	r.Every("account.seal", sealEvery, 0, 3, func(ctx context.Context, _ time.Time) error {
		_, err := Seal(ctx, s.DB)
		return err
	})
	r.Every("account.forget", forgetEvery, 0, 3, func(ctx context.Context, _ time.Time) error {
		_, err := s.Forget(ctx)
		return err
	})
}

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
