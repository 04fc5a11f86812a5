package account

import (
	"context"
	"errors"
	"fmt"

	"citywalk/db"
	"citywalk/fault"
)

// Refusals that concern grants.
var (
	ErrGrant = fault.New(fault.Invalid, "account.grant", fault.Merchant,
		"请选好角色：店员要指定门店，商家要指定商家。", "Choose a role: staff need a shop, merchants need a merchant.")
	ErrNotHeld = fault.New(fault.NotFound, "account.not_held", fault.Merchant,
		"这个人已经不在团队里了，不用再移除。", "That person is no longer in the team; there is nothing to remove.")
	ErrOwnGrant = fault.New(fault.Conflict, "account.own_grant", fault.Operator,
		"不能移除自己，请让另一位运营来操作。", "You cannot remove yourself. Ask another operator to do it.")
)

// valid reports whether the grant names what its role needs and nothing else.
func (g Grant) valid() bool {
	switch g.Role {
	case Staff:
		return g.Merchant != "" && g.Shop != ""
	case Merchant:
		return g.Merchant != "" && g.Shop == ""
	case Operator, Auditor:
		return g.Merchant == "" && g.Shop == ""
	}
	return false
}

// detail is what the audit keeps of a grant.
func (g Grant) detail() map[string]any {
	return map[string]any{"role": g.Role, "merchant": g.Merchant, "shop": g.Shop}
}

// mayGive says why the session may not give or take the grant, or nil. An
// operator gives any; a merchant gives staff of its own shops.
func (s Session) mayGive(g Grant) error {
	switch {
	case !g.valid():
		return ErrGrant
	case s.Has(Operator), g.Role == Staff && s.Of(g.Merchant):
		return nil
	}
	return ErrDenied
}

// Team lists who holds a grant for the shop (or for the merchant if shop is
// ""), with those grants alone, longest-serving people first.
func (s *Service) Team(ctx context.Context, who Session, merchant, shop string) ([]Person, error) {
	if merchant == "" || !who.Reads(merchant) {
		return nil, ErrDenied
	}
	return view(ctx, s.DB, func(tx *db.Tx) ([]Person, error) { return team(tx, merchant, shop) })
}

// Dismiss takes a grant away; the person's sessions of the till, the console
// and the API end at once, and so do invitations that the person made: who was
// dismissed brings nobody in.
func (s *Service) Dismiss(ctx context.Context, who Session, person ID, g Grant) error {
	if err := who.mayGive(g); err != nil {
		return err
	}
	if person == who.Person && g.Role == Operator {
		return ErrOwnGrant
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		err := dropGrant(tx, person, g)
		if errors.Is(err, db.ErrNone) {
			return ErrNotHeld
		} else if err != nil {
			return fmt.Errorf("account: drop grant: %w", err)
		}
		if err := endWorkSessions(tx, person); err != nil {
			return err
		}
		if err := endInvitations(tx, person); err != nil {
			return err
		}
		return Audit(tx, who.Person, "account.dismiss", string(person), g.detail())
	})
}

// Appoint gives a grant to the number's person, who is made if unknown; the
// zero Grant, or that of a Member, only makes the person. A name is set if
// there is one. It is for the command line (first operator), the demo and
// tests.
func (s *Service) Appoint(ctx context.Context, phone, name string, g Grant) (ID, error) {
	p, err := ParsePhone(phone)
	if err != nil {
		return "", err
	}
	member := g == Grant{} || g == Grant{Role: Member}
	if !member && !g.valid() {
		return "", ErrGrant
	}
	if name != "" {
		if name, err = foldName(name); err != nil {
			return "", err
		}
	}
	return update(ctx, s.DB, func(tx *db.Tx) (ID, error) {
		id, _, err := s.person(tx, p)
		if err != nil {
			return "", err
		}
		if name != "" {
			if err := setName(tx, id, name); err != nil {
				return "", fmt.Errorf("account: set name: %w", err)
			}
		}
		if !member {
			if err := addGrant(tx, id, g, ""); err != nil {
				return "", err
			}
		}
		return id, Audit(tx, "", "account.appoint", string(id), g.detail())
	})
}
