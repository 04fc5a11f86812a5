package curate

import (
	"context"

	"citywalk/account"
	"citywalk/db"
	"citywalk/shop"
)

// Label says for a reviewer whether a note looks bought or honest. The last
// word of each reviewer counts, and the next fit learns from it. Labels are
// about notes, are for the fit alone and never shown to anybody else.
func (s *Service) Label(ctx context.Context, who account.Session, id NoteID, bought bool) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := findNote(tx, id)
		if err != nil {
			return err
		}
		if n.Shop == "" {
			return ErrNote
		}
		sh, err := shop.Find(tx, n.Shop)
		if err != nil {
			return err
		}
		if err := reviews(who, sh); err != nil {
			return err
		}
		changed, err := putLabel(tx, id, who.Person, bought)
		if err != nil || !changed {
			return err
		}
		if err := s.rescoreLater(tx, n); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "curate.label", string(n.Shop), map[string]any{"note": id, "bought": bought})
	})
}
