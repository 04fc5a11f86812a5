package curate

import (
	"context"

	"citywalk/account"
	"citywalk/db"
	"citywalk/fault"
	"citywalk/score"
	"citywalk/shop"
)

// ErrLabel refuses a word on a note that is none of the two.
var ErrLabel = fault.New(fault.Invalid, "curate.label", fault.Operator,
	"请选择「像买的」或「像真的」。", "Choose: it looks bought, or it looks honest.")

// Label keeps what a reviewer says of a note: score.Bought or score.Honest. The last
// word of each reviewer counts, and the next fit learns from it. Labels are
// about notes, are for the fit alone and never shown to anybody else.
func (s *Service) Label(ctx context.Context, who account.Session, id NoteID, said score.Label) error {
	if said != score.Bought && said != score.Honest {
		return ErrLabel.In("label")
	}
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
		changed, err := putLabel(tx, id, who.Person, said)
		if err != nil || !changed {
			return err
		}
		if err := s.rescoreLater(tx, n); err != nil {
			return err
		}
		return account.Audit(tx, who.Person, "curate.label", string(n.Shop), map[string]any{"note": id, "bought": said == score.Bought})
	})
}
