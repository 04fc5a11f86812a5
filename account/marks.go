package account

import (
	"context"
	"errors"
	"fmt"

	"citywalk/db"
)

// ErrOtherKeys says that the database was written with other keys: with these
// nobody's number could be found or read, and a second person would be made
// for each who signs in.
var ErrOtherKeys = errors.New("account: these are not the keys that the database was written with")

// CheckKeys compares the keys with the marks that the first start left in the
// database, or leaves them. A node with the wrong file of keys must not serve.
func (s *Service) CheckKeys(ctx context.Context) error {
	if _, err := s.Keys.aead(); err != nil {
		return err
	}
	marks := map[string]string{
		"seal":  mac(s.Keys.Seal, "mark"),
		"index": s.Keys.index("mark", ""),
		"code":  s.Keys.hash("mark"),
	}
	known, err := view(ctx, s.DB, keyMarks)
	if err == nil && len(known) == 0 {
		known, err = update(ctx, s.DB, func(tx *db.Tx) (map[string]string, error) {
			if err := addKeyMarks(tx, marks); err != nil {
				return nil, err
			}
			return keyMarks(tx)
		})
	}
	if err != nil {
		return fmt.Errorf("account: check keys: %w", err)
	}
	for name, mark := range marks {
		if !equal(known[name], mark) {
			return fmt.Errorf("%w (%s)", ErrOtherKeys, name)
		}
	}
	return nil
}

func keyMarks(tx *db.Tx) (map[string]string, error) {
	type row struct{ Name, Mark string }
	rows, err := db.All[row](tx, `SELECT name, mark FROM account_keys`)
	all := map[string]string{}
	for _, r := range rows {
		all[r.Name] = r.Mark
	}
	return all, err
}

// addKeyMarks leaves marks that are there alone: of two first starts at once,
// one writes and the other compares.
func addKeyMarks(tx *db.Tx, marks map[string]string) error {
	for name, mark := range marks {
		if _, err := tx.Exec(`INSERT INTO account_keys (name, mark) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, mark); err != nil {
			return err
		}
	}
	return nil
}
