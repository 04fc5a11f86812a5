package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/db"
)

// Open makes the provider call of a started payment now, in the request of the
// payer, rather than when the job comes to it. It returns the payment with its
// PayURL, or already paid when an agreement was charged. ErrProvider comes
// with the payment as it stands and says that the outcome is not known yet:
// the job finds it out, and asking again is safe.
func (s *Service) Open(ctx context.Context, no string) (Payment, error) {
	c, p, err := s.prepare(ctx, no)
	if err != nil || p.State != Created || c.No == "" {
		return p.Payment, err
	}
	r, err := s.charge(ctx, c)
	if errors.Is(err, ErrAgreement) {
		if r, err = s.chargeByCashier(ctx, c); err != nil && !errors.Is(err, ErrProvider) {
			return p.Payment, err
		}
	}
	if err != nil {
		return p.Payment, ErrProvider
	}
	return s.apply(ctx, r)
}

func (s *Service) charge(ctx context.Context, c Charge) (r Result, err error) {
	err = s.call(ctx, func(ctx context.Context) error {
		r, err = s.Provider.Create(ctx, c)
		return err
	})
	return r, err
}

// chargeByCashier charges again without the agreement that did not hold, under
// the same number: nothing was charged under it.
func (s *Service) chargeByCashier(ctx context.Context, c Charge) (Result, error) {
	err := s.DB.Update(ctx, func(tx *db.Tx) error { return indirect(tx, c.No) })
	if err != nil {
		return Result{}, fmt.Errorf("payment: open %s: %w", c.No, err)
	}
	c.Agreement = ""
	r, err := s.charge(ctx, c)
	if err != nil {
		return r, ErrProvider
	}
	return r, nil
}

// prepare returns the charge to ask for. Past the deadline there is none: a
// charge that begins then could only come too late.
func (s *Service) prepare(ctx context.Context, no string) (c Charge, p row, err error) {
	var now time.Time
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		c, now = Charge{}, tx.Now()
		if p, err = find(tx, no); err != nil || p.State != Created || !now.Before(p.Deadline) {
			return err
		}
		c = Charge{
			No: p.No, Amount: p.Amount, Currency: s.Currency, Subject: p.Subject, Payer: p.Payer,
			Return: s.BaseURL + p.ReturnTo, Notify: s.BaseURL + CallbackPath, Expires: p.Deadline,
		}
		if p.Direct && p.Amount <= s.oneTap() {
			c.Agreement, err = s.agreement(tx, p.Payer)
		}
		return err
	})
	// A request that opens what it just started need not note the time again.
	if err == nil && c.No != "" && now.Sub(p.Called) > time.Second {
		err = s.DB.Update(ctx, func(tx *db.Tx) error { return called(tx, no, tx.Now()) })
	}
	if err != nil && !errors.Is(err, ErrUnknown) {
		err = fmt.Errorf("payment: open %s: %w", no, err)
	}
	return c, p, err
}
