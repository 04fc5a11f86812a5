package pass

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/jobs"
)

// lapseAtOnce bounds how many passes one transaction ends.
const lapseAtOnce = 500

// Lapse ends the passes whose last day is over. It may run any number of
// times; a pass it did not come to yet is refused all the same.
func (s *Service) Lapse(ctx context.Context) error {
	for {
		var ended int64
		err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
			ended, err = lapse(tx, s.today(tx), lapseAtOnce)
			return err
		})
		if err != nil {
			return fmt.Errorf("pass: lapse: %w", err)
		}
		if ended < lapseAtOnce {
			return nil
		}
	}
}

// Register has the day's end done: at five past every hour rather than once a
// day, so that it is at 00:05 in every time zone, also where clocks change,
// and a run that failed is made up for within the hour.
func (s *Service) Register(r *jobs.Runner) {
	r.Every("pass.day", time.Hour, 5*time.Minute, 5, func(ctx context.Context, _ time.Time) error {
		return errors.Join(s.Recognise(ctx), s.Lapse(ctx))
	})
}
