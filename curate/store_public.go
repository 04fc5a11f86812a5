package curate

import (
	"fmt"
	"time"

	"citywalk/db"
	"citywalk/shop"
)

// publicNotes are the notes of a shop after a place, newest first.
func publicNotes(tx *db.Tx, id shop.ID, after noteCursor, limit int) ([]PublicNote, error) {
	type row struct {
		ID      NoteID
		Source  string
		Written time.Time
		Stars   int64
		Text    string
		Visit   string
	}
	rows, err := db.All[row](tx, `
		SELECT id, source, written, stars, text, visit FROM curate_notes
		WHERE shop = $1 AND (written, id) < (CAST($2 AS BIGINT), CAST($3 AS TEXT))
		ORDER BY written DESC, id DESC LIMIT CAST($4 AS BIGINT)`, id, after.written, after.id, limit)
	if err != nil {
		return nil, fmt.Errorf("curate: public notes of %s: %w", id, err)
	}
	all := make([]PublicNote, len(rows))
	for i, r := range rows {
		all[i] = PublicNote{ID: r.ID, Text: r.Text, Stars: float64(r.Stars) / 10, Written: r.Written,
			Visited: r.Visit != "", Member: r.Source == MemberSource,
			Cursor: noteCursor{r.Written.UnixMilli(), r.ID}.String()}
	}
	return all, nil
}
