package curate

import (
	"errors"
	"fmt"
	"slices"

	"citywalk/account"
	"citywalk/db"
	"citywalk/shop"
)

// Withdraw deletes a member's own note within tx, with all that was said of it
// here, and takes its words out of the decisions that quoted them: what a
// decision counted stays, what its author wrote goes. The shop is scored anew.
// What the last fit learnt of its city stays until the next one.
func (s *Service) Withdraw(tx *db.Tx, who account.Session, id NoteID) (shop.ID, error) {
	n, err := findNote(tx, id)
	if err != nil {
		return "", err
	}
	if n.Source != MemberSource || n.Author != s.Member(who.Person) {
		return "", ErrNote
	}
	if err := unquote(tx, n); err != nil {
		return "", err
	}
	if err := deleteNote(tx, id); err != nil {
		return "", err
	}
	left, err := notesOf(tx, n.Shop, 1)
	if err != nil {
		return "", err
	}
	if len(left) > 0 {
		err = s.rescoreLater(tx, n)
	} else {
		err = errors.Join(deleteScore(tx, n.Shop), dropCandidate(tx, n.Shop))
	}
	if err != nil {
		return "", err
	}
	return n.Shop, account.Audit(tx, who.Person, "curate.withdraw", string(n.Shop), map[string]any{"note": id})
}

// unquote takes a note's words out of the decisions about its shop.
func unquote(tx *db.Tx, n Note) error {
	all, err := decisionsOf(tx, n.Shop)
	if err != nil {
		return err
	}
	quotes := func(q Quote) bool { return q.Note == n.ID }
	for _, d := range all {
		if !slices.ContainsFunc(d.Basis.Evidence, quotes) {
			continue
		}
		d.Basis.Evidence = slices.DeleteFunc(d.Basis.Evidence, quotes)
		if err := tx.Change(`UPDATE curate_decisions SET body = $1 WHERE id = $2`, db.JSON(d.Basis), d.ID); err != nil {
			return fmt.Errorf("curate: unquote in %s: %w", d.ID, err)
		}
	}
	return nil
}

// deleteNote deletes a note with what hangs on it.
func deleteNote(tx *db.Tx, id NoteID) error {
	for _, about := range [...]func() (int64, error){
		func() (int64, error) { return tx.Exec(`DELETE FROM curate_labels WHERE note = $1`, id) },
		func() (int64, error) { return tx.Exec(`DELETE FROM curate_comments WHERE note = $1`, id) },
		func() (int64, error) { return tx.Exec(`DELETE FROM curate_guesses WHERE note = $1`, id) },
		func() (int64, error) { return tx.Exec(`DELETE FROM curate_notes WHERE id = $1`, id) },
	} {
		if _, err := about(); err != nil {
			return fmt.Errorf("curate: delete note %s: %w", id, err)
		}
	}
	return nil
}

// deleteScore takes away the score of a shop that has no note left.
func deleteScore(tx *db.Tx, id shop.ID) error {
	if _, err := tx.Exec(`DELETE FROM curate_scores WHERE shop = $1`, id); err != nil {
		return fmt.Errorf("curate: delete score of %s: %w", id, err)
	}
	return nil
}
