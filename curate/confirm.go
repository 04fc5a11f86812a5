package curate

import (
	"context"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// Refusals of second persons.
var (
	ErrNotProposed = fault.New(fault.Conflict, "curate.not_proposed", fault.Operator,
		"这个决定不在等待确认，可能已经处理过了。", "This decision does not wait for anybody; it may be settled already.")
	ErrSamePerson = fault.New(fault.Denied, "curate.same_person", fault.Operator,
		"提出决定的人不能自己确认，请另一位同事来看。", "Whoever proposed the decision cannot confirm it. Ask a colleague.")
)

// Confirm makes a proposed decision stand. It takes another person than the
// one who proposed it. Confirming again what one confirmed is a success.
func (s *Service) Confirm(ctx context.Context, who account.Session, id DecisionID) (Decision, error) {
	return s.settle(ctx, who, id, Standing)
}

// Reject ends a proposed decision; what stood before goes on. The person who
// proposed it may not, since taking back a removal one was asked to make is a
// decision too.
func (s *Service) Reject(ctx context.Context, who account.Session, id DecisionID) (Decision, error) {
	return s.settle(ctx, who, id, Rejected)
}

func (s *Service) settle(ctx context.Context, who account.Session, id DecisionID, to Step) (d Decision, err error) {
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if d, err = findDecision(tx, id); err != nil {
			return err
		}
		sh, err := shop.Find(tx, d.Shop)
		if err != nil {
			return err
		}
		if err := reviews(who, sh); err != nil {
			return err
		}
		switch {
		case d.Step == to && d.Second == who.Person:
			return nil
		case !d.Step.may(to) || d.Step != Proposed:
			return ErrNotProposed
		case d.Reviewer == who.Person:
			return ErrSamePerson
		}
		f, err := file(tx, d.Shop)
		if err != nil {
			return err
		}
		if to == Standing {
			if err := leavePast(tx, f.Standing); err != nil {
				return err
			}
		}
		if err := settleDecision(tx, d.ID, to, who.Person); err != nil {
			return err
		}
		d.Step, d.Second, d.Settled = to, who.Person, tx.Now()
		if err := account.Audit(tx, who.Person, "curate.settle", string(d.Shop), map[string]any{
			"decision": d.ID, "verdict": d.Verdict, "step": to}); err != nil {
			return err
		}
		if to == Rejected {
			return nil
		}
		return s.stand(tx, sh, d)
	})
	return d, err
}
