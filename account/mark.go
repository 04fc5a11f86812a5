package account

import (
	"context"
	"fmt"

	"citywalk/db"
)

// KeepMark compares a setting with the mark that an earlier start left in the
// database, and returns the one that holds. Until fixed says that something
// depends on it, a setting may change and its mark follows.
func (s *Service) KeepMark(ctx context.Context, name, mark string, fixed func(*db.Tx) (bool, error)) (string, error) {
	known, err := view(ctx, s.DB, keyMarks)
	if err == nil && known[name] != mark {
		mark, err = update(ctx, s.DB, func(tx *db.Tx) (string, error) {
			kept, err := keyMarks(tx)
			if err != nil {
				return "", err
			}
			if kept[name] != "" {
				if is, err := fixed(tx); err != nil || is {
					return kept[name], err
				}
			}
			return mark, setMark(tx, name, mark)
		})
	}
	if err != nil {
		return "", fmt.Errorf("account: keep mark %s: %w", name, err)
	}
	return mark, nil
}

func setMark(tx *db.Tx, name, mark string) error {
	return tx.Change(`INSERT INTO account_keys (name, mark) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET mark = excluded.mark`, name, mark)
}
