package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/jobs"
	"citywalk/ledger"
	"citywalk/money"
)

// ErrRefundKey refuses a refund's key that names another sum.
var ErrRefundKey = fault.New(fault.Mismatch, "payment.refund_key", fault.Us,
	"这笔退款已经按另一个金额提交过。", "This refund was already asked for with another amount.")

// patience is how long a refund is tried before a person has to see to it.
const patience = 7 * 24 * time.Hour

// Return asks for a refund within the caller's transaction, which has already
// posted the credit to ledger.Refunds under the party RefundParty(no, key).
// The sum of refunds never exceeds the payment, guarded in the row. The same
// key again returns the same refund.
func (s *Service) Return(tx *db.Tx, no, key string, amount money.Amount, reason string) (Refund, error) {
	old, err := findRefundKey(tx, no, key)
	switch {
	case err == nil && old.Amount != amount:
		return old.Refund, ErrRefundKey
	case err == nil:
		return old.Refund, nil
	case !errors.Is(err, db.ErrNone):
		return old.Refund, fmt.Errorf("payment: find refund of %s: %w", no, err)
	}
	p, err := find(tx, no)
	switch {
	case err != nil:
		return Refund{}, err
	case !p.State.paid():
		return Refund{}, ErrNotPaid
	case amount <= 0 || p.Returned+amount > p.Amount:
		return Refund{}, ErrRefundTooMuch
	}
	if err := reserve(tx, no, amount); errors.Is(err, db.ErrNone) {
		return Refund{}, ErrRefundTooMuch
	} else if err != nil {
		return Refund{}, fmt.Errorf("payment: reserve refund of %s: %w", no, err)
	}
	now := tx.Now()
	r := refundRow{
		Refund: Refund{
			No: "CR" + strings.ToUpper(db.NewID(now)), Payment: no, Key: key,
			Amount: amount, Reason: reason, State: asked, Created: now,
		},
		FeeBack: feeBack(p, amount), Tried: now,
	}
	if err := insertRefund(tx, r); err != nil {
		return r.Refund, fmt.Errorf("payment: ask refund of %s: %w", no, err)
	}
	return r.Refund, enqueueLook(tx, jobRefund, look{No: r.No}, now)
}

// feeBack is the share of the payment's fee that comes back with amount.
// Shares are differences of floors, so that a payment fully refunded has its
// fee fully back, in however many parts.
func feeBack(p row, amount money.Amount) money.Amount {
	before := p.Fee.Floor(int64(p.Returned), int64(p.Amount))
	return p.Fee.Floor(int64(p.Returned+amount), int64(p.Amount)) - before
}

// refundJob sends a refund and comes back until it has ended.
func (s *Service) refundJob(ctx context.Context, j jobs.Job) error {
	l, err := readLook(j)
	if err != nil {
		return err
	}
	if err := s.pursue(ctx, l.No); err != nil && !errors.Is(err, ErrMismatch) {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		r, err := findRefund(tx, l.No)
		if err != nil || r.State != sent {
			return err
		}
		if now := tx.Now(); now.Sub(r.Tried) < patience {
			return enqueueLook(tx, jobRefund, look{l.No, l.N + 1}, now.Add(wait(r.Tried, now)))
		}
		return s.giveUp(tx, r)
	})
}

// pursue makes the next call about a refund and does what the provider says.
// A provider that does not answer is no error; the next look asks again.
func (s *Service) pursue(ctx context.Context, no string) error {
	r, p, first, err := s.sending(ctx, no)
	if err != nil || r.State != sent {
		return err
	}
	var said RefundResult
	if !first {
		err = s.call(ctx, func(ctx context.Context) error {
			said, err = s.Provider.QueryRefund(ctx, no)
			return err
		})
	}
	if first || errors.Is(err, ErrNotThere) {
		err = s.call(ctx, func(ctx context.Context) error {
			said, err = s.Provider.Refund(ctx, RefundOrder{
				No: r.No, Payment: p.No, Amount: r.Amount, Total: p.Amount,
				Reason: r.Reason, Notify: s.BaseURL + CallbackPath,
			})
			return err
		})
	}
	if err != nil {
		return nil
	}
	return s.applyRefund(ctx, no, said)
}

// sending returns the refund as sent, and whether this is the first time.
func (s *Service) sending(ctx context.Context, no string) (r refundRow, p row, first bool, err error) {
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if r, err = findRefund(tx, no); err != nil {
			return err
		}
		if p, err = find(tx, r.Payment); err != nil {
			return err
		}
		if first = r.State == asked; first {
			return moveRefund(tx, &r, sent)
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("payment: send refund %s: %w", no, err)
	}
	return r, p, first, err
}

// applyRefund does what the provider says of a refund, in one transaction.
func (s *Service) applyRefund(ctx context.Context, no string, said RefundResult) error {
	var wrong string
	var r refundRow
	err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
		wrong = ""
		r, err = findRefund(tx, no)
		switch {
		case err != nil:
			return err
		case said.No != r.No:
			wrong = "refund number"
		case said.Amount != r.Amount:
			wrong = "refund amount"
		case r.State != sent || said.Status == RefundProcessing:
			return nil
		case said.Status == RefundDone:
			return s.refunded(tx, r)
		case said.Status == RefundFailed:
			return s.giveUp(tx, r)
		default:
			wrong = "refund status"
		}
		return doubt(tx, r.Payment, wrong, said)
	})
	switch {
	case err != nil:
		return fmt.Errorf("payment: apply refund %s: %w", no, err)
	case wrong != "":
		return fmt.Errorf("%w: %s of %s", ErrMismatch, wrong, no)
	}
	if p, err := s.load(ctx, r.Payment); err == nil {
		s.after(ctx, p.Payment)
	}
	return nil
}

// refunded books a refund that is back with the payer.
func (s *Service) refunded(tx *db.Tx, r refundRow) error {
	p, err := find(tx, r.Payment)
	if err != nil {
		return err
	}
	outcome, err := s.outcome(p.Purpose)
	if err != nil {
		return err
	}
	r.Ended = tx.Now()
	if err := moveRefund(tx, &r, refunded); err != nil {
		return err
	}
	err = ledger.Post(tx, ledger.Entry{
		Key: "payment/refund/" + r.No, Memo: "refund paid back", Day: s.day(tx.Now()),
		Postings: []ledger.Posting{
			{Account: ledger.Refunds, Party: RefundParty(r.Payment, r.Key), Amount: r.Amount},
			{Account: ledger.GatewayCash, Amount: -(r.Amount - r.FeeBack)},
			{Account: ledger.GatewayFee, Amount: -r.FeeBack},
		},
	})
	if err != nil || outcome.Refunded == nil {
		return err
	}
	return outcome.Refunded(tx, p.Payment, r.Refund)
}

// giveUp leaves a refund to a person. It is still owed.
func (s *Service) giveUp(tx *db.Tx, r refundRow) error {
	p, err := find(tx, r.Payment)
	if err != nil {
		return err
	}
	outcome, err := s.outcome(p.Purpose)
	if err != nil {
		return err
	}
	if err := moveRefund(tx, &r, stuck); err != nil || outcome.Stuck == nil {
		return err
	}
	return outcome.Stuck(tx, p.Payment, r.Refund)
}

// RetryRefund tries a stuck refund again, under its own number. The provider
// is asked about it before it is sent again.
func (s *Service) RetryRefund(tx *db.Tx, no string) error {
	r, err := findRefund(tx, no)
	if errors.Is(err, db.ErrNone) {
		return ErrUnknown
	} else if err != nil {
		return fmt.Errorf("payment: find refund %s: %w", no, err)
	}
	if r.State != stuck {
		return nil
	}
	r.Tried = tx.Now()
	if err := moveRefund(tx, &r, sent); err != nil {
		return err
	}
	return enqueueLook(tx, jobRefund, look{No: no, N: int(tx.Now().UnixMilli())}, tx.Now())
}

// heedRefund takes a callback about a refund as a hint to query.
func (s *Service) heedRefund(ctx context.Context, said RefundResult) error {
	err := s.pursue(ctx, said.No)
	if !errors.Is(err, db.ErrNone) {
		return err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error { return doubt(tx, said.No, "refund number", said) })
	if err != nil {
		return fmt.Errorf("payment: doubt refund %s: %w", said.No, err)
	}
	return fmt.Errorf("%w: refund number %s", ErrMismatch, said.No)
}
