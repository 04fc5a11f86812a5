package redeem

import (
	"context"
	"errors"
	"time"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/jobs"
)

// expireMax bounds how many redemptions one run of the job looks at.
const expireMax = 500

// Register hands the periodic jobs to the runner.
func (s *Service) Register(r *jobs.Runner) {
	r.Every("redeem.expire", 10*time.Second, 0, 3, func(ctx context.Context, _ time.Time) error {
		return s.Expire(ctx)
	})
	r.Every("redeem.forget", time.Hour, 7*time.Minute, 3, func(ctx context.Context, _ time.Time) error {
		return s.Forget(ctx)
	})
}

// Expire voids what timed out, and sends a payment that took too long on to
// reversing, which payment brings to its end. Looking at an expired redemption
// shows it so before the job has come to it.
func (s *Service) Expire(ctx context.Context) error {
	var ids []ID
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		ids, err = timedOut(tx, expireMax)
		return err
	})
	if err != nil {
		return err
	}
	var failed error
	for _, id := range ids {
		failed = errors.Join(failed, s.expireOne(ctx, id))
	}
	return failed
}

// expireOne is one transaction per redemption, so that one that cannot be
// expired does not keep the others.
func (s *Service) expireOne(ctx context.Context, id ID) error {
	var r row
	var moved bool
	err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
		moved = false
		if r, err = find(tx, id); err != nil {
			return err
		}
		if _, ok := next(r.State, toExpire); !ok || !r.over(tx.Now()) {
			return nil // Somebody was quicker.
		}
		moved = true
		return r.expire(tx)
	})
	if err == nil && moved {
		s.tell(r.Redemption)
	}
	return err
}

func (r *row) expire(tx *db.Tx) error {
	var why *fault.Error
	if to, _ := next(r.State, toExpire); to == Voided {
		why = r.State.whyOver()
		r.Why = why.Code
	}
	return r.move(tx, toExpire, "", r.Why)
}

// Forget deletes codes that ended a day ago, a bounded number at a time.
func (s *Service) Forget(ctx context.Context) error {
	for {
		var n int64
		err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
			n, err = dropCodes(tx, tx.Now().Add(-codeKept))
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
