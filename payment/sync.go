package payment

import (
	"context"
	"errors"
	"fmt"

	"citywalk/db"
	"citywalk/jobs"
)

// Sync queries the provider and applies what it says. ErrProvider comes with
// the payment as it stands: the provider did not answer.
func (s *Service) Sync(ctx context.Context, no string) (Payment, error) {
	p, err := s.load(ctx, no)
	if err != nil || p.State.paid() {
		return p.Payment, err
	}
	r, err := s.query(ctx, no)
	switch {
	case errors.Is(err, ErrNotThere):
		return p.Payment, nil
	case err != nil:
		return p.Payment, ErrProvider
	}
	return s.apply(ctx, r)
}

func (s *Service) query(ctx context.Context, no string) (r Result, err error) {
	err = s.call(ctx, func(ctx context.Context) error {
		r, err = s.Provider.Query(ctx, no)
		return err
	})
	return r, err
}

// apply does what the provider says of a charge, in one transaction: the
// change of state, what the purpose does at it, and the books.
func (s *Service) apply(ctx context.Context, r Result) (Payment, error) {
	var p row
	var wrong string
	err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
		wrong = ""
		if p, err = find(tx, r.No); errors.Is(err, ErrUnknown) {
			wrong, err = "number", nil
		} else if err != nil {
			return err
		} else if wrong = r.differs(p.Payment, s.Currency); wrong == "" {
			wrong, err = s.end(tx, &p, r)
		}
		if err == nil && wrong != "" {
			err = doubt(tx, r.No, wrong, r)
		}
		return err
	})
	switch {
	case err != nil:
		return p.Payment, fmt.Errorf("payment: apply %s to %s: %w", r.Status, r.No, err)
	case wrong != "":
		return p.Payment, fmt.Errorf("%w: %s of %s", ErrMismatch, wrong, r.No)
	}
	s.awake()
	s.after(ctx, p.Payment)
	return p.Payment, nil
}

// after gives the hint that something about p was committed.
func (s *Service) after(ctx context.Context, p Payment) {
	if o := s.outcomes[p.Purpose]; o.After != nil {
		o.After(ctx, p)
	}
}

// differs names what the provider says otherwise than we do.
func (r Result) differs(p Payment, currency string) string {
	switch {
	case r.No != p.No:
		return "number"
	case r.Amount != p.Amount:
		return "amount"
	case r.Currency != currency:
		return "currency"
	case (r.Status == StatusPaid) != (r.Trade != ""):
		return "trade"
	}
	return ""
}

// end moves p by the provider's word. It returns what of it cannot be true.
func (s *Service) end(tx *db.Tx, p *row, r Result) (wrong string, err error) {
	switch r.Status {
	case StatusOpen:
		if p.State == Created {
			p.PayURL = r.PayURL
			return "", move(tx, &p.Payment, Open)
		}
		return "", nil // Said before what we know by now.
	case StatusPaid:
		return s.paid(tx, p, r)
	case StatusClosed:
		if p.State.paid() {
			return "closed after paid", nil
		}
		return "", s.closed(tx, p)
	}
	return "status", nil
}

// paid takes the money into the books, for what it was for or to give back.
func (s *Service) paid(tx *db.Tx, p *row, r Result) (wrong string, err error) {
	if r.Agreement != "" {
		if err := s.agree(tx, p.Payer, r.Agreement); err != nil {
			return "", err
		}
	}
	if p.State.paid() {
		if p.Trade != r.Trade {
			return "second trade", nil
		}
		return "", nil
	}
	mine, err := claim(tx, s.Provider.Name(), r.Trade, p.No)
	if err != nil {
		return "", err
	} else if !mine {
		return "trade of another payment", nil
	}
	outcome, err := s.outcome(p.Purpose)
	if err != nil {
		return "", err
	}
	was := p.State
	p.Trade, p.Ended = r.Trade, tx.Now()
	seen := p.Payment
	if seen.State = Paid; was == Closed {
		seen.State = Late
	}
	// The first look has not begun if its request was quick: nobody needs it.
	if err := jobs.Cancel(tx, jobWatch, look{No: p.No}.key()); err != nil {
		return "", err
	}
	taken, err := outcome.Paid(tx, seen)
	switch {
	case err != nil:
		return "", err
	case taken && was == Closed:
		return "", fmt.Errorf("purpose %s took a payment that it was told is closed", p.Purpose)
	case taken:
		return "", move(tx, &p.Payment, Paid)
	}
	if err := move(tx, &p.Payment, Late); err != nil {
		return "", err
	}
	return "", s.giveBack(tx, p.Payment)
}

// giveBack books money that was for nothing any more and sends it back.
func (s *Service) giveBack(tx *db.Tx, p Payment) error {
	if err := s.receiveLate(tx, p); err != nil {
		return err
	}
	_, err := s.sendBack(tx, p, LateKey, p.Amount)
	return err
}

// closed ends p surely unpaid.
func (s *Service) closed(tx *db.Tx, p *row) error {
	if p.State == Closed {
		return nil
	}
	outcome, err := s.outcome(p.Purpose)
	if err != nil {
		return err
	}
	p.Ended = tx.Now()
	if err := move(tx, &p.Payment, Closed); err != nil {
		return err
	}
	if outcome.Closed == nil {
		return nil
	}
	return outcome.Closed(tx, p.Payment)
}
