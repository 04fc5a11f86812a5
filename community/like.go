package community

import (
	"context"

	"citywalk/account"
	"citywalk/curate"
	"citywalk/db"
)

// Like says that the member likes a note. Saying it again changes nothing: the
// row of note and member is there once, and only who wrote it counts.
func (s *Service) Like(ctx context.Context, who account.Session, id curate.NoteID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		if _, err := seen(tx, id); err != nil {
			return err
		}
		if err := likesMost.holds(tx, who.Person, likesSince); err != nil {
			return err
		}
		n, err := tx.Exec(`
			INSERT INTO community_likes (note, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, who.Person, tx.Now())
		if err != nil || n == 0 {
			return wrap("like", err)
		}
		return addCounts(tx, id, 1, 0)
	})
}

// Unlike takes a like back.
func (s *Service) Unlike(ctx context.Context, who account.Session, id curate.NoteID) error {
	return s.act(ctx, who, func(tx *db.Tx) error {
		n, err := tx.Exec(`DELETE FROM community_likes WHERE note = $1 AND person = $2`, id, who.Person)
		if err != nil || n == 0 {
			return wrap("unlike", err)
		}
		return addCounts(tx, id, -1, 0)
	})
}

// act runs what a member does by himself.
func (s *Service) act(ctx context.Context, who account.Session, do func(tx *db.Tx) error) error {
	if err := member(who); err != nil {
		return err
	}
	return s.DB.Update(ctx, do)
}
