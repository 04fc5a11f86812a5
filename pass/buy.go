package pass

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/once"
	"citywalk/payment"
)

// OrderLife is how long an order waits for its payment.
const OrderLife = 15 * time.Minute

// returnPath is where the cashier sends the member back to, before the id.
const returnPath = "/passes/"

// Buy orders a pass under an idempotency key. For a priced plan it returns the
// pass in state ordered and the URL of the provider's cashier; a trial is
// active at once. A person with an active pass is refused, unless it is a
// trial and the plan is not; an order of the same plan that is still open is
// returned again, one of another plan is given up.
func (s *Service) Buy(ctx context.Context, who account.Session, plan, key string) (p Pass, payURL string, err error) {
	return s.BuyAt(ctx, who, plan, Place{}, key)
}

// BuyAt is Buy by somebody who says where he will use the pass. An open order
// for another place is given up.
func (s *Service) BuyAt(ctx context.Context, who account.Session, plan string, at Place, key string) (p Pass, payURL string, err error) {
	k := once.Key{Principal: string(who.Person), Route: "pass.buy", Key: key, Fingerprint: once.Print(plan)}
	if at != (Place{}) {
		k.Fingerprint = once.Print(plan, at)
	}
	id, _, err := once.Do(ctx, s.DB, k, func(tx *db.Tx) (ID, error) {
		return s.order(tx, who.Person, plan, at)
	})
	if err != nil {
		return Pass{}, "", err
	}
	p, payURL, err = s.cashier(ctx, who, id)
	return p, payURL, once.After(err)
}

// cashier opens the payment of an order, and says where it is paid.
func (s *Service) cashier(ctx context.Context, who account.Session, id ID) (p Pass, payURL string, err error) {
	if p, err = s.Get(ctx, who, id); err != nil || p.State != Ordered {
		return p, "", err
	}
	paying, err := s.Payment.Open(ctx, p.Payment)
	if err != nil {
		return p, "", err
	}
	if paying.State == payment.Open {
		return p, paying.PayURL, nil
	}
	p, err = s.Get(ctx, who, id)
	return p, "", err
}

// order decides which pass a person's wish for a plan leads to.
func (s *Service) order(tx *db.Tx, person account.ID, code string, at Place) (ID, error) {
	plan, err := selectPlan(tx, code)
	if errors.Is(err, db.ErrNone) || err == nil && !plan.Sold {
		return "", ErrNotSold
	} else if err != nil {
		return "", fmt.Errorf("pass: find plan %s: %w", code, err)
	}
	mine, err := selectMine(tx, person)
	if err != nil {
		return "", fmt.Errorf("pass: find passes of %s: %w", person, err)
	}
	today := s.today(tx)
	if err := plan.refuse(mine, today); err != nil {
		return "", err
	}
	for _, p := range mine {
		if p.State == Ordered && p.Plan == plan.Code && at.names(p) {
			return p.ID, nil
		}
	}
	sale := Sale{Place: at}
	if s.Gate != nil {
		if sale, err = s.Gate(tx, person, plan.Code, at); err != nil {
			return "", err
		}
	}
	if err := makeWay(tx, mine, today); err != nil {
		return "", err
	}
	p := Pass{
		Person: person, Plan: plan.Code, Zh: plan.Zh, En: plan.En, Price: plan.Price, Days: plan.Days,
		Trial: plan.Trial, State: Ordered, Created: tx.Now(),
		City: sale.City, District: sale.District, Gate: sale.Gate, Promise: sale.Promise,
	}
	if plan.Trial {
		p.State, p.First, p.Until, p.Bought = Active, today, today.Next(plan.Days), tx.Now()
	}
	return s.place(tx, p)
}

// makeWay gives up what a new order takes the place of, and ends a pass whose
// last day is over.
func makeWay(tx *db.Tx, mine []Pass, today ledger.Day) (err error) {
	for _, p := range mine {
		switch {
		case p.State == Ordered:
			err = move(tx, p.ID, Ordered, Void)
		case p.State == Active && today >= p.Until:
			err = move(tx, p.ID, Active, Lapsed)
		}
		if err != nil {
			return fmt.Errorf("pass: make way for a new order: %w", err)
		}
	}
	return nil
}

// refuse says why a person who has these passes may not buy the plan today, or
// nil.
func (plan Plan) refuse(mine []Pass, today ledger.Day) error {
	for _, p := range mine {
		if plan.Trial && p.Trial {
			return ErrTrialTaken
		}
	}
	for _, p := range mine {
		if p.State == Active && today < p.Until && (plan.Trial || !p.Trial) {
			return ErrHeld
		}
	}
	return nil
}

// numberTries bounds how often a number that is taken is drawn again.
const numberTries = 5

// place writes a new pass under a number of its own and asks for its payment.
func (s *Service) place(tx *db.Tx, p Pass) (ID, error) {
	p.ID = ID(tx.ID("pas"))
	placed, err := false, error(nil)
	for try := 0; !placed && try < numberTries; try++ {
		p.Number = newNumber()
		if placed, err = insert(tx, p); err != nil {
			return "", fmt.Errorf("pass: order: %w", err)
		}
	}
	if !placed {
		return "", fmt.Errorf("pass: order: %s has one already, or no number is free", p.Person)
	}
	if err := account.Audit(tx, p.Person, "pass.order", string(p.ID), map[string]any{"plan": p.Plan, "price": p.Price, "gate": p.Gate}); err != nil || p.Trial {
		return p.ID, err
	}
	asked, err := s.Payment.Start(tx, payment.Order{
		Purpose: purpose, Ref: string(p.ID), Payer: string(p.Person), Amount: p.Price,
		Subject: p.Zh, Return: returnPath + string(p.ID), Lifetime: OrderLife,
	})
	if err != nil {
		return "", err
	}
	if err := setPayment(tx, p.ID, asked.No); err != nil {
		return "", fmt.Errorf("pass: order: %w", err)
	}
	return p.ID, nil
}

// newNumber draws twelve digits, the first of which is not zero.
func newNumber() string {
	n, err := rand.Int(rand.Reader, big.NewInt(900_000_000_000))
	if err != nil {
		panic(err) // crypto/rand does not fail.
	}
	return fmt.Sprint(n.Int64() + 100_000_000_000)
}
