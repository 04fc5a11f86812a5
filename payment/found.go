package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/jobs"
)

// Survey lists what Recover would find, and changes nothing.
func (s *Service) Survey(ctx context.Context, since time.Time) ([]Found, error) {
	g, err := s.gap(ctx, since)
	if err != nil {
		return nil, err
	}
	all := []Found{}
	for _, no := range g.ours {
		p, err := s.load(ctx, no)
		if err != nil {
			return nil, err
		}
		r, err := s.query(ctx, no)
		if err == nil && r.Status == StatusPaid {
			all = append(all, Found{What: FoundPaid, No: no, Payer: p.Payer, Subject: p.Subject, Amount: p.Amount, At: r.PaidAt})
		}
	}
	return append(all, s.beyond(ctx, g)...), nil
}

// beyond lists the charges and refunds that the books do not have.
func (s *Service) beyond(ctx context.Context, g gap) (all []Found) {
	unknown := map[string]bool{}
	for _, c := range g.charges {
		unknown[c.No] = true
		what := FoundOpen
		if c.Status == StatusPaid && c.Refunded >= c.Amount {
			what = FoundBack
		} else if c.Status == StatusPaid {
			what = FoundLost
		}
		all = append(all, Found{What: what, No: c.No, Payer: c.Payer, Subject: c.Subject, Amount: c.Amount, At: c.Created})
	}
	for no, refunds := range g.refunds {
		if unknown[no] {
			continue
		}
		p, err := s.load(ctx, no)
		for _, f := range refunds {
			if err == nil && f.Status != RefundFailed {
				all = append(all, Found{What: FoundUndone, No: no, Payer: p.Payer, Subject: p.Subject, Amount: f.Amount, At: f.Created})
			}
		}
	}
	return all
}

// Recovered lists what Recover has done since it was first begun, from the
// books, and what it had nothing to do about, from the provider.
func (s *Service) Recovered(ctx context.Context, since, begun time.Time) (all []Found, err error) {
	g, err := s.gap(ctx, since)
	if err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all = []Found{}
		ended, err := endedSince(tx, begun)
		if err != nil {
			return err
		}
		for _, p := range ended {
			what := FoundPaid
			if p.Purpose == lost {
				what = FoundLost
			} else if p.State == Late {
				what = FoundLate
			}
			all = append(all, Found{what, p.No, p.Payer, p.Subject, p.Amount, p.Created, true})
		}
		undone, err := undoneSince(tx, begun)
		for _, p := range undone {
			all = append(all, Found{FoundUndone, p.No, p.Payer, p.Subject, p.Amount, p.Created, true})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("payment: list what was recovered: %w", err)
	}
	for _, f := range s.beyond(ctx, g) {
		if f.What == FoundUndone {
			f.What = FoundDoubt
		}
		f.Done = f.What == FoundBack || f.What == FoundOpen
		all = append(all, f)
	}
	return all, nil
}

// errMissing ends a walk over the provider's list.
var errMissing = errors.New("payment: the books lack what the provider has")

// Missing reports whether since a moment the provider took or gave back money,
// or may yet take some, of which the books do not know. They know of it before
// the provider is called, so there is none unless an older state was put in
// the place of the books. ErrProvider says that it does not answer.
func (s *Service) Missing(ctx context.Context, since time.Time) (bool, error) {
	err := each(ctx, s, since, s.Provider.Charges, func(tx *db.Tx, c ListedCharge) (string, error) {
		_, err := find(tx, c.No)
		if errors.Is(err, ErrUnknown) {
			err = errMissing
			if c.Status == StatusClosed || c.Refunded >= c.Amount { // Recover leaves it at that.
				err = nil
			}
		}
		return c.No, err
	})
	if err == nil {
		err = each(ctx, s, since, s.Provider.Refunds, func(tx *db.Tx, f ListedRefund) (string, error) {
			_, err := findRefund(tx, f.No)
			if !errors.Is(err, db.ErrNone) {
				return f.No, err
			}
			if _, err = find(tx, f.Payment); err == nil {
				return f.No, errMissing
			} else if errors.Is(err, ErrUnknown) {
				err = nil // Of a charge that was looked at before.
			}
			return f.No, err
		})
	}
	if errors.Is(err, errMissing) {
		return true, nil
	}
	return false, err
}

// A vigil is the body of the job that goes on looking after a restore: a
// charge that hung at the provider may still come.
type vigil struct {
	Since time.Time `json:"since"`
	From  time.Time `json:"from"`
	N     int       `json:"n"`
}

// KeepVigil has Recover's look at the provider repeated for a day.
func (s *Service) KeepVigil(tx *db.Tx, since time.Time) error {
	return keep(tx, vigil{Since: since, From: tx.Now()}, tx.Now().Add(time.Minute))
}

func keep(tx *db.Tx, v vigil, at time.Time) error {
	return jobs.Enqueue(tx, jobLost, fmt.Sprintf("%d/%d", v.From.UnixMilli(), v.N), at, v)
}

func (s *Service) lostJob(ctx context.Context, j jobs.Job) error {
	var v vigil
	if err := json.Unmarshal(j.Body, &v); err != nil {
		return fmt.Errorf("payment: read job %s: %w", j.Kind, err)
	}
	g, err := s.gap(ctx, v.Since)
	if err == nil {
		err = s.takeOver(ctx, g, func() {})
	}
	if err != nil {
		return err
	}
	s.awake()
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if now.Sub(v.From) > lateDay {
			return nil
		}
		v.N++
		return keep(tx, v, now.Add(max(wait(v.From, now), time.Minute)))
	})
}
