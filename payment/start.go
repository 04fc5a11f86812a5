package payment

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/money"
)

// An Order asks for a payment.
type Order struct {
	Purpose  string
	Ref      string
	Payer    string
	Amount   money.Amount
	Subject  string
	Return   string        // Where the cashier sends the payer back: a path of ours.
	Lifetime time.Duration // Until the deadline; 0 means 15 minutes.
	Direct   bool          // Charge the payer's agreement, if there is one, without a cashier.
}

// Start writes the intent within the caller's transaction and enqueues the
// call. One purpose and ref have one payment: asking again returns it. That is
// seen by writing, not by looking first, which would be in conflict with the
// payments that others start at the same moment.
func (s *Service) Start(tx *db.Tx, o Order) (Payment, error) {
	if err := o.check(); err != nil {
		return Payment{}, err
	}
	now := tx.Now()
	if o.Lifetime == 0 {
		o.Lifetime = 15 * time.Minute
	}
	r := row{
		Payment: Payment{
			No: "CW" + rand.Text(), Purpose: o.Purpose, Ref: o.Ref, Payer: o.Payer,
			Amount: o.Amount, Fee: o.Amount.Fee(), Subject: o.Subject,
			State: Created, Created: now, Deadline: now.Add(o.Lifetime),
		},
		ReturnTo: o.Return, Direct: o.Direct, Called: now,
	}
	fresh, err := insert(tx, r)
	if err != nil {
		return r.Payment, fmt.Errorf("payment: start %s %s: %w", o.Purpose, o.Ref, err)
	}
	if !fresh {
		return again(tx, o)
	}
	// The request that started it opens it; the job is there in case it dies.
	return r.Payment, enqueueLook(tx, jobWatch, look{No: r.No}, now.Add(openGrace))
}

// again returns the payment that the order's purpose and ref have.
func again(tx *db.Tx, o Order) (Payment, error) {
	p, err := Find(tx, o.Purpose, o.Ref)
	if err == nil && p.Amount != o.Amount {
		err = fmt.Errorf("payment: %s %s asked again for %d, was %d", o.Purpose, o.Ref, o.Amount, p.Amount)
	}
	return p, err
}

// openGrace is what the request that started a payment has to open it.
const openGrace = 4 * time.Second

func (o Order) check() error {
	switch {
	case o.Amount <= 0 || o.Amount > money.Max:
		return fmt.Errorf("payment: cannot ask for %d", o.Amount)
	case o.Purpose == "" || o.Ref == "" || o.Payer == "":
		return errors.New("payment: an order needs a purpose, a ref and a payer")
	case !strings.HasPrefix(o.Return, "/") || strings.HasPrefix(o.Return, "//"):
		return fmt.Errorf("payment: %q is not a path of ours", o.Return)
	}
	return nil
}

// Get returns a payment.
func (s *Service) Get(ctx context.Context, no string) (Payment, error) {
	r, err := s.load(ctx, no)
	return r.Payment, err
}

func (s *Service) load(ctx context.Context, no string) (r row, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		r, err = find(tx, no)
		return err
	})
	return r, err
}

// Find returns the payment of a purpose and ref within tx, or db.ErrNone.
func Find(tx *db.Tx, purpose, ref string) (Payment, error) {
	p, err := findRef(tx, purpose, ref)
	if err != nil && !errors.Is(err, db.ErrNone) {
		err = fmt.Errorf("payment: find %s %s: %w", purpose, ref, err)
	}
	return p, err
}
