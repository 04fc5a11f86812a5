package account

import (
	"context"
	"errors"
	"fmt"

	"citywalk/db"
	"citywalk/fault"
)

// Refusals of a code.
var (
	ErrCode = fault.New(fault.Invalid, "account.code", fault.Member,
		"验证码不对，还可以试 {left} 次。", "This code is wrong. You can try {left} more times.")
	ErrCodeOver = fault.New(fault.Gone, "account.code_over", fault.Member,
		"这个验证码不能用了，请重新获取。", "This code can no longer be used. Ask for a new one.")
	ErrNoGrant = fault.New(fault.Denied, "account.no_grant", fault.Operator,
		"这个号码还没有开通后台，请联系项目方开通。", "This number has no access to the console yet. Ask the programme's operator.")
)

// SignIn meets a challenge and opens a session of the app; token is what the
// cookie or the Authorization header carries. Signing in to the console needs
// a grant, or an invitation to accept next (Client.Invitation). Anybody may
// sign in to the till, since whoever opens a shop's invitation has no grant
// yet; without one the session can do nothing but accept it.
func (s *Service) SignIn(ctx context.Context, challenge, code string, app App, c Client) (token string, _ Session, err error) {
	if _, ok := lives[app]; !ok {
		return "", Session{}, fmt.Errorf("account: no app %q", app)
	}
	// A refused try commits too: it is what counts the tries.
	var refusal error
	session, err := update(ctx, s.DB, func(tx *db.Tx) (Session, error) {
		token, refusal = "", nil
		phone, err := s.meet(tx, challenge, foldCode(code))
		if err == nil {
			err = s.mayEnter(tx, phone, app, c)
		}
		if _, ok := fault.From(err); ok {
			refusal = err
			return Session{}, nil
		} else if err != nil {
			return Session{}, err
		}
		person, fresh, err := s.person(tx, phone)
		if err != nil {
			return Session{}, err
		}
		var session Session
		if token, session, err = s.openSession(tx, person, app, c); err != nil {
			return Session{}, err
		}
		return session, Audit(tx, person, "account.sign_in", session.ID, map[string]any{"app": app, "new": fresh})
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return "", Session{}, err
	}
	return token, session, nil
}

// meet tries the code and returns the number it was sent to. The try is
// counted before the code is compared, so that of guesses made at once no more
// are compared than were counted; and the challenge ends in the statement that
// finds it open, so that of two right answers one wins.
func (s *Service) meet(tx *db.Tx, id, code string) (Phone, error) {
	over := ErrCodeOver.In("code")
	ch, err := findChallenge(tx, id)
	if errors.Is(err, db.ErrNone) || err == nil && !ch.live(tx.Now()) {
		return "", over
	} else if err != nil {
		return "", fmt.Errorf("account: find challenge: %w", err)
	}
	tries, err := tryChallenge(tx, ch)
	if errors.Is(err, db.ErrNone) {
		return "", over
	} else if err != nil {
		return "", fmt.Errorf("account: count try: %w", err)
	}
	if !equal(ch.Code, s.Keys.hash("code", ch.ID, code)) {
		if left := codeTries - tries; left > 0 {
			return "", ErrCode.With("left", left).In("code")
		}
		if err := endChallenge(tx, ch); err != nil {
			return "", err
		}
		return "", over
	}
	if err := meetChallenge(tx, ch); errors.Is(err, db.ErrNone) {
		return "", over
	} else if err != nil {
		return "", fmt.Errorf("account: meet challenge: %w", err)
	}
	phone, err := s.Keys.decrypt(ch.ID, "account_challenges.phone", ch.Phone)
	return Phone(phone), err
}

// mayEnter refuses the console to those who have nothing to do there. It is
// asked only after the code was right, so that it tells nobody about others.
func (s *Service) mayEnter(tx *db.Tx, phone Phone, app App, c Client) error {
	if app != ConsoleApp {
		return nil
	}
	if c.Invitation != "" {
		_, err := s.openInvitation(tx, c.Invitation)
		if err == nil || !errors.Is(err, ErrInvitation) {
			return err
		}
	}
	p, err := findByIndex(tx, s.phoneIndex(phone))
	switch {
	case err != nil && !errors.Is(err, db.ErrNone):
		return fmt.Errorf("account: find person: %w", err)
	case err != nil || len(p.Grants) == 0:
		return ErrNoGrant
	}
	return nil
}

// person returns the id of the number's person, who is made if unknown.
func (s *Service) person(tx *db.Tx, phone Phone) (id ID, fresh bool, err error) {
	index := s.phoneIndex(phone)
	p, err := findByIndex(tx, index)
	if err == nil {
		return p.ID, false, nil
	} else if !errors.Is(err, db.ErrNone) {
		return "", false, fmt.Errorf("account: find person: %w", err)
	}
	id = ID(tx.ID("per"))
	sealed, err := s.Keys.encrypt(string(id), phoneColumn, phone.Digits())
	if err != nil {
		return "", false, err
	}
	return id, true, addPerson(tx, id, sealed, index, phone.Mask())
}

// Enter opens a session without a challenge, for the demo and tests only.
func (s *Service) Enter(ctx context.Context, person ID, app App, c Client) (token string, _ Session, err error) {
	if _, ok := lives[app]; !ok {
		return "", Session{}, fmt.Errorf("account: no app %q", app)
	}
	session, err := update(ctx, s.DB, func(tx *db.Tx) (session Session, err error) {
		if _, err := Find(tx, person); err != nil {
			return session, err
		}
		if token, session, err = s.openSession(tx, person, app, c); err != nil {
			return session, err
		}
		return session, Audit(tx, person, "account.enter", session.ID, map[string]any{"app": app})
	})
	return token, session, err
}
