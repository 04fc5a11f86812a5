package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"citywalk/db"
	"citywalk/fault"
)

// ErrSession refuses to end a session that is not there.
var ErrSession = fault.New(fault.NotFound, "account.session", fault.Member,
	"这台设备已经退出登录了。", "That device is signed out already.")

// A life is how long a session lasts: unused, and at most.
type life struct {
	idle time.Duration
	most time.Duration
}

// lives follow what a session can do: a member's phone stays signed in, a till
// lasts a shift, a console that nobody touches closes.
var lives = map[App]life{
	MemberApp:  {30 * 24 * time.Hour, 90 * 24 * time.Hour},
	TillApp:    {12 * time.Hour, 12 * time.Hour},
	ConsoleApp: {30 * time.Minute, 8 * time.Hour},
	APIApp:     {24 * time.Hour, 24 * time.Hour},
}

// seenEvery is how exactly a session's last use is known. Writing it at every
// request would turn each read into a write.
const seenEvery = time.Minute

// sessionRow is a session as the database holds it.
type sessionRow struct {
	Session
	Idle time.Duration
	Ends time.Time
}

// session returns what callers see of the row.
func (r sessionRow) session() Session {
	r.Expires = r.Seen.Add(r.Idle)
	if r.Ends.Before(r.Expires) {
		r.Expires = r.Ends
	}
	return r.Session
}

// openSession adds a session. Its id and token are new, whatever the browser
// sent before, so that nobody can be made to use a session prepared for him.
func (s *Service) openSession(tx *db.Tx, person ID, app App, c Client) (token string, _ Session, err error) {
	l, now := lives[app], tx.Now()
	token = newToken()
	row := sessionRow{Idle: l.idle, Ends: now.Add(l.most)}
	row.ID, row.Person, row.App, row.Device = tx.ID("ses"), person, app, ParseUserAgent(c.Device)
	if err := addSession(tx, row, s.tokenHash(token)); err != nil {
		return "", Session{}, err
	}
	session, err := sessionOf(tx, s.tokenHash(token), app)
	return token, session, err
}

func (s *Service) tokenHash(token string) string { return s.Keys.hash("session", token) }

// sessionOf returns the open session of a token's hash, with its grants.
func sessionOf(tx *db.Tx, hash string, app App) (Session, error) {
	row, err := findSession(tx, hash, app)
	if errors.Is(err, db.ErrNone) {
		return Session{}, ErrSignedOut
	} else if err != nil {
		return Session{}, fmt.Errorf("account: find session: %w", err)
	}
	return row.session(), nil
}

// Authenticate returns the session of a token for an app. Its grants are those
// of this moment.
func (s *Service) Authenticate(ctx context.Context, token string, app App) (Session, error) {
	if len(token) != tokenLen {
		return Session{}, ErrSignedOut
	}
	var now time.Time
	var session Session
	err := s.DB.Glance(ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		session, err = sessionOf(tx, s.tokenHash(token), app)
		return err
	})
	if err != nil {
		return Session{}, err
	}
	if now.Sub(session.Seen) >= seenEvery {
		// A database that cannot write still lets people read; the session
		// then merely counts as unused.
		_ = s.DB.Update(ctx, func(tx *db.Tx) error { return seeSession(tx, session.ID) })
	}
	return session, nil
}

// SignOut ends the session. Ending it twice is no mistake.
func (s *Service) SignOut(ctx context.Context, who Session) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		err := endSession(tx, who.Person, who.ID)
		if errors.Is(err, db.ErrNone) {
			return nil
		} else if err != nil {
			return fmt.Errorf("account: end session: %w", err)
		}
		return Audit(tx, who.Person, "account.sign_out", who.ID, nil)
	})
}

// Sessions lists a person's open sessions, newest first.
func (s *Service) Sessions(ctx context.Context, who Session) ([]Session, error) {
	return view(ctx, s.DB, func(tx *db.Tx) ([]Session, error) {
		rows, err := openSessions(tx, who.Person)
		if err != nil {
			return nil, fmt.Errorf("account: list sessions: %w", err)
		}
		all := make([]Session, len(rows))
		for i, r := range rows {
			all[i] = r.session()
		}
		return all, nil
	})
}

// Revoke ends another session of the same person.
func (s *Service) Revoke(ctx context.Context, who Session, id string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		err := endSession(tx, who.Person, id)
		if errors.Is(err, db.ErrNone) {
			return ErrSession
		} else if err != nil {
			return fmt.Errorf("account: end session: %w", err)
		}
		return Audit(tx, who.Person, "account.revoke", id, nil)
	})
}

// Has reports whether the session's person holds the role, for anything.
func (s Session) Has(r Role) bool {
	switch r {
	case Anyone:
		return true
	case Member:
		return s.Person != ""
	}
	return slices.ContainsFunc(s.Grants, func(g Grant) bool { return g.Role == r })
}

// AtShop reports whether the session's person may act for the shop of the
// merchant: as its staff, its merchant, or as an operator. Both names are
// compared, since a merchant could name a stranger's shop when inviting staff.
func (s Session) AtShop(merchant, shop string) bool {
	return s.Of(merchant) || merchant != "" && shop != "" && slices.Contains(s.Grants, Grant{Staff, merchant, shop})
}

// Of reports whether the session's person may act for the merchant: as the
// merchant or as an operator (auditors: reads only, see Reads).
func (s Session) Of(merchant string) bool {
	return s.Has(Operator) || merchant != "" && slices.Contains(s.Grants, Grant{Role: Merchant, Merchant: merchant})
}

// Reads reports whether the session's person may read what concerns the
// merchant: whoever may act for it, and auditors.
func (s Session) Reads(merchant string) bool { return s.Of(merchant) || s.Has(Auditor) }
