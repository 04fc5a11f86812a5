package redeem

import (
	"context"

	"citywalk/account"
	"citywalk/db"
	"citywalk/once"
	"citywalk/payment"
)

// atTill runs a command of staff once; byMember runs one of a member. What is
// kept under the key is only which redemption it was: a repetition is answered
// with that redemption as it stands, if its sender may still see it.
func (s *Service) atTill(ctx context.Context, who account.Session, k once.Key, fn func(*db.Tx) (row, error)) (Redemption, bool, error) {
	r, replayed, err := s.run(ctx, who, k, fn)
	if err == nil && replayed {
		r, err = s.ForShop(ctx, who, r.ID)
		err = once.After(err)
	}
	return r, replayed, err
}

func (s *Service) byMember(ctx context.Context, who account.Session, k once.Key, fn func(*db.Tx) (row, error)) (Redemption, bool, error) {
	r, replayed, err := s.run(ctx, who, k, fn)
	if err == nil && replayed {
		r, err = s.ForMember(ctx, who, r.ID)
		err = once.After(err)
	}
	return r, replayed, err
}

// run runs a command once. Of a repetition it returns only the id.
func (s *Service) run(ctx context.Context, who account.Session, k once.Key, fn func(*db.Tx) (row, error)) (Redemption, bool, error) {
	k.Principal = string(who.Person)
	var r row
	id, replayed, err := once.Do(ctx, s.DB, k, func(tx *db.Tx) (ID, error) {
		var err error
		r, err = fn(tx)
		r.Redemption = r.asOf(tx.Now())
		return r.ID, err
	})
	if err != nil {
		return Redemption{}, replayed, err
	}
	if replayed {
		return Redemption{ID: id}, true, nil
	}
	s.tell(r.Redemption)
	return r.Redemption, false, nil
}

// tell says that a redemption changed, after the commit.
func (s *Service) tell(r Redemption) {
	if s.Changed != nil {
		s.Changed(r)
	}
}

// collecting marks the context of collect, which tells of the redemption
// itself when it has looked at it.
type collecting struct{}

// collect makes the provider call of a redemption that has just begun to be
// paid, and returns it as it then stands. If the provider does not answer, the
// redemption stays in paying: the payment's own jobs find out what became of
// it, and both phones wait.
func (s *Service) collect(ctx context.Context, r Redemption) Redemption {
	if r.State != Paying || r.Payment == "" {
		return r
	}
	p, err := s.Payment.Open(context.WithValue(ctx, collecting{}, true), r.Payment)
	if err != nil {
		return r
	}
	if p.State == payment.Open {
		s.tell(r)
		r.PayURL = p.PayURL
		return r
	}
	now, err := s.see(ctx, r.ID, func(row) bool { return true })
	if err != nil {
		return r
	}
	s.tell(now)
	return now
}
