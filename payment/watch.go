package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/jobs"
)

// watchJob looks at a payment and comes back until it has ended.
func (s *Service) watchJob(ctx context.Context, j jobs.Job) error {
	l, err := readLook(j)
	if err != nil {
		return err
	}
	if more, err := s.watch(ctx, l.No); err != nil || !more {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		p, err := find(tx, l.No)
		if err != nil {
			return err
		}
		at, err := p.nextLook(tx.Now())
		if err != nil || at.IsZero() {
			return err
		}
		return enqueueLook(tx, jobWatch, look{l.No, l.N + 1}, at)
	})
}

// How long the watch goes on.
const (
	closingDay = 24 * time.Hour // In closing, before a person has to look.
	lateDay    = 24 * time.Hour // After it was closed, for late money.
)

// nextLook says when to look at p again, or never. A payment that the provider
// keeps unresolved for a day is an error, which leaves a dead job to be seen.
func (p row) nextLook(now time.Time) (time.Time, error) {
	switch p.State {
	case Created, Open:
		gap := 4 * time.Second
		if now.Sub(p.Created) >= time.Minute {
			gap = 15 * time.Second
		}
		if next := now.Add(gap); next.Before(p.Deadline) {
			return next, nil
		}
		return p.Deadline, nil
	case Closing:
		if now.Sub(p.Deadline) > closingDay {
			return time.Time{}, fmt.Errorf("payment: %s is unresolved since %v", p.No, p.Deadline)
		}
		return now.Add(wait(p.Deadline, now)), nil
	case Closed:
		if now.Sub(p.Ended) < lateDay {
			return now.Add(max(wait(p.Ended, now), time.Minute)), nil
		}
	}
	return time.Time{}, nil
}

// watch does the next thing about a payment: open it if its request did not,
// ask for it, or close it. It reports whether there may be more to do. A
// provider that does not answer is no error; the next look asks again.
func (s *Service) watch(ctx context.Context, no string) (more bool, err error) {
	p, now, err := s.overdue(ctx, no)
	if err != nil || p.State.paid() {
		return false, err
	}
	r, err := s.query(ctx, no)
	switch {
	case errors.Is(err, ErrNotThere) && p.State == Created:
		_, err = s.Open(ctx, no)
	case errors.Is(err, ErrNotThere):
		err = s.absent(ctx, no)
	case err != nil:
		err = ErrProvider
	case p.State == Closing && r.Status == StatusOpen && now.Sub(p.Called) >= closeAfter:
		err = s.close(ctx, no)
	default:
		_, err = s.apply(ctx, r)
	}
	if errors.Is(err, ErrProvider) || errors.Is(err, ErrMismatch) {
		err = nil // The one is asked again, the other is written down.
	}
	return true, err
}

// overdue returns the payment, put into closing if its deadline has passed.
func (s *Service) overdue(ctx context.Context, no string) (p row, now time.Time, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		now = tx.Now()
		p, err = find(tx, no)
		return err
	})
	if err != nil || now.Before(p.Deadline) || !p.State.may(Closing) {
		return p, now, err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if p, err = find(tx, no); err != nil || !p.State.may(Closing) {
			return err
		}
		outcome, err := s.outcome(p.Purpose)
		if err != nil {
			return err
		}
		if err := move(tx, &p.Payment, Closing); err != nil || outcome.Closing == nil {
			return err
		}
		return outcome.Closing(tx, p.Payment)
	})
	return p, now, err
}

// When a number that the provider does not know is surely not charged.
const (
	closeAfter  = 15 * time.Second // Since it was last asked to charge.
	absentTwice = 60 * time.Second // Between the two answers.
)

// absent notes that the provider does not know a payment that is given up, and
// closes it when that is sure.
func (s *Service) absent(ctx context.Context, no string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		p, err := find(tx, no)
		now := tx.Now()
		switch {
		case err != nil:
			return err
		case p.State != Closing || now.Sub(p.Called) < closeAfter:
			return nil
		case p.Missing.IsZero():
			return missing(tx, no, now)
		case now.Sub(p.Missing) < absentTwice:
			return nil
		}
		return s.closed(tx, &p)
	})
}

// close closes the charge at the provider and asks what came of it: the payer
// may have been quicker.
func (s *Service) close(ctx context.Context, no string) error {
	err := s.call(ctx, func(ctx context.Context) error { return s.Provider.Close(ctx, no) })
	if err != nil {
		return ErrProvider
	}
	_, err = s.Sync(ctx, no)
	return err
}
