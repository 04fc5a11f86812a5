package curate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/db"
)

// A Remark is a comment on a note as it comes in.
type Remark struct {
	SourceID string
	Note     string // The note's id at the same source.
	Author   string // As the source calls him; only its hash is kept.
	Written  time.Time
	Text     string
}

// A Comment is what somebody wrote below a note.
type Comment struct {
	ID      string
	Note    NoteID
	Author  Author
	Written time.Time
	Text    string
}

const commentMax = 2_000 // Characters.

func (r Remark) tidy(now time.Time) (Remark, error) {
	var err error
	if r.Text, err = body("text", r.Text, commentMax); err != nil {
		return r, err
	}
	for _, s := range []*string{&r.SourceID, &r.Author, &r.Note} {
		*s = strings.TrimSpace(*s)
		if !identifies(*s) {
			return r, ErrIdentity
		}
	}
	if r.Written.Before(earliest) || r.Written.After(now.Add(day)) {
		return r, ErrTime.In("time")
	}
	return r, nil
}

// Comments takes a batch of comments of a source, idempotent by source and id.
// A comment whose note is not there is refused; the rest goes in.
func (s *Service) Comments(ctx context.Context, who account.Session, source string, remarks []Remark) ([]Result, error) {
	if !account.Allowed(who, account.ActConsoleWrite) {
		return nil, ErrDenied
	}
	return s.takeComments(ctx, who.Person, source, remarks)
}

func (s *Service) takeComments(ctx context.Context, who account.ID, source string, remarks []Remark) ([]Result, error) {
	source, err := namedSource(source)
	if err != nil {
		return nil, err
	}
	if len(remarks) > BatchMax {
		return nil, ErrBatch.With("max", BatchMax)
	}
	var results []Result
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		results = make([]Result, len(remarks))
		seen, n := map[string]bool{}, 0
		for i, r := range remarks {
			r, err := r.tidy(tx.Now())
			if err == nil && seen[r.SourceID] {
				err = ErrTwice
			}
			seen[r.SourceID] = true
			if err == nil {
				results[i], err = s.putComment(tx, source, r)
			}
			switch {
			case errors.Is(err, db.ErrNone):
				results[i] = Result{Outcome: Refused, Err: ErrNote.In("note")}
			case err != nil && isOurs(err):
				return err
			case err != nil:
				results[i] = Result{Outcome: Refused, Err: err}
			case results[i].Outcome != Same:
				n++
			}
		}
		if n == 0 {
			return nil
		}
		return account.Audit(tx, who, "curate.comments", source, map[string]any{"comments": n})
	})
	return results, err
}

// putComment writes a comment, or the new text of one that is there.
func (s *Service) putComment(tx *db.Tx, source string, r Remark) (Result, error) {
	note, err := db.One[NoteID](tx, `SELECT id FROM curate_notes WHERE source = $1 AND source_id = $2`, source, r.Note)
	if err != nil {
		return Result{}, err
	}
	n, err := tx.Exec(`
		INSERT INTO curate_comments (id, note, source, source_id, author, written, text, taken)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		tx.ID("com"), note, source, r.SourceID, s.author(source, r.Author), r.Written, r.Text, tx.Now())
	if err != nil {
		return Result{}, fmt.Errorf("curate: insert comment: %w", err)
	}
	if n == 1 {
		return Result{Outcome: Added, ID: note}, nil
	}
	if n, err = tx.Exec(`
		UPDATE curate_comments SET text = $1, written = $2 WHERE source = $3 AND source_id = $4 AND (text <> $1 OR written <> $2)`,
		r.Text, r.Written, source, r.SourceID); err != nil {
		return Result{}, fmt.Errorf("curate: change comment: %w", err)
	}
	if n == 1 {
		return Result{Outcome: Changed, ID: note}, nil
	}
	return Result{Outcome: Same, ID: note}, nil
}

// commentsOn are the first comments on a note.
func commentsOn(tx *db.Tx, id NoteID) ([]Comment, error) {
	all, err := db.All[Comment](tx, `
		SELECT id, note, author, written, text FROM curate_comments
		WHERE note = $1 ORDER BY written, id LIMIT 10`, id)
	if err != nil {
		return nil, fmt.Errorf("curate: comments on %s: %w", id, err)
	}
	return all, nil
}
