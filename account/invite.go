package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/fault"
)

// ErrInvitation refuses an invitation that is unknown, used, withdrawn or over.
// It does not say which, so that a guessed link learns nothing.
var ErrInvitation = fault.New(fault.Gone, "account.invitation", fault.Merchant,
	"这个邀请链接已经用过或者过期了，请商家重新发一个。", "This invitation was used or is over. Ask the merchant for a new one.")

const invitationLife = 7 * 24 * time.Hour

// An Invitation lets who opens its link take a grant once, within 7 days.
type Invitation struct {
	ID      string
	Token   string // Only when made; the database keeps its hash.
	Grant   Grant
	By      ID
	Expires time.Time
	Used    time.Time
}

// Invite makes an invitation. A merchant invites staff of its shops; an
// operator invites anybody.
func (s *Service) Invite(ctx context.Context, who Session, g Grant) (Invitation, error) {
	if err := who.mayGive(g); err != nil {
		return Invitation{}, err
	}
	return update(ctx, s.DB, func(tx *db.Tx) (Invitation, error) {
		in := Invitation{ID: tx.ID("inv"), Token: newToken(), Grant: g, By: who.Person, Expires: tx.Now().Add(invitationLife)}
		if err := addInvitation(tx, in, s.invitationHash(in.Token)); err != nil {
			return Invitation{}, err
		}
		return in, Audit(tx, who.Person, "account.invite", in.ID, g.detail())
	})
}

// Invited returns the invitation of a token that is still open.
func (s *Service) Invited(ctx context.Context, token string) (Invitation, error) {
	return view(ctx, s.DB, func(tx *db.Tx) (Invitation, error) { return s.openInvitation(tx, token) })
}

// Accept gives the invitation's grant to the session's person, once. To whom
// it was given already, the answer is the same again; a person who holds the
// grant from elsewhere leaves the invitation to whom it was meant for.
func (s *Service) Accept(ctx context.Context, who Session, token string) (Grant, error) {
	if who.Person == "" {
		return Grant{}, ErrSignedOut
	}
	return update(ctx, s.DB, func(tx *db.Tx) (Grant, error) { return s.accept(tx, who.Person, token) })
}

func (s *Service) accept(tx *db.Tx, person ID, token string) (Grant, error) {
	in, err := s.findInvitation(tx, token)
	if err != nil {
		return Grant{}, err
	}
	g := in.Grant
	held, err := holds(tx, person, g)
	if err != nil {
		return Grant{}, err
	}
	open := in.open(tx.Now())
	switch {
	case held && (open || in.UsedBy == person):
		return g, nil
	case !open:
		return Grant{}, ErrInvitation
	}
	if err := useInvitation(tx, in.ID, person); errors.Is(err, db.ErrNone) {
		return Grant{}, ErrInvitation
	} else if err != nil {
		return Grant{}, fmt.Errorf("account: use invitation: %w", err)
	}
	if err := addGrant(tx, person, g, in.By); err != nil {
		return Grant{}, err
	}
	detail := g.detail()
	detail["invitation"] = in.ID
	return g, Audit(tx, person, "account.accept", string(person), detail)
}

// invitationRow is an invitation as the database holds it.
type invitationRow struct {
	Invitation
	UsedBy   ID
	Role     Role
	Merchant string
	Shop     string
}

// open reports whether the invitation can be accepted.
func (r invitationRow) open(now time.Time) bool { return r.Used.IsZero() && now.Before(r.Expires) }

func (s *Service) invitationHash(token string) string { return s.Keys.hash("invitation", token) }

func (s *Service) findInvitation(tx *db.Tx, token string) (invitationRow, error) {
	if len(token) != tokenLen {
		return invitationRow{}, ErrInvitation
	}
	row, err := invitationOf(tx, s.invitationHash(token))
	if errors.Is(err, db.ErrNone) {
		return row, ErrInvitation
	} else if err != nil {
		return row, fmt.Errorf("account: find invitation: %w", err)
	}
	row.Grant = Grant{row.Role, row.Merchant, row.Shop}
	return row, nil
}

func (s *Service) openInvitation(tx *db.Tx, token string) (Invitation, error) {
	row, err := s.findInvitation(tx, token)
	if err == nil && !row.open(tx.Now()) {
		err = ErrInvitation
	}
	if err != nil {
		return Invitation{}, err
	}
	return row.Invitation, nil
}
