package community

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
)

// ErrName refuses what cannot stand over a note.
var ErrName = fault.New(fault.Invalid, "community.name", fault.Member,
	"署名是 1 到 {max} 个字，不要写电话号码。", "A name has 1 to {max} characters and is no telephone number.")

// digitsMax is how many digits a name may have; a telephone number has more.
const digitsMax = 5

// Rename sets the name under which the member's notes and comments stand; ""
// takes it away.
func (s *Service) Rename(ctx context.Context, who account.Session, name string) error {
	name = strings.Join(strings.Fields(name), " ")
	digits := strings.Count(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '0'
		}
		return r
	}, name), "0")
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > NameMax || strings.ContainsFunc(name, deceives) || digits > digitsMax {
		return ErrName.With("max", NameMax).In("name")
	}
	return s.act(ctx, who, func(tx *db.Tx) error {
		var err error
		if name == "" {
			_, err = tx.Exec(`DELETE FROM community_names WHERE person = $1`, who.Person)
		} else {
			_, err = tx.Exec(`
				INSERT INTO community_names (person, name, at) VALUES ($1, $2, $3)
				ON CONFLICT (person) DO UPDATE SET name = excluded.name, at = excluded.at`, who.Person, name, tx.Now())
		}
		if err != nil {
			return wrap("name", err)
		}
		return account.Audit(tx, who.Person, "community.name", string(who.Person), nil)
	})
}

// Signature is how the member's notes are signed: his chosen name, or "" and
// his mark.
func (s *Service) Signature(ctx context.Context, who account.Session) (name, sign string, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		name, err = db.One[string](tx, `SELECT name FROM community_names WHERE person = $1`, who.Person)
		if errors.Is(err, db.ErrNone) {
			return nil
		}
		return wrap("find a name", err)
	})
	return name, mark(string(s.Curate.Member(who.Person))), err
}
