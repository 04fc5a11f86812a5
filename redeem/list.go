package redeem

import (
	"context"
	"errors"
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/ledger"
	"citywalk/payment"
	"citywalk/shop"
)

// ForMember returns a redemption to its member; to others it is not there.
func (s *Service) ForMember(ctx context.Context, who account.Session, id ID) (Redemption, error) {
	var r Redemption
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		found, err := findMine(tx, who, id)
		if err != nil {
			return err
		}
		r, err = found.withCashier(tx)
		return err
	})
	return r, err
}

// ForShop returns a redemption to its shop's staff, its merchant, operators and
// auditors; to others it is not there.
func (s *Service) ForShop(ctx context.Context, staff account.Session, id ID) (Redemption, error) {
	return s.see(ctx, id, func(r row) bool {
		return staff.AtShop(string(r.Merchant), string(r.Shop)) || staff.Has(account.Auditor)
	})
}

// see returns a redemption as it stands to somebody who may see it.
func (s *Service) see(ctx context.Context, id ID, may func(row) bool) (Redemption, error) {
	var r Redemption
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		found, err := find(tx, id)
		if err == nil && !may(found) {
			err = ErrUnknown
		}
		r = found.asOf(tx.Now())
		return err
	})
	if err != nil {
		return Redemption{}, err
	}
	return r, nil
}

// withCashier returns the redemption as its member sees it now, with where he
// pays if that is what he has to do.
func (r row) withCashier(tx *db.Tx) (Redemption, error) {
	if r.State == Paying {
		p, err := payment.Find(tx, Purpose, string(r.ID))
		if err != nil {
			return r.Redemption, wrap("find a payment", err)
		}
		if p.State == payment.Open {
			r.PayURL = p.PayURL
		}
	}
	return r.asOf(tx.Now()), nil
}

// Current returns the member's open redemption, or ErrNothing.
func (s *Service) Current(ctx context.Context, who account.Session) (Redemption, error) {
	var r Redemption
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		found, err := findOpen(tx, who.Person)
		if errors.Is(err, db.ErrNone) {
			return ErrNothing
		} else if err != nil {
			return err
		}
		r, err = found.withCashier(tx)
		if err == nil && !r.State.Open() {
			return ErrNothing
		}
		return err
	})
	return r, err
}

// The bounds of a page.
const (
	pageDefault = 50
	pageMax     = 200
)

func page(limit int) int {
	if limit <= 0 {
		return pageDefault
	}
	return min(limit, pageMax)
}

// read runs a listing in a View and shows the rows as they stand now.
func (s *Service) read(ctx context.Context, fn func(*db.Tx) ([]row, error)) ([]Redemption, error) {
	var all []Redemption
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		rows, err := fn(tx)
		for _, r := range rows {
			all = append(all, r.asOf(tx.Now()))
		}
		return err
	})
	return all, err
}

// Mine lists the member's redemptions that committed (and what became of
// them), newest first, after an id.
func (s *Service) Mine(ctx context.Context, who account.Session, after ID, limit int) ([]Redemption, error) {
	return s.read(ctx, func(tx *db.Tx) ([]row, error) { return listMine(tx, who.Person, after, page(limit)) })
}

// Today lists a shop's redemptions of a business day, newest first, open
// requests included.
func (s *Service) Today(ctx context.Context, staff account.Session, at shop.ID, day ledger.Day) ([]Redemption, error) {
	all, err := s.read(ctx, func(tx *db.Tx) ([]row, error) {
		if err := mayRead(tx, staff, at); err != nil {
			return nil, err
		}
		return listDay(tx, at, day, day.Start(s.Zone), day.Next(1).Start(s.Zone))
	})
	return slices.DeleteFunc(all, func(r Redemption) bool { return r.State == Voided }), err
}

// Requests lists the shop's requests that wait for staff, oldest first.
func (s *Service) Requests(ctx context.Context, staff account.Session, at shop.ID) ([]Redemption, error) {
	return s.read(ctx, func(tx *db.Tx) ([]row, error) {
		if err := mayRead(tx, staff, at); err != nil {
			return nil, err
		}
		return listRequests(tx, at)
	})
}

// mayRead refuses who is neither at the shop nor an auditor.
func mayRead(tx *db.Tx, who account.Session, at shop.ID) error {
	sh, err := shop.Find(tx, at)
	if err == nil && !who.AtShop(string(sh.Merchant), string(sh.ID)) && !who.Has(account.Auditor) {
		return ErrStaff
	}
	return err
}

// List returns redemptions for operators, auditors and merchants (their own),
// newest first. To others a merchant is not there.
func (s *Service) List(ctx context.Context, who account.Session, f Filter) ([]Redemption, error) {
	if !who.Has(account.Operator) && !who.Has(account.Auditor) {
		for _, g := range who.Grants {
			if g.Role == account.Merchant && f.Merchant == "" {
				f.Merchant = shop.MerchantID(g.Merchant)
			}
		}
		switch {
		case f.Merchant == "":
			return nil, ErrDenied
		case !who.Of(string(f.Merchant)):
			return nil, shop.ErrMerchantUnknown
		}
	}
	f.Limit = page(f.Limit)
	return s.read(ctx, func(tx *db.Tx) ([]row, error) { return list(tx, f) })
}

// History returns the steps of a redemption to whoever may see it.
func (s *Service) History(ctx context.Context, who account.Session, id ID) ([]Step, error) {
	var all []Step
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		r, err := find(tx, id)
		if err == nil && !mayAct(who, r) && !who.Has(account.Auditor) {
			err = ErrUnknown
		}
		if err != nil {
			return err
		}
		all, err = steps(tx, id)
		return err
	})
	return all, err
}
