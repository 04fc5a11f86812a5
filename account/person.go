package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"citywalk/db"
)

const (
	nameMax   = 40  // Characters of a name.
	peopleMax = 200 // People on one page.
)

// Find returns a person within tx.
func Find(tx *db.Tx, id ID) (Person, error) {
	p, err := findPerson(tx, id)
	if errors.Is(err, db.ErrNone) {
		return Person{}, ErrPerson
	} else if err != nil {
		return Person{}, fmt.Errorf("account: find person: %w", err)
	}
	return p, nil
}

// People lists members for the console, newest first, after an id; query is a
// name's part or a whole phone number.
func (s *Service) People(ctx context.Context, who Session, query, after string, limit int) ([]Person, error) {
	if !Allowed(who, ActConsoleRead) {
		return nil, ErrDenied
	}
	limit = max(1, min(limit, peopleMax))
	name, index := strings.ToLower(strings.TrimSpace(query)), ""
	if phone, err := ParsePhone(query); err == nil {
		name, index = "", s.phoneIndex(phone)
	}
	return view(ctx, s.DB, func(tx *db.Tx) ([]Person, error) { return people(tx, name, index, after, limit) })
}

// Rename sets the person's own name.
func (s *Service) Rename(ctx context.Context, who Session, name string) error {
	if who.Person == "" {
		return ErrSignedOut
	}
	name, err := foldName(name)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		err := setName(tx, who.Person, name)
		if errors.Is(err, db.ErrNone) {
			return ErrPerson
		} else if err != nil {
			return fmt.Errorf("account: set name: %w", err)
		}
		return Audit(tx, who.Person, "account.rename", string(who.Person), nil)
	})
}

// foldName trims a name and refuses what could deceive who reads it: control
// characters and those that turn the direction of the text around it.
func foldName(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > nameMax {
		return "", ErrName.In("name")
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return "", ErrName.In("name")
		}
	}
	return s, nil
}
