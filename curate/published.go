package curate

import (
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"citywalk/db"
	"citywalk/fault"
	"citywalk/shop"
)

// ErrCursor refuses a page that no list of notes has.
var ErrCursor = fault.New(fault.Invalid, "curate.cursor", fault.Us,
	"这个翻页标记不对，请从第一页开始。", "This is not a page of these notes. Start from the first page.")

// RulesSince is the day from which RulesVersion is in force, "2026-11-26".
const RulesSince = "2026-11-26"

// A Published rule book is what the public page of the rules says in numbers:
// those that the program works by, so that the page cannot say others.
type Published struct {
	Rules
	Since     string // The day from which the version is in force.
	Period    int    // The most days that a decision may hold.
	Quotes    int    // The most clauses that a dossier quotes.
	Appeal    int    // Characters of an appeal.
	Text      int    // Characters of a note.
	VisitLate int    // Days after which a reviewer's visit is too old to be entered.
}

// Published returns the rules as the public may read them.
func (s *Service) Published() Published {
	return Published{Rules: s.Rules.filled(), Since: RulesSince, Period: periodMax, Quotes: quotesMax,
		Appeal: appealMax, Text: textMax, VisitLate: int(visitLate / day)}
}

// A PublicNote is what everybody may read of a note. Who wrote it and what
// reviewers or the score think of it are not part of it.
type PublicNote struct {
	ID      NoteID
	Text    string
	Stars   float64 // 0 is none.
	Written time.Time
	Visited bool // Its author had paid there.
	Member  bool // A member of the programme wrote it here.
	Cursor  string
}

// Notes returns the notes about a shop that follow after a cursor, the newest
// first, at most limit. Those that the score discounts are among them.
func (s *Service) Notes(ctx context.Context, id shop.ID, after string, limit int) (all []PublicNote, err error) {
	from, err := parseNoteCursor(after)
	if err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		all, err = publicNotes(tx, id, from, limit)
		return err
	})
	return all, err
}

// A noteCursor is a place in the notes of a shop: after the note that was
// written then.
type noteCursor struct {
	written int64 // Milliseconds.
	id      NoteID
}

func (c noteCursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("%d %s", c.written, c.id)))
}

// parseNoteCursor reads a cursor; nothing is the place before the first note.
func parseNoteCursor(s string) (noteCursor, error) {
	if s == "" {
		return noteCursor{written: math.MaxInt64}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	at, id, ok := strings.Cut(string(raw), " ")
	written, numErr := strconv.ParseInt(at, 10, 64)
	if err != nil || !ok || numErr != nil || len(id) > 64 {
		return noteCursor{}, ErrCursor
	}
	return noteCursor{written, NoteID(id)}, nil
}
