package payment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
)

// After a restore the books end at the moment of the copy, and what was paid
// since is paid all the same. Recover brings them to the provider's truth
// before anybody is served again:
//
//	ours, not ended          ──query──▶ as the provider says: its thing gets it, or it goes back
//	a refund we do not know  ──▶ Outcome.Undone does again what led to it, under the refund's own number
//	a number we do not know  ──open──▶ closed at the provider
//	                         ──paid──▶ into the books under the purpose "lost", and back to the payer once
//
// Everything is done under the provider's own numbers, which are unique here,
// so a run that was interrupted is simply run again. While it runs, nobody
// else may: no runner, no requests.

// lost is the purpose of payments whose order the books do not have.
const lost = "lost"

// What a provider knows more than the books.
const (
	FoundPaid   = "paid"   // Ours: it was paid, and its thing has it.
	FoundLate   = "late"   // Ours: it was paid for nothing any more, and goes back.
	FoundLost   = "lost"   // A number that we do not know: it was paid, and goes back.
	FoundBack   = "back"   // A number that we do not know: it was paid and given back before.
	FoundOpen   = "open"   // A number that we do not know: it was not paid, and is closed.
	FoundUndone = "undone" // Ours: it was given back, and the books have that again.
	FoundDoubt  = "doubt"  // Ours: it was given back, and a person has to say what for.
)

// A Found is something that the provider knows and the books did not.
type Found struct {
	What    string
	No      string // The payment's number.
	Payer   string
	Subject string // What the payer read: the shop's or the plan's name.
	Amount  money.Amount
	At      time.Time // When the provider heard of it.
	Done    bool      // Whether the books have it by now.
}

// A gap is what lies between the books and the provider.
type gap struct {
	ours    []string // Payments of ours that have not ended, or might be paid late.
	charges []ListedCharge
	refunds map[string][]ListedRefund // By payment.
}

// Recover takes over what the provider knows and the books do not. since is
// the moment of the copy. progress is told how much is done, and may be nil.
// ErrProvider says that the provider did not answer: run it again.
func (s *Service) Recover(ctx context.Context, since time.Time, progress func(done, all int)) error {
	g, err := s.gap(ctx, since)
	if err != nil {
		return err
	}
	all := len(g.ours) + len(g.refunds) + len(g.charges)
	var done int
	var telling sync.Mutex
	step := func() {
		telling.Lock()
		defer telling.Unlock()
		if done++; progress != nil {
			progress(done, all)
		}
	}
	err = several(ctx, g.ours, func(ctx context.Context, no string) error {
		if _, err := s.Sync(ctx, no); err != nil && !errors.Is(err, ErrMismatch) {
			return err
		}
		step()
		return nil
	})
	if err == nil {
		err = s.takeOver(ctx, g, step)
	}
	if err != nil {
		return err
	}
	return s.sendAsked(ctx)
}

// atOnce is how many payments are worked on at the same time: most wait for
// the provider or the disk.
const atOnce = 8

// several calls fn for each of all, which have nothing to do with each other,
// a few at once. The first error ends it.
func several[T any](ctx context.Context, all []T, fn func(context.Context, T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, one := range all {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return fn(ctx, one)
		})
	}
	return g.Wait()
}

// takeOver is Recover without what is ours and can be asked for by number.
func (s *Service) takeOver(ctx context.Context, g gap, step func()) error {
	err := several(ctx, slices.Collect(maps.Keys(g.refunds)), func(ctx context.Context, no string) error {
		for _, f := range g.refunds[no] {
			if err := s.takeBack(ctx, f); err != nil {
				return fmt.Errorf("payment: take over refund %s of %s: %w", f.No, no, err)
			}
		}
		step()
		return nil
	})
	if err != nil {
		return err
	}
	return several(ctx, g.charges, func(ctx context.Context, c ListedCharge) error {
		if err := s.adopt(ctx, c, g.refunds[c.No]); err != nil {
			return fmt.Errorf("payment: take over charge %s: %w", c.No, err)
		}
		step()
		return nil
	})
}

// gap compares the provider's lists with the books.
func (s *Service) gap(ctx context.Context, since time.Time) (g gap, err error) {
	g.refunds = map[string][]ListedRefund{}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		g.ours, err = unended(tx, since.Add(-lateDay))
		return err
	})
	if err != nil {
		return g, fmt.Errorf("payment: find what has not ended: %w", err)
	}
	since = since.Add(-listMargin)
	err = each(ctx, s, since, s.Provider.Charges, func(tx *db.Tx, c ListedCharge) (string, error) {
		_, err := find(tx, c.No)
		if errors.Is(err, ErrUnknown) {
			g.charges, err = append(g.charges, c), nil
		}
		return c.No, err
	})
	if err != nil {
		return g, err
	}
	return g, each(ctx, s, since, s.Provider.Refunds, func(tx *db.Tx, f ListedRefund) (string, error) {
		_, err := findRefund(tx, f.No)
		if errors.Is(err, db.ErrNone) {
			g.refunds[f.Payment], err = append(g.refunds[f.Payment], f), nil
		}
		return f.No, err
	})
}

// listMargin is how far the provider's clock may be from ours.
const listMargin = time.Hour

// each walks a list of the provider's, a page at a time; see returns the
// number of what it saw.
func each[T any](ctx context.Context, s *Service, since time.Time,
	list func(context.Context, time.Time, string) ([]T, error), see func(*db.Tx, T) (string, error)) error {
	for after := ""; ; {
		var page []T
		err := s.call(ctx, func(ctx context.Context) (err error) {
			page, err = list(ctx, since, after)
			return err
		})
		if err != nil {
			return ErrProvider
		}
		if len(page) == 0 {
			return nil
		}
		err = s.DB.View(ctx, func(tx *db.Tx) error {
			for _, one := range page {
				if after, err = see(tx, one); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("payment: compare with the provider's list: %w", err)
		}
	}
}

// takeBack puts a refund into the books that they do not have. Of a payment
// that they do not have either, adopt does it.
func (s *Service) takeBack(ctx context.Context, f ListedRefund) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		p, err := find(tx, f.Payment)
		if errors.Is(err, ErrUnknown) || f.Status == RefundFailed {
			return nil
		} else if err != nil {
			return err
		}
		key, err := s.again(tx, p, f)
		if err != nil {
			return err
		}
		r, err := findRefundKey(tx, p.No, key)
		if errors.Is(err, db.ErrNone) || err == nil && (r.State != asked || r.Amount != f.Amount) {
			return doubt(tx, p.No, "refund that is not ours", f.RefundResult)
		} else if err != nil {
			return err
		}
		if err := jobs.Cancel(tx, jobRefund, look{No: r.No}.key()); err != nil {
			return err
		}
		return s.resume(tx, r, f)
	})
}

// again has the purpose do what led to the refund, and returns the refund's
// key; "" if that cannot be.
func (s *Service) again(tx *db.Tx, p row, f ListedRefund) (key string, err error) {
	if p.State == Late {
		return LateKey, nil
	}
	outcome, err := s.outcome(p.Purpose)
	if err != nil || p.State != Paid || outcome.Undone == nil {
		return "", err
	}
	err = tx.Try(func() error {
		key, err = outcome.Undone(tx, p.Payment, f.Amount)
		return err
	})
	if _, refused := fault.From(err); refused {
		return "", nil
	}
	return key, err
}

// resume gives a refund that was asked for the number under which the provider
// did it already, and goes on from there.
func (s *Service) resume(tx *db.Tx, r refundRow, f ListedRefund) error {
	if err := renumberRefund(tx, r.No, f.No); err != nil {
		return err
	}
	r.No, r.State = f.No, sent
	if f.Status == RefundDone {
		return s.refunded(tx, r)
	}
	return enqueueLook(tx, jobRefund, look{No: f.No}, tx.Now())
}

// adopt puts a charge into the books whose order they do not have, and sends
// back what of it was not given back yet. A charge that is still open is
// closed first, so that nobody pays for what is not there.
func (s *Service) adopt(ctx context.Context, c ListedCharge, back []ListedRefund) error {
	if c.Status == StatusOpen {
		s.call(ctx, func(ctx context.Context) error { return s.Provider.Close(ctx, c.No) })
		now, err := s.query(ctx, c.No) // The payer may have been quicker.
		if err != nil || now.Status == StatusOpen {
			return ErrProvider
		}
		c.Result = now
	}
	if c.Status != StatusPaid || c.Refunded >= c.Amount {
		return nil
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		p := row{
			Payment: Payment{
				No: c.No, Purpose: lost, Ref: c.No, Payer: c.Payer, Amount: c.Amount, Fee: c.Amount.Fee(),
				Subject: c.Subject, State: Created, Created: c.Created, Deadline: c.Created,
			},
			ReturnTo: "/", Called: c.Created,
		}
		fresh, err := insert(tx, p)
		if err != nil || !fresh {
			return err
		}
		if c.Currency != s.Currency {
			return doubt(tx, c.No, "currency", c.Result)
		}
		mine, err := claim(tx, s.Provider.Name(), c.Trade, c.No)
		if err == nil && !mine {
			return doubt(tx, c.No, "trade of another payment", c.Result)
		} else if err != nil {
			return err
		}
		p.Trade, p.Ended = c.Trade, tx.Now()
		if err := move(tx, &p.Payment, Late); err != nil {
			return err
		}
		return s.giveBackRest(tx, p, back)
	})
}

// giveBackRest books a lost charge, the refunds that it had in the life that
// is lost, and sends back the rest.
func (s *Service) giveBackRest(tx *db.Tx, p row, back []ListedRefund) error {
	if err := s.receiveLate(tx, p.Payment); err != nil {
		return err
	}
	rest := p.Amount
	for _, f := range back {
		if f.Status == RefundFailed || f.Amount > rest {
			continue
		}
		rest -= f.Amount
		r, err := s.sendBack(tx, p.Payment, lost+"/"+f.No, f.Amount)
		if err != nil {
			return err
		}
		if err := jobs.Cancel(tx, jobRefund, look{No: r.No}.key()); err != nil {
			return err
		}
		whole, err := findRefund(tx, r.No)
		if err == nil {
			err = s.resume(tx, whole, f)
		}
		if err != nil {
			return err
		}
	}
	_, err := s.sendBack(tx, p.Payment, LateKey, rest)
	return err
}

// lostOutcome is of payments whose order the books do not have: it takes none.
func lostOutcome() Outcome {
	return Outcome{Paid: func(*db.Tx, Payment) (bool, error) { return false, nil }}
}

// sendAsked sends the refunds that were asked for, so that whoever reopens can
// say what is back. What does not come to an end now is left to the jobs.
func (s *Service) sendAsked(ctx context.Context) error {
	var all []string
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		all, err = unsentRefunds(tx)
		return err
	})
	if err != nil {
		return err
	}
	return several(ctx, all, func(ctx context.Context, no string) error {
		if err := s.pursue(ctx, no); err != nil && !errors.Is(err, ErrMismatch) {
			return err
		}
		return nil
	})
}

// receiveLate books money that came for nothing.
func (s *Service) receiveLate(tx *db.Tx, p Payment) error {
	return ledger.Post(tx, ledger.Entry{
		Key: "payment/late/" + p.No, Memo: "payment came too late", Day: s.day(tx.Now()),
		Postings: append(Received(p), ledger.Posting{Account: ledger.Suspense, Party: p.No, Amount: -p.Amount}),
	})
}

// sendBack sends money back that came for nothing, or a part of it.
func (s *Service) sendBack(tx *db.Tx, p Payment, key string, amount money.Amount) (Refund, error) {
	entry := "payment/late_refund/" + p.No
	if key != LateKey {
		entry += "/" + key
	}
	err := ledger.Post(tx, ledger.Entry{
		Key: entry, Memo: "late payment goes back", Day: s.day(tx.Now()),
		Postings: []ledger.Posting{
			{Account: ledger.Suspense, Party: p.No, Amount: amount},
			{Account: ledger.Refunds, Party: RefundParty(p.No, key), Amount: -amount},
		},
	})
	if err != nil {
		return Refund{}, err
	}
	return s.Return(tx, p.No, key, amount, "late payment")
}
