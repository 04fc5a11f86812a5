package curate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"citywalk/db"
)

// lookComments says what taking the comments would do.
func (s *Service) lookComments(ctx context.Context, source string, remarks []Remark) ([]Result, error) {
	results := make([]Result, len(remarks))
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		for i, r := range remarks {
			r, err := r.tidy(tx.Now())
			if err == nil {
				results[i], err = s.lookComment(tx, source, r)
			}
			switch {
			case errors.Is(err, db.ErrNone):
				results[i] = Result{Outcome: Refused, Err: ErrNote.In("note")}
			case err != nil && isOurs(err):
				return err
			case err != nil:
				results[i] = Result{Outcome: Refused, Err: err}
			}
		}
		return nil
	})
	return results, err
}

// lookComment is putComment without writing.
func (s *Service) lookComment(tx *db.Tx, source string, r Remark) (Result, error) {
	note, err := db.One[NoteID](tx, `SELECT id FROM curate_notes WHERE source = $1 AND source_id = $2`, source, r.Note)
	if err != nil {
		return Result{}, err
	}
	type row struct {
		Text    string
		Written time.Time
	}
	was, err := db.One[row](tx, `SELECT text, written FROM curate_comments WHERE source = $1 AND source_id = $2`, source, r.SourceID)
	switch {
	case errors.Is(err, db.ErrNone):
		return Result{Outcome: Added, ID: note}, nil
	case err != nil:
		return Result{}, fmt.Errorf("curate: find comment of source: %w", err)
	case was.Text == r.Text && was.Written.Equal(r.Written.Truncate(time.Millisecond)):
		return Result{Outcome: Same, ID: note}, nil
	}
	return Result{Outcome: Changed, ID: note}, nil
}
