package pass

import (
	"context"
	"errors"
	"fmt"

	"citywalk/account"
	"citywalk/db"
)

// Mine returns the person's passes, the active one first, then newest first.
func (s *Service) Mine(ctx context.Context, who account.Session) (all []Pass, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = selectMine(tx, who.Person)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pass: list passes of %s: %w", who.Person, err)
	}
	return all, nil
}

// Get returns a pass of the person.
func (s *Service) Get(ctx context.Context, who account.Session, id ID) (p Pass, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		p, err = owned(tx, who.Person, id)
		return err
	})
	return p, err
}

// owned returns a pass to its person; to others it is not there.
func owned(tx *db.Tx, person account.ID, id ID) (Pass, error) {
	p, err := selectPass(tx, id)
	if errors.Is(err, db.ErrNone) || err == nil && p.Person != person {
		return Pass{}, ErrUnknown
	} else if err != nil {
		return Pass{}, fmt.Errorf("pass: find %s: %w", id, err)
	}
	return p, nil
}

// All lists passes for the console, newest first, after an id.
func (s *Service) All(ctx context.Context, state State, after string, limit int) (all []Pass, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = selectPage(tx, state, after, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pass: list: %w", err)
	}
	return all, nil
}

// Of lists the passes of a person for the console, the active one first, then
// newest first.
func (s *Service) Of(ctx context.Context, who account.Session, person account.ID) ([]Pass, error) {
	if !account.Allowed(who, account.ActConsoleRead) {
		return nil, account.ErrDenied
	}
	return s.Mine(ctx, account.Session{Person: person})
}

// Count returns how many passes are in a state.
func (s *Service) Count(ctx context.Context, state State) (n int, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		n, err = count(tx, state)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("pass: count: %w", err)
	}
	return n, nil
}
