package community

import (
	"context"
	"fmt"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
)

// Delete deletes one's own note: its text, its pictures, and what others put on
// it. The shop is scored without it.
func (s *Service) Delete(ctx context.Context, who account.Session, id curate.NoteID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		if err := wrote(tx, who, id); err != nil {
			return err
		}
		if err := endCases(tx, id); err != nil {
			return err
		}
		for _, part := range [...]func() (int64, error){
			func() (int64, error) { return tx.Exec(`DELETE FROM community_photos WHERE note = $1`, id) },
			func() (int64, error) { return tx.Exec(`DELETE FROM community_likes WHERE note = $1`, id) },
			func() (int64, error) { return tx.Exec(`DELETE FROM community_comments WHERE note = $1`, id) },
			func() (int64, error) { return tx.Exec(`DELETE FROM community_counts WHERE note = $1`, id) },
			func() (int64, error) { return tx.Exec(`DELETE FROM community_saved_notes WHERE note = $1`, id) },
			func() (int64, error) { return tx.Exec(`DELETE FROM community_answers WHERE note = $1`, id) },
			func() (int64, error) { return tx.Exec(`DELETE FROM community_notes WHERE note = $1`, id) },
		} {
			if _, err := part(); err != nil {
				return fmt.Errorf("community: delete note %s: %w", id, err)
			}
		}
		at, err := s.Curate.Withdraw(tx, who, id)
		if err != nil {
			return err
		}
		if err := tell(tx, at); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "community.delete", string(id), map[string]any{"shop": at})
	})
}

// endCases ends the cases of a note and of all that stands below it.
func endCases(tx *db.Tx, id curate.NoteID) error {
	below, err := db.All[string](tx, `
		SELECT id FROM community_comments WHERE note = $1 UNION ALL SELECT id FROM community_answers WHERE note = $1`, id)
	if err != nil {
		return wrap("what stands below a note", err)
	}
	for _, thing := range append(below, string(id)) {
		if err := endCase(tx, thing); err != nil {
			return err
		}
	}
	return nil
}
